//! Steps from a value to those inside it, the same for JSON text, trees and gathered lists.
//!
//! A key over a list yields that member of every item; a member that is itself a list is
//! spliced in, so that `a.b.c` over lists of lists stays one flat list. Nulls are absent
//! wherever they stand.

use std::borrow::Cow;
use std::sync::Arc;

use eyas_lang::catalog::Step;
use eyas_lang::value::{Fetched, JsonText, Tree, TreeKind, Unknown, Value};

use crate::json;

/// The value that `path` leads to from `start`.
pub fn steps<'r>(start: Fetched<'r>, path: &[Step]) -> Fetched<'r> {
    let mut at = start;
    for one in path {
        at = match at {
            Fetched::Present(value) => step(value, one),
            Fetched::Unknown(why) => return Fetched::Unknown(opaque(why)),
            Fetched::Absent => return Fetched::Absent,
        };
    }
    at
}

/// What is left of an unknown value's description once something is done with it: why it is not
/// known, but nothing of what it was.
pub fn opaque(why: Arc<Unknown>) -> Arc<Unknown> {
    if !why.present && why.parts.is_empty() && why.refers_to.is_none() && why.spelling.is_none() {
        return why;
    }
    Arc::new(Unknown { place: why.place, ..Unknown::new(why.reason.clone()) })
}

/// The value of a node of a tree.
pub fn of_tree(tree: &Tree) -> Fetched<'_> {
    Fetched::Present(match &tree.kind {
        TreeKind::Null => return Fetched::Absent,
        TreeKind::Unknown(why) => return Fetched::Unknown(why.clone()),
        TreeKind::Bool(b) => Value::Bool(*b),
        TreeKind::Int(i) => Value::Int(*i),
        TreeKind::Float(f) => Value::Float(*f),
        TreeKind::Str(s) => Value::Str(Cow::Borrowed(s)),
        TreeKind::List(_) | TreeKind::Map(_) => Value::Tree(tree),
    })
}

fn step<'r>(value: Value<'r>, step: &Step) -> Fetched<'r> {
    match (value, step) {
        (Value::Object(tree), step) => into_owned(self::step(Value::Tree(&tree), step)),
        (value, Step::Key(key)) if is_list(&value) => gather(value, key),
        (value, Step::Key(key)) => member(value, key),
        (value, Step::Index(index)) => item(value, *index),
    }
}

fn member<'r>(value: Value<'r>, key: &str) -> Fetched<'r> {
    match value {
        Value::Json(JsonText(raw)) => json::member(raw, key).map_or(Fetched::Absent, json::value),
        Value::Tree(tree) => tree.get(key).or_else(|| tree.rest()).map_or(Fetched::Absent, of_tree),
        Value::Object(tree) => into_owned(member(Value::Tree(&tree), key)),
        _ => Fetched::Absent,
    }
}

fn item<'r>(value: Value<'r>, index: u32) -> Fetched<'r> {
    let place = index as usize;
    match value {
        Value::Json(JsonText(raw)) if json::is_array(raw) => {
            json::items(raw).nth(place).map_or(Fetched::Absent, json::value)
        }
        Value::Tree(Tree { kind: TreeKind::List(items), .. }) => {
            items.get(place).map_or(Fetched::Absent, of_tree)
        }
        Value::List(items) => items.into_iter().nth(place).unwrap_or(Fetched::Absent),
        // A number is a key too, where a pointer (RFC 6901) leads into an object.
        Value::Json(_) | Value::Tree(_) => member(value, &index.to_string()),
        _ => Fetched::Absent,
    }
}

fn gather<'r>(list: Value<'r>, key: &str) -> Fetched<'r> {
    let mut out = Vec::new();
    let mut add = |found: Fetched<'r>| match found {
        Fetched::Absent => {}
        Fetched::Present(value) if is_list(&value) => out.extend(Items::of(value)),
        found => out.push(found),
    };
    for found in Items::of(list) {
        match found {
            Fetched::Present(inner) if is_list(&inner) => {
                for deeper in Items::of(inner) {
                    add(with_member(deeper, key));
                }
            }
            found => add(with_member(found, key)),
        }
    }
    Fetched::Present(Value::List(out))
}

fn with_member<'r>(found: Fetched<'r>, key: &str) -> Fetched<'r> {
    match found {
        Fetched::Present(value) => member(value, key),
        other => other,
    }
}

/// Whether a value is a list of any kind.
pub fn is_list(value: &Value<'_>) -> bool {
    match value {
        Value::List(_) => true,
        Value::Json(JsonText(raw)) => json::is_array(raw),
        Value::Tree(tree) => matches!(tree.kind, TreeKind::List(_)),
        Value::Object(tree) => matches!(tree.kind, TreeKind::List(_)),
        _ => false,
    }
}

