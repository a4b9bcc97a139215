//! Records that are held as a [`Tree`]: resources of a template or an account, records of tests.

use std::fmt::Write;

use eyas_lang::catalog::Step;
use eyas_lang::value::{Fetched, JsonText, Place, Tree, TreeKind, Value};
use jiff::Timestamp;
use smol_str::SmolStr;

use crate::coerce;
use crate::finding::{Location, Subject};
use crate::json;
use crate::record::Record;
use crate::walk;

/// A record that is held as a tree.
#[derive(Debug, Clone)]
pub struct TreeRecord<'a> {
    record_type: &'a str,
    root: &'a Tree,
    now: Option<Timestamp>,
    location: Option<Location>,
}

impl<'a> TreeRecord<'a> {
    /// A record of this type. Its subject is read from the record-level fields `id`, `account`
    /// and `region`.
    pub fn new(record_type: &'a str, root: &'a Tree) -> Self {
        Self { record_type, root, now: None, location: None }
    }

    /// Says what time the record's own time is.
    pub fn with_now(mut self, now: Option<Timestamp>) -> Self {
        self.now = now;
        self
    }

    /// Says where the record is.
    pub fn with_location(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    fn text(&self, key: &str) -> Option<SmolStr> {
        match &self.root.get(key)?.kind {
            TreeKind::Str(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Record for TreeRecord<'_> {
    fn record_type(&self) -> &str {
        self.record_type
    }

    fn at(&self, path: &[Step]) -> Fetched<'_> {
        walk::steps(walk::of_tree(self.root), path)
    }

    fn now(&self) -> Option<Timestamp> {
        self.now
    }

    fn subject(&self) -> Subject {
        Subject {
            kind: self.record_type.into(),
            id: self.text("id"),
            account: self.text("account"),
            region: self.text("region"),
        }
    }

    fn location(&self) -> Option<Location> {
        self.location.clone()
    }

    fn place(&self, path: &[Step]) -> Option<Place> {
        place(self.root, path)
    }
}

/// Where the node that `path` leads to stands, or the innermost node above it that has a place.
pub fn place(root: &Tree, path: &[Step]) -> Option<Place> {
    let mut node = root;
    let mut found = node.place;
    for step in path {
        let next = match (&node.kind, step) {
            (TreeKind::List(items), Step::Index(index)) => items.get(*index as usize),
            (_, Step::Key(key)) => node.get(key),
            (_, Step::Index(index)) => node.get(&index.to_string()),
        };
        let Some(next) = next else { break };
        node = next;
        found = node.place.or(found);
    }
    found
}

/// Reads JSON text that has been checked. Deeper than [`json::MAX_DEPTH`] is left out.
pub fn from_json(raw: &str) -> Tree {
    build(raw, json::MAX_DEPTH)
}

fn build(raw: &str, depth: u32) -> Tree {
    Tree::new(match raw.as_bytes().first() {
        Some(b'{' | b'[') if depth == 0 => TreeKind::Null,
        Some(b'{') => TreeKind::Map(
            json::members(raw).map(|(k, v)| (SmolStr::new(json::string(k)), build(v, depth - 1))).collect(),
        ),
        Some(b'[') => TreeKind::List(json::items(raw).map(|v| build(v, depth - 1)).collect()),
        _ => match json::value(raw) {
            Fetched::Present(Value::Bool(b)) => TreeKind::Bool(b),
            Fetched::Present(Value::Int(i)) => TreeKind::Int(i),
            Fetched::Present(Value::Float(f)) => TreeKind::Float(f),
            Fetched::Present(Value::Str(s)) => TreeKind::Str(SmolStr::new(s)),
            _ => TreeKind::Null,
        },
    })
}

/// A value as a tree of its own; absent is null.
pub fn of_value(found: Fetched<'_>) -> Tree {
    Tree::new(match found {
        Fetched::Absent => TreeKind::Null,
        Fetched::Unknown(why) => TreeKind::Unknown(why),
        Fetched::Present(Value::Bool(b)) => TreeKind::Bool(b),
        Fetched::Present(Value::Int(i)) => TreeKind::Int(i),
        Fetched::Present(Value::Float(f)) => TreeKind::Float(f),
        Fetched::Present(Value::Json(JsonText(raw))) => return from_json(raw),
        Fetched::Present(Value::Tree(tree)) => return tree.clone(),
        Fetched::Present(Value::Object(tree)) => return Tree::clone(&tree),
        Fetched::Present(Value::List(items)) => TreeKind::List(items.into_iter().map(of_value).collect()),
        Fetched::Present(value) => {
            coerce::text(&value).map_or(TreeKind::Null, |text| TreeKind::Str(SmolStr::new(text)))
        }
    })
}

/// The tree as compact JSON text; unknown values as null. Deeper than [`json::MAX_DEPTH`] is
/// left out.
pub fn to_json(tree: &Tree) -> String {
    let mut out = String::new();
    write_json(tree, json::MAX_DEPTH, &mut out);
    out
}

fn write_json(tree: &Tree, depth: u32, out: &mut String) {
    match &tree.kind {
        TreeKind::List(_) | TreeKind::Map(_) if depth == 0 => out.push_str("null"),
        TreeKind::Null | TreeKind::Unknown(_) => out.push_str("null"),
        TreeKind::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        // Writing to a string cannot fail.
        TreeKind::Int(i) => drop(write!(out, "{i}")),
        TreeKind::Float(f) => out.push_str(&float_text(*f)),
        TreeKind::Str(s) => json::write_string(s, out),
        TreeKind::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_json(item, depth - 1, out);
            }
            out.push(']');
        }
        TreeKind::Map(members) => {
            out.push('{');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                json::write_string(key, out);
                out.push(':');
                write_json(value, depth - 1, out);
            }
            out.push('}');
        }
    }
}

/// A number as JSON has it: what is no number is null.
pub(crate) fn float_text(f: f64) -> String {
    match serde_json::Number::from_f64(f) {
        Some(number) => number.to_string(),
        None => "null".to_owned(),
    }
}
