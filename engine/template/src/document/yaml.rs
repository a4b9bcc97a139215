//! YAML through `granit-parser`: events become the tree; anchors, aliases, merge keys and
//! CloudFormation's short tags are worked in.

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StructureStyle, Tag};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::node::{Comment, Document, Entry, LineIndex, Node, NodeKind, Problem, ProblemKind, Span, Style};
use super::{MAX_DEPTH, MAX_NODES};

pub(super) fn parse(text: &str) -> Result<Document, Problem> {
    let options = granit_parser::options! {
        max_buffered_comment_events: 100_000,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::new(text);
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| syntax_problem(text, &error))?;
        builder.event(event, span)?;
        if builder.done {
            break;
        }
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
    fn new(text: &'t str) -> Self {
        Self {
            text,
            stack: Vec::new(),
            anchors: FxHashMap::default(),
            nodes: 0,
            root: None,
            comments: Vec::new(),
            problems: Vec::new(),
            done: false,
        }
    }

    fn event(&mut self, event: Event<'t>, place: granit_parser::Span) -> Result<(), Problem> {
        let span = place.byte_range().map_or(Span::at(0), |r| Span::new(r.start, r.end));
        let tag_at =
            place.tag_start().and_then(|mark| mark.byte_offset()).unwrap_or(span.start as usize) as u32;
        match event {
            Event::Scalar(value, style, anchor, tag) => {
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
                // A merge never overrides what is written out.
                let missing: Vec<Entry> =
                    merged.into_iter().filter(|m| !entries.iter().any(|e| e.key == m.key)).collect();
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
            let message = format!("aliases expand to more than {MAX_NODES} values");
            return Err(Problem::new(node.span, ProblemKind::TooLarge, message));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), count(&node)));
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
    for map in maps {
        if let NodeKind::Map(entries) = map.kind {
            for entry in entries {
                if !merged.iter().any(|m| m.key == entry.key) {
                    merged.push(entry);
                }
            }
        }
    }
}

/// Keys that stand twice are problems; the last one counts, as in CloudFormation.
pub(super) fn note_duplicates(entries: &[Entry], problems: &mut Vec<Problem>) {
    let mut seen = FxHashSet::default();
    problems.extend(entries.iter().filter(|entry| !seen.insert(entry.key.as_str())).map(duplicate));
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
    let value = match &node.kind {
        // `!GetAtt a.b` is the list form's short spelling.
        NodeKind::Null if node.span.start == node.span.end => {
            Node { span: Span::at(span.end as usize), ..node }
        }
        _ => node,
    };
    Node { kind: NodeKind::Map(vec![Entry { key, key_span, value }]), span, style: Style::ShortTag }
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

fn syntax_problem(text: &str, error: &ScanError) -> Problem {
    let offset = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let line_start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |i| i + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let problem = Problem::new(Span::at(offset), ProblemKind::Syntax, error.info().to_owned());
    if indent.contains('\t') {
        return problem.help("the line is indented with a tab; YAML takes spaces only");
    }
    let quotes = |q: char| line.matches(q).count() % 2 == 1;
    if quotes('"') || quotes('\'') {
        return problem.help("a quote on this line is not closed");
    }
    problem
}
