//! GitHub workflow commands: annotations beside the lines of a pull request.
//!
//! GitHub shows only the first ten annotations of each level that a step prints, so the worst
//! come first. That needs all of them to be there: they are kept up to a limit, and what lies
//! beyond it is counted.

use std::io::{self, Write};

use eyas_engine::finding::{Finding, Outcome};
use eyas_lang::checked::Severity;

use crate::escape::terminal as safe;
use crate::fact;
use crate::summary::{Broken, grouped};
use crate::{Run, Sink, Standing, Summary};

/// How many annotations are kept.
const MOST: usize = 10_000;

pub(crate) struct Github<W> {
    out: W,
    kept: Vec<(Severity, String)>,
    left_out: u64,
}

impl<W: Write> Github<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, kept: Vec::new(), left_out: 0 }
    }
}

impl<W: Write + Send> Sink for Github<W> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if self.kept.len() == MOST {
            self.left_out += 1;
            return Ok(());
        }
        // What is not known is no failure, and no reason to hide one.
        let rank = if finding.outcome == Outcome::Unknown { Severity::Info } else { finding.severity };
        self.kept.push((rank, annotation(finding)));
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        for broken in &summary.broken_at {
            writeln!(self.out, "{}", unread(broken))?;
        }
        self.kept.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        for (_, line) in &self.kept {
            writeln!(self.out, "{line}")?;
        }
        if self.left_out > 0 {
            writeln!(self.out, "{} more findings are not annotated", grouped(self.left_out))?;
        }
        for ignore in &summary.idle_ignores {
            writeln!(self.out, "::notice title=An ignore that does nothing::{}", data(&fact::idle(ignore)))?;
        }
        self.out.flush()
    }

    fn takes(&self, standing: Standing) -> bool {
        standing == Standing::Open
    }
}

fn annotation(finding: &Finding) -> String {
    let unknown = finding.outcome == Outcome::Unknown;
    let level = match finding.severity {
        _ if unknown => "notice",
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let severity = finding.severity.as_str();
    let severity = if unknown { format!("unknown, {severity}") } else { severity.to_owned() };
    let title = format!("{} ({severity})", finding.rule.id);
    let mut properties = finding.location.as_ref().map_or_else(Vec::new, place);
    properties.push(format!("title={}", property(&title)));
    format!("::{level} {}::{}", properties.join(","), text(finding))
}

/// Message, condition and fix on lines of their own.
fn text(finding: &Finding) -> String {
    let mut lines = vec![data(&finding.message)];
    lines.extend(finding.when.as_ref().map(|when| data(&format!("Only if {when}."))));
    lines.extend(fact::all_evidence(finding).iter().map(|fact| data(fact)));
    lines.extend(finding.fix.as_ref().map(|fix| data(&format!("Fix: {fix}"))));
    lines.join("%0A")
}

fn place(location: &eyas_engine::finding::Location) -> Vec<String> {
    let mut out = file(&location.file);
    let Some(line) = location.line else { return out };
    out.push(format!("line={line}"));
    let end = location.end_line.unwrap_or(line);
    if location.end_line.is_some() {
        out.push(format!("endLine={end}"));
    }
    // GitHub takes columns of annotations within one line only.
    if end == line {
        out.extend(location.column.map(|column| format!("col={column}")));
        out.extend(location.end_column.map(|column| format!("endColumn={column}")));
    }
    out
}

/// Standard input is no file that GitHub knows.
fn file(name: &str) -> Vec<String> {
    if name == "-" {
        return Vec::new();
    }
    vec![format!("file={}", property(name.strip_prefix("./").unwrap_or(name)))]
}

fn unread(broken: &Broken) -> String {
    let mut properties = file(&broken.file);
    properties.extend(broken.line.map(|line| format!("line={line}")));
    properties.extend(broken.column.map(|column| format!("col={column}")));
    properties.push("title=Could not be read".to_owned());
    format!("::error {}::{}", properties.join(","), data(&broken.reason))
}

/// The text of a command; the escapes are GitHub's.
fn data(text: &str) -> String {
    safe(text).replace('%', "%25")
}

/// The value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
