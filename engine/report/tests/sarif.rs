//! SARIF output against what the 2.1.0 schema (and GitHub's code scanning) asks for, property by
//! property: the parts of the schema that a log of ours can touch.

mod support;

use eyas_report::{Format, Style};
use serde_json::Value;

/// An object may have these properties and must have the first `required` of them.
fn object<'v>(
    value: &'v Value,
    path: &str,
    required: &[&str],
    optional: &[&str],
) -> &'v serde_json::Map<String, Value> {
    let members = value.as_object().unwrap_or_else(|| panic!("{path} is no object: {value}"));
    for key in required {
        assert!(members.contains_key(*key), "{path} lacks {key}");
    }
    for key in members.keys() {
        assert!(required.contains(&key.as_str()) || optional.contains(&key.as_str()), "{path} has {key}");
    }
    members
}

fn items<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    value.as_array().unwrap_or_else(|| panic!("{path} is no array: {value}"))
}

fn text(value: &Value, path: &str) {
    assert!(value.as_str().is_some_and(|t| !t.is_empty()), "{path} is no text: {value}");
}

fn at_least(value: &Value, least: i64, path: &str) {
    assert!(value.as_i64().is_some_and(|n| n >= least), "{path}: {value}");
}

/// A relative reference or URI of RFC 3986: only its characters, every `%` an escape.
fn uri(value: &Value, path: &str) {
    let text = value.as_str().unwrap_or_else(|| panic!("{path} is no text"));
    assert!(!text.is_empty(), "{path} is empty");
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    assert!(text.chars().all(allowed), "{path}: {text}");
    for (at, _) in text.match_indices('%') {
        let digits = text.get(at + 1..at + 3).unwrap_or_default();
        assert!(digits.len() == 2 && digits.chars().all(|c| c.is_ascii_hexdigit()), "{path}: {text}");
    }
}

fn level(value: &Value, path: &str) {
    assert!(
        ["none", "note", "warning", "error"].contains(&value.as_str().unwrap_or_default()),
        "{path}: {value}"
    );
}

fn message(value: &Value, path: &str) {
    object(value, path, &["text"], &["markdown"]);
    text(&value["text"], path);
}

fn artifact(value: &Value, path: &str, files: usize) {
    object(value, path, &["uri"], &["index", "uriBaseId"]);
    uri(&value["uri"], path);
    let whole = value["uri"].as_str().is_some_and(|u| u.contains("://"));
    let based = value.get("uriBaseId").is_some_and(|base| base == "%SRCROOT%");
    assert!(whole != based, "{path}: a relative path, and only that, starts from the root: {value}");
    if let Some(index) = value.get("index") {
        assert!(index.as_u64().is_some_and(|i| (i as usize) < files), "{path}: {index}");
    }
}

fn region(value: &Value, path: &str) {
    let members =
        object(value, path, &[], &["startLine", "startColumn", "endLine", "endColumn", "byteOffset"]);
    assert!(members.contains_key("startLine") || members.contains_key("byteOffset"), "{path}");
    assert!(!members.contains_key("startColumn") || members.contains_key("startLine"), "{path}");
    assert!(!members.contains_key("endColumn") || members.contains_key("startColumn"), "{path}");
    for (key, value) in members {
        at_least(value, i64::from(key != "byteOffset"), path);
    }
    let end = |line: &str, column: &str| (value[line].as_u64(), value[column].as_u64());
    if members.contains_key("endLine") {
        assert!(end("endLine", "endColumn") >= end("startLine", "startColumn"), "{path}: {value}");
    }
}

fn physical_location(value: &Value, path: &str, files: usize) {
    object(value, path, &["artifactLocation"], &["region"]);
    artifact(&value["artifactLocation"], path, files);
    if let Some(value) = value.get("region") {
        region(value, path);
    }
}

