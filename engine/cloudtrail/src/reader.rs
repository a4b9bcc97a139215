//! Text into events, and what is told about what is none.

use std::sync::Arc;

use eyas_engine::eval::CandidateSet;
use eyas_engine::finding::Finding;
use eyas_engine::json::{self, Extent, Found, JsonError, JsonIndex, Names, Outline, Places};
use eyas_engine::record::Record as _;

use crate::event::{EventRecord, PartOfFile, RECORD_TYPE};
use crate::peek::{self, Seen};
use crate::shape;
use crate::source::TimeRange;
use crate::split::{MAX_DEPTH, Piece, Splitter, Why};
use crate::summary::{Kept, Problem, ProblemKind};

/// What is done with events.
pub(crate) trait Visit {
    /// The names of the members that are looked at, [`peek::LOOKED_AT`] first.
    fn names(&self) -> Arc<Names>;

    /// What an event of which this was seen could concern; `None` if there is no telling.
    fn concern(&mut self, seen: &Seen<'_>) -> Option<Concern>;

    /// Whether what was said of an earlier event still holds.
    fn knows(&self, concern: Concern) -> bool;

    /// Whether an event that could concern this need not be looked at.
    fn passes_over(&mut self, concern: Concern, raw: &Found<'_>) -> bool;

    /// An event.
    fn event(&mut self, event: &EventRecord<'_>, findings: &mut Vec<Finding>);
}

/// The rules that an event could concern, if any.
pub(crate) type Concern = Option<CandidateSet>;

/// Of so many concerns records are kept to recognise others by.
const MOST_CONCERNS: usize = 1024;

/// What came out of a part of a file.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub findings: Vec<Finding>,
    pub records: u64,
    pub skipped: u64,
    pub out_of_range: u64,
    /// Objects that are no events.
    pub others: u64,
    /// Objects that are CloudTrail's own, but no events.
    pub known: u64,
    /// Text that is not JSON, rather than broken.
    pub not_json: u64,
    /// Whether it starts as UTF-16 does, which shells of Windows write.
    pub utf16: bool,
    pub problems: Kept<Problem>,
    pub times: Times,
    /// How many lines end in it.
    pub lines: u64,
}

/// The earliest and the latest time of events, as bytes that sort.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Times {
    pub first: Option<[u8; 20]>,
    pub last: Option<[u8; 20]>,
}

impl Times {
    #[inline]
    fn add(&mut self, time: Option<[u8; 20]>) {
        let Some(rank) = time.as_ref().map(rank) else { return };
        if self.first.as_ref().is_none_or(|first| rank < self::rank(first)) {
            self.first = time;
        }
        if self.last.as_ref().is_none_or(|last| rank > self::rank(last)) {
            self.last = time;
        }
    }

    pub(crate) fn merge(&mut self, other: Times) {
        self.add(other.first);
        self.add(other.last);
    }
}

/// The text of something that may be an event.
struct Record<'a> {
    text: &'a [u8],
    /// Its offset in the part of the file.
    start: usize,
    /// Whether it was read by the grammar.
    strict: bool,
    /// Whether it is what was outlined last.
    outlined: bool,
}

/// One thread's means of reading.
pub(crate) struct Reader<V> {
    pub(crate) visitor: V,
    outline: Outline,
    names: Arc<Names>,
    places: Places,
    /// What the records could concern that were kept to recognise others by.
    concerns: Vec<Concern>,
    index: JsonIndex,
    range: TimeRange,
    /// Judge every record, even if no rule can fire on it.
    judge_all: bool,
}

impl<V: Visit> Reader<V> {
    pub(crate) fn new(visitor: V, range: TimeRange, judge_all: bool) -> Self {
        Self {
            names: visitor.names(),
            visitor,
            outline: Outline::default(),
            places: Places::default(),
            concerns: Vec::new(),
            index: JsonIndex::default(),
            range,
            judge_all,
        }
    }

