//! Values as YAML and JSON text in the author's style.

use serde_json::Value;

use crate::document::Style;

/// A scalar; `like` is how the one that it replaces is written.
pub(super) fn scalar(value: &Value, json: bool, like: Option<Style>) -> String {
    if json {
        return value.to_string();
    }
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (like, value) {
        (Some(Style::Single), _) => format!("'{}'", text.replace('\'', "''")),
        (Some(Style::Double), _) => Value::String(text).to_string(),
        (_, Value::String(_)) if !plain_is_this_text(&text) => {
            if text.contains(|c: char| c.is_control() || c == '\\') || text.contains('\'') {
                Value::String(text).to_string()
            } else {
                format!("'{text}'")
            }
        }
        _ => text,
    }
}

/// Whether YAML reads the text, without quotes, as that very text, in a flow as in a block.
fn plain_is_this_text(text: &str) -> bool {
    let start = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '_'));
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.' | ':' | '@' | '+');
    let word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    start && text.chars().all(inside) && !text.ends_with(':') && !word.contains(&text.to_lowercase().as_str())
}

/// Any value on one line.
pub(super) fn flow(value: &Value, json: bool) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, json)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(k, v)| member(k, &flow(v, json), json)).collect();
            if json { format!("{{{}}}", members.join(", ")) } else { format!("{{ {} }}", members.join(", ")) }
        }
        other => scalar(other, json, None),
    }
}

/// `Key: value`.
pub(super) fn member(key: &str, value: &str, json: bool) -> String {
    let key = Value::String(key.to_owned());
    format!("{}: {value}", scalar(&key, json, None))
}

/// A member of a YAML block at this indentation, over as many lines as it takes; the first line
/// without its indentation.
pub(super) fn block_member(key: &str, value: &Value, indent: usize, step: usize, newline: &str) -> String {
    let name = scalar(&Value::String(key.to_owned()), false, None);
    match value {
        Value::Object(members) if !members.is_empty() => {
            let inner = indent + step;
            let lines: Vec<String> =
                members.iter().map(|(k, v)| block_member(k, v, inner, step, newline)).collect();
            let pad = " ".repeat(inner);
            format!("{name}:{newline}{pad}{}", lines.join(&format!("{newline}{pad}")))
        }
        Value::Array(items) if !items.is_empty() => {
            let inner = indent + step;
            let pad = " ".repeat(inner);
            let lines: Vec<String> =
                items.iter().map(|item| block_item(item, inner, step, newline)).collect();
            format!("{name}:{newline}{pad}{}", lines.join(&format!("{newline}{pad}")))
        }
        other => format!("{name}: {}", flow(other, false)),
    }
}

/// An item of a YAML block list whose dash stands at this indentation; the first line without
/// its indentation.
pub(super) fn block_item(value: &Value, indent: usize, step: usize, newline: &str) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let inner = indent + 2;
            let lines: Vec<String> =
                members.iter().map(|(k, v)| block_member(k, v, inner, step, newline)).collect();
            format!("- {}", lines.join(&format!("{newline}{}", " ".repeat(inner))))
        }
        other => format!("- {}", flow(other, false)),
    }
}

/// A value as JSON over several lines; the first without its indentation.
pub(super) fn pretty_json(value: &Value, indent: &str, step: &str, newline: &str) -> String {
    let inner = format!("{indent}{step}");
    let lines: Vec<String> = match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().map(|(k, v)| member(k, &pretty_json(v, &inner, step, newline), true)).collect()
        }
        Value::Array(items) if items.iter().any(|item| item.is_object()) => {
            items.iter().map(|item| pretty_json(item, &inner, step, newline)).collect()
        }
        other => return flow(other, true),
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    let lines = lines.join(&format!(",{newline}{inner}"));
    format!("{open}{newline}{inner}{lines}{newline}{indent}{close}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_that_yaml_would_read_as_something_else_gets_quotes() {
        let plain = |value: Value| scalar(&value, false, None);
        assert_eq!(plain(json!("aws:kms")), "aws:kms");
        assert_eq!(plain(json!(true)), "true");
        for text in ["true", "22", "2012-10-17", "", "a: b", "*", "- x", "# no", "no", "10.0.0.0/8"] {
            assert_eq!(plain(json!(text)), format!("'{text}'"));
        }
        assert_eq!(plain(json!("it's")), "\"it's\"");
        assert_eq!(scalar(&json!(true), false, Some(Style::Double)), "\"true\"");
        assert_eq!(scalar(&json!("it's"), false, Some(Style::Single)), "'it''s'");
    }
}
