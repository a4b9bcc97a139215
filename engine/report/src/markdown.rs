//! For people, in a pull request, a ticket or a chat: a section a finding, a summary at the end.

use std::io::{self, Write};

use eyas_engine::finding::{EventInfo, Evidence, Finding, Outcome};
use eyas_lang::checked::Severity;

use crate::escape::{markdown as text, markdown_code as code};
use crate::{Run, Sink, Summary};

pub(crate) struct Markdown<W> {
    out: W,
}

impl<W: Write> Markdown<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out }
    }

    fn item(&mut self, label: &str, value: &str) -> io::Result<()> {
        writeln!(self.out, "- **{label}**: {value}")
    }

    fn event(&mut self, event: &EventInfo) -> io::Result<()> {
        let rows = [
            ("who", &event.user),
            ("principal", &event.principal),
            ("access key", &event.access_key),
            ("what", &event.name),
            ("service", &event.source),
            ("error", &event.error),
            ("when", &event.time),
            ("from", &event.source_ip),
            ("with", &event.user_agent),
        ];
        for (label, value) in rows {
            if let Some(value) = value {
                self.item(label, &code(value))?;
            }
        }
        Ok(())
    }
}

impl<W: Write + Send> Sink for Markdown<W> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        writeln!(self.out, "# eyas findings\n")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let unknown = if finding.outcome == Outcome::Unknown { " (not known)" } else { "" };
        writeln!(self.out, "## {}{unknown}: {}\n", finding.severity.as_str(), text(&finding.rule.title))?;
        writeln!(self.out, "{}\n", text(&finding.message))?;
        self.item("rule", &code(&finding.rule.id))?;
        let subject = match &finding.subject.id {
            Some(id) => format!("{} {}", text(&finding.subject.kind), code(id)),
            None => text(&finding.subject.kind),
        };
        self.item("subject", &subject)?;
        if let Some(account) = &finding.subject.account {
            self.item("account", &code(account))?;
        }
        if let Some(region) = &finding.subject.region {
            self.item("region", &code(region))?;
        }
        if let Some(location) = &finding.location {
            let place = match (location.line, location.offset) {
                (Some(line), _) => format!(" line {line}"),
                (None, Some(offset)) => format!(" at byte {offset}"),
                (None, None) => String::new(),
            };
            self.item("where", &format!("{}{place}", code(&location.file)))?;
        }
        if let Some(event) = &finding.event {
            self.event(event)?;
        }
        for evidence in &finding.evidence {
            self.item("evidence", &evidence_text(evidence))?;
        }
        if let Some(fix) = &finding.fix {
            self.item("fix", &text(fix))?;
        }
        if !finding.rule.maps.is_empty() {
            let maps: Vec<String> = finding.rule.maps.iter().map(|m| code(m)).collect();
            self.item("maps", &maps.join(", "))?;
        }
        writeln!(self.out)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "## Summary\n\n| severity | findings |\n|---|---:|")?;
        for severity in Severity::ALL.into_iter().rev() {
            writeln!(self.out, "| {} | {} |", severity.as_str(), summary.findings.of(severity))?;
        }
        let input = summary.input;
        writeln!(
            self.out,
            "\n{} records judged by {} rules, from {} files. {} passed, {} could not be judged, {} could not be read.",
            input.records, summary.rules, input.files, summary.passed, summary.unknown, summary.broken
        )?;
        let unknown = summary.unknown_because.iter().map(|r| format!("{} × {}", r.count, text(&r.reason)));
        let not_run =
            summary.not_run.iter().map(|r| format!("{} was not run: {}", code(&r.rule), text(&r.reason)));
        let broken = summary.broken_at.iter().map(|b| {
            let place = b.offset.map_or(String::new(), |o| format!(" at byte {o}"));
            format!("{}{place}: {}", code(&b.file), text(&b.reason))
        });
        let notes: Vec<String> = unknown.chain(not_run).chain(broken).collect();
        if !notes.is_empty() {
            writeln!(self.out)?;
        }
        for note in notes {
            writeln!(self.out, "- {note}")?;
        }
        if summary.interrupted {
            writeln!(self.out, "\nThe run was interrupted.")?;
        }
        self.out.flush()
    }
}

fn evidence_text(evidence: &Evidence) -> String {
    let field = code(&evidence.field);
    match (&evidence.value, &evidence.unknown) {
        (_, Some(why)) => format!("{field} is not known: {}", text(why)),
        (Some(value), None) => format!("{field} is {}", code(&value.to_string())),
        (None, None) => format!("{field} is absent"),
    }
}
