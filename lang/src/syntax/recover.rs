//! What is wrong with the text that junk productions took, and what can be kept of it.

use super::advice::unusual_character;
use super::ast::{DeclKind, Ident, PatternKey, RuleKey, RuleValue, TestCase};
use super::build::Builder;
use super::expect::{Junk, unclosed_text};
use super::grammar::{Pair, Rule};
use super::tokens::{Token, TokenKind, Tokens};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;

/// The words that items of a file start with, and the productions that read them.
const ITEMS: &[(&str, Rule)] = &[
    ("rule", Rule::rule_decl),
    ("macro", Rule::macro_),
    ("list", Rule::list),
    ("param", Rule::param),
    ("test", Rule::test),
    ("sample", Rule::sample),
    ("sequence", Rule::rule_decl),
    ("pattern", Rule::pattern),
    ("package", Rule::package),
    ("use", Rule::import),
];

/// Items by the words that start them in other languages.
const FOREIGN_ITEMS: &[(&str, &str)] = &[
    ("import", "use"),
    ("include", "use"),
    ("using", "use"),
    ("module", "package"),
    ("namespace", "package"),
    ("def", "macro"),
    ("fn", "macro"),
    ("func", "macro"),
    ("function", "macro"),
    ("var", "list"),
    ("const", "list"),
    ("set", "list"),
    ("policy", "rule"),
    ("deny", "rule"),
    ("alert", "rule"),
    ("parameter", "param"),
];

/// The keys of a rule, and the productions that read them.
const RULE_KEYS: &[(&str, Rule)] = &[
    ("severity", Rule::severity_key),
    ("where", Rule::condition_key),
    ("let", Rule::let_key),
    ("when", Rule::condition_key),
    ("group", Rule::group_key),
    ("within", Rule::value_key),
    ("having", Rule::condition_key),
    ("dedup", Rule::dedup_key),
    ("step", Rule::step_key),
    ("message", Rule::text_key),
    ("fix", Rule::text_key),
    ("maps", Rule::list_key),
    ("tags", Rule::list_key),
    ("refs", Rule::list_key),
    ("except", Rule::except_key),
    ("enabled", Rule::value_key),
    ("set", Rule::set_key),
    ("add", Rule::set_key),
    ("remove", Rule::remove_key),
];

/// Those of them that no colon follows.
const BARE_KEYS: &[&str] = &["let", "step", "except", "set", "add", "remove"];

/// Keys that a rule has in Falco or elsewhere, and what does the same here.
const FOREIGN_KEYS: &[(&str, &str)] = &[
    ("condition", "the condition stands under `when:`"),
    ("output", "the text of a finding stands under `message:`"),
    ("priority", "the level stands under `severity:`"),
    ("level", "the level stands under `severity:`"),
    ("desc", "describe the rule in `##` lines above it"),
    ("description", "describe the rule in `##` lines above it"),
    ("title", "the first `##` line above a rule is its title"),
    ("source", "the record type stands in the first line: `rule NAME on TYPE {`"),
    ("exceptions", "write `except NAME(field) in [\"value\"]`"),
    ("references", "links stand under `refs:`"),
    ("remediation", "the mend stands under `fix:`"),
    ("id", "a rule's id is its package and its name"),
    ("name", "the name stands in the first line: `rule NAME on TYPE {`"),
];

/// The keys of a pattern.
pub(super) const PATTERN_KEYS: &[&str] = &["regex", "keywords", "entropy", "examples", "counter_examples"];

const OUTCOMES: &[&str] = &["fires", "silent", "unknown", "passes", "not_applicable"];

impl<'t> Junk<'t> {
    fn of(pair: &Pair<'t>) -> Self {
        Self { text: pair.as_str().trim_end(), start: pair.as_span().start() }
    }

    fn token_text(&self, token: Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    fn tokens(&self) -> impl Iterator<Item = Token> {
        Tokens::of(self.text).filter(|token| token.kind != TokenKind::Comment)
    }

    /// The first token cut down to the name that it starts with, and whether a colon follows.
    fn leading_word(&self) -> Option<(Token, bool)> {
        let mut tokens = self.tokens();
        let first = tokens.next().filter(|token| token.kind == TokenKind::Word)?;
        let word = self.token_text(first);
        let len = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
        let name = Token { end: first.start + len, ..first };
        let rest = word.get(len..).unwrap_or_default();
        let colon = if rest.is_empty() {
            tokens.next().is_some_and(|next| self.token_text(next).starts_with(':'))
        } else {
            rest.starts_with(':')
        };
        (len > 0).then_some((name, colon))
    }
}

impl Builder {
    /// Reports text that not even junk productions could take.
    pub(super) fn unreadable(&mut self, text: &str, error: &pest::error::Error<Rule>) {
        let at = match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
        };
        let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
        let span = self.place(at, end);
        self.push(Diagnostic::new(Code::Syntax, span, "this cannot be read"));
    }

