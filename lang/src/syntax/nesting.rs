//! Keeps brackets from nesting deeper than the stack allows.
//!
//! The parser and everything after it recurse once a bracket. So the text is looked through
//! once before it is parsed, and what lies deeper than the limit is blanked out.

use std::borrow::Cow;

use super::MAX_NESTING;
use super::tokens::{TokenKind, Tokens};

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
    for token in Tokens::of(text) {
        let at = token.start;
        if token.kind == TokenKind::Open {
            depth += 1;
            if depth == MAX_NESTING + 1 {
                opened = Some(at);
            }
        } else if token.kind == TokenKind::Close {
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
