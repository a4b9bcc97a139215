//! Appended conditions whose meaning is another than it looks.
//!
//! Falco appends text. `a and b` with `or c` appended is `(a and b) or c`, which is true where
//! `a` is not; `a or b` with `and c` appended is `a or (b and c)`.

use super::condition;
use super::set::Grown;
use super::text::Text;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::ExprKind;

/// How many appended parts of one condition are looked at.
const MAX_JOINTS: usize = 50;

/// How a condition is put together at its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Top {
    Or,
    And,
    One,
}

fn top(text: &Text, end: usize) -> Option<Top> {
    let mut part = Text::new(text.whole());
    part.push_range(text, 0..end);
    Some(match condition::parse(&part).ok()?.expr.kind {
        ExprKind::Or(_) => Top::Or,
        ExprKind::And(_) => Top::And,
        _ => Top::One,
    })
}

/// Warns of appended parts that bind otherwise than as a whole to the whole before them.
pub(super) fn check(kind: &str, name: &str, condition: &Grown, out: &mut Vec<Diagnostic>) {
    let Grown { text, joints } = condition;
    for (i, joint) in joints.iter().take(MAX_JOINTS).enumerate() {
        let end = joints.get(i + 1).map_or(text.as_str().len(), |next| next - 1);
        let (Some(before), Some(after)) = (top(text, joint - 1), top(text, end)) else { continue };
        let rest = text.as_str().get(*joint..).unwrap_or("");
        let begin = joint + rest.len() - rest.trim_start().len();
        let with_or = rest.trim_start().starts_with("or");
        let word = begin..begin + if with_or { 2 } else { 3 };
        let wrong = |message: String| Diagnostic::new(Code::FalcoAppend, text.span(word.clone()), message);
        out.push(match (before, after, with_or) {
            (Top::And, Top::Or, true) => wrong(format!(
                "what is appended to {kind} `{name}` makes it true without the conditions before the `or`"
            ))
            .help("to widen one part of the condition, replace the whole condition"),
            (Top::Or, Top::Or, false) => wrong(format!(
                "what is appended to {kind} `{name}` limits its last alternative only"
            ))
            .help("`and` binds tighter than `or`: replace the condition and put the alternatives in parentheses"),
            (_, Top::Or, false) => wrong(format!(
                "what is appended to {kind} `{name}` is true without the conditions before it, by its `or`"
            ))
            .help("put what is appended in parentheses: `and (… or …)`"),
            _ => continue,
        });
    }
}
