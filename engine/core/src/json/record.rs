//! A record that is the text of a JSON object.

use std::cell::RefCell;
use std::ops::Range;

use eyas_lang::catalog::Step;
use eyas_lang::value::{Fetched, JsonText, Value};
use jiff::Timestamp;

use super::members::{Members, Name, mark};
use super::{JsonError, MAX_DEPTH, Outline, key_is, scan, value};
use crate::finding::{Location, Subject};
use crate::record::Record;
use crate::walk;

/// Where the members of a record stand in its text. Kept between records so that reading one
/// allocates nothing.
#[derive(Debug, Default)]
pub struct JsonIndex {
    members: Members,
    /// Whether some key has escapes, and can only be compared when they are undone.
    escaped: bool,
    nested: RefCell<Nested>,
}

/// The outlines of members that are objects, made when something is first read from them: rules
/// read one member of an object after another.
#[derive(Debug, Default)]
struct Nested {
    /// Where the object starts in the record's text, its outline, and whether that lists its
    /// members. The first `used` are of the record at hand.
    outlines: Vec<(u32, Outline, bool)>,
    used: usize,
}

impl JsonIndex {
    /// Checks that `text` is one JSON object of bounded depth and finds its members.
    ///
    /// A text of 4 GiB or more is refused.
    pub fn read<'a>(&'a mut self, record_type: &'a str, text: &'a str) -> Result<JsonRecord<'a>, JsonError> {
        self.members.clear();
        self.escaped = false;
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

    /// The same for an object that was read into `outline` last: if it was recognised there, nothing
    /// has to be checked.
    pub fn read_outlined<'a>(
        &'a mut self,
        record_type: &'a str,
        text: &'a str,
        outline: &Outline,
    ) -> Result<JsonRecord<'a>, JsonError> {
        let Some(recognised) = outline.recognised() else { return self.read(record_type, text) };
        recognised.list(&mut self.members);
        self.escaped = false;
        self.nested.get_mut().used = 0;
        Ok(JsonRecord { record_type, text, index: self, time: None })
    }

    /// The members, if none of their keys has escapes.
    pub(super) fn into_members(self) -> Option<Members> {
        (!self.escaped).then_some(self.members)
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
            self.escaped |= escaped;
            let mark = mark(bytes.get(at + 1..key_end.saturating_sub(1)).unwrap_or_default());
            self.members.push(mark, at as u32 + 1..key_end as u32 - 1, start as u32..end as u32);
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
        let known = nested.outlines.iter().take(nested.used).position(|(start, ..)| *start == at.start);
        let number = match known {
            Some(number) => number,
            None => nested.outline(at.start, object),
        };
        let (_, outline, listed) = nested.outlines.get(number)?;
        if !listed {
            return super::member(object, inner);
        }
        let name = Name::new(inner.as_bytes());
        let text = object.as_bytes();
        let slice = |r: &Range<u32>| text.get(r.start as usize..r.end as usize).unwrap_or_default();
        let found = outline.members().find(name.mark, |m| name.is(slice(&m.key)))?;
        object.get(found.value.start as usize..found.value.end as usize)
    }

    /// Where a member's value stands.
    fn place_of(&self, key: &str) -> Option<Range<u32>> {
        let members = &self.index.members;
        let found = match self.index.escaped {
            false => {
                let name = Name::new(key.as_bytes());
                let text = self.text.as_bytes();
                let slice = |r: &Range<u32>| text.get(r.start as usize..r.end as usize).unwrap_or_default();
                members.find(name.mark, |m| name.is(slice(&m.key)))
            }
            // With its quotes.
            true => members.iter().rev().find(|m| {
                let quoted = self.text.get(m.key.start as usize - 1..m.key.end as usize + 1);
                quoted.is_some_and(|quoted| key_is(quoted, key))
            }),
        };
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
            self.outlines.push((start, Outline::default(), false));
        }
        if let Some((place, outline, listed)) = self.outlines.get_mut(number) {
            *place = start;
            outline.read(object.as_bytes(), MAX_DEPTH as usize);
            *listed = outline.list(object.as_bytes()).is_some();
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
        Subject { kind: self.record_type.into(), ..Subject::default() }
    }

    fn location(&self) -> Option<Location> {
        None
    }
}