    /// Reads a part of a file that ends between records: the pieces it is known to have, or
    /// else what there is. If it is cut off, the piece that is cut is not told of again.
    pub(crate) fn part(
        &mut self,
        part: &PartOfFile<'_>,
        text: &[u8],
        pieces: Option<&[Piece]>,
        cut_off: bool,
    ) -> Outcome {
        let mut out = Outcome::default();
        self.pieces(part, text, pieces, cut_off, &mut out);
        out.lines = part.lines();
        out.utf16 =
            matches!(text, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'{' | b'[', 0, ..] | [0, b'{' | b'[', ..]);
        out
    }

    fn pieces(
        &mut self,
        part: &PartOfFile<'_>,
        text: &[u8],
        pieces: Option<&[Piece]>,
        cut_off: bool,
        out: &mut Outcome,
    ) {
        let (mut splitter, mut at) = (Splitter::new(), 0);
        if let Some(pieces) = pieces {
            let mut each = pieces.iter();
            match each.find_map(|&piece| self.piece(part, text, piece, false, cut_off, out)) {
                Some(again) => {
                    splitter = Splitter::in_list();
                    splitter.doubt();
                    at = again;
                }
                None => return,
            }
        }
        while let Some(piece) = splitter.next(text, &mut at, true, &mut self.outline) {
            if let Some(again) = self.piece(part, text, piece, true, cut_off, out) {
                splitter.doubt();
                at = again;
            }
        }
    }

    /// Reads one piece, of which there is an outline if it was split just now and not strictly.
    /// If it is not what it looked like, says where to read again.
    fn piece(
        &mut self,
        part: &PartOfFile<'_>,
        text: &[u8],
        piece: Piece,
        just_split: bool,
        cut_off: bool,
        out: &mut Outcome,
    ) -> Option<usize> {
        let (start, end, strict) = match piece {
            Piece::Value { start, end, strict } => (start, end, strict),
            Piece::Broken { why: Why::Unfinished | Why::Unclosed, .. } if cut_off => return None,
            Piece::Broken { start, why, .. } => {
                out.broken(part, start, why);
                return None;
            }
        };
        let record = text.get(start..end).unwrap_or_default();
        let mut outlined = false;
        if !self.judge_all && record.first() == Some(&b'{') {
            let whole = Extent::To(record.len());
            outlined = just_split && !strict || self.outline.read(record, MAX_DEPTH) == whole;
            if outlined && self.skip(record, out) {
                if !self.outline.has_lines() {
                    part.no_lines_between(start, end);
                }
                return None;
            }
        }
        let record = Record { text: record, start, strict, outlined };
        self.parse(part, &record, out)
    }

    /// Reads a record that is looked at in full. If it is not what it looked like, says where to read
    /// again.
    #[inline(never)]
    fn parse(&mut self, part: &PartOfFile<'_>, record: &Record<'_>, out: &mut Outcome) -> Option<usize> {
        let read = match std::str::from_utf8(record.text) {
            Ok(text) => self.value(part, record, text, out),
            Err(error) => {
                out.problem(part, record.start + error.valid_up_to(), "the text is not UTF-8".to_owned());
                return None;
            }
        };
        let error = read.err()?;
        if record.strict {
            let why = format!("{} (byte {} of the record)", error.message, error.offset);
            out.problem(part, record.start, why);
            return None;
        }
        Some(record.start)
    }

    /// Whether a record needs no judging: it is proved to be JSON and counted, and that is all.
    fn skip(&mut self, record: &[u8], out: &mut Outcome) -> bool {
        let Some(found) = self.outline.find(record, &self.names, &mut self.places) else { return false };
        let about = found.about().and_then(|about| self.concerns.get(about as usize).copied());
        let known = about.filter(|&concern| self.visitor.knows(concern));
        let concern = known.or_else(|| peek::seen(found).and_then(|seen| self.visitor.concern(&seen)));
        let Some(concern) = concern else { return false };
        let time = peek::time(found);
        let out_of_range = !self.range.is_all()
            && time.as_ref().and_then(timestamp).is_some_and(|time| !self.range.contains(time));
        let passes = out_of_range || self.visitor.passes_over(concern, &found);
        if !self.outline.is_recognised() {
            let kept = self.keep(record, (passes && !out_of_range).then_some(concern));
            // What an outline shows is no proof.
            if passes && !kept && !is_json(record) {
                return false;
            }
        } else if about.is_none() && passes && !out_of_range {
            self.keep(record, Some(concern));
        }
        if !passes {
            return false;
        }
        out.out_of_range += u64::from(out_of_range);
        out.skipped += u64::from(!out_of_range);
        out.records += 1;
        out.times.add(time);
        true
    }

    /// Keeps a record, to recognise others by it; with what it could concern, if no rule fires on it.
    /// Whether it could be kept, and so is JSON.
    #[cold]
    fn keep(&mut self, record: &[u8], passed: Option<Concern>) -> bool {
        let about = passed.and_then(|concern| {
            let known = self.concerns.iter().position(|&known| known == concern);
            let about = known.unwrap_or(self.concerns.len());
            if known.is_none() && about < MOST_CONCERNS {
                self.concerns.push(concern);
            }
            u32::try_from(about).ok()
        });
        self.outline.keep(record, &self.names, &self.places, peek::TELLING, about)
    }

    /// A JSON value in which an event is expected.
    fn value(
        &mut self,
        part: &PartOfFile<'_>,
        record: &Record<'_>,
        text: &str,
        out: &mut Outcome,
    ) -> Result<(), JsonError> {
        let at = record.start;
        // The index is borrowed by the record; it is put back to keep its memory.
        let mut index = std::mem::take(&mut self.index);
        let read = if text.starts_with('{') {
            let json = match record.outlined {
                true => index.read_outlined(RECORD_TYPE, text, &self.outline),
                false => index.read(RECORD_TYPE, text),
            };
            json.map(|json| {
                let member = |key: &str| json.member(key);
                if shape::is_event(member) && !shape::is_row(member) {
                    self.event(&EventRecord::new(json, Some((part, at))), out);
                    true
                } else {
                    false
                }
            })
        } else {
            Ok(false)
        };
        if !read.as_ref().is_ok_and(|plain| !plain) {
            self.index = index;
            return read.map(|_| ());
        }
        let found = shape::events(text, &mut |event| {
            if let Ok(json) = index.read(RECORD_TYPE, event) {
                self.event(&EventRecord::new(json, Some((part, at))), out);
            }
        });
        self.index = index;
        out.known += u64::from(found.known);
        for _ in 0..found.others {
            out.other(part, at);
        }
        Ok(())
    }

    fn event(&mut self, event: &EventRecord<'_>, out: &mut Outcome) {
        out.records += 1;
        let written = event.time().and_then(peek::seconds);
        let now = if written.is_some() && self.range.is_all() { None } else { event.now() };
        let seconds = || now.and_then(|time| peek::seconds(format!("{time:.0}").as_bytes()));
        out.times.add(written.or_else(seconds));
        if now.is_some_and(|time| !self.range.contains(time)) {
            out.out_of_range += 1;
        } else {
            self.visitor.event(event, &mut out.findings);
        }
    }
}

