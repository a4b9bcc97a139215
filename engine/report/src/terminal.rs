//! For people, in a terminal: a headline, where (with the line of the source that it is about),
//! who, what, when, the evidence and the fix; at the end what was found, what passed, what could
//! not be judged and what could not be read.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use eyas_engine::finding::{EventInfo, Evidence, Finding, Location, Outcome};
use eyas_lang::checked::Severity;

use crate::escape::terminal as safe;
use crate::fact;
use crate::snippet::Snippet;
use crate::source::Sources;
use crate::summary::{Input, Reason, Standing, grouped, plural, records};
use crate::wrap;
use crate::{Run, Sink, Style, Summary};

/// Where the texts behind the labels start.
const INDENT: usize = 12;
/// Longest value shown in the evidence.
const VALUE_LIMIT: usize = 240;
/// How many broken places, reasons and rules the summary lists.
const LIST_LIMIT: usize = 10;

/// Columns of a source line that are shown where the width is not known.
const SOURCE_WIDTH: usize = 120;

pub(crate) struct Terminal<W> {
    out: W,
    style: Style,
    sources: Sources,
    /// What is judged: one, and many of them.
    records: [&'static str; 2],
    /// Findings that were counted only.
    folded: u64,
}

impl<W: Write> Terminal<W> {
    pub(crate) fn new(out: W, style: Style) -> Self {
        Self { out, style, sources: Sources::default(), records: records(""), folded: 0 }
    }

    fn paint(&self, ansi: Ansi, text: &str) -> String {
        if self.style.color { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }

    fn bold(&self, text: &str) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    fn dim(&self, text: &str) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }

    /// `label` and a text that wraps beside it.
    fn entry(&mut self, label: &str, text: &str) -> io::Result<()> {
        let width = self.style.width.map(|w| w.saturating_sub(INDENT).max(20));
        for (i, line) in wrap::lines(text, width).iter().enumerate() {
            let label =
                self.dim(&format!("  {:<width$}", if i == 0 { label } else { "" }, width = INDENT - 2));
            writeln!(self.out, "{label}{line}")?;
        }
        Ok(())
    }

    fn headline(&mut self, finding: &Finding) -> io::Result<()> {
        let rule = self.bold(&safe(&finding.rule.id));
        let subject = safe(&fact::subject(finding)).into_owned();
        let separator = if subject.is_empty() { "" } else { "  " };
        writeln!(self.out, "{} {rule}{separator}{subject}", self.level(finding))
    }

    /// The severity, and what is special about the finding.
    fn level(&self, finding: &Finding) -> String {
        let level = finding.severity.as_str();
        match (Standing::of(finding), finding.outcome) {
            (Standing::Ignored, _) => self.dim(&format!("ignored ({level})")),
            (Standing::Unchanged, _) => self.dim(&format!("unchanged ({level})")),
            (Standing::Open, Outcome::Unknown) => {
                self.paint(AnsiColor::Magenta.on_default().bold(), &format!("unknown ({level})"))
            }
            (Standing::Open, _) => self.paint(severity_style(finding.severity), level),
        }
    }

    /// A finding in a text, in one line that editors and `grep` understand.
    fn one_line(&mut self, place: &str, finding: &Finding) -> io::Result<()> {
        let (level, rule) = (self.level(finding), self.dim(&format!("[{}]", safe(&finding.rule.id))));
        let id = finding.subject.id.as_deref().map_or(String::new(), |id| format!("{}: ", safe(id)));
        writeln!(self.out, "{place}: {level}: {id}{} {rule}", safe(&finding.message))
    }

    /// The line of the source, its marked part underlined.
    fn snippet(&mut self, finding: &Finding) -> io::Result<()> {
        let width = self.style.width.unwrap_or(SOURCE_WIDTH).saturating_sub(INDENT).max(20);
        let Some(snippet) = Snippet::of_finding(finding, &self.sources, width) else { return Ok(()) };
        let number = snippet.line.to_string();
        let gutter = " ".repeat(number.len());
        let (before, marked) = snippet.columns();
        let mark = match finding.outcome {
            Outcome::Unknown => AnsiColor::Magenta.on_default().bold(),
            _ => severity_style(finding.severity),
        };
        let mark = self.paint(mark, &"^".repeat(marked));
        let more = snippet.end_line.map_or(String::new(), |end| self.dim(&format!(" to line {end}")));
        let bar = self.dim("|");
        writeln!(self.out, "    {gutter} {bar}")?;
        writeln!(self.out, "    {} {bar} {}", self.dim(&number), snippet.parts.concat().trim_end())?;
        writeln!(self.out, "    {gutter} {bar} {}{mark}{more}", " ".repeat(before))
    }

    fn fix(&mut self, finding: &Finding) -> io::Result<()> {
        if let Some(fix) = &finding.fix {
            self.entry("fix", &safe(fix))?;
        }
        if !finding.text_edits.is_empty() {
            let label = if finding.fix.is_some() { "" } else { "fix" };
            self.entry(label, "`--fix` can do this")?;
        }
        Ok(())
    }

