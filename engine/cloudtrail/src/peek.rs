//! A look at an event's name, source and time without parsing it.
//!
//! Outlining a record is several times faster than parsing it, and most events of a log are of no
//! concern to any rule. The look is a proof or nothing: where the record could mean anything else
//! than what its outline shows, there is no answer and it is parsed.

use eyas_engine::json::Found;

use crate::shape::NESTED;

/// A record whose name was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its source, if that is as certain as the name.
    pub source: Option<&'a [u8]>,
}

/// The members that a look needs, by their numbers: the name, the source, the time, and those that
/// have to be objects or lists.
pub(crate) const LOOKED_AT: [&str; 3 + NESTED.len()] = {
    let (mut names, mut at) = ([""; 3 + NESTED.len()], 0);
    [names[NAME], names[SOURCE], names[TIME]] = ["eventName", "eventSource", "eventTime"];
    while at < NESTED.len() {
        names[3 + at] = NESTED[at];
        at += 1;
    }
    names
};

/// How many of them, the name and the source, must be the same in an event that is recognised by
/// another.
pub(crate) const TELLING: usize = 2;

const NAME: usize = 0;
const SOURCE: usize = 1;
const TIME: usize = 2;

/// What of an event was seen, if it is certain that this is an event as CloudTrail writes it.
///
/// It has a name, which is written plainly, and no member that has to be an object is a string,
/// as in the rows of tables, which are put right before they are judged.
#[inline(never)]
pub(crate) fn seen(raw: Found<'_>) -> Option<Seen<'_>> {
    let (name, source) = (raw.member(NAME), raw.member(SOURCE));
    if raw.any_string(3..LOOKED_AT.len()) {
        return None;
    }
    let source = match source {
        // Notifications of S3 and streams of DynamoDB look much like events.
        Some(source) if source.starts_with(b"\"aws:") => return None,
        source => source.and_then(|source| plain(source, raw)),
    };
    Some(Seen { name: plain(name?, raw)?, source })
}

/// An event's time, if it is written as CloudTrail does.
#[inline]
pub(crate) fn time(raw: Found<'_>) -> Option<[u8; 20]> {
    plain(raw.member(TIME)?, raw).and_then(seconds)
}

/// What a string of a record says that has no escapes.
fn plain<'a>(value: &'a [u8], raw: Found<'_>) -> Option<&'a [u8]> {
    let [b'"', text @ .., b'"'] = value else { return None };
    (!raw.has_escapes() || memchr::memchr(b'\\', text).is_none()).then_some(text)
}

/// `2024-01-02T03:04:05Z`: such times sort as their bytes do.
pub(crate) fn seconds(text: &[u8]) -> Option<[u8; 20]> {
    const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";
    let time: [u8; 20] = text.try_into().ok()?;
    // Each byte is so far above the least that it may be; all are looked at, which is faster.
    let fits = time.iter().zip(FORM).fold(true, |fits, (&have, &want)| {
        fits & (have.wrapping_sub(want) <= if want == b'0' { 9 } else { 0 })
    });
    fits.then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use eyas_engine::json::{Names, Outline, Places};

    fn with<T>(record: &str, look: impl FnOnce(Found<'_>) -> T) -> Option<T> {
        let (mut outline, mut places) = (Outline::default(), Places::default());
        outline.read(record.as_bytes(), 64);
        outline.find(record.as_bytes(), &Names::new(LOOKED_AT), &mut places).map(look)
    }

    fn name(record: &str) -> Option<String> {
        with(record, |raw| seen(raw).map(|seen| String::from_utf8(seen.name.to_owned()).unwrap())).flatten()
    }

    #[test]
    fn a_plain_name_is_seen() {
        assert_eq!(name(r#"{"a":1,"eventName":"X","b":2}"#), Some("X".to_owned()));
        assert_eq!(name(r#"{"eventName" : "X"}"#), Some("X".to_owned()));
        let inside = r#"{"eventName":"X","p":"{\"eventName\":\"Y\"}","q":{"eventName":"Z"}}"#;
        assert_eq!(name(inside), Some("X".to_owned()));
        assert_eq!(name(r#"{"eventName":"X","eventName":"Y"}"#), Some("Y".to_owned()));
    }

    #[test]
    fn what_is_not_plain_is_not_answered() {
        for record in [
            r#"{"a":1}"#,
            r#"{"eventName":"X","eventName":1}"#,
            r#"{"eventName":"X","event\u004eame":"Y"}"#,
            r#"{"eventName":"\u0058"}"#,
            r#"{"eventName":"a\/b"}"#,
            r#"{"eventName":"a\"b"}"#,
            r#"{"a":{"eventName":"X"}}"#,
            r#"{"eventName":null}"#,
            r#"{"eventName":["X"]}"#,
            r#"{"a":["eventName"]}"#,
            r#"{"eventName":"#,
            r#"{"eventName":"X","eventSource":"aws:s3"}"#,
        ] {
            assert_eq!(name(record), None, "{record}");
        }
    }

    #[test]
    fn rows_of_tables_are_not_answered() {
        for member in crate::shape::NESTED {
            let row = |value| format!(r#"{{"eventName":"X","{member}":{value}}}"#);
            assert_eq!(name(&row(r#""{\"type\":\"Root\"}""#)), None, "{member}");
            assert_eq!(name(&row(r#"{"type":"Root"}"#)), Some("X".to_owned()));
        }
    }

    #[test]
    fn times_of_the_usual_form_are_seen() {
        let time = |member: &str| with(&format!(r#"{{"eventName":"X",{member}}}"#), super::time).flatten();
        assert_eq!(time(r#""eventTime":"2024-01-02T03:04:05Z""#).as_ref(), Some(b"2024-01-02T03:04:05Z"));
        assert_eq!(time(r#""eventTime":"2024-01-02T03:04:05.123Z""#), None);
        assert_eq!(time(r#""eventTime":1704164645"#), None);
        assert_eq!(time(r#""a":{"eventTime":"2024-01-02T03:04:05Z"}"#), None);
    }
}
