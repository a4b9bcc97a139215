//! Files through the judge into the report, in their order, several at a time.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use eyas_engine::eval::Session;
use eyas_engine::finding::{Finding, Outcome};
use eyas_report::{
    self as report, Broken, IdleIgnore, IdleWhy, Input, Reason, Report, Sources, Summary, Texts,
};
use eyas_template::document::decode;
use eyas_template::inputs::Inputs;
use eyas_template::judge::{Context, Judged, Refused, judge_text};
use eyas_template::nested::{Nearby, NothingNearby};
use eyas_template::suppress::{IdleReason, Peers};
use jiff::civil::Date;
use rayon::prelude::*;

use super::files::{self, Candidate, Found};
use crate::commands::hunt;
use crate::config::Settings;
use crate::exit::{Exit, Failure};
use crate::pack;
use crate::plan::Planned;
use crate::progress::Progress;
use crate::screen::Screen;

/// Files are judged in batches of this many, so that findings come while others are still read
/// and an interrupt is heard.
const BATCH: usize = 64;

/// What a run needs to know.
pub(super) struct Run<'r> {
    pub(super) planned: &'r Planned,
    pub(super) inputs: &'r Inputs,
    pub(super) peers: &'r Peers,
    pub(super) disabled: &'r (dyn Fn(&str) -> bool + Sync),
    /// Whether templates themselves are checked, too.
    pub(super) schema: bool,
    pub(super) today: Date,
    pub(super) settings: &'r Settings,
    pub(super) screen: &'r Screen,
}

/// What became of a file.
enum Read {
    /// It was judged.
    Judged(Judged),
    /// It is something else.
    NoTemplate(String),
    /// It could not be read.
    Broken(Broken),
}

impl Run<'_> {
    /// Judges the files and reports.
    pub(super) fn judge(&self, found: Found, mut report: Report) -> Result<Exit, Failure> {
        let interrupt = hunt::on_interrupt(self.screen);
        let progress = Progress::new(self.screen.watched && !self.screen.quiet);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.settings.threads.value)
            .build()
            .map_err(|error| Failure::usage(format!("cannot start threads: {error}")))?;
        let texts = Arc::new(Texts::default());
        let mut run = report::Run { sources: Sources::new(texts.clone()), ..self.planned.run() };
        if self.schema {
            run.rules.extend(pack::template_checks().filter(|rule| !(self.disabled)(&rule.id)));
        }
        report.begin(&run)?;
        let mut summary = self.planned.empty_summary();
        let mut totals = Totals::default();
        for (path, why) in found.problems {
            totals.broken(Broken { file: path.display().to_string(), reason: why, ..Broken::default() });
        }
        let plan = &self.planned.plan;
        for batch in found.files.chunks(BATCH) {
            if interrupt.load(Ordering::Relaxed) {
                summary.interrupted = true;
                break;
            }
            let read: Vec<(u64, Read)> = pool.install(|| {
                batch
                    .par_iter()
                    .map_init(|| Session::new(plan), |session, file| self.read(file, session, &texts))
                    .collect()
            });
            for (file, (bytes, outcome)) in batch.iter().zip(read) {
                totals.input.bytes += bytes;
                for finding in totals.add(file, outcome) {
                    progress.suspend(|| report.finding(&finding))?;
                }
                texts.remove(&name(file));
            }
            progress.tell(totals.input.bytes, || {
                format!("{} templates, {}", totals.input.files, report.counts())
            });
        }
        progress.clear();
        totals.into_summary(&mut summary);
        let summary = report.end(summary)?;
        hunt::tell(&run, &summary, self.settings, self.screen)?;
        if hunt::nothing_found(&summary) {
            self.screen.error("there is no template to judge", None);
        }
        Ok(hunt::exit_code(&summary, self.settings))
    }

    /// Judges one text and reports.
    pub(super) fn judge_text(&self, name: &str, text: &str, mut report: Report) -> Result<(), Failure> {
        let texts = Arc::new(Texts::default());
        texts.insert(name, text.into());
        report.begin(&report::Run { sources: Sources::new(texts), ..self.planned.run() })?;
        let file = Candidate { path: name.into(), named: true };
        let mut session = Session::new(&self.planned.plan);
        let read = match judge_text(name, text, &self.context(&NothingNearby), &mut session) {
            Ok(judged) => Read::Judged(judged),
            Err(Refused::NoTemplate(why)) => Read::NoTemplate(why.to_string()),
            Err(Refused::Unreadable(problem, ..)) => Read::NoTemplate(problem.message),
        };
        let mut totals = Totals::default();
        totals.input.bytes = text.len() as u64;
        for finding in totals.add(&file, read) {
            report.finding(&finding)?;
        }
        let mut summary = self.planned.empty_summary();
        totals.into_summary(&mut summary);
        report.end(summary)?;
        Ok(())
    }

    /// What judging needs to know.
    pub(super) fn context<'c>(&'c self, nearby: &'c dyn Nearby) -> Context<'c> {
        Context {
            inputs: self.inputs,
            nearby,
            schema: self.schema,
            disabled: self.disabled,
            peers: self.peers,
            today: self.today,
        }
    }

    fn read(&self, file: &Candidate, session: &mut Session<'_>, texts: &Texts) -> (u64, Read) {
        let name = name(file);
        let broken =
            |reason: String| Read::Broken(Broken { file: name.clone(), reason, ..Broken::default() });
        let bytes = match files::read(&file.path) {
            Ok(bytes) => bytes,
            Err(error) => return (0, broken(crate::exit::plain(&error))),
        };
        let size = bytes.len() as u64;
        if !file.named && !files::may_be_template(&bytes) {
            return (size, Read::NoTemplate("it has no `Resources`".to_owned()));
        }
        let text = match decode(bytes) {
            Ok(text) => text,
            // Something binary that holds the word by chance.
            Err(problem) if !file.named => return (size, Read::NoTemplate(problem.message)),
            Err(problem) => return (size, broken(problem.message)),
        };
        let nearby = files::Folder::of(&file.path);
        let read = match judge_text(&name, &text, &self.context(&nearby), session) {
            Ok(judged) => Read::Judged(judged),
            Err(Refused::NoTemplate(why)) => Read::NoTemplate(why.to_string()),
            Err(Refused::Unreadable(problem, line, column)) => {
                let help = problem.help.map_or(String::new(), |help| format!("; {help}"));
                let reason = format!("{}{help}", problem.message);
                let (line, column) = (Some(u64::from(line)), Some(u64::from(column)));
                Read::Broken(Broken { file: name.clone(), line, column, reason, offset: None })
            }
        };
        if matches!(&read, Read::Judged(judged) if !judged.findings.is_empty()) {
            texts.insert(&name, text.into());
        }
        (size, read)
    }
}

