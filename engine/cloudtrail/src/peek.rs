//! A look at an event's name and time without parsing it.
//!
//! Searching a record for a key is an order of magnitude faster than parsing it, and most events
//! of a log are of no concern to any rule. The look is a proof or nothing: where the record
//! could mean anything else than what the search shows, there is no answer and it is parsed.

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};

use crate::scan::{self, Tally};
use crate::strict::skip_space;

/// Searches for the keys.
#[derive(Debug)]
pub(crate) struct Peek {
    name: Finder<'static>,
    source: Finder<'static>,
    time: Finder<'static>,
}

/// A record whose name was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its text.
    pub record: &'a [u8],
    /// Where the name's key is.
    key: usize,
    peek: &'a Peek,
}

impl Seen<'_> {
    /// Its source, if that is as certain as the name.
    pub(crate) fn source(&self) -> Option<&[u8]> {
        only_string(&self.peek.source, self.record).map(|(_, source)| source)
    }

    /// Its time, if it is written as CloudTrail does. Not certain if there are several.
    pub(crate) fn time(&self) -> Option<[u8; 20]> {
        let key = self.peek.time.find(self.record)?;
        // It is no further in than the name, if all that opens between them also closes.
        let between = scan::tally(self.record.get(key.min(self.key)..key.max(self.key))?);
        let time = string_after(self.record, key + self.peek.time.needle().len())?;
        if between.opens == between.closes { seconds(time) } else { None }
    }

    /// Whether [`Seen::time`] is certain.
    pub(crate) fn has_one_time(&self) -> bool {
        only_string(&self.peek.time, self.record).is_some()
    }
}

impl Peek {
    pub(crate) fn new() -> Self {
        Self {
            name: Finder::new("\"eventName\""),
            source: Finder::new("\"eventSource\""),
            time: Finder::new("\"eventTime\""),
        }
    }

    /// The event's name, if it is certain.
    ///
    /// The key must be there once, in the record itself and not further in, written plainly; a
    /// key inside a string has its quotes escaped and is not found. A key or a value that is
    /// written with escapes would be overlooked: the record must have none of that kind.
    pub(crate) fn name<'a>(&'a self, record: &'a [u8], tally: &Tally) -> Option<Seen<'a>> {
        if tally.escapes && hides_text(record) {
            return None;
        }
        only_string(&self.name, record).map(|(key, name)| Seen { name, record, key, peek: self })
    }
}

/// Where a key is that is in the record once, and not in something in it, and its value, if that
/// is a string without escapes.
fn only_string<'a>(key: &Finder<'_>, record: &'a [u8]) -> Option<(usize, &'a [u8])> {
    let mut found = key.find_iter(record);
    let (at, None) = (found.next()?, found.next()) else { return None };
    let before = scan::tally(record.get(..at)?);
    if before.opens != before.closes + 1 {
        return None;
    }
    Some((at, string_after(record, at + key.needle().len())?))
}

/// `2024-01-02T03:04:05Z`: such times sort as their bytes do.
pub(crate) fn seconds(text: &[u8]) -> Option<[u8; 20]> {
    let time: [u8; 20] = text.try_into().ok()?;
    let form = b"0000-00-00T00:00:00Z";
    let fits = |(&have, &want): (&u8, &u8)| if want == b'0' { have.is_ascii_digit() } else { have == want };
    time.iter().zip(form).all(fits).then_some(time)
}

/// Whether a record has escapes that can stand for plain text: `\u0041`, `\/`.
fn hides_text(record: &[u8]) -> bool {
    memchr_iter(b'\\', record).any(|at| matches!(record.get(at + 1), Some(b'u' | b'/')))
}

/// The string behind a key, if it has no escapes.
fn string_after(record: &[u8], at: usize) -> Option<&[u8]> {
    let colon = skip_space(record, at);
    let quote = skip_space(record, colon + 1);
    if record.get(colon) != Some(&b':') || record.get(quote) != Some(&b'"') {
        return None;
    }
    let rest = record.get(quote + 1..)?;
    let text = rest.get(..memchr(b'"', rest)?)?;
    memchr(b'\\', text).is_none().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tally;

    fn name(record: &str) -> Option<String> {
        let (peek, tally) = (Peek::new(), tally(record.as_bytes()));
        let name = peek.name(record.as_bytes(), &tally).map(|seen| seen.name.to_vec());
        name.map(|name| String::from_utf8(name).unwrap())
    }

    #[test]
    fn a_plain_name_is_seen() {
        assert_eq!(name(r#"{"a":1,"eventName":"X","b":2}"#), Some("X".to_owned()));
        assert_eq!(name(r#"{"eventName" : "X"}"#), Some("X".to_owned()));
        assert_eq!(
            name(r#"{"eventName":"X","p":"{\"eventName\":\"Y\"}"}"#),
            Some("X".to_owned()),
            "inside a string"
        );
    }

    #[test]
    fn what_is_not_plain_is_not_answered() {
        for record in [
            r#"{"a":1}"#,
            r#"{"eventName":"X","eventName":"Y"}"#,
            r#"{"eventName":"X","a":{"eventName":"Y"}}"#,
            r#"{"eventName":"X","event\u004eame":"Y"}"#,
            r#"{"eventName":"\u0058"}"#,
            r#"{"eventName":"a\/b"}"#,
            r#"{"eventName":"a\"b"}"#,
            r#"{"a":{"eventName":"X"}}"#,
            r#"{"eventName":null}"#,
            r#"{"eventName":["X"]}"#,
            r#"{"a":["eventName"]}"#,
            r#"{"eventName":"#,
        ] {
            assert_eq!(name(record), None, "{record}");
        }
    }

    #[test]
    fn times_of_the_usual_form_are_seen() {
        let time = |record: &str| {
            let record = format!(r#"{{"eventName":"X",{record}}}"#);
            let peek = Peek::new();
            peek.name(record.as_bytes(), &tally(record.as_bytes())).and_then(|seen| seen.time())
        };
        assert_eq!(time(r#""eventTime":"2024-01-02T03:04:05Z""#).as_ref(), Some(b"2024-01-02T03:04:05Z"));
        assert_eq!(time(r#""eventTime":"2024-01-02T03:04:05.123Z""#), None);
        assert_eq!(time(r#""eventTime":1704164645"#), None);
        assert_eq!(time(r#""a":{"eventTime":"2024-01-02T03:04:05Z"}"#), None);
    }
}
