//! SARIF 2.1.0, for code scanning and security dashboards.
//!
//! Results are written as they come; the rules and files that they point to by index stand
//! behind them, which JSON allows, so that nothing but those two lists is kept.

use std::collections::HashMap;
use std::io::{self, Write};

use eyas_engine::finding::{Finding, Location, Outcome};
use eyas_lang::checked::Severity;
use serde_json::{Map, Value, json};

use crate::escape::uri;
use crate::summary::Broken;
use crate::{RuleMeta, Run, Sink, Summary};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(crate) struct Sarif<W> {
    out: W,
    first: bool,
    version: String,
    rules: Vec<RuleMeta>,
    rule_index: HashMap<String, usize>,
    files: Vec<String>,
    file_index: HashMap<String, usize>,
}

impl<W: Write> Sarif<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            first: true,
            version: String::new(),
            rules: Vec::new(),
            rule_index: HashMap::new(),
            files: Vec::new(),
            file_index: HashMap::new(),
        }
    }

    fn rule_index(&mut self, finding: &Finding) -> usize {
        if let Some(index) = self.rule_index.get(&finding.rule.id) {
            return *index;
        }
        self.add_rule(RuleMeta::seen_in(finding))
    }

    fn add_rule(&mut self, rule: RuleMeta) -> usize {
        let index = self.rules.len();
        self.rule_index.insert(rule.id.clone(), index);
        self.rules.push(rule);
        index
    }

    fn file_index(&mut self, file: &str) -> usize {
        if let Some(index) = self.file_index.get(file) {
            return *index;
        }
        let index = self.files.len();
        self.file_index.insert(file.to_owned(), index);
        self.files.push(file.to_owned());
        index
    }

    fn result(&mut self, finding: &Finding) -> Value {
        let mut result = Map::new();
        result.insert("ruleId".into(), json!(finding.rule.id));
        result.insert("ruleIndex".into(), json!(self.rule_index(finding)));
        let unknown = finding.outcome == Outcome::Unknown;
        if unknown {
            // "open": judged, but there was not enough to decide; such a result has no level.
            result.insert("kind".into(), json!("open"));
        }
        result.insert("level".into(), json!(if unknown { "none" } else { level(finding.severity) }));
        result.insert("message".into(), json!({ "text": message(&finding.message) }));
        result.insert("locations".into(), json!([self.location(finding)]));
        result.insert("partialFingerprints".into(), json!({ "eyas/v1": finding.fingerprint }));
        result.insert("properties".into(), properties(finding));
        Value::Object(result)
    }

    fn location(&mut self, finding: &Finding) -> Value {
        let mut location = Map::new();
        if let Some(place) = &finding.location {
            let mut physical = Map::new();
            let index = self.file_index(&place.file);
            physical.insert("artifactLocation".into(), json!({ "uri": uri(&place.file), "index": index }));
            if let Some(region) = region(place) {
                physical.insert("region".into(), region);
            }
            location.insert("physicalLocation".into(), Value::Object(physical));
        }
        location.insert("logicalLocations".into(), json!([logical_location(finding)]));
        Value::Object(location)
    }
}

impl<W: Write + Send> Sink for Sarif<W> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.version.clone_from(&run.version);
        for rule in &run.rules {
            self.add_rule(rule.clone());
        }
        write!(
            self.out,
            "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"columnKind\":\"unicodeCodePoints\",\"results\":["
        )
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let result = self.result(finding);
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        Ok(serde_json::to_writer(&mut self.out, &result)?)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let artifacts: Vec<Value> =
            self.files.iter().map(|f| json!({ "location": { "uri": uri(f) } })).collect();
        let rules: Vec<Value> = self.rules.iter().map(rule).collect();
        let tool = json!({ "driver": { "name": "eyas", "semanticVersion": self.version, "rules": rules } });
        self.out.write_all(b"\n],\"tool\":")?;
        serde_json::to_writer(&mut self.out, &tool)?;
        self.out.write_all(b",\"artifacts\":")?;
        serde_json::to_writer(&mut self.out, &artifacts)?;
        self.out.write_all(b",\"invocations\":")?;
        serde_json::to_writer(&mut self.out, &json!([invocation(summary)]))?;
        self.out.write_all(b"}]}\n")?;
        self.out.flush()
    }
}

fn level(severity: Severity) -> &'static str {
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

