//! Members and items that are not there yet.

use eyas_engine::finding::PathStep;
use serde_json::Value;

use super::{Fixer, Patch, render};
use crate::document::{Entry, Node, NodeKind, Span, Style};

/// Puts the value at `rest` below a map that has no member of its first name. `key` is the
/// member that the map is the value of.
pub(super) fn member(
    fixer: &Fixer<'_>,
    map: &Node,
    key: Option<&Entry>,
    rest: &[PathStep],
    value: &Value,
) -> Option<Patch> {
    members(fixer, map, key, &[nested(rest, value)?])
}

/// Puts members into a map that has none of their names.
pub(super) fn members(
    fixer: &Fixer<'_>,
    map: &Node,
    key: Option<&Entry>,
    members: &[(String, Value)],
) -> Option<Patch> {
    let json = fixer.document.json;
    // What a merge key brings along stands elsewhere, and all its users have it.
    if !map.entries().iter().all(|entry| inside(entry.key_span, map.span)) {
        return among_merged(fixer, map, members);
    }
    match (&map.kind, map.style) {
        (NodeKind::Null, _) if !json => below_key(fixer, key?, members),
        (NodeKind::Map(entries), Style::Flow) => match entries.last() {
            None => {
                let texts: Vec<String> =
                    members.iter().map(|(name, value)| flow_member(name, value, json)).collect();
                Some(Patch { span: map.span, text: format!("{{ {} }}", texts.join(", ")) })
            }
            Some(last) => Some(after_in_flow(fixer, entries, last, members)),
        },
        (NodeKind::Map(entries), Style::Indented) => {
            let (first, last) = (entries.first()?, entries.last()?);
            // A block text may keep the empty lines after it; leave it the last thing.
            if ends_in_block_text(&last.value) {
                return before_last(fixer, entries, members);
            }
            // `? Key` stands further in than the members that follow it.
            let start = fixer.line_start(first.key_span.start);
            if fixer.text(Span { start, end: first.key_span.start }).contains('?') {
                return None;
            }
            let indent = column(fixer, first.key_span);
            let step = step(fixer, map, key);
            let at = fixer.line_end(fixer.end(&last.value).max(last.key_span.end));
            Some(new_lines(fixer, at, members, indent, step))
        }
        _ => None,
    }
}

/// Puts members behind those of a map that are written in it and do not come by a merge key.
fn among_merged(fixer: &Fixer<'_>, map: &Node, members: &[(String, Value)]) -> Option<Patch> {
    let own = |entry: &&Entry| inside(entry.key_span, map.span);
    let own: Vec<Entry> = map.entries().iter().filter(own).cloned().collect();
    if own.is_empty() {
        return None;
    }
    let written = Node { kind: NodeKind::Map(own), span: map.span, style: map.style };
    self::members(fixer, &written, None, members)
}

fn inside(inner: Span, outer: Span) -> bool {
    inner.start >= outer.start && inner.end <= outer.end
}

fn flow_member(name: &str, value: &Value, json: bool) -> String {
    render::member(name, &render::flow(value, json), json)
}

/// Members of a block, each after a line break.
fn new_lines(fixer: &Fixer<'_>, at: u32, members: &[(String, Value)], indent: usize, step: usize) -> Patch {
    let newline = fixer.newline(at);
    let line = |(name, value): &(String, Value)| {
        let text = render::block_member(name, value, indent, step, newline);
        format!("{newline}{}{text}", " ".repeat(indent))
    };
    Patch::insert(at, members.iter().map(line).collect())
}

/// The first name of a path and what is to be its value, so that the value stands at its end.
fn nested(rest: &[PathStep], value: &Value) -> Option<(String, Value)> {
    let (first, below) = rest.split_first()?;
    let mut value = value.clone();
    for step in below.iter().rev() {
        value = match step {
            PathStep::Key(key) => Value::Object([(key.clone(), value)].into_iter().collect()),
            PathStep::Index(0) => Value::Array(vec![value]),
            PathStep::Index(_) => return None,
        };
    }
    match first {
        PathStep::Key(key) => Some((key.clone(), value)),
        PathStep::Index(_) => None,
    }
}

/// The first members of a map that is not written yet: `Properties:` and nothing below it.
fn below_key(fixer: &Fixer<'_>, key: &Entry, members: &[(String, Value)]) -> Option<Patch> {
    let at = fixer.line_end(key.key_span.end);
    let after = fixer.text(Span { start: key.key_span.end, end: at }).trim_start_matches(':').trim();
    if !(after.is_empty() || after.starts_with('#')) {
        return None;
    }
    let step = 2;
    Some(new_lines(fixer, at, members, column(fixer, key.key_span) + step, step))
}

