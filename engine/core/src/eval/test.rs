//! Testing one atom.
//!
//! Over a list on the left a comparison holds where it holds for some item; `in` where the list
//! has items and all of them are in the set.

use eyas_lang::checked::CompareOp;
use eyas_lang::value::{self, Fetched, Unknown};
use ipnet::IpNet;
use smol_str::SmolStr;

use super::state::Eval;
use super::{Truth, compare, text};
use crate::plan::{HashedSet, Set, Test, Value};
use crate::{coerce, walk};

impl Eval<'_, '_> {
    /// Tests an atom whose slots are loaded.
    pub(super) fn test(&self, test: &Test) -> Truth {
        match test {
            Test::Exists(of) => exists(&self.get(of)),
            Test::True(of) => some(&self.get(of), is_true),
            Test::Compare { left, op, right } => {
                let right = self.get(right);
                some(&self.get(left), |l| against(&right, |r| comparison(l, *op, r)))
            }
            Test::Text { left, op, right, all } => {
                let left = self.get(left);
                some(&left, settled(|l| self.text_test(l, *op, right, *all)))
            }
            Test::Search { left, find } => some(&self.get(left), |l| {
                let found = |text: &str| find.is_match(text.as_bytes());
                searched(l, found, |parts| parts.iter().flatten().any(|part| found(part)))
            }),
            Test::Regex { left, regex } => some(&self.get(left), |l| {
                searched(l, |text| regex.is_match(text), |parts| text::matches_within(regex, parts))
            }),
            Test::RefersTo { left, target, names } => {
                let var = match target {
                    Value::Var { var, .. } => Some(*var),
                    _ => None,
                };
                self.refers_to(left, var, names)
            }
            Test::In { left, set } => self.with_set(set, |set| every(&self.get(left), |l| set.has(l))),
            Test::Intersects { left, set } => self.with_set(set, |set| some(&self.get(left), |l| set.has(l))),
            Test::PathPrefix { left, set } => self.with_set(set, |set| {
                let below = |l: &value::Value<'_>, item: &value::Value<'_>| match (
                    coerce::text(l),
                    coerce::text(item),
                ) {
                    (Some(path), Some(prefix)) => text::lies_below(&path, &prefix),
                    _ => false,
                };
                some(&self.get(left), |l| set.any(l, below))
            }),
            Test::Net { left, set, reverse: false } => {
                self.with_set(set, |set| some(&self.get(left), |l| set.covers(l)))
            }
            Test::Net { left, set, reverse: true } => self.with_set(set, |set| {
                some(&self.get(left), |l| {
                    set.any(l, |l, item| match (compare::net(l), compare::net(item)) {
                        (Some(outer), Some(inner)) => contains(outer, inner),
                        _ => false,
                    })
                })
            }),
        }
    }

    fn text_test(&self, left: &Fetched<'_>, op: CompareOp, right: &[Value], all: bool) -> Truth {
        let mut found = Kleene::new(all);
        for value in right {
            let one = against(&self.get(value), |r| match (left, r) {
                (Fetched::Present(left), Fetched::Present(pattern)) => {
                    match (coerce::text(left), coerce::text(pattern)) {
                        (Some(text), Some(pattern)) => Truth::from(text::holds(op, &text, &pattern)),
                        _ => Truth::Unknown,
                    }
                }
                (Fetched::Unknown(why), Fetched::Present(value::Value::Str(pattern))) => {
                    text::partly(op, &why.parts, pattern)
                }
                (Fetched::Absent, _) | (_, Fetched::Absent) => Truth::False,
                _ => Truth::Unknown,
            });
            if found.add(one) {
                break;
            }
        }
        found.result()
    }

