//! The tree.

use eyas_lang::value::Place;
use smol_str::SmolStr;

/// A half-open range of bytes in the document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The empty range at an offset.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// Whether all of another range is in this one.
    pub fn contains(self, inner: Span) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where. An alias has the place of the alias, what it stands for that of the anchor.
    pub span: Span,
    /// How the author wrote it.
    pub style: Style,
}

/// The kinds of [`Node`].
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Nothing.
    Null,
    /// `true`, `false` (in YAML also `yes`, `no`, `on`, `off`, as CloudFormation reads YAML 1.1).
    Bool(bool),
    /// A whole number in its canonical spelling; `012` is text, as account ids need.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Str(SmolStr),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text, duplicates included.
    Map(Vec<Entry>),
}

/// How a node is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// A YAML scalar without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes (also every JSON string).
    Double,
    /// A YAML block scalar (`|` or `>`).
    Block,
    /// `{…}` or `[…]`.
    Flow,
    /// A YAML collection by indentation.
    Indented,
    /// A short intrinsic: `!Ref x`.
    ShortTag,
}

/// A member of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key as text; keys of other kinds are given as they are written.
    pub key: SmolStr,
    /// Where the key is.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// The same key without its value.
    pub(crate) fn clone_key(&self) -> Self {
        Self { key: self.key.clone(), key_span: self.key_span, value: self.value.hollow() }
    }
}

impl Node {
    /// A node at the same place with nothing in it.
    pub(crate) fn hollow(&self) -> Self {
        Self { kind: NodeKind::Null, span: self.span, style: self.style }
    }

    /// The value of the last member with this key, as CloudFormation takes it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The last member with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key == key)
    }

    /// The members of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            NodeKind::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// A scalar as text: what CloudFormation makes of `22` where it wants a string.
    pub fn scalar_text(&self) -> Option<SmolStr> {
        Some(match &self.kind {
            NodeKind::Str(text) => text.clone(),
            NodeKind::Bool(value) => SmolStr::new_static(if *value { "true" } else { "false" }),
            NodeKind::Int(value) => value.to_string().into(),
            NodeKind::Float(value) => value.to_string().into(),
            NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_) => return None,
        })
    }

    /// What kind of thing it is, in words.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            NodeKind::Null => "nothing",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Int(_) | NodeKind::Float(_) => "a number",
            NodeKind::Str(_) => "a string",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}

/// A comment, without its `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text after `#`.
    pub text: String,
    /// Where, `#` included.
    pub span: Span,
}

/// A parsed text.
#[derive(Debug, Clone)]
pub struct Document {
    /// The text.
    pub text: String,
    /// The root.
    pub root: Node,
    /// Comments in order; JSON has none.
    pub comments: Vec<Comment>,
    /// Offsets to lines.
    pub lines: LineIndex,
    /// Whether it was read as JSON.
    pub json: bool,
    /// What is odd but did not keep the text from being read (duplicate keys, a second document).
    pub problems: Vec<Problem>,
}

impl Document {
    /// A span with its line and column.
    pub fn place(&self, span: Span) -> Place {
        let (line, column) = self.lines.line_column(&self.text, span.start);
        Place { offset: span.start, len: span.end.saturating_sub(span.start), line, column }
    }
}

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What kind.
    pub kind: ProblemKind,
    /// One line, lower case.
    pub message: String,
    /// What was probably meant.
    pub help: Option<String>,
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// Not text.
    Encoding,
    /// Neither YAML nor JSON.
    Syntax,
    /// Refused for its size, nesting or aliases.
    TooLarge,
    /// A key stands twice in a map.
    DuplicateKey,
    /// The text goes on with another YAML document.
    SecondDocument,
}

impl Problem {
    /// A problem at a place.
    pub fn new(span: Span, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { span, kind, message: message.into(), help: None }
    }

    /// Adds what was probably meant.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Offsets of line starts.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// For each character of several bytes: one past it, and how many bytes more than characters
    /// there are up to there.
    wide: Vec<(u32, u32)>,
}

impl LineIndex {
    /// The lines of `text`.
    pub fn new(text: &str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        let mut wide = Vec::new();
        if !text.is_ascii() {
            let mut more = 0;
            for (at, character) in text.char_indices().filter(|(_, character)| !character.is_ascii()) {
                let length = character.len_utf8() as u32;
                more += length - 1;
                wide.push((at as u32 + length, more));
            }
        }
        Self { starts, wide }
    }

    /// Line and column (in characters) of a byte offset, both from 1.
    pub fn line_column(&self, text: &str, offset: u32) -> (u32, u32) {
        let offset = offset.min(text.len() as u32);
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = (offset - start) - (self.surplus(offset) - self.surplus(start));
        (line as u32, column + 1)
    }

    /// How many bytes more than characters there are before an offset.
    fn surplus(&self, offset: u32) -> u32 {
        if self.wide.is_empty() {
            return 0;
        }
        let at = self.wide.partition_point(|(end, _)| *end <= offset);
        at.checked_sub(1).and_then(|at| self.wide.get(at)).map_or(0, |(_, more)| *more)
    }

    /// The offset at which a line (from 1) starts.
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.starts.get((line as usize).checked_sub(1)?).copied()
    }
}
