//! What is said about text that is not YAML.

use std::ops::Range;

use granit_parser::ErrorKind;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// Where and why the YAML parser stopped.
pub(super) struct Failure {
    /// Why.
    pub(super) kind: ErrorKind,
    /// Where, in bytes of the file.
    pub(super) at: usize,
    /// The place of what was read last.
    pub(super) last: Range<usize>,
    /// The innermost `[` or `{` that was open.
    pub(super) open: Option<Span>,
}

/// Says what is wrong with text that ends, for this purpose, at byte `end`.
pub(super) fn explain(file: FileId, text: &str, end: usize, failure: &Failure) -> Diagnostic {
    Explain { file, text: text.get(..end).unwrap_or(text), failure }.diagnostic()
}

struct Explain<'a> {
    file: FileId,
    text: &'a str,
    failure: &'a Failure,
}

impl Explain<'_> {
    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or("")
    }

    fn at(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let end = (range.end..=self.text.len()).find(|end| self.text.is_char_boundary(*end));
        let span = Span::new(self.file, range.start, end.unwrap_or(range.start));
        Diagnostic::new(Code::FalcoYaml, span, message)
    }

    /// The word at a place; at the end of a line, the word before.
    fn word(&self, at: usize) -> Range<usize> {
        let rest = self.rest(at);
        let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if len > 0 {
            return at..at + len;
        }
        let before = self.text.get(..at).unwrap_or(self.text).trim_end();
        let start = before.rfind(char::is_whitespace).map_or(0, |i| i + 1);
        let start = (start..before.len()).find(|i| before.is_char_boundary(*i)).unwrap_or(before.len());
        start..before.len()
    }

    /// The text of the line from a place on.
    fn line(&self, at: usize) -> Range<usize> {
        let rest = self.rest(at);
        at..at + rest.lines().next().map_or(0, |line| line.trim_end().len())
    }

    fn diagnostic(&self) -> Diagnostic {
        use ErrorKind as K;
        let at = self.failure.at;
        match &self.failure.kind {
            K::TabNotAllowed
            | K::TabInBlockIndentation
            | K::TabInIndentation
            | K::TabInPlainScalar
            | K::TabAtBlockScalarStart => self.tab(),
            K::UnclosedQuotedScalar | K::InvalidQuotedScalarIndent | K::DocumentIndicatorInQuotedScalar => {
                self.open_quote()
            }
            K::UnclosedFlowCollection { open } => self.open_bracket(*open),
            _ if self.failure.open.is_some() => self.open_bracket('['),
            K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => self
                .at(self.word(at), "text follows a closed quote")
                .help("a quote inside quotes is written `''` in single and `\\\"` in double quotes"),
            K::MappingValueNotAllowed => self.colon(),
            K::SimpleKeyExpected | K::InvalidSimpleKey => self
                .at(self.line(at), "expected a key with a `:` after it")
                .help("text that goes on in a new line is indented deeper than its key"),
            K::UnknownQuotedScalarEscape => self.escape(),
            K::UnexpectedCharacter { character } => self
                .at(
                    at..at + character.len_utf8(),
                    match character {
                        '`' => "a value cannot begin with a backtick".to_owned(),
                        other => format!("a value cannot begin with `{other}`"),
                    },
                )
                .help("put the value in quotes"),
            K::ExpectedBlockSequenceEntry
            | K::ExpectedBlockMappingKey
            | K::InvalidIndentation
            | K::BlockSequenceEntryNotAllowed
            | K::ExpectedDocumentStart => self.indentation(),
            K::RecursionLimitExceeded => self.at(self.word(at), "nested too deep"),
            other => self.at(self.word(at), format!("not YAML: {other}")),
        }
    }

    fn tab(&self) -> Diagnostic {
        let from = self.failure.last.end.min(self.failure.at);
        let tab = self.rest(from).find('\t').map_or(self.failure.at, |i| from + i);
        self.at(tab..(tab + 1).min(self.text.len()), "a tab cannot indent")
            .help("YAML is indented with spaces")
    }

    fn open_quote(&self) -> Diagnostic {
        let from = self.failure.last.end;
        match self.rest(from).find(['"', '\'']) {
            Some(i) => {
                let quote = from + i;
                let mark = self.rest(quote).get(..1).unwrap_or("");
                self.at(quote..quote + 1, format!("`{mark}` is not closed"))
            }
            None => self.at(self.word(self.failure.at), "a quote is not closed"),
        }
    }

    /// A `: ` where no key can be.
    fn colon(&self) -> Diagnostic {
        let at = self.failure.at;
        let value = self.text.get(self.failure.last.clone()).unwrap_or("");
        if value.contains('\n') {
            let line = self.text.get(..at).unwrap_or("").rfind('\n').map_or(0, |i| i + 1);
            let indent = self.rest(line).len() - self.rest(line).trim_start().len();
            let key = line + indent..at.max(line + indent);
            let name = self.text.get(key.clone()).unwrap_or("").to_owned();
            return self
                .at(key, format!("`{name}` is read as part of the value above it"))
                .help("indent it like the other keys");
        }
        self.at(at..(at + 1).min(self.text.len()), "a `:` followed by a blank makes its line a key")
            .help("put the value in quotes, or below its key after `>`")
    }

    fn escape(&self) -> Diagnostic {
        const KNOWN: &str = "0abt\tnvfre \"/\\N_LPxuU\n\r";
        let from = self.failure.at;
        let mut chars = self.rest(from).char_indices();
        while let Some((i, c)) = chars.next() {
            if c != '\\' {
                continue;
            }
            let Some((_, next)) = chars.next() else { break };
            if !KNOWN.contains(next) {
                let at = from + i;
                return self
                    .at(at..at + 1 + next.len_utf8(), format!("`\\{next}` is not an escape of YAML"))
                    .help("double the backslash, or write the value in single quotes or after `>`");
            }
        }
        self.at(self.word(from), "an escape in double quotes is not one of YAML")
    }

    fn indentation(&self) -> Diagnostic {
        let word = self.word(self.failure.at);
        let text = self.text.get(word.clone()).unwrap_or("").to_owned();
        self.at(word, format!("`{text}` does not line up with anything above it"))
            .help("the keys of an item begin in the same column, and every item with `- `")
    }

    /// A `[` or `{` that is not closed: the one that was read, or else the next one.
    fn open_bracket(&self, bracket: char) -> Diagnostic {
        let from = self.failure.last.end.min(self.failure.at);
        let next = || self.rest(from).find(bracket).map(|i| from + i..from + i + 1);
        let open = self.failure.open.map(|o| o.start as usize..o.end as usize).or_else(next);
        let word = self.word(self.failure.at);
        let open = open.unwrap_or_else(|| word.clone());
        let bracket = self.text.get(open.clone()).unwrap_or("[").to_owned();
        self.at(open, format!("`{bracket}` is not closed, or its items are not separated by `,`"))
            .also(Span::new(self.file, word.start, word.end), "this does not fit")
            .help("put an item that holds brackets or `: ` in quotes")
    }
}
