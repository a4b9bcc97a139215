//! `# eyas:ignore rule reason="…" until=2027-01-31`, and what other tools write in comments.

use jiff::civil::Date;

use super::{Peers, Request};
use crate::document::{Comment, Document, Node, Span};

/// The requests of all comments. JSON has none.
pub(super) fn requests(document: &Document, peers: &Peers) -> Vec<Request> {
    document.comments.iter().filter_map(|comment| request(document, comment, peers)).collect()
}

fn request(document: &Document, comment: &Comment, peers: &Peers) -> Option<Request> {
    let text = comment.text.trim_start_matches('#').trim();
    if let Some(rest) = text.strip_prefix("eyas:ignore") {
        return own(document, comment, rest);
    }
    if let Some(ids) = text.strip_prefix("kics-scan disable=") {
        // It is about the whole file, wherever it stands.
        return Some(foreign(comment, peers, ids, None, None));
    }
    // Both stand inside the resource that they are about.
    let (ids, reason) = if let Some(rest) = text.strip_prefix("checkov:skip=") {
        rest.split_once(':').map_or((rest, None), |(ids, reason)| (ids, Some(reason.trim().to_owned())))
    } else {
        let rest = text.strip_prefix("trivy:ignore:").or_else(|| text.strip_prefix("tfsec:ignore:"))?;
        (rest.split_whitespace().next()?, None)
    };
    let covers = resource_around(document, comment.span).or_else(|| below(document, comment))?;
    Some(foreign(comment, peers, ids, reason, Some(covers)))
}

/// What another tool's comment asks for.
fn foreign(
    comment: &Comment,
    peers: &Peers,
    ids: &str,
    reason: Option<String>,
    covers: Option<Span>,
) -> Request {
    Request {
        rules: ids.split(',').flat_map(|id| peers.rules(id.trim())).collect(),
        written: ids.to_owned(),
        by: "comment",
        reason,
        until: None,
        covers,
        at: comment.span,
        own: false,
    }
}

fn own(document: &Document, comment: &Comment, rest: &str) -> Option<Request> {
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let (mut rules, mut reason, mut until) = (Vec::new(), None, None);
    let mut left = rest.trim();
    while !left.is_empty() {
        let end = left.find(char::is_whitespace).unwrap_or(left.len());
        let (word, after) = left.split_at(end);
        if let Some(value) = left.strip_prefix("reason=") {
            let (text, after) = quoted(value);
            reason = Some(text.to_owned()).filter(|text| !text.trim().is_empty());
            left = after.trim_start();
            continue;
        }
        match word.strip_prefix("until=") {
            Some(day) => until = day.trim_matches('"').parse::<Date>().ok(),
            None => rules.extend(word.split(',').filter(|id| !id.is_empty()).map(str::to_owned)),
        }
        left = after.trim_start();
    }
    Some(Request {
        written: rules.join(" "),
        rules,
        by: "comment",
        reason,
        until,
        covers: below(document, comment),
        at: comment.span,
        own: true,
    })
    .filter(|request| request.covers.is_some())
}

/// A quoted text and what follows it; without quotes one word.
fn quoted(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            return rest.split_once(quote).unwrap_or((rest, ""));
        }
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

/// What the comment is about: the value on its own line, or on the next line that has one.
fn below(document: &Document, comment: &Comment) -> Option<Span> {
    let (line, _) = document.lines.line_column(&document.text, comment.span.start);
    let start = document.lines.start_of(line)?;
    let before = document.text.get(start as usize..comment.span.start as usize)?;
    let from = if before.trim().is_empty() { comment.span.start } else { start };
    let mut best = None;
    first_from(&document.root, from, &mut best);
    best
}

/// The outermost of the members and items that start first at or after an offset.
fn first_from(node: &Node, from: u32, best: &mut Option<Span>) {
    let mut offer = |span: Span| {
        if span.start >= from && best.is_none_or(|found| span.start < found.start) {
            *best = Some(span);
        }
    };
    for entry in node.entries() {
        offer(Span { start: entry.key_span.start, end: entry.value.span.end.max(entry.key_span.end) });
    }
    node.items().iter().for_each(|item| offer(item.span));
    for inner in node.entries().iter().map(|entry| &entry.value).chain(node.items()) {
        if inner.span.end > from {
            first_from(inner, from, best);
        }
    }
}

/// The declaration of the resource that holds a place.
fn resource_around(document: &Document, at: Span) -> Option<Span> {
    let resources = document.root.get("Resources")?.entries();
    // What stands behind the last value of a resource, before the next one, is still in it.
    let position = resources.iter().rposition(|resource| resource.key_span.start <= at.start)?;
    let start = resources.get(position)?.key_span.start;
    let end =
        resources.get(position + 1).map_or(document.root.span.end.max(at.end), |next| next.key_span.start);
    (at.start < end).then_some(Span { start, end })
}
