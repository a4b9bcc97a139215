//! The form of a record: its text, and where another record may say something else.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i8x32, mask8x32, u8x32};

use super::JsonIndex;
use super::members::Members;
use super::outline::Place;
use super::scan::skip_string;

/// How many bytes are compared at a time.
const BLOCK: usize = 32;

/// The longest number that may differ.
const MOST_DIGITS: usize = 15;

/// A record that others are compared with.
#[derive(Debug)]
pub(super) struct Form {
    /// Its text, and behind it as much as is compared at a time.
    padded: Box<[u8]>,
    len: usize,
    /// For each byte, all ones where it is inside a string that may differ.
    open: Box<[u8]>,
    gaps: Box<[Gap]>,
    /// For each block the first gap that does not end before it.
    gaps_from: Box<[u16]>,
    /// The members that are looked for, by their numbers.
    members: Box<[Place]>,
    /// All members.
    all: Members,
    escapes: bool,
    lines: bool,
    about: Option<u32>,
    /// Where the last record that was compared in vain was found to have another form: there is what
    /// tells them apart.
    telling: usize,
    /// Where the name is.
    name: usize,
}

/// Where records may differ.
#[derive(Debug)]
struct Gap {
    start: u32,
    end: u32,
    kind: GapKind,
}

/// What is in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GapKind {
    /// A string without escapes, without its quotes.
    Text,
    /// The digits of a number before its point.
    Whole,
    /// Those behind it.
    Fraction,
}

/// From an offset of the form on, how much further the record has the same: behind a gap that is
/// longer or shorter there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Difference {
    from: u32,
    shift: i32,
}

/// A record that has a known form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recognised<'a> {
    form: &'a Form,
    differences: &'a [Difference],
}

impl Form {
    /// A record in which the names of members were looked for; `None` if it is not JSON, or odd.
    pub(super) fn new(
        bytes: &[u8],
        name: usize,
        members: &[Place],
        telling: usize,
        about: Option<u32>,
    ) -> Option<Self> {
        let mut index = JsonIndex::default();
        index.read("", std::str::from_utf8(bytes).ok()?).ok()?;
        let mut gaps = gaps(bytes);
        let telling = members.get(..telling)?;
        gaps.retain(|gap| !telling.iter().any(|place| (place.0..place.1).contains(&gap.start)));
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len() + BLOCK, 0);
        let mut open = vec![0; padded.len()];
        for gap in gaps.iter().filter(|gap| gap.kind == GapKind::Text) {
            open.get_mut(gap.start as usize..gap.end as usize)?.fill(0xff);
        }
        let first_from = |at: usize| gaps.partition_point(|gap| (gap.end as usize) < at) as u16;
        Some(Self {
            gaps_from: (0..padded.len()).step_by(BLOCK).map(first_from).collect(),
            padded: padded.into(),
            len: bytes.len(),
            open: open.into(),
            gaps: gaps.into(),
            members: members.into(),
            all: index.into_members()?,
            escapes: bytes.contains(&b'\\'),
            lines: bytes.contains(&b'\n'),
            about,
            telling: name,
            name,
        })
    }

    /// Whether a record whose name is at an offset may have this form: by a few bytes, if what is
    /// before them is as long.
    #[inline(always)]
    pub(super) fn is_likely(&self, text: &[u8], name: usize) -> bool {
        let at = (self.telling + name).wrapping_sub(self.name);
        let known: Option<&[u8; 8]> = self.padded.get(self.telling..).and_then(<[u8]>::first_chunk);
        text.get(at..).and_then(<[u8]>::first_chunk) == known
    }

    /// The end of the object that `text` starts with, if it has this form. Most of what differs from
    /// record to record is of the same length, so that nothing has to be looked for. It is inlined
    /// into what is compiled for the processor at hand.
    #[inline(always)]
    pub(super) fn compare<S: Simd>(
        &mut self,
        simd: S,
        text: &[u8],
        differences: &mut Vec<Difference>,
    ) -> Option<usize> {
        differences.clear();
        let (mut here, mut there, mut behind) = (0, 0, u32::MAX);
        loop {
            let right = right(simd, text.get(here..)?, self.padded.get(there..)?, self.open.get(there..)?);
            here += right;
            there += right;
            if there >= self.len {
                return here.checked_sub(there - self.len).filter(|&end| end <= text.len());
            }
            let gap = self.gap_at(there).filter(|gap| gap.end != behind && gap.start as usize <= there);
            let Some(gap) = gap else {
                self.telling = there;
                return None;
            };
            let known = there - gap.start as usize;
            here = match gap.kind {
                GapKind::Text => here + string_end(simd, text.get(here..)?)?,
                kind => digits_end(text, here.checked_sub(known)?, kind)?,
            };
            there = gap.end as usize;
            behind = gap.end;
            differences.push(Difference { from: gap.end, shift: here as i32 - there as i32 });
        }
    }

    /// The first gap that does not end before an offset.
    #[inline(always)]
    fn gap_at(&self, at: usize) -> Option<&Gap> {
        let gaps = self.gaps.get(usize::from(*self.gaps_from.get(at / BLOCK)?)..)?;
        gaps.iter().find(|gap| gap.end as usize >= at)
    }
}

