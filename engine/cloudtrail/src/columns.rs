//! The rows of tables made from CloudTrail: Athena's, whose columns are in lower case, and
//! CloudTrail Lake's. What is an object in an event is a string there, or an object with its
//! keys in lower case.

use std::borrow::Cow;

use eyas_engine::json;

use crate::shape::NESTED;

/// The members of an event.
const MEMBERS: [&str; 22] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "annotation",
    "sessionCredentialFromConsole",
];

/// The members of `userIdentity`, `resources` and `tlsDetails`, at any depth. In `resources` an
/// ARN's key is in capitals, which is put right by [`Names::Resource`].
const IDENTITY: [&str; 22] = [
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "sessionContext",
    "sessionIssuer",
    "attributes",
    "creationDate",
    "mfaAuthenticated",
    "webIdFederationData",
    "federatedProvider",
    "ec2RoleDelivery",
    "sourceIdentity",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
];

/// Whether keys are the columns of a table of events.
pub(crate) fn are<'a>(keys: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = 0;
    for key in keys {
        seen += u32::from(["eventname", "eventsource", "eventversion", "useridentity"].contains(&key));
    }
    seen >= 2
}

/// The event that a row is, as CloudTrail writes it.
pub(crate) fn event(row: &str) -> String {
    let mut out = String::with_capacity(row.len());
    out.push('{');
    for (key, value) in json::members(row) {
        let key = json::string(key);
        let name = canonical(&key, &MEMBERS).or_else(|| canonical(&key, &NESTED)).unwrap_or(&key);
        separate(&mut out);
        json::write_string(name, &mut out);
        out.push(':');
        if NESTED.contains(&name) {
            nested(name, value, &mut out);
        } else if matches!(name, "readOnly" | "managementEvent") {
            out.push_str(flag(value));
        } else {
            out.push_str(value);
        }
    }
    out.push('}');
    out
}

/// The name that `key` is without its capitals.
fn canonical(key: &str, names: &[&'static str]) -> Option<&'static str> {
    names.iter().copied().find(|name| name.eq_ignore_ascii_case(key))
}

/// `"true"` is true.
fn flag(value: &str) -> &str {
    match value {
        "\"true\"" => "true",
        "\"false\"" => "false",
        other => other,
    }
}

/// A value that is an object or a list in an event.
fn nested(name: &str, value: &str, out: &mut String) {
    let names = match name {
        "userIdentity" | "tlsDetails" => Names::Identity,
        "resources" => Names::Resource,
        _ => Names::AsTheyAre,
    };
    if !value.starts_with('"') {
        return rename(value, names, out);
    }
    let text = json::string(value);
    match text.trim() {
        "" | "null" => out.push_str("null"),
        inner if inner.starts_with(['{', '[']) && json::check(inner).is_ok() => rename(inner, names, out),
        _ => out.push_str(value),
    }
}

/// Which names a nested value's keys get.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    AsTheyAre,
    Identity,
    Resource,
}

/// Writes a value with the names that its keys have in an event. The depth is bounded, since
/// the text has been checked.
fn rename(value: &str, names: Names, out: &mut String) {
    match value.as_bytes().first() {
        _ if names == Names::AsTheyAre => out.push_str(value),
        Some(b'{') => {
            out.push('{');
            for (key, value) in json::members(value) {
                let key: Cow<'_, str> = json::string(key);
                let name = match canonical(&key, &IDENTITY) {
                    Some("arn") if names == Names::Resource => "ARN",
                    Some(name) => name,
                    None => &key,
                };
                separate(out);
                json::write_string(name, out);
                out.push(':');
                rename(value, names, out);
            }
            out.push('}');
        }
        Some(b'[') => {
            out.push('[');
            for item in json::items(value) {
                separate(out);
                rename(item, names, out);
            }
            out.push(']');
        }
        _ => out.push_str(value),
    }
}

fn separate(out: &mut String) {
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn an_athena_row_becomes_the_event_it_was() {
        let row = json!({
            "eventversion": "1.08",
            "useridentity": {
                "type": "AssumedRole", "principalid": "AROA:x", "accountid": "123456789012",
                "sessioncontext": {"attributes": {"mfaauthenticated": "false"}, "sessionissuer": {"username": "r"}},
            },
            "eventname": "RunInstances",
            "readonly": "false",
            "requestparameters": "{\"maxCount\":1,\"items\":[{\"a\":\"b\\\"c\"}]}",
            "responseelements": "null",
            "resources": [{"arn": "arn:aws:s3:::b", "accountid": "1"}],
            "year": "2024",
        });
        let event: Value = serde_json::from_str(&event(&row.to_string())).unwrap();
        let expected = json!({
            "eventVersion": "1.08",
            "userIdentity": {
                "type": "AssumedRole", "principalId": "AROA:x", "accountId": "123456789012",
                "sessionContext": {"attributes": {"mfaAuthenticated": "false"}, "sessionIssuer": {"userName": "r"}},
            },
            "eventName": "RunInstances",
            "readOnly": false,
            "requestParameters": {"maxCount": 1, "items": [{"a": "b\"c"}]},
            "responseElements": null,
            "resources": [{"ARN": "arn:aws:s3:::b", "accountId": "1"}],
            "year": "2024",
        });
        assert_eq!(event, expected);
    }

    #[test]
    fn a_lake_row_gets_its_objects_back() {
        let row = r#"{"eventName":"X","userIdentity":"{\"type\":\"Root\",\"accountId\":\"1\"}","requestParameters":"not json"}"#;
        let expected = r#"{"eventName":"X","userIdentity":{"type":"Root","accountId":"1"},"requestParameters":"not json"}"#;
        assert_eq!(event(row), expected);
    }
}
