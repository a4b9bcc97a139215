//! `Fn::ForEach`: each round of a loop is a copy of its body in which the loop's name stands for
//! an item.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Expansion;
use crate::document::{Entry, MAX_NODES, Node, NodeKind};
use crate::inputs::Inputs;
use crate::nested::Outputs;
use crate::note::{Note, NoteKind};
use crate::records::Source;
use crate::resolve::{Budget, Ground, Resolver, text_of};
use crate::scenario::Scenario;
use crate::template::Template;
use eyas_lang::value::TreeKind;

/// More rounds than this, over all loops of a template, are not looked at.
const MAX_ROUNDS: usize = 1_000;

/// Unrolls every loop of a template.
pub(super) fn unroll(template: &Template<'_>, inputs: &Inputs, budget: &Budget, expansion: &mut Expansion) {
    let (scenario, stacks) = (Scenario::default(), Outputs::default());
    let resolver = Resolver::new(Ground { template, inputs, stacks: &stacks, budget }, &scenario);
    let root = expansion.root.as_ref().unwrap_or(&template.document.root);
    let mut unroller =
        Unroller { resolver, notes: Vec::new(), sources: None, rounds: 0, nodes: 0, told: false };
    let entries = root
        .entries()
        .iter()
        .map(|section| {
            // Only resources are asked where they come from.
            unroller.sources =
                (section.key == "Resources").then(|| unroller.sources.take().unwrap_or_default());
            let value = unroller.node(&section.value, 0);
            if let Some(sources) = unroller.sources.take() {
                expansion.sources.extend(sources);
            }
            Entry { value, ..section.clone_key() }
        })
        .collect();
    let root = Node { kind: NodeKind::Map(entries), ..root.hollow() };
    expansion.notes.append(&mut unroller.notes);
    expansion.root = Some(root);
}

struct Unroller<'t> {
    resolver: Resolver<'t>,
    notes: Vec<Note>,
    /// What the members of `Resources` come from; none elsewhere.
    sources: Option<FxHashMap<SmolStr, Source>>,
    rounds: usize,
    nodes: usize,
    /// Whether it was told that there are too many rounds.
    told: bool,
}

/// What a loop's name stands for in a round.
enum Item {
    Known(SmolStr),
    /// Only deployment knows: one round for all.
    Unknown,
}

impl Unroller<'_> {
    fn node(&mut self, node: &Node, depth: usize) -> Node {
        let kind = match &node.kind {
            NodeKind::List(items) => {
                NodeKind::List(items.iter().map(|item| self.node(item, depth + 1)).collect())
            }
            NodeKind::Map(entries) => NodeKind::Map(self.entries(entries, depth)),
            _ => return node.clone(),
        };
        Node { kind, ..node.hollow() }
    }

    /// The members of a map with its loops unrolled. At `depth` 0 they are a section's.
    fn entries(&mut self, entries: &[Entry], depth: usize) -> Vec<Entry> {
        let mut out = Vec::with_capacity(entries.len());
        for entry in entries {
            match (entry.key.strip_prefix("Fn::ForEach"), entry.value.items()) {
                (Some(_), [name, collection, body]) => {
                    self.rounds_of(entry, name, collection, body, depth, &mut out);
                }
                _ => out.push(Entry { value: self.node(&entry.value, depth + 1), ..entry.clone_key() }),
            }
        }
        out
    }

    fn rounds_of(
        &mut self,
        entry: &Entry,
        name: &Node,
        collection: &Node,
        body: &Node,
        depth: usize,
        out: &mut Vec<Entry>,
    ) {
        let Some(name) = name.as_str() else {
            out.push(entry.clone());
            return;
        };
        for item in self.items(entry, collection) {
            self.rounds += 1;
            if self.rounds > MAX_ROUNDS || self.nodes > MAX_NODES {
                self.too_many(entry);
                return;
            }
            let body = Round { name, item: &item, nodes: &mut self.nodes }.node(body, false);
            let first = out.len();
            let made = self.entries(body.entries(), depth);
            out.extend(made);
            if depth == 0
                && let Some(sources) = &mut self.sources
            {
                let source =
                    Source { id: entry.key.clone(), kind: "Fn::ForEach".into(), span: entry.key_span };
                let made = out.iter().skip(first);
                sources.extend(made.map(|resource| (resource.key.clone(), source.clone())));
            }
        }
    }

    /// The items of a collection; one unknown item where the collection is not known.
    fn items(&mut self, entry: &Entry, collection: &Node) -> Vec<Item> {
        let items = match self.resolver.value(collection, 0).map(|tree| tree.kind) {
            Some(TreeKind::List(items)) => items
                .iter()
                .map(|item| match text_of(item) {
                    // Longer than a logical id can be.
                    Some(text) if text.len() <= 255 => Item::Known(text),
                    _ => Item::Unknown,
                })
                .collect(),
            Some(TreeKind::Str(text)) => vec![Item::Known(text)],
            Some(TreeKind::Null) | None => Vec::new(),
            _ => vec![Item::Unknown],
        };
        if items.iter().any(|item| matches!(item, Item::Unknown)) {
            let message = format!("what `{}` runs over is known only when it is deployed", entry.key);
            self.notes.push(Note::new(entry.key_span, NoteKind::Loop, message));
        }
        items
    }

    fn too_many(&mut self, entry: &Entry) {
        if !self.told {
            self.told = true;
            let message = format!("`{}` makes too much: {MAX_ROUNDS} rounds are looked at", entry.key);
            self.notes.push(Note::new(entry.key_span, NoteKind::Loop, message));
        }
    }
}

