//! `output` of a rule: text with fields after `%`.

use super::operand;
use super::text::Text;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{Template, TemplatePart};

/// Reads an output. What stands after a `%` and is no field stays as text, with a warning.
pub(super) fn read(text: &Text, out: &mut Vec<Diagnostic>) -> Template {
    let src = text.as_str().trim_end();
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(percent) = src.get(at..).and_then(|r| r.find('%')).map(|i| at + i) {
        literal.push_str(src.get(at..percent).unwrap_or(""));
        // A number after `%` is the width that the value is cut to; nothing is cut here.
        let digits = src
            .get(percent + 1..)
            .map_or(0, |r| r.len() - r.trim_start_matches(|c: char| c.is_ascii_digit()).len());
        match operand::read_at(text, percent + 1 + digits) {
            Ok((operand, end)) => {
                if !literal.is_empty() {
                    parts.push(TemplatePart::Text(std::mem::take(&mut literal)));
                }
                parts.push(TemplatePart::Value(operand));
                at = end;
            }
            Err(wrong) => {
                out.push(no_field(text, percent, &wrong));
                let len = if src.get(percent..).is_some_and(|r| r.starts_with("%%")) { 2 } else { 1 };
                literal.push_str(src.get(percent..percent + len).unwrap_or("%"));
                at = percent + len;
            }
        }
    }
    literal.push_str(src.get(at..).unwrap_or(""));
    if !literal.is_empty() || parts.is_empty() {
        parts.push(TemplatePart::Text(literal));
    }
    Template { parts, span: text.whole() }
}

fn no_field(text: &Text, percent: usize, wrong: &Diagnostic) -> Diagnostic {
    let rest = text.as_str().get(percent..).unwrap_or("%");
    let len = rest.find(char::is_whitespace).unwrap_or(rest.len()).max(1);
    let word = rest.get(..len).unwrap_or("%").trim_end_matches([',', ')', '.', ';']);
    let mut out = Diagnostic::new(
        Code::FalcoOutput,
        text.span(percent..percent + word.len()),
        format!("`{word}` is not a field; it is printed as it is"),
    );
    out.help = wrong.help.clone();
    out
}
