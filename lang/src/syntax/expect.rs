//! What was expected where reading stopped, in plain words.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};

use super::advice::advise;
use super::build::Builder;
use super::grammar::{Grammar, Rule};
use super::tokens::{Token, TokenKind, Tokens};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

/// Text that a junk production took.
#[derive(Clone, Copy)]
pub(super) struct Junk<'t> {
    /// The text.
    pub(super) text: &'t str,
    /// Where it starts in the parsed text.
    pub(super) start: usize,
}

/// What stands around the place where reading stopped.
pub(super) struct Stop<'t> {
    pub(super) text: &'t str,
    /// What the grammar could have gone on with.
    pub(super) expected: Vec<Rule>,
    /// The token before.
    pub(super) before: Option<Token>,
    /// The token there; `None` at the end of the junk.
    pub(super) found: Option<Token>,
    /// The innermost bracket that is open there.
    pub(super) open: Option<Token>,
}

impl Builder {
    /// Reads `junk` again by the production that it should match, and reports where that fails.
    pub(super) fn explain(&mut self, junk: Junk<'_>, production: Rule) {
        let (at, expected) = match Grammar::parse(production, junk.text) {
            Ok(pairs) => (pairs.last().map_or(0, |pair| pair.as_span().end()), Vec::new()),
            Err(error) => {
                let at = match error.location {
                    InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
                };
                let expected = match error.variant {
                    // A name is expected where the one word that is none stands.
                    ErrorVariant::ParsingError { positives, negatives }
                        if positives.is_empty() && negatives.contains(&Rule::on_kw) =>
                    {
                        vec![Rule::ident]
                    }
                    ErrorVariant::ParsingError { positives, .. } => positives,
                    ErrorVariant::CustomError { .. } => Vec::new(),
                };
                (at, expected)
            }
        };
        let stop = Stop::new(junk.text, at, expected);
        let mut diagnostic = self.describe(junk, &stop);
        if diagnostic.help.is_none() && diagnostic.suggestion.is_none() && stop.open.is_none() {
            diagnostic.help = form_of(production).map(str::to_owned);
        }
        self.push(diagnostic);
    }

    fn describe(&self, junk: Junk<'_>, stop: &Stop<'_>) -> Diagnostic {
        let place = |token: Token| self.place(junk.start + token.start, junk.start + token.end);
        if let Some(open) = stop.unclosed_text() {
            return unclosed_text(place(open), stop.token_text(open));
        }
        let open = stop.open.filter(|_| stop.wants_closer());
        let Some(found) = stop.found else {
            return match open {
                Some(open) => unclosed_bracket(place(open), stop.token_text(open)),
                None => self.missing(junk, stop),
            };
        };
        let shown = shorten(stop.token_text(found));
        let elsewhere = open.filter(|open| {
            stop.text.get(open.start..found.start).is_some_and(|between| between.contains('\n'))
        });
        let still_open = |d: Diagnostic| match elsewhere {
            Some(open) => d.also(place(open), format!("this `{}` is still open", stop.token_text(open))),
            None => d,
        };
        if let (TokenKind::Close, Some(open)) = (found.kind, open) {
            let closer = closer_of(stop.token_text(open));
            let message = format!("expected `{closer}`, found `{shown}`");
            return still_open(Diagnostic::new(Code::UnclosedBlock, place(found), message));
        }
        let message = match stop.wanted() {
            Some(wanted) => format!("expected {wanted}, found `{shown}`"),
            None => format!("`{shown}` does not belong here"),
        };
        let plain = Diagnostic::new(stop.found_code(found), place(found), message);
        if found.kind == TokenKind::Close && stop.open.is_none() {
            return plain.help(format!("this `{shown}` closes nothing; remove it"));
        }
        advise(still_open(plain), stop, found)
    }

    /// Reading stopped at the end of the junk.
    fn missing(&self, junk: Junk<'_>, stop: &Stop<'_>) -> Diagnostic {
        let wanted = stop.wanted().unwrap_or_else(|| "more".to_owned());
        let code = missing_code(&stop.expected);
        let Some(before) = stop.before else {
            let span = self.place(junk.start, junk.start + junk.text.len());
            return Diagnostic::new(code, span, format!("expected {wanted}"));
        };
        let span = self.place(junk.start + before.start, junk.start + before.end);
        let message = format!("expected {wanted} after `{}`", shorten(stop.token_text(before)));
        let missing = Diagnostic::new(code, span, message).label("something is missing after this");
        match stop.call_before_group() {
            Some(name) => missing.help(format!("put a blank between `{name}` and its parenthesis")),
            None => missing,
        }
    }
}

