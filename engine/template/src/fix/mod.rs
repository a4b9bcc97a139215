//! A rule's changes of a record as edits of the author's text.
//!
//! Only what is written out is touched: not what hangs on a condition, not what an intrinsic
//! computes, not what came by an alias or a macro. Edits keep the author's style, indentation,
//! quotes, line ends and comments. Nothing here reads or writes files, so that an editor's quick
//! fixes are the same code.

use eyas_engine::finding::{Edit, EditOp, PathStep, TextEdit};

use crate::document::{Document, Entry, Node, NodeKind, Span, Style, parse};

mod insert;
mod remove;
mod render;
mod rounds;
mod sam;

pub use rounds::{Fixed, fix};
pub(crate) use sam::as_written;

/// Attributes of a resource that stand beside `Properties`.
const ATTRIBUTES: [&str; 4] = ["DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Metadata"];

/// A replacement of a part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patch {
    span: Span,
    text: String,
}

impl Patch {
    fn insert(at: u32, text: String) -> Self {
        Self { span: Span { start: at, end: at }, text }
    }
}

/// The edits of the text that carry out `edits` on the resource with this declaration; none
/// where one of them cannot be made safely, or all are made already.
pub fn text_edits(document: &Document, resource: &Entry, edits: &[Edit]) -> Vec<TextEdit> {
    let fixer = Fixer { document };
    match edits {
        [] => Vec::new(),
        [only] => fixer.text_edits(resource, only).unwrap_or_default(),
        several => fixer.several(resource, several).unwrap_or_default(),
    }
}

/// Several edits may need what an earlier one made; each sees the declaration after those before
/// it, and together they are one replacement. The declaration is read by itself, so that what
/// this costs does not grow with the template.
fn one_by_one(document: &Document, resource: &Entry, edits: &[Edit]) -> Option<TextEdit> {
    let fixer = Fixer { document };
    let end = resource.value.span.end.max(resource.key_span.end);
    let ends_line = fixer.document.text.get(..end as usize)?.ends_with('\n');
    let (start, end, open, close) = match resource.value.style {
        // A comment behind the last value stays there.
        Style::Indented if !ends_line => {
            (fixer.line_start(resource.key_span.start), fixer.line_end(end), "", "")
        }
        Style::Indented => (fixer.line_start(resource.key_span.start), end, "", ""),
        _ => (resource.key_span.start, end, "{", "}"),
    };
    let old = fixer.text(Span { start, end });
    let mut text = format!("{open}{old}{close}");
    for edit in edits {
        let now = parse(&text).ok()?;
        let made = Fixer { document: &now }.text_edits(now.root.entry(&resource.key)?, edit)?;
        text = apply(&text, &made);
    }
    let new = text.get(open.len()..text.len() - close.len())?;
    let (before, after) = common(old, new);
    let span = Span::new(start as usize + before, start as usize + old.len() - after);
    let changed = new.get(before..new.len() - after)?.to_owned();
    let nothing = changed.is_empty() && span.start == span.end;
    (!nothing).then(|| fixer.text_edit(Patch { span, text: changed }))
}

/// How many bytes two texts share at their starts, and after that at their ends.
fn common(old: &str, new: &str) -> (usize, usize) {
    let pairs = old.char_indices().zip(new.chars());
    let before = pairs.take_while(|((_, a), b)| a == b).last().map_or(0, |((at, a), _)| at + a.len_utf8());
    let (old, new) = (old.get(before..).unwrap_or_default(), new.get(before..).unwrap_or_default());
    let ends = old.chars().rev().zip(new.chars().rev());
    (before, ends.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum())
}