/// A message's text. SARIF reads `{0}` as a placeholder and `[a](b)` as a link; both are
/// escaped where the text happens to hold them, and everything else stays as it is.
fn message(text: &str) -> String {
    let mut out = text.to_owned();
    if out.contains("](") {
        out = out.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    if has_placeholder(&out) {
        out = out.replace('{', "{{").replace('}', "}}");
    }
    out
}

fn has_placeholder(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < rest.len() && digits.starts_with('}')
    })
}

fn region(place: &Location) -> Option<Value> {
    match (place.line, place.column, place.offset) {
        (Some(line), Some(column), _) => Some(json!({ "startLine": line, "startColumn": column })),
        (Some(line), None, _) => Some(json!({ "startLine": line })),
        (None, _, Some(offset)) => Some(json!({ "byteOffset": offset })),
        (None, _, None) => None,
    }
}

/// Where something is that has no place in a file: an event in an account's trail, a resource.
fn logical_location(finding: &Finding) -> Value {
    let subject = &finding.subject;
    let event_name = finding.event.as_ref().and_then(|e| e.name.as_deref());
    let name = event_name.or(subject.id.as_deref()).unwrap_or(&subject.kind);
    let full: Vec<&str> =
        [subject.account.as_deref(), subject.region.as_deref(), Some(&subject.kind), event_name]
            .into_iter()
            .chain([subject.id.as_deref()])
            .flatten()
            .collect();
    let kind = if finding.event.is_some() { "event" } else { "resource" };
    json!({ "name": name, "fullyQualifiedName": full.join("/"), "kind": kind })
}

fn properties(finding: &Finding) -> Value {
    let mut properties = Map::new();
    properties.insert("severity".into(), json!(finding.severity.as_str()));
    properties.insert("outcome".into(), json!(finding.outcome));
    properties.insert("subject".into(), json!(finding.subject));
    if let Some(event) = &finding.event {
        properties.insert("event".into(), json!(event));
    }
    if !finding.evidence.is_empty() {
        properties.insert("evidence".into(), json!(finding.evidence));
    }
    if let Some(fix) = &finding.fix {
        properties.insert("fix".into(), json!(fix));
    }
    Value::Object(properties)
}

fn rule(rule: &RuleMeta) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), json!(rule.id));
    out.insert("name".into(), json!(rule.id.rsplit('.').next().unwrap_or(&rule.id)));
    out.insert("shortDescription".into(), json!({ "text": message(&rule.title) }));
    let doc = if rule.doc.trim().is_empty() { &rule.title } else { &rule.doc };
    out.insert("fullDescription".into(), json!({ "text": message(doc.trim()) }));
    out.insert("help".into(), json!({ "text": message(&help(rule)), "markdown": help(rule) }));
    if let Some(link) = rule.refs.iter().find(|r| r.starts_with("https://") || r.starts_with("http://")) {
        out.insert("helpUri".into(), json!(link));
    }
    out.insert("defaultConfiguration".into(), json!({ "level": level(rule.severity) }));
    let mut tags = vec!["security"];
    for tag in rule.tags.iter().chain(&rule.maps).map(String::as_str) {
        if !tags.contains(&tag) {
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
    let mut text = rule.title.clone();
    if !rule.doc.trim().is_empty() {
        text.push_str("\n\n");
        text.push_str(rule.doc.trim());
    }
    for link in &rule.refs {
        text.push_str("\n\n");
        text.push_str(link);
    }
    text
}

fn invocation(summary: &Summary) -> Value {
    let unread = summary.broken_at.iter().map(notification);
    let not_run = summary.not_run.iter().map(|r| {
        json!({ "level": "warning", "message": { "text": message(&format!("rule {} was not run: {}", r.rule, r.reason)) } })
    });
    let notifications: Vec<Value> = unread.chain(not_run).collect();
    json!({
        "executionSuccessful": !summary.interrupted,
        "toolExecutionNotifications": notifications,
        "properties": { "summary": summary },
    })
}

fn notification(broken: &Broken) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&broken.file) } });
    if let Some(offset) = broken.offset {
        physical["region"] = json!({ "byteOffset": offset });
    }
    json!({
        "level": "error",
        "message": { "text": message(&broken.reason) },
        "locations": [{ "physicalLocation": physical }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_no_placeholders_and_no_links() {
        assert_eq!(message("opens 22 to {world}"), "opens 22 to {world}");
        assert_eq!(message("a {0} b"), "a {{0}} b");
        assert_eq!(message("[click](http://x)"), r"\[click\](http://x)");
    }
}
