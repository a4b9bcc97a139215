//! What a JSON object is: an event, something with events in it, or neither.
//!
//! Told by the keys, never by the file's name. Events that are wrapped (EventBridge, CloudWatch
//! Logs, `lookup-events`, a test's `{"event": …}`) are unwrapped; the rows of Athena tables and
//! CloudTrail Lake, whose columns are in lower case or hold objects as strings, get CloudTrail's
//! own names and structure back.

use std::borrow::Cow;

use eyas_engine::json;

use crate::columns;

/// How many wrappers may be around an event.
const MAX_WRAPPERS: u32 = 4;

/// What was found in an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// How many events.
    pub events: u64,
    /// Whether it is a digest file's object, or a message of CloudWatch Logs about itself:
    /// CloudTrail's own, but no event.
    pub known: bool,
    /// How many objects in a list that are neither.
    pub others: u64,
}

/// The members whose values are objects or lists in an event, and strings in table rows.
pub(crate) const NESTED: [&str; 12] = [
    "userIdentity",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "resources",
    "serviceEventDetails",
    "tlsDetails",
    "insightDetails",
    "addendum",
    "edgeDeviceDetails",
    "eventContext",
    "eventData",
];

/// Whether the members, looked up by name, are those of an event as CloudTrail writes it.
pub(crate) fn is_event<'a>(member: impl Fn(&str) -> Option<&'a str>) -> bool {
    let has = |key| member(key).is_some();
    if !(has("eventName")
        || has("eventSource")
        || has("eventVersion")
        || (has("eventID") && has("eventTime")))
    {
        return false;
    }
    // Notifications of S3 and streams of DynamoDB look much like events.
    !member("eventSource").is_some_and(|source| source.starts_with("\"aws:"))
}

/// Whether some member that should be an object is a string.
pub(crate) fn is_row<'a>(member: impl Fn(&str) -> Option<&'a str>) -> bool {
    NESTED.iter().any(|key| member(key).is_some_and(|value| value.starts_with('"')))
}

/// Gives every event in `value`, the text of JSON, to `each`, as the text of an event as
/// CloudTrail writes it.
pub(crate) fn events(value: &str, each: &mut dyn FnMut(&str)) -> Found {
    let mut found = Found::default();
    inside(value, MAX_WRAPPERS, each, &mut found);
    found
}

fn unwrap(object: &str, wrappers: u32, each: &mut dyn FnMut(&str), found: &mut Found) {
    let members: Vec<(Cow<'_, str>, &str)> =
        json::members(object).map(|(k, v)| (json::string(k), v)).collect();
    let member = |key: &str| members.iter().rev().find(|(k, _)| k == key).map(|(_, v)| *v);
    if is_event(member) {
        found.events += 1;
        return if is_row(member) { each(&columns::event(object)) } else { each(object) };
    }
    if columns::are(members.iter().map(|(key, _)| key.as_ref())) {
        found.events += 1;
        return each(&columns::event(object));
    }
    if ["digestStartTime", "digestS3Bucket", "previousDigestS3Object"].iter().any(|key| member(key).is_some())
    {
        found.known = true;
        return;
    }
    let Some(wrappers) = wrappers.checked_sub(1) else {
        found.others += 1;
        return;
    };
    for key in ["Records", "records", "Events", "logEvents"] {
        if let Some(list) = member(key).filter(|value| json::is_array(value)) {
            return json::items(list).for_each(|item| inside(item, wrappers, each, found));
        }
    }
    if let Some(message) = member("message").filter(|text| text.starts_with("\"CWL CONTROL MESSAGE")) {
        found.known = !message.is_empty();
        return;
    }
    for key in ["CloudTrailEvent", "eventJson", "eventjson", "detail"] {
        if let Some(value) = member(key) {
            return inside(value, wrappers, each, found);
        }
    }
    wrapped(members.iter().map(|(_, value)| *value), wrappers, each, found);
}

/// The event that one, and only one, of the members holds.
fn wrapped<'a>(
    values: impl Iterator<Item = &'a str>,
    wrappers: u32,
    each: &mut dyn FnMut(&str),
    found: &mut Found,
) {
    let mut kept: Option<(Vec<String>, Found)> = None;
    for value in values.filter(|value| value.starts_with(['{', '"'])) {
        let (mut texts, mut here) = (Vec::new(), Found::default());
        inside(value, wrappers, &mut |event| texts.push(event.to_owned()), &mut here);
        if here.events == 0 {
            continue;
        }
        if kept.is_some() {
            found.others += 1;
            return;
        }
        kept = Some((texts, here));
    }
    match kept {
        Some((texts, here)) => {
            found.events += here.events;
            texts.iter().for_each(|event| each(event));
        }
        None => found.others += 1,
    }
}

/// A value that should be an object, or a string that is the text of one.
fn inside(value: &str, wrappers: u32, each: &mut dyn FnMut(&str), found: &mut Found) {
    match value.as_bytes().first() {
        Some(b'{') => unwrap(value, wrappers, each, found),
        Some(b'"') => {
            let text = json::string(value);
            let text = text.trim();
            if text.starts_with('{') && json::check(text).is_ok() {
                unwrap(text, wrappers, each, found);
            } else {
                found.others += 1;
            }
        }
        _ => found.others += 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(object: &Value) -> (Vec<Value>, Found) {
        let mut all = Vec::new();
        let found = events(&object.to_string(), &mut |text| all.push(serde_json::from_str(text).unwrap()));
        (all, found)
    }

    fn event() -> Value {
        json!({"eventVersion": "1.08", "eventName": "StopLogging", "userIdentity": {"type": "Root"}})
    }

    #[test]
    fn events_are_found_in_every_wrapper() {
        let event = event();
        let text = event.to_string();
        for (wrapper, count) in [
            (event.clone(), 1),
            (json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": event}), 1),
            (json!({"EventId": "x", "EventName": "StopLogging", "CloudTrailEvent": text}), 1),
            (json!({"Events": [{"CloudTrailEvent": text}, {"CloudTrailEvent": text}]}), 2),
            (json!({"id": "1", "timestamp": 1, "message": text}), 1),
            (json!({"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": text}]}), 1),
            (json!({"technique": "x", "event": event}), 1),
            (json!({"Records": [event]}), 1),
            (json!({"a": {"b": {"event": event}}}), 1),
        ] {
            let (all, found) = read(&wrapper);
            assert_eq!(all, vec![event.clone(); count], "{wrapper}");
            assert_eq!(found, Found { events: count as u64, ..Found::default() }, "{wrapper}");
        }
    }

    #[test]
    fn what_is_no_event_is_told_from_what_is_known() {
        let known = |value: Value| read(&value).1.known;
        assert!(known(json!({"awsAccountId": "1", "digestStartTime": "x", "logFiles": []})));
        assert!(known(json!({"id": "1", "message": "CWL CONTROL MESSAGE: Checking health"})));
        let others = |value: Value| {
            let (all, found) = read(&value);
            assert!(all.is_empty() && !found.known, "{value}");
            found.others
        };
        assert_eq!(others(json!({"name": "eyas", "version": 1})), 1);
        assert_eq!(others(json!({"a": event(), "b": event()})), 1, "which of the two is meant?");
        assert_eq!(others(json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {}})), 1);
        assert_eq!(others(json!({"a":{"a":{"a":{"a":{"a": event()}}}}})), 1);
    }
}
