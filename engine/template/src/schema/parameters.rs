//! Declarations of parameters.

use std::cell::RefCell;

use regex::bytes::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

use super::{Checker, rules};
use crate::document::{Entry, Node, NodeKind};

/// Members of a parameter's declaration.
const MEMBERS: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// Types of a single value that name something in the account.
const SINGLE: [&str; 11] = [
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
];

/// Patterns longer than this are not tried.
const MAX_PATTERN: usize = 2000;
/// Patterns that take more bytes than this when they are compiled neither.
const MAX_REGEX: usize = 1 << 20;

/// Checks every parameter.
pub(super) fn check(checker: &mut Checker<'_>) {
    let section = checker.template.document.root.get("Parameters");
    for entry in section.map(Node::entries).unwrap_or_default() {
        if entry.key.starts_with("Fn::") {
            continue;
        }
        if !matches!(entry.value.kind, NodeKind::Map(_)) {
            let message = format!("parameter `{}` must be a map, not {}", entry.key, entry.value.kind_name());
            checker.report(&rules::BAD_PARAMETER, entry.key_span, message);
            continue;
        }
        parameter(checker, entry);
    }
}

fn parameter(checker: &mut Checker<'_>, entry: &Entry) {
    for member in entry.value.entries().iter().filter(|member| !member.key.contains("::")) {
        let key = member.key.as_str();
        if !MEMBERS.contains(&key) {
            let message = format!("a parameter has no attribute `{key}`");
            let known = MEMBERS.iter().copied();
            checker.report_name(&rules::UNKNOWN_PROPERTY, member.key_span, message, key, known);
        }
    }
    let Some(kind) = entry.value.get("Type") else {
        let message = format!("parameter `{}` has no `Type`", entry.key);
        checker.report(&rules::MISSING_REQUIRED, entry.key_span, message).fix =
            Some("add `Type: String`".to_owned());
        return;
    };
    match kind.as_str() {
        Some(text) if !is_type(text) => {
            let message = format!("there is no parameter type `{text}`");
            let known = ["CommaDelimitedList", "List<Number>", "Number", "String"].into_iter().chain(SINGLE);
            checker.report_name(&rules::BAD_PARAMETER, kind.span, message, text, known);
        }
        Some(text) => {
            default(checker, entry, text);
            given(checker, entry, text);
        }
        None => {
            let message = format!("the type of parameter `{}` must be a string", entry.key);
            checker.report(&rules::BAD_PARAMETER, kind.span, message);
        }
    }
}

fn is_type(kind: &str) -> bool {
    let inner = kind.strip_prefix("AWS::SSM::Parameter::Value<").and_then(|rest| rest.strip_suffix('>'));
    let kind = inner.unwrap_or(kind);
    let item = kind.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>'));
    kind == "CommaDelimitedList"
        || matches!(item.unwrap_or(kind), "String" | "Number")
        || SINGLE.contains(&item.unwrap_or(kind))
}

/// A default must be what the parameter would take as a value.
fn default(checker: &mut Checker<'_>, entry: &Entry, kind: &str) {
    let Some(node) = entry.value.get("Default") else { return };
    let Some(text) = node.scalar_text() else {
        let message =
            format!("the default of parameter `{}` must be a string, not {}", entry.key, node.kind_name());
        let finding = checker.report(&rules::BAD_PARAMETER, node.span, message);
        if let NodeKind::List(_) = node.kind {
            finding.fix = Some("write a list as one string with commas".to_owned());
        }
        return;
    };
    if let Some((item, what)) = first_refused(&entry.value, kind, &text) {
        let message = format!("the default of parameter `{}`, `{item}`, {what}", entry.key);
        checker.report(&rules::BAD_PARAMETER, node.span, message);
    }
}

/// What is given for a parameter must be what it takes.
fn given(checker: &mut Checker<'_>, entry: &Entry, kind: &str) {
    let Some(text) = checker.inputs.parameters.get(entry.key.as_str()) else { return };
    if let Some((item, what)) = first_refused(&entry.value, kind, text) {
        let message = format!("the value given for parameter `{}`, `{item}`, {what}", entry.key);
        checker.report(&rules::BAD_PARAMETER, entry.key_span, message);
    }
}