impl<'a> Recognised<'a> {
    pub(super) fn new(form: &'a Form, differences: &'a [Difference]) -> Self {
        Self { form, differences }
    }

    /// Where the member with this number is; at 0 if it is not there.
    #[inline]
    pub(super) fn place(&self, number: usize) -> Option<Place> {
        let &(start, end) = self.form.members.get(number)?;
        let (mut from, mut to) = (0, 0);
        for next in self.differences.iter().take_while(|next| next.from <= end) {
            to = next.shift;
            if next.from <= start {
                from = next.shift;
            }
        }
        Some((start.wrapping_add_signed(from), end.wrapping_add_signed(to)))
    }

    /// What the member with this number says in `text`, which is the record's, if that is something
    /// else than in the form.
    #[inline]
    pub(super) fn change<'t>(&self, number: usize, text: &'t [u8]) -> Option<&'t [u8]> {
        let (here, there) = (self.place(number)?, self.form.members.get(number)?);
        let now = text.get(here.0 as usize..here.1 as usize)?;
        (now != self.form.padded.get(there.0 as usize..there.1 as usize)?).then_some(now)
    }

    /// Whether the member with this number is a string, as it is in the form.
    #[inline]
    pub(super) fn is_string(&self, number: usize) -> bool {
        let place = self.form.members.get(number);
        place.is_some_and(|place| self.form.padded.get(place.0 as usize) == Some(&b'"'))
    }

    #[inline]
    pub(super) fn has_escapes(&self) -> bool {
        self.form.escapes
    }

    /// Whether there are line breaks in it, which none of its strings has.
    pub(super) fn has_lines(&self) -> bool {
        self.form.lines
    }

    /// What was said of the form.
    #[inline]
    pub(super) fn about(&self) -> Option<u32> {
        self.form.about
    }

    /// Lists all members of the record.
    pub(super) fn list(&self, members: &mut Members) {
        let (mut differences, mut shift) = (self.differences.iter().peekable(), 0);
        self.form.all.moved(members, |at| {
            while let Some(next) = differences.next_if(|next| next.from <= at) {
                shift = next.shift;
            }
            at.wrapping_add_signed(shift)
        });
    }
}

/// The gaps of a record that is JSON and ASCII.
fn gaps(text: &[u8]) -> Vec<Gap> {
    let (mut gaps, mut at) = (Vec::new(), 0);
    let mut kind = GapKind::Whole;
    while let Some(&byte) = text.get(at) {
        let start = if byte == b'"' { at + 1 } else { at };
        let (end, differs, found) = match byte {
            b'"' => {
                let (next, escaped) = skip_string(text, at);
                let behind = text.get(next..).unwrap_or_default().trim_ascii_start();
                at = next;
                (next - 1, !escaped && behind.first() != Some(&b':'), GapKind::Text)
            }
            b'0'..=b'9' => {
                let digits =
                    text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit());
                at += digits.count();
                (at, at - start <= MOST_DIGITS, kind)
            }
            _ => {
                at += 1;
                (start, false, kind)
            }
        };
        // What follows an exponent's letter has the form of a fraction too.
        kind = if matches!(byte, b'.' | b'e' | b'E' | b'+') { GapKind::Fraction } else { GapKind::Whole };
        if differs {
            gaps.push(Gap { start: start as u32, end: end as u32, kind: found });
        }
    }
    gaps
}

