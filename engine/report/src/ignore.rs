//! What a project decided not to act on: the `[[ignore]]` entries of its configuration.
//!
//! Nothing is dropped: a finding is marked with the reason, and what every entry did is told at
//! the end of the run, so that a stale or mistyped entry does not hide for long.

use eyas_engine::finding::{Finding, Ignored};
use jiff::civil::Date;

use crate::glob;
use crate::summary::{IdleIgnore, IdleWhy};

/// One `[[ignore]]`. A finding must match everything that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreEntry {
    /// Where it is written: `eyas.toml:12`.
    pub place: String,
    /// Rule ids: a pattern.
    pub rule: Option<String>,
    /// Ids of subjects (resource id, ARN, logical id): a pattern.
    pub resource: Option<String>,
    /// Account numbers: a pattern.
    pub account: Option<String>,
    /// Files: a path pattern.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

impl IgnoreEntry {
    /// Whether it is about the rule of this id, or about rules in general.
    pub fn covers_rule(&self, id: &str) -> bool {
        self.rule.as_deref().is_none_or(|pattern| glob::matches(pattern, id))
    }

    fn covers(&self, finding: &Finding, folders: Option<&Folders>) -> bool {
        let text = |pattern: &Option<String>, value: Option<&str>| match pattern {
            None => true,
            Some(pattern) => value.is_some_and(|v| glob::matches(pattern, v)),
        };
        self.covers_rule(&finding.rule.id)
            && text(&self.resource, finding.subject.id.as_deref())
            && text(&self.account, finding.subject.account.as_deref())
            && self.covers_path(finding, folders)
    }

    fn covers_path(&self, finding: &Finding, folders: Option<&Folders>) -> bool {
        let Some(pattern) = &self.path else { return true };
        let Some(location) = &finding.location else { return false };
        let file = if cfg!(windows) { location.file.replace('\\', "/") } else { location.file.clone() };
        glob::matches_path(pattern, &folders.map_or(file.clone(), |f| f.inner(&file)))
    }

    /// What it is about, in one line.
    fn describe(&self) -> String {
        let parts = [
            ("rule", &self.rule),
            ("resource", &self.resource),
            ("account", &self.account),
            ("path", &self.path),
        ];
        let parts: Vec<String> =
            parts.iter().filter_map(|(name, value)| Some(format!("{name} `{}`", value.as_ref()?))).collect();
        parts.join(", ")
    }
}

/// The entries of a project, and what became of them.
#[derive(Debug, Clone, Default)]
pub struct Ignores {
    entries: Vec<(IgnoreEntry, bool)>,
    today: Date,
    folders: Option<Folders>,
}

/// How the names of files become paths within the project.
#[derive(Debug, Clone)]
struct Folders {
    /// The folder of the configuration, absolute.
    project: String,
    /// The folder that relative names start from, absolute.
    here: String,
}

impl Folders {
    /// The path of `file` from the project's folder, where it is below that.
    fn inner(&self, file: &str) -> String {
        if file.contains("://") {
            return file.to_owned();
        }
        let whole = if file.starts_with('/') { file.to_owned() } else { format!("{}/{file}", self.here) };
        let whole = plain(&whole);
        let inner = whole.strip_prefix(&plain(&self.project)).and_then(|rest| rest.strip_prefix('/'));
        inner.unwrap_or(&whole).to_owned()
    }
}

/// An absolute path without `.`, `..` and empty steps.
fn plain(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.iter().map(|step| format!("/{step}")).collect()
}

impl Ignores {
    /// Entries as they hold on the day `today`.
    pub fn new(entries: Vec<IgnoreEntry>, today: Date) -> Self {
        Self { entries: entries.into_iter().map(|e| (e, false)).collect(), today, folders: None }
    }

    /// Files below the folder `project` are matched by their path from there; relative names
    /// of files start from the folder `here`. Both are absolute.
    #[must_use]
    pub fn from_folder(mut self, project: impl Into<String>, here: impl Into<String>) -> Self {
        self.folders = Some(Folders { project: project.into(), here: here.into() });
        self
    }

    /// Why this finding need not be counted, by the first entry that covers it. All entries
    /// that cover it count as used.
    pub fn judge(&mut self, finding: &Finding) -> Option<Ignored> {
        let mut found = None;
        for (entry, used) in &mut self.entries {
            if !holds(entry, self.today) || !entry.covers(finding, self.folders.as_ref()) {
                continue;
            }
            *used = true;
            found.get_or_insert_with(|| Ignored {
                by: "eyas.toml".to_owned(),
                reason: Some(entry.reason.clone()),
                until: entry.until.map(|day| day.to_string()),
            });
        }
        found
    }

    /// The entries that are over, and those that covered nothing although the run was theirs:
    /// `ran` says whether a rule that the entry's pattern covers judged anything.
    pub fn idle(&self, ran: impl Fn(&dyn Fn(&str) -> bool) -> bool) -> Vec<IdleIgnore> {
        let idle = self.entries.iter().filter_map(|(entry, used)| {
            let why = match entry.until {
                Some(day) if !holds(entry, self.today) => IdleWhy::Expired(day.to_string()),
                _ if *used => return None,
                _ => IdleWhy::Unused,
            };
            ran(&|id| entry.covers_rule(id)).then(|| IdleIgnore {
                place: entry.place.clone(),
                what: entry.describe(),
                why,
            })
        });
        idle.collect()
    }
}

fn holds(entry: &IgnoreEntry, today: Date) -> bool {
    entry.until.is_none_or(|day| today <= day)
}
