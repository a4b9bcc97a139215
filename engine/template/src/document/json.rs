//! JSON through `jsonc-parser`, strict: what CloudFormation would reject is a problem here too.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::node::{Document, Entry, LineIndex, Node, NodeKind, Problem, ProblemKind, Span, Style};
use super::{MAX_DEPTH, yaml};

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
    if let Some(offset) = too_deep(text) {
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        return Err(Problem::new(Span::at(offset), ProblemKind::TooLarge, message));
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let mut message = error.kind().to_string();
        if let Some(first) = message.get(..1) {
            message = first.to_lowercase() + &message[1..];
        }
        Problem::new(span(error.range()), ProblemKind::Syntax, message.trim_end_matches('.').to_owned())
    })?;
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

/// Where nesting exceeds the limit: looked for before parsing, since the parser recurses.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(offset);
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
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
