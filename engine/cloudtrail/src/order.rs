//! What threads did in any order, put back into the order of the input.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use eyas_engine::eval::Tally;
use eyas_engine::finding::Finding;
use jiff::Timestamp;

use crate::decompress::Broken;
use crate::reader::{Outcome, Times};
use crate::stream::Chunk;
use crate::summary::{Foreign, Kept, MAX_KEPT, Problem, ProblemKind, Summary};

/// The order in which findings are given out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As their events are in the input, which needs no memory.
    #[default]
    Input,
    /// By the time of their events, which needs all findings in memory; equal times as in the
    /// input, unknown times last.
    Time,
}

/// How far a hunt is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files done with.
    pub files: u64,
    /// Bytes read, as they are on disk.
    pub bytes: u64,
    /// Events.
    pub records: u64,
    /// Findings.
    pub findings: u64,
}

/// The number of a file in the input, and of a chunk in the file.
pub(crate) type Key = (u64, u64);

/// What became of a part of the input.
pub(crate) struct Unit {
    pub name: Arc<str>,
    pub fate: Fate,
    /// Whether it is the last of its file.
    pub last: bool,
}

impl Unit {
    fn findings(&self) -> usize {
        match &self.fate {
            Fate::Read { outcome, .. } => outcome.findings.len(),
            _ => 0,
        }
    }

    /// What became of a chunk that took `bytes` on disk.
    pub(crate) fn of_chunk(name: &Arc<str>, chunk: &Chunk, bytes: u64, outcome: Outcome) -> Self {
        let end = chunk.base + chunk.text().len() as u64;
        let fate = Fate::Read {
            outcome: Box::new(outcome),
            bytes,
            text_bytes: chunk.text().len() as u64,
            broken: chunk.broken.clone().map(|broken| (end, broken)),
        };
        Self { name: name.clone(), fate, last: chunk.last }
    }
}

pub(crate) enum Fate {
    /// It was read.
    Read {
        outcome: Box<Outcome>,
        /// Bytes on disk.
        bytes: u64,
        text_bytes: u64,
        /// Why there is no more, and at which offset in the text.
        broken: Option<(u64, Broken)>,
    },
    /// It could not be opened or read.
    Failed(String),
    /// It was not opened: a digest.
    Digest,
    /// It was not opened: out of range.
    OutOfRange,
}

/// Receives findings; breaks off where no more are wanted.
pub(crate) type Sink<'s> = &'s mut (dyn FnMut(Finding) -> ControlFlow<()> + Send);

/// Takes units in any order and gives them out in the order of the input.
pub(crate) struct Sequencer<'s> {
    next: Key,
    waiting: BTreeMap<Key, Unit>,
    /// How many findings there are in what waits.
    waiting_findings: usize,
    file: FileSoFar,
    summary: Summary,
    times: Times,
    order: Order,
    held: Vec<Finding>,
    sink: Sink<'s>,
    stopped: bool,
}

/// What is known of the file that is being given out.
#[derive(Default)]
struct FileSoFar {
    text_bytes: u64,
    lines: u64,
    records: u64,
    others: u64,
    known: u64,
    not_json: u64,
    utf16: bool,
    problems: Kept<Problem>,
}

impl<'s> Sequencer<'s> {
    pub(crate) fn new(order: Order, sink: Sink<'s>) -> Self {
        Self {
            next: (0, 0),
            waiting: BTreeMap::new(),
            waiting_findings: 0,
            file: FileSoFar::default(),
            summary: Summary::default(),
            times: Times::default(),
            order,
            held: Vec::new(),
            sink,
            stopped: false,
        }
    }

