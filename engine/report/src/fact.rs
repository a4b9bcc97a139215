//! Parts of findings in words, as several formats have them; nothing in them is escaped.

use eyas_engine::finding::{Evidence, Finding, Ignored, Location};

use crate::summary::{Broken, IdleIgnore, IdleWhy};
use crate::wrap;

/// Longest value that is told. The formats for programs have all of it.
const VALUE_LIMIT: usize = 400;

/// One value that a finding rests on: `ct.name is "CreateUser"`.
pub(crate) fn evidence(evidence: &Evidence) -> String {
    let Evidence { field, value, unknown, .. } = evidence;
    match (value, unknown) {
        (_, Some(why)) => format!("{field} is not known: {why}"),
        (Some(value), None) => format!("{field} is {}", wrap::clip(&value.to_string(), VALUE_LIMIT)),
        (None, None) => format!("{field} is absent"),
    }
}

/// All values, each once.
pub(crate) fn all_evidence(finding: &Finding) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for fact in finding.evidence.iter().map(evidence) {
        if !out.contains(&fact) {
            out.push(fact);
        }
    }
    out
}

/// A place in a file: `app.yaml:14:19`.
pub(crate) fn spot(location: &Location) -> String {
    place(&location.file, location.line, location.column, location.offset)
}

fn place(file: &str, line: Option<u64>, column: Option<u64>, offset: Option<u64>) -> String {
    match (line, column, offset) {
        (Some(line), Some(column), _) => format!("{file}:{line}:{column}"),
        (Some(line), None, _) => format!("{file}:{line}"),
        (None, _, Some(offset)) => format!("{file} at byte {offset}"),
        (None, _, None) => file.to_owned(),
    }
}

/// Where something could not be read.
pub(crate) fn broken_at(broken: &Broken) -> String {
    place(&broken.file, broken.line, broken.column, broken.offset)
}

/// What a finding is about: `AWS::EC2::SecurityGroup Web`.
pub(crate) fn subject(finding: &Finding) -> String {
    let kind = if finding.event.is_some() { "event" } else { finding.subject.kind.as_str() };
    match &finding.subject.id {
        Some(id) => format!("{kind} {id}"),
        None => kind.to_owned(),
    }
}

/// Who says that it need not be acted on, and why: `by comment, until 2027-01-31: …`.
pub(crate) fn ignored(ignored: &Ignored) -> String {
    let until = ignored.until.as_ref().map_or(String::new(), |day| format!(", until {day}"));
    let reason = ignored.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    format!("by {}{until}{reason}", ignored.by)
}

/// An ignore that does nothing, and why: `eyas.toml:3: rule `aws.*`: nothing matches it`.
pub(crate) fn idle(ignore: &IdleIgnore) -> String {
    let why = match &ignore.why {
        IdleWhy::Unused => "nothing matches it".to_owned(),
        IdleWhy::NoReason => "it gives no reason, so it does not count".to_owned(),
        IdleWhy::Expired(day) => format!("it ended on {day}"),
    };
    format!("{}: {}: {why}", ignore.place, ignore.what)
}
