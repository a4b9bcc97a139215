//! Scanning JSON text without building anything.
//!
//! Two kinds of pass: [`Checker`] proves that text is JSON of bounded depth, byte by byte where
//! it must and eight bytes at a time inside strings; the `skip_*` functions walk text that has
//! been checked, look only for the ends of values, and on text that is not JSON after all stop
//! at its end instead of failing. Neither recurses, so depth costs no stack.

use super::JsonError;

/// How deep containers may nest. Real CloudTrail stays below 20.
pub const MAX_DEPTH: u32 = 128;

/// The offset of the first `"`, `\` or control character at or after `from`.
fn string_special(text: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Bytes equal to zero get their high bit; the lowest such bit is exact, which is all we use.
    let zeroes = |v: u64| v.wrapping_sub(ONES) & !v & HIGH;
    let mut at = from;
    while let Some(chunk) = text.get(at..at + 8).and_then(|c| <[u8; 8]>::try_from(c).ok()) {
        let word = u64::from_le_bytes(chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = zeroes(word ^ (ONES * 0x22)) | zeroes(word ^ (ONES * 0x5c)) | control;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(&byte) = text.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

/// Past white space.
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// Past a string whose opening quote is at `at`, and whether it has escapes.
pub(super) fn skip_string(text: &[u8], at: usize) -> (usize, bool) {
    let mut at = at + 1;
    let mut escaped = false;
    loop {
        at = string_special(text, at);
        match text.get(at) {
            Some(b'"') => return (at + 1, escaped),
            Some(b'\\') => {
                escaped = true;
                at += 2;
            }
            Some(_) => at += 1,
            None => return (text.len(), escaped),
        }
    }
}

/// Past the value that starts at `at`.
pub(super) fn skip_value(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'"') => skip_string(text, at).0,
        Some(b'{' | b'[') => skip_container(text, at),
        _ => skip_scalar(text, at),
    }
}

fn skip_container(text: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    let mut depth = 1u32;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                at = skip_string(text, at).0;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Past the word or number at `at`.
pub(super) fn skip_scalar(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        if matches!(byte, b',' | b'}' | b']' | b':' | b' ' | b'\n' | b'\r' | b'\t') {
            break;
        }
        at += 1;
    }
    at
}

/// Proves that text is JSON.
pub(super) struct Checker<'a> {
    text: &'a [u8],
}

impl<'a> Checker<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text }
    }

    fn error<T>(&self, at: usize, message: &'static str) -> Result<T, JsonError> {
        let message = if at >= self.text.len() { "the text ends inside a value" } else { message };
        Err(JsonError { offset: at.min(self.text.len()), message })
    }

    /// Past a string that opens at `at`, and whether it has escapes.
    pub(super) fn string(&self, at: usize) -> Result<(usize, bool), JsonError> {
        if self.text.get(at) != Some(&b'"') {
            return self.error(at, "expected a string");
        }
        let mut at = at + 1;
        let mut escaped = false;
        loop {
            at = string_special(self.text, at);
            match self.text.get(at) {
                Some(b'"') => return Ok((at + 1, escaped)),
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?;
                }
                _ => return self.error(at, "control character in a string"),
            }
        }
    }

    fn escape(&self, at: usize) -> Result<usize, JsonError> {
        match self.text.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => {
                let digits = self.text.get(at + 2..at + 6);
                match digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)) {
                    true => Ok(at + 6),
                    false => self.error(at, "broken `\\u` escape"),
                }
            }
            _ => self.error(at, "unknown escape"),
        }
    }

    /// Past a key, its colon and white space: the start of the value, and the key's end and
    /// whether it has escapes.
    pub(super) fn key(&self, at: usize) -> Result<(usize, usize, bool), JsonError> {
        let (end, escaped) = self.string(at)?;
        let colon = skip_space(self.text, end);
        if self.text.get(colon) != Some(&b':') {
            return self.error(colon, "expected `:`");
        }
        Ok((skip_space(self.text, colon + 1), end, escaped))
    }

    /// Past the value that starts at `at`, which already stands `depth` containers deep.
    pub(super) fn value(&self, start: usize, outer: u32) -> Result<usize, JsonError> {
        // Which of the open containers are objects: one bit each, the innermost lowest.
        let mut objects = 0u128;
        let mut depth = 0u32;
        let mut at = start;
        loop {
            match self.text.get(at) {
                Some(&open @ (b'{' | b'[')) => {
                    depth += 1;
                    if depth + outer > MAX_DEPTH {
                        return self.error(at, "nested too deeply");
                    }
                    objects = (objects << 1) | u128::from(open == b'{');
                    at = skip_space(self.text, at + 1);
                    match (self.text.get(at), open) {
                        (Some(b'}'), b'{') | (Some(b']'), b'[') => {}
                        (_, b'{') => {
                            at = self.key(at)?.0;
                            continue;
                        }
                        _ => continue,
                    }
                }
                Some(b'"') => at = self.string(at)?.0,
                _ => at = self.scalar(at)?,
            }
            // A value has ended, or the container at hand is about to.
            loop {
                if depth == 0 {
                    return Ok(at);
                }
                at = skip_space(self.text, at);
                match (self.text.get(at), objects & 1 == 1) {
                    (Some(b','), true) => {
                        at = self.key(skip_space(self.text, at + 1))?.0;
                        break;
                    }
                    (Some(b','), false) => {
                        at = skip_space(self.text, at + 1);
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        at += 1;
                        depth -= 1;
                        objects >>= 1;
                    }
                    (_, true) => return self.error(at, "expected `,` or `}`"),
                    (_, false) => return self.error(at, "expected `,` or `]`"),
                }
            }
        }
    }

    fn scalar(&self, at: usize) -> Result<usize, JsonError> {
        let rest = self.text.get(at..).unwrap_or_default();
        for word in [&b"true"[..], b"false", b"null"] {
            if rest.starts_with(word) {
                return Ok(at + word.len());
            }
        }
        self.number(at)
    }

    fn number(&self, start: usize) -> Result<usize, JsonError> {
        let digits = |mut at: usize| {
            let from = at;
            while self.text.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            (at, at > from)
        };
        let mut at = start + usize::from(self.text.get(start) == Some(&b'-'));
        if self.text.get(at) == Some(&b'0') {
            at += 1;
        } else {
            match digits(at) {
                (end, true) => at = end,
                _ => return self.error(start, "expected a value"),
            }
        }
        if self.text.get(at) == Some(&b'.') {
            match digits(at + 1) {
                (end, true) => at = end,
                _ => return self.error(at + 1, "expected a digit"),
            }
        }
        if let Some(b'e' | b'E') = self.text.get(at) {
            let sign = usize::from(matches!(self.text.get(at + 1), Some(b'+' | b'-')));
            match digits(at + 1 + sign) {
                (end, true) => at = end,
                _ => return self.error(at + 1 + sign, "expected a digit"),
            }
        }
        Ok(at)
    }
}
