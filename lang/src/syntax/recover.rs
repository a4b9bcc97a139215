//! What is wrong with the text that junk productions took.

use super::ast::{DeclKind, PatternKey, RuleKey};
use super::build::Builder;
use super::grammar::{Pair, Rule};
use crate::diagnostics::{Code, Diagnostic};

impl Builder {
    pub(super) fn unreadable(&mut self, text: &str, error: &pest::error::Error<Rule>) {
        let at = match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
        };
        let end = text.get(at..).and_then(|r| r.chars().next()).map_or(at, |c| at + c.len_utf8());
        let span = self.place(at, end);
        self.push(Diagnostic::new(Code::Syntax, span, "this cannot be read"));
    }

    fn junk(&mut self, pair: &Pair<'_>) {
        let span = pair.as_span();
        let span = self.place(span.start(), span.end());
        self.push(Diagnostic::new(Code::Syntax, span, "this cannot be read"));
    }

    pub(super) fn junk_item(&mut self, pair: &Pair<'_>) -> Option<DeclKind> {
        self.junk(pair);
        None
    }

    pub(super) fn junk_header(&mut self, _keyword: &str, pair: &Pair<'_>) {
        self.junk(pair);
    }

    pub(super) fn junk_rule_key(&mut self, pair: &Pair<'_>, _sequence: bool) -> Option<RuleKey> {
        self.junk(pair);
        None
    }

    pub(super) fn junk_pattern_key(&mut self, pair: &Pair<'_>) -> Option<PatternKey> {
        self.junk(pair);
        None
    }

    pub(super) fn junk_case(&mut self, pair: &Pair<'_>) {
        self.junk(pair);
    }
}
