//! Whether a resource policy lets everyone in.
//!
//! A statement that allows everyone is limited by conditions on who or where the caller is, with
//! values that leave some callers out, or by a deny of everyone else.

use ipnet::IpNet;

use super::condition::Operator;
use super::decide::everything;
use super::document::{Condition, Conditions, Patterns, Policy, Statement};
use super::truth::Truth;

/// Condition keys that tell callers apart.
const LIMITING_KEYS: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:username",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
    "elasticfilesystem:accessedviamounttarget",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Whether some statement lets everyone in.
pub(super) fn public(policy: &Policy) -> Truth {
    let open = policy.statements.iter().map(|statement| {
        let allows = statement.allow.clone().and(|| statement.everyone.clone());
        allows
            .and(|| grants_something(statement))
            .and(|| limited(&statement.conditions).not())
            .and(|| Truth::any(policy.statements.iter().map(|deny| shuts(deny, statement))).not())
    });
    let unread = policy.unread.iter().map(|why| Truth::Unknown(why.clone()));
    Truth::any(open.chain(unread))
}

fn grants_something(statement: &Statement) -> Truth {
    let empty = |patterns: &Patterns| matches!(patterns, Patterns::These(these) if these.is_empty());
    (!empty(&statement.actions) && !empty(&statement.resources)).into()
}

/// Whether one of the conditions, which all must hold, leaves some callers out.
fn limited(conditions: &Conditions) -> Truth {
    match conditions {
        Conditions::Unknown(why) => Truth::Unknown(why.clone()),
        Conditions::All(all) => Truth::any(all.iter().map(limits)),
    }
}

fn limits(condition: &Condition) -> Truth {
    let operator = Operator::of(&condition.operator);
    // Both hold where the request lacks the key, as anyone's may.
    if operator.if_exists || operator.for_all() {
        return Truth::No;
    }
    match operator.base.as_str() {
        "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike" | "ipaddress" => {
            fixed(condition)
        }
        "bool" => Truth::from(is_limiting(&condition.key)).and(|| {
            Truth::all(condition.values.iter().map(|value| match value {
                Ok(value) => value.eq_ignore_ascii_case("true").into(),
                Err(why) => Truth::Unknown(why.clone()),
            }))
        }),
        _ => Truth::No,
    }
}

/// Whether a deny takes away from everyone, or from everyone but some, what another statement
/// allows.
fn shuts(deny: &Statement, allow: &Statement) -> Truth {
    let actions = || match &allow.actions {
        Patterns::These(these) => Truth::all(these.iter().map(|action| deny.actions.cover(action))),
        _ => deny.actions.cover(&super::decide::every_action()),
    };
    let resources = || match &allow.resources {
        Patterns::These(these) => Truth::all(these.iter().map(|resource| deny.resources.cover(resource))),
        _ => deny.resources.cover(&everything()),
    };
    let who = || match &deny.conditions {
        Conditions::Unknown(why) => Truth::Unknown(why.clone()),
        Conditions::All(all) => Truth::all(all.iter().map(shuts_strangers)),
    };
    deny.allow.clone().not().and(|| deny.everyone.clone()).and(actions).and(resources).and(who)
}

/// Whether a condition of a deny holds for strangers: it is on who they are *not*.
fn shuts_strangers(condition: &Condition) -> Truth {
    match Operator::of(&condition.operator).base.as_str() {
        "stringnotequals"
        | "stringnotequalsignorecase"
        | "stringnotlike"
        | "arnnotequals"
        | "arnnotlike"
        | "notipaddress" => fixed(condition),
        _ => Truth::No,
    }
}

fn is_limiting(key: &str) -> bool {
    LIMITING_KEYS.contains(&key) || key.starts_with("aws:principaltag/")
}

/// Whether the key tells callers apart and every value leaves some out.
fn fixed(condition: &Condition) -> Truth {
    Truth::from(is_limiting(&condition.key) && !condition.values.is_empty()).and(|| {
        Truth::all(condition.values.iter().map(|value| match value {
            Ok(value) => is_fixed(value).into(),
            // Of whatever a template will fill in, something is there; that it is no `*` is not.
            Err(why) => Truth::Unknown(why.clone()),
        }))
    })
}

fn is_fixed(value: &str) -> bool {
    if let Ok(net) = value.parse::<IpNet>() {
        let widest = if net.addr().is_ipv4() { 8 } else { 32 };
        return net.prefix_len() >= widest;
    }
    let loose = |part: &str| part.chars().all(|c| matches!(c, '*' | '?'));
    match value.split(':').collect::<Vec<_>>().as_slice() {
        // Of an ARN, account or resource must be named.
        ["arn", _, _, _, account, resource @ ..] => !loose(account) || !loose(&resource.concat()),
        ["arn", ..] => false,
        _ => !loose(value),
    }
}