fn fix(value: &Value, path: &str, files: usize) {
    object(value, path, &["artifactChanges"], &["description"]);
    message(&value["description"], path);
    let changes = items(&value["artifactChanges"], path);
    assert!(!changes.is_empty(), "{path}");
    for change in changes {
        object(change, path, &["artifactLocation", "replacements"], &[]);
        artifact(&change["artifactLocation"], path, files);
        let replacements = items(&change["replacements"], path);
        assert!(!replacements.is_empty(), "{path}");
        for replacement in replacements {
            object(replacement, path, &["deletedRegion"], &["insertedContent"]);
            region(&replacement["deletedRegion"], path);
            if let Some(content) = replacement.get("insertedContent") {
                object(content, path, &["text"], &[]);
                text(&content["text"], path);
            }
        }
    }
}

fn suppression(value: &Value, path: &str) {
    object(value, path, &["kind"], &["status", "justification", "properties"]);
    assert!(["inSource", "external"].contains(&value["kind"].as_str().unwrap_or_default()), "{path}");
    assert_eq!(value["status"], "accepted");
}

fn rule(value: &Value, path: &str) {
    let required =
        ["id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"];
    object(value, path, &required, &["helpUri"]);
    text(&value["id"], path);
    for part in ["shortDescription", "fullDescription", "help"] {
        message(&value[part], &format!("{path}/{part}"));
    }
    level(&value["defaultConfiguration"]["level"], path);
    let severity = value["properties"]["security-severity"].as_str().expect("GitHub wants text");
    assert!(severity.parse::<f64>().is_ok_and(|s| (0.0..=10.0).contains(&s)), "{path}: {severity}");
    let tags = items(&value["properties"]["tags"], path);
    assert!(tags.iter().any(|t| t == "security"), "{path}");
    let distinct: std::collections::BTreeSet<&str> = tags.iter().filter_map(Value::as_str).collect();
    assert_eq!(distinct.len(), tags.len(), "{path}: tags are a set");
}

