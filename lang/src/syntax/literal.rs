//! Quoted text: what stands between the quotes and what it means.

/// The value of a quoted string, with the way back to the source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// The text, escapes resolved.
    pub(crate) text: String,
    /// Where each byte of `text` comes from, counted from the opening quote; one more entry
    /// for its end.
    pub(crate) origin: Origin,
    /// Escapes that mean nothing, as ranges counted from the opening quote.
    pub(crate) bad_escapes: Vec<(usize, usize)>,
}

/// How offsets in a resolved text map to offsets in the source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The text stands in the source as it is, this many bytes in.
    Shifted(usize),
    /// One offset a byte, and one for the end.
    Table(Vec<u32>),
}

impl Origin {
    /// The source offset of a byte of the text.
    pub(crate) fn of(&self, at: usize) -> usize {
        match self {
            Origin::Shifted(by) => at + by,
            Origin::Table(table) => {
                table.get(at).or(table.last()).copied().map_or(0, |offset| offset as usize)
            }
        }
    }
}

/// Reads a whole quoted string (`"…"`, `'…'` or `"""…"""`), quotes included. `None` where it is
/// none.
///
/// In a `"""` string that starts with a line break, that break, the indentation that all its
/// lines share and a last line of blanks alone are no part of the text.
pub(crate) fn read(quoted: &str) -> Option<Literal> {
    if let Some(body) = quoted.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")) {
        return Some(read_block(body));
    }
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let body = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    if !body.contains('\\') {
        return Some(Literal { text: body.to_owned(), origin: Origin::Shifted(1), bad_escapes: Vec::new() });
    }
    let mut out = Reader::new(quote);
    out.resolve(body, 1);
    Some(out.finish(1 + body.len()))
}

/// The text of a CEL literal: only an escaped quote is resolved, so that CEL sees its own
/// escapes as they were written.
pub(crate) fn read_raw(quoted: &str) -> Option<(String, usize)> {
    if let Some(body) = quoted.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")) {
        return Some((body.to_owned(), 3));
    }
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let body = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut text = String::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(next) if next == quote => text.push(next),
                Some(next) => text.extend(['\\', next]),
                None => text.push('\\'),
            },
            _ => text.push(c),
        }
    }
    Some((text, 1))
}

/// The text of a `/…/` literal, quotes included: `\/` is a slash, everything else stands.
pub(crate) fn read_regex(literal: &str) -> Option<String> {
    let body = literal.strip_prefix('/')?.strip_suffix('/')?;
    let mut text = String::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('/') => text.push('/'),
                Some(next) => text.extend(['\\', next]),
                None => text.push('\\'),
            },
            _ => text.push(c),
        }
    }
    Some(text)
}

/// `text` between double quotes, as one line.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `text` between double quotes where it is CEL: the inverse of [`read_raw`].
pub(crate) fn quote_raw(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut escaped = false;
    for c in text.chars() {
        if c == '"' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out.push('"');
    out
}

/// `text` between slashes: the inverse of [`read_regex`].
pub(crate) fn quote_regex(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('/');
    let mut escaped = false;
    for c in text.chars() {
        if c == '/' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out.push('/');
    out
}

fn read_block(body: &str) -> Literal {
    let mut out = Reader::new('"');
    let first = body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n'));
    let Some(lines) = first else {
        out.resolve(body, 3);
        return out.finish(3 + body.len());
    };
    let indent = shared_indent(lines);
    let mut at = 3 + body.len() - lines.len();
    let count = lines.split('\n').count();
    for (i, line) in lines.split('\n').enumerate() {
        let last = i + 1 == count;
        if last && line.trim().is_empty() {
            break;
        }
        if i > 0 {
            out.push('\n', at - 1);
        }
        let shown = line.strip_suffix('\r').filter(|_| !last).unwrap_or(line);
        let cut = indent.min(shown.len() - shown.trim_start_matches([' ', '\t']).len());
        out.resolve(shown.get(cut..).unwrap_or_default(), at + cut);
        at += line.len() + 1;
    }
    out.finish(3 + body.len())
}

/// The blanks that all lines start with; lines of blanks alone count only as the last.
fn shared_indent(lines: &str) -> usize {
    let count = lines.split('\n').count();
    lines
        .split('\n')
        .enumerate()
        .filter(|(i, line)| i + 1 == count || !line.trim().is_empty())
        .map(|(_, line)| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0)
}

/// Collects resolved text with its origin.
struct Reader {
    quote: char,
    text: String,
    table: Vec<u32>,
    bad_escapes: Vec<(usize, usize)>,
}

impl Reader {
    fn new(quote: char) -> Self {
        Self { quote, text: String::new(), table: Vec::new(), bad_escapes: Vec::new() }
    }

    fn push(&mut self, c: char, from: usize) {
        self.text.push(c);
        for byte in 0..c.len_utf8() {
            self.table.push((from + byte) as u32);
        }
    }

    fn resolve(&mut self, body: &str, offset: usize) {
        let mut rest = body.char_indices();
        while let Some((at, c)) = rest.next() {
            if c != '\\' {
                self.push(c, offset + at);
                continue;
            }
            let (resolved, len) = escape(body.get(at + 1..).unwrap_or_default(), self.quote);
            match resolved {
                Some(c) => self.push(c, offset + at),
                None => {
                    self.bad_escapes.push((offset + at, offset + at + 1 + len));
                    for (i, c) in body.get(at..at + 1 + len).unwrap_or_default().char_indices() {
                        self.push(c, offset + at + i);
                    }
                }
            }
            while rest.offset() < at + 1 + len && rest.next().is_some() {}
        }
    }

    fn finish(mut self, end: usize) -> Literal {
        self.table.push(end as u32);
        Literal { text: self.text, origin: Origin::Table(self.table), bad_escapes: self.bad_escapes }
    }
}

/// What the text after a backslash stands for, and how many bytes of it belong to the escape.
fn escape(after: &str, quote: char) -> (Option<char>, usize) {
    let Some(c) = after.chars().next() else { return (None, 0) };
    let one = |c| (Some(c), 1);
    match c {
        'b' => one('\u{8}'),
        'f' => one('\u{c}'),
        'n' => one('\n'),
        'r' => one('\r'),
        't' => one('\t'),
        '\\' => one('\\'),
        '/' => one('/'),
        // Falco reads a backslash before a blank as a backslash.
        ' ' => one('\\'),
        c if c == quote => one(c),
        'x' => match hex(after, 1, 2) {
            Some(code) => (char::from_u32(code), 3),
            None => (None, 1),
        },
        'u' => unicode(after),
        c => (None, c.len_utf8()),
    }
}

/// JSON's `uXXXX`, in pairs beyond the first plane.
fn unicode(after: &str) -> (Option<char>, usize) {
    let Some(code) = hex(after, 1, 4) else { return (None, 1) };
    if !(0xd800..0xdc00).contains(&code) {
        return (char::from_u32(code), 5);
    }
    let low = after.get(5..7).filter(|s| *s == "\\u").and_then(|_| hex(after, 7, 4));
    match low {
        Some(low @ 0xdc00..0xe000) => {
            (char::from_u32(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)), 11)
        }
        _ => (None, 5),
    }
}

fn hex(text: &str, from: usize, digits: usize) -> Option<u32> {
    let digits = text.get(from..from + digits)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
