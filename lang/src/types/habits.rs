//! What people write who know another language or the raw record: the next step for it.

use super::Type;
use super::lower::Lower;
use super::scope::{Local, Scope};
use crate::catalog::Catalog;
use crate::diagnostics::{Code, Diagnostic, Level, nearest};
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Operand, OperandKind, Segment};

/// Functions by the names that they have elsewhere.
const FUNCTIONS: &[(&str, &str)] = &[
    ("lower", "tolower"),
    ("to_lower", "tolower"),
    ("lowercase", "tolower"),
    ("upper", "toupper"),
    ("to_upper", "toupper"),
    ("uppercase", "toupper"),
    ("length", "len"),
    ("size", "len"),
    ("base64", "b64"),
    ("parsejson", "parse_json"),
];

/// The keys of a CloudTrail record.
const RAW_KEYS: &[&str] = &[
    "additionalEventData",
    "apiVersion",
    "awsRegion",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "resources",
    "responseElements",
    "serviceEventDetails",
    "sharedEventID",
    "sourceIPAddress",
    "tlsDetails",
    "userAgent",
    "userIdentity",
    "vpcEndpointAccountId",
    "vpcEndpointId",
];

fn raw_key(name: &str) -> Option<&'static str> {
    RAW_KEYS.iter().find(|key| key.eq_ignore_ascii_case(name)).copied()
}

/// The diagnostic for a record type that does not exist.
pub(super) fn unknown_record_type(catalog: &Catalog, text: &str, span: Span) -> Diagnostic {
    let ends = |name: &&str| name.rsplit("::").next().is_some_and(|last| last.eq_ignore_ascii_case(text));
    let called_so: Vec<&str> = catalog.names().filter(ends).take(6).collect();
    let near = match called_so.as_slice() {
        [] => nearest(text, catalog.names()),
        [one] => Some(*one),
        _ => None,
    };
    let help = match called_so.as_slice() {
        [] | [_] => {
            "events are `cloudtrail`; a resource type has its CloudFormation name, `AWS::EC2::Instance`"
                .to_owned()
        }
        several => format!("types that are called so: `{}`", several.join("`, `")),
    };
    Diagnostic::new(Code::UnknownRecordType, span, format!("no record type `{text}`"))
        .did_you_mean(near)
        .help(help)
}

/// The function that is called by another name here.
pub(super) fn function(name: &str) -> Option<&'static str> {
    let last = name.rsplit('.').next().unwrap_or(name);
    FUNCTIONS.iter().find(|(there, _)| there.eq_ignore_ascii_case(last)).map(|(_, here)| *here)
}

/// What is written for something that looks like a call and is none.
pub(super) fn call(name: &str) -> Option<String> {
    let (subject, last) = name.rsplit_once('.').unwrap_or(("FIELD", name));
    let word = last.to_ascii_lowercase().replace('_', "");
    match word.as_str() {
        "exists" | "isset" | "defined" | "has" => return Some(format!("write `{subject} exists`")),
        "any" | "all" | "some" | "every" | "filter" | "map" => {
            return Some(format!("write `any x in {} (CONDITION)`", subject.replace("FIELD", "LIST")));
        }
        "match" | "search" | "test" | "rematch" => return Some(format!("write `{subject} matches /…/`")),
        "includes" => return Some(format!("write `{subject} contains VALUE`")),
        _ => {}
    }
    CompareOp::parse(&word).map(|_| format!("`{word}` is an operator: `{subject} {word} VALUE`"))
}

/// The word for an absent value in another language.
pub(super) fn null_word(operand: &Operand) -> Option<&str> {
    let OperandKind::Word(word) = &operand.kind else { return None };
    matches!(word.as_str(), "null" | "None" | "nil" | "undefined").then_some(word)
}

impl Lower<'_, '_> {
    /// The name that was meant, where a name is not known.
    pub(super) fn meant(&self, text: &str, segments: &[Segment], scope: &Scope<'_>) -> Option<String> {
        let (first, rest) = segments.split_first()?;
        if self.record.name == "cloudtrail" {
            let key = raw_key(&first.name)?;
            return Some(format!("event.{key}{}", text.get(first.name.len()..)?));
        }
        if first.name == "Properties"
            && rest.first().is_some_and(|s| self.record.shape.field(&s.name).is_some())
        {
            return text.get("Properties.".len()..).map(str::to_owned);
        }
        let has = |name: &&str| match scope.find(name) {
            Some(Local::Var(var)) => match &var.ty {
                Type::Record(shape) => {
                    self.sh.catalog.shape(shape).is_some_and(|shape| shape.field(&first.name).is_some())
                }
                _ => false,
            },
            _ => false,
        };
        scope.names().into_iter().find(has).map(|var| format!("{var}.{text}"))
    }

    /// Warns where a key of the raw record is written in other letters than CloudTrail's.
    pub(super) fn warn_raw_case(&mut self, below: &[Segment]) {
        let Some(first) = below.first().filter(|_| self.record.name == "cloudtrail") else { return };
        let Some(key) = raw_key(&first.name).filter(|key| *key != first.name) else { return };
        let mut warning = Diagnostic::new(
            Code::UnknownField,
            first.span,
            format!("CloudTrail writes `{key}`, not `{}`", first.name),
        )
        .did_you_mean(Some(key))
        .help("keys of the raw record are compared letter by letter");
        warning.level = Level::Warning;
        self.report(warning);
    }

    /// Warns where a message names a field as Falco does: `%ct.user`.
    pub(super) fn warn_percent(&mut self, text: &str, span: Span) {
        for part in text.split('%').skip(1) {
            let end =
                part.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(part.len());
            let field = part.get(..end).unwrap_or_default().trim_end_matches('.');
            if self.is_field_name(field) {
                self.report(
                    Diagnostic::new(Code::FieldAsText, span, format!("`%{field}` is text here"))
                        .help(format!("a value stands in braces: `{{{field}}}`")),
                );
            }
        }
    }

    /// Warns where a word is text that means an absent value, or the resource, elsewhere.
    pub(super) fn warn_words(&mut self, left: &Operand, op: CompareOp, right: &Operand) {
        if let OperandKind::Word(word) = &right.kind
            && word == "self"
            && self.record.name != "cloudtrail"
        {
            let value = self.sh.sources.text(left.span).to_owned();
            self.report(
                Diagnostic::new(Code::FieldAsText, right.span, "`self` is text behind this operator")
                    .help(format!("write `{value} refers_to self` for the resource that the rule judges")),
            );
        }
        let Some(word) = null_word(right) else { return };
        let field = self.sh.sources.text(left.span).to_owned();
        let meant = if op == CompareOp::Ne { "" } else { "not " };
        self.report(
            Diagnostic::new(
                Code::NeverTrue,
                right.span,
                format!("`{word}` is text here; no absent value equals it"),
            )
            .help(format!("write `{meant}{field} exists`, or quotes to compare with the text")),
        );
    }
}
