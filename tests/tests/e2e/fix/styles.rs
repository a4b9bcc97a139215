//! Templates as their authors write them, and what of that a fix has to leave.

use serde_json::Value;

/// How a template is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// YAML by indentation, with a numbered comment behind every line, and CRLF.
    Block,
    /// YAML with everything between braces on one line.
    Flow,
    /// JSON over many lines.
    Json,
    /// JSON on one line.
    Compact,
}

impl Style {
    pub(super) const ALL: [Self; 4] = [Self::Block, Self::Flow, Self::Json, Self::Compact];

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Block | Self::Flow => "yaml",
            Self::Json | Self::Compact => "json",
        }
    }

    pub(super) fn text(self, template: &Value) -> String {
        match self {
            Self::Block => {
                let mut lines = Vec::new();
                block(template, 0, &mut lines);
                let numbered = lines.iter().enumerate().map(|(n, line)| format!("{line} # {n}."));
                numbered.collect::<Vec<_>>().join("\r\n")
            }
            Self::Flow => flow(template),
            Self::Json => serde_json::to_string_pretty(template).expect("values are JSON"),
            Self::Compact => template.to_string(),
        }
    }

    /// Fails where a fix changed more than the values that it is about.
    pub(super) fn assert_kept(self, before: &str, after: &str, told: &dyn Fn() -> String) {
        match self {
            Self::Block => {
                assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{}", told());
                assert_eq!(after.ends_with('\n'), before.ends_with('\n'), "{}", told());
                let mut rest = after.split("\r\n").filter(|line| line.contains('#'));
                for line in before.split("\r\n") {
                    let kept = rest.find(|now| comment(now) == comment(line));
                    // What a rule takes away goes with its line.
                    let same = kept.is_none_or(|now| now == line || key(now) == key(line));
                    assert!(same, "`{line}` became `{kept:?}`\n{}", told());
                }
            }
            Self::Flow => assert_eq!(after.lines().count(), 1, "{}", told()),
            Self::Json | Self::Compact => {
                let [before, after] = [before, after].map(|text| serde_json::from_str::<Value>(text).ok());
                let kept = before.zip(after).is_some_and(|(before, after)| contains(&after, &before));
                assert!(kept, "something is lost\n{}", told());
            }
        }
    }
}

fn comment(line: &str) -> Option<&str> {
    line.rsplit_once(" # ").map(|(_, comment)| comment)
}

/// The indentation, the dash and the key of a line.
fn key(line: &str) -> &str {
    line.split_once(": ").map_or(line, |(key, _)| key)
}

/// Whether a value has the members and items of another, with other scalars perhaps; of a map one
/// member may be gone.
fn contains(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            let gone = old.keys().filter(|key| !new.contains_key(*key)).count();
            gone <= 1 && new.iter().all(|(key, value)| old.get(key).is_none_or(|old| contains(value, old)))
        }
        (Value::Array(new), Value::Array(old)) => {
            new.len() >= old.len() && new.iter().zip(old).all(|(new, old)| contains(new, old))
        }
        (new, old) => !new.is_object() && !new.is_array() && !old.is_object() && !old.is_array(),
    }
}

/// A value by indentation; each line without its end.
fn block(value: &Value, indent: usize, lines: &mut Vec<String>) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if is_leaf(value) {
                    lines.push(format!("{pad}{}: {}", scalar(key), flow(value)));
                } else {
                    lines.push(format!("{pad}{}:", scalar(key)));
                    block(value, indent + 2, lines);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                let start = lines.len();
                match is_leaf(item) {
                    true => lines.push(format!("{pad}  {}", flow(item))),
                    false => block(item, indent + 2, lines),
                }
                if let Some(first) = lines.get_mut(start) {
                    first.replace_range(indent..=indent, "-");
                }
            }
        }
        _ => lines.push(format!("{pad}{}", flow(value))),
    }
}

fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty() || items.iter().any(Value::is_array),
        _ => true,
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// Text without quotes where YAML reads it as text so.
fn scalar(text: &str) -> String {
    let word = !["true", "false", "yes", "no", "on", "off", "null"].contains(&text.to_lowercase().as_str());
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.' | '_'))
        || text.starts_with("AWS::");
    if word && plain { text.to_owned() } else { Value::from(text).to_string() }
}