    fn with_set(&self, set: &Set, test: impl FnOnce(&Members<'_>) -> Truth) -> Truth {
        match set {
            Set::Const(set) => test(&Members::Const(set)),
            Set::Value(value) => {
                let got = self.get(value);
                match &*got {
                    Fetched::Present(list) => test(&Members::List(walk::Items::of(list.clone()).collect())),
                    Fetched::Absent => Truth::False,
                    Fetched::Unknown(_) => test(&Members::Unknown),
                }
            }
        }
    }
}

/// A set as it is at the moment.
enum Members<'a> {
    Const(&'a HashedSet),
    List(Vec<Fetched<'a>>),
    Unknown,
}

impl Members<'_> {
    /// Whether a value is in the set.
    fn has(&self, left: &Fetched<'_>) -> Truth {
        match (self, left) {
            (_, Fetched::Absent) => Truth::False,
            (Members::Const(set), Fetched::Present(value)) => Truth::from(set.contains(value)),
            (Members::Const(set), Fetched::Unknown(why)) => partly_in(set, why),
            _ => self.any(left, is_member),
        }
    }

    /// Whether an address or network lies in one of the set's.
    fn covers(&self, left: &Fetched<'_>) -> Truth {
        match (self, left) {
            (Members::Const(set), Fetched::Present(value)) => {
                Truth::from(compare::net(value).is_some_and(|net| set.lies_in(net)))
            }
            _ => self.any(left, |l, item| match (compare::net(l), compare::net(item)) {
                (Some(inner), Some(outer)) => contains(outer, inner),
                _ => false,
            }),
        }
    }

    /// Whether `test` holds for some item.
    fn any(&self, left: &Fetched<'_>, test: impl Fn(&value::Value<'_>, &value::Value<'_>) -> bool) -> Truth {
        let left = match left {
            Fetched::Absent => return Truth::False,
            Fetched::Unknown(_) => return self.unless_empty(),
            Fetched::Present(left) => left,
        };
        match self {
            Members::Const(set) => Truth::from(set.items.iter().any(|item| test(left, item))),
            Members::Unknown => Truth::Unknown,
            Members::List(items) => {
                let mut found = Kleene::new(false);
                for item in items {
                    let one = match item {
                        Fetched::Present(item) => Truth::from(test(left, item)),
                        Fetched::Unknown(_) => Truth::Unknown,
                        Fetched::Absent => Truth::False,
                    };
                    if found.add(one) {
                        break;
                    }
                }
                found.result()
            }
        }
    }

    fn unless_empty(&self) -> Truth {
        match self {
            Members::Const(set) if set.items.is_empty() => Truth::False,
            Members::List(items) if items.is_empty() => Truth::False,
            _ => Truth::Unknown,
        }
    }
}

/// Whether a text of which parts are known can be in a set.
fn partly_in(set: &HashedSet, why: &Unknown) -> Truth {
    let possible = set.items.iter().any(|item| match item {
        value::Value::Str(item) => {
            !is_no_name(why, item) && (text::fits(&why.parts, item) || why.parts.is_empty())
        }
        _ => true,
    });
    if possible { Truth::Unknown } else { Truth::False }
}

/// Whether a value is a reference to a resource, and a text what no resource is called: the name
/// or ARN of one is neither empty nor a wildcard.
fn is_no_name(why: &Unknown, text: &str) -> bool {
    why.refers_to.is_some() && matches!(text, "" | "*")
}

/// One value in a list that was read from the record or a context.
fn is_member(left: &value::Value<'_>, item: &value::Value<'_>) -> bool {
    match (left, item) {
        (value::Value::Net(_), _) => compare::equal(left, item),
        (_, value::Value::Net(_)) | (value::Value::Ip(_), _) => {
            match (compare::net(left), compare::net(item)) {
                (Some(inner), Some(outer)) if is_address(left) => contains(outer, inner),
                _ => compare::equal(left, item),
            }
        }
        _ => compare::equal(left, item),
    }
}

fn is_address(value: &value::Value<'_>) -> bool {
    match value {
        value::Value::Ip(_) => true,
        value::Value::Str(text) => text.trim().parse::<std::net::IpAddr>().is_ok(),
        _ => false,
    }
}

fn contains(outer: IpNet, inner: IpNet) -> bool {
    outer.contains(&inner)
}

fn exists(found: &Fetched<'_>) -> Truth {
    match found {
        Fetched::Absent => Truth::False,
        Fetched::Unknown(why) if why.present || !why.parts.is_empty() => Truth::True,
        Fetched::Unknown(_) => Truth::Unknown,
        Fetched::Present(value) if walk::is_list(value) => {
            Truth::from(walk::Items::of(value.clone()).next().is_some())
        }
        Fetched::Present(_) => Truth::True,
    }
}

fn is_true(found: &Fetched<'_>) -> Truth {
    match found {
        Fetched::Absent => Truth::False,
        Fetched::Unknown(_) => Truth::Unknown,
        Fetched::Present(value::Value::Bool(b)) => Truth::from(*b),
        Fetched::Present(value::Value::Str(text)) => Truth::from(coerce::boolean(text) == Some(true)),
        Fetched::Present(_) => Truth::False,
    }
}

fn comparison(left: &Fetched<'_>, op: CompareOp, right: &Fetched<'_>) -> Truth {
    match (left, right) {
        (Fetched::Absent, _) | (_, Fetched::Absent) => Truth::False,
        (Fetched::Present(l), Fetched::Present(r)) => Truth::from(compare::compare(l, op, r)),
        (Fetched::Unknown(why), Fetched::Present(value::Value::Str(text))) if is_no_name(why, text) => {
            match op {
                CompareOp::Eq => Truth::False,
                CompareOp::Ne => Truth::True,
                _ => Truth::Unknown,
            }
        }
        (Fetched::Unknown(why), Fetched::Present(value::Value::Str(text))) => {
            text::partly(op, &why.parts, text)
        }
        // Computed alike, they are the same, whatever they are.
        (Fetched::Unknown(l), Fetched::Unknown(r)) if l.spelling.is_some() && l.spelling == r.spelling => {
            match op {
                CompareOp::Eq | CompareOp::Le | CompareOp::Ge => Truth::True,
                _ => Truth::False,
            }
        }
        _ => Truth::Unknown,
    }
}

/// What a search in a text comes to; where only parts of it are known, whether these suffice.
fn searched(
    found: &Fetched<'_>,
    whole: impl Fn(&str) -> bool,
    parts: impl Fn(&[Option<SmolStr>]) -> bool,
) -> Truth {
    match found {
        Fetched::Absent => Truth::False,
        Fetched::Unknown(why) if parts(&why.parts) => Truth::True,
        Fetched::Unknown(_) => Truth::Unknown,
        Fetched::Present(value) => {
            coerce::text(value).map_or(Truth::Unknown, |text| Truth::from(whole(&text)))
        }
    }
}

/// The test of what a text holds: that of a map with something unknown in it is not known.
fn settled(test: impl Fn(&Fetched<'_>) -> Truth) -> impl Fn(&Fetched<'_>) -> Truth {
    move |found| match found {
        Fetched::Present(value) if matches!(value, value::Value::Tree(_) | value::Value::Object(_)) => {
            match coerce::unknown_within(value) {
                Some(why) => test(&Fetched::Unknown(why)),
                None => test(found),
            }
        }
        found => test(found),
    }
}

/// Whether `test` holds for a value, or for some item of a list.
pub(super) fn some(found: &Fetched<'_>, test: impl Fn(&Fetched<'_>) -> Truth) -> Truth {
    match found {
        Fetched::Absent => Truth::False,
        Fetched::Present(value) if walk::is_list(value) => over_items(value, false, test),
        found => test(found),
    }
}

/// Whether `test` holds for a value, or for all items of a list that has some.
fn every(found: &Fetched<'_>, test: impl Fn(&Fetched<'_>) -> Truth) -> Truth {
    match found {
        Fetched::Absent => Truth::False,
        Fetched::Present(value) if walk::is_list(value) => match exists(found) {
            Truth::True => over_items(value, true, test),
            _ => Truth::False,
        },
        found => test(found),
    }
}

