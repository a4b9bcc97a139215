//! What is told of the run: what could not be read, judged or used.

use serde_json::{Value, json};

use super::artifact;
use super::text::message;
use crate::summary::{Broken, IdleIgnore, NotRun, Reason, grouped, plural};
use crate::{Summary, fact};

pub(super) fn invocation(summary: &Summary) -> Value {
    let unread = summary.broken_at.iter().map(unread);
    let unjudged = summary.unknown_because.iter().map(unjudged);
    let execution: Vec<Value> = unread.chain(unjudged).collect();
    let configuration: Vec<Value> =
        summary.not_run.iter().map(not_run).chain(summary.idle_ignores.iter().map(idle)).collect();
    json!({
        "executionSuccessful": !summary.interrupted,
        "toolExecutionNotifications": execution,
        "toolConfigurationNotifications": configuration,
        "properties": { "summary": summary },
    })
}

fn unread(broken: &Broken) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(&broken.file) });
    let region = match (broken.line, broken.column, broken.offset) {
        (Some(line), Some(column), _) => Some(json!({ "startLine": line, "startColumn": column })),
        (Some(line), None, _) => Some(json!({ "startLine": line })),
        (None, _, Some(offset)) => Some(json!({ "byteOffset": offset })),
        (None, _, None) => None,
    };
    if let Some(region) = region {
        physical["region"] = region;
    }
    json!({
        "level": "error",
        "message": { "text": message(&broken.reason) },
        "locations": [{ "physicalLocation": physical }],
    })
}

fn unjudged(reason: &Reason) -> Value {
    let judgements = plural(reason.count, "judgement", "judgements");
    let text = format!("{} {judgements} could not be made: {}", grouped(reason.count), reason.reason);
    json!({ "level": "warning", "message": { "text": message(&text) } })
}

fn not_run(rule: &NotRun) -> Value {
    let text = message(&format!("rule {} was not run: {}", rule.rule, rule.reason));
    if rule.rule.is_empty() {
        return json!({ "level": "warning", "message": { "text": text } });
    }
    json!({ "level": "warning", "message": { "text": text }, "associatedRule": { "id": rule.rule } })
}

fn idle(ignore: &IdleIgnore) -> Value {
    let text = format!("an ignore does nothing: {}", fact::idle(ignore));
    json!({ "level": "note", "message": { "text": message(&text) } })
}
