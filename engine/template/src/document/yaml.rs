//! YAML through `granit-parser`: events become the tree; anchors, aliases, merge keys and
//! CloudFormation's short tags are worked in.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::explain::Scene;
use super::node::{Comment, Document, Entry, LineIndex, Node, NodeKind, Problem, ProblemKind, Span, Style};
use super::quoted::Replaced;
use super::{MAX_DEPTH, MAX_NODES};

/// Bytes that are read again for quoted texts that are put right; each costs another reading.
const MAX_READ_AGAIN: usize = 16 << 20;

pub(super) fn parse(text: &str) -> Result<Document, Problem> {
    let mut replaced = Replaced::default();
    let mut read = Cow::Borrowed(text);
    let mut first = None;
    for _ in 0..=MAX_READ_AGAIN / text.len().max(1) {
        let failed = match build(&read, text, &replaced) {
            Ok(document) => return Ok(document),
            Err(failed) => failed,
        };
        let next = failed.indented_quote.and_then(|(from, offset)| replaced.replace(&read, from, offset));
        // If putting one quoted text right does not help, the first problem is the real one.
        let problem = first.get_or_insert(failed.problem);
        match next {
            Some(next) => read = Cow::Owned(next),
            None => return Err(problem.clone()),
        }
    }
    Err(first.unwrap_or_else(|| Problem::new(Span::at(0), ProblemKind::Syntax, "the text cannot be read")))
}

/// Why the text was not read.
struct Failed {
    problem: Problem,
    /// For a quoted text that is indented too little: up to where all was read, and the place.
    indented_quote: Option<(usize, usize)>,
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self { problem, indented_quote: None }
    }
}

/// Reads `read`, which is `text` but for what was replaced.
fn build(read: &str, text: &str, replaced: &Replaced) -> Result<Document, Failed> {
    let options = granit_parser::options! {
        max_buffered_comment_events: 100_000,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::new(text, replaced);
    for next in Parser::new_from_str_with_options(read, options) {
        let (event, span) = match next {
            Ok(next) => next,
            // What follows the template is not its problem.
            Err(_) if builder.done => break,
            Err(error) => return Err(builder.failed(&error)),
        };
        if builder.done {
            if let Event::DocumentStart(..) = event {
                builder.second_document(byte_span(&span));
                break;
            }
            continue;
        }
        builder.event(event, span)?;
    }
    let empty = Node { kind: NodeKind::Null, span: Span::at(0), style: Style::Plain };
    Ok(Document {
        text: text.to_owned(),
        root: builder.root.unwrap_or(empty),
        comments: builder.comments,
        lines: LineIndex::new(text),
        json: false,
        problems: builder.problems,
    })
}

fn byte_span(place: &granit_parser::Span) -> Span {
    place.byte_range().map_or(Span::at(0), |range| Span::new(range.start, range.end))
}

/// A collection that is being filled.
struct Open {
    span: Span,
    style: Style,
    anchor: usize,
    tag: Option<(SmolStr, u32)>,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, merged: Vec<Entry>, key: Option<(SmolStr, Span)> },
}