/// The items of a list, null ones left out; a value that is no list is its own only item.
pub struct Items<'r> {
    source: Source<'r>,
    /// How many items were passed, null ones included.
    passed: usize,
}

enum Source<'r> {
    Json(json::Items<'r>),
    Tree(std::slice::Iter<'r, Tree>),
    Gathered(std::vec::IntoIter<Fetched<'r>>),
    Object(Arc<Tree>),
    One(Option<Value<'r>>),
}

impl<'r> Items<'r> {
    /// The items of a value.
    pub fn of(value: Value<'r>) -> Self {
        let source = match value {
            Value::Json(JsonText(raw)) if json::is_array(raw) => Source::Json(json::items(raw)),
            Value::Tree(Tree { kind: TreeKind::List(items), .. }) => Source::Tree(items.iter()),
            Value::List(items) => Source::Gathered(items.into_iter()),
            Value::Object(tree) if matches!(tree.kind, TreeKind::List(_)) => Source::Object(tree),
            value => Source::One(Some(value)),
        };
        Self { source, passed: 0 }
    }

    /// The index, in the list, of the item that was yielded last.
    pub fn index(&self) -> usize {
        self.passed.saturating_sub(1)
    }

    /// The item at an index of the list, as [`Items::index`] counts them.
    pub fn at(mut self, index: usize) -> Option<Fetched<'r>> {
        match &mut self.source {
            // Without going through those before it.
            Source::Tree(items) => items.nth(index).map(of_tree),
            Source::Gathered(items) => items.nth(index),
            _ => (0..=index).map_while(|_| self.next_raw()).nth(index),
        }
    }

    fn next_raw(&mut self) -> Option<Fetched<'r>> {
        let found = match &mut self.source {
            Source::Json(items) => items.next().map(json::value),
            Source::Tree(items) => items.next().map(of_tree),
            Source::Gathered(items) => items.next(),
            Source::Object(tree) => match &tree.kind {
                TreeKind::List(items) => items.get(self.passed).map(|t| into_owned(of_tree(t))),
                _ => None,
            },
            Source::One(value) => value.take().map(Fetched::Present),
        };
        self.passed += usize::from(found.is_some());
        found
    }
}

impl<'r> Iterator for Items<'r> {
    type Item = Fetched<'r>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_raw()? {
                Fetched::Absent => {}
                found => return Some(found),
            }
        }
    }
}

/// The value without borrowing: containers become trees of their own.
pub fn into_owned(found: Fetched<'_>) -> Fetched<'static> {
    match found {
        Fetched::Absent => Fetched::Absent,
        Fetched::Unknown(why) => Fetched::Unknown(why),
        Fetched::Present(value) => Fetched::Present(owned_value(value)),
    }
}

fn owned_value(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Bool(b) => Value::Bool(b),
        Value::Int(i) => Value::Int(i),
        Value::Float(f) => Value::Float(f),
        Value::Str(s) => Value::Str(Cow::Owned(s.into_owned())),
        Value::Ip(ip) => Value::Ip(ip),
        Value::Net(net) => Value::Net(net),
        Value::Time(t) => Value::Time(t),
        Value::Duration(d) => Value::Duration(d),
        Value::Size(s) => Value::Size(s),
        Value::List(items) => Value::List(items.into_iter().map(into_owned).collect()),
        Value::Json(JsonText(raw)) => Value::Object(Arc::new(crate::tree::from_json(raw))),
        Value::Tree(tree) => Value::Object(Arc::new(tree.clone())),
        Value::Object(tree) => Value::Object(tree),
    }
}

#[cfg(test)]
mod tests {
    use super::{of_tree, steps};
    use eyas_lang::catalog::Step;
    use eyas_lang::value::{Fetched, Tree, TreeKind, Unknown};

    #[test]
    fn a_map_with_members_that_are_not_known_lacks_none() {
        let known = Tree::new(TreeKind::Bool(true));
        let rest = Tree::new(TreeKind::Unknown(Unknown::new("a macro adds members").into()));
        let map = Tree::new(TreeKind::Map(vec![("A".into(), known), (Tree::REST.into(), rest)]));
        let at = |key: &str| steps(of_tree(&map), &[Step::Key(key.into())]);
        assert!(matches!(at("A"), Fetched::Present(_)));
        assert!(matches!(at("B"), Fetched::Unknown(why) if why.reason == "a macro adds members"));
    }
}
