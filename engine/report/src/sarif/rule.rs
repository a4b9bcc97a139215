//! Rules as SARIF describes them.

use eyas_lang::checked::Severity;
use serde_json::{Map, Value, json};

use super::text::message;
use crate::RuleMeta;
use crate::escape::{link, markdown, markdown_code};

/// GitHub refuses a rule with more.
const MOST_TAGS: usize = 20;

pub(super) fn rule(rule: &RuleMeta) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), json!(rule.id));
    out.insert("name".into(), json!(rule.id.rsplit('.').next().unwrap_or(&rule.id)));
    out.insert("shortDescription".into(), json!({ "text": message(&rule.title) }));
    let doc = if rule.doc.trim().is_empty() { &rule.title } else { &rule.doc };
    out.insert("fullDescription".into(), json!({ "text": message(doc.trim()) }));
    out.insert("help".into(), json!({ "text": message(&help(rule)), "markdown": help_markdown(rule) }));
    if let Some(link) = rule.refs.iter().find_map(|text| link(text)) {
        out.insert("helpUri".into(), json!(link));
    }
    out.insert("defaultConfiguration".into(), json!({ "level": level(rule.severity) }));
    let mut tags = vec!["security"];
    for tag in rule.tags.iter().chain(&rule.maps).map(String::as_str) {
        if !tags.contains(&tag) && tags.len() < MOST_TAGS {
            tags.push(tag);
        }
    }
    out.insert(
        "properties".into(),
        json!({ "tags": tags, "security-severity": security_severity(rule.severity), "severity": rule.severity.as_str() }),
    );
    Value::Object(out)
}

fn help(rule: &RuleMeta) -> String {
    let mut parts = vec![rule.title.clone()];
    parts.extend(Some(rule.doc.trim().to_owned()).filter(|doc| !doc.is_empty()));
    if !rule.maps.is_empty() {
        parts.push(format!("Maps to {}.", rule.maps.join(", ")));
    }
    parts.extend(rule.refs.iter().cloned());
    parts.join("\n\n")
}

/// The same as Markdown; the rule's own text is Markdown already.
fn help_markdown(rule: &RuleMeta) -> String {
    let mut out = format!("**{}**", markdown(&rule.title));
    if !rule.doc.trim().is_empty() {
        out.push_str(&format!("\n\n{}", rule.doc.trim()));
    }
    out.push_str(&format!("\n\nRule {}, severity {}.", markdown_code(&rule.id), rule.severity.as_str()));
    if !rule.maps.is_empty() {
        let maps: Vec<String> = rule.maps.iter().map(|m| format!("- {}", markdown(m))).collect();
        out.push_str(&format!("\n\nMaps to\n\n{}", maps.join("\n")));
    }
    let links: Vec<String> =
        rule.refs.iter().filter_map(|text| link(text)).map(|link| format!("- <{link}>")).collect();
    if !links.is_empty() {
        out.push_str(&format!("\n\nRead more\n\n{}", links.join("\n")));
    }
    out
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The number that GitHub sorts alerts by: over 9 is critical, from 7 high, from 4 medium.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}
