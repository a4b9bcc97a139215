//! Secrets do not leave the place where they were found.
//!
//! Findings of rules that are tagged `secret` (or `secrets`) keep the first characters of the
//! values that they rest on, so that somebody who has the secret at hand knows it again.

use eyas_engine::finding::Finding;
use serde_json::Value;

/// As many characters of a secret are shown.
const SHOWN: usize = 4;
/// Of a text shorter than this nothing is shown: too much of it would be told.
const SHORT: usize = 12;
/// What stands for the rest.
const MARK: &str = "… (redacted)";

/// The finding without the secrets that it may hold; `None` where its rule looks for none.
pub(crate) fn redacted(finding: &Finding) -> Option<Finding> {
    if !finding.rule.tags.iter().any(|tag| tag == "secret" || tag == "secrets") {
        return None;
    }
    let mut finding = finding.clone();
    for evidence in &mut finding.evidence {
        evidence.value = evidence.value.take().map(hide);
    }
    Some(finding)
}

/// Whether values of the finding were left out, so that its source is not shown either.
pub(crate) fn is_redacted(finding: &Finding) -> bool {
    finding.evidence.iter().any(|evidence| evidence.value.as_ref().is_some_and(hidden))
}

fn hide(value: Value) -> Value {
    match value {
        Value::String(text) if text.ends_with(MARK) => Value::String(text),
        Value::String(text) => {
            let shown = if text.chars().count() < SHORT { 0 } else { SHOWN };
            Value::String(text.chars().take(shown).chain(MARK.chars()).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(hide).collect()),
        Value::Object(members) => Value::Object(members.into_iter().map(|(k, v)| (k, hide(v))).collect()),
        other => other,
    }
}

fn hidden(value: &Value) -> bool {
    match value {
        Value::String(text) => text.ends_with(MARK),
        Value::Array(items) => items.iter().any(hidden),
        Value::Object(members) => members.values().any(hidden),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_start_of_long_texts_is_shown_and_nothing_of_short_ones() {
        let value = json!({"a": "AKIAQ3EGUZ7FKL2MXNPT", "b": ["hunter2", 7]});
        let wanted = json!({"a": "AKIA… (redacted)", "b": ["… (redacted)", 7]});
        assert_eq!(hide(value), wanted);
        assert_eq!(hide(wanted.clone()), wanted);
        assert!(hidden(&wanted) && !hidden(&json!(["x", 1])));
    }
}
