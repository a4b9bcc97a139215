//! Values as deployment would see them, as far as the template tells.
//!
//! Under one [`Scenario`] a value is known, or unknown with the reason and whatever is known of
//! it all the same: that it is there, which parts of its text are fixed, which resource it refers
//! to. Nothing here fails: what is malformed is unknown, and a schema finding elsewhere.

mod functions;
mod text;

use std::cell::Cell;
use std::sync::Arc;

use eyas_lang::value::{Tree, TreeKind, Unknown};
use smol_str::SmolStr;

use crate::document::{Entry, Node, NodeKind, Span};
use crate::inputs::Inputs;
use crate::nested::Outputs;
use crate::scenario::{Assumed, Scenario};
use crate::template::Template;

/// Intrinsics nested deeper than this are not followed.
const MAX_DEPTH: usize = 100;
/// Values that a template may resolve to; a bound on what conditions and lists can be made to
/// multiply.
const MAX_VALUES: usize = 1_000_000;
/// Bytes of text that may be put together.
const MAX_TEXT: usize = 32 << 20;

/// A scalar as text, if it is one.
pub(crate) fn text_of(tree: &Tree) -> Option<SmolStr> {
    Some(match &tree.kind {
        TreeKind::Str(text) => text.clone(),
        TreeKind::Int(value) => value.to_string().into(),
        TreeKind::Float(value) => value.to_string().into(),
        TreeKind::Bool(value) => SmolStr::new_static(if *value { "true" } else { "false" }),
        TreeKind::Null | TreeKind::List(_) | TreeKind::Map(_) | TreeKind::Unknown(_) => return None,
    })
}

/// What values of a template are resolved from.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'t> {
    pub(crate) template: &'t Template<'t>,
    pub(crate) inputs: &'t Inputs,
    /// What nested stacks put out.
    pub(crate) stacks: &'t Outputs,
    pub(crate) budget: &'t Budget,
}

/// How much is left to be resolved of a template.
pub(crate) struct Budget {
    values: Cell<usize>,
    text: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { values: Cell::new(MAX_VALUES), text: Cell::new(MAX_TEXT) }
    }
}

impl Budget {
    /// Whether it ran out.
    pub(crate) fn is_spent(&self) -> bool {
        self.values.get() == 0 || self.text.get() == 0
    }

    /// Takes what some values cost; false if there is not enough left.
    fn values(&self, count: usize) -> bool {
        let left = self.values.get().saturating_sub(count);
        self.values.set(left);
        left > 0
    }

    /// Takes what a text costs; false if there is not enough left.
    fn text(&self, length: usize) -> bool {
        let left = self.text.get().saturating_sub(length);
        self.text.set(left);
        left > 0
    }
}

/// Resolves the values of one template under one scenario.
pub(crate) struct Resolver<'t> {
    ground: Ground<'t>,
    pub(crate) template: &'t Template<'t>,
    pub(crate) inputs: &'t Inputs,
    pub(crate) scenario: &'t Scenario,
}

impl<'t> Resolver<'t> {
    pub(crate) fn new(ground: Ground<'t>, scenario: &'t Scenario) -> Self {
        Self { ground, template: ground.template, inputs: ground.inputs, scenario }
    }

    /// The value of a node; `None` for `AWS::NoValue`.
    pub(crate) fn value(&self, node: &Node, depth: usize) -> Option<Tree> {
        let values = &self.ground.budget.values;
        values.set(values.get().saturating_sub(1));
        if values.get() == 0 {
            return Some(
                self.unknown(node.span, Unknown::new("there is too much in the template to resolve it")),
            );
        }
        if depth > MAX_DEPTH {
            return Some(self.unknown(node.span, Unknown::new("the value is nested too deep to follow")));
        }
        let kind = match &node.kind {
            NodeKind::Null => TreeKind::Null,
            NodeKind::Bool(value) => TreeKind::Bool(*value),
            NodeKind::Int(value) => TreeKind::Int(*value),
            NodeKind::Float(value) => TreeKind::Float(*value),
            NodeKind::Str(text) => TreeKind::Str(text.clone()),
            NodeKind::List(items) => {
                TreeKind::List(items.iter().filter_map(|item| self.value(item, depth + 1)).collect())
            }
            NodeKind::Map(entries) => {
                if let [entry] = entries.as_slice()
                    && let Some(value) = self.intrinsic(&entry.key, &entry.value, node, depth + 1)
                {
                    return value;
                }
                let mut members: Vec<(SmolStr, Tree)> = Vec::with_capacity(entries.len());
                let mut rest = None;
                for entry in entries {
                    if entry.key.starts_with("Fn::ForEach") || entry.key == "Fn::Transform" {
                        rest = Some(self.unknown(entry.key_span, Unknown::new(adds(entry))));
                    } else if let Some(value) = self.value(&entry.value, depth + 1) {
                        members.push((entry.key.clone(), value));
                    }
                }
                members.extend(rest.map(|why| (SmolStr::new_static(Tree::REST), why)));
                TreeKind::Map(members)
            }
        };
        Some(self.tree(kind, node.span))
    }

