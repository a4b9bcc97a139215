//! What is told at the end of a run.

use std::fmt;

use eyas_engine::finding::{BaselineState, Finding, Outcome};
use eyas_lang::checked::Severity;
use serde::{Deserialize, Serialize};

/// How many findings there are of each severity. Unknown outcomes are counted apart: they are
/// neither violations nor passes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// To be acted on now.
    pub critical: u64,
    /// To be mended soon.
    pub high: u64,
    /// To be looked at.
    pub medium: u64,
    /// Little harm by itself.
    pub low: u64,
    /// Worth knowing.
    pub info: u64,
    /// Findings that say that a rule could not be judged.
    pub unknown: u64,
    /// Findings of any kind that somebody said need not be acted on; not counted above.
    pub ignored: u64,
    /// Findings of any kind that the baseline has too; not counted above.
    pub unchanged: u64,
    /// Of those counted above: how many the baseline does not have.
    pub new: u64,
}

/// How a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is to be acted on.
    Open,
    /// It was there when the baseline was made.
    Unchanged,
    /// Somebody said that it need not be acted on.
    Ignored,
}

impl Standing {
    /// The standing of `finding`.
    pub fn of(finding: &Finding) -> Self {
        match (&finding.ignored, finding.baseline) {
            (Some(_), _) => Self::Ignored,
            (None, Some(BaselineState::Unchanged)) => Self::Unchanged,
            (None, _) => Self::Open,
        }
    }
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, finding: &Finding) {
        match Standing::of(finding) {
            Standing::Ignored => {
                self.ignored += 1;
                return;
            }
            Standing::Unchanged => {
                self.unchanged += 1;
                return;
            }
            Standing::Open => {}
        }
        self.new += u64::from(finding.baseline == Some(BaselineState::New));
        if finding.outcome == Outcome::Unknown {
            self.unknown += 1;
        } else {
            *self.slot(finding.severity) += 1;
        }
    }

    fn slot(&mut self, severity: Severity) -> &mut u64 {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        }
    }

    /// Violations of this severity.
    pub fn of(mut self, severity: Severity) -> u64 {
        *self.slot(severity)
    }

    /// Violations at this severity or worse.
    pub fn at_least(self, severity: Severity) -> u64 {
        Severity::ALL.into_iter().filter(|s| *s >= severity).map(|s| self.of(s)).sum()
    }

    /// All violations.
    pub fn violations(self) -> u64 {
        self.at_least(Severity::Info)
    }
}

/// The counts as one clause: `3 findings (1 critical, 2 high)`.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.violations();
        write!(f, "{} {}", grouped(total), plural(total, "finding", "findings"))?;
        let levels: Vec<String> = Severity::ALL
            .into_iter()
            .rev()
            .filter(|s| self.of(*s) > 0)
            .map(|s| format!("{} {}", grouped(self.of(s)), s.as_str()))
            .collect();
        if levels.is_empty() { Ok(()) } else { write!(f, " ({})", levels.join(", ")) }
    }
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// Files opened.
    pub files: u64,
    /// Bytes read, as stored.
    pub bytes: u64,
    /// Records that were judged.
    pub records: u64,
    /// Records outside the time that was asked for.
    pub outside_time: u64,
}

/// Something that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Broken {
    /// The file.
    pub file: String,
    /// Where in the (decompressed) file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// What is wrong with it.
    pub reason: String,
}

/// A rule that was loaded but not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRun {
    /// Its id, or what names it where it has none.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// A request to ignore findings that ignores none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleIgnore {
    /// Where it is written: `eyas.toml:12`, `app.yaml:3`.
    pub place: String,
    /// What it is about, in one line.
    pub what: String,
    /// Why it does nothing.
    #[serde(flatten)]
    pub why: IdleWhy,
}

/// Why a request to ignore findings does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", content = "until", rename_all = "snake_case")]
pub enum IdleWhy {
    /// Nothing matches it.
    Unused,
    /// It held until this day.
    Expired(String),
    /// It gives no reason, so it does not count.
    NoReason,
}

/// Why something did not happen, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Why.
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// What is told at the end of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Findings.
    pub findings: Counts,
    /// What was read.
    pub input: Input,
    /// Rules that judged.
    pub rules: u64,
    /// Judgements that ended as a pass.
    pub passed: u64,
    /// Judgements that could not be made.
    pub unknown: u64,
    /// Why not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_because: Vec<Reason>,
    /// Rules that did not run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_run: Vec<NotRun>,
    /// How much could not be read.
    pub broken: u64,
    /// The first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub broken_at: Vec<Broken>,
    /// What was left out on purpose (digest files, folders of other days), and how many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Reason>,
    /// How many findings of the baseline are gone, if there was a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<u64>,
    /// What was to be ignored and was not there, or is ignored no longer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub idle_ignores: Vec<IdleIgnore>,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

impl Summary {
    /// Adds what another run told, apart from its findings.
    pub fn add(&mut self, other: Summary) {
        self.input.files += other.input.files;
        self.input.bytes += other.input.bytes;
        self.input.records += other.input.records;
        self.input.outside_time += other.input.outside_time;
        self.rules = self.rules.max(other.rules);
        self.passed += other.passed;
        self.unknown += other.unknown;
        add_reasons(&mut self.unknown_because, other.unknown_because);
        self.not_run.extend(other.not_run);
        self.broken += other.broken;
        self.broken_at.extend(other.broken_at);
        add_reasons(&mut self.skipped, other.skipped);
        self.fixed = self.fixed.into_iter().chain(other.fixed).reduce(|a, b| a + b);
        self.idle_ignores.extend(other.idle_ignores);
        self.interrupted |= other.interrupted;
    }
}

fn add_reasons(into: &mut Vec<Reason>, other: Vec<Reason>) {
    for reason in other {
        match into.iter_mut().find(|known| known.reason == reason.reason) {
            Some(known) => known.count += reason.count,
            None => into.push(reason),
        }
    }
}

/// What is judged by a command: one, and many of them.
pub(crate) fn records(command: &str) -> [&'static str; 2] {
    if command == "lint" { ["resource", "resources"] } else { ["record", "records"] }
}

/// The form of a noun that goes with `n`.
pub(crate) fn plural<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
