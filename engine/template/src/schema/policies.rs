//! The grammar of IAM policies, which the schemas of resource types do not tell.

use super::value::{Given, is_dynamic_reference};
use super::{Checker, rules};
use crate::document::{Node, NodeKind, Span};

const POLICY: [&str; 3] = ["Version", "Id", "Statement"];

const STATEMENT: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Properties that can hold no other kind of policy.
const ALWAYS: [&str; 3] = ["AssumeRolePolicyDocument", "KeyPolicy", "PolicyDocument"];

/// Whether a property's value is a policy: it is called one and has statements. Other kinds of
/// policies (of lifecycles, say) have none.
pub(super) fn is_policy(property: &str, node: &Node) -> bool {
    let map = matches!(&node.kind, NodeKind::Map(entries) if !entries.is_empty());
    map && (ALWAYS.contains(&property) || property.contains("Polic") && member(node, "Statement").is_some())
}

/// Checks a policy's elements. The case of their names does not matter.
pub(super) fn check(checker: &mut Checker<'_>, policy: &Node) {
    let meant = elements(checker, policy, "policy", &POLICY);
    if let Some(version) = member(policy, "Version") {
        one_of(checker, "Version", version, &["2012-10-17", "2008-10-17"]);
    }
    match member(policy, "Statement") {
        Some(statements) => self::statements(checker, statements),
        None if meant.contains(&"Statement") || policy.entries().iter().any(|e| e.key.contains("::")) => {}
        None => {
            let at = policy.entries().first().map_or(policy.span, |entry| entry.key_span);
            checker.report(&rules::MISSING_REQUIRED, at, "a policy has no `Statement`".to_owned());
        }
    }
}

fn statements(checker: &mut Checker<'_>, node: &Node) {
    match checker.given(node) {
        Given::Either(yes, no) => {
            statements(checker, yes);
            statements(checker, no);
        }
        Given::Plain => match &node.kind {
            NodeKind::List(items) => items.iter().for_each(|item| statements(checker, item)),
            NodeKind::Map(_) => statement(checker, node),
            _ => {}
        },
        _ => {}
    }
}

fn statement(checker: &mut Checker<'_>, node: &Node) {
    // What a macro or a loop makes of it is not known.
    if node.entries().iter().any(|entry| entry.key.contains("::")) {
        return;
    }
    let meant = elements(checker, node, "policy statement", &STATEMENT);
    // What is misspelt is not missing as well.
    let absent = |name: &str| member(node, name).is_none() && !meant.contains(&name);
    let at = node.entries().first().map_or(node.span, |entry| entry.key_span);
    if let Some(effect) = member(node, "Effect") {
        one_of(checker, "Effect", effect, &["Allow", "Deny"]);
    }
    if absent("Effect") {
        missing(checker, at, "`Effect`");
    }
    if absent("Action") && absent("NotAction") {
        missing(checker, at, "`Action` and no `NotAction`");
    }
}

fn missing(checker: &mut Checker<'_>, at: Span, what: &str) {
    checker.report(&rules::MISSING_REQUIRED, at, format!("a policy statement has no {what}"));
}

/// Reports unknown elements; gives back those that were probably meant.
fn elements(
    checker: &mut Checker<'_>,
    node: &Node,
    owner: &str,
    known: &[&'static str],
) -> Vec<&'static str> {
    let mut meant = Vec::new();
    for entry in node.entries().iter().filter(|entry| !entry.key.contains("::")) {
        let key = entry.key.as_str();
        if !known.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            let message = format!("a {owner} has no element `{key}`");
            let free = known.iter().copied().filter(|name| member(node, name).is_none());
            meant.extend(checker.report_name(&rules::UNKNOWN_PROPERTY, entry.key_span, message, key, free));
        }
    }
    meant
}

fn one_of(checker: &mut Checker<'_>, element: &str, node: &Node, known: &[&str]) {
    if let Some(text) = node.as_str().filter(|text| !known.contains(text))
        && !is_dynamic_reference(text)
        && !text.contains("${")
    {
        let message = format!("`{element}` of a policy cannot be `{text}`");
        checker.report_name(&rules::BAD_ENUM_VALUE, node.span, message, text, known.iter().copied());
    }
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let entries = node.entries().iter().rev();
    entries.into_iter().find(|entry| entry.key.eq_ignore_ascii_case(name)).map(|entry| &entry.value)
}
