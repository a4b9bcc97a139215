//! Nested stacks whose template is a local file: the child gets what the parent passes, the
//! parent sees what the child puts out.

use std::sync::Arc;

use eyas_lang::value::{Tree, TreeKind, Unknown};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::document::{Document, Node, NodeKind, parse};
use crate::inputs::Inputs;
use crate::mentions::mentions;
use crate::note::{Note, NoteKind};
use crate::records::{Resolved, resolve_within};
use crate::resolve::{Budget, Ground, Resolver, text_of};
use crate::scenario::Scenario;
use crate::template::{Resource, Template, recognise};

/// Stacks nested deeper than this are not followed.
const MAX_DEPTH: usize = 8;
/// Nested stacks of one template, at all depths, that are looked into.
const MAX_STACKS: usize = 64;

/// Templates that lie near the one that is read. This crate reads no files; its caller does.
pub trait Nearby {
    /// The text of the template at a path with `/` between its parts, relative to the folder of
    /// the template that was given to [`crate::records::resolve`]; `None` where there is none
    /// that may be read.
    fn read(&self, path: &str) -> Option<String>;
}

/// Nothing lies near.
#[derive(Debug, Clone, Copy, Default)]
pub struct NothingNearby;

impl Nearby for NothingNearby {
    fn read(&self, _path: &str) -> Option<String> {
        None
    }
}

/// A nested stack that was looked into.
#[derive(Debug)]
pub struct Nested {
    /// The logical id of the stack in its parent.
    pub stack: SmolStr,
    /// The path of its template, as [`Nearby::read`] got it.
    pub path: String,
    /// Its template's text and tree: what the places of `resolved` refer to.
    pub document: Document,
    /// Its resources with the parent's values, and the stacks nested in it.
    pub resolved: Resolved,
}

/// What stacks that were looked into put out: by logical id, then by name.
pub(crate) type Outputs = FxHashMap<SmolStr, FxHashMap<SmolStr, Tree>>;

/// Where in a family of stacks a template stands.
pub(crate) struct Family<'n> {
    pub(crate) nearby: &'n dyn Nearby,
    /// The paths from the root's to this template's; the root's is empty.
    chain: Vec<String>,
    left: usize,
}

impl<'n> Family<'n> {
    pub(crate) fn new(nearby: &'n dyn Nearby) -> Self {
        Self { nearby, chain: Vec::new(), left: MAX_STACKS }
    }

    /// Looks into the nested stacks of a template, those first on whose outputs others depend.
    pub(crate) fn look_into(
        &mut self,
        template: &Template<'_>,
        inputs: &Inputs,
        budget: &Budget,
        notes: &mut Vec<Note>,
    ) -> (Vec<Nested>, Outputs) {
        let (mut found, mut outputs) = (Vec::new(), Outputs::default());
        let mut open: Vec<&Resource<'_>> =
            template.resources.iter().filter(|r| r.kind == "AWS::CloudFormation::Stack").collect();
        while !open.is_empty() {
            let ids: FxHashSet<&str> = open.iter().map(|stack| stack.id().as_str()).collect();
            let ready = open.iter().position(|stack| {
                let used = stack.properties.map(mentions).unwrap_or_default();
                !used.names.iter().any(|name| ids.contains(name) && *name != stack.id().as_str())
            });
            // In a circle nobody is ready; then the order does not matter.
            let stack = open.remove(ready.unwrap_or(0));
            if let Some((nested, puts_out)) =
                self.nested(Ground { template, inputs, stacks: &outputs, budget }, stack, notes)
            {
                outputs.insert(stack.id().clone(), puts_out);
                found.push(nested);
            }
        }
        (found, outputs)
    }

    fn nested(
        &mut self,
        ground: Ground<'_>,
        stack: &Resource<'_>,
        notes: &mut Vec<Note>,
    ) -> Option<(Nested, FxHashMap<SmolStr, Tree>)> {
        let scenario = Scenario::default();
        let resolver = Resolver::new(ground, &scenario);
        let url = stack.properties?.get("TemplateURL")?;
        let Some(Tree { kind: TreeKind::Str(text), .. }) = resolver.value(url, 0) else { return None };
        let path = local(&text, self.chain.last().map_or("", String::as_str))?;
        let mut note = |why: String| {
            let message = format!("nested stack `{}` is not looked into: {why}", stack.id());
            notes.push(Note::new(url.span, NoteKind::NestedStack, message));
        };
        if self.chain.contains(&path) {
            note(format!("`{path}` is nested in itself"));
            return None;
        }
        if self.chain.len() >= MAX_DEPTH || self.left == 0 {
            note(format!("more than {MAX_STACKS} stacks, or deeper than {MAX_DEPTH}"));
            return None;
        }
        let Some(text) = self.nearby.read(&path) else {
            note(format!("`{path}` cannot be read"));
            return None;
        };
        self.left -= 1;
        let document = match parse(&text) {
            Ok(document) => document,
            Err(problem) => {
                note(format!("`{path}` cannot be parsed: {problem}"));
                return None;
            }
        };
        let passed = passed(ground.template, ground.inputs, stack, &resolver);
        let (resolved, puts_out) = match recognise(&document) {
            Ok(child) => {
                self.chain.push(path.clone());
                let result = resolve_within(&child, &passed, self);
                self.chain.pop();
                result
            }
            Err(why) => {
                note(format!("`{path}` is no template: {why}"));
                return None;
            }
        };
        Some((Nested { stack: stack.id().clone(), path, document, resolved }, puts_out))
    }
}

