//! Lines, and the comments and blank lines that go between them.

use std::iter::Peekable;

use crate::source::Span;
use crate::syntax::ast::Comment;

use super::WIDTH;

/// The text being written.
pub(super) struct Page<'f> {
    /// The source, where the tree was read from it.
    source: Option<&'f str>,
    comments: Peekable<std::slice::Iter<'f, Comment>>,
    out: String,
    /// Where the last thing that was written ends in the source.
    last_end: u32,
    /// Whether a brace was opened and nothing stands in it yet.
    opened: bool,
}

impl<'f> Page<'f> {
    pub(super) fn new(source: Option<&'f str>, comments: &'f [Comment]) -> Self {
        let comments = if source.is_some() { comments } else { &[] };
        Self { source, comments: comments.iter().peekable(), out: String::new(), last_end: 0, opened: false }
    }

    /// The text, ended by a line break.
    pub(super) fn finish(mut self) -> String {
        self.comments_before(u32::MAX, 0);
        self.trim();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    pub(super) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Starts a line.
    pub(super) fn line(&mut self, indent: usize) {
        self.trim();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Starts a line after a blank one.
    fn line_after_blank(&mut self, indent: usize) {
        self.trim();
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.line(indent);
    }

    /// Takes blanks from the end of the line.
    fn trim(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
    }

    /// Notes that what stands at `span` is written.
    pub(super) fn wrote(&mut self, span: Span) {
        self.last_end = self.last_end.max(span.end);
        self.opened = false;
    }

    /// Opens a brace; no blank line follows it.
    pub(super) fn open(&mut self) {
        self.push(" {");
        self.opened = true;
    }

    /// The column that the next character comes to stand in, from 0.
    pub(super) fn column(&self) -> usize {
        let line = self.out.rfind('\n').map_or(self.out.as_str(), |at| self.out.get(at + 1..).unwrap_or(""));
        line.chars().count()
    }

    /// Whether a text of one line fits into the current line, with `more` columns after it.
    pub(super) fn fits(&self, text: &str, more: usize) -> bool {
        let first = text.split('\n').next().unwrap_or_default();
        self.column() + first.chars().count() + more <= WIDTH
    }

    /// The source text at `span`, where literals may keep their spelling.
    pub(super) fn spelling(&self, span: Span) -> Option<&'f str> {
        self.source?.get(span.start as usize..span.end as usize)
    }

    /// The source text from `from` bytes before the start of `span`.
    pub(super) fn before(&self, span: Span, from: usize) -> Option<&'f str> {
        let start = span.start as usize;
        self.source?.get(start.checked_sub(from)?..start)
    }

    /// Where the word before `span` starts.
    pub(super) fn keyword(&self, span: Span, word: &str) -> u32 {
        let between = self.source.and_then(|s| s.get(self.last_end as usize..span.start as usize));
        between.and_then(|text| text.rfind(word)).map_or(span.start, |at| self.last_end + at as u32)
    }

    /// Whether comments that are not yet written stand before the end of `span`.
    pub(super) fn has_comments(&mut self, span: Span) -> bool {
        self.comments.peek().is_some_and(|c| c.span.start < span.end)
    }

    /// Whether a comment by itself stands before `at`.
    pub(super) fn has_comments_before(&mut self, at: u32) -> bool {
        self.comments.peek().is_some_and(|c| c.span.start < at)
    }

    /// Writes the comments before `at`: a comment by itself on a line of its own, a comment
    /// after code at the end of the line that was written last.
    pub(super) fn comments_before(&mut self, at: u32, indent: usize) {
        while let Some(comment) = self.comments.next_if(|c| c.span.start < at) {
            self.comment(comment, indent, false);
        }
    }

    /// Starts the line for what stands at `at`, with the comments before it, and a blank line
    /// where the source has one or where `blank` asks for it.
    pub(super) fn item(&mut self, at: u32, indent: usize, blank: bool) {
        self.item_with_doc(at, at, indent, blank);
    }

    /// The same for what stands at `at` and starts at `start` with its doc. Comments among the
    /// doc's lines go above them.
    pub(super) fn item_with_doc(&mut self, start: u32, at: u32, indent: usize, mut blank: bool) {
        while let Some(comment) = self.comments.next_if(|c| c.span.start < at) {
            let trails = self.trails(comment);
            self.comment(comment, indent, blank);
            blank = blank && trails;
        }
        if blank || self.is_set_apart(start) {
            self.line_after_blank(indent);
        } else {
            self.line(indent);
        }
    }

    fn comment(&mut self, comment: &Comment, indent: usize, blank: bool) {
        if self.trails(comment) {
            self.trim();
            self.out.push_str("  ");
        } else if blank || self.is_set_apart(comment.span.start) {
            self.line_after_blank(indent);
        } else {
            self.line(indent);
        }
        self.out.push_str(&comment.text);
        self.wrote(comment.span);
    }

    /// Whether a comment belongs to the line that was written last: it follows code in the
    /// source, or stands inside of what is already written.
    fn trails(&self, comment: &Comment) -> bool {
        if self.out.is_empty() {
            return false;
        }
        if comment.span.start < self.last_end {
            return true;
        }
        let before = self.source.and_then(|s| s.get(..comment.span.start as usize)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        !line.trim_matches(['\u{feff}', ' ', '\t', '\r']).is_empty()
    }

    /// Whether a blank line stands in the source right before `at`, with something above it.
    fn is_set_apart(&self, at: u32) -> bool {
        let between =
            self.source.and_then(|s| s.get(self.last_end as usize..at as usize)).unwrap_or_default();
        let blanks = between.bytes().rev().take_while(u8::is_ascii_whitespace);
        self.last_end > 0 && !self.opened && blanks.filter(|b| *b == b'\n').count() > 1
    }
}
