//! What the author probably meant: a next step for the commonest slips.

use super::ast::CompareOp;
use super::expect::Stop;
use super::grammar::Rule;
use super::tokens::{Token, TokenKind, Tokens};
use crate::diagnostics::{Diagnostic, nearest};

/// Adds a next step to a diagnostic about the token `found`.
pub(super) fn advise(plain: Diagnostic, stop: &Stop<'_>, found: Token) -> Diagnostic {
    let shown = stop.token_text(found);
    let advice = shown
        .chars()
        .next()
        .and_then(unusual)
        .or_else(|| stop.advice_on_structure(found))
        .or_else(|| stop.advice_on_neighbours(found))
        .or_else(|| foreign(shown))
        .or_else(|| stop.advice_on_joints(shown));
    if let Some(advice) = advice {
        return plain.help(advice);
    }
    if stop.wants_operator() && found.kind == TokenKind::Word {
        let near = nearest(shown, OPERATORS.iter().copied());
        if near.is_some() {
            return plain.did_you_mean(near);
        }
    }
    match stop.advice_on_values(found) {
        Some(advice) => plain.help(advice),
        None => plain,
    }
}

impl<'t> Stop<'t> {
    /// The token after this one.
    fn after(&self, token: Token) -> Option<&'t str> {
        Tokens::of(self.text).find(|next| next.start >= token.end).map(|next| self.token_text(next))
    }

    /// What is meant by words that hold a condition together in other languages.
    fn advice_on_structure(&self, found: Token) -> Option<String> {
        let before = self.before?;
        let (text, shown) = (self.token_text(before), self.token_text(found));
        let next = self.after(found).unwrap_or_default();
        if shown.starts_with("//") || shown.starts_with("/*") {
            return Some("a comment starts with `#`".to_owned());
        }
        if before.kind == TokenKind::Text && before.end == found.start {
            return Some(if text.ends_with("cel\"") {
                "between double quotes CEL stands in single ones: `{cel'…'}`".to_owned()
            } else {
                "a quote within the text is written `\\\"`".to_owned()
            });
        }
        if shown.starts_with('=')
            && before.kind == TokenKind::Word
            && self.expects(&[Rule::close_bracket])
            && self.expects(&[Rule::comma])
        {
            return Some("put quotes around a value that holds `=`".to_owned());
        }
        let quantifier =
            || Some("write `any x in LIST (CONDITION)`; there are `any`, `all`, `no` and `count`".to_owned());
        if self.expects(&[Rule::group]) && self.quantifier().is_some() && self.call_before_group().is_none() {
            return Some("the condition stands in parentheses behind the list".to_owned());
        }
        if !self.wants_operator() {
            return match (text, shown) {
                (",", ")") => Some("remove the comma before it".to_owned()),
                ("in" | "intersects" | "inside" | "covers" | "pmatch", "{") => {
                    Some("a list stands in parentheses: `in (a, b)`".to_owned())
                }
                _ => None,
            };
        }
        match text.to_ascii_lowercase().as_str() {
            "-" => return Some("a list stands in parentheses: `in (a, b)`".to_owned()),
            "some" | "every" | "each" | "exists" | "forall" | "foreach" if next == "in" => {
                return quantifier();
            }
            "for" if matches!(shown, "any" | "all" | "each" | "every") => return quantifier(),
            "exists" if found.kind == TokenKind::Word => {
                return Some(format!("`exists` stands behind the field: `{shown} exists`"));
            }
            "if" | "when" | "unless" => return Some(format!("a condition stands alone; remove `{text}`")),
            word @ ("not" | "and" | "or") if word != text => return Some(format!("write `{word}`")),
            "oneof" | "anyof" | "allof" if shown == "(" => {
                return Some(format!("put a blank between `{text}` and its parenthesis"));
            }
            "<>" => return Some("write `!=`".to_owned()),
            "cel" if found.kind == TokenKind::Text => {
                return Some("give it a name, `let NAME = cel\"…\"`, and use the name here".to_owned());
            }
            _ => {}
        }
        match shown {
            "any" | "all" | "no" | "count" => quantifier(),
            "is" if matches!(next, "null" | "None" | "none" | "nil" | "empty" | "absent") => {
                Some(format!("write `not {text} exists`"))
            }
            "is" if next == "not" => Some(format!("write `{text} exists`, or `not {text} = VALUE`")),
            "not" if next == "exists" || CompareOp::parse(next).is_some() => {
                Some(format!("`not` stands before the whole comparison: `not {text} {next}`"))
            }
            "else" | "otherwise" => Some("write `, otherwise LEVEL`".to_owned()),
            "between" => Some(format!("write `{text} >= LOW and {text} <= HIGH`")),
            "one" => Some("write `in (a, b)`".to_owned()),
            "+" | "-" | "*" | "/" | "%" | "?" => {
                Some("values are computed in CEL: `let NAME = cel\"…\"`, and `NAME` here".to_owned())
            }
            "," if next.is_empty() => Some("nothing stands between keys; remove it".to_owned()),
            _ if text.len() > 1 && text.ends_with(';') => Some(
                "nothing ends a condition; remove the `;` and join the two with `and` or `or`".to_owned(),
            ),
            _ if shown.starts_with(['<', '>', '=']) && self.is_value(before) => {
                Some("a comparison has two sides; join two of them with `and`".to_owned())
            }
            _ => None,
        }
    }

    /// What is meant by the token together with the one before it.
    fn advice_on_neighbours(&self, found: Token) -> Option<String> {
        let before = self.before?;
        let (text, shown) = (self.token_text(before), self.token_text(found));
        if let Some((_, _, advice)) = unusual_character(text) {
            return Some(advice);
        }
        if text.ends_with('=') && shown.starts_with('=') {
            return Some("write `=`".to_owned());
        }
        if self.expected.iter().all(|kind| *kind == Rule::EOI)
            && shown.starts_with(':')
            && !shown.starts_with("::")
            && before.end == found.start
        {
            return Some(format!(
                "the parts of a type are joined by `::`: `{text}{}`",
                shown.replace(':', "::")
            ));
        }
        if text.starts_with('~') {
            return Some("write `matches /…/` for a regular expression".to_owned());
        }
        if before.kind == TokenKind::Regex && found.start == before.end {
            return Some("flags stand inside: `/(?i)…/`".to_owned());
        }
        if matches!(shown, "(" | "[") && matches!(text, "=" | "==" | "!=") && self.expects(&[Rule::word]) {
            return Some("`=` compares with one value; write `in (…)` for a list".to_owned());
        }
        if !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_digit())
            && let Some(unit) = unit(shown)
        {
            return Some(format!("write `{text}{unit}`"));
        }
        if self.expects(&[Rule::ident])
            && shown.starts_with(|c: char| c.is_ascii_digit())
            && !text.ends_with('.')
        {
            return Some("a name starts with a letter".to_owned());
        }
        let touching = before.end == found.start;
        if touching && text.ends_with('.') && shown.starts_with(|c: char| c.is_ascii_digit()) {
            return Some("an item of a list stands in brackets: `items[0]`".to_owned());
        }
        if touching
            && shown.starts_with(['-', '.', '$', '@'])
            && self.expects(&[Rule::on_kw, Rule::rule_body, Rule::equals])
        {
            return Some("a name is made of letters, digits and `_`".to_owned());
        }
        if touching && self.wants_operator() && shown.starts_with('-') {
            return Some("a key with other characters than letters, digits and `_` stands in brackets and quotes: `event[\"a-b\"].c`".to_owned());
        }
        if touching && text == "[" && self.expects(&[Rule::string]) {
            return Some("put quotes around a value that holds brackets".to_owned());
        }
        if shown == "{" && (matches!(text, "=" | "==" | "!=") || text.ends_with('$')) {
            return Some("a value stands without braces, text in quotes".to_owned());
        }
        if !self.wants_operator() {
            return None;
        }
        if let Some(word) = self.quantifier() {
            return Some(format!("write `{word} x in LIST (CONDITION)`"));
        }
        (shown == "(" && before.kind == TokenKind::Word)
            .then(|| format!("a call has no blank before its parenthesis: `{text}(…)`"))
    }

    /// What is meant by a word where two conditions meet.
    fn advice_on_joints(&self, shown: &str) -> Option<String> {
        if shown.starts_with('!') {
            return Some("write `not`".to_owned());
        }
        if !self.wants_operator() {
            return None;
        }
        if shown == "not" {
            return Some("join the two conditions: `and not`, or `or not`".to_owned());
        }
        let (joint, rest) = ["and", "or", "not"]
            .into_iter()
            .find_map(|joint| Some((joint, shown.strip_prefix(joint).filter(|rest| !rest.is_empty())?)))?;
        Some(format!("put a blank between `{joint}` and `{rest}`"))
    }

    /// What is meant by two values in a row, or by a value where a field stands.
    fn advice_on_values(&self, found: Token) -> Option<String> {
        let shown = self.token_text(found);
        if shown.starts_with("$.") && self.wants_condition() {
            return Some(format!("the raw record is `event`: `event{}`", shown.trim_start_matches('$')));
        }
        let quoted = found.kind == TokenKind::Text || shown.starts_with(|c: char| c.is_ascii_digit());
        if quoted && self.wants_condition() {
            return Some("the field stands on the left of a comparison, the value on the right".to_owned());
        }
        let separator = (self.open.is_none() && matches!(shown, "," | ";"))
            .then(|| "nothing stands between keys; remove it".to_owned());
        let Some(before) = self.before.filter(|token| self.is_value(*token)) else { return separator };
        let text = self.token_text(before);
        if shown == "," && self.wants_operator() {
            return Some(format!("write `in ({text}, …)` to compare with several values"));
        }
        if separator.is_some() {
            return separator;
        }
        let wordy = |token: Token, text: &str| {
            token.kind == TokenKind::Word && text.starts_with(|c: char| c.is_alphanumeric() || c == '/')
        };
        let next = self.after(found).unwrap_or_default();
        if self.wants_operator() && (next == "exists" || CompareOp::parse(next).is_some()) {
            return Some("join the two conditions with `and` or `or`".to_owned());
        }
        (wordy(before, text) && wordy(found, shown) && self.wants_operator())
            .then(|| format!("put quotes around a value that holds blanks: `\"{text} {shown}\"`"))
    }

    /// Whether a token is the right side of a comparison.
    fn is_value(&self, token: Token) -> bool {
        let before = Tokens::of(self.text).take_while(|t| t.end <= token.start).last();
        before.is_some_and(|t| CompareOp::parse(self.token_text(t)).is_some())
    }

    /// The name of a call that ends where a quantifier's condition should stand.
    pub(super) fn call_before_group(&self) -> Option<&'t str> {
        self.before.filter(|token| self.token_text(*token) == ")" && self.expects(&[Rule::group]))?;
        let tokens: Vec<Token> = Tokens::of(self.text).collect();
        let open = tokens.iter().rposition(|token| self.token_text(*token) == "(")?;
        tokens.get(open.checked_sub(1)?).map(|token| self.token_text(*token))
    }

    /// The quantifier that the condition here starts with, where it was read as a name.
    fn quantifier(&self) -> Option<&'t str> {
        let end = self.found.map_or(self.text.len(), |token| token.start);
        let mut first = None;
        let mut fresh = true;
        for token in Tokens::of(self.text).take_while(|token| token.start < end) {
            let text = self.token_text(token);
            if fresh {
                first = Some(text);
            }
            fresh = matches!(text, "and" | "or" | "not" | "(" | "=") || text.ends_with(':');
        }
        first.filter(|word| matches!(*word, "any" | "all" | "no" | "count"))
    }
}

