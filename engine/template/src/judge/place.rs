//! Where in the template a finding is.

use eyas_engine::finding::Location;
use eyas_lang::value::Place;

use crate::document::{Document, Node, NodeKind, Span};

/// The place of what is wrong, else of the resource's logical id: also where another resource,
/// which was looked at for this one, keeps from knowing.
pub fn location(file: &str, document: &Document, id: Span, place: Option<Place>) -> Location {
    let elsewhere = |span: &Span| within_another(&document.root, id, *span);
    let span = place.map(span_of).filter(|span| span.end as usize <= document.text.len() && !elsewhere(span));
    let span = span.map_or(id, |span| shown(document, span));
    let (line, column) = document.lines.line_column(&document.text, span.start);
    let (end_line, end_column) = document.lines.line_column(&document.text, end(document, span));
    Location {
        file: file.to_owned(),
        offset: Some(u64::from(span.start)),
        line: Some(u64::from(line)),
        column: Some(u64::from(column)),
        end_line: Some(u64::from(end_line)),
        end_column: Some(u64::from(end_column)),
        // A value that is missing behind its colon is in nothing.
        path: path_at(&document.root, span.start).or_else(|| path_at(&document.root, id.start)),
    }
}

/// Whether a place is in another resource than the one with this logical id.
fn within_another(root: &Node, id: Span, span: Span) -> bool {
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    resources.iter().any(|resource| resource.key_span != id && resource.value.span.contains(span))
}

/// What to point to for a value: a map or list on lines of its own is known by its key.
fn shown(document: &Document, span: Span) -> Span {
    let line = |offset| document.lines.line_column(&document.text, offset).0;
    let mut node = &document.root;
    loop {
        let next = match &node.kind {
            NodeKind::Map(entries) => {
                let Some(entry) = entries.iter().find(|entry| entry.value.span.contains(span)) else { break };
                if entry.value.span == span && line(entry.key_span.start) < line(span.start) {
                    return entry.key_span;
                }
                Some(&entry.value)
            }
            NodeKind::List(items) => items.iter().find(|item| item.span.contains(span)),
            _ => None,
        };
        match next {
            Some(next) if next.span != span => node = next,
            _ => break,
        }
    }
    span
}

fn span_of(place: Place) -> Span {
    Span { start: place.offset, end: place.offset.saturating_add(place.len) }
}

/// The end of a span without the blanks and line ends that block values may take along.
fn end(document: &Document, span: Span) -> u32 {
    let text = document.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    span.start + text.trim_end().len() as u32
}

/// The path of the innermost value or key at a byte offset:
/// `Resources.Web.Properties.SecurityGroupIngress[0].CidrIp`.
pub fn path_at(root: &Node, offset: u32) -> Option<String> {
    let mut path = String::new();
    let mut node = root;
    loop {
        let holds = |span: Span| span.start <= offset && (offset < span.end || span.start == offset);
        let next = match &node.kind {
            NodeKind::Map(entries) => {
                let found = entries.iter().find(|e| holds(e.key_span) || holds(e.value.span));
                found.map(|entry| {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&entry.key);
                    (&entry.value, holds(entry.key_span))
                })
            }
            NodeKind::List(items) => {
                items.iter().enumerate().find(|(_, item)| holds(item.span)).map(|(at, item)| {
                    path.push_str(&format!("[{at}]"));
                    (item, false)
                })
            }
            _ => None,
        };
        match next {
            Some((value, false)) => node = value,
            _ => break,
        }
    }
    (!path.is_empty()).then_some(path)
}
