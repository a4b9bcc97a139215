//! YAML as a tree with places.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, options};

use super::yaml_error::{self, Failure};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::ast::Comment;

/// How many nodes the aliases of a file may stand for together.
const MAX_ALIASED: usize = 1_000_000;

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    /// What it is.
    pub(super) kind: NodeKind,
    /// Where; of a block scalar, its lines without the header.
    pub(super) span: Span,
    /// How many nodes it holds, itself included.
    size: usize,
}

/// The kinds of [`Node`].
#[derive(Debug)]
pub(super) enum NodeKind {
    /// Text.
    Scalar {
        /// What it says.
        value: String,
        /// How it is written.
        style: ScalarStyle,
    },
    /// `[…]` or `- …`
    Sequence(Vec<Rc<Node>>),
    /// `key: value`
    Mapping(Vec<(Rc<Node>, Rc<Node>)>),
    /// An alias of nothing; its diagnostic is made.
    Broken,
}

impl Node {
    /// The text of a scalar.
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether it is a value that was left out, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        match &self.kind {
            NodeKind::Scalar { value, style: ScalarStyle::Plain } => {
                matches!(value.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// What it is, in a message.
    pub(super) fn describe(&self) -> &'static str {
        match self.kind {
            _ if self.is_null() => "nothing",
            NodeKind::Scalar { .. } => "text",
            NodeKind::Sequence(_) => "a list",
            NodeKind::Mapping(_) => "a mapping",
            NodeKind::Broken => "an alias of nothing",
        }
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Yaml {
    /// The items of the sequences at the top of its documents.
    pub(super) items: Vec<Rc<Node>>,
    /// The comments that begin a line.
    pub(super) comments: Vec<Comment>,
    /// Items that could not be read: the text from which on.
    pub(super) broken: Vec<usize>,
    /// What is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads a file. Where it is not YAML as a whole, each item at its top is read by itself, so
/// that an error costs no more than the item that it is in.
pub(super) fn load(file: FileId, text: &str) -> Yaml {
    let mut yaml = Yaml::default();
    let failure = match read(file, text, 0) {
        Ok(part) => {
            yaml.add(text, part);
            return yaml;
        }
        Err(failure) => *failure,
    };
    let starts = item_starts(text);
    for (i, start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(text.len());
        match read(file, text.get(*start..end).unwrap_or(""), *start) {
            Ok(part) => yaml.add(text, part),
            Err(failure) => {
                yaml.broken.push(*start);
                yaml.diagnostics.push(yaml_error::explain(file, text, end, &failure));
            }
        }
    }
    if yaml.broken.is_empty() {
        // An anchor of another item is out of reach of an item that is read by itself.
        yaml.diagnostics.clear();
        yaml.diagnostics.push(yaml_error::explain(file, text, text.len(), &failure));
    }
    yaml
}

/// Where the lines begin that start an item at the top.
fn item_starts(text: &str) -> Vec<usize> {
    let mut at = 0;
    let mut indent = None;
    let mut starts = Vec::new();
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches(' ');
        let by = line.len() - body.len();
        if body.strip_prefix('-').is_some_and(|r| r.is_empty() || r.starts_with([' ', '\t', '\n', '\r']))
            && *indent.get_or_insert(by) == by
        {
            starts.push(at);
        }
        at += line.len();
    }
    starts
}

/// What one stretch of text holds.
struct Part {
    roots: Vec<Rc<Node>>,
    comments: Vec<Comment>,
    diagnostics: Vec<Diagnostic>,
}

impl Yaml {
    fn add(&mut self, text: &str, part: Part) {
        self.diagnostics.extend(part.diagnostics);
        self.comments.extend(part.comments);
        for root in part.roots {
            match &root.kind {
                NodeKind::Sequence(items) => self.items.extend(items.iter().cloned()),
                NodeKind::Broken => {}
                _ if root.is_null() => {}
                _ => self.diagnostics.push(
                    Diagnostic::new(
                        Code::FalcoYaml,
                        first_word(text, root.span),
                        format!("expected a list of items, found {}", root.describe()),
                    )
                    .help("every rule, macro and list begins with `- `"),
                ),
            }
        }
    }
}

/// A short place at the beginning of a long one.
fn first_word(text: &str, span: Span) -> Span {
    let whole = text.get(span.start as usize..span.end as usize).unwrap_or("");
    let len = whole.find(char::is_whitespace).unwrap_or(whole.len());
    Span { end: span.start + len as u32, ..span }
}

/// A collection that is being read.
struct Open {
    start: Span,
    anchor: usize,
    is_mapping: bool,
    is_flow: bool,
    nodes: Vec<Rc<Node>>,
    size: usize,
}

/// Reads the documents of a stretch of text that begins at byte `base` of the file.
fn read(file: FileId, text: &str, base: usize) -> Result<Part, Box<Failure>> {
    let options = options! { max_buffered_comment_events: usize::MAX, emit_unresolved_aliases: true };
    let mut builder = Builder {
        anchors: HashMap::new(),
        stack: Vec::new(),
        aliased: 0,
        part: Part { roots: Vec::new(), comments: Vec::new(), diagnostics: Vec::new() },
    };
    let mut last = base..base;
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((Event::Comment(..), span)) if span.start.col() > 0 => {}
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                last = base + range.start..base + range.end;
                builder.event(event, Span::new(file, last.start, last.end));
            }
            Err(error) => {
                let at = base + error.marker().byte_offset().unwrap_or(0).min(text.len());
                let open = builder.stack.iter().rev().find(|o| o.is_flow).map(|o| o.start);
                return Err(Box::new(Failure { kind: error.kind().clone(), at, last, open }));
            }
        }
    }
    Ok(builder.part)
}

struct Builder {
    anchors: HashMap<usize, Rc<Node>>,
    stack: Vec<Open>,
    aliased: usize,
    part: Part,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Scalar(value, style, anchor, _) => {
                let kind = NodeKind::Scalar { value: value.into_owned(), style };
                self.node(Node { kind, span, size: 1 }, anchor);
            }
            Event::SequenceStart(style, anchor, _) => self.open(span, anchor, false, style),
            Event::MappingStart(style, anchor, _) => self.open(span, anchor, true, style),
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Comment(text, _) => {
                // Two `#` would make it the documentation of what follows.
                let text = format!("#{}", text.trim_start_matches('#').trim_end());
                self.part.comments.push(Comment { text, span });
            }
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.part.diagnostics.push(
                    Diagnostic::new(Code::FalcoYaml, span, format!("`*{name}` refers to nothing"))
                        .help("quote text that begins with `*`"),
                );
                self.broken(span);
            }
            _ => {}
        }
    }

    fn open(&mut self, start: Span, anchor: usize, is_mapping: bool, style: StructureStyle) {
        let is_flow = style == StructureStyle::Flow;
        self.stack.push(Open { start, anchor, is_mapping, is_flow, nodes: Vec::new(), size: 1 });
    }

    fn close(&mut self, end: Span) {
        let Some(open) = self.stack.pop() else { return };
        let mut span = open.start.to(end);
        // The end of a block collection is where the next thing begins.
        if !open.is_flow
            && let Some(last) = open.nodes.last()
        {
            span.end = last.span.end.clamp(span.start, span.end.max(span.start));
        }
        let kind = match open.is_mapping {
            true => {
                let mut nodes = open.nodes.into_iter();
                let mut pairs = Vec::new();
                while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
                    pairs.push((key, value));
                }
                NodeKind::Mapping(pairs)
            }
            false => NodeKind::Sequence(open.nodes),
        };
        self.node(Node { kind, span, size: open.size }, open.anchor);
    }

    fn node(&mut self, node: Node, anchor: usize) {
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node);
    }

    fn attach(&mut self, node: Rc<Node>) {
        match self.stack.last_mut() {
            Some(open) => {
                open.size = open.size.saturating_add(node.size);
                open.nodes.push(node);
            }
            None => self.part.roots.push(node),
        }
    }

    fn broken(&mut self, span: Span) {
        self.attach(Rc::new(Node { kind: NodeKind::Broken, span, size: 1 }));
    }

    fn alias(&mut self, id: usize, span: Span) {
        let Some(node) = self.anchors.get(&id).cloned() else {
            self.part.diagnostics.push(Diagnostic::new(
                Code::FalcoYaml,
                span,
                "the alias refers to what it is part of",
            ));
            return self.broken(span);
        };
        let before = self.aliased;
        self.aliased = self.aliased.saturating_add(node.size);
        if self.aliased <= MAX_ALIASED {
            return self.attach(node);
        }
        if before <= MAX_ALIASED {
            self.part.diagnostics.push(Diagnostic::new(
                Code::FalcoYaml,
                span,
                format!("the file's aliases stand for more than {MAX_ALIASED} values"),
            ));
        }
        self.broken(span);
    }
}
