//! Templates as CloudFormation sees them after its own transforms: loops unrolled, serverless
//! resources as what they stand for. Everything keeps the place of the author's line that it
//! comes from.

mod loops;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::document::{Entry, Node, NodeKind};
use crate::inputs::Inputs;
use crate::nested::Outputs;
use crate::note::{Note, NoteKind};
use crate::records::Source;
use crate::resolve::{Budget, Ground, Resolver};
use crate::sam;
use crate::scenario::Scenario;
use crate::template::Template;

/// What the transforms make of a template.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    /// The root of the template that results; none where it is the same.
    pub(crate) root: Option<Node>,
    /// Where the resources come from that the template does not hold itself.
    pub(crate) sources: FxHashMap<SmolStr, Source>,
    pub(crate) notes: Vec<Note>,
}

/// Runs the transforms that a template asks for.
pub(crate) fn expand(template: &Template<'_>, inputs: &Inputs, budget: &Budget) -> Expansion {
    let mut expansion = Expansion::default();
    note_macros(template, &mut expansion.notes);
    note_includes(&template.document.root, &mut expansion.notes);
    if template.document.text.contains("Fn::ForEach") {
        loops::unroll(template, inputs, budget, &mut expansion);
    }
    if template.document.text.contains(sam::PREFIX) {
        serverless(template, inputs, budget, &mut expansion);
    }
    note_modules(template, &mut expansion.notes);
    expansion
}

/// `Fn::Transform` beside the sections or beside the members of one adds to them.
fn note_includes(root: &Node, notes: &mut Vec<Note>) {
    let sections = root.entries().iter().flat_map(|section| section.value.entries());
    for entry in root.entries().iter().chain(sections).filter(|entry| entry.key == "Fn::Transform") {
        let name = entry.value.get("Name").and_then(Node::as_str).unwrap_or(&entry.key);
        let message = format!("`{name}` adds to the template when it is deployed");
        notes.push(
            Note::new(entry.key_span, NoteKind::Macro, message)
                .help("only what is written here is looked at"),
        );
    }
}

/// Modules stand for resources that the registry holds.
fn note_modules(template: &Template<'_>, notes: &mut Vec<Note>) {
    for resource in template.resources.iter().filter(|resource| resource.kind.ends_with("::MODULE")) {
        let message =
            format!("the resources of module `{}`, `{}`, are not here", resource.id(), resource.kind);
        notes.push(Note::new(resource.entry.key_span, NoteKind::Module, message));
    }
}

fn serverless(template: &Template<'_>, inputs: &Inputs, budget: &Budget, expansion: &mut Expansion) {
    let (scenario, stacks) = (Scenario::default(), Outputs::default());
    let resolver = Resolver::new(Ground { template, inputs, stacks: &stacks, budget }, &scenario);
    let root = expansion.root.as_ref().unwrap_or(&template.document.root);
    let sam::Expanded { resources, sources, mut notes } = sam::expand(root, &resolver);
    let mut sections: Vec<Entry> =
        root.entries().iter().filter(|section| section.key != "Resources").cloned().collect();
    if let Some(section) = root.entry("Resources") {
        let value = Node { kind: NodeKind::Map(resources), ..section.value.hollow() };
        sections.push(Entry { value, ..section.clone_key() });
    }
    let root = Node { kind: NodeKind::Map(sections), ..root.hollow() };
    expansion.sources.extend(sources);
    expansion.notes.append(&mut notes);
    expansion.root = Some(root);
}

/// Names of transforms that CloudFormation runs itself and whose result is known.
const KNOWN: [&str; 2] = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"];

fn note_macros(template: &Template<'_>, notes: &mut Vec<Note>) {
    for transform in &template.transforms {
        if !KNOWN.contains(&transform.name) {
            let message =
                format!("the macro `{}` may change the template when it is deployed", transform.name);
            notes.push(
                Note::new(transform.span, NoteKind::Macro, message)
                    .help("only what is written here is looked at; lint what the macro makes of it as well"),
            );
        }
    }
}
