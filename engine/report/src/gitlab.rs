//! GitLab's code quality report: findings in a merge request and beside its lines.

use std::collections::HashMap;
use std::io::{self, Write};

use eyas_engine::finding::{Finding, Outcome};
use eyas_lang::checked::Severity;
use serde_json::{Value, json};

use crate::escape::terminal as safe;
use crate::fact;
use crate::{Run, Sink, Summary};

pub(crate) struct Gitlab<W> {
    out: W,
    first: bool,
    /// How often each fingerprint was written: GitLab shows one finding for each.
    seen: HashMap<String, u64>,
}

impl<W: Write> Gitlab<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, first: true, seen: HashMap::new() }
    }

    fn item(&mut self, item: &Value) -> io::Result<()> {
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        Ok(serde_json::to_writer(&mut self.out, item)?)
    }

    fn unique(&mut self, fingerprint: &str) -> String {
        let count = self.seen.entry(fingerprint.to_owned()).or_default();
        *count += 1;
        if *count == 1 { fingerprint.to_owned() } else { format!("{fingerprint}-{count}") }
    }
}

impl<W: Write + Send> Sink for Gitlab<W> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        self.out.write_all(b"[")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let unknown = finding.outcome == Outcome::Unknown;
        let location = finding.location.as_ref();
        let begin = location.and_then(|l| l.line).unwrap_or(1);
        let end = location.and_then(|l| l.end_line).unwrap_or(begin);
        let mut text = if unknown { "Not known: ".to_owned() } else { String::new() };
        text.push_str(&finding.message);
        if let Some(when) = &finding.when {
            text.push_str(&format!(" (only if {when})"));
        }
        if unknown {
            let reasons: Vec<String> = fact::all_evidence(finding);
            text.push_str(&format!(" ({})", reasons.join("; ")));
        }
        let item = json!({
            "description": safe(&text),
            "check_name": finding.rule.id,
            "fingerprint": self.unique(&finding.fingerprint),
            "severity": if unknown { "info" } else { level(finding.severity) },
            "location": {
                "path": location.map_or("-", |l| path(&l.file)),
                "lines": { "begin": begin, "end": end },
            },
        });
        self.item(&item)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        for broken in &summary.broken_at {
            let text = format!("Could not be read: {}", broken.reason);
            let item = json!({
                "description": safe(&text),
                "check_name": "eyas.unreadable",
                "fingerprint": self.unique(&format!("unreadable {}", fact::broken_at(broken))),
                "severity": "major",
                "location": { "path": path(&broken.file), "lines": { "begin": broken.line.unwrap_or(1) } },
            });
            self.item(&item)?;
        }
        self.out.write_all(b"\n]\n")?;
        self.out.flush()
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

/// GitLab knows files by their path from the repository's root.
fn path(file: &str) -> &str {
    file.strip_prefix("./").unwrap_or(file)
}
