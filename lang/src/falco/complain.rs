//! What is said about a condition that cannot be read.
//!
//! The reader knows where it gave up; here that place is looked at for what was likely meant.

use std::ops::Range;

use super::condition::{TRANSFORMERS, operators};
use super::lex;
use super::text::Text;
use crate::diagnostics::{Code, Diagnostic, nearest};

/// The state of the reader where it gave up.
pub(super) struct Complain<'t> {
    /// The condition.
    pub(super) text: &'t Text,
    /// Where the reader stands.
    pub(super) pos: usize,
    /// The token before.
    pub(super) last: Range<usize>,
}

/// Joints of other languages, or in the wrong case, with ours.
const FOREIGN_JOINTS: &[(&str, &str)] =
    &[("&&", "and"), ("||", "or"), ("AND", "and"), ("OR", "or"), ("&", "and"), ("|", "or")];

impl Complain<'_> {
    fn src(&self) -> &str {
        self.text.as_str()
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.src().get(range.clone()).unwrap_or("")
    }

    /// Where the next token begins.
    fn next_at(&self) -> usize {
        self.pos + self.src().get(self.pos..).map_or(0, lex::blank)
    }

    /// The next token, roughly as people see it; `None` at the end.
    fn next(&self) -> Option<Range<usize>> {
        let at = self.next_at();
        let rest = self.src().get(at..).filter(|r| !r.is_empty())?;
        let len = match lex::quoted(rest) {
            Some(Ok((n, _))) => n,
            _ => lex::bare_text(rest).unwrap_or_else(|| rest.chars().next().map_or(0, char::len_utf8)),
        };
        Some(at..at + len)
    }

    fn at(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::FalcoCondition, self.text.span(range), message)
    }

    /// `expected X, found Y` at the next token, or `expected X after Y` at the end.
    fn expected(&self, what: &str) -> Diagnostic {
        match self.next() {
            Some(found) => {
                let message = format!("expected {what}, found `{}`", self.slice(&found));
                self.at(found, message)
            }
            None if self.last.is_empty() => {
                Diagnostic::new(Code::FalcoCondition, self.text.whole(), format!("expected {what}"))
            }
            None => {
                let message = format!("expected {what} after `{}`", self.slice(&self.last));
                self.at(self.last.clone(), message).label("the condition ends here")
            }
        }
    }

    pub(super) fn empty(&self) -> Diagnostic {
        Diagnostic::new(Code::FalcoCondition, self.text.whole(), "the condition is empty")
    }

    pub(super) fn too_deep(&self, limit: u32) -> Diagnostic {
        self.at(self.last.clone(), format!("nested more than {limit} deep"))
            .help("give an inner part a name with a macro")
    }

    /// A complete condition is followed by something else.
    pub(super) fn after_condition(&self, inside: bool) -> Diagnostic {
        let Some(found) = self.next() else { return self.expected("`)`") };
        let word = self.slice(&found);
        if let Some((_, ours)) = FOREIGN_JOINTS.iter().find(|(theirs, _)| *theirs == word) {
            return self.at(found, format!("`{word}` is not an operator here")).did_you_mean(Some(ours));
        }
        if word == ")" {
            return self.at(found, "`)` closes nothing");
        }
        if word == "not" {
            return self.expected("`and` or `or`").help("write `and not`");
        }
        if (word == "and" || word == "or") && found.start == self.next_at() {
            return self
                .at(found, format!("`{word}` cannot follow here"))
                .help("put a blank between `or` and `(`: without one Falco ends the list of alternatives");
        }
        let before = self.slice(&self.last);
        if before == "and" || before == "or" {
            let message = format!("expected a condition, found `{before}`");
            return self.at(self.last.clone(), message);
        }
        if word == "," {
            return self
                .at(found, "`,` separates the items of a list")
                .help("a list stands in parentheses: `in (a, b)`");
        }
        match self.bare_last() {
            true => self
                .expected("`and` or `or`")
                .help(format!("text with blanks needs quotes: `\"{} {word}\"`", self.slice(&self.last))),
            false if inside => self.expected("`and`, `or` or `)`"),
            false => self.expected("`and` or `or`"),
        }
    }

    /// Whether the last token is bare text.
    fn bare_last(&self) -> bool {
        let last = self.slice(&self.last);
        let before = self.src().get(..self.last.start).unwrap_or("").trim_end();
        let value = operators().any(|op| before.ends_with(op));
        value && lex::bare_text(last) == Some(last.len()) && last != "exists"
    }

    /// `and` or `or` is followed by neither a blank nor `(`.
    pub(super) fn after_joint(&self) -> Diagnostic {
        let joint = self.slice(&self.last);
        match self.next() {
            Some(found) => {
                let glued = self.last.start..found.end;
                let message = format!("expected a blank after `{joint}`, found `{}`", self.slice(&glued));
                self.at(glued, message)
            }
            None => self.expected("a condition"),
        }
    }

    /// Something that no check can begin with.
    pub(super) fn no_check(&self) -> Diagnostic {
        let out = self.expected("a field, a macro or `(`");
        match self.next().map(|found| self.slice(&found).to_owned()).as_deref() {
            Some(word) if word.starts_with('!') => out.help("negation is written `not`"),
            Some(word) if word.starts_with(['"', '\'']) => out.help("a comparison has the field on its left"),
            Some(word) if word.starts_with('%') => out.help("`%` before a field is for `output` only"),
            _ => out,
        }
    }

    /// A name stands as a macro, but what follows shows that it was meant otherwise.
    pub(super) fn after_macro(&self) -> Option<Diagnostic> {
        let name = self.slice(&self.last);
        let next = self.next()?;
        let rest = self.src().get(next.start..)?;
        let glued = next.start == self.pos;
        if rest.starts_with('(') {
            return Some(self.call(name, glued));
        }
        let symbol = rest.starts_with(['=', '<', '>']) || rest.starts_with("!=");
        let word = operators().any(|op| op == self.slice(&next)) && !glued;
        (symbol || word).then(|| {
            self.at(self.last.clone(), format!("`{name}` is not a field"))
                .help("a field has at least one dot, as `ct.name`; a name without one is a macro")
        })
    }

    fn call(&self, name: &str, glued: bool) -> Diagnostic {
        let at = self.last.clone();
        match name {
            "val" => self
                .at(at, "`val` is for the right side of a comparison")
                .help("the left side is a field already"),
            _ if TRANSFORMERS.contains(&name) && !glued => {
                self.at(at, format!("no blank may stand between `{name}` and `(`"))
            }
            _ => self
                .at(at, format!("`{name}` is not a transformer"))
                .did_you_mean(nearest(name, TRANSFORMERS.iter().copied())),
        }
    }

    /// A bare value is followed by `(`, which nothing allows.
    pub(super) fn after_value(&self) -> Option<Diagnostic> {
        let next = self.next()?;
        let name = self.slice(&self.last);
        let (glued, open) = (next.start == self.pos, self.slice(&next) == "(");
        let modifier = ["oneof", "anyof", "allof"].contains(&name);
        if !open || lex::bare_text(name) != Some(name.len()) {
            return None;
        }
        Some(match modifier {
            true if glued => self.at(self.last.clone(), format!("`{name}` needs a blank before `(`")),
            true => self.at(self.last.clone(), format!("`{name}` needs a blank before it")),
            false => self.call(name, glued),
        })
    }

    pub(super) fn unclosed(&self, open: Range<usize>, close: &str) -> Diagnostic {
        let message = format!("expected `{close}`");
        let message = match self.next() {
            Some(found) => format!("{message}, found `{}`", self.slice(&found)),
            None => message,
        };
        let at = self.next().unwrap_or_else(|| self.last.clone());
        self.at(at, message).also(self.text.span(open), "opened here")
    }

    /// A list whose items are not separated, or that is not closed.
    pub(super) fn unclosed_list(&self, open: Range<usize>) -> Diagnostic {
        match self.next() {
            Some(found) if self.slice(&found) == "(" => self
                .at(found, "a list of values holds text only")
                .help("a transformer is applied on the left, or to the whole right side"),
            Some(_) => self.expected("`,` or `)`").also(self.text.span(open), "the list begins here"),
            None => self.unclosed(open, ")"),
        }
    }

    pub(super) fn bad_argument(&self) -> Diagnostic {
        let out = self.expected("a field argument");
        match self.src().get(self.pos..).is_some_and(|r| r.starts_with(lex::is_space)) {
            true => out.help("no blanks may stand around the argument; quote one that holds blanks"),
            false => out.help("quote an argument that holds brackets or quotes"),
        }
    }

    pub(super) fn bad_transformer_argument(&self) -> Diagnostic {
        let out = self.expected("a field, a transformer, quoted text, a number or a list");
        match self.next() {
            Some(found) if lex::identifier(self.slice(&found)).is_some() => {
                out.help("a field has at least one dot, as `ct.name`")
            }
            _ => out,
        }
    }

    /// A field or a transformer was to stand by itself.
    pub(super) fn no_field(&self) -> Diagnostic {
        let out = self.expected("a field");
        match self.next() {
            Some(found) if lex::identifier(self.slice(&found)).is_some() => {
                out.help("a field has at least one dot, as `ct.name`")
            }
            _ => out,
        }
    }

    /// A field or a transformer is followed by something else.
    pub(super) fn after_operand(&self) -> Diagnostic {
        self.expected("nothing after the field")
    }

    pub(super) fn val_of_field(&self) -> Diagnostic {
        self.expected("a field").help("`val` takes a field and nothing else")
    }

    pub(super) fn open_quote(&self) -> Diagnostic {
        let quote = self.src().get(self.pos..self.pos + 1).unwrap_or("\"");
        let out = self.at(self.pos..self.pos + 1, format!("`{quote}` is not closed"));
        match self.src().trim_end().ends_with(&format!("\\{quote}")) {
            true => out.help(format!("`\\{quote}` is a quote inside the text, not its end")),
            false => out,
        }
    }

    pub(super) fn bad_escape(&self, range: Range<usize>) -> Diagnostic {
        let message = format!("`{}` is not an escape", self.slice(&range));
        self.at(range, message)
            .help("the escapes are `\\b \\f \\n \\r \\t \\\\ \\/ \\xHH` and the quote that encloses the text")
    }

    /// The left side is there, the operator is not.
    pub(super) fn no_operator(&self) -> Diagnostic {
        let Some(found) = self.next() else {
            return self.expected("an operator").help("to ask whether the field is present write `exists`");
        };
        let word = self.slice(&found);
        let before = self.slice(&self.last);
        if found.start == self.last.end && operators().any(|op| op == before) {
            return self.at(self.last.clone(), format!("`{before}` needs a blank after it"));
        }
        let joint = word == "and" || word == "or" || word == ")";
        if joint {
            return self.expected("an operator").help("to ask whether the field is present write `exists`");
        }
        if let Some(op) = operators().find(|op| *op == word) {
            return self.at(found, format!("`{op}` needs a blank and a value after it"));
        }
        let meant = match word {
            "is" | "equals" | "eq" | "===" => Some("="),
            "ne" | "<>" | "!==" => Some("!="),
            "matches" | "like" | "=~" => Some("regex"),
            _ => nearest(word, operators().filter(|op| op.len() > 2)),
        };
        let out = self.at(found.clone(), format!("`{word}` is not an operator")).did_you_mean(meant);
        match meant {
            Some(_) => out,
            None => out.help(format!("the operators are {}", operators().collect::<Vec<_>>().join(" "))),
        }
    }

    pub(super) fn no_number(&self) -> Diagnostic {
        self.expected("a number").help("`<`, `<=`, `>` and `>=` compare numbers")
    }

    pub(super) fn no_value(&self) -> Diagnostic {
        let out = self.expected("a value");
        match self.next().map(|found| self.slice(&found).to_owned()).as_deref() {
            Some("(") => out.help("to compare with several values write `in (…)`"),
            Some("=") => out.help("`=` and `==` both mean equal; quote a value that begins with `=`"),
            _ => out,
        }
    }

    pub(super) fn no_set(&self) -> Diagnostic {
        self.expected("a list").help("write the values in parentheses: `in (a, b)`")
    }

    pub(super) fn no_item(&self) -> Diagnostic {
        self.expected("a value")
    }
}
