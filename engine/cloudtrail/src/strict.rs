//! The grammar of JSON, to the letter: where a value ends, or what is wrong with it and where.
//!
//! Used where the fast looks of [`crate::scan`] cannot vouch for a text, to find the end of a
//! value that goes over several lines, and to say what is broken. It keeps no stack but one bit
//! a level, so nesting costs nothing and is bounded.

use crate::split::MAX_DEPTH;

/// Why a text is not a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It ends in the middle.
    Unfinished,
    /// It breaks the grammar here.
    Bad {
        /// Where in the text.
        at: usize,
        /// How, as a clause.
        why: &'static str,
    },
    /// It nests deeper than [`MAX_DEPTH`], from here on.
    TooDeep {
        /// Where in the text.
        at: usize,
    },
}

/// The end of the JSON value at `start`, which may be preceded by white space. Does not check
/// that strings are UTF-8.
pub(crate) fn value_end(text: &[u8], start: usize) -> Result<usize, Fault> {
    let mut levels = Levels::default();
    let mut at = start;
    loop {
        at = skip_space(text, at);
        let opened = match text.get(at) {
            None => return Err(Fault::Unfinished),
            Some(b'{') => {
                levels.push(true, at)?;
                at = skip_space(text, at + 1);
                if text.get(at) != Some(&b'}') {
                    at = key_end(text, at)?;
                    true
                } else {
                    false
                }
            }
            Some(b'[') => {
                levels.push(false, at)?;
                at = skip_space(text, at + 1);
                text.get(at) != Some(&b']')
            }
            Some(_) => {
                at = scalar_end(text, at)?;
                false
            }
        };
        if opened {
            continue;
        }
        match after_value(text, at, &mut levels)? {
            After::Next(next) => at = next,
            After::Done(end) => return Ok(end),
        }
    }
}

/// One past the white space at `at`.
pub(crate) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// What follows a value.
enum After {
    /// Another value, here.
    Next(usize),
    /// Nothing: the outermost value ends here.
    Done(usize),
}

/// Closes what ends after a value and steps over the comma to the next.
fn after_value(text: &[u8], mut at: usize, levels: &mut Levels) -> Result<After, Fault> {
    loop {
        let Some(in_object) = levels.top() else { return Ok(After::Done(at)) };
        at = skip_space(text, at);
        match (text.get(at), in_object) {
            (Some(b','), true) => return Ok(After::Next(key_end(text, skip_space(text, at + 1))?)),
            (Some(b','), false) => return Ok(After::Next(at + 1)),
            (Some(b'}'), true) | (Some(b']'), false) => {
                levels.pop();
                at += 1;
            }
            (None, _) => return Err(Fault::Unfinished),
            (_, true) => return Err(Fault::Bad { at, why: "expected `,` or `}`" }),
            (_, false) => return Err(Fault::Bad { at, why: "expected `,` or `]`" }),
        }
    }
}

/// One past the colon of the key at `at`.
fn key_end(text: &[u8], at: usize) -> Result<usize, Fault> {
    match text.get(at) {
        Some(b'"') => {}
        None => return Err(Fault::Unfinished),
        Some(_) => return Err(Fault::Bad { at, why: "expected a key in quotes" }),
    }
    let at = skip_space(text, string_end(text, at)?);
    match text.get(at) {
        Some(b':') => Ok(at + 1),
        None => Err(Fault::Unfinished),
        Some(_) => Err(Fault::Bad { at, why: "expected `:` after the key" }),
    }
}

/// One past a string, number, `true`, `false` or `null`.
fn scalar_end(text: &[u8], at: usize) -> Result<usize, Fault> {
    match text.get(at) {
        Some(b'"') => string_end(text, at),
        Some(b'-' | b'0'..=b'9') => number_end(text, at),
        Some(b't') => word_end(text, at, b"true"),
        Some(b'f') => word_end(text, at, b"false"),
        Some(b'n') => word_end(text, at, b"null"),
        _ => Err(Fault::Bad { at, why: "expected a value" }),
    }
}

fn word_end(text: &[u8], at: usize, word: &[u8]) -> Result<usize, Fault> {
    let there = text.get(at..).unwrap_or_default();
    if there.starts_with(word) {
        Ok(at + word.len())
    } else if word.starts_with(there) {
        Err(Fault::Unfinished)
    } else {
        Err(Fault::Bad { at, why: "expected a value" })
    }
}

