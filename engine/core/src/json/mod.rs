//! Reading borrowed JSON text: no value is built that no rule asks for.

use std::borrow::Cow;

use eyas_lang::value::{Fetched, JsonText, Value};

mod blocks;
mod form;
mod forms;
mod members;
mod outline;
mod record;
mod scan;

pub use members::Names;
pub use outline::{Extent, Found, Outline, Places};
pub use record::{JsonIndex, JsonRecord};
pub use scan::MAX_DEPTH;

/// Why text is not JSON that can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset}")]
pub struct JsonError {
    /// Byte offset in the text.
    pub offset: usize,
    /// One clause.
    pub message: &'static str,
}

/// Proves that `text` is one JSON value of bounded depth, without building it.
pub fn check(text: &str) -> Result<(), JsonError> {
    let bytes = text.as_bytes();
    let end = scan::Checker::new(bytes).value(scan::skip_space(bytes, 0), 0)?;
    match scan::skip_space(bytes, end) {
        rest if rest == bytes.len() => Ok(()),
        rest => Err(JsonError { offset: rest, message: "text after the value" }),
    }
}

/// The value whose text is `raw`: a scalar is read, a container stays text, null is absent.
pub fn value(raw: &str) -> Fetched<'_> {
    match raw.as_bytes().first() {
        Some(b'"') => Fetched::Present(Value::Str(string(raw))),
        Some(b'{' | b'[') => Fetched::Present(Value::Json(JsonText(raw))),
        Some(b't') => Fetched::Present(Value::Bool(true)),
        Some(b'f') => Fetched::Present(Value::Bool(false)),
        Some(b'-' | b'0'..=b'9') => number(raw),
        _ => Fetched::Absent,
    }
}

fn number(raw: &str) -> Fetched<'_> {
    if let Ok(int) = raw.parse::<i64>() {
        return Fetched::Present(Value::Int(int));
    }
    raw.parse::<f64>().map_or(Fetched::Absent, |f| Fetched::Present(Value::Float(f)))
}

/// The string whose text, quotes included, is `raw`.
pub fn string(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').unwrap_or(raw);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    match memchr::memchr(b'\\', inner.as_bytes()) {
        None => Cow::Borrowed(inner),
        Some(_) => Cow::Owned(unescape(inner)),
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut chars = escape.chars();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                rest = unicode_escape(chars.as_str(), &mut out);
                continue;
            }
            Some(other) => out.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// Reads the digits after `\u`, and the second half of a surrogate pair with them. What is no
/// character becomes U+FFFD.
fn unicode_escape<'a>(text: &'a str, out: &mut String) -> &'a str {
    let unit = |t: &str| t.get(..4).and_then(|d| u32::from_str_radix(d, 16).ok());
    let Some(first) = unit(text) else {
        out.push(char::REPLACEMENT_CHARACTER);
        return text;
    };
    let rest = text.get(4..).unwrap_or_default();
    if (0xd800..0xdc00).contains(&first)
        && let Some(low) = rest.strip_prefix("\\u").and_then(unit)
        && (0xdc00..0xe000).contains(&low)
    {
        let code = 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00);
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        return rest.get(6..).unwrap_or_default();
    }
    out.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}

/// Whether `raw` is the text of an array.
pub fn is_array(raw: &str) -> bool {
    raw.starts_with('[')
}

/// The members of an object: the key's text with its quotes, and the value's text.
pub struct Members<'a> {
    text: &'a str,
    at: usize,
}

/// The members of the object whose text is `raw`; none where it is no object.
pub fn members(raw: &str) -> Members<'_> {
    Members { text: raw, at: if raw.starts_with('{') { 1 } else { raw.len() } }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let mut at = scan::skip_space(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = scan::skip_space(bytes, at + 1);
        }
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let key_end = scan::skip_string(bytes, at).0;
        let colon = scan::skip_space(bytes, key_end);
        let start = scan::skip_space(bytes, colon + 1);
        self.at = scan::skip_value(bytes, start);
        Some((self.text.get(at..key_end)?, self.text.get(start..self.at)?))
    }
}

/// The items of an array, as text.
#[derive(Clone)]
pub struct Items<'a> {
    text: &'a str,
    at: usize,
}

/// The items of the array whose text is `raw`; none where it is no array.
pub fn items(raw: &str) -> Items<'_> {
    Items { text: raw, at: if is_array(raw) { 1 } else { raw.len() } }
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let mut start = scan::skip_space(bytes, self.at);
        if bytes.get(start) == Some(&b',') {
            start = scan::skip_space(bytes, start + 1);
        }
        if matches!(bytes.get(start), None | Some(b']')) {
            return None;
        }
        self.at = scan::skip_value(bytes, start);
        // A value that takes no bytes would keep us here for ever.
        if self.at == start {
            return None;
        }
        self.text.get(start..self.at)
    }
}

