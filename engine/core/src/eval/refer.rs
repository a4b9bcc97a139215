//! `refers_to`: whether a value names a resource.

use eyas_lang::catalog::Step;
use eyas_lang::checked::VarId;
use eyas_lang::value::{Fetched, Unknown, Value};
use smol_str::SmolStr;

use super::state::Eval;
use super::test::some;
use super::{Truth, text};
use crate::plan;
use crate::record::Record;

impl Eval<'_, '_> {
    /// Whether a value, or some item of a list, names the record that a variable stands for, or
    /// the record itself.
    pub(super) fn refers_to(&self, left: &plan::Value, var: Option<VarId>, names: &[SmolStr]) -> Truth {
        let value = self.get(left);
        // The most frequent case among many resources, and the names of the target are not needed.
        if matches!(*value, Fetched::Absent) {
            return Truth::False;
        }
        let record = match var {
            Some(var) => self.record_of(var.0),
            None => Some(self.record),
        };
        // INVARIANT: the checker allows only variables over other resources here.
        let Some(record) = record else { return Truth::Unknown };
        let target = Target::new(record, names);
        some(&value, |value| target.is_named_by(value))
    }
}

/// A resource, with all that it can be called.
struct Target<'r> {
    /// `AWS::S3::Bucket`
    kind: &'r str,
    id: Fetched<'r>,
    /// Its name, id and ARN properties, as far as they are there.
    names: Vec<Fetched<'r>>,
}

impl<'r> Target<'r> {
    fn new(record: &'r dyn Record, names: &[SmolStr]) -> Self {
        let at = |key: &str| record.at(&[Step::Key(SmolStr::new(key))]);
        let names = names.iter().map(|name| at(name)).filter(|found| !matches!(found, Fetched::Absent));
        Target { kind: record.record_type(), id: at("id"), names: names.collect() }
    }

    fn is_named_by(&self, value: &Fetched<'_>) -> Truth {
        match value {
            Fetched::Present(Value::Str(text)) => self.is_named(text),
            Fetched::Present(_) | Fetched::Absent => Truth::False,
            Fetched::Unknown(why) => self.is_reference(why),
        }
    }

    /// Text names it where it is its id, name or ARN. A resource that is given no name gets one
    /// that no text can know.
    fn is_named(&self, given: &str) -> Truth {
        let mut found = Truth::False;
        for name in self.names.iter().chain([&self.id]) {
            match name {
                Fetched::Present(Value::Str(name)) if self.same(given, name) || self.same(name, given) => {
                    return Truth::True;
                }
                Fetched::Unknown(why) if may_be(why, given) => found = Truth::Unknown,
                _ => {}
            }
        }
        found
    }

    /// Whether `given` is `name`, or the ARN of what has that name.
    fn same(&self, given: &str, name: &str) -> bool {
        given == name || self.is_arn_of(given, name)
    }

    fn is_arn_of(&self, arn: &str, name: &str) -> bool {
        let mut parts = arn.splitn(6, ':');
        let (Some("arn"), Some(_), Some(service)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        let Some(resource) = parts.nth(2) else { return false };
        let resource = resource.strip_suffix(":*").unwrap_or(resource);
        let owner = self.kind.split("::").nth(1).unwrap_or_default().to_ascii_lowercase();
        // `elasticloadbalancing` is the service of `ElasticLoadBalancingV2`.
        owner.starts_with(service) && !service.is_empty() && ends_with_name(resource, name)
    }

    /// A value that only deployment can tell.
    fn is_reference(&self, why: &Unknown) -> Truth {
        if let Some(id) = named_exactly(why) {
            let same = match &self.id {
                Fetched::Present(Value::Str(own)) => Truth::from(own == id),
                _ => Truth::Unknown,
            };
            // Another name may be a parameter's, which can bring any name.
            if same != Truth::False || why.refers_to.as_deref() == Some(id) {
                return same;
            }
        }
        // Where nobody gives it a name, its name ends in letters made up by chance. A parameter may
        // still bring that name, but no text that ends otherwise or is made from another
        // resource's name.
        let ends_in_text = matches!(why.parts.last(), Some(Some(_)));
        let mut found = match self.names.is_empty() && why.refers_to.is_none() && !ends_in_text {
            true => Truth::Unknown,
            false => Truth::False,
        };
        for name in &self.names {
            match name {
                Fetched::Unknown(own) if same_spelling(why, own) => return Truth::True,
                Fetched::Unknown(_) => found = Truth::Unknown,
                Fetched::Present(Value::Str(name)) if may_be(why, name) => found = Truth::Unknown,
                _ => {}
            }
        }
        found
    }
}

/// Whether a resource's part of an ARN is a name: `role/path/name`, `function:name`, `name`.
fn ends_with_name(resource: &str, name: &str) -> bool {
    let Some(before) = resource.strip_suffix(name) else { return false };
    !name.is_empty() && (before.is_empty() || before.ends_with(['/', ':']))
}

/// What the value is the name, id or ARN of, where it is not text made from one: the last thing
/// that it is computed from, with nothing else around it or as the end of an ARN.
fn named_exactly(why: &Unknown) -> Option<&str> {
    let Some(spelling) = why.spelling.as_deref() else {
        return why.refers_to.as_deref().filter(|_| why.parts.len() <= 1);
    };
    let (before, last) = spelling.strip_suffix('}')?.rsplit_once("${")?;
    let id = last.split_once('.').map_or(last, |(id, _)| id);
    let whole = before.is_empty() || (before.starts_with("arn:") && before.ends_with(['/', ':']));
    whole.then_some(id)
}

/// Whether two values are computed alike, or the first is an ARN that ends like the second.
fn same_spelling(why: &Unknown, own: &Unknown) -> bool {
    match (&why.spelling, &own.spelling) {
        (Some(given), Some(own)) => given == own || (given.starts_with("arn:") && ends_with_name(given, own)),
        _ => false,
    }
}

/// Whether a value of which parts are known may be this text, or the name at the end of it.
fn may_be(why: &Unknown, given: &str) -> bool {
    if why.parts.is_empty() {
        return true;
    }
    let name = given.rsplit([':', '/']).next().unwrap_or(given);
    text::fits(&why.parts, given) || text::fits(&why.parts, name) || may_be_arn_of(&why.parts, given)
}

/// Whether a text of which these parts are known may be an ARN that ends with a name.
fn may_be_arn_of(parts: &[Option<SmolStr>], name: &str) -> bool {
    let head = parts.first().and_then(Option::as_deref);
    let tail = parts.last().and_then(Option::as_deref);
    head.is_none_or(|head| head.starts_with("arn:") || "arn:".starts_with(head))
        && tail.is_none_or(|tail| name.ends_with(tail) || ends_with_name(tail, name))
}
