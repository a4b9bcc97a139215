//! What stands between the braces of rules, patterns and tests.

use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::{Builder, Children};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

impl Builder {
    /// The keys between the braces of a rule or sequence.
    pub(super) fn rule_body(&mut self, body: Pair<'_>) -> Vec<RuleKey> {
        self.body(body, Self::junk_rule_key, Self::rule_key)
    }

    /// The items between braces: `junk` makes what it can of those that the grammar does not
    /// match.
    fn body<T>(
        &mut self,
        body: Pair<'_>,
        junk: fn(&mut Self, &Pair<'_>) -> Option<T>,
        item: fn(&mut Self, Pair<'_>) -> Option<T>,
    ) -> Vec<T> {
        let start = body.as_span().start();
        let open = self.place(start, start + 1);
        let mut items = Vec::new();
        let mut swallowed = false;
        for pair in Children::of(body) {
            match pair.as_rule() {
                Rule::unclosed => self.unclosed_brace(open, swallowed),
                Rule::junk_key | Rule::junk_case => {
                    swallowed = ends_unclosed(&pair);
                    items.extend(junk(self, &pair));
                }
                _ => items.extend(item(self, pair)),
            }
        }
        items
    }

    /// Reports a brace that is not closed, unless junk inside has already run into the end.
    fn unclosed_brace(&mut self, open: Span, swallowed: bool) {
        if !swallowed {
            self.push(
                Diagnostic::new(Code::UnclosedBlock, open, "this `{` is never closed")
                    .label("opened here")
                    .help("add a `}` after the last line that belongs to it"),
            );
        }
    }

    fn rule_key(&mut self, pair: Pair<'_>) -> Option<RuleKey> {
        let span = self.span(&pair);
        let kind = pair.as_rule();
        let mut inner = Children::of(pair);
        let word = inner.next()?;
        let key = self.ident(&word);
        let value = match kind {
            Rule::condition_key => {
                let condition = self.condition(inner.next()?)?;
                match key.name.as_str() {
                    "when" => RuleValue::When(condition),
                    "where" => RuleValue::Where(condition),
                    _ => RuleValue::Having(condition),
                }
            }
            Rule::text_key => {
                let template = self.template(&inner.next()?)?;
                if key.name == "fix" { RuleValue::Fix(template) } else { RuleValue::Message(template) }
            }
            Rule::value_key => {
                let value = self.value(inner.next()?)?;
                if key.name == "within" { RuleValue::Within(value) } else { RuleValue::Enabled(value) }
            }
            Rule::step_key => {
                let name = self.new_name(inner.child(Rule::ident))?;
                RuleValue::Step { name, when: self.condition(inner.next()?)? }
            }
            Rule::severity_key => RuleValue::Severity(self.severity(inner)?),
            Rule::list_key => {
                let items = self.entries(inner.next()?);
                match key.name.as_str() {
                    "maps" => RuleValue::Maps(items),
                    "tags" => RuleValue::Tags(items),
                    _ => RuleValue::Refs(items),
                }
            }
            Rule::group_key => RuleValue::Group(self.references(inner.next()?)),
            Rule::dedup_key => {
                let by = inner.child(Rule::references).map(|r| self.references(r)).unwrap_or_default();
                let _ = inner.child(Rule::for_kw);
                RuleValue::Dedup { by, window: self.value(inner.next()?)? }
            }
            Rule::let_key => {
                let name = self.new_name(inner.child(Rule::ident))?;
                RuleValue::Let { name, cel: self.cel(inner.next()?)? }
            }
            Rule::except_key => RuleValue::Except(self.except(inner)?),
            Rule::set_key | Rule::remove_key => RuleValue::Edit(self.edit(&key, inner)?),
            _ => return None,
        };
        Some(RuleKey { key, value, span })
    }

    /// What follows `set`, `add` or `remove`.
    fn edit(&mut self, word: &Ident, mut inner: Children<'_>) -> Option<Edit> {
        let kind = match word.name.as_str() {
            "set" => EditKind::Set,
            "add" => EditKind::Add,
            _ => EditKind::Remove,
        };
        let path = inner.child(Rule::path)?;
        let span = self.span(&path);
        let path = Spanned { node: Path { segments: self.segments(path)? }, span };
        let value = match inner.child(Rule::equals) {
            Some(_) => Some(self.data(inner.next()?)?),
            None => None,
        };
        let when = match inner.child(Rule::if_kw) {
            Some(_) => Some(self.condition(inner.next()?)?),
            None => None,
        };
        Some(Edit { kind, path, value, when })
    }

    fn severity(&mut self, inner: Children<'_>) -> Option<Severity> {
        let mut cases = Vec::new();
        let mut otherwise = None;
        for pair in inner {
            match pair.as_rule() {
                Rule::severity_case => {
                    let mut case = Children::of(pair);
                    let level = self.value(case.child(Rule::word)?)?;
                    case.child(Rule::if_kw)?;
                    cases.push((level, self.condition(case.next()?)?));
                }
                Rule::word => otherwise = self.value(pair),
                _ => {}
            }
        }
        Some(Severity { cases, otherwise: otherwise? })
    }

    fn except(&mut self, mut inner: Children<'_>) -> Option<Except> {
        let name = self.new_name(inner.child(Rule::ident))?;
        let fields = Children::of(inner.child(Rule::except_fields)?)
            .filter_map(|field| {
                let mut field = Children::of(field);
                let operand = self.operand(field.next()?)?;
                let op = field.next().and_then(|op| self.operator(&op));
                Some((operand, op))
            })
            .collect();
        inner.child(Rule::in_kw)?;
        let rows = self.entries(inner.child(Rule::array)?);
        Some(Except { name, fields, rows })
    }

    pub(super) fn pattern(&mut self, pair: Pair<'_>) -> Option<DeclKind> {
        let mut inner = Children::of(pair);
        inner.child(Rule::pattern_kw)?;
        let header = inner.next()?;
        let name = if header.as_rule() == Rule::ident {
            self.new_name(Some(header))
        } else {
            self.junk_header("pattern", &header);
            None
        };
        let keys = self.body(inner.child(Rule::pattern_body)?, Self::junk_pattern_key, Self::pattern_key);
        Some(DeclKind::Pattern(Pattern { name: name?, keys }))
    }

    fn pattern_key(&mut self, pair: Pair<'_>) -> Option<PatternKey> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        let key = self.ident(&inner.child(Rule::ident)?);
        if !self.is_pattern_key(&key) {
            return None;
        }
        let value = inner.next()?;
        let values = match value.as_rule() {
            Rule::array => self.entries(value),
            _ => vec![self.value(value)?],
        };
        Some(PatternKey { key, values, span })
    }

    pub(super) fn test(&mut self, pair: Pair<'_>) -> Option<DeclKind> {
        let mut inner = Children::of(pair);
        inner.child(Rule::test_kw)?;
        let header = inner.next()?;
        let rule = if header.as_rule() == Rule::dotted {
            self.name(Some(header))
        } else {
            self.junk_header("test", &header);
            None
        };
        let cases = self.body(inner.child(Rule::test_body)?, Self::junk_case, Self::test_case);
        Some(DeclKind::Test(Test { rule: rule?, cases }))
    }

    fn test_case(&mut self, pair: Pair<'_>) -> Option<TestCase> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        let word = inner.child(Rule::expectation)?;
        let expect = match word.as_str() {
            "fires" => Expect::Fires,
            "silent" => Expect::Silent,
            "unknown" => Expect::Unknown,
            "passes" => Expect::Passes,
            _ => Expect::NotApplicable,
        };
        let expect_span = self.span(&word);
        let title = self.string(&inner.child(Rule::string)?)?;
        let input = self.test_input(inner.child(Rule::test_input)?)?;
        let (mut beside, mut params) = (Vec::new(), None);
        for pair in inner {
            match pair.as_rule() {
                Rule::beside => beside.push(self.beside(pair)?),
                _ => params = self.params_of_case(pair, params),
            }
        }
        Some(TestCase { expect, expect_span, title, input, beside, params, span })
    }

    fn beside(&mut self, pair: Pair<'_>) -> Option<Beside> {
        let mut inner = Children::of(pair);
        inner.child(Rule::beside_kw)?;
        let record = self.name(inner.child(Rule::record_type))?;
        let input = inner.next()?;
        let (base, value) = match input.as_rule() {
            Rule::object => (None, Some(self.data(input)?)),
            _ => self.on_sample(input),
        };
        Some(Beside { record, base, value })
    }

    /// `with params { … }`, which may stand once.
    fn params_of_case(&mut self, pair: Pair<'_>, first: Option<Data>) -> Option<Data> {
        let span = self.span(&pair);
        let object = Children::of(pair).find(|part| part.as_rule() == Rule::object);
        let found = object.and_then(|object| self.data(object));
        let Some(first) = first else { return found };
        self.push(
            Diagnostic::new(Code::DuplicateKey, span, "this case has two `with params`")
                .also(first.span, "given first here")
                .help("put all parameters into one"),
        );
        Some(first)
    }

    /// `sample with { … }`
    fn on_sample(&mut self, pair: Pair<'_>) -> (Option<Name>, Option<Data>) {
        let mut inner = Children::of(pair);
        let base = self.name(inner.child(Rule::dotted));
        let _ = inner.child(Rule::with_kw);
        let value = inner.next().and_then(|object| self.data(object));
        (base, value)
    }

    fn test_input(&mut self, pair: Pair<'_>) -> Option<TestInput> {
        let input = Children::of(pair).next()?;
        Some(match input.as_rule() {
            Rule::object => TestInput::Record { base: None, value: Some(self.data(input)?) },
            Rule::on_sample => {
                let (base, value) = self.on_sample(input);
                TestInput::Record { base, value }
            }
            _ => {
                let mut inner = Children::of(input);
                let template = inner.child(Rule::file_kind)?.as_str() == "template";
                let path = self.string(&inner.child(Rule::string)?)?;
                if template { TestInput::Template(path) } else { TestInput::File(path) }
            }
        })
    }
}

/// Whether junk ran into the end of its declaration with a brace open.
fn ends_unclosed(junk: &Pair<'_>) -> bool {
    junk.clone().into_inner().any(|pair| pair.as_rule() == Rule::unclosed)
}
