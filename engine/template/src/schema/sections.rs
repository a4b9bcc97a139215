//! The sections of a template, what is declared in them, and how much of it there may be.

use super::{Checker, names, place, rules};
use crate::document::{Entry, Node, NodeKind, Span};

/// The sections that CloudFormation knows.
const SECTIONS: [&str; 12] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Sections that are maps from names to declarations, with how many there may be.
const MAPS: [(&str, usize); 7] = [
    ("Conditions", usize::MAX),
    ("Hooks", usize::MAX),
    ("Mappings", 200),
    ("Outputs", 200),
    ("Parameters", 200),
    ("Resources", 500),
    ("Rules", usize::MAX),
];

/// Members of a resource's declaration.
pub(super) const RESOURCE: [&str; 13] = [
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "IgnoreGlobals",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
];

/// Members of an output's declaration.
const OUTPUT: [&str; 4] = ["Condition", "Description", "Export", "Value"];

const VERSION: &str = "2010-09-09";
/// Characters of a logical id.
const MAX_NAME: usize = 255;
/// Bytes of the template's description.
const MAX_DESCRIPTION: usize = 1024;
/// Bytes of a template in S3.
const MAX_TEMPLATE: usize = 1 << 20;

/// Checks sections and declarations.
pub(super) fn check(checker: &mut Checker<'_>) {
    let root = &checker.template.document.root;
    for entry in root.entries() {
        section(checker, entry);
    }
    let start = root.entries().first().map_or(root.span, |entry| entry.key_span);
    let included = root.entries().iter().any(|entry| entry.key.starts_with("Fn::"));
    if root.get("Resources").is_none() && !included {
        let message = "the template has no `Resources`, and must have at least one resource".to_owned();
        checker.report(&rules::MISSING_REQUIRED, start, message);
    }
    sam(checker);
    let size = checker.template.document.text.len();
    if size > MAX_TEMPLATE {
        limit(checker, start, format!("the template has {size} bytes; {MAX_TEMPLATE} is the most"));
    }
}

/// What only SAM understands, in a template that does not ask for SAM; reported once.
fn sam(checker: &mut Checker<'_>) {
    let template = checker.template;
    if names::has_sam_transform(template) {
        return;
    }
    let globals = template.document.root.entry("Globals").map(|entry| ("Globals", entry.key_span));
    let resource = template.resources.iter().find(|resource| names::is_sam_type(resource.kind));
    let first = match resource {
        Some(resource) => Some((&rules::UNKNOWN_TYPE, (resource.kind, resource.kind_node.span))),
        None => globals.map(|globals| (&rules::UNKNOWN_SECTION, globals)),
    };
    if let Some((rule, (what, span))) = first {
        let message = format!("`{what}` needs `Transform: AWS::Serverless-2016-10-31`");
        checker.report(rule, span, message).fix = Some("add the transform at the top".to_owned());
    }
}

fn section(checker: &mut Checker<'_>, entry: &Entry) {
    let key = entry.key.as_str();
    if !SECTIONS.contains(&key) {
        if !key.starts_with("Fn::") {
            let message = format!("a template has no section `{key}`");
            let known = SECTIONS.iter().copied();
            checker.report_name(&rules::UNKNOWN_SECTION, entry.key_span, message, key, known);
        }
        return;
    }
    if let Some((_, most)) = MAPS.iter().find(|(name, _)| *name == key) {
        let members = entry.value.entries();
        if !matches!(entry.value.kind, NodeKind::Map(_)) {
            return kind(checker, entry, "a map");
        }
        if members.len() > *most {
            let (count, what) = (members.len(), key.to_lowercase());
            limit(checker, entry.key_span, format!("the template has {count} {what}; {most} is the most"));
        }
        for member in members.iter().filter(|member| !member.key.starts_with("Fn::")) {
            name(checker, key, member);
        }
    }
    match key {
        "AWSTemplateFormatVersion" => version(checker, &entry.value),
        "Description" => description(checker, entry),
        "Resources" => {
            if entry.value.entries().is_empty() {
                let message = "`Resources` is empty; a template must have at least one resource".to_owned();
                checker.report(&rules::MISSING_REQUIRED, entry.key_span, message);
            }
            declared(&entry.value).for_each(|entry| resource(checker, entry));
        }
        "Outputs" => declared(&entry.value).for_each(|entry| output(checker, entry)),
        "Mappings" => declared(&entry.value).for_each(|entry| mapping(checker, entry)),
        _ => {}
    }
}

