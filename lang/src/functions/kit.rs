//! What the functions share: reading arguments, making results, describing signatures.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use smol_str::SmolStr;

use super::{Param, ParamKind};
use crate::types::Type;
use crate::value::{Fetched, Tree, TreeKind, Unknown, Value};

/// No function makes a text longer than this; one that would yields absent.
pub(super) const MAX_TEXT: usize = 16 << 20;

pub(super) const fn param(name: &'static str, kind: ParamKind) -> Param {
    Param { name, kind, optional: false }
}

pub(super) const fn optional(name: &'static str, kind: ParamKind) -> Param {
    Param { name, kind, optional: true }
}

pub(super) fn string(_: &[Type]) -> Type {
    Type::String
}

pub(super) fn int(_: &[Type]) -> Type {
    Type::Int
}

pub(super) fn dynamic(_: &[Type]) -> Type {
    Type::Dynamic
}

/// Text in, text out; a list of texts gives a list of texts.
pub(super) fn text_or_texts(args: &[Type]) -> Type {
    match args.first() {
        Some(Type::List(_)) => Type::List(Box::new(Type::String)),
        _ => Type::String,
    }
}

/// The type of the first argument.
pub(super) fn same(args: &[Type]) -> Type {
    args.first().cloned().unwrap_or(Type::Dynamic)
}

/// The type that all arguments have.
pub(super) fn common(args: &[Type]) -> Type {
    match args.split_first() {
        Some((first, rest)) if rest.iter().all(|ty| ty == first) => first.clone(),
        _ => Type::Dynamic,
    }
}

pub(super) fn texts(_: &[Type]) -> Type {
    Type::List(Box::new(Type::String))
}

/// A list of texts, or one text where a single option is asked for.
pub(super) fn getopt(args: &[Type]) -> Type {
    if args.len() > 2 { Type::String } else { texts(args) }
}

/// This type, or a list of it where the first argument is a list.
pub(super) fn per_item(args: &[Type], ty: Type) -> Type {
    match args.first() {
        Some(Type::List(_)) => Type::List(Box::new(ty)),
        _ => ty,
    }
}

/// The type of the items of the first argument.
pub(super) fn item(args: &[Type]) -> Type {
    match args.first() {
        Some(Type::List(item)) => (**item).clone(),
        Some(Type::Dynamic) | None => Type::Dynamic,
        Some(single) => single.clone(),
    }
}

/// The value as text, where it is a single value.
pub(super) fn text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    Some(match value {
        Value::Str(s) => Cow::Borrowed(s.as_ref()),
        Value::Bool(b) => Cow::Borrowed(if *b { "true" } else { "false" }),
        Value::Int(i) => Cow::Owned(i.to_string()),
        Value::Float(x) => Cow::Owned(x.to_string()),
        Value::Size(n) => Cow::Owned(n.to_string()),
        Value::Ip(ip) => Cow::Owned(ip.to_string()),
        Value::Net(net) => Cow::Owned(net.to_string()),
        Value::Time(t) => Cow::Owned(t.to_string()),
        Value::Tree(tree) => return tree_text(tree).map(Cow::Owned),
        Value::Object(tree) => return tree_text(tree).map(Cow::Owned),
        Value::Duration(_) | Value::List(_) | Value::Json(_) => return None,
    })
}

fn tree_text(tree: &Tree) -> Option<String> {
    match &tree.kind {
        TreeKind::Bool(b) => Some(b.to_string()),
        TreeKind::Int(i) => Some(i.to_string()),
        TreeKind::Float(x) => Some(x.to_string()),
        TreeKind::Str(s) => Some(s.to_string()),
        TreeKind::Null | TreeKind::List(_) | TreeKind::Map(_) | TreeKind::Unknown(_) => None,
    }
}

