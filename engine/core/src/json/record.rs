//! A record that is the text of a JSON object.

use std::cell::RefCell;
use std::ops::Range;

use eyas_lang::catalog::Step;
use eyas_lang::value::{Fetched, JsonText, Value};
use jiff::Timestamp;

use super::{JsonError, MAX_DEPTH, Name, Outline, key_is, scan, value};
use crate::finding::{Location, Subject};
use crate::record::Record;
use crate::walk;

/// Where the members of a record stand in its text. Kept between records so that reading one
/// allocates nothing.
#[derive(Debug, Default)]
pub struct JsonIndex {
    members: Vec<Member>,
    nested: RefCell<Nested>,
}

/// The outlines of members that are objects, made when something is first read from them: rules
/// read one member of an object after another.
#[derive(Debug, Default)]
struct Nested {
    /// Where the object starts in the record's text, and its outline. The first `used` are of
    /// the record at hand.
    outlines: Vec<(u32, Outline)>,
    used: usize,
}

#[derive(Debug)]
struct Member {
    /// With its quotes.
    key: Range<u32>,
    /// What tells most keys apart in one comparison; [`ESCAPED`] where the key has escapes.
    mark: u64,
    value: Range<u32>,
}

/// The mark of keys that have to be unescaped before they can be compared. No key has it: no
/// text has bytes with all bits set.
const ESCAPED: u64 = !0;

/// A key's first eight bytes and its length, mixed: equal for equal keys, and seldom for others.
#[inline]
pub(super) const fn mark(key: &[u8]) -> u64 {
    let (mut first, mut at) = (0, 0);
    while at < key.len() && at < 8 {
        first |= (key[at] as u64) << (8 * at);
        at += 1;
    }
    mix(first, key.len())
}

/// The mark of a key of a text, which is read at once where there is enough text.
#[inline]
pub(super) fn mark_in(text: &[u8], key: &Range<usize>) -> u64 {
    match text.get(key.start..).and_then(<[u8]>::first_chunk::<8>) {
        Some(first) if key.len() >= 8 => mix(u64::from_le_bytes(*first), key.len()),
        Some(first) => mix(u64::from_le_bytes(*first) & ((1 << (8 * key.len())) - 1), key.len()),
        None => mark(text.get(key.clone()).unwrap_or_default()),
    }
}

#[inline]
const fn mix(first: u64, len: usize) -> u64 {
    first ^ (len as u64 & 0x7f) << 56
}

impl JsonIndex {
    /// Checks that `text` is one JSON object of bounded depth and finds its members.
    ///
    /// A text of 4 GiB or more is refused.
    pub fn read<'a>(&'a mut self, record_type: &'a str, text: &'a str) -> Result<JsonRecord<'a>, JsonError> {
        self.members.clear();
        self.nested.get_mut().used = 0;
        let bytes = text.as_bytes();
        if u32::try_from(bytes.len()).is_err() {
            return Err(JsonError { offset: 0, message: "the record is larger than 4 GiB" });
        }
        let end = self.members_of(bytes)?;
        match scan::skip_space(bytes, end) {
            rest if rest == bytes.len() => Ok(JsonRecord { record_type, text, index: self, time: None }),
            rest => Err(JsonError { offset: rest, message: "text after the value" }),
        }
    }

    fn members_of(&mut self, bytes: &[u8]) -> Result<usize, JsonError> {
        let check = scan::Checker::new(bytes);
        let open = scan::skip_space(bytes, 0);
        if bytes.get(open) != Some(&b'{') {
            return Err(JsonError { offset: open, message: "expected a JSON object" });
        }
        let mut at = scan::skip_space(bytes, open + 1);
        if bytes.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        loop {
            let (start, key_end, escaped) = check.key(at)?;
            let end = check.value(start, 1)?;
            let inner = at + 1..key_end.saturating_sub(1);
            self.members.push(Member {
                key: at as u32..key_end as u32,
                mark: if escaped { ESCAPED } else { mark_in(bytes, &inner) },
                value: start as u32..end as u32,
            });
            at = scan::skip_space(bytes, end);
            match bytes.get(at) {
                Some(b',') => at = scan::skip_space(bytes, at + 1),
                Some(b'}') => return Ok(at + 1),
                None => return Err(JsonError { offset: at, message: "the text ends inside a value" }),
                Some(_) => return Err(JsonError { offset: at, message: "expected `,` or `}`" }),
            }
        }
    }
}

