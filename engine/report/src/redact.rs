//! Secrets do not leave the place where they were found.
//!
//! Findings of rules that are tagged `secret` (or `secrets`) keep the first characters of the
//! values that they rest on, so that somebody who has the secret at hand knows it again. A rule
//! that looks for something else may come by a secret, too: there it is told by the name of the
//! member that holds it, or by how it starts.

use eyas_engine::finding::{Finding, Shown};
use serde_json::Value;

/// As many characters of a secret are shown.
const SHOWN: usize = 4;
/// Of a text shorter than this nothing is shown: too much of it would be told.
const SHORT: usize = 12;
/// How the names of what holds secrets end, in lower case, without `_` and `-`.
const NAMES: [&str; 8] =
    ["password", "passwd", "secret", "token", "apikey", "privatekey", "accesskey", "secretkey"];
/// How secrets start.
const STARTS: [&str; 4] = ["AKIA", "ASIA", "-----BEGIN", "ghp_"];
/// What stands for the rest.
const MARK: &str = "… (redacted)";

/// The finding without the secrets that it may hold; `None` where there are none.
pub(crate) fn redacted(finding: &Finding) -> Option<Finding> {
    let tagged = finding.rule.tags.iter().any(|tag| tag == "secret" || tag == "secrets");
    // Events are full of ids of access keys, and those are what responders go by.
    let starts = if finding.event.is_some() { STARTS.get(2..).unwrap_or_default() } else { &STARTS };
    let looks = Looks { starts };
    let values = || finding.evidence.iter().filter_map(|evidence| evidence.value.as_ref());
    if !tagged && !values().any(|value| looks.are_secret(value)) {
        return None;
    }
    let mut finding = finding.clone();
    for evidence in &mut finding.evidence {
        evidence.value = evidence.value.take().map(|value| {
            let value = Value::from(value);
            let value = if tagged { hide(value) } else { looks.mask("", value) };
            value.into()
        });
    }
    Some(finding)
}

/// How secrets look where no rule says that there is one.
struct Looks<'s> {
    starts: &'s [&'s str],
}

impl Looks<'_> {
    /// Whether what a finding shows is a secret or holds one.
    fn are_secret(&self, value: &Shown) -> bool {
        match value {
            Shown::Text(text) => self.is_secret("", text),
            Shown::Json(value) => self.holds_secret("", value),
        }
    }

    /// Whether a value, or the member of this name, is a secret or holds one.
    fn holds_secret(&self, name: &str, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_secret(name, text),
            Value::Array(items) => items.iter().any(|item| self.holds_secret(name, item)),
            Value::Object(members) => members.iter().any(|(name, value)| self.holds_secret(name, value)),
            _ => false,
        }
    }

    /// The value with the secrets in it hidden.
    fn mask(&self, name: &str, value: Value) -> Value {
        match value {
            Value::String(text) if self.is_secret(name, &text) => hide(Value::String(text)),
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.mask(name, item)).collect())
            }
            Value::Object(members) => {
                let masked = members.into_iter().map(|(name, value)| {
                    let value = self.mask(&name, value);
                    (name, value)
                });
                Value::Object(masked.collect())
            }
            other => other,
        }
    }

    fn is_secret(&self, name: &str, text: &str) -> bool {
        let named = || {
            let name: String =
                name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
            NAMES.iter().any(|ending| name.ends_with(ending))
        };
        // What only names a secret is none.
        let points =
            || ["arn:", "/"].iter().any(|start| text.starts_with(start)) || text.contains("{{resolve:");
        self.starts.iter().any(|start| text.starts_with(start) && text.len() >= SHORT)
            || !name.is_empty() && !text.is_empty() && named() && !points()
    }
}

/// Whether values of the finding were left out, so that its source is not shown either.
pub(crate) fn is_redacted(finding: &Finding) -> bool {
    finding.evidence.iter().any(|evidence| match &evidence.value {
        Some(Shown::Text(text)) => text.ends_with(MARK),
        Some(Shown::Json(value)) => hidden(value),
        None => false,
    })
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

    #[test]
    fn what_looks_like_a_secret_is_hidden_whatever_a_rule_looks_for() {
        let value = json!({
            "DB_PASSWORD": "correct horse battery", "API-Key": ["k1"], "TOKEN": "{{resolve:ssm:/t}}",
            "SECRET": "arn:aws:secretsmanager:x", "Stage": "prod", "Other": "ASIAQ3EGUZ7FKL2MXNPT", "Token": 7,
        });
        let looks = Looks { starts: &STARTS };
        assert!(looks.holds_secret("", &value));
        assert!(!looks.holds_secret("", &json!({"KeyId": "AKIA", "Stage": "prod"})));
        let wanted = json!({
            "DB_PASSWORD": "corr… (redacted)", "API-Key": ["… (redacted)"], "TOKEN": "{{resolve:ssm:/t}}",
            "SECRET": "arn:aws:secretsmanager:x", "Stage": "prod", "Other": "ASIA… (redacted)", "Token": 7,
        });
        assert_eq!(looks.mask("", value), wanted);
    }
}
