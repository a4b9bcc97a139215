//! Resources as text, for snapshots.

#![allow(dead_code, reason = "each test binary uses some of it")]

use eyas_lang::value::{Tree, TreeKind};
use eyas_template::document::parse;
use eyas_template::inputs::Inputs;
use eyas_template::nested::{Nearby, NothingNearby};
use eyas_template::records::{Resolved, ResourceRecord, resolve};
use eyas_template::template::recognise;
use eyas_template::when::describe;

/// Every variant of every resource as lines of `id when: value`.
pub(crate) fn resolved(text: &str, inputs: &Inputs) -> String {
    let document = parse(text).expect("YAML");
    let template = recognise(&document).expect("a template");
    lines(&resolve(&template, inputs, &NothingNearby))
}

/// The same with everything else that is told: types, sources, notes, nested stacks.
pub(crate) fn told(text: &str, inputs: &Inputs, nearby: &dyn Nearby) -> String {
    let document = parse(text).expect("YAML");
    let template = recognise(&document).expect("a template");
    let mut out = String::new();
    tell(&resolve(&template, inputs, nearby), "", &mut out);
    out
}

fn tell(resolved: &Resolved, indent: &str, out: &mut String) {
    for note in &resolved.notes {
        out.push_str(&format!("{indent}{:?} at {}: {}\n", note.kind, note.span.start, note.message));
    }
    for record in &resolved.records {
        let from = record.made_from.as_ref().map(|from| format!(" from {} {}", from.kind, from.id));
        out.push_str(&format!("{indent}{} {}{}\n", record.kind, record.id, from.unwrap_or_default()));
        for (at, variant) in record.variants.iter().enumerate() {
            let when = when(record, at);
            let when = if when.is_empty() { String::new() } else { format!("{indent}  when {}\n", when) };
            out.push_str(&when);
            for (key, value) in members(&variant.root) {
                let line = value.place.map_or(0, |place| place.line);
                out.push_str(&format!("{indent}    {key} = {} @{line}\n", shown(value)));
            }
        }
    }
    for nested in &resolved.nested {
        out.push_str(&format!("{indent}nested stack {} of {}\n", nested.stack, nested.path));
        tell(&nested.resolved, &format!("{indent}  "), out);
    }
}

/// The conditions of a variant in words.
fn when(record: &ResourceRecord, at: usize) -> String {
    let others = record.variants.iter().enumerate().filter(|(other, _)| *other != at);
    let others = others.flat_map(|(_, other)| &other.under).chain(&record.absent_under);
    let under = record.variants.get(at).map(|variant| Vec::from_iter(&variant.under));
    describe(&under.unwrap_or_default(), &Vec::from_iter(others)).unwrap_or_default()
}

fn members(root: &Tree) -> impl Iterator<Item = (&str, &Tree)> {
    let members = match &root.kind {
        TreeKind::Map(members) => members.as_slice(),
        _ => &[],
    };
    let usual = ["id", "type", "origin", "region", "account"];
    members.iter().map(|(k, v)| (k.as_str(), v)).filter(move |(k, _)| !usual.contains(k))
}

fn lines(resolved: &Resolved) -> String {
    let mut out = String::new();
    for record in &resolved.records {
        for (at, variant) in record.variants.iter().enumerate() {
            out.push_str(&format!("{} [{}]", record.id, when(record, at)));
            for (key, value) in members(&variant.root) {
                out.push_str(&format!(" {key}={}", shown(value)));
            }
            out.push('\n');
        }
    }
    out
}

/// A value in one line; `<reason; parts>` for what is not known.
pub(crate) fn shown(tree: &Tree) -> String {
    match &tree.kind {
        TreeKind::Null => "null".into(),
        TreeKind::Bool(value) => value.to_string(),
        TreeKind::Int(value) => value.to_string(),
        TreeKind::Float(value) => value.to_string(),
        TreeKind::Str(text) => format!("{text:?}"),
        TreeKind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        TreeKind::Map(members) => {
            let members: Vec<String> = members.iter().map(|(k, v)| format!("{k}: {}", shown(v))).collect();
            format!("{{{}}}", members.join(", "))
        }
        TreeKind::Unknown(why) => {
            let parts: String = why.parts.iter().map(|p| p.as_deref().unwrap_or("…")).collect();
            format!("<{}{}{}>", why.reason, if parts.is_empty() { "" } else { "; " }, parts)
        }
    }
}