struct Builder<'t> {
    text: &'t str,
    replaced: &'t Replaced,
    /// Where the last thing that was read ends.
    read_to: usize,
    stack: Vec<Open>,
    /// What each anchor stands for, with how many nodes it has.
    anchors: FxHashMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
    comments: Vec<Comment>,
    problems: Vec<Problem>,
    done: bool,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, replaced: &'t Replaced) -> Self {
        Self {
            text,
            replaced,
            read_to: 0,
            stack: Vec::new(),
            anchors: FxHashMap::default(),
            nodes: 0,
            root: None,
            comments: Vec::new(),
            problems: Vec::new(),
            done: false,
        }
    }

    fn failed(&self, error: &ScanError) -> Failed {
        let open = self.stack.iter().rev().find(|open| open.style == Style::Flow).map(|open| open.span);
        let scene = Scene { text: self.text, read_to: self.read_to, open };
        let quote =
            matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent | ErrorKind::TabInIndentation);
        Failed {
            problem: scene.explain(error),
            indented_quote: quote.then(|| (self.read_to, scene.offset(error))),
        }
    }

    fn second_document(&mut self, span: Span) {
        let problem = Problem::new(span, ProblemKind::SecondDocument, "a second document begins here");
        self.problems.push(problem.help("a template is one document; what follows is not read"));
    }

    fn event(&mut self, event: Event<'_>, place: granit_parser::Span) -> Result<(), Problem> {
        let span = byte_span(&place);
        self.read_to = self.read_to.max(span.end as usize);
        let tag_at =
            place.tag_start().and_then(|mark| mark.byte_offset()).unwrap_or(span.start as usize) as u32;
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let value = match self.replaced.at(span.start) {
                    Some(content) => Cow::Borrowed(content.as_str()),
                    None => value,
                };
                let node = scalar(&value, style, tag.as_ref(), span);
                let tag = short_tag(tag.as_ref()).map(|name| (name, tag_at));
                self.place(with_tag(node, tag), anchor, 1)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Content::List(Vec::new()), style, anchor, tag.as_ref(), span, tag_at)
            }
            Event::MappingStart(style, anchor, tag) => {
                let content = Content::Map { entries: Vec::new(), merged: Vec::new(), key: None };
                self.open(content, style, anchor, tag.as_ref(), span, tag_at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => match self.anchors.get(&id).cloned() {
                Some((mut node, size)) => {
                    node.span = span;
                    self.place(node, 0, size)
                }
                // Inside its own anchor.
                None => Err(Problem::new(
                    span,
                    ProblemKind::Syntax,
                    "an alias refers to the value that it is part of",
                )),
            },
            Event::Comment(text, _) => {
                self.comments.push(Comment { text: text.into_owned(), span });
                Ok(())
            }
            Event::DocumentEnd => {
                // A template is one document; what follows it is not read by CloudFormation either.
                self.done = self.root.is_some();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        content: Content,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Cow<'_, Tag>>,
        span: Span,
        tag_at: u32,
    ) -> Result<(), Problem> {
        let style = match style {
            StructureStyle::Flow => Style::Flow,
            _ => Style::Indented,
        };
        let tag = short_tag(tag).map(|name| (name, tag_at));
        self.stack.push(Open { span, style, anchor, tag, content });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Problem> {
        let Some(open) = self.stack.pop() else { return Ok(()) };
        let (kind, last) = match open.content {
            Content::List(items) => {
                let last = items.last().map(|n| n.span.end);
                (NodeKind::List(items), last)
            }
            Content::Map { mut entries, merged, .. } => {
                let last = entries.last().map(|e| e.value.span.end.max(e.key_span.end));
                note_duplicates(&entries, &mut self.problems);
                let missing = missing(merged, &entries);
                entries.splice(0..0, missing);
                (NodeKind::Map(entries), last)
            }
        };
        // An indented collection ends with its last item, not where the next thing begins.
        let end = if open.style == Style::Flow { end.end } else { last.unwrap_or(open.span.end) };
        let span = Span { start: open.span.start, end: end.max(open.span.start) };
        let node = with_tag(Node { kind, span, style: open.style }, open.tag);
        self.place(node, open.anchor, 1)
    }

    /// Puts a finished node where it belongs. `size` counts the nodes it stands for.
    fn place(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Problem> {
        self.nodes += size;
        if self.nodes > MAX_NODES {
            return Err(too_many(node.span));
        }
        if anchor != 0 {
            // Kept a second time, so counted a second time: anchors can be nested.
            let size = count(&node);
            self.nodes += size;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let text = self.text;
        let Some(open) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, merged, key } => match key.take() {
                None => *key = Some((key_text(&node, text), node.span)),
                Some((name, _)) if name == "<<" => merge(merged, node),
                Some((name, key_span)) => entries.push(Entry { key: name, key_span, value: node }),
            },
        }
        Ok(())
    }
}

fn count(node: &Node) -> usize {
    1 + node.items().iter().map(count).sum::<usize>()
        + node.entries().iter().map(|entry| count(&entry.value)).sum::<usize>()
}

/// `<<: *map` and `<<: [*a, *b]`: the earlier wins.
fn merge(merged: &mut Vec<Entry>, node: Node) {
    let maps = match node.kind {
        NodeKind::List(items) => items,
        _ => vec![node],
    };
    let mut known: FxHashSet<SmolStr> = merged.iter().map(|entry| entry.key.clone()).collect();
    for map in maps {
        if let NodeKind::Map(entries) = map.kind {
            merged.extend(entries.into_iter().filter(|entry| known.insert(entry.key.clone())));
        }
    }
}

/// What a merge adds: it never overrides what is written out.
fn missing(merged: Vec<Entry>, entries: &[Entry]) -> Vec<Entry> {
    if merged.is_empty() {
        return merged;
    }
    let written: FxHashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    merged.into_iter().filter(|entry| !written.contains(entry.key.as_str())).collect()
}

pub(super) fn too_many(span: Span) -> Problem {
    let message = format!("the text stands for more than {MAX_NODES} values");
    Problem::new(span, ProblemKind::TooLarge, message)
}

/// Keys that stand twice are problems; the last one counts, as in CloudFormation.
pub(super) fn note_duplicates(entries: &[Entry], problems: &mut Vec<Problem>) {
    /// More than this need not be told.
    const MAX_PROBLEMS: usize = 1_000;
    if problems.len() >= MAX_PROBLEMS {
        return;
    }
    /// Up to here comparing is cheaper than hashing.
    const FEW: usize = 12;
    if entries.len() <= FEW {
        let earlier = |at: usize, entry: &Entry| entries.iter().take(at).any(|other| other.key == entry.key);
        let again = entries.iter().enumerate().filter(|(at, entry)| earlier(*at, entry));
        problems.extend(again.map(|(_, entry)| duplicate(entry)));
        return;
    }
    let mut seen = FxHashSet::default();
    let again = entries.iter().filter(|entry| !seen.insert(entry.key.as_str()));
    problems.extend(again.take(MAX_PROBLEMS).map(duplicate));
}

fn duplicate(entry: &Entry) -> Problem {
    Problem::new(entry.key_span, ProblemKind::DuplicateKey, format!("the key `{}` stands twice", entry.key))
        .help("the last one counts; remove or rename the other")
}

/// Keys are text; one of another kind is known by how it is written.
fn key_text(node: &Node, text: &str) -> SmolStr {
    match node.as_str() {
        Some(key) => key.into(),
        None => text.get(node.span.start as usize..node.span.end as usize).unwrap_or("").trim().into(),
    }
}

/// `Ref`, `Condition`, or `Fn::…` for a local tag; none for core tags.
fn short_tag(tag: Option<&Cow<'_, Tag>>) -> Option<SmolStr> {
    let tag = tag?;
    if tag.handle() != "!" {
        return None;
    }
    Some(match tag.suffix() {
        "" => return None,
        name @ ("Ref" | "Condition") => name.into(),
        name => smol_str::format_smolstr!("Fn::{name}"),
    })
}

/// Wraps what a short tag stands before into the long form.
fn with_tag(node: Node, tag: Option<(SmolStr, u32)>) -> Node {
    let Some((key, start)) = tag else { return node };
    let span = Span { start, end: node.span.end.max(start) };
    // `!` and the name without `Fn::`.
    let key_span = Span { start, end: start + 1 + key.trim_start_matches("Fn::").len() as u32 };
    Node { kind: NodeKind::Map(vec![Entry { key, key_span, value: node }]), span, style: Style::ShortTag }
}

fn scalar(value: &str, style: ScalarStyle, tag: Option<&Cow<'_, Tag>>, span: Span) -> Node {
    let style = match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        _ => Style::Block,
    };
    let text_tag = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
    let kind = if style == Style::Plain && !text_tag { plain(value) } else { NodeKind::Str(value.into()) };
    Node { kind, span, style }
}

/// What an unquoted scalar means.
fn plain(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => NodeKind::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => NodeKind::Bool(false),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => number(text),
        _ => NodeKind::Str(text.into()),
    }
}

/// A number in its canonical spelling; anything else (`012`, `1_000`, `2010-09-09`) is text.
pub(super) fn number(text: &str) -> NodeKind {
    if let Ok(value) = text.parse::<i64>() {
        if value.to_string() == text {
            return NodeKind::Int(value);
        }
        return NodeKind::Str(text.into());
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'));
    match text.parse::<f64>() {
        Ok(value) if digits && value.is_finite() => NodeKind::Float(value),
        _ => NodeKind::Str(text.into()),
    }
}
