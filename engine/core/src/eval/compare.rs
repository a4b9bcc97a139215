//! Comparison of two values.

use std::cmp::Ordering;

use eyas_lang::checked::CompareOp;
use eyas_lang::value::Value;
use ipnet::IpNet;

use crate::coerce;

/// Whether two values that are no lists are equal.
pub(crate) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    equality(left, right) == Some(true)
}

/// `left op right` for values that are no lists. Values of types that do not go together make
/// every comparison false, `!=` too.
pub(super) fn compare(left: &Value<'_>, op: CompareOp, right: &Value<'_>) -> bool {
    match op {
        CompareOp::Eq => equality(left, right) == Some(true),
        CompareOp::Ne => equality(left, right) == Some(false),
        op => ordering(left, right).is_some_and(|found| satisfies(found, op)),
    }
}

/// Whether an ordering is one that `op` asks for.
pub(super) fn satisfies(found: Ordering, op: CompareOp) -> bool {
    match op {
        CompareOp::Eq => found == Ordering::Equal,
        CompareOp::Ne => found != Ordering::Equal,
        CompareOp::Lt => found == Ordering::Less,
        CompareOp::Le => found != Ordering::Greater,
        CompareOp::Gt => found == Ordering::Greater,
        CompareOp::Ge => found != Ordering::Less,
        _ => false,
    }
}

fn equality(left: &Value<'_>, right: &Value<'_>) -> Option<bool> {
    match (left, right) {
        (Value::Str(l), Value::Str(r)) => Some(l == r),
        // Text on the right: the left as text. Addresses, times and such have several spellings.
        (
            Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Json(_)
            | Value::Tree(_)
            | Value::Object(_),
            Value::Str(r),
        ) => Some(coerce::text(left).is_some_and(|left| left == r.as_ref())),
        (l, Value::Str(r)) => match ordering(left, right) {
            Some(found) => Some(found == Ordering::Equal),
            None => Some(coerce::text(l)? == r.as_ref()),
        },
        (
            Value::Json(_) | Value::Tree(_) | Value::Object(_),
            Value::Json(_) | Value::Tree(_) | Value::Object(_),
        ) => Some(coerce::text(left)? == coerce::text(right)?),
        (Value::Str(l), Value::Json(_) | Value::Tree(_) | Value::Object(_)) => {
            Some(l.as_ref() == coerce::text(right)?)
        }
        _ => ordering(left, right).map(|found| found == Ordering::Equal),
    }
}

fn ordering(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(l), Value::Int(r)) => Some(l.cmp(r)),
        (Value::Str(l), Value::Str(r)) => Some(l.cmp(r)),
        (Value::Bool(l), Value::Bool(r)) => Some(l.cmp(r)),
        (Value::Time(l), Value::Time(r)) => Some(l.cmp(r)),
        (Value::Duration(l), Value::Duration(r)) => Some(l.cmp(r)),
        (Value::Str(l), Value::Bool(r)) => Some(coerce::boolean(l)?.cmp(r)),
        (Value::Bool(l), Value::Str(r)) => Some(l.cmp(&coerce::boolean(r)?)),
        (Value::Str(l), Value::Time(r)) => Some(coerce::time(l)?.cmp(r)),
        (Value::Time(l), Value::Str(r)) => Some(l.cmp(&coerce::time(r)?)),
        (Value::Ip(_) | Value::Net(_), _) | (_, Value::Ip(_) | Value::Net(_)) => {
            Some(net(left)?.cmp(&net(right)?))
        }
        (Value::Int(_) | Value::Float(_) | Value::Size(_), _)
        | (_, Value::Int(_) | Value::Float(_) | Value::Size(_)) => numbers(left, right),
        _ => None,
    }
}

fn numbers(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (whole(left), whole(right)) {
        (Some(l), Some(r)) => Some(l.cmp(&r)),
        _ => float(left)?.partial_cmp(&float(right)?),
    }
}

fn whole(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Int(i) => Some(i128::from(*i)),
        Value::Size(s) => Some(i128::from(*s)),
        Value::Str(s) => match coerce::number(s)? {
            Value::Int(i) => Some(i128::from(i)),
            _ => None,
        },
        _ => None,
    }
}

fn float(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        Value::Size(s) => Some(*s as f64),
        Value::Str(s) => float(&coerce::number(s)?),
        _ => None,
    }
}

/// An address or network as a network.
pub(super) fn net(value: &Value<'_>) -> Option<IpNet> {
    match value {
        Value::Ip(ip) => Some(IpNet::from(*ip)),
        Value::Net(net) => Some(net.trunc()),
        Value::Str(text) => coerce::network(text),
        _ => None,
    }
}
