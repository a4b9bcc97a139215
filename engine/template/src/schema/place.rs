//! Where things stand: in the text, and in terms of the template.

use std::fmt::Write;

use crate::document::{Document, Entry, Node, Span, Style};

/// Of longer keys a path tells no more characters; CloudFormation takes no names as long.
const MAX_KEY: usize = 256;

/// The source text of a span.
pub(super) fn source(document: &Document, span: Span) -> &str {
    document.text.get(span.start as usize..span.end as usize).unwrap_or("")
}

/// The source text of a span without quotes.
pub(super) fn unquoted(document: &Document, span: Span) -> &str {
    let text = source(document, span);
    let inner = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// What to write in place of the text at `span` so that it means `text`, in the same quotes.
pub(super) fn requoted(document: &Document, span: Span, text: &str) -> String {
    match source(document, span).chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{text}{quote}"),
        _ => text.to_owned(),
    }
}

/// The value of `node` as the only item of a list; `None` where that takes more than brackets.
pub(super) fn bracketed(document: &Document, node: &Node) -> Option<String> {
    let text = source(document, node.span);
    let plain = !matches!(node.style, Style::Block | Style::Indented) && !text.contains('\n');
    // Inside brackets, commas and braces of an unquoted text would mean something else.
    let safe = document.json || node.style != Style::Plain || !text.contains([',', '[', ']', '{', '}']);
    (plain && safe && !text.is_empty()).then(|| format!("[{text}]"))
}

/// The path to what stands at `span`: `Resources.Web.Properties.Tags[0]`.
pub(super) fn path(root: &Node, span: Span) -> String {
    let mut path = String::new();
    let mut node = root;
    loop {
        if let Some((_, entry)) = at(node.entries(), entry_span, span) {
            if !path.is_empty() {
                path.push('.');
            }
            path.extend(entry.key.chars().take(MAX_KEY));
            let value = entry.value.span;
            if value == span || !value.contains(span) {
                return path;
            }
            node = &entry.value;
        } else if let Some((i, item)) = at(node.items(), |item| item.span, span) {
            // Writing to a String does not fail.
            let _ = write!(path, "[{i}]");
            if item.span == span {
                return path;
            }
            node = item;
        } else {
            return path;
        }
    }
}

fn entry_span(entry: &Entry) -> Span {
    let value = entry.value.span;
    Span { start: entry.key_span.start.min(value.start), end: entry.key_span.end.max(value.end) }
}

/// The member of a map that holds a place.
pub(super) fn member(map: &Node, span: Span) -> Option<&Entry> {
    at(map.entries(), entry_span, span).map(|(_, entry)| entry)
}

/// The part that holds a place. Parts stand in the order of the text, but for what YAML's merge
/// keys bring in.
fn at<T>(parts: &[T], place: impl Fn(&T) -> Span, span: Span) -> Option<(usize, &T)> {
    let holds = |(_, part): &(usize, &T)| place(part).contains(span);
    let before = parts.partition_point(|part| place(part).start <= span.start);
    let near = before.checked_sub(1).and_then(|i| parts.get(i).map(|part| (i, part)));
    near.filter(holds).or_else(|| parts.iter().enumerate().find(holds))
}