impl<'t> Stop<'t> {
    fn new(text: &'t str, at: usize, mut expected: Vec<Rule>) -> Self {
        expected.sort();
        expected.dedup();
        let mut stop = Stop { text, expected, before: None, found: None, open: None };
        let mut open = Vec::new();
        for token in Tokens::of(text).filter(|t| t.kind != TokenKind::Comment) {
            if token.start >= at {
                stop.found = Some(token);
                break;
            }
            // A word may go on beyond what the grammar took of it.
            if token.end > at {
                stop.before = Some(Token { end: at, ..token });
                stop.found = Some(Token { start: at, ..token });
                break;
            }
            match token.kind {
                TokenKind::Open => open.push(token),
                TokenKind::Close => {
                    open.pop();
                }
                _ => {}
            }
            stop.before = Some(token);
        }
        stop.open = open.pop();
        stop
    }

    pub(super) fn token_text(&self, token: Token) -> &'t str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    pub(super) fn expects(&self, any: &[Rule]) -> bool {
        self.expected.iter().any(|kind| any.contains(kind))
    }

    pub(super) fn wants_condition(&self) -> bool {
        self.expects(CONDITION)
    }

    pub(super) fn wants_operator(&self) -> bool {
        self.expects(&[Rule::and_kw, Rule::or_kw, Rule::equality])
    }

    fn wants_closer(&self) -> bool {
        self.expects(&[Rule::close_paren, Rule::close_bracket, Rule::close_brace])
    }

    /// A string that is not closed, at or before the place where reading stopped.
    fn unclosed_text(&self) -> Option<Token> {
        let end = self.found.map_or(self.text.len(), |token| token.end);
        Tokens::of(self.text).take_while(|t| t.start < end).find(|t| t.kind == TokenKind::OpenText)
    }

    fn found_code(&self, found: Token) -> Code {
        let closes = found.kind == TokenKind::Close || matches!(self.token_text(found), "and" | "or");
        if closes { missing_code(&self.expected) } else { Code::Syntax }
    }

    /// What could have stood there, as an enumeration. `None` where nothing could.
    fn wanted(&self) -> Option<String> {
        const BODIES: &[Rule] = &[Rule::rule_body, Rule::pattern_body, Rule::test_body];
        let mut words: Vec<&str> = Vec::new();
        let mut kinds = self.expected.clone();
        // The widest notion stands for all the ways to write it.
        if self.wants_condition() {
            words.push("a condition");
            kinds.clear();
        } else if self.expects(BODIES) {
            kinds.retain(|kind| BODIES.contains(kind));
        } else if self.expects(&[Rule::word, Rule::data_word]) {
            words.push(if self.expects(&[Rule::tuple]) { "a value or a list" } else { "a value" });
            kinds.retain(|kind| {
                matches!(kind, Rule::regex | Rule::close_paren | Rule::close_bracket | Rule::close_brace)
            });
        }
        for word in kinds.into_iter().filter_map(in_words) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        match words.as_slice() {
            [] => None,
            [one] => Some((*one).to_owned()),
            [many @ .., last] => Some(format!("{} or {last}", many.join(", "))),
        }
    }
}

/// What a production of the grammar is called.
fn in_words(kind: Rule) -> Option<&'static str> {
    Some(match kind {
        Rule::equality
        | Rule::ordering
        | Rule::text_operator
        | Rule::membership
        | Rule::matching
        | Rule::referring
        | Rule::exists => "an operator",
        Rule::and_kw => "`and`",
        Rule::or_kw => "`or`",
        Rule::on_kw => "`on`",
        Rule::in_kw => "`in`",
        Rule::for_kw => "`for`",
        Rule::if_kw => "`if`",
        Rule::with_kw => "`with`",
        Rule::beside | Rule::beside_kw => "`beside`",
        Rule::with_params => "`with params`",
        Rule::params_kw => "`params`",
        Rule::otherwise_kw => "`otherwise`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        Rule::close_paren => "`)`",
        Rule::close_bracket => "`]`",
        Rule::close_brace => "`}`",
        Rule::rule_body | Rule::pattern_body | Rule::test_body => "`{`",
        Rule::string => "a string in quotes",
        Rule::regex => "a regular expression between slashes",
        Rule::tuple => "a list in parentheses",
        Rule::array | Rule::items => "a list in brackets",
        Rule::object => "a record in braces",
        Rule::reference | Rule::references | Rule::path | Rule::except_field => "a field",
        Rule::ident | Rule::dotted => "a name",
        Rule::record_type => "a record type",
        Rule::type_name => "a type",
        Rule::cel => "CEL in quotes: `cel\"…\"`",
        Rule::data_key | Rule::member | Rule::index_word => "a key",
        Rule::test_input | Rule::from_file | Rule::on_sample => "a record",
        Rule::except_fields => "fields in parentheses",
        _ => return None,
    })
}