/// One round of a loop.
struct Round<'r> {
    name: &'r str,
    item: &'r Item,
    /// Counts what is copied.
    nodes: &'r mut usize,
}

impl Round<'_> {
    /// A copy of a node in which the loop's name stands for the item. Text in an `Fn::Sub` keeps
    /// what is not known for the resolver to find; other text becomes such an `Fn::Sub`.
    fn node(&mut self, node: &Node, in_sub: bool) -> Node {
        *self.nodes += 1;
        let kind = match &node.kind {
            NodeKind::List(items) => {
                NodeKind::List(items.iter().map(|item| self.node(item, in_sub)).collect())
            }
            NodeKind::Map(entries) => {
                if let ([entry], Item::Known(text)) = (entries.as_slice(), self.item)
                    && entry.key == "Ref"
                    && entry.value.as_str() == Some(self.name)
                {
                    return Node { kind: NodeKind::Str(text.clone()), ..node.hollow() };
                }
                NodeKind::Map(entries.iter().map(|entry| self.entry(entry)).collect())
            }
            NodeKind::Str(text) => match (self.substituted(text), self.item) {
                (None, _) => return node.clone(),
                (Some(text), Item::Known(_)) => NodeKind::Str(text),
                (Some(text), Item::Unknown) if in_sub => NodeKind::Str(text),
                (Some(text), Item::Unknown) => {
                    let value = Node { kind: NodeKind::Str(text), ..node.hollow() };
                    NodeKind::Map(vec![Entry { key: "Fn::Sub".into(), key_span: node.span, value }])
                }
            },
            _ => return node.clone(),
        };
        Node { kind, ..node.hollow() }
    }

    fn entry(&mut self, entry: &Entry) -> Entry {
        let value = self.node(&entry.value, entry.key == "Fn::Sub");
        let key = match self.item {
            Item::Known(_) => self.substituted(&entry.key).unwrap_or_else(|| entry.key.clone()),
            Item::Unknown => entry.key.clone(),
        };
        Entry { key, key_span: entry.key_span, value }
    }

    /// The text with the item for `${name}`, and its letters and digits for `&{name}`; none where
    /// neither occurs.
    fn substituted(&mut self, text: &str) -> Option<SmolStr> {
        let (whole, stripped) = (format!("${{{}}}", self.name), format!("&{{{}}}", self.name));
        if !text.contains(&whole) && !text.contains(&stripped) {
            return None;
        }
        // Long text that grows counts like the nodes that it could be.
        *self.nodes += text.len() / 64;
        Some(match self.item {
            Item::Known(item) => {
                let letters: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
                text.replace(&whole, item).replace(&stripped, &letters).into()
            }
            Item::Unknown => text.replace(&stripped, &whole).into(),
        })
    }
}