/// The first character of a word that only looks like another, such as a quote or a blank from a
/// word processor, with what to write for it.
pub(super) fn unusual_character(word: &str) -> Option<(usize, char, String)> {
    word.char_indices().find_map(|(at, c)| Some((at, c, unusual(c)?)))
}

/// What to write for a character that only looks like another.
fn unusual(c: char) -> Option<String> {
    match c {
        '“' | '”' | '„' | '‘' | '’' => {
            Some("this is a typographic quote; write `\"` or `'`".to_owned())
        }
        c if !c.is_ascii() && (c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')) => {
            Some(format!("this is a special blank (U+{:04X}); write an ordinary one", c as u32))
        }
        c if c.is_control() => Some(format!("this is a control character (U+{:04X}); remove it", c as u32)),
        _ => None,
    }
}

/// The unit that a word after a number means.
fn unit(word: &str) -> Option<&str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "ms" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        "kb" | "mb" | "gb" | "tb" | "kib" | "mib" | "gib" | "tib" => word,
        _ => return None,
    })
}

/// What an operator of another language is here.
fn foreign(word: &str) -> Option<String> {
    FOREIGN
        .iter()
        .find(|(there, here)| word.eq_ignore_ascii_case(there) && word != *here)
        .map(|(_, here)| format!("write `{here}`"))
}

const FOREIGN: &[(&str, &str)] = &[
    ("&&", "and"),
    ("||", "or"),
    ("!", "not"),
    ("and", "and"),
    ("or", "or"),
    ("not", "not"),
    ("~", "matches"),
    ("<>", "!="),
    ("is", "="),
    ("equals", "="),
    ("eq", "="),
    ("ne", "!="),
    ("like", "glob"),
    ("has", "contains"),
];

const OPERATORS: &[&str] = &[
    "and",
    "or",
    "exists",
    "in",
    "contains",
    "icontains",
    "bcontains",
    "startswith",
    "istartswith",
    "bstartswith",
    "endswith",
    "iendswith",
    "glob",
    "iglob",
    "regex",
    "matches",
    "intersects",
    "pmatch",
    "inside",
    "covers",
];