    fn token_span(&self, junk: Junk<'_>, token: Token) -> Span {
        self.place(junk.start + token.start, junk.start + token.end)
    }

    fn junk_span(&self, junk: Junk<'_>) -> Span {
        self.place(junk.start, junk.start + junk.text.len())
    }

    pub(super) fn junk_item(&mut self, pair: &Pair<'_>) -> Option<DeclKind> {
        let junk = Junk::of(pair);
        if self.is_blanked(self.junk_span(junk)) {
            return None;
        }
        let mut tokens = junk.tokens();
        let first = tokens.next()?;
        let name = tokens.next().and_then(|token| {
            let text = junk.token_text(token);
            let len = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
            let name = text.get(..len).filter(|s| !s.is_empty())?;
            let token = Token { end: token.start + len, ..token };
            Some(Ident { name: name.into(), span: self.token_span(junk, token) })
        });
        let word = junk.token_text(first);
        if let Some((keyword, rule)) = ITEMS.iter().find(|(keyword, _)| *keyword == word) {
            self.explain(junk, *rule);
            let declares = !matches!(*keyword, "package" | "use" | "test");
            return name.filter(|_| declares).map(DeclKind::Broken);
        }
        let near = self.unknown_item(junk, first);
        name.filter(|_| near).map(DeclKind::Broken)
    }

    /// Reports an item that starts with no word of the language; whether a near word exists.
    fn unknown_item(&mut self, junk: Junk<'_>, first: Token) -> bool {
        let word = junk.token_text(first);
        let span = self.token_span(junk, first);
        if first.kind == TokenKind::OpenText {
            self.push(unclosed_text(span, word));
            return false;
        }
        if first.kind == TokenKind::Close {
            self.push(
                Diagnostic::new(Code::UnknownItem, span, format!("this `{word}` closes nothing"))
                    .help("remove it, or look for a bracket too many above"),
            );
            return false;
        }
        let key = junk.leading_word().map(|(name, colon)| (junk.token_text(name), colon));
        let key = key.filter(|(key, colon)| *colon || BARE_KEYS.contains(key));
        if let Some((key, _)) = key.filter(|(key, _)| RULE_KEYS.iter().any(|(known, _)| known == key)) {
            self.push(
                Diagnostic::new(Code::UnknownItem, span, format!("`{key}` stands outside of a rule"))
                    .help("look for a `}` above that closes the rule too early"),
            );
            return false;
        }
        if word == "-" {
            self.push(
                Diagnostic::new(Code::UnknownItem, span, "this looks like YAML")
                    .help("a Falco rules file is read as one where its name ends in `.yaml` or `.yml`"),
            );
            return false;
        }
        if let Some((_, c, advice)) = unusual_character(word) {
            let message = format!("expected a declaration, found `{}`", c.escape_debug());
            self.push(Diagnostic::new(Code::UnknownItem, span, message).help(advice));
            return false;
        }
        let item =
            Diagnostic::new(Code::UnknownItem, span, format!("expected a declaration, found `{word}`"));
        if word.starts_with("//") || word.starts_with("/*") {
            self.push(item.help("a comment starts with `#`"));
            return false;
        }
        if word.strip_suffix(':').is_some_and(|word| ITEMS.iter().any(|(keyword, _)| *keyword == word)) {
            self.push(item.help("no colon stands behind it: `rule NAME on TYPE {`, `list NAME = [a]`"));
            return true;
        }
        if let Some((_, here)) = FOREIGN_ITEMS.iter().find(|(there, _)| *there == word) {
            self.push(item.did_you_mean(Some(here)));
            return true;
        }
        let near = nearest(word, ITEMS.iter().map(|(keyword, _)| *keyword));
        self.push(
            item.help("a file holds `package`, `use`, `param`, `list`, `macro`, `pattern`, `rule`, `sequence`, `sample` and `test`")
                .did_you_mean(near),
        );
        near.is_some()
    }

    /// Reports what stands between `keyword` and its brace; gives the name where one can be
    /// read.
    pub(super) fn junk_header(&mut self, keyword: &str, pair: &Pair<'_>) -> Option<Ident> {
        let junk = Junk::of(pair);
        let rule = match keyword {
            "pattern" => Rule::only_name,
            "test" => Rule::only_dotted,
            _ => Rule::only_header,
        };
        self.explain(junk, rule);
        if rule == Rule::only_header && !junk.tokens().any(|token| junk.token_text(token) == "on") {
            self.help_last(format!("say which records it is about: `{keyword} NAME on cloudtrail {{`"));
        }
        let (name, _) = junk.leading_word()?;
        Some(Ident { name: junk.token_text(name).into(), span: self.token_span(junk, name) })
    }