/// Sorts as the bytes do, and is compared faster.
#[inline]
fn rank(time: &[u8; 20]) -> (u128, u32) {
    let [start @ .., a, b, c, d] = *time;
    (u128::from_be_bytes(start), u32::from_be_bytes([a, b, c, d]))
}

fn is_json(record: &[u8]) -> bool {
    std::str::from_utf8(record).is_ok_and(|text| json::check(text).is_ok())
}

fn timestamp(time: &[u8; 20]) -> Option<jiff::Timestamp> {
    std::str::from_utf8(time).ok()?.parse().ok()
}

impl Outcome {
    fn problem(&mut self, part: &PartOfFile<'_>, at: usize, why: String) {
        self.problems.push(Problem {
            file: part.file().to_owned(),
            offset: Some(part.offset(at)),
            kind: ProblemKind::Record,
            why,
        });
    }

    fn other(&mut self, part: &PartOfFile<'_>, at: usize) {
        self.others += 1;
        self.problems.push_with(|| Problem {
            file: part.file().to_owned(),
            offset: Some(part.offset(at)),
            kind: ProblemKind::NotAnEvent,
            why: "not a CloudTrail event".to_owned(),
        });
    }

    fn broken(&mut self, part: &PartOfFile<'_>, start: usize, why: Why) {
        let why = match why {
            Why::Grammar(at, why) => format!("{why} (byte {} of the record)", at.saturating_sub(start)),
            Why::Unfinished => "the text ends in the middle of a record".to_owned(),
            Why::Unclosed => "the text ends before its list of records does".to_owned(),
            Why::TooDeep => format!("a record that nests deeper than {MAX_DEPTH} levels"),
            Why::TooLarge => format!("a record of more than {} MiB", crate::split::MAX_RECORD >> 20),
            Why::NotJson => {
                self.not_json += 1;
                "text that is not JSON".to_owned()
            }
        };
        self.problem(part, start, why);
    }
}
