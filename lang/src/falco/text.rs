//! Text that was put together from pieces of files, with the place that each byte came from.
//!
//! A condition in a YAML scalar loses its indentation and its escapes, an appended condition
//! comes from another item or file, and a list's name may be replaced by its items. What is
//! said about such a text still has to point into the file where the author can see it.

use std::ops::Range;

use crate::source::{FileId, Span};

/// A stretch of text that comes from one stretch of a file.
#[derive(Debug, Clone)]
struct Run {
    /// First byte in the text.
    at: usize,
    /// Length in the text.
    len: usize,
    /// The stretch in the file. Where it is as long as `len`, bytes correspond one to one.
    source: Span,
}

impl Run {
    fn is_verbatim(&self) -> bool {
        self.len == self.source.len()
    }
}

/// Text with the place of each of its bytes.
#[derive(Debug, Clone)]
pub(super) struct Text {
    text: String,
    runs: Vec<Run>,
    /// Where the whole stands, for what has no place of its own.
    whole: Span,
}

impl Text {
    /// An empty text that stands at `whole`.
    pub(super) fn new(whole: Span) -> Self {
        Self { text: String::new(), runs: Vec::new(), whole }
    }

    /// Text that stands in the file as it is, from byte `start` on.
    pub(super) fn verbatim(file: FileId, start: usize, text: &str) -> Self {
        let whole = Span::new(file, start, start + text.len());
        let mut out = Self::new(whole);
        out.push(text, whole);
        out
    }

    /// Text that comes from one place as a whole.
    pub(super) fn piece(text: &str, span: Span) -> Self {
        let mut out = Self::new(span);
        out.push(text, span);
        out
    }

    /// Adds `text`, which comes from `source`.
    pub(super) fn push(&mut self, text: &str, source: Span) {
        if text.is_empty() {
            return;
        }
        let (at, len) = (self.text.len(), text.len());
        self.text.push_str(text);
        if let Some(last) = self.runs.last_mut() {
            let joins = last.is_verbatim() && source.len() == len;
            if joins && last.source.file == source.file && last.source.end == source.start {
                last.len += len;
                last.source.end = source.end;
                return;
            }
        }
        self.runs.push(Run { at, len, source });
    }

    /// Adds a part of another text.
    pub(super) fn push_range(&mut self, other: &Text, range: Range<usize>) {
        let Some(piece) = other.text.get(range.clone()) else { return };
        let mut at = range.start;
        for run in &other.runs {
            let (start, end) = (run.at.max(range.start), (run.at + run.len).min(range.end));
            if start >= end || start != at {
                continue;
            }
            if let Some(part) = piece.get(start - range.start..end - range.start) {
                self.push(part, other.span(start..end));
            }
            at = end;
        }
    }

    /// Adds the whole of another text.
    pub(super) fn push_text(&mut self, other: &Text) {
        self.push_range(other, 0..other.text.len());
    }

    /// The text itself.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the whole stands.
    pub(super) fn whole(&self) -> Span {
        self.whole
    }

    /// The run that holds byte `at`.
    fn run(&self, at: usize) -> Option<&Run> {
        let next = self.runs.partition_point(|r| r.at <= at);
        self.runs.get(next.checked_sub(1)?).filter(|r| at < r.at + r.len)
    }

    /// The place of a range. Of a range over several files, the part in the first.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let start = match self.run(range.start) {
            Some(run) if run.is_verbatim() => {
                let by = (range.start - run.at) as u32;
                Span { start: run.source.start + by, ..run.source }
            }
            Some(run) => run.source,
            None => return self.end_span(),
        };
        let Some(last) = range.end.checked_sub(1).filter(|l| *l >= range.start) else {
            return Span { end: start.start, ..start };
        };
        match self.run(last) {
            Some(run) if run.source.file == start.file => {
                let end = match run.is_verbatim() {
                    true => run.source.start + (range.end - run.at) as u32,
                    false => run.source.end,
                };
                Span { end: end.max(start.start), ..start }
            }
            _ => Span { end: start.end, ..start },
        }
    }

    /// The empty place after the last byte.
    fn end_span(&self) -> Span {
        let end = self.runs.last().map_or(self.whole, |r| r.source);
        Span { start: end.end, ..end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: FileId = FileId(0);
    const B: FileId = FileId(1);

    #[test]
    fn bytes_keep_their_places_across_pieces() {
        let mut text = Text::new(Span::new(A, 10, 40));
        text.push("ab", Span::new(A, 10, 12));
        text.push("\"", Span::new(A, 12, 14));
        text.push("cd", Span::new(A, 14, 16));
        text.push(" or x", Span::new(B, 3, 8));
        assert_eq!(text.as_str(), "ab\"cd or x");
        assert_eq!(text.span(1..2), Span::new(A, 11, 12));
        assert_eq!(text.span(2..3), Span::new(A, 12, 14));
        assert_eq!(text.span(1..5), Span::new(A, 11, 16));
        assert_eq!(text.span(6..8), Span::new(B, 4, 6));
        assert_eq!(text.span(4..8).file, A);
        assert_eq!(text.span(10..10), Span::new(B, 8, 8));
    }

    #[test]
    fn a_part_of_a_text_keeps_its_places() {
        let mut from = Text::new(Span::new(A, 0, 20));
        from.push("abc", Span::new(A, 5, 8));
        from.push("xyz", Span::new(A, 9, 10));
        let mut text = Text::new(Span::new(A, 0, 20));
        text.push_range(&from, 1..5);
        assert_eq!(text.as_str(), "bcxy");
        assert_eq!(text.span(0..2), Span::new(A, 6, 8));
        assert_eq!(text.span(2..3), Span::new(A, 9, 10));
    }
}
