//! Saved findings, read back: JSON Lines, a JSON report of ours, an array of findings or a
//! single one. One finding is in memory at a time, so a report of any size can be read.

use std::fmt;
use std::io::{self, BufRead, Read};

use eyas_engine::finding::{Finding, SCHEMA};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use thiserror::Error;

use crate::Summary;

/// Why findings could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The input itself.
    #[error("cannot read findings: {0}")]
    Io(#[from] io::Error),
    /// Something in it is no finding.
    #[error("line {line}: {reason}")]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
}

/// Hands every finding in `input` to `each`; a broken line of a JSON Lines file goes to
/// `broken` and the rest is read. A JSON document that breaks off yields what stands before
/// the break and then the error.
pub fn read_findings(
    input: impl BufRead,
    each: impl FnMut(Finding),
    broken: impl FnMut(ReadError),
) -> Result<(), ReadError> {
    read_saved(input, each, broken, |_| {})
}

/// As [`read_findings`]; the summary of a JSON report goes to `summary`.
pub fn read_saved(
    mut input: impl BufRead,
    mut each: impl FnMut(Finding),
    mut broken: impl FnMut(ReadError),
    mut summary: impl FnMut(Summary),
) -> Result<(), ReadError> {
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let (mut found, mut told) = (Vec::new(), Vec::new());
        let whole = Document { each: &mut |f| found.push(f), summary: &mut |s| told.push(s) };
        match from_slice(&line, whole) {
            // A document over several lines: the first of them is cut off in the middle.
            Err(error) if error.is_eof() => {
                let document = Document { each: &mut each, summary: &mut summary };
                return from_reader(line.chain(input), number, document);
            }
            Err(error) => broken(ReadError::Line { line: number, reason: reason(&error) }),
            Ok(()) => {
                found.into_iter().for_each(&mut each);
                told.into_iter().for_each(&mut summary);
            }
        }
    }
}

fn from_slice(text: &[u8], document: Document<'_>) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(text);
    document.deserialize(&mut json)?;
    json.end()
}

fn from_reader(input: impl Read, first: u64, document: Document<'_>) -> Result<(), ReadError> {
    let mut json = serde_json::Deserializer::from_reader(input);
    let result = document.deserialize(&mut json).and_then(|()| json.end());
    result.map_err(|e| ReadError::Line { line: first - 1 + e.line() as u64, reason: reason(&e) })
}

/// The message without the position that it ends in: ours counts from the start of the file.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rfind(" at line ").and_then(|at| text.get(..at)).unwrap_or(&text);
    if error.is_data() { text.to_owned() } else { format!("this is no JSON: {text}") }
}

/// A finding, an array of them, or an object with `findings`.
struct Document<'f> {
    each: &'f mut dyn FnMut(Finding),
    summary: &'f mut dyn FnMut(Summary),
}

impl Document<'_> {
    /// What a report has behind its findings. A summary that another version wrote in another
    /// way is no reason to lose the findings.
    fn behind_the_findings<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "summary" {
                serde_json::from_value(map.next_value()?).map(&mut *self.summary).ok();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a finding, an array of findings or a report")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(finding) = seq.next_element::<Finding>()? {
            (self.each)(checked(finding)?);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut members = serde_json::Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == "findings" {
                map.next_value_seed(Document { each: &mut *self.each, summary: &mut *self.summary })?;
                return self.behind_the_findings(map);
            }
            members.insert(key, map.next_value()?);
        }
        let finding: Finding = serde_json::from_value(Value::Object(members)).map_err(A::Error::custom)?;
        (self.each)(checked(finding)?);
        Ok(())
    }
}

fn checked<E: serde::de::Error>(finding: Finding) -> Result<Finding, E> {
    if finding.schema == SCHEMA {
        Ok(finding)
    } else {
        Err(E::custom(format!(
            "this finding has the format `{}`, this version reads `{SCHEMA}`",
            finding.schema
        )))
    }
}
