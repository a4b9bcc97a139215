//! The few lexical rules that hold everywhere: quotes, comments, brackets, words.
//!
//! The grammar decides what a text means. This reads any text at all, also text that the
//! grammar does not match: to count brackets before parsing and to describe what stands at an
//! error.

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Word,
    /// A quoted string that is closed.
    Text,
    /// A string or regular expression that is not closed.
    OpenText,
    /// `/…/`
    Regex,
    Comment,
    /// `(`, `[` or `{`
    Open,
    /// `)`, `]` or `}`
    Close,
    /// A comma or a run of equals signs.
    Mark,
}

/// The tokens of a text, blanks left out.
pub(crate) struct Tokens<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Whether a `/` here starts a regular expression: after `matches` and `regex:`.
    regex: bool,
}

impl<'t> Tokens<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, regex: false }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn at_block_quote(&self) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"\"\"\""))
    }

    fn skip_while(&mut self, is: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|b| is(*b)) {
            self.at += 1;
        }
    }

    /// Goes past a literal that ends with `quote`, or to the end of the line.
    fn quoted(&mut self, quote: u8, closed: TokenKind) -> TokenKind {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => return TokenKind::OpenText,
                b'\\' if self.byte(self.at + 1) != b'\n' => self.at += 2,
                _ if byte == quote => {
                    self.at += 1;
                    return closed;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
        TokenKind::OpenText
    }

    /// Goes past a `"""` literal, or to the end of the text.
    fn block(&mut self) -> TokenKind {
        self.at += 3;
        while self.at < self.bytes.len() {
            if self.at_block_quote() {
                self.at += 3;
                return TokenKind::Text;
            }
            self.at += if self.byte(self.at) == b'\\' { 2 } else { 1 };
        }
        self.at = self.bytes.len();
        TokenKind::OpenText
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
        let start = self.at;
        let byte = *self.bytes.get(start)?;
        let after_matches = std::mem::take(&mut self.regex);
        let kind = match byte {
            b'#' => {
                self.skip_while(|b| b != b'\n');
                self.regex = after_matches;
                TokenKind::Comment
            }
            b'"' if self.at_block_quote() => self.block(),
            b'"' | b'\'' => self.quoted(byte, TokenKind::Text),
            b'/' if after_matches => self.quoted(b'/', TokenKind::Regex),
            b'(' | b'[' | b'{' => {
                self.at += 1;
                TokenKind::Open
            }
            b')' | b']' | b'}' => {
                self.at += 1;
                TokenKind::Close
            }
            b',' => {
                self.at += 1;
                TokenKind::Mark
            }
            b'=' => {
                self.skip_while(|b| b == b'=');
                TokenKind::Mark
            }
            _ => {
                self.skip_while(is_word_byte);
                let word = self.bytes.get(start..self.at).unwrap_or_default();
                self.regex = matches!(word, b"matches" | b"regex:" | b":");
                TokenKind::Word
            }
        };
        Some(Token { kind, start, end: self.at })
    }
}

fn is_word_byte(byte: u8) -> bool {
    !matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'=' | b','
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        Tokens::of(text).map(|t| (t.kind, &text[t.start..t.end])).collect()
    }

    #[test]
    fn words_quotes_and_comments_are_told_apart() {
        use TokenKind::*;
        assert_eq!(
            kinds("when: a#b matches /x \\/ y/ == 'q#' # end"),
            [
                (Word, "when:"),
                (Word, "a#b"),
                (Word, "matches"),
                (Regex, "/x \\/ y/"),
                (Mark, "=="),
                (Text, "'q#'"),
                (Comment, "# end"),
            ]
        );
    }

    #[test]
    fn what_is_not_closed_ends_with_its_line() {
        use TokenKind::*;
        assert_eq!(kinds("\"a\nb 'c\\"), [(OpenText, "\"a"), (Word, "b"), (OpenText, "'c\\")]);
        assert_eq!(kinds("\"\"\"a\nb"), [(OpenText, "\"\"\"a\nb")]);
    }
}
