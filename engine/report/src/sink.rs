//! Where findings go: one [`Sink`] an output, fed one finding at a time.

use std::io::{self, Write};

use eyas_engine::finding::Finding;
use eyas_lang::checked::{Rule, Severity};

use crate::{Counts, Format, Summary};

/// One rule as reports describe it.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleMeta {
    /// `package.name`
    pub id: String,
    /// One line.
    pub title: String,
    /// What it is about, Markdown; may be empty.
    pub doc: String,
    /// Its severity; the highest where it depends on the record.
    pub severity: Severity,
    /// `framework/id`
    pub maps: Vec<String>,
    /// Free tags.
    pub tags: Vec<String>,
    /// Links.
    pub refs: Vec<String>,
}

impl RuleMeta {
    /// What a checked rule says of itself.
    pub fn of(rule: &Rule) -> Self {
        let cases = rule.severity.cases.iter().map(|(level, _)| *level);
        Self {
            id: rule.id.to_string(),
            title: rule.title.clone(),
            doc: rule.doc.clone(),
            severity: cases.chain([rule.severity.otherwise]).max().unwrap_or(rule.severity.otherwise),
            maps: rule.maps.iter().map(ToString::to_string).collect(),
            tags: rule.tags.iter().map(ToString::to_string).collect(),
            refs: rule.refs.clone(),
        }
    }

    /// What a finding tells about its rule, where the rule itself is not at hand.
    pub(crate) fn seen_in(finding: &Finding) -> Self {
        Self {
            id: finding.rule.id.clone(),
            title: finding.rule.title.clone(),
            doc: String::new(),
            severity: finding.severity,
            maps: finding.rule.maps.clone(),
            tags: finding.rule.tags.clone(),
            refs: finding.rule.refs.clone(),
        }
    }
}

/// What is known before the first finding.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The version of eyas.
    pub version: String,
    /// The rules that judge.
    pub rules: Vec<RuleMeta>,
}

/// One output. The calls come in this order: `begin`, `finding` any number of times, `end`.
pub trait Sink: Send {
    /// Before the first finding.
    fn begin(&mut self, run: &Run) -> io::Result<()>;

    /// One finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;

    /// After the last; everything is flushed when this returns.
    fn end(&mut self, summary: &Summary) -> io::Result<()>;
}

/// How the formats for people look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Colours and weights as ANSI sequences.
    pub color: bool,
    /// Columns to wrap at; `None` does not wrap.
    pub width: Option<usize>,
    /// One line a finding.
    pub brief: bool,
}

/// An output of this format into `out`. Only [`Format::Terminal`] looks at `style`.
pub fn open<W: Write + Send + 'static>(format: Format, out: W, style: Style) -> Box<dyn Sink> {
    match format {
        Format::Terminal => Box::new(crate::terminal::Terminal::new(out, style)),
        Format::Json => Box::new(crate::json::Json::new(out)),
        Format::Jsonl => Box::new(crate::jsonl::Jsonl::new(out)),
        Format::Sarif => Box::new(crate::sarif::Sarif::new(out)),
        Format::Csv => Box::new(crate::csv::Csv::new(out)),
        Format::Markdown => Box::new(crate::markdown::Markdown::new(out)),
    }
}

/// All outputs of a run, and the count of what went into them.
#[derive(Default)]
pub struct Report {
    sinks: Vec<Box<dyn Sink>>,
    counts: Counts,
}

impl Report {
    /// A report into these outputs.
    pub fn new(sinks: Vec<Box<dyn Sink>>) -> Self {
        Self { sinks, counts: Counts::default() }
    }

    /// Before the first finding.
    pub fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.sinks.iter_mut().try_for_each(|sink| sink.begin(run))
    }

    /// One finding.
    pub fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.counts.add(finding);
        self.sinks.iter_mut().try_for_each(|sink| sink.finding(finding))
    }

    /// After the last finding. Every output is ended, even after one of them failed; the
    /// first failure is returned. [`Summary::findings`] is filled in here.
    pub fn end(&mut self, mut summary: Summary) -> io::Result<Summary> {
        summary.findings = self.counts;
        let mut result = Ok(());
        for sink in &mut self.sinks {
            result = result.and(sink.end(&summary));
        }
        result.map(|()| summary)
    }

    /// Findings so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}
