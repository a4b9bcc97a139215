//! The tokens of Falco's conditions.
//!
//! Falco reads without a token stream: at each place it tries the few things that may stand
//! there, longest match first, and a keyword needs no boundary. These functions do the same on
//! the rest of the text and return how many bytes they take.

/// Blanks that separate tokens.
pub(super) fn blank(rest: &str) -> usize {
    rest.len() - rest.trim_start_matches([' ', '\t', '\u{8}', '\r', '\n']).len()
}

/// White space in the sense of POSIX, which ends bare text.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// `not` with the white space after it.
pub(super) fn not_word(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("not")?;
    let space = after.len() - after.trim_start_matches(is_space).len();
    (space > 0).then_some(3 + space)
}

/// A name: a letter, then letters, digits and `_`.
pub(super) fn identifier(rest: &str) -> Option<usize> {
    rest.starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len()))
}

/// A field: at least two names with dots between them.
pub(super) fn field(rest: &str) -> Option<usize> {
    let mut end = identifier(rest)?;
    let first = end;
    while let Some(next) = rest.get(end..).and_then(|r| r.strip_prefix('.')).and_then(identifier) {
        end += 1 + next;
    }
    (end > first).then_some(end)
}

/// Bare text in a field's brackets.
pub(super) fn bare_argument(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| matches!(c, '[' | ']' | '"' | '\'') || is_space(c));
    Some(end.unwrap_or(rest.len())).filter(|n| *n > 0)
}

/// Bare text as a value.
pub(super) fn bare_text(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| matches!(c, '(' | ')' | '"' | '\'' | '=' | ',') || is_space(c));
    Some(end.unwrap_or(rest.len())).filter(|n| *n > 0)
}

/// A number, hexadecimal or decimal.
pub(super) fn number(rest: &str) -> Option<usize> {
    hex_number(rest).or_else(|| decimal_number(rest))
}

fn hex_number(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X"))?;
    let len = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    (len > 0).then_some(2 + len)
}

fn decimal_number(rest: &str) -> Option<usize> {
    let digits_at = |at: usize| {
        let tail = rest.get(at..).unwrap_or("");
        tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let has_at = |at: usize, set: &[char]| rest.get(at..).is_some_and(|r| r.starts_with(set));
    let sign = usize::from(has_at(0, &['+', '-']));
    let whole = digits_at(sign);
    if whole == 0 {
        return None;
    }
    let mut end = sign + whole;
    if has_at(end, &['.']) {
        end += 1;
        end += digits_at(end);
    }
    // The exponent's sign is not optional.
    if has_at(end, &['e', 'E']) && has_at(end + 1, &['+', '-']) && digits_at(end + 2) > 0 {
        end += 2 + digits_at(end + 2);
    }
    Some(end)
}

/// Why quoted text could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum QuoteError {
    /// No closing quote.
    Open,
    /// An escape at this byte, of this many bytes, that does not exist.
    Escape(usize, usize),
}

/// Quoted text, if the rest begins with a quote: how many bytes it takes and what it says.
///
/// As in Falco, a quote after a backslash never closes the text, not even where that backslash
/// is itself the second half of an escaped one.
pub(super) fn quoted(rest: &str) -> Option<Result<(usize, String), QuoteError>> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut previous = quote;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && previous != '\\' {
            let inner = rest.get(1..at).unwrap_or("");
            return Some(unescape(inner, quote).map(|text| (at + 1, text)));
        }
        previous = c;
    }
    Some(Err(QuoteError::Open))
}

fn unescape(inner: &str, quote: char) -> Result<String, QuoteError> {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next().map(|(_, c)| c) {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            // A backslash before a blank stands for the backslash, and the blank is dropped.
            Some('\\' | ' ') => out.push('\\'),
            Some('/') => out.push('/'),
            Some(c) if c == quote => out.push(c),
            Some('x') => {
                let code = inner.get(at + 2..at + 4).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
                match code.and_then(|h| u8::from_str_radix(h, 16).ok()) {
                    Some(code) => out.push(char::from(code)),
                    None => return Err(QuoteError::Escape(at + 1, 2)),
                }
                chars.nth(1);
            }
            other => return Err(QuoteError::Escape(at + 1, 1 + other.map_or(0, char::len_utf8))),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_far_as_they_go() {
        let len = |s| number(s);
        assert_eq!(len("0x1Fg"), Some(4));
        assert_eq!(len("0xg"), Some(1));
        assert_eq!(len("-0.1222e+10)"), Some(11));
        assert_eq!(len("1e10"), Some(1));
        assert_eq!(len("5.)"), Some(2));
        assert_eq!(len("+"), None);
    }

    #[test]
    fn a_field_has_a_dot_and_ends_before_a_trailing_one() {
        assert_eq!(field("ct.name.x=1"), Some(9));
        assert_eq!(field("ct.name."), Some(7));
        assert_eq!(field("ct.1"), None);
        assert_eq!(field("ct"), None);
    }

    #[test]
    fn escapes_are_falcos() {
        let text = |s: &str| quoted(s).map(|r| r.map(|(_, t)| t));
        assert_eq!(text(r#""a\tb\x41\/""#), Some(Ok("a\tbA/".to_owned())));
        assert_eq!(text(r#""bad \ ""#), Some(Ok("bad \\".to_owned())));
        assert_eq!(text(r"'it\'s'"), Some(Ok("it's".to_owned())));
        assert_eq!(text(r#""\'""#), Some(Err(QuoteError::Escape(1, 2))));
        assert_eq!(text(r#""\xZZ""#), Some(Err(QuoteError::Escape(1, 2))));
        assert_eq!(text(r#""a\\""#), Some(Err(QuoteError::Open)));
        assert_eq!(text("bare"), None);
    }
}
