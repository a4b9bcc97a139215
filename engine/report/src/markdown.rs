//! For people, in a pull request, a ticket or a chat: a section a finding, a summary at the end.

use std::io::{self, Write};

use eyas_engine::finding::{EventInfo, Evidence, Finding, Location, Outcome};
use eyas_lang::checked::Severity;

use crate::escape::{markdown as text, markdown_code as code};
use crate::fact;
use crate::snippet::Snippet;
use crate::source::Sources;
use crate::summary::records;
use crate::{Run, Sink, Standing, Summary};

/// Columns of a source line that are shown.
const SOURCE_WIDTH: usize = 110;

pub(crate) struct Markdown<W> {
    out: W,
    sources: Sources,
    /// What is judged: one, and many of them.
    records: [&'static str; 2],
}

impl<W: Write> Markdown<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, sources: Sources::default(), records: records("") }
    }

    fn item(&mut self, label: &str, value: &str) -> io::Result<()> {
        writeln!(self.out, "- **{label}**: {value}")
    }

    fn place(&mut self, finding: &Finding, location: &Location) -> io::Result<()> {
        let path = location.path.as_ref().map_or(String::new(), |path| format!(", {}", code(path)));
        self.item("where", &format!("{}{path}", code(&fact::spot(location))))?;
        match Snippet::of_finding(finding, &self.sources, SOURCE_WIDTH) {
            Some(snippet) => {
                self.item(&format!("line {}", snippet.line), &code(snippet.parts.concat().trim()))
            }
            None => Ok(()),
        }
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
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.sources = run.sources.clone();
        self.records = records(&run.command);
        writeln!(self.out, "# eyas findings\n")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let state = match (Standing::of(finding), finding.outcome) {
            (Standing::Ignored, _) => " (ignored)",
            (Standing::Unchanged, _) => " (unchanged)",
            (Standing::Open, Outcome::Unknown) => " (not known)",
            (Standing::Open, _) => "",
        };
        writeln!(self.out, "## {}{state}: {}\n", finding.severity.as_str(), text(&finding.rule.title))?;
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
            self.place(finding, location)?;
        }
        if let Some(when) = &finding.when {
            self.item("only if", &text(when))?;
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
        if !finding.text_edits.is_empty() {
            self.item("change", "`eyas lint --fix` can do this")?;
        }
        if let Some(ignored) = &finding.ignored {
            self.item("ignored", &text(&fact::ignored(ignored)))?;
        }
        if !finding.rule.maps.is_empty() {
            let maps: Vec<String> = finding.rule.maps.iter().map(|m| code(m)).collect();
            self.item("maps", &maps.join(", "))?;
        }
        writeln!(self.out)
    }

    fn takes(&self, standing: Standing) -> bool {
        standing == Standing::Open
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "## Summary\n\n| severity | findings |\n|---|---:|")?;
        for severity in Severity::ALL.into_iter().rev() {
            writeln!(self.out, "| {} | {} |", severity.as_str(), summary.findings.of(severity))?;
        }
        let counts = summary.findings;
        if counts.ignored > 0 {
            writeln!(self.out, "\n{} ignored.", counts.ignored)?;
        }
        if counts.new + counts.unchanged > 0 || summary.fixed.is_some() {
            let fixed = summary.fixed.map_or(String::new(), |n| format!(", {n} fixed"));
            writeln!(
                self.out,
                "\nSince the baseline: {} new, {} unchanged{fixed}.",
                counts.new, counts.unchanged
            )?;
        }
        let input = summary.input;
        writeln!(
            self.out,
            "\n{} {} judged by {} rules, from {} files. {} passed, {} could not be judged, {} could not be read.",
            input.records,
            self.records[1],
            summary.rules,
            input.files,
            summary.passed,
            summary.unknown,
            summary.broken
        )?;
        let unknown = summary.unknown_because.iter().map(|r| format!("{} × {}", r.count, text(&r.reason)));
        let not_run =
            summary.not_run.iter().map(|r| format!("{} was not run: {}", code(&r.rule), text(&r.reason)));
        let broken =
            summary.broken_at.iter().map(|b| format!("{}: {}", code(&fact::broken_at(b)), text(&b.reason)));
        let idle = summary.idle_ignores.iter().map(|i| text(&fact::idle(i)));
        let notes: Vec<String> = unknown.chain(not_run).chain(broken).chain(idle).collect();
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