    /// How much waits for a unit before it: units, of which some weigh more by their findings.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len() + self.waiting_findings / 256
    }

    /// The file that is to be given out next.
    pub(crate) fn next_file(&self) -> u64 {
        self.next.0
    }

    /// Whether no more findings are wanted.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped
    }

    /// How far it is.
    pub(crate) fn progress(&self) -> Progress {
        Progress {
            files: self.summary.files,
            bytes: self.summary.bytes,
            records: self.summary.records,
            findings: self.summary.findings_total(),
        }
    }

    pub(crate) fn deliver(&mut self, key: Key, unit: Unit) {
        self.waiting_findings += unit.findings();
        self.waiting.insert(key, unit);
        while let Some(unit) = self.waiting.remove(&self.next) {
            self.waiting_findings -= unit.findings();
            self.next = if unit.last { (self.next.0 + 1, 0) } else { (self.next.0, self.next.1 + 1) };
            self.give(unit);
        }
    }

    /// Gives out the rest and sums up.
    pub(crate) fn finish(mut self, tally: Tally, interrupted: bool) -> Summary {
        // After an interruption there can be gaps.
        for (_, mut unit) in std::mem::take(&mut self.waiting) {
            unit.last = true;
            self.give(unit);
        }
        if self.file.text_bytes > 0 {
            self.end_file("");
        }
        let mut held = std::mem::take(&mut self.held);
        held.sort_by_cached_key(|finding| {
            let time =
                finding.event.as_ref().and_then(|event| event.time.as_deref()?.parse::<Timestamp>().ok());
            (time.is_none(), time)
        });
        for finding in held {
            self.send(finding);
        }
        let text = |time: Option<[u8; 20]>| time.map(|time| String::from_utf8_lossy(&time).into_owned());
        self.summary.first_time = text(self.times.first);
        self.summary.last_time = text(self.times.last);
        self.summary.interrupted = interrupted || self.stopped;
        self.summary.tally = tally;
        self.summary
    }

    fn give(&mut self, unit: Unit) {
        match unit.fate {
            Fate::Digest => {
                self.summary.files += 1;
                self.summary.digests += 1;
            }
            Fate::OutOfRange => self.summary.folders_out_of_range += 1,
            Fate::Failed(why) => self.summary.problems.push(Problem {
                file: unit.name.to_string(),
                offset: None,
                kind: ProblemKind::File,
                why,
            }),
            Fate::Read { outcome, bytes, text_bytes, broken } => {
                self.summary.bytes += bytes;
                self.summary.text_bytes += text_bytes;
                self.add(*outcome);
                self.file.text_bytes += text_bytes;
                if let Some((offset, broken)) = broken {
                    self.file.problems.push(Problem {
                        file: unit.name.to_string(),
                        offset: Some(offset),
                        kind: ProblemKind::Compression,
                        why: format!("{} (byte {} of the file)", broken.why, broken.at),
                    });
                }
                if unit.last {
                    self.end_file(&unit.name);
                }
            }
        }
    }

    fn add(&mut self, outcome: Outcome) {
        self.summary.records += outcome.records;
        self.summary.skipped += outcome.skipped;
        self.summary.out_of_range += outcome.out_of_range;
        self.times.merge(outcome.times);
        self.file.records += outcome.records;
        self.file.others += outcome.others;
        self.file.known += outcome.known;
        self.file.not_json += outcome.not_json;
        self.file.utf16 |= outcome.utf16;
        self.file.problems.append(outcome.problems);
        for mut finding in outcome.findings {
            if let Some(line) = finding.location.as_mut().and_then(|location| location.line.as_mut()) {
                *line += self.file.lines;
            }
            match self.order {
                Order::Input => self.send(finding),
                Order::Time => self.held.push(finding),
            }
        }
        self.file.lines += outcome.lines;
    }

    fn send(&mut self, finding: Finding) {
        if !self.stopped {
            self.summary.count_finding(finding.severity);
            self.stopped = (self.sink)(finding).is_break();
        }
    }

    /// Decides what a file was, now that all of it is known.
    fn end_file(&mut self, name: &str) {
        let file = std::mem::take(&mut self.file);
        self.summary.files += 1;
        self.summary.empty_files += u64::from(file.text_bytes == 0);
        if file.records == 0 && file.known > 0 && file.others == 0 {
            self.summary.digests += 1;
        }
        let read = file.records > 0 || file.known > 0;
        if read || file.others + file.not_json == 0 && !file.utf16 {
            return self.summary.problems.append(file.problems);
        }
        let why = match file.others {
            _ if file.utf16 => "it is UTF-16 text: convert it to UTF-8",
            0 => "it is not JSON",
            _ => "its JSON holds no CloudTrail events",
        };
        self.summary.foreign.push(Foreign { file: name.to_owned(), why: why.to_owned() });
        // Of what is wrong with it, only the damage is of interest.
        let damage = |problem: &Problem| matches!(problem.kind, ProblemKind::File | ProblemKind::Compression);
        let first: Vec<Problem> = file.problems.first.into_iter().filter(damage).take(MAX_KEPT).collect();
        let total = first.len() as u64;
        self.summary.problems.append(Kept { first, total });
    }
}
