//! What was read, and what could not be.

use std::fmt;

use eyas_engine::eval::Tally;
use eyas_lang::checked::Severity;

/// How many problems, and how many files that are no CloudTrail, are kept with their details.
/// The rest is counted.
pub const MAX_KEPT: usize = 1000;

/// How a hunt went.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Files that were read, digests and those that are no CloudTrail included.
    pub files: u64,
    /// Of these, empty ones.
    pub empty_files: u64,
    /// Digest files, which have no events.
    pub digests: u64,
    /// Folders that were not opened, because the date in their path is out of range.
    pub folders_out_of_range: u64,
    /// Bytes read, as they are on disk.
    pub bytes: u64,
    /// Bytes of text that came out of them.
    pub text_bytes: u64,
    /// Events.
    pub records: u64,
    /// Of these, those that no rule could fire on, which was seen without parsing them.
    pub skipped: u64,
    /// Of these, those outside the time range, which were not judged.
    pub out_of_range: u64,
    /// Findings of each severity, in the order of [`Severity::ALL`].
    pub findings: [u64; 5],
    /// What could not be read.
    pub problems: Kept<Problem>,
    /// Files that are no CloudTrail.
    pub foreign: Kept<Foreign>,
    /// The earliest event time seen, as the event has it.
    pub first_time: Option<String>,
    /// The latest.
    pub last_time: Option<String>,
    /// What each rule said, over the records that were judged by it.
    pub tally: Tally,
    /// Whether it ended before all was read, because it was asked to.
    pub interrupted: bool,
}

impl Summary {
    /// How many findings there are of a severity.
    pub fn findings_of(&self, severity: Severity) -> u64 {
        Severity::ALL.iter().position(|&s| s == severity).map_or(0, |i| self.findings[i])
    }

    /// All findings.
    pub fn findings_total(&self) -> u64 {
        self.findings.iter().sum()
    }

    pub(crate) fn count_finding(&mut self, severity: Severity) {
        if let Some(count) =
            Severity::ALL.iter().position(|&s| s == severity).and_then(|i| self.findings.get_mut(i))
        {
            *count += 1;
        }
    }
}

/// The first of many, and how many there are.
#[derive(Debug, Clone)]
pub struct Kept<T> {
    /// The first [`MAX_KEPT`], in the order of the input.
    pub first: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { first: Vec::new(), total: 0 }
    }
}

impl<T> Kept<T> {
    pub(crate) fn push(&mut self, one: T) {
        self.push_with(|| one);
    }

    /// Makes what is pushed only if it is kept.
    pub(crate) fn push_with(&mut self, one: impl FnOnce() -> T) {
        self.total += 1;
        if self.first.len() < MAX_KEPT {
            self.first.push(one());
        }
    }

    pub(crate) fn append(&mut self, other: Self) {
        let room = MAX_KEPT.saturating_sub(self.first.len());
        self.total += other.total;
        self.first.extend(other.first.into_iter().take(room));
    }

    /// How many are not among the first.
    pub fn more(&self) -> u64 {
        self.total.saturating_sub(self.first.len() as u64)
    }
}

/// Something that could not be read; what is around it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A path, or `-` for standard input.
    pub file: String,
    /// Byte offset in the (decompressed) file; `None` where the file as a whole is meant.
    pub offset: Option<u64>,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// What is wrong, as a clause.
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{}: at byte {offset}: {}", self.file, self.why),
            None => write!(f, "{}: {}", self.file, self.why),
        }
    }
}

/// What kind of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// A file or folder could not be opened or read to its end.
    File,
    /// A compressed file is cut off or damaged.
    Compression,
    /// A record is broken, too large, or nests too deep.
    Record,
    /// An object among events is no event.
    NotAnEvent,
}

/// A file that is no CloudTrail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// A path, or `-` for standard input.
    pub file: String,
    /// What it is instead, as a clause.
    pub why: String,
}