/// The value as a number, where it is one (or a text that is one).
pub(super) fn number(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Int(i) => Some(Number::Int(*i)),
        Value::Size(n) => i64::try_from(*n).ok().map(Number::Int),
        Value::Float(x) => Some(Number::Float(*x)),
        other => {
            let text = text(other)?;
            let whole = text.parse().ok().map(Number::Int);
            whole.or_else(|| text.parse().ok().filter(|x: &f64| x.is_finite()).map(Number::Float))
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

/// The item whose number is the least or the greatest.
pub(super) fn extreme<'r>(items: Vec<Value<'r>>, wanted: Ordering) -> Fetched<'r> {
    let numbers = items.iter().filter_map(number);
    let best = numbers.reduce(|best, n| match n.as_f64().partial_cmp(&best.as_f64()) {
        Some(order) if order == wanted => n,
        _ => best,
    });
    best.map_or(Fetched::Absent, |n| Fetched::Present(n.into_value()))
}

impl Number {
    pub(super) fn into_value<'r>(self) -> Value<'r> {
        match self {
            Number::Int(i) => Value::Int(i),
            Number::Float(x) => Value::Float(x),
        }
    }

    pub(super) fn as_f64(self) -> f64 {
        match self {
            Number::Int(i) => i as f64,
            Number::Float(x) => x,
        }
    }
}

/// The value as a point in time; text is read as RFC 3339, or as a date and time of day in UTC.
pub(super) fn time(value: &Value<'_>) -> Option<Timestamp> {
    if let Value::Time(time) = value {
        return Some(*time);
    }
    let text = text(value)?;
    let utc = |text: &str| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp());
    text.parse().ok().or_else(|| utc(&text))
}

/// How many members an object has.
pub(super) fn members(value: &Value<'_>) -> Option<usize> {
    let count = |tree: &Tree| match &tree.kind {
        TreeKind::Map(members) => Some(members.len()),
        _ => None,
    };
    match value {
        Value::Tree(tree) => count(tree),
        Value::Object(tree) => count(tree),
        Value::Json(json) => parse_json(json.0).as_ref().and_then(count),
        _ => None,
    }
}

/// The items of a list; a single value counts as a list of one.
pub(super) fn items<'r>(value: &Value<'r>) -> Vec<Fetched<'r>> {
    match value {
        Value::List(items) => items.clone(),
        Value::Tree(tree) => match &tree.kind {
            TreeKind::List(items) => items.iter().map(fetch_tree).collect(),
            _ => vec![Fetched::Present(value.clone())],
        },
        Value::Object(tree) => match &tree.kind {
            TreeKind::List(items) => items.iter().map(fetch_owned).collect(),
            _ => vec![Fetched::Present(value.clone())],
        },
        Value::Json(json) if json.0.trim_start().starts_with('[') => match parse_json(json.0) {
            Some(Tree { kind: TreeKind::List(items), .. }) => items.iter().map(fetch_owned).collect(),
            _ => Vec::new(),
        },
        single => vec![Fetched::Present(single.clone())],
    }
}

/// What a node of a borrowed tree is as a value.
pub(super) fn fetch_tree(tree: &Tree) -> Fetched<'_> {
    match &tree.kind {
        TreeKind::Str(s) => Fetched::Present(Value::Str(Cow::Borrowed(s.as_str()))),
        TreeKind::List(_) | TreeKind::Map(_) => Fetched::Present(Value::Tree(tree)),
        _ => fetch_owned(tree),
    }
}

/// What a node is as a value of its own.
pub(super) fn fetch_owned<'r>(tree: &Tree) -> Fetched<'r> {
    Fetched::Present(match &tree.kind {
        TreeKind::Null => return Fetched::Absent,
        TreeKind::Unknown(why) => return Fetched::Unknown(why.clone()),
        TreeKind::Bool(b) => Value::Bool(*b),
        TreeKind::Int(i) => Value::Int(*i),
        TreeKind::Float(x) => Value::Float(*x),
        TreeKind::Str(s) => Value::Str(Cow::Owned(s.to_string())),
        TreeKind::List(_) | TreeKind::Map(_) => Value::Object(Arc::new(tree.clone())),
    })
}

