//! What comes out: one shape for every plane. This is the versioned format that users store,
//! so names and meaning change only with [`SCHEMA`].

use std::borrow::Cow;
use std::sync::Arc;

use eyas_lang::checked::{Rule, Severity};
use eyas_lang::value::Place;
use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;

/// The name and version of the format.
pub const SCHEMA: &str = "eyas.finding/1";

/// One hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// Stable over runs: the same rule over the same subject and evidence has the same one.
    pub fingerprint: String,
    /// The rule, shared by its findings.
    pub rule: Arc<RuleInfo>,
    /// Violation, or unknown.
    pub outcome: Outcome,
    /// How bad.
    #[serde(with = "severity_text")]
    pub severity: Severity,
    /// The rule's message with its values filled in.
    pub message: String,
    /// How to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Who, what, when and from where, for events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventInfo>,
    /// Under which conditions of a template it holds, in words: "`IsProd` is true". None where
    /// it hangs on none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The values that made it so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Where what is wrong stands in the text of the record, where it has one: what reports say is
    /// the `location`.
    #[serde(skip)]
    pub place: Option<Place>,
    /// Changes of the record that end it, as the rule proposes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// The same changes as edits of the text that the record came from; empty where they cannot
    /// be made safely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub text_edits: Vec<TextEdit>,
    /// Why it is not counted, if somebody said that it need not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Ignored>,
    /// How it compares with the baseline, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineState>,
}

impl Finding {
    /// What a rule says, about nothing yet: without subject, fingerprint, place and evidence.
    pub fn new(rule: Arc<RuleInfo>, outcome: Outcome, severity: Severity, message: String) -> Self {
        Self {
            schema: SCHEMA.into(),
            fingerprint: String::new(),
            rule,
            outcome,
            severity,
            message,
            fix: None,
            subject: Subject::default(),
            location: None,
            event: None,
            when: None,
            evidence: Vec::new(),
            place: None,
            edits: Vec::new(),
            text_edits: Vec::new(),
            ignored: None,
            baseline: None,
        }
    }
}

/// A change of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// What is done.
    pub op: EditOp,
    /// Where, from the record's root: `["SecurityGroupIngress", 0, "CidrIp"]`.
    pub path: Vec<PathStep>,
    /// The value that is set or added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
}

/// What an [`Edit`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditOp {
    /// The value at the path becomes this one, whether or not there was one.
    Set,
    /// The list at the path gets this item, whether or not there was a list.
    Add,
    /// What is at the path goes away.
    Remove,
}

/// One step of an [`Edit`]'s path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PathStep {
    /// An item of a list, from 0.
    Index(u32),
    /// A member of a map.
    Key(String),
}

/// A replacement of a part of a text. An insertion replaces nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEdit {
    /// Byte offset of the first byte that goes.
    pub offset: u32,
    /// How many bytes go.
    pub len: u32,
    /// Line of the first byte, from 1.
    pub line: u32,
    /// Its column in characters, from 1.
    pub column: u32,
    /// Line of the byte after the last, from 1.
    pub end_line: u32,
    /// Its column in characters, from 1.
    pub end_column: u32,
    /// What comes instead.
    pub text: String,
}

/// Why a finding is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignored {
    /// Where it says so: `comment`, `metadata`, `eyas.toml`.
    pub by: String,
    /// The reason that is given there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The day (`2027-01-31`) until which it holds, if it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// How a finding compares with an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineState {
    /// It was not there.
    New,
    /// It was there.
    Unchanged,
}

/// What a rule said of a record. Only violations and unknowns become findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The condition holds.
    Violation,
    /// It does not.
    Pass,
    /// It cannot be told.
    Unknown,
    /// The rule does not concern this record.
    NotApplicable,
}

/// The rule behind a finding.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// `package.name`
    pub id: String,
    /// One line.
    pub title: String,
    /// `framework/id`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maps: Vec<String>,
    /// Free tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<String>,
}

impl RuleInfo {
    /// What findings say of a checked rule.
    pub fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.to_string(),
            title: rule.title.clone(),
            maps: rule.maps.iter().map(ToString::to_string).collect(),
            tags: rule.tags.iter().map(ToString::to_string).collect(),
            refs: rule.refs.clone(),
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// The record type.
    #[serde(rename = "type")]
    pub kind: SmolStr,
    /// Event id, ARN, resource id or logical id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SmolStr>,
    /// Twelve digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<SmolStr>,
    /// `eu-west-1`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
}

/// Where a finding is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// A path, `-` for standard input, or a URI.
    pub file: String,
    /// Byte offset of the record in the (decompressed) file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// From 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The line of the end, from 1, where the place has an extent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u64>,
    /// The column after the last character, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u64>,
    /// The place in terms of the document: `Resources.Web.Properties.SecurityGroupIngress[0]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Who did what, when and from where.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventInfo {
    /// When: RFC 3339, as the event has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<SmolStr>,
    /// `RunInstances`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<SmolStr>,
    /// `ec2.amazonaws.com`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
    /// The error code, if the call failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<SmolStr>,
    /// Who: a name people know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<SmolStr>,
    /// Who: the ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<SmolStr>,
    /// The access key that signed the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<SmolStr>,
    /// From where: an address or a service's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<SmolStr>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<SmolStr>,
}

/// One value that a verdict rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The field as the rule writes it.
    pub field: SmolStr,
    /// Its value as JSON; absent fields have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
    /// Why it is not known, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<SmolStr>,
    /// The comparison that it satisfied, as the rule writes it.
    pub test: SmolStr,
    /// Where the value stands in the text that the record came from.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "place_fields")]
    pub place: Option<Place>,
}

/// A value as findings have it. Nearly all are texts, and short texts need no memory of their own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// Text.
    Text(SmolStr),
    /// Anything else.
    Json(Box<serde_json::Value>),
}

impl From<serde_json::Value> for Shown {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::String(text) => Shown::Text(text.into()),
            other => Shown::Json(Box::new(other)),
        }
    }
}

impl From<Shown> for serde_json::Value {
    fn from(shown: Shown) -> Self {
        match shown {
            Shown::Text(text) => serde_json::Value::String(text.into()),
            Shown::Json(value) => *value,
        }
    }
}

impl std::fmt::Display for Shown {
    /// As compact JSON.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Shown::Text(text) => {
                f.write_str(&serde_json::to_string(text.as_str()).map_err(|_| std::fmt::Error)?)
            }
            Shown::Json(value) => value.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(from).map(Self::from)
    }
}

mod severity_text {
    use super::Severity;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(value: &Severity, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(value.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Severity, D::Error> {
        let text = String::deserialize(from)?;
        Severity::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no severity")))
    }
}

mod place_fields {
    use super::Place;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Fields {
        offset: u32,
        len: u32,
        line: u32,
        column: u32,
    }

    pub(super) fn serialize<S: Serializer>(value: &Option<Place>, out: S) -> Result<S::Ok, S::Error> {
        value.map(|p| Fields { offset: p.offset, len: p.len, line: p.line, column: p.column }).serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Place>, D::Error> {
        Ok(Option::<Fields>::deserialize(from)?.map(|f| Place {
            offset: f.offset,
            len: f.len,
            line: f.line,
            column: f.column,
        }))
    }
}
