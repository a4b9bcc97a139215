//! Reading untidy values at the boundary as the type that the catalog gives them, and values as
//! text.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use eyas_lang::types::Type;
use eyas_lang::value::{Fetched, JsonText, Tree, Unknown, Value};
use ipnet::IpNet;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::{json, tree, walk};

/// The value as this type, where it can be read as one; otherwise as it is, so that it exists
/// but compares with nothing of the type.
pub fn coerce<'r>(found: Fetched<'r>, ty: &Type) -> Fetched<'r> {
    match found {
        Fetched::Present(value) => Fetched::Present(coerce_value(value, ty)),
        other => other,
    }
}

fn coerce_value<'r>(value: Value<'r>, ty: &Type) -> Value<'r> {
    match ty {
        Type::Dynamic | Type::Record(_) => value,
        Type::List(item) => match **item {
            Type::Dynamic | Type::Record(_) | Type::List(_) => value,
            _ => coerce_items(value, item),
        },
        _ if walk::is_list(&value) => coerce_items(value, ty),
        _ => scalar(value, ty),
    }
}

fn coerce_items<'r>(value: Value<'r>, item: &Type) -> Value<'r> {
    if !walk::is_list(&value) {
        return scalar(value, item);
    }
    Value::List(walk::Items::of(value).map(|found| coerce(found, item)).collect())
}

fn scalar<'r>(value: Value<'r>, ty: &Type) -> Value<'r> {
    match (ty, value) {
        (Type::String | Type::Host, value) => match value {
            Value::Str(_) => value,
            value => match text(&value) {
                Some(text) => Value::Str(Cow::Owned(text.into_owned())),
                None => value,
            },
        },
        (Type::Int, Value::Float(f)) => whole(f).map_or(Value::Float(f), Value::Int),
        (Type::Float, Value::Int(i)) => Value::Float(i as f64),
        (Type::Int | Type::Float, Value::Str(s)) => number(&s).unwrap_or(Value::Str(s)),
        (Type::Bool, Value::Str(s)) => boolean(&s).map_or(Value::Str(s), Value::Bool),
        (Type::Ip, Value::Str(s)) => s.trim().parse().map_or(Value::Str(s), Value::Ip),
        (Type::Cidr, Value::Str(s)) => network(&s).map_or(Value::Str(s), Value::Net),
        (Type::Time, Value::Str(s)) => time(&s).map_or(Value::Str(s), Value::Time),
        (Type::Time, Value::Int(i)) => Timestamp::from_second(i).map_or(Value::Int(i), Value::Time),
        (Type::Duration, Value::Int(i)) => Value::Duration(SignedDuration::from_secs(i)),
        (Type::Size, Value::Int(i)) => u64::try_from(i).map_or(Value::Int(i), Value::Size),
        (Type::Size, Value::Str(s)) => s.parse().map_or(Value::Str(s), Value::Size),
        (_, value) => value,
    }
}

fn whole(f: f64) -> Option<i64> {
    let whole = f.trunc() == f && f.abs() < 9.0e18;
    whole.then_some(f as i64)
}

/// A number that text spells: whole where it can be.
pub fn number(text: &str) -> Option<Value<'static>> {
    let text = text.trim();
    if let Ok(int) = text.parse::<i64>() {
        return Some(Value::Int(int));
    }
    // `inf` and `nan` are words, not numbers.
    let spelled = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    text.parse::<f64>().ok().filter(|_| spelled).map(Value::Float)
}

/// `true` or `false`, any case.
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A point in time: RFC 3339, or a date with or without a time of day, in UTC.
pub fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let utc = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(utc)
}

/// A network, or an address as the network of itself alone. Bits below the prefix do not count.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    match text.parse::<IpNet>() {
        Ok(net) => Some(net.trunc()),
        Err(_) => text.parse::<IpAddr>().ok().map(IpNet::from),
    }
}

/// A value as text: scalars as people write them, containers as compact JSON. Containers with
/// unknown values have none.
pub fn text<'a>(value: &'a Value<'_>) -> Option<Cow<'a, str>> {
    Some(match value {
        Value::Str(s) => Cow::Borrowed(s.as_ref()),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Int(i) => Cow::Owned(i.to_string()),
        Value::Float(f) => Cow::Owned(tree::float_text(*f)),
        Value::Ip(ip) => Cow::Owned(ip.to_string()),
        Value::Net(net) => Cow::Owned(net.to_string()),
        Value::Time(t) => Cow::Owned(t.to_string()),
        Value::Duration(d) => Cow::Owned(format!("{d:#}")),
        Value::Size(s) => Cow::Owned(s.to_string()),
        Value::Json(JsonText(raw)) => json::compact(raw),
        Value::Tree(t) => Cow::Owned(whole_text(t)?),
        Value::Object(t) => Cow::Owned(whole_text(t)?),
        Value::List(items) => Cow::Owned(list_text(items)?),
    })
}

fn whole_text(tree: &Tree) -> Option<String> {
    tree.first_unknown().is_none().then(|| tree::to_json(tree))
}

/// Why a container has no text: the first of the unknown values in it.
pub fn unknown_within(value: &Value<'_>) -> Option<Arc<Unknown>> {
    let found = match value {
        Value::Tree(tree) => tree.first_unknown(),
        Value::Object(tree) => tree.first_unknown(),
        Value::List(items) => {
            return items.iter().find_map(|item| match item {
                Fetched::Unknown(why) => Some(walk::opaque(why.clone())),
                Fetched::Present(value) => unknown_within(value),
                Fetched::Absent => None,
            });
        }
        _ => None,
    };
    found.map(|why| walk::opaque(why.clone()))
}

fn list_text(items: &[Fetched<'_>]) -> Option<String> {
    let mut out = String::from("[");
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match item {
            Fetched::Unknown(_) => return None,
            Fetched::Absent => out.push_str("null"),
            Fetched::Present(value) => write_value(value, &mut out)?,
        }
    }
    out.push(']');
    Some(out)
}

fn write_value(value: &Value<'_>, out: &mut String) -> Option<()> {
    let plain = matches!(
        value,
        Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Json(_)
            | Value::Tree(_)
            | Value::Object(_)
            | Value::List(_)
    );
    let text = text(value)?;
    match plain {
        true => out.push_str(&text),
        false => json::write_string(&text, out),
    }
    Some(())
}
