//! One finding a row (RFC 4180), for spreadsheets.

use std::io::{self, Write};

use eyas_engine::finding::{BaselineState, EventInfo, Finding, Location, Outcome};

use crate::escape;
use crate::{Run, Sink, Summary};

const HEADER: [&str; 33] = [
    "fingerprint",
    "rule",
    "title",
    "severity",
    "outcome",
    "message",
    "subject_type",
    "subject",
    "account",
    "region",
    "file",
    "offset",
    "line",
    "column",
    "time",
    "event",
    "source",
    "error",
    "user",
    "principal",
    "access_key",
    "source_ip",
    "user_agent",
    "maps",
    "evidence",
    "fix",
    "end_line",
    "end_column",
    "path",
    "only_if",
    "baseline",
    "ignored_by",
    "ignored_reason",
];

pub(crate) struct Csv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> Csv<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out: csv::Writer::from_writer(out) }
    }
}

impl<W: Write + Send> Sink for Csv<W> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(self.out.write_record(HEADER)?)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        for cell in row(finding) {
            self.out.write_field(escape::csv(&cell).as_bytes())?;
        }
        Ok(self.out.write_record(None::<&[u8]>)?)
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        self.out.flush()
    }
}

fn row(finding: &Finding) -> [String; HEADER.len()] {
    let number = |value: Option<u64>| value.map_or(String::new(), |n| n.to_string());
    let Location { file, offset, line, column, end_line, end_column, path } =
        finding.location.clone().unwrap_or_default();
    let event = finding.event.clone().unwrap_or_default();
    let EventInfo { time, name, source, error, user, principal, access_key, source_ip, user_agent } = event;
    let evidence: Vec<String> = finding.evidence.iter().map(evidence).collect();
    [
        finding.fingerprint.clone(),
        finding.rule.id.clone(),
        finding.rule.title.clone(),
        finding.severity.as_str().to_owned(),
        outcome(finding.outcome).to_owned(),
        finding.message.clone(),
        finding.subject.kind.to_string(),
        text(&finding.subject.id),
        text(&finding.subject.account),
        text(&finding.subject.region),
        file,
        number(offset),
        number(line),
        number(column),
        text(&time),
        text(&name),
        text(&source),
        text(&error),
        text(&user),
        text(&principal),
        text(&access_key),
        text(&source_ip),
        text(&user_agent),
        finding.rule.maps.join(" "),
        evidence.join("; "),
        text(&finding.fix),
        number(end_line),
        number(end_column),
        text(&path),
        text(&finding.when),
        baseline(finding.baseline).to_owned(),
        finding.ignored.as_ref().map_or(String::new(), |i| i.by.clone()),
        finding.ignored.as_ref().map_or(String::new(), |i| text(&i.reason)),
    ]
}

fn text(value: &Option<impl ToString>) -> String {
    value.as_ref().map_or(String::new(), ToString::to_string)
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Violation => "violation",
        Outcome::Pass => "pass",
        Outcome::Unknown => "unknown",
        Outcome::NotApplicable => "not_applicable",
    }
}

fn baseline(state: Option<BaselineState>) -> &'static str {
    match state {
        Some(BaselineState::New) => "new",
        Some(BaselineState::Unchanged) => "unchanged",
        None => "",
    }
}

fn evidence(evidence: &eyas_engine::finding::Evidence) -> String {
    match (&evidence.value, &evidence.unknown) {
        (_, Some(why)) => format!("{} unknown: {why}", evidence.field),
        (Some(value), None) => format!("{} = {value}", evidence.field),
        (None, None) => format!("{} absent", evidence.field),
    }
}