    fn event(&mut self, event: &EventInfo) -> io::Result<()> {
        if let Some(who) = who(event) {
            self.entry("who", &who)?;
        }
        if let Some(what) = what(event) {
            self.entry("what", &what)?;
        }
        if let Some(when) = &event.time {
            self.entry("when", &safe(when))?;
        }
        let from: Vec<_> =
            [&event.source_ip, &event.user_agent].into_iter().flatten().map(|t| safe(t)).collect();
        if !from.is_empty() {
            self.entry("from", &from.join(", "))?;
        }
        Ok(())
    }

    fn evidence(&mut self, finding: &Finding) -> io::Result<()> {
        // Several comparisons of one value are one fact.
        let mut told: Vec<String> = Vec::new();
        let location = finding.location.as_ref();
        for text in finding.evidence.iter().map(|e| evidence_text(e, location)) {
            if !told.contains(&text) {
                self.entry(if told.is_empty() { "evidence" } else { "" }, &text)?;
                told.push(text);
            }
        }
        Ok(())
    }

    fn totals(&mut self, summary: &Summary) -> io::Result<()> {
        let total = summary.findings.violations();
        let levels: Vec<String> = Severity::ALL
            .into_iter()
            .rev()
            .filter(|s| summary.findings.of(*s) > 0)
            .map(|s| {
                self.paint(severity_style(s), &format!("{} {}", grouped(summary.findings.of(s)), s.as_str()))
            })
            .collect();
        let head = self.bold(&format!("{} {}", grouped(total), plural(total, "finding", "findings")));
        let separator = if levels.is_empty() { "" } else { ": " };
        writeln!(self.out, "{head}{separator}{}", levels.join(", "))?;
        let Input { files, bytes, records, outside_time } = summary.input;
        // Saved findings do not say what was judged for them.
        if files > 0 || records > 0 || summary.rules > 0 {
            let [one, many] = self.records;
            writeln!(
                self.out,
                "{} {} judged by {} {}, from {} {} ({})",
                grouped(records),
                plural(records, one, many),
                grouped(summary.rules),
                plural(summary.rules, "rule", "rules"),
                grouped(files),
                plural(files, "file", "files"),
                size(bytes),
            )?;
        }
        if outside_time > 0 {
            let records = plural(outside_time, "record lies", "records lie");
            writeln!(self.out, "{} {records} outside the time asked for", grouped(outside_time))?;
        }
        if summary.passed > 0 {
            writeln!(self.out, "{} passed", grouped(summary.passed))?;
        }
        Ok(())
    }

    /// What is there and not counted, and what was there.
    fn quieted(&mut self, summary: &Summary) -> io::Result<()> {
        let counts = summary.findings;
        if counts.new + counts.unchanged > 0 || summary.fixed.is_some() {
            let mut parts = vec![format!("{} new", grouped(counts.new))];
            parts.push(format!("{} unchanged", grouped(counts.unchanged)));
            parts.extend(summary.fixed.map(|n| format!("{} fixed", grouped(n))));
            writeln!(self.out, "since the baseline: {}", parts.join(", "))?;
        }
        if counts.ignored > 0 {
            writeln!(self.out, "{} ignored (`--show-ignored` lists them)", grouped(counts.ignored))?;
        }
        if !summary.idle_ignores.is_empty() {
            let n = summary.idle_ignores.len() as u64;
            let text = format!("{} {} nothing", grouped(n), plural(n, "ignore does", "ignores do"));
            writeln!(self.out, "{}", self.paint(AnsiColor::Yellow.on_default(), &text))?;
            self.list(
                summary.idle_ignores.iter().map(|i| safe(&fact::idle(i)).into_owned()),
                summary.idle_ignores.len(),
            )?;
        }
        Ok(())
    }

    fn not_judged(&mut self, summary: &Summary) -> io::Result<()> {
        if summary.unknown > 0 {
            let judgements = plural(summary.unknown, "judgement", "judgements");
            let text = format!("{} {judgements} could not be made", grouped(summary.unknown));
            writeln!(self.out, "{}", self.paint(AnsiColor::Magenta.on_default(), &text))?;
            let lines = summary.unknown_because.iter();
            self.list(
                lines.map(|r| format!("{} × {}", grouped(r.count), safe(&r.reason))),
                summary.unknown_because.len(),
            )?;
        }
        if !summary.not_run.is_empty() {
            let n = summary.not_run.len() as u64;
            let text = format!("{} {} not run", grouped(n), plural(n, "rule was", "rules were"));
            writeln!(self.out, "{}", self.paint(AnsiColor::Yellow.on_default(), &text))?;
            let lines = summary.not_run.iter();
            self.list(
                lines.map(|r| format!("{}: {}", safe(&r.rule), safe(&r.reason))),
                summary.not_run.len(),
            )?;
        }
        Ok(())
    }

