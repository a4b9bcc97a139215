//! One finding as a result.

use eyas_engine::finding::{BaselineState, Finding, Ignored, Location, Outcome, TextEdit};
use serde_json::{Map, Value, json};

use super::rule::level;
use super::text::message;
use super::{Index, artifact};
use crate::fact;

/// How many places of evidence are shown beside a result.
const MOST_RELATED: usize = 20;

pub(super) fn result(finding: &Finding, index: &mut Index) -> Value {
    let mut result = Map::new();
    result.insert("ruleId".into(), json!(finding.rule.id));
    result.insert("ruleIndex".into(), json!(index.rule(finding)));
    let unknown = finding.outcome == Outcome::Unknown;
    if unknown {
        // "open": judged, but there was not enough to decide; such a result has no level.
        result.insert("kind".into(), json!("open"));
    }
    result.insert("level".into(), json!(if unknown { "none" } else { level(finding.severity) }));
    result.insert("message".into(), json!({ "text": message(&text(finding)) }));
    result.insert("locations".into(), json!([location(finding, index)]));
    let related = related(finding);
    if !related.is_empty() {
        result.insert("relatedLocations".into(), Value::Array(related));
    }
    if let Some(fix) = fix(finding) {
        result.insert("fixes".into(), json!([fix]));
    }
    result.insert("partialFingerprints".into(), json!({ "eyas/v1": finding.fingerprint }));
    if let Some(state) = finding.baseline {
        let state = match state {
            BaselineState::New => "new",
            BaselineState::Unchanged => "unchanged",
        };
        result.insert("baselineState".into(), json!(state));
    }
    // An empty list says that nobody suppressed it; all results of a run have one, or none.
    let suppressions: Vec<Value> = finding.ignored.iter().map(suppression).collect();
    result.insert("suppressions".into(), Value::Array(suppressions));
    result.insert("properties".into(), properties(finding));
    Value::Object(result)
}

fn text(finding: &Finding) -> String {
    match &finding.when {
        Some(when) => format!("{} (only if {when})", finding.message),
        None => finding.message.clone(),
    }
}

fn location(finding: &Finding, index: &mut Index) -> Value {
    let mut location = Map::new();
    if let Some(place) = &finding.location {
        let mut file = artifact(&place.file);
        file["index"] = json!(index.file(&place.file));
        let mut physical = json!({ "artifactLocation": file });
        if let Some(region) = region(place) {
            physical["region"] = region;
        }
        location.insert("physicalLocation".into(), physical);
    }
    location.insert("logicalLocations".into(), json!([logical_location(finding)]));
    Value::Object(location)
}

fn region(place: &Location) -> Option<Value> {
    let Some(line) = place.line else {
        return place.offset.map(|offset| json!({ "byteOffset": offset }));
    };
    let mut region = json!({ "startLine": line });
    if let Some(column) = place.column {
        region["startColumn"] = json!(column);
    }
    if let (Some(end_line), Some(end_column)) = (place.end_line, place.end_column) {
        region["endLine"] = json!(end_line);
        region["endColumn"] = json!(end_column);
    }
    Some(region)
}

/// The place in terms of what is judged: a property of a resource, an event of an account.
fn logical_location(finding: &Finding) -> Value {
    let subject = &finding.subject;
    let event_name = finding.event.as_ref().and_then(|e| e.name.as_deref());
    let name = event_name.or(subject.id.as_deref()).unwrap_or(&subject.kind);
    if let Some(path) = finding.location.as_ref().and_then(|l| l.path.as_deref()) {
        return json!({ "name": name, "fullyQualifiedName": path, "kind": "resource" });
    }
    let full: Vec<&str> =
        [subject.account.as_deref(), subject.region.as_deref(), Some(&subject.kind), event_name]
            .into_iter()
            .chain([subject.id.as_deref()])
            .flatten()
            .collect();
    let kind = if finding.event.is_some() { "event" } else { "resource" };
    json!({ "name": name, "fullyQualifiedName": full.join("/"), "kind": kind })
}

/// The places of the evidence, each once.
fn related(finding: &Finding) -> Vec<Value> {
    let Some(location) = &finding.location else { return Vec::new() };
    let mut seen = Vec::new();
    let mut out = Vec::new();
    for evidence in &finding.evidence {
        let Some(place) = evidence.place.filter(|p| p.line > 0 && p.column > 0) else { continue };
        let at = (place.line, place.column, &evidence.field);
        if seen.contains(&at) || out.len() == MOST_RELATED {
            continue;
        }
        seen.push(at);
        out.push(json!({
            "id": out.len(),
            "message": { "text": message(&fact::evidence(evidence)) },
            "physicalLocation": {
                "artifactLocation": artifact(&location.file),
                "region": { "startLine": place.line, "startColumn": place.column },
            },
        }));
    }
    out
}

fn fix(finding: &Finding) -> Option<Value> {
    let location = finding.location.as_ref().filter(|_| !finding.text_edits.is_empty())?;
    let text = finding.fix.as_deref().unwrap_or("Change what the rule proposes.");
    let replacements: Vec<Value> = finding.text_edits.iter().map(replacement).collect();
    Some(json!({
        "description": { "text": message(text) },
        "artifactChanges": [{ "artifactLocation": artifact(&location.file), "replacements": replacements }],
    }))
}

fn replacement(edit: &TextEdit) -> Value {
    let region = json!({
        "startLine": edit.line,
        "startColumn": edit.column,
        "endLine": edit.end_line,
        "endColumn": edit.end_column,
    });
    if edit.text.is_empty() {
        return json!({ "deletedRegion": region });
    }
    json!({ "deletedRegion": region, "insertedContent": { "text": edit.text } })
}

fn suppression(ignored: &Ignored) -> Value {
    let in_source = matches!(ignored.by.as_str(), "comment" | "metadata");
    let mut out = json!({
        "kind": if in_source { "inSource" } else { "external" },
        "status": "accepted",
        "properties": { "by": ignored.by },
    });
    if let Some(reason) = &ignored.reason {
        out["justification"] = json!(reason);
    }
    if let Some(until) = &ignored.until {
        out["properties"]["until"] = json!(until);
    }
    out
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
    if let Some(when) = &finding.when {
        properties.insert("when".into(), json!(when));
    }
    if let Some(fix) = &finding.fix {
        properties.insert("fix".into(), json!(fix));
    }
    Value::Object(properties)
}