fn result(value: &Value, path: &str, rules: &[Value], files: usize) {
    let required = [
        "ruleId",
        "ruleIndex",
        "level",
        "message",
        "locations",
        "partialFingerprints",
        "suppressions",
        "properties",
    ];
    object(value, path, &required, &["kind", "relatedLocations", "fixes", "baselineState"]);
    let index = value["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(rules[index]["id"], value["ruleId"], "{path}: the index leads to the rule");
    level(&value["level"], path);
    if value.get("kind").is_some_and(|kind| kind != "fail") {
        assert_eq!(value["level"], "none", "{path}: a result that is no failure has no level");
    }
    message(&value["message"], path);
    for location in items(&value["locations"], path) {
        object(location, path, &["logicalLocations"], &["physicalLocation"]);
        if let Some(physical) = location.get("physicalLocation") {
            physical_location(physical, path, files);
        }
        for logical in items(&location["logicalLocations"], path) {
            object(logical, path, &["name", "fullyQualifiedName", "kind"], &[]);
            logical.as_object().into_iter().flatten().for_each(|(key, v)| text(v, key));
        }
    }
    for related in value.get("relatedLocations").map_or(&[][..], |r| items(r, path)) {
        object(related, path, &["id", "message", "physicalLocation"], &[]);
        at_least(&related["id"], 0, path);
        message(&related["message"], path);
        physical_location(&related["physicalLocation"], path, files);
    }
    value.get("fixes").map_or(&[][..], |f| items(f, path)).iter().for_each(|f| fix(f, path, files));
    items(&value["suppressions"], path).iter().for_each(|s| suppression(s, path));
    if let Some(state) = value.get("baselineState") {
        assert!(["new", "unchanged"].contains(&state.as_str().unwrap_or_default()), "{path}: {state}");
    }
    let prints = value["partialFingerprints"].as_object().expect("fingerprints");
    assert!(!prints.is_empty() && prints.values().all(Value::is_string), "{path}");
}

fn log(value: &Value) {
    object(value, "log", &["version", "runs"], &["$schema"]);
    assert_eq!(value["version"], "2.1.0");
    uri(&value["$schema"], "$schema");
    let [run] = items(&value["runs"], "runs") else { panic!("one run") };
    let required = [
        "tool",
        "results",
        "columnKind",
        "artifacts",
        "invocations",
        "automationDetails",
        "originalUriBaseIds",
    ];
    object(run, "run", &required, &[]);
    assert_eq!(run["automationDetails"]["id"], "eyas/lint/");
    object(&run["originalUriBaseIds"], "originalUriBaseIds", &["%SRCROOT%"], &[]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    object(driver, "driver", &["name", "semanticVersion", "rules"], &[]);
    let rules = items(&driver["rules"], "rules");
    rules.iter().enumerate().for_each(|(i, r)| rule(r, &format!("rules/{i}")));
    let files = items(&run["artifacts"], "artifacts");
    for file in files {
        object(file, "artifact", &["location"], &[]);
        artifact(&file["location"], "artifact", files.len());
    }
    for (i, one) in items(&run["results"], "results").iter().enumerate() {
        result(one, &format!("results/{i}"), rules, files.len());
    }
    for invocation in items(&run["invocations"], "invocations") {
        let lists = ["toolExecutionNotifications", "toolConfigurationNotifications"];
        object(invocation, "invocation", &["executionSuccessful", lists[0], lists[1]], &["properties"]);
        assert!(invocation["executionSuccessful"].is_boolean());
        for notification in lists.iter().flat_map(|list| items(&invocation[list], list)) {
            object(notification, "notification", &["level", "message"], &["locations", "associatedRule"]);
            level(&notification["level"], "notification");
            message(&notification["message"], "notification");
            for location in notification.get("locations").map_or(&[][..], |l| items(l, "notification")) {
                physical_location(&location["physicalLocation"], "notification", files.len());
            }
        }
    }
}

/// The result about the example in a template.
fn template_result() -> Value {
    let value: Value =
        serde_json::from_str(&support::rendered(Format::Sarif, Style::default())).expect("SARIF is JSON");
    let results = items(&value["runs"][0]["results"], "results");
    results.iter().find(|r| r["ruleId"] == "aws.ec2.open_ssh").expect("it is there").clone()
}

#[test]
fn a_fix_replaces_exactly_the_value() {
    let result = template_result();
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let region = &replacement["deletedRegion"];
    assert_eq!(region, &result["locations"][0]["physicalLocation"]["region"]);
    let line = support::TEMPLATE.lines().nth(region["startLine"].as_u64().expect("a line") as usize - 1);
    let column = |name: &str| region[name].as_u64().expect("a column") as usize - 1;
    let part = &line.expect("the line is there")[column("startColumn")..column("endColumn")];
    assert_eq!(part, "0.0.0.0/0");
    assert_eq!(replacement["insertedContent"]["text"], "10.0.0.0/8");
}

#[test]
fn what_is_ignored_is_there_and_suppressed() {
    let value: Value =
        serde_json::from_str(&support::rendered(Format::Sarif, Style::default())).expect("SARIF is JSON");
    let results = items(&value["runs"][0]["results"], "results");
    let suppressed: Vec<_> = results.iter().flat_map(|r| items(&r["suppressions"], "suppressions")).collect();
    let [one] = suppressed[..] else { panic!("{suppressed:?}") };
    assert_eq!(one["kind"], "inSource");
    assert_eq!(one["justification"], "the partner's <network> changes daily");
}

#[test]
fn a_full_log_is_valid() {
    let text = support::rendered(Format::Sarif, Style::default());
    log(&serde_json::from_str(&text).expect("SARIF is JSON"));
}

#[test]
fn an_empty_log_is_valid() {
    let text = support::render(Format::Sarif, Style::default(), &[], &[], eyas_report::Summary::default());
    log(&serde_json::from_str(&text).expect("SARIF is JSON"));
}

#[test]
fn rules_that_are_only_known_from_findings_are_described() {
    let text =
        support::render(Format::Sarif, Style::default(), &[], &support::findings(), support::summary());
    let value: Value = serde_json::from_str(&text).expect("SARIF is JSON");
    log(&value);
    assert_eq!(value["runs"][0]["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(4));
}
