//! Where bytes come from: files, folders, standard input.
//!
//! Folders are walked as they are read, in the order of names, so a bucket's copy of any size
//! costs no memory. In the layout that S3 has
//! (`AWSLogs/<account>/CloudTrail/<region>/<year>/<month>/<day>/`), folders of days that cannot
//! have an event of the time asked for are not opened.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use walkdir::{DirEntry, WalkDir};

/// Something to read events from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file, or a folder with all that is in it.
    Path(PathBuf),
    /// Bytes at hand, as a file of this name.
    Bytes {
        /// The name.
        name: Arc<str>,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
}

impl Source {
    /// `-` is standard input, anything else is a path.
    pub fn parse(text: impl AsRef<OsStr>) -> Self {
        let text = text.as_ref();
        if text == "-" { Self::Stdin } else { Self::Path(PathBuf::from(text)) }
    }
}

/// A span of time: from the first on, up to but without the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// The earliest time that is in it.
    pub from: Option<Timestamp>,
    /// The earliest time after it.
    pub to: Option<Timestamp>,
}

impl TimeRange {
    /// Whether it is not bounded at all.
    pub fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether a time is in it.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
    }

    /// Whether files that were delivered between these days (both included) can have events in
    /// it. Files come minutes after their first event, some hours or, after an outage, days.
    fn meets(&self, first: Date, last: Date) -> bool {
        let day = |time: Timestamp| TimeZone::UTC.to_datetime(time).date();
        let early = self.from.and_then(|from| day(from).checked_sub(1.day()).ok());
        let late = self.to.and_then(|to| day(to).checked_add(7.days()).ok());
        early.is_none_or(|early| last >= early) && late.is_none_or(|late| first <= late)
    }
}

/// What a source turned out to be.
#[derive(Debug)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// Bytes at hand, and their name.
    Bytes(Arc<str>, Arc<[u8]>),
    /// A digest file, by its path.
    Digest,
    /// A folder of days out of range.
    OutOfRange,
    /// A path that cannot be read.
    Problem {
        /// The path.
        path: PathBuf,
        /// Why, as a clause.
        why: String,
    },
}

/// The inputs of sources, one after another.
pub(crate) struct Inputs {
    sources: std::vec::IntoIter<Source>,
    folder: Option<walkdir::IntoIter>,
    range: TimeRange,
}

impl Inputs {
    pub(crate) fn new(sources: Vec<Source>, range: TimeRange) -> Self {
        Self { sources: sources.into_iter(), folder: None, range }
    }

    /// The next thing in the folder at hand.
    fn next_in_folder(&mut self) -> Option<Input> {
        let folder = self.folder.as_mut()?;
        loop {
            let entry = match folder.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(problem(&error)),
            };
            if entry.file_type().is_dir() {
                if days_of(entry.path()).is_some_and(|(first, last)| !self.range.meets(first, last)) {
                    folder.skip_current_dir();
                    return Some(Input::OutOfRange);
                }
            } else if is_digest(&entry) {
                return Some(Input::Digest);
            } else if entry.file_type().is_file() {
                return Some(Input::File(entry.into_path()));
            }
        }
    }
}

impl Iterator for Inputs {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        loop {
            if let Some(input) = self.next_in_folder() {
                return Some(input);
            }
            self.folder = None;
            match self.sources.next()? {
                Source::Stdin => return Some(Input::Stdin),
                Source::Path(path) if path.is_dir() => {
                    self.folder = Some(WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter());
                }
                Source::Path(path) => return Some(Input::File(path)),
                Source::Bytes { name, bytes } => return Some(Input::Bytes(name, bytes)),
            }
        }
    }
}

fn problem(error: &walkdir::Error) -> Input {
    let path = error.path().unwrap_or(Path::new("")).to_owned();
    let why = match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => format!("a link back to `{}`", ancestor.display()),
        (None, Some(io)) => io.to_string(),
        (None, None) => error.to_string(),
    };
    Input::Problem { path, why }
}

fn is_digest(entry: &DirEntry) -> bool {
    entry.file_type().is_file()
        && entry.path().components().any(|part| part == Component::Normal(OsStr::new("CloudTrail-Digest")))
}

