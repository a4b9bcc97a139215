//! JSON through `jsonc-parser`, strict: what CloudFormation would reject is a problem here too.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::node::{Document, Entry, LineIndex, Node, NodeKind, Problem, ProblemKind, Span, Style};
use super::{MAX_DEPTH, MAX_NODES, yaml};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(text: &str) -> Result<Document, Problem> {
    within_bounds(text)?;
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT)
        .map_err(|error| explain(error.kind(), span(error.range())))?;
    let mut problems = Vec::new();
    let root = match parsed.value {
        Some(value) => convert(value, &mut problems),
        None => Node { kind: NodeKind::Null, span: Span::at(0), style: Style::Plain },
    };
    Ok(Document {
        text: text.to_owned(),
        root,
        comments: Vec::new(),
        lines: LineIndex::new(text),
        json: true,
        problems,
    })
}

/// Refuses what is nested too deep or holds too much: looked for before parsing, since the parser
/// recurses.
fn within_bounds(text: &str) -> Result<(), Problem> {
    let bytes = text.as_bytes();
    let (mut depth, mut values, mut at) = (0usize, 0usize, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                values += 1;
                if depth > MAX_DEPTH {
                    let message = format!("nested deeper than {MAX_DEPTH} levels");
                    return Err(Problem::new(Span::at(at), ProblemKind::TooLarge, message));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if values > MAX_NODES {
            return Err(yaml::too_many(Span::at(at)));
        }
        at += 1;
    }
    Ok(())
}

/// Where the string that begins at `start` ends: at its closing quote, or with the text.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// The parser's error in words that say what to do.
fn explain(kind: &ParseErrorKind, span: Span) -> Problem {
    let syntax = |message: &str| Problem::new(span, ProblemKind::Syntax, message);
    match kind {
        ParseErrorKind::CommentsNotAllowed => {
            syntax("JSON has no comments").help("remove it, or write the template in YAML")
        }
        ParseErrorKind::ExpectedComma => syntax("a comma is missing before what follows here"),
        ParseErrorKind::TrailingCommasNotAllowed => {
            syntax("a comma stands after the last value").help("remove it")
        }
        ParseErrorKind::ExpectedColonAfterObjectKey => syntax("a `:` is missing after this key"),
        ParseErrorKind::ExpectedObjectValue => syntax("a value is missing after this key"),
        ParseErrorKind::String(why) if why.to_string().starts_with("Unterminated") => {
            syntax("the quote opened here is never closed")
        }
        ParseErrorKind::UnterminatedObject => syntax("the `{` opened here is never closed"),
        ParseErrorKind::UnterminatedArray => syntax("the `[` opened here is never closed"),
        ParseErrorKind::SingleQuotedStringsNotAllowed => {
            syntax("JSON takes double quotes only").help("write `\"…\"`")
        }
        ParseErrorKind::MultipleRootJsonValues => {
            syntax("more text follows the end of the JSON value").help("is a bracket closed too early?")
        }
        ParseErrorKind::UnexpectedWord | ParseErrorKind::ExpectedStringObjectProperty => {
            syntax("a word without quotes means nothing in JSON").help("put it in double quotes")
        }
        other => {
            let mut message = other.to_string();
            if let Some(first) = message.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            syntax(message.trim_end_matches('.'))
        }
    }
}

fn span(range: Range) -> Span {
    Span::new(range.start, range.end)
}

fn convert(value: Value<'_>, problems: &mut Vec<Problem>) -> Node {
    let span = span(value.range());
    let (kind, style) = match value {
        Value::StringLit(text) => (NodeKind::Str(text.value.as_ref().into()), Style::Double),
        Value::NumberLit(number) => (yaml::number(number.value), Style::Plain),
        Value::BooleanLit(value) => (NodeKind::Bool(value.value), Style::Plain),
        Value::NullKeyword(_) => (NodeKind::Null, Style::Plain),
        Value::Array(array) => {
            let items = array.elements.into_iter().map(|item| convert(item, problems)).collect();
            (NodeKind::List(items), Style::Flow)
        }
        Value::Object(object) => {
            let mut entries: Vec<Entry> = Vec::with_capacity(object.properties.len());
            for property in object.properties {
                let key_span = self::span(property.name.range());
                let key = match property.name {
                    ObjectPropName::String(text) => text.value.as_ref().into(),
                    ObjectPropName::Word(word) => word.value.into(),
                };
                let value = convert(property.value, problems);
                entries.push(Entry { key, key_span, value });
            }
            yaml::note_duplicates(&entries, problems);
            (NodeKind::Map(entries), Style::Flow)
        }
    };
    Node { kind, span, style }
}