/// What a condition can start with.
const CONDITION: &[Rule] = &[
    Rule::only_condition,
    Rule::condition,
    Rule::negation,
    Rule::group,
    Rule::quantified,
    Rule::quantifier,
    Rule::not_kw,
    Rule::check,
];

/// The code for something that is missing.
fn missing_code(expected: &[Rule]) -> Code {
    let condition = expected.iter().any(|kind| *kind == Rule::word || CONDITION.contains(kind));
    if condition { Code::ExpectedCondition } else { Code::Syntax }
}

/// How a production is written, for a reader who has lost the thread.
fn form_of(kind: Rule) -> Option<&'static str> {
    Some(match kind {
        Rule::param => "write `param NAME: TYPE = DEFAULT`",
        Rule::list => "write `list NAME = [a, b]`",
        Rule::macro_ => "write `macro NAME = CONDITION` or `macro NAME(a, b) = CONDITION`",
        Rule::only_header => "write `rule NAME on TYPE {`",
        Rule::only_name => "write `pattern NAME {`",
        Rule::only_dotted => "name the rule: `test RULE {`",
        Rule::sample => "write `sample NAME on TYPE { key: value }`",
        Rule::package | Rule::import => "a package is named by words and dots, such as `aws.ec2`",
        Rule::severity_key => "write `severity: high`, or `severity: medium if CONDITION, otherwise high`",
        Rule::text_key => "put the text in quotes",
        Rule::list_key => "write `[a, b]`",
        Rule::let_key => "write `let NAME = cel\"…\"`",
        Rule::step_key => "write `step NAME: CONDITION`",
        Rule::group_key => "name fields, with commas between them",
        Rule::dedup_key => "write `dedup: 1h` or `dedup: FIELD, FIELD for 1h`",
        Rule::set_key => "write `set PATH = VALUE`, or `add PATH = VALUE` for an item of a list",
        Rule::remove_key => "write `remove PATH`",
        Rule::except_key => "write `except NAME(FIELD) in [\"value\"]`",
        Rule::test_case => "write `fires \"title\" { key: value }`",
        _ => return None,
    })
}

fn closer_of(open: &str) -> char {
    match open {
        "(" => ')',
        "[" => ']',
        _ => '}',
    }
}

fn unclosed_bracket(span: Span, bracket: &str) -> Diagnostic {
    Diagnostic::new(Code::UnclosedBlock, span, format!("this `{bracket}` is never closed"))
        .label("opened here")
        .help(format!("add a `{}`", closer_of(bracket)))
}

/// The diagnostic for a quote or slash that is not closed; `text` starts with it.
pub(super) fn unclosed_text(span: Span, text: &str) -> Diagnostic {
    let (what, quote) = match text {
        _ if text.starts_with("\"\"\"") => ("text", "\"\"\""),
        _ if text.starts_with('/') => ("regular expression", "/"),
        _ if text.starts_with('\'') => ("string", "'"),
        _ => ("string", "\""),
    };
    let help = match what {
        "string" => format!("add the closing `{quote}`; a text of several lines stands between `\"\"\"`"),
        _ => format!("add the closing `{quote}`"),
    };
    let opening = Span { end: span.start + quote.len() as u32, ..span };
    Diagnostic::new(Code::UnclosedString, opening, format!("this {what} is never closed"))
        .label("opened here")
        .help(help)
}

/// At most so much of the user's text in a message.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 40 {
        return line.to_owned();
    }
    line.chars().take(39).chain(['…']).collect()
}
