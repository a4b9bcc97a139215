//! Keeps brackets from nesting deeper than the stack allows.
//!
//! The parser and everything after it recurse once a bracket. So the text is looked through
//! once before it is parsed, with the few lexical rules that matter (strings, comments, regular
//! expressions), and what lies deeper than the limit is blanked out.

use std::borrow::Cow;

use super::MAX_NESTING;

/// Text that is safe to parse.
pub(super) struct Readable<'t> {
    /// The text, of the same length as the original, with what is too deep blanked out.
    pub(super) text: Cow<'t, str>,
    /// Where brackets open that are too deep.
    pub(super) too_deep: Vec<usize>,
}

/// Blanks out what is nested deeper than [`MAX_NESTING`].
pub(super) fn limit(text: &str) -> Readable<'_> {
    let holes = holes(text);
    if holes.is_empty() {
        return Readable { text: Cow::Borrowed(text), too_deep: Vec::new() };
    }
    let too_deep = holes.iter().map(|hole| hole.start).collect();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for hole in holes {
        out.push_str(text.get(from..hole.start).unwrap_or_default());
        for byte in text.as_bytes().get(hole.clone()).unwrap_or_default() {
            out.push(if *byte == b'\n' { '\n' } else { ' ' });
        }
        from = hole.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Readable { text: Cow::Owned(out), too_deep }
}

/// The ranges from a bracket that is one too deep to the one that closes it.
fn holes(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut holes = Vec::new();
    let mut depth = 0usize;
    let mut opened = None;
    for (at, bracket) in Brackets::new(text) {
        if matches!(bracket, b'(' | b'[' | b'{') {
            depth += 1;
            if depth == MAX_NESTING + 1 {
                opened = Some(at);
            }
        } else {
            if depth == MAX_NESTING + 1
                && let Some(start) = opened.take()
            {
                holes.push(start..at + 1);
            }
            depth = depth.saturating_sub(1);
        }
    }
    if let Some(start) = opened {
        holes.push(start..text.len());
    }
    holes
}

/// The brackets of a text that stand outside strings, comments and regular expressions.
struct Brackets<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Whether a `/` here starts a regular expression: after `matches` and `regex:`.
    regex: bool,
}

impl<'t> Brackets<'t> {
    fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, regex: false }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn rest_starts_with(&self, what: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(what))
    }

    /// Goes past a literal that ends with `quote`, or to the end of the line.
    fn skip_quoted(&mut self, quote: u8) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.byte(self.at) {
                b'\n' => return,
                b'\\' if self.byte(self.at + 1) != b'\n' => self.at += 2,
                b if b == quote => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_block_string(&mut self) {
        self.at += 3;
        while self.at < self.bytes.len() && !self.rest_starts_with(b"\"\"\"") {
            self.at += if self.byte(self.at) == b'\\' { 2 } else { 1 };
        }
        self.at += 3;
    }

    fn skip_comment(&mut self) {
        while self.at < self.bytes.len() && self.byte(self.at) != b'\n' {
            self.at += 1;
        }
    }

    fn skip_word(&mut self) {
        let start = self.at;
        while self.at < self.bytes.len() && is_word_byte(self.byte(self.at)) {
            self.at += 1;
        }
        self.regex = matches!(self.bytes.get(start..self.at), Some(b"matches" | b"regex:" | b":"));
    }
}

fn is_word_byte(byte: u8) -> bool {
    !matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'=' | b','
    )
}

impl Iterator for Brackets<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(&byte) = self.bytes.get(self.at) {
            let at = self.at;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    self.skip_comment();
                    continue;
                }
                b'"' if self.rest_starts_with(b"\"\"\"") => self.skip_block_string(),
                b'"' | b'\'' => self.skip_quoted(byte),
                b'/' if self.regex => self.skip_quoted(b'/'),
                b'=' | b',' => self.at += 1,
                b'(' | b'[' | b'{' | b')' | b']' | b'}' => {
                    self.at += 1;
                    self.regex = false;
                    return Some((at, byte));
                }
                _ => {
                    self.skip_word();
                    continue;
                }
            }
            self.regex = false;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shallow_text_is_left_as_it_is() {
        let text = "a in (b, \"((((\", c) # ((((\nx matches /((((/ \"\"\"((\n((\"\"\"";
        let readable = limit(text);
        assert!(matches!(readable.text, Cow::Borrowed(_)));
        assert!(readable.too_deep.is_empty());
    }

    #[test]
    fn deep_text_is_blanked_from_the_bracket_that_is_one_too_many() {
        let text = format!("{}é\n{}", "(".repeat(MAX_NESTING + 5), ")".repeat(MAX_NESTING + 5));
        let readable = limit(&text);
        assert_eq!(readable.too_deep, [MAX_NESTING]);
        assert_eq!(readable.text.len(), text.len());
        assert_eq!(readable.text.matches('(').count(), MAX_NESTING);
        assert_eq!(readable.text.matches(')').count(), MAX_NESTING);
        assert!(readable.text.contains('\n'));
    }

    #[test]
    fn unclosed_deep_text_is_blanked_to_the_end() {
        let text = "[".repeat(MAX_NESTING * 100);
        assert_eq!(limit(&text).text.trim_end().len(), MAX_NESTING);
    }
}