/// The first and the last day that a folder of S3's layout is for; `None` if it is not one, or
/// not one of a year, month or day.
fn days_of(folder: &Path) -> Option<(Date, Date)> {
    let parts: Vec<&str> = folder.components().filter_map(|part| part.as_os_str().to_str()).collect();
    let logs = parts.iter().rposition(|&part| part == "AWSLogs")?;
    let trail = logs + parts.get(logs..)?.iter().position(|&part| part.starts_with("CloudTrail"))?;
    let date = parts.get(trail + 2..).filter(|date| (1..=3).contains(&date.len()))?;
    let number = |i: usize, len: usize| {
        date.get(i).filter(|text| text.len() == len).map(|text| text.parse::<i8>().ok()).unwrap_or(Some(0))
    };
    let year: i16 = date.first().filter(|year| year.len() == 4)?.parse().ok()?;
    let (month, day) = (number(1, 2)?, number(2, 2)?);
    match (date.len(), month, day) {
        (1, ..) => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
        (2, month @ 1.., _) => {
            let first = Date::new(year, month, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        (3, month @ 1.., day @ 1..) => Date::new(year, month, day).ok().map(|date| (date, date)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn range(from: &str, to: &str) -> TimeRange {
        TimeRange { from: from.parse().ok(), to: to.parse().ok() }
    }

    fn found(root: &Path, range: TimeRange) -> Vec<String> {
        let text = |input| match input {
            Input::File(path) => path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"),
            other => format!("{other:?}"),
        };
        Inputs::new(vec![Source::Path(root.to_owned())], range).map(text).collect()
    }

    #[test]
    fn folders_are_read_by_name_and_days_out_of_range_are_not_opened() {
        let root = tempfile::tempdir().unwrap();
        for file in [
            "AWSLogs/1/CloudTrail/eu-west-1/2023/12/31/a.json.gz",
            "AWSLogs/1/CloudTrail/eu-west-1/2024/01/01/b.json.gz",
            "AWSLogs/1/CloudTrail/eu-west-1/2024/02/28/c.json.gz",
            "AWSLogs/1/CloudTrail/eu-west-1/2024/03/30/d.json.gz",
            "AWSLogs/1/CloudTrail-Digest/eu-west-1/2024/01/01/x.json.gz",
            "other/2020/01/01/e.json",
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let all = found(root.path(), TimeRange::default());
        assert_eq!(all.iter().filter(|name| name.ends_with(".json.gz")).count(), 4);
        assert!(all.contains(&"Digest".to_owned()) && all.contains(&"other/2020/01/01/e.json".to_owned()));
        let some = found(root.path(), range("2024-01-02T00:00:00Z", "2024-03-01T00:00:00Z"));
        let files: Vec<_> =
            some.iter().filter_map(|name| name.rsplit('/').next()).filter(|n| n.ends_with(".gz")).collect();
        assert_eq!(files, ["b.json.gz", "c.json.gz"], "the day before may have later events: {some:?}");
    }

    #[test]
    fn only_folders_of_days_in_that_layout_have_days() {
        let days = |path: &str| days_of(Path::new(path)).map(|(a, b)| format!("{a} {b}"));
        assert_eq!(
            days("x/AWSLogs/o-1/1/CloudTrail/eu-west-1/2024").as_deref(),
            Some("2024-01-01 2024-12-31")
        );
        assert_eq!(days("AWSLogs/1/CloudTrail/r/2024/02").as_deref(), Some("2024-02-01 2024-02-29"));
        assert_eq!(
            days("AWSLogs/1/CloudTrail-Insight/r/2024/02/03").as_deref(),
            Some("2024-02-03 2024-02-03")
        );
        for path in [
            "2024/02/03",
            "AWSLogs/1/CloudTrail/2024",
            "AWSLogs/1/CloudTrail/r/2024/13",
            "AWSLogs/1/CloudTrail/r/2024/02/03/x",
        ] {
            assert_eq!(days(path), None, "{path}");
        }
    }
}