/// The text with the edits made.
pub fn apply(text: &str, edits: &[TextEdit]) -> String {
    let mut sorted: Vec<&TextEdit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.offset, edit.len));
    let mut out = String::with_capacity(text.len() + edits.iter().map(|e| e.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in sorted {
        let start = edit.offset as usize;
        if start < at {
            continue;
        }
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(&edit.text);
        at = start + edit.len as usize;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

struct Fixer<'d> {
    document: &'d Document,
}

/// How far a path leads into what is written.
enum Reached<'d, 's> {
    /// All the way; the values above it, outermost first, and the value itself.
    All(Vec<&'d Node>, &'d Node),
    /// To this map, which has no member of the next name; the rest of the path.
    Map { map: &'d Node, key: Option<&'d Entry>, rest: &'s [PathStep] },
}

impl<'d> Fixer<'d> {
    /// Several changes: together where none touches what another does, else one after the other.
    fn several(&self, resource: &'d Entry, edits: &[Edit]) -> Option<Vec<TextEdit>> {
        let mut all = Vec::new();
        for edit in edits {
            all.extend(self.patches(resource, edit)?);
        }
        self.apart(all).or_else(|| one_by_one(self.document, resource, edits).map(|edit| vec![edit]))
    }

    /// The edits of the text for one change; `None` where it cannot be made safely.
    fn text_edits(&self, resource: &'d Entry, edit: &Edit) -> Option<Vec<TextEdit>> {
        self.apart(self.patches(resource, edit)?)
    }

    /// Patches as edits in their order, unless two are at one place.
    fn apart(&self, mut patches: Vec<Patch>) -> Option<Vec<TextEdit>> {
        patches.sort_by_key(|patch| patch.span);
        let overlap = |pair: &[Patch]| pair[0].span.end > pair[1].span.start || pair[0].span == pair[1].span;
        if patches.windows(2).any(overlap) {
            return None;
        }
        Some(patches.into_iter().map(|patch| self.text_edit(patch)).collect())
    }

    fn patches(&self, resource: &'d Entry, edit: &Edit) -> Option<Vec<Patch>> {
        let mut path = edit.path.clone();
        let attribute =
            matches!(path.first(), Some(PathStep::Key(key)) if ATTRIBUTES.contains(&key.as_str()));
        let properties = resource.value.get("Properties");
        let shadowed = || match path.first() {
            Some(PathStep::Key(key)) => properties.is_some_and(|p| p.get(key).is_some()),
            _ => false,
        };
        if !attribute || shadowed() {
            path.insert(0, PathStep::Key("Properties".into()));
        }
        match edit.op {
            EditOp::Set => self.set(resource, &path, edit.value.as_ref()?),
            EditOp::Add => self.add(resource, &path, edit.value.as_ref()?),
            EditOp::Remove => match self.reach(resource, &path)? {
                Reached::All(above, node) => remove::patch(self, &above, node, path.last()?).map(|p| vec![p]),
                Reached::Map { .. } => Some(Vec::new()),
            },
        }
    }

    fn set(&self, resource: &'d Entry, path: &[PathStep], value: &serde_json::Value) -> Option<Vec<Patch>> {
        match self.reach(resource, path)? {
            Reached::Map { map, key, rest } => insert::member(self, map, key, rest, value).map(|p| vec![p]),
            Reached::All(_, node) => match (value, &node.kind) {
                // Members beside those that are set stay.
                (serde_json::Value::Object(members), NodeKind::Map(_)) if !members.is_empty() => {
                    self.set_members(resource, path, node, members)
                }
                _ => self.replace(node, value),
            },
        }
    }

    fn set_members(
        &self,
        resource: &'d Entry,
        path: &[PathStep],
        map: &'d Node,
        members: &serde_json::Map<String, serde_json::Value>,
    ) -> Option<Vec<Patch>> {
        let mut patches = Vec::new();
        let mut missing = Vec::new();
        for (name, value) in members {
            if map.get(name).is_none() {
                missing.push((name.clone(), value.clone()));
                continue;
            }
            let mut path = path.to_vec();
            path.push(PathStep::Key(name.clone()));
            patches.extend(self.set(resource, &path, value)?);
        }
        if !missing.is_empty() {
            patches.push(insert::members(self, map, None, &missing)?);
        }
        Some(patches)
    }

    /// A literal in place of a literal.
    fn replace(&self, node: &Node, value: &serde_json::Value) -> Option<Vec<Patch>> {
        let scalar = !matches!(value, serde_json::Value::Object(_) | serde_json::Value::Array(_));
        let text = match (&node.kind, node.style) {
            (_, Style::Block | Style::ShortTag) => return None,
            (NodeKind::List(_) | NodeKind::Map(_), style) => {
                if scalar || style != Style::Flow || has_intrinsic(node) {
                    return None;
                }
                render::flow(value, self.document.json)
            }
            // Nothing is written there: `Key:`.
            (NodeKind::Null, _) if node.span.start == node.span.end => return None,
            (_, style) if scalar => render::scalar(value, self.document.json, Some(style)),
            _ => render::flow(value, self.document.json),
        };
        if self.text(node.span) == text {
            return Some(Vec::new());
        }
        Some(vec![Patch { span: node.span, text }])
    }

    fn add(&self, resource: &'d Entry, path: &[PathStep], value: &serde_json::Value) -> Option<Vec<Patch>> {
        match self.reach(resource, path)? {
            Reached::Map { map, key, rest } => {
                let list = serde_json::Value::Array(vec![value.clone()]);
                insert::member(self, map, key, rest, &list).map(|p| vec![p])
            }
            // Beside an item that a condition puts there the new one may be its double.
            Reached::All(_, node) if node.items().iter().any(is_conditional) => None,
            Reached::All(_, node) => insert::item(self, node, value).map(|p| vec![p]),
        }
    }

    /// Follows the path through what is written out; `None` where something on the way is not.
    fn reach<'s>(&self, resource: &'d Entry, path: &'s [PathStep]) -> Option<Reached<'d, 's>> {
        let mut above = Vec::new();
        let mut node = &resource.value;
        self.no_anchor_before(node)?;
        let mut key = Some(resource);
        for (at, step) in path.iter().enumerate() {
            if is_intrinsic(node) {
                return None;
            }
            let next = match (step, &node.kind) {
                (PathStep::Key(name), NodeKind::Map(entries)) => {
                    if entries.iter().any(|entry| is_computed_key(&entry.key)) {
                        return None;
                    }
                    let Some(entry) = node.entry(name) else {
                        let rest = path.get(at..)?;
                        return Some(Reached::Map { map: node, key, rest });
                    };
                    key = Some(entry);
                    self.written_in(entry.key_span, node)?;
                    &entry.value
                }
                // `Properties:` with nothing in it.
                (PathStep::Key(_), NodeKind::Null) => {
                    return Some(Reached::Map { map: node, key, rest: path.get(at..)? });
                }
                (PathStep::Index(index), NodeKind::List(items)) => {
                    // Conditions may take items away, and then the numbers are others.
                    if items.iter().any(is_conditional) {
                        return None;
                    }
                    key = None;
                    items.get(*index as usize)?
                }
                // A single value counts as a list of one.
                (PathStep::Index(0), _) => continue,
                _ => return None,
            };
            self.written_in(next.span, node)?;
            self.no_anchor_before(next)?;
            above.push(node);
            node = next;
        }
        (!is_intrinsic(node)).then_some(Reached::All(above, node))
    }

    /// What came by an alias or a merge key stands elsewhere.
    fn written_in(&self, inner: Span, outer: &Node) -> Option<()> {
        let alias = self.text(inner).starts_with('*');
        (inner.start >= outer.span.start && inner.end <= outer.span.end && !alias).then_some(())
    }

    /// What has an anchor is used elsewhere too.
    fn no_anchor_before(&self, node: &Node) -> Option<()> {
        let before = self.document.text.get(..node.span.start as usize)?.trim_end();
        let word = before.rsplit(|c: char| c.is_whitespace()).next()?;
        (!word.starts_with('&')).then_some(())
    }

    fn text(&self, span: Span) -> &'d str {
        self.document.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The line break that the author uses around a place: the one that ends its line, or the
    /// one before it on the last line.
    fn newline(&self, at: u32) -> &'static str {
        let (before, after) = self.document.text.split_at_checked(at as usize).unwrap_or_default();
        let line = match after.split_once('\n') {
            Some(("", _)) => before,
            Some((line, _)) => line,
            None => before.rsplit_once('\n').map_or("", |(line, _)| line),
        };
        if line.ends_with('\r') { "\r\n" } else { "\n" }
    }

    /// The offset of the start of the line that holds `at`.
    fn line_start(&self, at: u32) -> u32 {
        let before = self.document.text.get(..at as usize).unwrap_or_default();
        before.rfind('\n').map_or(0, |i| i as u32 + 1)
    }

    /// The offset of the end of the line that holds `at`, without its line break.
    fn line_end(&self, at: u32) -> u32 {
        let rest = self.document.text.get(at as usize..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.trim_end_matches('\r').len() as u32
    }

    /// The end of a node's text without the blanks that block values take along.
    fn end(&self, node: &Node) -> u32 {
        node.span.start + self.text(node.span).trim_end().len() as u32
    }

    fn text_edit(&self, patch: Patch) -> TextEdit {
        let at = |offset| self.document.lines.line_column(&self.document.text, offset);
        let ((line, column), (end_line, end_column)) = (at(patch.span.start), at(patch.span.end));
        let len = patch.span.end - patch.span.start;
        TextEdit { offset: patch.span.start, len, line, column, end_line, end_column, text: patch.text }
    }
}

/// Whether a value is computed when it is deployed.
fn is_intrinsic(node: &Node) -> bool {
    match node.entries() {
        [only] => node.style == Style::ShortTag || only.key == "Ref" || only.key.starts_with("Fn::"),
        _ => false,
    }
}

fn is_computed_key(key: &str) -> bool {
    key.starts_with("Fn::")
}

/// Whether an item may be absent or several.
fn is_conditional(node: &Node) -> bool {
    match node.entries() {
        [only] if is_intrinsic(node) => {
            only.key != "Ref" && only.key != "Fn::Sub" && only.key != "Fn::GetAtt"
                || only.value.as_str() == Some("AWS::NoValue")
        }
        _ => false,
    }
}

fn has_intrinsic(node: &Node) -> bool {
    is_intrinsic(node)
        || node.items().iter().any(has_intrinsic)
        || node.entries().iter().any(|entry| has_intrinsic(&entry.value))
}