/// Whether a key's text, quotes included, spells `key`.
pub(crate) fn key_is(raw: &str, key: &str) -> bool {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    // An escape is longer than what it stands for.
    match inner.len() > key.len() {
        true => memchr::memchr(b'\\', inner.as_bytes()).is_some() && unescape(inner) == key,
        false => inner == key,
    }
}

/// The text of the member with this key; the last of equal keys counts.
pub fn member<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    members(object).filter(|(k, _)| key_is(k, key)).map(|(_, v)| v).last()
}

/// The text without the white space between its tokens and without escapes that need not be: as
/// any other encoder would have written it.
pub fn compact(raw: &str) -> Cow<'_, str> {
    let bytes = raw.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let copy = |out: &mut String, to| out.push_str(raw.get(copied..to).unwrap_or_default());
        match byte {
            b'"' => {
                let (end, escaped) = scan::skip_string(bytes, at);
                let text = raw.get(at..end).unwrap_or_default();
                if escaped && (text.contains("\\u") || text.contains("\\/")) {
                    copy(&mut out, at);
                    write_string(&string(text), &mut out);
                    copied = end;
                }
                at = end;
            }
            b' ' | b'\n' | b'\r' | b'\t' => {
                copy(&mut out, at);
                at = scan::skip_space(bytes, at);
                copied = at;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(raw);
    }
    out.push_str(raw.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Writes `text` as a JSON string.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => {
                use std::fmt::Write;
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_and_items_are_found_between_any_white_space() {
        let text = "{ \"a\" : [1, {\"b\":\"x\\\"]\"} ,null] ,\"c\":{}\n}";
        check(text).unwrap();
        let found: Vec<_> = members(text).collect();
        assert_eq!(found, [("\"a\"", "[1, {\"b\":\"x\\\"]\"} ,null]"), ("\"c\"", "{}")]);
        let list: Vec<_> = items(found[0].1).collect();
        assert_eq!(list, ["1", "{\"b\":\"x\\\"]\"}", "null"]);
        assert_eq!(compact(text), "{\"a\":[1,{\"b\":\"x\\\"]\"},null],\"c\":{}}");
        assert_eq!(compact(r#"["\u0061\/", "\u0001 \"" ]"#), r#"["a/","\u0001 \""]"#);
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_escapes_are_seen_through() {
        assert_eq!(member(r#"{"a":1,"\u0061":2}"#, "a"), Some("2"));
        assert_eq!(string(r#""\ud83d\ude00\n\ud83dx""#), "😀\n\u{fffd}x");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(check(&deep(MAX_DEPTH as usize)).is_ok());
        let refused = check(&deep(1_000_000)).unwrap_err();
        assert_eq!(refused.message, "nested too deeply");
    }

    #[test]
    fn what_serde_refuses_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1,]",
            "01",
            "1.",
            "-",
            "1e",
            "\"\\x\"",
            "\"\\u12\"",
            "nul",
            "\"a",
            "[1}",
            "{\"a\":1]",
            "1 2",
            "\"\u{1}\"",
            "{a:1}",
        ] {
            assert!(check(text).is_err(), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn agrees_with_serde_on_any_text(text in r#"[\[\]{}:,"\\a0-3.eE+\- u\n]{0,24}"#) {
            prop_assert_eq!(check(&text).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }

        #[test]
        fn a_record_is_what_serde_calls_an_object(body in r#"[\[\]{}:,"\\a0-3 ]{0,20}"#) {
            let text = format!("{{{body}}}");
            let mut index = JsonIndex::default();
            let read = index.read("t", &text);
            let parsed = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text);
            prop_assert_eq!(read.is_ok(), parsed.is_ok());
            if let (Ok(record), Ok(parsed)) = (read, parsed) {
                for (key, value) in &parsed {
                    let ours: serde_json::Value = serde_json::from_str(record.member(key).unwrap()).unwrap();
                    prop_assert_eq!(&ours, value);
                }
            }
        }

        #[test]
        fn walking_any_text_ends(text in "\\PC{0,40}") {
            prop_assert!(items(&text).count() <= text.len());
            prop_assert!(members(&text).count() <= text.len());
            let _ = compact(&text);
            let _ = string(&text);
        }

        #[test]
        fn strings_come_back(text in "\\PC{0,20}[\"\\\\\n\u{1}]{0,3}") {
            let mut json = String::new();
            write_string(&text, &mut json);
            prop_assert!(check(&json).is_ok());
            prop_assert_eq!(string(&json), text);
        }
    }
}
