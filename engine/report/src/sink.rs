//! Where findings go: one [`Sink`] an output, fed one finding at a time.

use std::io::{self, Write};

use eyas_engine::finding::{Finding, Outcome};
use eyas_lang::checked::{Rule, Severity};

use crate::baseline::Baseline;
use crate::ignore::Ignores;
use crate::redact::redacted;
use crate::source::Sources;
use crate::{Counts, Format, Standing, Summary};

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
    /// What makes the findings, as users call it: `lint`, `hunt`.
    pub command: String,
    /// When it started, as people write it.
    pub time: Option<String>,
    /// The text that the findings point into, for the formats that show it.
    pub sources: Sources,
}

/// One output. The calls come in this order: `begin`, `finding` any number of times, `end`.
pub trait Sink: Send {
    /// Before the first finding.
    fn begin(&mut self, run: &Run) -> io::Result<()>;

    /// One finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;

    /// After the last; everything is flushed when this returns.
    fn end(&mut self, summary: &Summary) -> io::Result<()>;

    /// Whether it is handed findings of this standing without being asked to. Those that are
    /// ignored are for the formats in which a tool expects them, those that are unchanged for
    /// all but the ones that somebody reads to see what is to be done.
    fn takes(&self, standing: Standing) -> bool {
        standing != Standing::Ignored
    }
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
    /// Findings of severity info are counted and not shown.
    pub fold_info: bool,
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
        Format::Html => Box::new(crate::html::Html::new(out)),
        Format::Junit => Box::new(crate::junit::Junit::new(out)),
        Format::Github => Box::new(crate::github::Github::new(out)),
        Format::Gitlab => Box::new(crate::gitlab::Gitlab::new(out)),
    }
}

/// All outputs of a run, what is kept quiet in them, and the count of what went into them.
#[derive(Default)]
pub struct Report {
    sinks: Vec<Box<dyn Sink>>,
    show_all: bool,
    reveal: bool,
    ignores: Ignores,
    baseline: Option<Baseline>,
    rules: Vec<String>,
    counts: Counts,
    /// Findings of what is not known that were marked here as ignored or unchanged.
    quieted_unknown: u64,
}

impl Report {
    /// A report into these outputs.
    pub fn new(sinks: Vec<Box<dyn Sink>>) -> Self {
        Self { sinks, ..Self::default() }
    }

    /// Findings that these cover are marked as ignored.
    #[must_use]
    pub fn with_ignores(mut self, ignores: Ignores) -> Self {
        self.ignores = ignores;
        self
    }

    /// Findings are compared with these.
    #[must_use]
    pub fn with_baseline(mut self, baseline: Baseline) -> Self {
        self.baseline = Some(baseline);
        self
    }

    /// Every output gets the findings that are ignored or unchanged too.
    #[must_use]
    pub fn show_all(mut self, show_all: bool) -> Self {
        self.show_all = show_all;
        self
    }

    /// Secrets are written out; else only their first characters are.
    #[must_use]
    pub fn reveal(mut self, reveal: bool) -> Self {
        self.reveal = reveal;
        self
    }

    /// Before the first finding.
    pub fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.rules = run.rules.iter().map(|r| r.id.clone()).collect();
        self.sinks.iter_mut().try_for_each(|sink| sink.begin(run))
    }

    /// One finding. It may have been marked as ignored already; it is marked here if an entry
    /// of the configuration covers it, and compared with the baseline.
    pub fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let redacted = if self.reveal { None } else { redacted(finding) };
        let finding = redacted.as_ref().unwrap_or(finding);
        let before = Standing::of(finding);
        let marked = self.marked(finding);
        let finding = marked.as_ref().unwrap_or(finding);
        self.counts.add(finding);
        let standing = Standing::of(finding);
        if finding.outcome == Outcome::Unknown && before == Standing::Open && standing != before {
            self.quieted_unknown += 1;
        }
        for sink in &mut self.sinks {
            if self.show_all || sink.takes(standing) {
                sink.finding(finding)?;
            }
        }
        Ok(())
    }

    fn marked(&mut self, finding: &Finding) -> Option<Finding> {
        let ignored = match &finding.ignored {
            Some(_) => None,
            None => self.ignores.judge(finding),
        };
        let quiet = finding.ignored.is_some() || ignored.is_some();
        // One that is ignored is met too: it is not gone.
        let state = self.baseline.as_mut().map(|b| b.meet(finding)).filter(|_| !quiet);
        if ignored.is_none() && state.is_none() {
            return None;
        }
        let mut finding = finding.clone();
        finding.ignored = ignored.or(finding.ignored);
        finding.baseline = if quiet { None } else { state.or(finding.baseline) };
        Some(finding)
    }

    /// After the last finding. Every output is ended, even after one of them failed; the
    /// first failure is returned. What this counted is filled into the summary: its
    /// [`Summary::findings`], [`Summary::fixed`] and the idle entries of the configuration.
    /// Judgements that could not be made and need not be are no longer in [`Summary::unknown`].
    pub fn end(&mut self, mut summary: Summary) -> io::Result<Summary> {
        summary.findings = self.counts;
        summary.unknown = summary.unknown.saturating_sub(self.quieted_unknown);
        // A run that was stopped has not seen everything that is still there.
        if let Some(baseline) = self.baseline.as_ref().filter(|_| !summary.interrupted) {
            summary.fixed = Some(baseline.fixed());
        }
        let idle = self.ignores.idle(|covers| self.rules.iter().any(|id| covers(id)));
        summary.idle_ignores.extend(idle);
        let mut result = Ok(());
        for sink in &mut self.sinks {
            result = result.and(sink.end(&summary));
        }
        result.map(|()| summary)
    }

    /// Counts findings as ignored that were not saved for that reason.
    pub fn also_ignored(&mut self, count: u64) {
        self.counts.ignored += count;
    }

    /// Findings so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}