fn number_end(text: &[u8], start: usize) -> Result<usize, Fault> {
    let digits = |mut at: usize| {
        let from = at;
        while matches!(text.get(at), Some(b'0'..=b'9')) {
            at += 1;
        }
        match (at > from, text.get(at)) {
            (true, _) => Ok(at),
            (false, None) => Err(Fault::Unfinished),
            (false, Some(_)) => Err(Fault::Bad { at, why: "expected a digit" }),
        }
    };
    let mut at = start + usize::from(text.get(start) == Some(&b'-'));
    at = if text.get(at) == Some(&b'0') { at + 1 } else { digits(at)? };
    if text.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(text.get(at), Some(b'+' | b'-')));
        at = digits(at)?;
    }
    Ok(at)
}

/// One past the string whose opening quote is at `start`.
pub(crate) fn string_end(text: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start + 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(plain) = rest.iter().position(|&b| STOPS_STRING[usize::from(b)]) else {
            return Err(Fault::Unfinished);
        };
        at += plain;
        match text.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape_end(text, at)?,
            _ => return Err(Fault::Bad { at, why: "a control character inside a string" }),
        }
    }
}

/// One past the escape whose backslash is at `at`.
fn escape_end(text: &[u8], at: usize) -> Result<usize, Fault> {
    match text.get(at + 1) {
        None => Err(Fault::Unfinished),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let hex = text.get(at + 2..).unwrap_or_default();
            let hex = &hex[..hex.len().min(4)];
            match hex.iter().position(|b| !b.is_ascii_hexdigit()) {
                Some(_) => Err(Fault::Bad { at, why: "an escape without four hexadecimal digits" }),
                None if hex.len() < 4 => Err(Fault::Unfinished),
                None => Ok(at + 6),
            }
        }
        Some(_) => Err(Fault::Bad { at, why: "an escape that JSON does not have" }),
    }
}

/// The bytes that a run of plain string text stops at.
const STOPS_STRING: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// The open objects (ones) and arrays (zeros), innermost last.
#[derive(Default)]
struct Levels {
    bits: [u64; MAX_DEPTH / 64],
    depth: usize,
}

impl Levels {
    fn push(&mut self, object: bool, at: usize) -> Result<(), Fault> {
        let Some(word) = self.bits.get_mut(self.depth / 64) else { return Err(Fault::TooDeep { at }) };
        let bit = 1u64 << (self.depth % 64);
        *word = if object { *word | bit } else { *word & !bit };
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn top(&self) -> Option<bool> {
        let last = self.depth.checked_sub(1)?;
        self.bits.get(last / 64).map(|word| word >> (last % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end(text: &str) -> Result<usize, Fault> {
        value_end(text.as_bytes(), 0)
    }

    #[test]
    fn values_end_where_they_end() {
        for text in [
            r#"{}"#,
            "[]",
            r#"{"a":[1,-2.5e+3,true,false,null,"x\"\u00e9\\"],"b":{}}"#,
            " [ 1 , [ ] ] ",
            r#""x""#,
        ] {
            assert_eq!(end(text), Ok(text.trim_end().len()), "{text}");
        }
        assert_eq!(end(r#"{"a":1} {"b":2}"#), Ok(7));
    }

    #[test]
    fn faults_are_located() {
        let bad = |text: &str| match end(text) {
            Err(Fault::Bad { at, .. }) => at,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(bad(r#"{"a":1 "b":2}"#), 7);
        assert_eq!(bad(r#"{"a":1,{"b":2}}"#), 7);
        assert_eq!(bad(r#"{"a" 1}"#), 5);
        assert_eq!(bad(r#"[1,]"#), 3);
        assert_eq!(bad(r#"{"a":"x\q"}"#), 7);
        assert_eq!(bad("{\"a\":\"x\n\"}"), 7);
        assert_eq!(bad(r#"{"a":01}"#), 6);
        assert_eq!(bad(r#"{"a":trve}"#), 5);
        assert_eq!(bad(r#"{"a":"\u12g4"}"#), 6);
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(end(&nested(MAX_DEPTH)), Ok(2 * MAX_DEPTH));
        assert_eq!(end(&nested(MAX_DEPTH + 1)), Err(Fault::TooDeep { at: MAX_DEPTH }));
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((".{0,6}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn what_a_json_writer_writes_is_whole(value in json(), pretty in any::<bool>()) {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert_eq!(end(&text), Ok(text.len()));
        }

        #[test]
        fn it_agrees_with_a_json_parser(text in r#"[\[\]{}",:0-9a-z\\ -]{0,24}"#) {
            let whole = end(&text).is_ok_and(|end| text[end..].trim().is_empty());
            prop_assert_eq!(whole, serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        }
    }
}
