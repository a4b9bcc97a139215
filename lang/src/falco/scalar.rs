//! Where the bytes of a YAML scalar's value stand in the file.
//!
//! The YAML parser gives the value and the stretch of text that it was read from. Between the
//! two lie folded lines, indentation, doubled quotes and escapes; walking both side by side
//! finds the place of each byte without a second implementation of YAML's folding.

use granit_parser::ScalarStyle;

use super::text::Text;
use super::yaml::{Node, NodeKind};
use crate::source::{FileId, Span};

/// The value of a scalar with the place of each of its bytes; `None` for other nodes.
pub(super) fn text(source: &str, node: &Node) -> Option<Text> {
    let NodeKind::Scalar { value, style } = &node.kind else { return None };
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    let raw = source.get(start..end).unwrap_or("");
    let mut walk = Walk { raw, at: 0, base: start, file: node.span.file, style: *style };
    if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
        walk.at = 1;
    }
    let mut out = Text::new(trimmed(node.span, raw));
    let mut buffer = [0; 4];
    for c in value.chars() {
        let place = walk.step(c);
        out.push(c.encode_utf8(&mut buffer), place);
    }
    Some(out)
}

/// The span of a scalar without the line ends and the indentation that a block scalar ends with.
fn trimmed(span: Span, raw: &str) -> Span {
    Span { end: span.start + raw.trim_end().len() as u32, ..span }
}

/// The place of a scalar as people see it.
pub(super) fn place(source: &str, node: &Node) -> Span {
    match node.kind {
        NodeKind::Scalar { .. } => {
            trimmed(node.span, source.get(node.span.start as usize..node.span.end as usize).unwrap_or(""))
        }
        _ => node.span,
    }
}

struct Walk<'a> {
    raw: &'a str,
    at: usize,
    base: usize,
    file: FileId,
    style: ScalarStyle,
}

impl Walk<'_> {
    /// The place of the next character of the value.
    fn step(&mut self, c: char) -> Span {
        if !c.is_whitespace() {
            self.skip_folding();
        }
        let len = self.length(c);
        let place = Span::new(self.file, self.base + self.at, self.base + self.at + len);
        self.at += len;
        place
    }

    fn rest(&self) -> &str {
        self.raw.get(self.at..).unwrap_or("")
    }

    /// Skips what stands for nothing: indentation, folded line ends, escaped line ends.
    fn skip_folding(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            let escaped = self.style == ScalarStyle::DoubleQuoted
                && rest.get(blanks..).is_some_and(|r| r.starts_with("\\\n") || r.starts_with("\\\r\n"));
            self.at += blanks + usize::from(escaped);
            if !escaped {
                return;
            }
        }
    }

    /// How many bytes at the current place stand for this character.
    fn length(&self, c: char) -> usize {
        let rest = self.rest();
        if self.style == ScalarStyle::DoubleQuoted && rest.starts_with('\\') {
            return escape_length(rest);
        }
        if self.style == ScalarStyle::SingleQuoted && c == '\'' {
            return rest.len().min(2);
        }
        match rest.chars().next() {
            Some(found) if found == c => c.len_utf8(),
            // A line end that was folded into a blank.
            Some(found) if found.is_whitespace() && c.is_whitespace() => found.len_utf8(),
            _ => 0,
        }
    }
}

/// The length of the escape that `rest` begins with.
fn escape_length(rest: &str) -> usize {
    let mut chars = rest.chars().skip(1);
    let len = match chars.next() {
        Some('x') => 4,
        Some('u') => 6,
        Some('U') => 10,
        Some(c) => 1 + c.len_utf8(),
        None => 1,
    };
    (len..=rest.len()).find(|n| rest.is_char_boundary(*n)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::falco::yaml;

    /// The source text of a part of the value of the first item.
    fn source_of<'a>(source: &'a str, part: &str) -> &'a str {
        let yaml = yaml::load(FileId(0), source);
        assert_eq!(yaml.diagnostics, vec![]);
        let text = text(source, &yaml.items[0]).unwrap();
        let at = text.as_str().find(part).unwrap();
        let span = text.span(at..at + part.len());
        &source[span.start as usize..span.end as usize]
    }

    #[test]
    fn places_survive_every_way_to_write_a_scalar() {
        assert_eq!(source_of("- plain text", "text"), "text");
        assert_eq!(
            source_of("- plain\n    over\n\n   lines é # not this", "over\nlines é"),
            "over\n\n   lines é"
        );
        assert_eq!(source_of("- 'it''s\n   so'", "t's so"), "t''s\n   so");
        assert_eq!(source_of("- 'it''s\n   so'", "s so"), "s\n   so");
        assert_eq!(source_of("- \"a\\n\\u0041 \\\"b\\\"\\\n   c\"", "A"), "\\u0041");
        assert_eq!(source_of("- \"a\\n\\u0041 \\\"b\\\"\\\n   c\"", "\"b\"c"), "\\\"b\\\"\\\n   c");
        assert_eq!(
            source_of("- |\n  first\n    second\n\n  third\n", "second\n\nthird"),
            "second\n\n  third"
        );
        assert_eq!(source_of("- >-2\n   first\n  second\n  third\n- x", "third"), "third");
        assert_eq!(source_of("- >\n  first\n  second\n", "first second"), "first\n  second");
    }
}