    fn too_much(&self, span: Span) -> Tree {
        self.unknown(span, Unknown::new("there is too much in the template to resolve it"))
    }

    /// A list of texts that a text was taken apart into.
    fn list_of<'i>(&self, items: impl Iterator<Item = &'i str> + Clone, span: Span) -> Tree {
        if !self.ground.budget.values(items.clone().count()) {
            return self.too_much(span);
        }
        let items = items.map(|item| self.tree(TreeKind::Str(item.into()), span)).collect();
        self.tree(TreeKind::List(items), span)
    }

    pub(crate) fn tree(&self, kind: TreeKind, span: Span) -> Tree {
        Tree { kind, place: Some(self.template.document.place(span)) }
    }

    pub(crate) fn unknown(&self, span: Span, unknown: Unknown) -> Tree {
        let place = Some(self.template.document.place(span));
        Tree { kind: TreeKind::Unknown(Arc::new(Unknown { place, ..unknown })), place }
    }

    /// `Ref`.
    fn reference(&self, name: &str, span: Span) -> Option<Tree> {
        if name == "AWS::NoValue" {
            return None;
        }
        if let Some(parameter) = self.template.parameters.get(name) {
            let list = parameter.kind == "CommaDelimitedList" || parameter.kind.starts_with("List<");
            return Some(match self.parameter_text(name) {
                Ok(text) if list => {
                    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                    self.list_of(items, span)
                }
                Ok(text) => self.tree(TreeKind::Str(text), span),
                Err(reason) => self.unknown(span, spelt(name, Unknown::present(reason))),
            });
        }
        if let Some(given) = self.inputs.value(name) {
            return Some(self.tree(TreeKind::Str(given), span));
        }
        if let Some(Assumed::Text(text)) = self.scenario.parameters.get(name) {
            return Some(self.tree(TreeKind::Str(text.clone()), span));
        }
        if name == "AWS::Partition" || name == "AWS::URLSuffix" {
            // Almost always so; a rule that hangs on another partition sets the region.
            let text = if name == "AWS::Partition" { "aws" } else { "amazonaws.com" };
            return Some(self.tree(TreeKind::Str(SmolStr::new_static(text)), span));
        }
        // `MyFunction.Version` and the like refer to what a serverless resource brings along.
        let id = name.split_once('.').map_or(name, |(id, _)| id);
        let resource = self.template.has_resource(id);
        let reason = if resource {
            format!("`{name}` has its name only when it is deployed")
        } else {
            format!("`{name}` is known only when it is deployed")
        };
        let refers_to = resource.then(|| id.into());
        Some(self.unknown(span, spelt(name, Unknown { refers_to, ..Unknown::present(reason) })))
    }

    /// A parameter's text: given, assumed by the scenario, or its default.
    fn parameter_text(&self, name: &str) -> Result<SmolStr, String> {
        let Some(parameter) = self.template.parameters.get(name) else {
            return Err(format!("there is no parameter `{name}`"));
        };
        if parameter.is_stored() {
            return Err(format!("parameter `{name}` is read from the parameter store"));
        }
        if let Some(given) = self.inputs.value(name) {
            return Ok(given);
        }
        match self.scenario.parameters.get(name) {
            Some(Assumed::Text(text)) => return Ok(text.clone()),
            Some(Assumed::Other) => return Err(format!("parameter `{name}` may have another value")),
            None => {}
        }
        if let Some(reason) = self.inputs.unknown.get(name) {
            return Err(format!("parameter `{name}` is not known: {reason}"));
        }
        if let Some(text) = self.inputs.default_of(name, parameter) {
            return Ok(text);
        }
        match parameter.allowed {
            Some([only]) => only.scalar_text().ok_or_else(|| format!("parameter `{name}` has no default")),
            _ => Err(format!("parameter `{name}` has no default")),
        }
    }
}

/// Why a map has members that are not written in it.
fn adds(entry: &Entry) -> String {
    let name = entry.value.get("Name").and_then(Node::as_str).unwrap_or(&entry.key);
    format!("`{name}` adds members that only deployment knows")
}

/// The value of a name, spelt so that equal spellings in one template are equal values.
pub(crate) fn spelt(name: &str, unknown: Unknown) -> Unknown {
    Unknown { spelling: Some(smol_str::format_smolstr!("${{{name}}}")), ..unknown }
}
