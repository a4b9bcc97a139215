//! The finding schema in the documentation and the findings that are written say the same.

mod support;

use std::collections::BTreeSet;

use serde_json::Value;

const SCHEMA: &str = include_str!("../../../docs/src/reference/finding.schema.json");

/// Checks `value` against the part of JSON Schema that our schema uses, and notes the path of
/// every property that occurs.
fn check(root: &Value, schema: &Value, value: &Value, path: &str, seen: &mut BTreeSet<String>) {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(target.trim_start_matches('#')).expect("references lead somewhere");
        return check(root, target, value, path, seen);
    }
    if let Some(expected) = schema.get("const") {
        assert_eq!(value, expected, "{path}");
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        assert!(values.contains(value), "{path}: {value} is none of {values:?}");
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => assert!(value.is_string(), "{path}: {value}"),
        Some("integer") => {
            let number = value.as_i64().unwrap_or_else(|| panic!("{path}: {value} is no integer"));
            assert!(
                schema.get("minimum").and_then(Value::as_i64).is_none_or(|m| number >= m),
                "{path}: {value}"
            );
        }
        Some("array") => {
            for item in value.as_array().unwrap_or_else(|| panic!("{path}: {value} is no array")) {
                check(root, &schema["items"], item, path, seen);
            }
        }
        Some("object") => {
            let members = value.as_object().unwrap_or_else(|| panic!("{path}: {value} is no object"));
            for (key, member) in members {
                let path = format!("{path}/{key}");
                let schema =
                    schema["properties"].get(key).unwrap_or_else(|| panic!("{path} is not in the schema"));
                seen.insert(path.clone());
                check(root, schema, member, &path, seen);
            }
            for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                assert!(members.contains_key(key), "{path} lacks {key}");
            }
        }
        _ => {}
    }
}

/// The path of every property that the schema allows.
fn properties(root: &Value, schema: &Value, path: &str, out: &mut BTreeSet<String>) {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(target.trim_start_matches('#')).expect("references lead somewhere");
        return properties(root, target, path, out);
    }
    if let Some(items) = schema.get("items") {
        properties(root, items, path, out);
    }
    for (key, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = format!("{path}/{key}");
        out.insert(path.clone());
        properties(root, member, &path, out);
    }
}

#[test]
fn findings_have_exactly_the_keys_of_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let mut seen = BTreeSet::new();
    for finding in support::findings() {
        let value = serde_json::to_value(&finding).expect("findings serialise");
        check(&schema, &schema, &value, "", &mut seen);
    }
    let mut allowed = BTreeSet::new();
    properties(&schema, &schema, "", &mut allowed);
    assert_eq!(seen, allowed, "every property of the schema occurs in some finding");
}

#[test]
fn the_schema_is_for_the_version_that_is_written() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    assert_eq!(schema["$id"], eyas_engine::finding::SCHEMA);
}