/// Reads JSON; `None` where it is none or is nested too deeply.
pub(super) fn parse_json(text: &str) -> Option<Tree> {
    serde_json::from_str(text).ok().map(tree_of)
}

fn tree_of(json: serde_json::Value) -> Tree {
    use serde_json::Value as Json;
    Tree::new(match json {
        Json::Null => TreeKind::Null,
        Json::Bool(b) => TreeKind::Bool(b),
        Json::Number(n) => match n.as_i64() {
            Some(i) => TreeKind::Int(i),
            None => TreeKind::Float(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(s) => TreeKind::Str(s.into()),
        Json::Array(items) => TreeKind::List(items.into_iter().map(tree_of).collect()),
        Json::Object(members) => {
            TreeKind::Map(members.into_iter().map(|(key, v)| (key.into(), tree_of(v))).collect())
        }
    })
}

/// An object of texts; members without a value are left out.
pub(super) fn object<'r>(members: &[(&str, Option<&str>)]) -> Fetched<'r> {
    let members = members
        .iter()
        .filter_map(|(key, value)| Some((SmolStr::new(key), Tree::new(TreeKind::Str((*value)?.into())))))
        .collect();
    Fetched::Present(Value::Object(Arc::new(Tree::new(TreeKind::Map(members)))))
}

pub(super) fn present_text<'r>(text: impl Into<String>) -> Fetched<'r> {
    Fetched::Present(Value::Str(Cow::Owned(text.into())))
}

pub(super) fn unknown<'r>(reason: impl Into<String>) -> Fetched<'r> {
    Fetched::Unknown(Arc::new(Unknown::new(reason)))
}

/// The argument at `index` as text.
pub(super) fn text_at<'v>(args: &'v [Value<'_>], index: usize) -> Option<Cow<'v, str>> {
    args.get(index).and_then(text)
}

/// Applies `f` to the first argument, or to every item where it is a list; items for which `f`
/// has no answer are left out.
pub(super) fn each<'r>(args: &[Value<'r>], f: impl Fn(&Value<'r>) -> Fetched<'r>) -> Fetched<'r> {
    let Some(value) = args.first() else { return Fetched::Absent };
    if !is_list(value) {
        return f(value);
    }
    let results = items(value).into_iter().map(|item| match item {
        Fetched::Present(item) => f(&item),
        other => other,
    });
    Fetched::Present(Value::List(results.filter(|result| !matches!(result, Fetched::Absent)).collect()))
}

fn is_list(value: &Value<'_>) -> bool {
    match value {
        Value::List(_) => true,
        Value::Tree(tree) => matches!(tree.kind, TreeKind::List(_)),
        Value::Object(tree) => matches!(tree.kind, TreeKind::List(_)),
        Value::Json(json) => json.0.trim_start().starts_with('['),
        _ => false,
    }
}

/// Applies `f` to the text of the first argument, or to that of every item where it is a list.
/// Items that are no text, and those for which `f` has no answer, are left out.
pub(super) fn map_text<'r>(args: &[Value<'r>], f: impl Fn(&str) -> Option<String>) -> Fetched<'r> {
    each(args, |value| text(value).and_then(|text| f(&text)).map_or(Fetched::Absent, present_text))
}

/// The present items, or why one of them is not known.
pub(super) fn known_items<'r>(value: &Value<'r>) -> Result<Vec<Value<'r>>, Fetched<'r>> {
    let mut known = Vec::new();
    for item in items(value) {
        match item {
            Fetched::Present(item) => known.push(item),
            Fetched::Unknown(why) => return Err(Fetched::Unknown(why)),
            Fetched::Absent => {}
        }
    }
    Ok(known)
}
