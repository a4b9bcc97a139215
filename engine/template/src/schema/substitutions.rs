//! Placeholders in text that nothing substitutes, because `Fn::Sub` is missing.

use super::{Checker, names, place, rules};
use crate::document::{Node, NodeKind, Style};

/// Longer texts are programs or documents with placeholders of their own.
const MAX_TEXT: usize = 1024;

/// Types whose texts have placeholders of their own.
const OTHER_LANGUAGES: [&str; 4] = [
    "AWS::IoT::TopicRule",
    "AWS::Serverless::StateMachine",
    "AWS::StepFunctions::StateMachine",
    "AWS::SSM::Document",
];

/// Properties whose texts do, by a part of their name.
const OTHER_TEXTS: [&str; 16] = [
    "Body",
    "BuildSpec",
    "Code",
    "Command",
    "Content",
    "Definition",
    "Description",
    "Document",
    "Metadata",
    "Pattern",
    "Query",
    "Schema",
    "Script",
    "Template",
    "UserData",
    "ZipFile",
];

/// Checks the text in resources and outputs.
pub(super) fn check(checker: &mut Checker<'_>) {
    let template = checker.template;
    if !template.document.text.contains("${") {
        return;
    }
    for resource in &template.resources {
        let kind = resource.kind;
        if kind.starts_with("AWS::") && !OTHER_LANGUAGES.contains(&kind) {
            checker.current = Some(*resource);
            if let Some(properties) = resource.properties {
                walk(checker, properties);
            }
        }
    }
    checker.current = None;
    for output in template.outputs.map(Node::entries).unwrap_or_default() {
        if let Some(value) = output.value.get("Value") {
            walk(checker, value);
        }
    }
}

fn walk(checker: &mut Checker<'_>, node: &Node) {
    match &node.kind {
        NodeKind::Str(text) => self::text(checker, node, text),
        NodeKind::List(items) => items.iter().for_each(|item| walk(checker, item)),
        NodeKind::Map(entries) => {
            for entry in entries {
                let key = entry.key.as_str();
                match key {
                    // The values that it substitutes are texts again.
                    "Fn::Sub" => entry.value.items().iter().skip(1).for_each(|names| walk(checker, names)),
                    "Ref" | "Fn::GetAtt" | "Fn::FindInMap" | "Fn::Transform" => {}
                    _ if is_harmless(&entry.value) => {}
                    _ if OTHER_TEXTS.iter().any(|part| key.contains(part)) => {}
                    _ => walk(checker, &entry.value),
                }
            }
        }
        _ => {}
    }
}

/// Most values are texts without a placeholder.
fn is_harmless(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Str(text) => !text.as_bytes().contains(&b'$'),
        NodeKind::List(_) | NodeKind::Map(_) => false,
        _ => true,
    }
}

fn text(checker: &mut Checker<'_>, node: &Node, text: &str) {
    if text.len() > MAX_TEXT || !text.contains("${") || node.style == Style::Block {
        return;
    }
    let known = |raw: &str| is_known(checker, raw.trim());
    let Some(name) = names::placeholders(text).find(|raw| known(raw)) else { return };
    let message = format!("`${{{name}}}` stays as it is written, for `Fn::Sub` is missing");
    let all = names::placeholders(text).all(known);
    let document = checker.template.document;
    let source = place::source(document, node.span);
    let edit = match document.json {
        true => format!("{{\"Fn::Sub\": {source}}}"),
        false => format!("!Sub {source}"),
    };
    let finding = checker.report(&rules::MISSING_SUB, node.span, message);
    finding.fix = Some("substitute it with `Fn::Sub`".to_owned());
    finding.text_edit = all.then_some((node.span, edit));
}

/// Whether a placeholder names something of the template.
fn is_known(checker: &Checker<'_>, name: &str) -> bool {
    let (owner, _) = name.split_once('.').unwrap_or((name, ""));
    names::PSEUDO.contains(&name)
        || checker.template.parameters.contains_key(name)
        || checker.ids.contains(owner)
}