/// The first part of a value that a parameter would not take, and why.
fn first_refused(declaration: &Node, kind: &str, text: &str) -> Option<(String, String)> {
    // The value behind a name is not known here.
    if kind.starts_with("AWS::SSM::") || text.contains("{{resolve:") {
        return None;
    }
    let list = super::value::is_list_parameter(kind);
    let mut items = if list { text.split(',').map(str::trim).collect() } else { vec![text] }.into_iter();
    items.find_map(|item| refused(declaration, kind, item, list).map(|what| (item.to_owned(), what)))
}

/// Why a parameter would not take a value.
fn refused(declaration: &Node, kind: &str, text: &str, list: bool) -> Option<String> {
    let limit =
        |name: &str| declaration.get(name).and_then(Node::scalar_text).and_then(|t| t.parse::<f64>().ok());
    if let Some(allowed) = declaration.get("AllowedValues")
        && !allowed.items().is_empty()
        && !allowed.items().iter().any(|value| same(value, text))
    {
        return Some("is none of `AllowedValues`".to_owned());
    }
    if kind.contains("Number") {
        let Ok(number) = text.trim().parse::<f64>() else { return Some("is not a number".to_owned()) };
        if let Some(least) = limit("MinValue").filter(|least| number < *least) {
            return Some(format!("is less than `MinValue`, {least}"));
        }
        if let Some(most) = limit("MaxValue").filter(|most| number > *most) {
            return Some(format!("is more than `MaxValue`, {most}"));
        }
    }
    if kind != "String" || list {
        return None;
    }
    let length = text.chars().count() as f64;
    if let Some(least) = limit("MinLength").filter(|least| length < *least) {
        return Some(format!("is shorter than `MinLength`, {least}"));
    }
    if let Some(most) = limit("MaxLength").filter(|most| length > *most) {
        return Some(format!("is longer than `MaxLength`, {most}"));
    }
    let pattern = declaration.get("AllowedPattern").and_then(Node::as_str)?;
    let regex = known(pattern)?;
    (!regex.is_match(text.as_bytes())).then(|| format!("does not match `AllowedPattern`, `{pattern}`"))
}

/// More patterns than this are not kept.
const MOST_PATTERNS: usize = 256;

thread_local! {
    /// Patterns that were read on this thread: templates copy them from each other.
    static PATTERNS: RefCell<FxHashMap<String, Option<Regex>>> = RefCell::default();
}

/// A pattern, compiled once.
fn known(pattern: &str) -> Option<Regex> {
    PATTERNS.with_borrow_mut(|known| {
        if let Some(regex) = known.get(pattern) {
            return regex.clone();
        }
        if known.len() == MOST_PATTERNS {
            known.clear();
        }
        known.entry(pattern.to_owned()).or_insert_with(|| compiled(pattern)).clone()
    })
}

/// A pattern as Java reads it, where classes such as `\w` mean ASCII; none where it cannot be read
/// here, which is no reason to judge it.
fn compiled(pattern: &str) -> Option<Regex> {
    if pattern.len() > MAX_PATTERN {
        return None;
    }
    RegexBuilder::new(pattern).unicode(!pattern.is_ascii()).size_limit(MAX_REGEX).build().ok()
}

/// Whether two spellings are the same value: `8` and `8.0`, `true` and `True`.
fn same(allowed: &Node, text: &str) -> bool {
    if let NodeKind::Bool(value) = allowed.kind {
        let spellings = if value { ["true", "yes", "on"] } else { ["false", "no", "off"] };
        return spellings.iter().any(|spelling| spelling.eq_ignore_ascii_case(text));
    }
    let Some(allowed) = allowed.scalar_text() else { return true };
    let number = |text: &str| text.trim().parse::<f64>().ok();
    allowed == text
        || number(&allowed).is_some_and(|value| number(text) == Some(value))
        || matches!(text, "true" | "false") && allowed.eq_ignore_ascii_case(text)
}