/// The path of a template that lies near, if the text names one: `./x.yaml`, `sub/x.yaml`.
fn local(text: &str, from: &str) -> Option<String> {
    let text = text.strip_prefix("file://").unwrap_or(text);
    if text.is_empty()
        || text.contains("://")
        || text.contains(['\\', '\0', '$', '{'])
        || text.starts_with('/')
    {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|part| *part != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What the child gets. A value that hangs on a parameter of the parent is only the child's
/// default: it is what will be there unless the user says otherwise.
fn passed(template: &Template<'_>, inputs: &Inputs, stack: &Resource<'_>, resolver: &Resolver<'_>) -> Inputs {
    let mut passed =
        Inputs { region: inputs.region.clone(), account: inputs.account.clone(), ..Inputs::default() };
    let entries = stack.properties.and_then(|p| p.get("Parameters")).map(Node::entries).unwrap_or_default();
    for entry in entries {
        let Some(value) = resolver.value(&entry.value, 0) else { continue };
        let name = entry.key.to_string();
        match text(&value) {
            Ok(text) if hangs_on_parameter(template, inputs, &entry.value) => {
                passed.defaults.insert(name, text);
            }
            Ok(text) => {
                passed.parameters.insert(name, text);
            }
            Err(reason) => {
                passed.unknown.insert(name, format!("stack `{}` passes it: {reason}", stack.id()));
            }
        }
    }
    passed
}

fn hangs_on_parameter(template: &Template<'_>, inputs: &Inputs, node: &Node) -> bool {
    let open = |name: &&str| template.parameters.contains_key(name) && !inputs.parameters.contains_key(*name);
    mentions(node).names.iter().any(open)
}

/// A value as the text that a parameter takes.
fn text(tree: &Tree) -> Result<SmolStr, String> {
    match &tree.kind {
        TreeKind::List(items) => Ok(items.iter().map(text).collect::<Result<Vec<_>, _>>()?.join(",").into()),
        TreeKind::Unknown(why) => Err(why.reason.clone()),
        _ => text_of(tree).ok_or_else(|| "the value is no text".to_owned()),
    }
}

/// What a template puts out, without places and references: they mean nothing elsewhere.
pub(crate) fn outputs(template: &Template<'_>, resolver: &Resolver<'_>) -> FxHashMap<SmolStr, Tree> {
    let entries = template.outputs.map(Node::entries).unwrap_or_default();
    let value = |node: &Node| match node.get("Value") {
        Some(value) => resolver.value(value, 0),
        None => None,
    };
    entries
        .iter()
        .filter(|entry| matches!(entry.value.kind, NodeKind::Map(_)))
        .filter_map(|entry| Some((entry.key.clone(), foreign(value(&entry.value)?))))
        .collect()
}

fn foreign(tree: Tree) -> Tree {
    let kind = match tree.kind {
        TreeKind::List(items) => TreeKind::List(items.into_iter().map(foreign).collect()),
        TreeKind::Map(members) => TreeKind::Map(members.into_iter().map(|(k, v)| (k, foreign(v))).collect()),
        TreeKind::Unknown(why) => TreeKind::Unknown(Arc::new(Unknown {
            place: None,
            refers_to: None,
            reason: why.reason.clone(),
            present: why.present,
            parts: why.parts.clone(),
            spelling: None,
        })),
        known => known,
    };
    Tree::new(kind)
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn local_paths_are_told_from_addresses() {
        assert_eq!(local("./a/../b.yaml", "").as_deref(), Some("b.yaml"));
        assert_eq!(local("c.yaml", "x/y.yaml").as_deref(), Some("x/c.yaml"));
        assert_eq!(local("../c.yaml", "x/y.yaml").as_deref(), Some("c.yaml"));
        assert_eq!(local("../../c.yaml", "x/y.yaml").as_deref(), Some("../c.yaml"));
        assert_eq!(local("https://s3.amazonaws.com/b/c.yaml", ""), None);
        assert_eq!(local("/etc/passwd", ""), None);
    }
}