/// How many bytes a record goes on with that are what they are in its form, or, inside strings that
/// may differ, what can stand in a string as it is. Behind the form's end it may be more.
#[inline(always)]
fn right<S: Simd>(simd: S, text: &[u8], form: &[u8], open: &[u8]) -> usize {
    let (texts, rest) = text.as_chunks::<BLOCK>();
    let blocks = texts.iter().zip(form.as_chunks::<BLOCK>().0).zip(open.as_chunks::<BLOCK>().0);
    let mut at = 0;
    for ((text, form), open) in blocks {
        let wrong = wrong(simd, text, form, open);
        if wrong != 0 {
            return at + wrong.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    if at + rest.len() < text.len() {
        return at;
    }
    // The text ends before the form does with all that is behind it.
    let mut last = [0; BLOCK];
    let (Some(form), Some(open), Some(start)) =
        (block(form, at), block(open, at), last.get_mut(..rest.len()))
    else {
        return at;
    };
    start.copy_from_slice(rest);
    at + (wrong(simd, &last, form, open).trailing_zeros() as usize).min(rest.len())
}

/// Which bytes of a block are wrong.
#[inline(always)]
fn wrong<S: Simd>(simd: S, text: &[u8; BLOCK], form: &[u8; BLOCK], open: &[u8; BLOCK]) -> u32 {
    let bytes = u8x32::from_slice(simd, text);
    let open = u8x32::from_slice(simd, open).simd_eq(0xff);
    let equal = bytes.simd_eq(u8x32::from_slice(simd, form));
    (!(equal | open) | (special(bytes) & open)).to_bitmask() as u32
}

/// Which bytes cannot stand in a string as they are, or are not ASCII.
#[inline(always)]
fn special<S: Simd>(bytes: u8x32<S>) -> mask8x32<S> {
    // Bytes that are not ASCII are negative.
    let signed: i8x32<S> = bytes.bitcast();
    bytes.simd_eq(b'"') | bytes.simd_eq(b'\\') | signed.simd_lt(b' ' as i8)
}

#[inline(always)]
fn block(text: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    text.get(at..)?.first_chunk()
}

/// Where the string that `text` is the rest of ends, if it has nothing but printable ASCII and no
/// escape.
#[inline(always)]
fn string_end<S: Simd>(simd: S, text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(block) = block(text, at) {
        let special = special(u8x32::from_slice(simd, block)).to_bitmask();
        if special != 0 {
            let end = at + special.trailing_zeros() as usize;
            return (text.get(end) == Some(&b'"')).then_some(end);
        }
        at += BLOCK;
    }
    let rest = text.get(at..)?.iter();
    let plain = |byte: &&u8| **byte as i8 >= 0x20 && !matches!(**byte, b'"' | b'\\');
    let end = at + rest.take_while(plain).count();
    (text.get(end) == Some(&b'"')).then_some(end)
}

/// Where the digits at `start` end, if they are as JSON has them and not too many.
#[inline]
fn digits_end(text: &[u8], start: usize, kind: GapKind) -> Option<usize> {
    let digits = text.get(start..)?.iter().take(MOST_DIGITS + 1).take_while(|byte| byte.is_ascii_digit());
    let count = digits.count();
    let leads_with_zero = kind == GapKind::Whole && count > 1 && text.get(start) == Some(&b'0');
    ((1..=MOST_DIGITS).contains(&count) && !leads_with_zero).then_some(start + count)
}
