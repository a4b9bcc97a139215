//! Members and items that go away.

use eyas_engine::finding::PathStep;

use super::{Fixer, Patch, has_intrinsic};
use crate::document::{Node, NodeKind, Span, Style};

/// Takes away what `step` leads to below the innermost of `above`. A map or list that would be
/// left empty stays, empty.
pub(super) fn patch(fixer: &Fixer<'_>, above: &[&Node], node: &Node, step: &PathStep) -> Option<Patch> {
    let parent = above.last()?;
    if has_intrinsic(node) && matches!(step, PathStep::Key(_)) {
        return None;
    }
    // Each part with where it starts and ends.
    let parts: Vec<Span> = match &parent.kind {
        NodeKind::Map(entries) => {
            let end = |e: &crate::document::Entry| fixer.end(&e.value).max(e.key_span.end);
            entries.iter().map(|entry| Span { start: entry.key_span.start, end: end(entry) }).collect()
        }
        NodeKind::List(items) => {
            items.iter().map(|item| Span { start: item.span.start, end: fixer.end(item) }).collect()
        }
        _ => return None,
    };
    let at = match (&parent.kind, step) {
        (NodeKind::Map(entries), PathStep::Key(key)) => {
            entries.iter().rposition(|entry| entry.key == *key)?
        }
        (NodeKind::List(_), PathStep::Index(index)) => *index as usize,
        _ => return None,
    };
    let own = *parts.get(at)?;
    if parts.len() == 1 {
        return only(fixer, parent, own);
    }
    if parent.style == Style::Indented {
        return Some(lines(fixer, parent, &parts, at, own));
    }
    Some(match parts.get(at + 1) {
        Some(next) => Patch { span: Span { start: own.start, end: next.start }, text: String::new() },
        None => {
            let before = parts.get(at.checked_sub(1)?)?;
            Patch { span: Span { start: before.end, end: own.end }, text: String::new() }
        }
    })
}

/// The lines of one part of an indented collection. The comments of others stay.
fn lines(fixer: &Fixer<'_>, parent: &Node, parts: &[Span], at: usize, own: Span) -> Patch {
    let start = fixer.line_start(own.start);
    let lead = fixer.text(Span { start, end: own.start });
    let dash = matches!(parent.kind, NodeKind::List(_));
    let alone = if dash { lead.trim() == "-" } else { lead.trim().is_empty() };
    let end = fixer.line_end(own.end);
    match (alone, parts.get(at + 1)) {
        (true, _) => {
            // The line break goes along: the one after it, or at the end of the text the one before.
            let rest = fixer.text(Span { start: end, end: fixer.document.text.len() as u32 });
            let after = if rest.starts_with("\r\n") { 2 } else { u32::from(rest.starts_with('\n')) };
            let start = if after == 0 { start.saturating_sub(1) } else { start };
            Patch { span: Span { start, end: end + after }, text: String::new() }
        }
        // The first member of a list's item: the next one takes its place behind the dash.
        (false, Some(next)) => {
            Patch { span: Span { start: own.start, end: next.start }, text: String::new() }
        }
        (false, None) => Patch { span: own, text: if dash { "[]".into() } else { "{}".into() } },
    }
}

/// The only part: what holds it stays, empty.
fn only(fixer: &Fixer<'_>, parent: &Node, own: Span) -> Option<Patch> {
    let empty = if matches!(parent.kind, NodeKind::List(_)) { "[]" } else { "{}" };
    if parent.style == Style::Flow {
        return Some(Patch { span: parent.span, text: empty.to_owned() });
    }
    // From behind the key that holds it, so that `Key:` and the next line become `Key: []`.
    let dash = usize::from(matches!(parent.kind, NodeKind::List(_)));
    let before = fixer.document.text.get(..own.start as usize)?;
    let before = before.trim_end();
    let before = if dash == 1 { before.strip_suffix('-')?.trim_end() } else { before };
    before
        .ends_with(':')
        .then(|| Patch { span: Span { start: before.len() as u32, end: own.end }, text: format!(" {empty}") })
}
