//! Whether the conditions of a statement hold for a request of which little is known.

use super::document::{Condition, Conditions};
use super::pattern::Pattern;
use super::truth::Truth;

/// What is known of a request: condition keys (in lower case) with their value.
pub(super) type Context<'c> = &'c [(&'c str, &'c str)];

/// An operator taken apart.
pub(super) struct Operator<'o> {
    /// Without set prefix and `IfExists`, in lower case.
    pub(super) base: String,
    /// `IfExists`: holds where the request lacks the key.
    pub(super) if_exists: bool,
    /// `ForAllValues` or `ForAnyValue`.
    pub(super) set: Option<&'o str>,
}

impl<'o> Operator<'o> {
    pub(super) fn of(text: &'o str) -> Self {
        let (set, rest) = text.split_once(':').map_or((None, text), |(set, rest)| (Some(set), rest));
        let lower = rest.to_lowercase();
        let base = lower.strip_suffix("ifexists");
        Self { if_exists: base.is_some(), base: base.unwrap_or(&lower).to_owned(), set }
    }

    /// `ForAllValues` holds where the request lacks the key.
    pub(super) fn for_all(&self) -> bool {
        self.set.is_some_and(|set| set.eq_ignore_ascii_case("ForAllValues"))
    }
}

/// Whether all conditions hold. A key that is not known leaves it open.
pub(super) fn hold(conditions: &Conditions, context: Context<'_>) -> Truth {
    match conditions {
        Conditions::Unknown(why) => Truth::Unknown(why.clone()),
        Conditions::All(all) => Truth::all(all.iter().map(|condition| holds(condition, context))),
    }
}

fn holds(condition: &Condition, context: Context<'_>) -> Truth {
    let Some((_, given)) = context.iter().find(|(key, _)| *key == condition.key) else {
        return Truth::unknown(format!("the condition on `{}` decides", condition.key));
    };
    let operator = Operator::of(&condition.operator);
    let (base, negated) = match operator.base.as_str() {
        "stringequals" => (compare as fn(&str, &str) -> bool, false),
        "stringnotequals" => (compare as fn(&str, &str) -> bool, true),
        "stringequalsignorecase" => (compare_folded as fn(&str, &str) -> bool, false),
        "stringnotequalsignorecase" => (compare_folded as fn(&str, &str) -> bool, true),
        "stringlike" => (like as fn(&str, &str) -> bool, false),
        "stringnotlike" => (like as fn(&str, &str) -> bool, true),
        // The key is in the request.
        "null" => (is_false as fn(&str, &str) -> bool, false),
        _ => return Truth::unknown(format!("the condition on `{}` decides", condition.key)),
    };
    let found = Truth::any(condition.values.iter().map(|value| match value {
        Ok(value) => base(value, given).into(),
        Err(why) => Truth::Unknown(why.clone()),
    }));
    if negated { found.not() } else { found }
}

fn compare(value: &str, given: &str) -> bool {
    value == given
}

fn compare_folded(value: &str, given: &str) -> bool {
    value.eq_ignore_ascii_case(given)
}

fn like(value: &str, given: &str) -> bool {
    Pattern::resource(value).covers(&Pattern::resource(given)) == Truth::Yes
}

fn is_false(value: &str, _: &str) -> bool {
    value.eq_ignore_ascii_case("false")
}