fn over_items(value: &value::Value<'_>, all: bool, test: impl Fn(&Fetched<'_>) -> Truth) -> Truth {
    let mut found = Kleene::new(all);
    if let value::Value::List(items) = value {
        for item in items.iter().filter(|item| !matches!(item, Fetched::Absent)) {
            if found.add(test(item)) {
                break;
            }
        }
        return found.result();
    }
    for item in walk::Items::of(value.clone()) {
        if found.add(test(&item)) {
            break;
        }
    }
    found.result()
}

/// A right side that may itself be a list: one item that satisfies the test is enough.
fn against(right: &Fetched<'_>, test: impl Fn(&Fetched<'_>) -> Truth) -> Truth {
    match right {
        Fetched::Present(value) if walk::is_list(value) => over_items(value, false, test),
        right => test(right),
    }
}

/// Folds truth values by *and* or by *or*.
pub(super) struct Kleene {
    all: bool,
    now: Truth,
}

impl Kleene {
    /// `all`: by *and*.
    pub(super) fn new(all: bool) -> Self {
        Self { all, now: Truth::from(all) }
    }

    /// Adds one; true where nothing further can change the result.
    pub(super) fn add(&mut self, one: Truth) -> bool {
        let decisive = Truth::from(!self.all);
        if one == decisive || (one == Truth::Unknown && self.now != decisive) {
            self.now = one;
        }
        self.now == decisive
    }

    pub(super) fn result(&self) -> Truth {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn references_are_no_wildcards() {
        let text = |text: &'static str| Fetched::Present(value::Value::Str(text.into()));
        let reference = Unknown { refers_to: Some("Bucket".into()), ..Unknown::present("not yet") };
        let reference = Fetched::Unknown(Arc::new(reference));
        let unread = Fetched::Unknown(Arc::new(Unknown::new("not yet")));
        for (left, op, right, expected) in [
            (&reference, CompareOp::Eq, "*", Truth::False),
            (&reference, CompareOp::Eq, "", Truth::False),
            (&reference, CompareOp::Ne, "*", Truth::True),
            (&reference, CompareOp::Eq, "logs", Truth::Unknown),
            (&unread, CompareOp::Eq, "*", Truth::Unknown),
        ] {
            assert_eq!(comparison(left, op, &text(right)), expected, "{op:?} {right}");
        }
    }
}