    fn not_read(&mut self, summary: &Summary) -> io::Result<()> {
        if summary.broken > 0 {
            let n = summary.broken;
            let text = format!(
                "{} {} could not be read",
                grouped(n),
                plural(n, "part of the input", "parts of the input")
            );
            writeln!(self.out, "{}", self.paint(AnsiColor::Yellow.on_default(), &text))?;
            self.list(
                summary
                    .broken_at
                    .iter()
                    .map(|b| safe(&format!("{}: {}", fact::broken_at(b), b.reason)).into_owned()),
                n as usize,
            )?;
        }
        for Reason { reason, count } in &summary.skipped {
            writeln!(self.out, "left out on purpose: {} ({})", safe(reason), grouped(*count))?;
        }
        Ok(())
    }

    fn list(&mut self, lines: impl Iterator<Item = String>, total: usize) -> io::Result<()> {
        let mut shown = 0;
        for line in lines.take(LIST_LIMIT) {
            writeln!(self.out, "  {line}")?;
            shown += 1;
        }
        if total > shown {
            writeln!(self.out, "  … and {} more", grouped((total - shown) as u64))?;
        }
        Ok(())
    }
}

impl<W: Write + Send> Sink for Terminal<W> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.sources = run.sources.clone();
        self.records = records(&run.command);
        Ok(())
    }

    fn takes(&self, standing: Standing) -> bool {
        standing == Standing::Open
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if self.style.fold_info && finding.severity == Severity::Info {
            self.folded += 1;
            return Ok(());
        }
        let in_text = finding.location.as_ref().filter(|l| l.line.is_some() && finding.event.is_none());
        if let (true, Some(location)) = (self.style.brief, in_text) {
            return self.one_line(&safe(&fact::spot(location)), finding);
        }
        self.headline(finding)?;
        let width = self.style.width.map(|w| w.saturating_sub(2).max(20));
        for line in wrap::lines(&safe(&finding.message), width) {
            writeln!(self.out, "  {line}")?;
        }
        if self.style.brief {
            return Ok(());
        }
        let place =
            in_text.map_or_else(|| place(finding), |location| Some(safe(&fact::spot(location)).into_owned()));
        if let Some(at) = place {
            self.entry("where", &at)?;
        }
        self.snippet(finding)?;
        if let Some(when) = &finding.when {
            self.entry("only if", &safe(when))?;
        }
        if let Some(event) = &finding.event {
            self.event(event)?;
        }
        self.evidence(finding)?;
        self.fix(finding)?;
        if let Some(ignored) = &finding.ignored {
            self.entry("ignored", &safe(&fact::ignored(ignored)))?;
        }
        writeln!(self.out)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.totals(summary)?;
        if self.folded > 0 {
            let folded = grouped(self.folded);
            writeln!(self.out, "{folded} of severity info not shown (`-v` shows them)")?;
        }
        self.quieted(summary)?;
        self.not_judged(summary)?;
        self.not_read(summary)?;
        if summary.interrupted {
            let text = "interrupted: what was not read by then is not judged";
            writeln!(self.out, "{}", self.paint(AnsiColor::Yellow.on_default(), text))?;
        }
        self.out.flush()
    }
}

fn severity_style(severity: Severity) -> Ansi {
    match severity {
        Severity::Critical => AnsiColor::White.on(AnsiColor::Red).bold(),
        Severity::High => AnsiColor::Red.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => AnsiColor::Blue.on_default(),
    }
}

fn place(finding: &Finding) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(finding.location.as_ref().map(|l| safe(&fact::spot(l)).into_owned()));
    if let Some(account) = &finding.subject.account {
        parts.push(format!("account {}", safe(account)));
    }
    if let Some(region) = &finding.subject.region {
        parts.push(safe(region).into_owned());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn who(event: &EventInfo) -> Option<String> {
    let mut parts = Vec::new();
    match (&event.user, &event.principal) {
        (Some(user), Some(arn)) if user != arn => parts.push(format!("{} ({})", safe(user), safe(arn))),
        (Some(name), _) | (None, Some(name)) => parts.push(safe(name).into_owned()),
        (None, None) => {}
    }
    if let Some(key) = &event.access_key {
        parts.push(format!("key {}", safe(key)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn what(event: &EventInfo) -> Option<String> {
    let mut text = safe(event.name.as_deref()?).into_owned();
    if let Some(source) = &event.source {
        text.push_str(&format!(" on {}", safe(source)));
    }
    if let Some(error) = &event.error {
        text.push_str(&format!(", failed with {}", safe(error)));
    }
    Some(text)
}

fn evidence_text(evidence: &Evidence, location: Option<&Location>) -> String {
    let field = safe(&evidence.field);
    // Where the finding itself is has been told.
    let there = location.and_then(|l| l.line.zip(l.column));
    let place = evidence.place.map(|p| (u64::from(p.line), u64::from(p.column)));
    let place = place.filter(|p| Some(*p) != there).map_or(String::new(), |(l, c)| format!(" at {l}:{c}"));
    match (&evidence.value, &evidence.unknown) {
        (_, Some(why)) => format!("{field} is not known: {}{place}", safe(why)),
        (Some(value), None) => {
            let value = value.to_string();
            format!("{field} is {}{place}", safe(&wrap::clip(&value, VALUE_LIMIT)))
        }
        (None, None) => format!("{field} is absent"),
    }
}

fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}
