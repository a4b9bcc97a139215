//! Resources of a template as records: one tree for each way in which conditions make a
//! resource differ.

use eyas_lang::value::{Tree, TreeKind, Unknown};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::document::{Node, Span};
use crate::expand::{Expansion, expand};
use crate::inputs::Inputs;
use crate::mentions::mentions;
use crate::nested::{Family, Nearby, Nested, NothingNearby, outputs};
use crate::note::{Note, NoteKind};
use crate::resolve::{Budget, Ground, Resolver};
use crate::scenario::{Scenario, Scenarios, Space};
use crate::template::{Resource, Template};
use crate::when::Conditions;

/// More resources than this are not looked at; CloudFormation takes 500.
const MAX_RESOURCES: usize = 1_000;

/// Attributes of a resource beside its properties that rules can see under these names.
const ATTRIBUTES: [&str; 4] = ["DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Metadata"];

/// A template's resources, and what limits the knowledge of them.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Every resource, in the order of the text; those that a serverless resource or a loop stands
    /// for in its place.
    pub records: Vec<ResourceRecord>,
    /// What a user should know of the template as a whole.
    pub notes: Vec<Note>,
    /// Nested stacks that were looked into.
    pub nested: Vec<Nested>,
}

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
    /// Whether there were more combinations of conditions than are looked at. Then each condition
    /// is found both ways in some variant, but not in each combination, and the last variant is
    /// one in which nothing is known that hangs on a condition.
    pub exhausted: bool,
    /// The resource of the template that it comes from, where it is not written there itself:
    /// a serverless resource stands for several.
    pub made_from: Option<Source>,
}

/// What a resource that is not written in the template comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The logical id of what is written.
    pub id: SmolStr,
    /// Its type.
    pub kind: SmolStr,
    /// Where its logical id stands.
    pub span: Span,
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
    resolve(template, inputs, &NothingNearby).records
}

/// Every resource of a template and of the stacks nested in it.
pub fn resolve(template: &Template<'_>, inputs: &Inputs, nearby: &dyn Nearby) -> Resolved {
    resolve_within(template, inputs, &mut Family::new(nearby)).0
}

/// The same for a template somewhere in a family of stacks, with what it puts out.
pub(crate) fn resolve_within(
    template: &Template<'_>,
    inputs: &Inputs,
    family: &mut Family<'_>,
) -> (Resolved, FxHashMap<SmolStr, Tree>) {
    let budget = Budget::default();
    let Expansion { root, sources, mut notes } = expand(template, inputs, &budget);
    let expanded = root.as_ref().map(|root| Template::read(template.document, root));
    let template = expanded.as_ref().unwrap_or(template);
    let (nested, stacks) = family.look_into(template, inputs, &budget, &mut notes);
    let ground = Ground { template, inputs, stacks: &stacks, budget: &budget };
    let space = Space::new(template, inputs);
    let made = |resource: &Resource<'_>| ResourceRecord {
        made_from: sources.get(resource.id()).cloned(),
        ..record(ground, &space, resource)
    };
    let records = template.resources.iter().take(MAX_RESOURCES).map(made).collect();
    if let Some(first) = template.resources.get(MAX_RESOURCES) {
        let count = template.resources.len();
        let message = format!("of {count} resources only the first {MAX_RESOURCES} are looked at");
        notes.push(
            Note::new(first.entry.key_span, NoteKind::TooLarge, message)
                .help("CloudFormation takes 500 resources in a template"),
        );
    }
    let puts_out = outputs(template, &Resolver::new(ground, &Scenario::default()));
    if budget.is_spent() {
        let message = "there is too much in the template for all of it to be resolved";
        notes.push(Note::new(Span::at(0), NoteKind::TooLarge, message));
    }
    (Resolved { records, notes, nested }, puts_out)
}

fn record(ground: Ground<'_>, space: &Space<'_>, resource: &Resource<'_>) -> ResourceRecord {
    // The resource's own `Condition` is found in its declaration like every other use of one.
    let Scenarios { found, exhausted } = space.scenarios(&mentions(&resource.entry.value));
    let mut variants: Vec<Variant> = Vec::with_capacity(1);
    let mut absent_under = Vec::new();
    for scenario in found {
        if deployed(resource, &scenario) == Some(false) {
            absent_under.push(scenario.conditions);
            continue;
        }
        let root = tree(resource, &Resolver::new(ground, &scenario));
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
        made_from: None,
    }
}

/// Whether the resource exists under a scenario; `None` where that is not settled.
fn deployed(resource: &Resource<'_>, scenario: &Scenario) -> Option<bool> {
    match resource.condition.and_then(Node::as_str) {
        Some(name) => scenario.condition(name),
        None => Some(true),
    }
}

fn tree(resource: &Resource<'_>, resolver: &Resolver<'_>) -> Tree {
    let inputs = resolver.inputs;
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
            members.push((SmolStr::new_static(Tree::REST), Tree::new(TreeKind::Unknown(why))));
        }
        _ => {}
    }
    resolver.tree(TreeKind::Map(members), resource.entry.key_span)
}