/// The name of a file in findings.
pub(super) fn name(file: &Candidate) -> String {
    let name = file.path.display().to_string();
    // As people and tools write it: without the folder they are in.
    name.strip_prefix("./").map_or(name.clone(), str::to_owned)
}

/// What was read and how it went.
#[derive(Default)]
struct Totals {
    input: Input,
    passed: u64,
    unknown: Vec<Reason>,
    unknown_findings: u64,
    broken: u64,
    broken_at: Vec<Broken>,
    no_templates: u64,
    idle: Vec<IdleIgnore>,
    /// Fingerprints of what was found.
    seen: HashSet<String>,
}

/// As many files that could not be read are named in the summary.
const MOST_NAMED: usize = 100;

impl Totals {
    /// Counts what became of a file; its findings.
    fn add(&mut self, file: &Candidate, outcome: Read) -> Vec<Finding> {
        match outcome {
            Read::Judged(mut judged) => {
                self.input.files += 1;
                self.input.records += judged.resources;
                self.passed += judged.passed;
                judged
                    .findings
                    .iter()
                    .filter(|f| f.outcome == Outcome::Unknown && f.ignored.is_none())
                    .for_each(|f| self.unknown(f));
                for limit in &judged.limits {
                    let at = format!("{}:{}:{}", name(file), limit.line, limit.column);
                    self.unknown_findings += 1;
                    self.unknown.push(Reason { reason: format!("{at}: {}", limit.message), count: 1 });
                }
                self.idle.extend(judged.idle.into_iter().map(|idle| IdleIgnore {
                    place: format!("{}:{}:{}", name(file), idle.line, idle.column),
                    what: idle.what,
                    why: match idle.why {
                        IdleReason::Unused => IdleWhy::Unused,
                        IdleReason::Expired(day) => IdleWhy::Expired(day.to_string()),
                        IdleReason::NoReason => IdleWhy::NoReason,
                    },
                }));
                // A nested stack's template is met once with what its parent passes, and once by
                // itself.
                judged.findings.retain(|finding| self.seen.insert(finding.fingerprint.clone()));
                return judged.findings;
            }
            Read::NoTemplate(why) if file.named => {
                self.broken(Broken {
                    file: name(file),
                    reason: format!("this is no CloudFormation template: {why}"),
                    ..Broken::default()
                });
            }
            Read::NoTemplate(_) => self.no_templates += 1,
            Read::Broken(broken) => {
                self.input.files += 1;
                self.broken(broken);
            }
        }
        Vec::new()
    }

    fn broken(&mut self, broken: Broken) {
        self.broken += 1;
        if self.broken_at.len() < MOST_NAMED {
            self.broken_at.push(broken);
        }
    }

    fn unknown(&mut self, finding: &Finding) {
        self.unknown_findings += 1;
        let mut reasons: Vec<&str> = finding.evidence.iter().filter_map(|e| e.unknown.as_deref()).collect();
        reasons.dedup();
        for reason in reasons {
            match self.unknown.iter_mut().find(|known| known.reason == reason) {
                Some(known) => known.count += 1,
                None => self.unknown.push(Reason { reason: reason.to_owned(), count: 1 }),
            }
        }
    }

    fn into_summary(mut self, summary: &mut Summary) {
        self.unknown.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
        summary.input = self.input;
        summary.passed = self.passed;
        summary.unknown = self.unknown_findings;
        summary.unknown_because = self.unknown;
        summary.broken = self.broken;
        summary.broken_at = self.broken_at;
        summary.idle_ignores.extend(self.idle);
        if self.no_templates > 0 {
            let reason = "files that are no templates".to_owned();
            summary.skipped.push(Reason { reason, count: self.no_templates });
        }
    }
}