/// More members between braces: on lines of their own where the others are.
fn after_in_flow(fixer: &Fixer<'_>, entries: &[Entry], last: &Entry, members: &[(String, Value)]) -> Patch {
    let json = fixer.document.json;
    let at = fixer.end(&last.value).max(last.key_span.end);
    let start = fixer.line_start(last.key_span.start);
    let lead = fixer.text(Span { start, end: last.key_span.start });
    if !lead.trim().is_empty() {
        return Patch::insert(
            at,
            members.iter().map(|(name, value)| format!(", {}", flow_member(name, value, json))).collect(),
        );
    }
    let newline = fixer.newline(at);
    let step = if lead.contains('\t') { "\t".to_owned() } else { " ".repeat(json_step(fixer, entries)) };
    let line = |(name, value): &(String, Value)| {
        let text = match json {
            true => render::member(name, &render::pretty_json(value, lead, &step, newline), true),
            false => flow_member(name, value, false),
        };
        format!(",{newline}{lead}{text}")
    };
    Patch::insert(at, members.iter().map(line).collect())
}

/// How much further the members of a JSON object stand than the line above them.
fn json_step(fixer: &Fixer<'_>, entries: &[Entry]) -> usize {
    let Some(first) = entries.first() else { return 2 };
    let start = fixer.line_start(first.key_span.start);
    let above = fixer.line_start(start.saturating_sub(1));
    let line = fixer.text(Span { start: above, end: start });
    let indent = line.len() - line.trim_start().len();
    match column(fixer, first.key_span).saturating_sub(indent) {
        step @ 1..=8 => step,
        _ => 2,
    }
}

/// Before the last member, on lines of their own.
fn before_last(fixer: &Fixer<'_>, entries: &[Entry], members: &[(String, Value)]) -> Option<Patch> {
    let last = entries.last()?;
    let indent = column(fixer, last.key_span);
    let newline = fixer.newline(last.key_span.start);
    let line = |(name, value): &(String, Value)| {
        let text = render::block_member(name, value, indent, 2, newline);
        format!("{text}{newline}{}", " ".repeat(indent))
    };
    Some(Patch::insert(last.key_span.start, members.iter().map(line).collect()))
}

fn ends_in_block_text(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Map(entries) => entries.last().is_some_and(|entry| ends_in_block_text(&entry.value)),
        NodeKind::List(items) => items.last().is_some_and(ends_in_block_text),
        _ => node.style == Style::Block,
    }
}

/// How many columns stand before a place on its line.
fn column(fixer: &Fixer<'_>, span: Span) -> usize {
    fixer.text(Span { start: fixer.line_start(span.start), end: span.start }).chars().count()
}

/// How much further the author indents what is below a key.
fn step(fixer: &Fixer<'_>, map: &Node, key: Option<&Entry>) -> usize {
    let below = map.entries().iter().find_map(|entry| match (&entry.value.kind, entry.value.style) {
        (NodeKind::Map(inner), Style::Indented) => {
            let inner = inner.first()?;
            column(fixer, inner.key_span).checked_sub(column(fixer, entry.key_span))
        }
        _ => None,
    });
    let own = || {
        let (key, first) = (key?, map.entries().first()?);
        column(fixer, first.key_span).checked_sub(column(fixer, key.key_span))
    };
    below.or_else(own).filter(|step| (1..=8).contains(step)).unwrap_or(2)
}

/// One item more at the end of a list.
pub(super) fn item(fixer: &Fixer<'_>, list: &Node, value: &Value) -> Option<Patch> {
    let NodeKind::List(items) = &list.kind else { return None };
    let json = fixer.document.json;
    let Some(last) = items.last() else {
        return Some(Patch { span: list.span, text: format!("[{}]", render::flow(value, json)) });
    };
    let at = fixer.end(last);
    if list.style == Style::Flow {
        let lead = fixer.text(Span { start: fixer.line_start(last.span.start), end: last.span.start });
        let between =
            if lead.trim().is_empty() { format!(",{}{lead}", fixer.newline(at)) } else { ", ".to_owned() };
        return Some(Patch::insert(at, format!("{between}{}", render::flow(value, json))));
    }
    if ends_in_block_text(last) {
        return None;
    }
    let before = fixer.text(Span { start: fixer.line_start(last.span.start), end: last.span.start });
    // The item's own dash is the last one before it.
    let indent = before.rfind('-')?;
    let newline = fixer.newline(at);
    let text = render::block_item(value, indent, 2, newline);
    Some(Patch::insert(fixer.line_end(at), format!("{newline}{}{text}", " ".repeat(indent))))
}