/// The members of a section that no macro or loop makes.
fn declared(section: &Node) -> impl Iterator<Item = &Entry> {
    section.entries().iter().filter(|entry| !entry.key.starts_with("Fn::"))
}

fn kind(checker: &mut Checker<'_>, entry: &Entry, due: &str) {
    let message = format!("`{}` must be {due}, not {}", entry.key, entry.value.kind_name());
    let span = if entry.value.span.start < entry.value.span.end { entry.value.span } else { entry.key_span };
    checker.report(&rules::WRONG_KIND, span, message);
}

fn limit(checker: &mut Checker<'_>, span: Span, message: String) {
    checker.report(&rules::LIMITS, span, message).fix = Some("split the template".to_owned());
}

/// Logical ids are letters and digits.
fn name(checker: &mut Checker<'_>, section: &str, entry: &Entry) {
    let key = entry.key.as_str();
    if matches!(section, "Outputs" | "Parameters" | "Resources") && key.len() > MAX_NAME {
        limit(
            checker,
            entry.key_span,
            format!("a name has {} characters; {MAX_NAME} is the most", key.len()),
        );
    }
    let strict = matches!(section, "Mappings" | "Outputs" | "Parameters" | "Resources");
    if strict && !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let message = format!("the name `{key}` has other characters than letters and digits");
        checker.report(&rules::BAD_NAME, entry.key_span, message);
    }
}

fn version(checker: &mut Checker<'_>, node: &Node) {
    if node.scalar_text().is_some_and(|text| text != VERSION) {
        let message = format!("`AWSTemplateFormatVersion` can only be `{VERSION}`");
        let text = place::requoted(checker.template.document, node.span, VERSION);
        let finding = checker.report(&rules::BAD_ENUM_VALUE, node.span, message);
        finding.text_edit = Some((node.span, text));
    }
}

fn description(checker: &mut Checker<'_>, entry: &Entry) {
    let node = &entry.value;
    match node.as_str() {
        None if matches!(node.kind, NodeKind::Map(_) | NodeKind::List(_)) => kind(checker, entry, "a string"),
        Some(text) if text.len() > MAX_DESCRIPTION => {
            let size = text.len();
            let message = format!("the description has {size} bytes; {MAX_DESCRIPTION} is the most");
            checker.report(&rules::LIMITS, node.span, message);
        }
        _ => {}
    }
}