/// A record that is the text of one JSON object: values are read where a rule asks for them.
#[derive(Debug, Clone, Copy)]
pub struct JsonRecord<'a> {
    record_type: &'a str,
    text: &'a str,
    index: &'a JsonIndex,
    time: Option<&'a str>,
}

impl<'a> JsonRecord<'a> {
    /// Says which member holds the record's own time, RFC 3339.
    pub fn with_time(mut self, member: &'a str) -> Self {
        self.time = Some(member);
        self
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The text of a member's value; the last of equal keys counts.
    pub fn member(&self, key: &str) -> Option<&'a str> {
        let at = self.place_of(key)?;
        self.text.get(at.start as usize..at.end as usize)
    }

    /// The text of a member of a member.
    pub fn nested(&self, outer: &str, inner: &str) -> Option<&'a str> {
        self.inside(self.place_of(outer)?, inner)
    }

    /// The text of a member of the object at a place.
    fn inside(&self, at: Range<u32>, inner: &str) -> Option<&'a str> {
        let object = self.text.get(at.start as usize..at.end as usize)?;
        if !object.starts_with('{') {
            return None;
        }
        let mut nested = self.index.nested.borrow_mut();
        let known = nested.outlines.iter().take(nested.used).position(|(start, _)| *start == at.start);
        let number = match known {
            Some(number) => number,
            None => nested.outline(at.start, object),
        };
        let (_, outline) = nested.outlines.get(number)?;
        match outline.of(object.as_bytes()) {
            Some(outlined) => {
                let found = outlined.place_of(Name::new(inner))?;
                object.get(found.start as usize..found.end as usize)
            }
            None => super::member(object, inner),
        }
    }

    /// Where a member's value stands.
    fn place_of(&self, key: &str) -> Option<Range<u32>> {
        let slice = |r: &Range<u32>| self.text.get(r.start as usize..r.end as usize).unwrap_or_default();
        let wanted = mark(key.as_bytes());
        let found = self
            .index
            .members
            .iter()
            .rev()
            .find(|m| (m.mark == wanted || m.mark == ESCAPED) && key_is(slice(&m.key), key));
        found.map(|m| m.value.clone())
    }

    /// The value at `path`, borrowed from the text.
    pub fn value_at(&self, path: &[Step]) -> Fetched<'a> {
        let Some((first, rest)) = path.split_first() else {
            return Fetched::Present(Value::Json(JsonText(self.text.trim())));
        };
        let place = match first {
            Step::Key(key) => self.place_of(key),
            Step::Index(index) => self.place_of(&index.to_string()),
        };
        let Some(place) = place else { return Fetched::Absent };
        let raw = self.text.get(place.start as usize..place.end as usize).unwrap_or_default();
        let (found, rest) = match rest {
            [Step::Key(inner), rest @ ..] if raw.starts_with('{') => (self.inside(place, inner), rest),
            rest => (Some(raw), rest),
        };
        match found {
            Some(raw) => walk::steps(value(raw), rest),
            None => Fetched::Absent,
        }
    }
}

impl Nested {
    /// Outlines an object at `start` of the record.
    fn outline(&mut self, start: u32, object: &str) -> usize {
        let number = self.used;
        if self.outlines.len() == number {
            self.outlines.push((start, Outline::default()));
        }
        if let Some((place, outline)) = self.outlines.get_mut(number) {
            *place = start;
            outline.read(object.as_bytes(), MAX_DEPTH as usize);
            self.used += 1;
        }
        number
    }
}

impl Record for JsonRecord<'_> {
    fn record_type(&self) -> &str {
        self.record_type
    }

    fn at(&self, path: &[Step]) -> Fetched<'_> {
        self.value_at(path)
    }

    fn now(&self) -> Option<Timestamp> {
        match value(self.member(self.time?)?) {
            Fetched::Present(Value::Str(text)) => text.parse().ok(),
            _ => None,
        }
    }

    fn subject(&self) -> Subject {
        Subject { kind: self.record_type.to_owned(), ..Subject::default() }
    }

    fn location(&self) -> Option<Location> {
        None
    }
}
