//! Values that stand in YAML by themselves: items of lists, values of exceptions, tags.

use smol_str::SmolStr;

use super::keys::Word;
use super::lex;
use super::names::is_word;
use crate::syntax::ast::{Operand, OperandKind};

/// What a value is in a condition: Falco puts quotes around one that holds blanks and takes
/// others as they are, so that one in quotes of its own is quoted text.
pub(super) fn operand(word: &Word) -> Operand {
    let text = word.text.as_str();
    let kind = match lex::quoted(text) {
        Some(Ok((n, inner))) if n == text.len() => OperandKind::Text(inner),
        _ if is_word(text) => OperandKind::Word(SmolStr::new(text)),
        _ => OperandKind::Text(text.to_owned()),
    };
    Operand { kind, span: word.span }
}

/// Numbers and truth values as quoted text.
pub(super) fn as_text(mut value: Operand) -> Operand {
    match &mut value.kind {
        OperandKind::Word(word) if is_typed(word) => value.kind = OperandKind::Text(word.to_string()),
        OperandKind::List(items) => *items = std::mem::take(items).into_iter().map(as_text).collect(),
        _ => {}
    }
    value
}

/// Whether a bare word of ours is a number or a truth value.
fn is_typed(word: &str) -> bool {
    word == "true" || word == "false" || lex::number(word).is_some()
}

/// The value as it stands in a condition's text when Falco puts it there.
pub(super) fn in_text(word: &Word) -> String {
    let text = word.text.as_str();
    match text.contains(' ') && !text.starts_with(['"', '\'']) {
        true => format!("\"{text}\""),
        false => text.to_owned(),
    }
}
