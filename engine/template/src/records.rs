//! Resources of a template as records: one tree for each way in which conditions make a
//! resource differ.

use eyas_lang::value::{Tree, TreeKind, Unknown};
use smol_str::SmolStr;

use crate::document::{Node, Span};
use crate::inputs::Inputs;
use crate::resolve::Resolver;
use crate::scenario::{Scenario, scenarios};
use crate::template::{Resource, Template};
use crate::when::Conditions;

/// Attributes of a resource beside its properties that rules can see under these names.
const ATTRIBUTES: [&str; 4] = ["DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Metadata"];

/// A resource as it may be deployed.
#[derive(Debug)]
pub struct ResourceRecord {
    /// The logical id.
    pub id: SmolStr,
    /// The type.
    pub kind: SmolStr,
    /// Where the logical id stands.
    pub id_span: Span,
    /// The ways in which it may be deployed; at least one, unless its condition is never true.
    pub variants: Vec<Variant>,
    /// What the conditions come to where it is not deployed at all.
    pub absent_under: Vec<Conditions>,
    /// Whether there were more combinations of conditions than are looked at: then there is one
    /// variant, in which what hangs on a condition is unknown.
    pub exhausted: bool,
}

/// One way in which a resource may be deployed.
#[derive(Debug)]
pub struct Variant {
    /// What the conditions that the resource uses come to, for each combination that makes it
    /// so. Never empty; where it hangs on no condition there is one empty combination.
    pub under: Vec<Conditions>,
    /// Its properties, and `id`, `type`, `origin`, `region`, `account`, `DeletionPolicy`, ….
    pub root: Tree,
}

/// Every resource of a template.
pub fn records(template: &Template<'_>, inputs: &Inputs) -> Vec<ResourceRecord> {
    template.resources.iter().map(|resource| record(template, inputs, resource)).collect()
}

fn record(template: &Template<'_>, inputs: &Inputs, resource: &Resource<'_>) -> ResourceRecord {
    // The resource's own `Condition` is found in its declaration like every other use of one.
    let found = scenarios(template, inputs, &[&resource.entry.value]);
    let exhausted = found.is_none();
    let mut variants: Vec<Variant> = Vec::new();
    let mut absent_under = Vec::new();
    for scenario in found.unwrap_or_else(|| vec![Scenario::default()]) {
        if deployed(resource, &scenario) == Some(false) {
            absent_under.push(scenario.conditions);
            continue;
        }
        let root = tree(template, inputs, resource, &scenario);
        match variants.iter_mut().find(|variant| variant.root == root) {
            // Conditions that do not change this resource are no difference.
            Some(same) => same.under.push(scenario.conditions),
            None => variants.push(Variant { under: vec![scenario.conditions], root }),
        }
    }
    ResourceRecord {
        id: resource.id().clone(),
        kind: resource.kind.into(),
        id_span: resource.entry.key_span,
        variants,
        absent_under,
        exhausted,
    }
}

/// Whether the resource exists under a scenario; `None` where that is not settled.
fn deployed(resource: &Resource<'_>, scenario: &Scenario) -> Option<bool> {
    match resource.condition.and_then(Node::as_str) {
        Some(name) => scenario.condition(name),
        None => Some(true),
    }
}

fn tree(template: &Template<'_>, inputs: &Inputs, resource: &Resource<'_>, scenario: &Scenario) -> Tree {
    let resolver = Resolver::new(template, inputs, scenario);
    let mut members: Vec<(SmolStr, Tree)> = Vec::new();
    let text = |text: &str, span: Span| resolver.tree(TreeKind::Str(text.into()), span);
    members.push(("id".into(), text(resource.id(), resource.entry.key_span)));
    members.push(("type".into(), text(resource.kind, resource.kind_node.span)));
    members.push(("origin".into(), text("template", resource.entry.key_span)));
    for (name, value) in [("region", &inputs.region), ("account", &inputs.account)] {
        members.push((
            name.into(),
            match value {
                Some(value) => text(value, resource.entry.key_span),
                None => {
                    let reason = format!("the {name} is known only when it is deployed");
                    resolver.unknown(resource.entry.key_span, Unknown::present(reason))
                }
            },
        ));
    }
    for name in ATTRIBUTES {
        let value = resource.entry.value.get(name).and_then(|node| resolver.value(node, 0));
        members.extend(value.map(|value| (name.into(), value)));
    }
    // Last, so that a property wins over an attribute of the same name.
    match resource.properties.and_then(|node| resolver.value(node, 0)) {
        Some(Tree { kind: TreeKind::Map(properties), .. }) => members.extend(properties),
        Some(Tree { kind: TreeKind::Unknown(why), .. }) => {
            members.push(("Properties".into(), Tree::new(TreeKind::Unknown(why))))
        }
        _ => {}
    }
    resolver.tree(TreeKind::Map(members), resource.entry.key_span)
}
