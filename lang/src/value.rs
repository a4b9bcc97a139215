//! Values as rules see them at run time: borrowed from the record where they can be.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use smol_str::SmolStr;

/// What reading a field or calling a function yields.
#[derive(Debug, Clone)]
pub enum Fetched<'r> {
    /// Not in the record (a JSON null counts as absent).
    Absent,
    /// Not knowable from here.
    Unknown(Arc<Unknown>),
    /// There.
    Present(Value<'r>),
}

/// Why a value is not knowable, and what is known of it all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown {
    /// One clause, lower case: "parameter `Cidr` has no default".
    pub reason: String,
    /// Where the record says so, if it came from text.
    pub place: Option<Place>,
    /// Whether there certainly is a value: `exists` is true, comparisons are unknown.
    pub present: bool,
    /// For text of which parts are known: the parts in order, `None` for each that is not.
    /// Empty where nothing is known. `["arn:aws:s3:::", None, "/*"]` is certainly not `*`.
    pub parts: Vec<Option<SmolStr>>,
    /// The resource (by its id in the record's own world) that the value is a reference to.
    pub refers_to: Option<SmolStr>,
    /// How the value is computed, in one fixed spelling: where two values of one world have the
    /// same one they are equal, whatever they are. `"${Name}-logs"`
    pub spelling: Option<SmolStr>,
}

impl Unknown {
    /// A value of which nothing is known, not even whether it is there.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..Self::default() }
    }

    /// A value that is certainly there.
    pub fn present(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), present: true, ..Self::default() }
    }
}

/// A place in the text that a record came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Byte offset.
    pub offset: u32,
    /// Length in bytes.
    pub len: u32,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value<'r> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Str(Cow<'r, str>),
    /// An address.
    Ip(IpAddr),
    /// A network.
    Net(IpNet),
    /// A point in time.
    Time(Timestamp),
    /// A length of time.
    Duration(SignedDuration),
    /// A number of bytes.
    Size(u64),
    /// Items gathered by a path, a function or a literal.
    List(Vec<Fetched<'r>>),
    /// A JSON object or array, not yet looked into.
    Json(JsonText<'r>),
    /// A map or list of a tree.
    Tree(&'r Tree),
    /// A record made by a function (`arn()`, `url()`, `parse_json()`).
    Object(Arc<Tree>),
}

/// The text of one well-formed JSON object or array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonText<'r>(pub &'r str);

/// A node of a record that is held as a tree: a resource of a template or an account, or the
/// in-file record of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// What it is.
    pub kind: TreeKind,
    /// Where it stands in the text it came from.
    pub place: Option<Place>,
}

/// The kinds of [`Tree`].
#[derive(Debug, Clone, PartialEq)]
pub enum TreeKind {
    /// Null: counts as absent.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Str(SmolStr),
    /// A list.
    List(Vec<Tree>),
    /// A map, in the order of the text; the last of equal keys counts.
    Map(Vec<(SmolStr, Tree)>),
    /// Not knowable.
    Unknown(Arc<Unknown>),
}

impl Tree {
    /// A node without a place.
    pub fn new(kind: TreeKind) -> Self {
        Self { kind, place: None }
    }

    /// The key of a map's last member where the map has more members that are not known: the value
    /// says why.
    pub const REST: &'static str = "Fn::Transform";

    /// An unknown value in the tree, the first if there are several.
    pub fn first_unknown(&self) -> Option<&Arc<Unknown>> {
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            match &node.kind {
                TreeKind::Unknown(why) => return Some(why),
                TreeKind::List(items) => open.extend(items.iter().rev()),
                TreeKind::Map(members) => open.extend(members.iter().rev().map(|(_, value)| value)),
                _ => {}
            }
        }
        None
    }

    /// Why a map may have more members than it shows.
    pub fn rest(&self) -> Option<&Tree> {
        match &self.kind {
            TreeKind::Map(members) => members.last().filter(|(key, _)| key == Self::REST).map(|(_, why)| why),
            _ => None,
        }
    }

    /// The member of a map with this key.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        match &self.kind {
            TreeKind::Map(members) => members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }
}
