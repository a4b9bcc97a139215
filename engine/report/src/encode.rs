//! A finding as JSON: what its `Serialize` says, written without going through a serializer for
//! each of its many short texts.

use std::io::{self, Write};

use eyas_engine::finding::{EventInfo, Evidence, Finding, Location, RuleInfo, Shown, Subject};
use eyas_lang::value::Place;
use serde::Serialize;

/// The name of a member, with what stands around it.
macro_rules! key {
    ($name:literal) => {
        concat!("\"", $name, "\":")
    };
}

/// Adds a finding.
pub(crate) fn finding(finding: &Finding, out: &mut Vec<u8>) -> io::Result<()> {
    let Finding {
        schema,
        fingerprint,
        rule,
        outcome,
        severity,
        message,
        fix,
        subject,
        location,
        event,
        when,
        evidence,
        place: _,
        edits,
        text_edits,
        ignored,
        baseline,
    } = finding;
    out.push(b'{');
    text(key!("schema"), schema, out);
    text(key!("fingerprint"), fingerprint, out);
    out.extend_from_slice(key!("rule").as_bytes());
    rule_info(rule, out);
    any(key!("outcome"), outcome, out)?;
    text(key!("severity"), severity.as_str(), out);
    text(key!("message"), message, out);
    optional(key!("fix"), fix, out);
    out.extend_from_slice(key!("subject").as_bytes());
    about(subject, out);
    if let Some(location) = location {
        out.extend_from_slice(key!("location").as_bytes());
        where_it_is(location, out)?;
    }
    if let Some(event) = event {
        out.extend_from_slice(key!("event").as_bytes());
        happened(event, out);
    }
    optional(key!("when"), when, out);
    list(key!("evidence"), evidence, out, reason)?;
    if !edits.is_empty() {
        any(key!("edits"), edits, out)?;
    }
    if !text_edits.is_empty() {
        any(key!("text_edits"), text_edits, out)?;
    }
    if let Some(ignored) = ignored {
        any(key!("ignored"), ignored, out)?;
    }
    if let Some(baseline) = baseline {
        any(key!("baseline"), baseline, out)?;
    }
    end(b'}', out);
    // Each member ends with a comma, the last of which is now the end.
    out.pop();
    Ok(())
}

fn rule_info(rule: &RuleInfo, out: &mut Vec<u8>) {
    let RuleInfo { id, title, maps, tags, refs } = rule;
    out.push(b'{');
    text(key!("id"), id, out);
    text(key!("title"), title, out);
    for (key, texts) in [(key!("maps"), maps), (key!("tags"), tags), (key!("refs"), refs)] {
        if !texts.is_empty() {
            out.extend_from_slice(key.as_bytes());
            out.push(b'[');
            for one in texts {
                text("", one, out);
            }
            end(b']', out);
        }
    }
    end(b'}', out);
}

fn about(subject: &Subject, out: &mut Vec<u8>) {
    let Subject { kind, id, account, region } = subject;
    out.push(b'{');
    text(key!("type"), kind, out);
    optional(key!("id"), id, out);
    optional(key!("account"), account, out);
    optional(key!("region"), region, out);
    end(b'}', out);
}

fn where_it_is(location: &Location, out: &mut Vec<u8>) -> io::Result<()> {
    let Location { file, offset, line, column, end_line, end_column, path } = location;
    out.push(b'{');
    text(key!("file"), file, out);
    number(key!("offset"), *offset, out)?;
    number(key!("line"), *line, out)?;
    number(key!("column"), *column, out)?;
    number(key!("end_line"), *end_line, out)?;
    number(key!("end_column"), *end_column, out)?;
    optional(key!("path"), path, out);
    end(b'}', out);
    Ok(())
}

fn happened(event: &EventInfo, out: &mut Vec<u8>) {
    let EventInfo { time, name, source, error, user, principal, access_key, source_ip, user_agent } = event;
    out.push(b'{');
    optional(key!("time"), time, out);
    optional(key!("name"), name, out);
    optional(key!("source"), source, out);
    optional(key!("error"), error, out);
    optional(key!("user"), user, out);
    optional(key!("principal"), principal, out);
    optional(key!("access_key"), access_key, out);
    optional(key!("source_ip"), source_ip, out);
    optional(key!("user_agent"), user_agent, out);
    end(b'}', out);
}

fn reason(evidence: &Evidence, out: &mut Vec<u8>) -> io::Result<()> {
    let Evidence { field, value, unknown, test, place } = evidence;
    out.push(b'{');
    text(key!("field"), field, out);
    match value {
        Some(Shown::Text(value)) => text(key!("value"), value, out),
        Some(Shown::Json(value)) => any(key!("value"), value, out)?,
        None => {}
    }
    optional(key!("unknown"), unknown, out);
    text(key!("test"), test, out);
    if let Some(Place { offset, len, line, column }) = place {
        out.extend_from_slice(key!("place").as_bytes());
        out.push(b'{');
        number(key!("offset"), Some((*offset).into()), out)?;
        number(key!("len"), Some((*len).into()), out)?;
        number(key!("line"), Some((*line).into()), out)?;
        number(key!("column"), Some((*column).into()), out)?;
        end(b'}', out);
    }
    end(b'}', out);
    Ok(())
}