    pub(super) fn junk_rule_key(&mut self, pair: &Pair<'_>) -> Option<RuleKey> {
        let junk = Junk::of(pair);
        let span = self.junk_span(junk);
        let Some((name, colon)) = junk.leading_word() else {
            self.stray(junk, "a key or `}`");
            return None;
        };
        let at = self.token_span(junk, name);
        let word = junk.token_text(name);
        let broken = |key: &str| {
            Some(RuleKey { key: Ident { name: key.into(), span: at }, value: RuleValue::Error, span })
        };
        if let Some((_, rule)) = RULE_KEYS.iter().find(|(key, _)| *key == word) {
            if !self.is_blanked(self.junk_span(junk)) {
                self.explain(junk, *rule);
            }
            return broken(word);
        }
        let near = nearest(word, RULE_KEYS.iter().map(|(key, _)| *key));
        if !colon && near.is_none() {
            self.stray(junk, "a key or `}`");
            return None;
        }
        let unknown = Diagnostic::new(Code::UnknownKey, at, format!("a rule has no key `{word}`"));
        let foreign = FOREIGN_KEYS.iter().find(|(key, _)| *key == word);
        self.push(match (foreign, near) {
            (Some((_, advice)), _) => unknown.help(*advice),
            (None, Some(_)) => unknown.did_you_mean(near),
            (None, None) => {
                let keys: Vec<String> = RULE_KEYS.iter().map(|(key, _)| format!("`{key}`")).collect();
                unknown.help(format!("the keys are {}", keys.join(", ")))
            }
        });
        broken(near.filter(|_| foreign.is_none()).unwrap_or(word))
    }

    pub(super) fn junk_pattern_key(&mut self, pair: &Pair<'_>) -> Option<PatternKey> {
        let junk = Junk::of(pair);
        let Some((name, _)) = junk.leading_word() else {
            self.stray(junk, "a key or `}`");
            return None;
        };
        let key = Ident { name: junk.token_text(name).into(), span: self.token_span(junk, name) };
        if self.is_pattern_key(&key) && !self.is_blanked(self.junk_span(junk)) {
            self.explain(junk, Rule::pattern_key);
        }
        None
    }

    /// Whether a pattern has this key; reports it where not.
    pub(super) fn is_pattern_key(&mut self, key: &Ident) -> bool {
        if PATTERN_KEYS.contains(&key.name.as_str()) {
            return true;
        }
        let near = nearest(&key.name, PATTERN_KEYS.iter().copied());
        let keys: Vec<String> = PATTERN_KEYS.iter().map(|key| format!("`{key}`")).collect();
        self.push(
            Diagnostic::new(Code::UnknownKey, key.span, format!("a pattern has no key `{}`", key.name))
                .help(format!("the keys are {}", keys.join(", ")))
                .did_you_mean(near),
        );
        false
    }

    pub(super) fn junk_case(&mut self, pair: &Pair<'_>) -> Option<TestCase> {
        let junk = Junk::of(pair);
        if self.is_blanked(self.junk_span(junk)) {
            return None;
        }
        let Some((name, _)) = junk.leading_word() else {
            self.stray(junk, "a test case or `}`");
            return None;
        };
        let word = junk.token_text(name);
        if OUTCOMES.contains(&word) {
            self.explain(junk, Rule::test_case);
            return None;
        }
        let outcomes: Vec<String> = OUTCOMES.iter().map(|word| format!("`{word}`")).collect();
        self.push(
            Diagnostic::new(
                Code::Syntax,
                self.token_span(junk, name),
                format!("expected an outcome, found `{word}`"),
            )
            .help(format!("a test case starts with one of {}", outcomes.join(", ")))
            .did_you_mean(nearest(word, OUTCOMES.iter().copied())),
        );
        None
    }

    /// Reports junk that does not even start like what could stand there.
    fn stray(&mut self, junk: Junk<'_>, wanted: &str) {
        let Some(first) = junk.tokens().next() else { return };
        let span = self.token_span(junk, first);
        let found = junk.token_text(first);
        let stray = Diagnostic::new(Code::Syntax, span, format!("expected {wanted}, found `{found}`"));
        self.push(match first.kind {
            TokenKind::OpenText => unclosed_text(span, found),
            TokenKind::Close => stray.help(format!("this `{found}` closes nothing; remove it")),
            _ => stray,
        });
    }
}