fn resource(checker: &mut Checker<'_>, entry: &Entry) {
    if !matches!(entry.value.kind, NodeKind::Map(_)) {
        return kind(checker, entry, "a map with a `Type`");
    }
    checker.current = checker.resources.get(entry.key.as_str()).copied();
    let members = entry.value.entries();
    let generated = members.iter().any(|member| member.key.contains("::"));
    if !generated && entry.value.get("Type").is_none() {
        let message = format!("resource `{}` has no `Type`", entry.key);
        checker.report(&rules::MISSING_REQUIRED, entry.key_span, message);
    }
    for member in members.iter().filter(|member| !member.key.contains("::")) {
        match member.key.as_str() {
            "Type" => resource_type(checker, member),
            "DeletionPolicy" => {
                policy(checker, member, &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"]);
            }
            "UpdateReplacePolicy" => policy(checker, member, &["Delete", "Retain", "Snapshot"]),
            "Condition" if member.value.as_str().is_none() => kind(checker, member, "a condition's name"),
            "DependsOn" => depends_on(checker, member),
            // SAM ignores what it does not know.
            _ if checker.current.is_some_and(|resource| names::is_sam_type(resource.kind)) => {}
            key if !RESOURCE.contains(&key) => {
                unknown_member(checker, member, "a resource", &RESOURCE);
                if is_property(checker, key) {
                    checker.advise("move it under `Properties`");
                }
            }
            _ => {}
        }
    }
    checker.current = None;
}

/// Whether the resource that is looked at has a property of this name.
fn is_property(checker: &Checker<'_>, key: &str) -> bool {
    let record = checker.current.and_then(|resource| checker.catalog.record_type(resource.kind));
    record.is_some_and(|record| record.shape.field(key).is_some())
}

/// What is no type's name at all; which types there are is checked with the properties.
fn resource_type(checker: &mut Checker<'_>, entry: &Entry) {
    match entry.value.as_str() {
        Some(text) if text.contains("::") => {}
        Some(text) => {
            let message = format!("`{text}` is no resource type");
            checker.report(&rules::UNKNOWN_TYPE, entry.value.span, message);
        }
        None => kind(checker, entry, "a resource type's name"),
    }
}

fn policy(checker: &mut Checker<'_>, entry: &Entry, known: &[&str]) {
    // With the language extensions it may be an intrinsic.
    if matches!(entry.value.kind, NodeKind::List(_) | NodeKind::Null) {
        return kind(checker, entry, "a string");
    }
    if let Some(text) = entry.value.as_str()
        && !known.contains(&text)
    {
        let message = format!("`{}` cannot be `{text}`", entry.key);
        checker.report_name(&rules::BAD_ENUM_VALUE, entry.value.span, message, text, known.iter().copied());
    }
}

fn depends_on(checker: &mut Checker<'_>, entry: &Entry) {
    let good = |node: &Node| node.as_str().is_some();
    if !good(&entry.value) && !matches!(&entry.value.kind, NodeKind::List(items) if items.iter().all(good)) {
        kind(checker, entry, "a logical id or a list of them");
    }
}

fn unknown_member(checker: &mut Checker<'_>, entry: &Entry, owner: &str, known: &[&str]) {
    let message = format!("{owner} has no attribute `{}`", entry.key);
    let known = known.iter().copied();
    checker.report_name(&rules::UNKNOWN_PROPERTY, entry.key_span, message, &entry.key, known);
}

fn output(checker: &mut Checker<'_>, entry: &Entry) {
    if !matches!(entry.value.kind, NodeKind::Map(_)) {
        return kind(checker, entry, "a map with a `Value`");
    }
    let members = entry.value.entries();
    let generated = members.iter().any(|member| member.key.contains("::"));
    if !generated && entry.value.get("Value").is_none() {
        let message = format!("output `{}` has no `Value`", entry.key);
        checker.report(&rules::MISSING_REQUIRED, entry.key_span, message);
    }
    if let Some(export) = entry.value.entry("Export")
        && matches!(&export.value.kind, NodeKind::Map(members) if members.is_empty())
    {
        let message = format!("the export of output `{}` has no `Name`", entry.key);
        checker.report(&rules::MISSING_REQUIRED, export.key_span, message);
    }
    for member in members.iter().filter(|member| !member.key.contains("::")) {
        if !OUTPUT.contains(&member.key.as_str()) {
            unknown_member(checker, member, "an output", &OUTPUT);
        }
    }
}

/// A mapping is a map of maps.
fn mapping(checker: &mut Checker<'_>, entry: &Entry) {
    if !matches!(entry.value.kind, NodeKind::Map(_)) {
        return kind(checker, entry, "a map");
    }
    for row in declared(&entry.value) {
        if !matches!(row.value.kind, NodeKind::Map(_)) {
            kind(checker, row, "a map");
        }
    }
}