/// Adds a list, unless it is empty.
fn list<T>(
    key: &str,
    items: &[T],
    out: &mut Vec<u8>,
    each: impl Fn(&T, &mut Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    out.extend_from_slice(key.as_bytes());
    out.push(b'[');
    for item in items {
        each(item, out)?;
    }
    end(b']', out);
    Ok(())
}

/// Ends an object or a list, which is a member of another.
fn end(bracket: u8, out: &mut Vec<u8>) {
    if out.last() == Some(&b',') {
        out.pop();
    }
    out.extend_from_slice(&[bracket, b',']);
}

fn any(key: &str, value: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(key.as_bytes());
    serde_json::to_writer(&mut *out, value)?;
    out.push(b',');
    Ok(())
}

fn number(key: &str, value: Option<u64>, out: &mut Vec<u8>) -> io::Result<()> {
    if let Some(value) = value {
        any(key, &value, out)?;
    }
    Ok(())
}

fn optional(key: &str, value: &Option<impl AsRef<str>>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        text(key, value.as_ref(), out);
    }
}

fn text(key: &str, value: &str, out: &mut Vec<u8>) {
    out.reserve(key.len() + value.len() + 3);
    out.extend_from_slice(key.as_bytes());
    out.push(b'"');
    let mut rest = value.as_bytes();
    while let Some((plain, [byte, after @ ..])) = first_odd(rest).and_then(|at| rest.split_at_checked(at)) {
        out.extend_from_slice(plain);
        escape(*byte, out);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(b"\",");
}

/// Whether a byte cannot stand in a string as it is.
fn is_odd(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Where the first byte is that cannot stand in a string as it is.
fn first_odd(text: &[u8]) -> Option<usize> {
    // Sixteen are looked at at once, which takes no branches.
    let is_plain = |block: &[u8; 16]| !block.iter().fold(false, |any, &byte| any | is_odd(byte));
    let (blocks, _) = text.as_chunks::<16>();
    let from = 16 * blocks.iter().take_while(|block| is_plain(block)).count();
    let rest = text.get(from..)?;
    let mut last = [b' '; 16];
    if let Some(start) = last.get_mut(..rest.len()) {
        start.copy_from_slice(rest);
        if is_plain(&last) {
            return None;
        }
    }
    rest.iter().position(|&byte| is_odd(byte)).map(|at| from + at)
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            // Writing to memory cannot fail.
            let _ = write!(out, "\\u{byte:04x}");
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use eyas_engine::finding::{BaselineState, Edit, EditOp, Ignored, Outcome, PathStep, TextEdit};
    use eyas_lang::checked::Severity;
    use proptest::array::uniform4;
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const TEXT: &str = "[a-z\"\\\\/é\u{0}-\u{1f}\u{7f}\u{2028}]{0,40}";

    fn evidence() -> impl Strategy<Value = Evidence> {
        let value = prop_oneof![
            TEXT.prop_map(|text| json!(text)),
            TEXT.prop_map(|text| json!({ text: [1, 2.5, null, true] })),
            Just(json!([])),
        ];
        (TEXT, option::of(value), option::of(TEXT), option::of(uniform4(proptest::num::u32::ANY))).prop_map(
            |(field, value, unknown, place)| Evidence {
                test: field.as_str().into(),
                field: field.into(),
                value: value.map(Shown::from),
                unknown: unknown.map(Into::into),
                place: place.map(|[offset, len, line, column]| Place { offset, len, line, column }),
            },
        )
    }

    fn findings() -> impl Strategy<Value = Finding> {
        let texts = || vec(option::of(TEXT), 13);
        (
            texts(),
            vec(TEXT, 0..3),
            vec(evidence(), 0..4),
            option::of(proptest::num::u64::ANY),
            proptest::bool::ANY,
        )
            .prop_map(|(mut texts, list, evidence, number, rare)| {
                let mut text = || texts.pop().flatten();
                let rule = RuleInfo {
                    id: text().unwrap_or_default(),
                    title: text().unwrap_or_default(),
                    maps: list.clone(),
                    tags: Vec::new(),
                    refs: list.clone(),
                };
                let message = text().unwrap_or_default();
                let mut finding = Finding::new(Arc::new(rule), Outcome::Violation, Severity::High, message);
                finding.fix = text();
                finding.when = text();
                finding.subject.id = text().map(Into::into);
                finding.subject.region = text().map(Into::into);
                let file = text().unwrap_or_default();
                finding.location =
                    number.map(|_| Location { file, offset: number, path: text(), ..Location::default() });
                let info = EventInfo { user: text().map(Into::into), ..EventInfo::default() };
                finding.event = number.map(|_| info);
                finding.evidence = evidence;
                if rare {
                    finding.edits = vec![Edit {
                        op: EditOp::Set,
                        path: vec![PathStep::Key("a".into()), PathStep::Index(0)],
                        value: Some(json!("x")),
                    }];
                    finding.text_edits = vec![TextEdit {
                        offset: 1,
                        len: 2,
                        line: 3,
                        column: 4,
                        end_line: 5,
                        end_column: 6,
                        text: text().unwrap_or_default(),
                    }];
                    finding.ignored = Some(Ignored { by: "comment".into(), reason: text(), until: None });
                    finding.baseline = Some(BaselineState::New);
                }
                finding
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn a_finding_is_written_as_its_serialize_says(of in findings()) {
            let mut out = Vec::new();
            finding(&of, &mut out).unwrap();
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&of).unwrap());
        }
    }
}
