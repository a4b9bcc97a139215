//! Schema findings: what is wrong with a template itself, before any policy is asked.
//!
//! Each kind of fault is a rule with a stable id. Precision goes first: what an intrinsic, a macro
//! or an alternative of a schema may make right is not reported.

mod cycles;
mod duplicates;
mod intrinsics;
mod names;
mod near;
mod parameters;
mod place;
mod policies;
mod properties;
mod references;
mod report;
pub mod rules;
mod sections;
mod substitutions;
mod uses;
mod value;

use std::cell::OnceCell;

use eyas_lang::catalog::Catalog;
use eyas_lang::checked::Severity;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::document::{Node, Span};
use crate::expand::expand;
use crate::inputs::Inputs;
use crate::resolve::Budget;
use crate::template::{Resource, Template};

pub use rules::RULES;

/// A kind of fault that a template can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaRule {
    /// Stable: `template.unknown_property`.
    pub id: &'static str,
    /// One line: what is wrong.
    pub title: &'static str,
    /// What it is, why it matters and what to do; Markdown.
    pub doc: &'static str,
    /// How bad it is.
    pub severity: Severity,
}

/// A fault of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaFinding {
    /// Its kind.
    pub rule: &'static SchemaRule,
    /// One line, lower case.
    pub message: String,
    /// The next step, where there is one.
    pub fix: Option<String>,
    /// The resource that it is about: logical id and type.
    pub resource: Option<(SmolStr, SmolStr)>,
    /// The place in terms of the template: `Resources.Web.Properties.Foo`.
    pub path: String,
    /// The place in the text.
    pub span: Span,
    /// A replacement of text that would mend it.
    pub text_edit: Option<(Span, String)>,
}

/// Everything that is wrong with a template, in the order of the text.
pub fn check(template: &Template<'_>, inputs: &Inputs) -> Vec<SchemaFinding> {
    // The bodies of loops are checked as what they come to. Whom the template names is looked for
    // in the author's text: with other parameters, loops come to other names.
    let unrolled = unrolled(template, inputs);
    let unrolled = unrolled.as_ref().map(|root| Template::read(template.document, root));
    let mut checker = Checker::new(template, inputs);
    duplicates::check(&mut checker);
    parameters::check(&mut checker);
    let uses = uses::uses(template);
    // What a macro makes of the rest is not known.
    if !uses.rewritten && !names::is_rewritten(template) {
        sections::check(&mut checker);
        properties::check(&mut checker, unrolled.as_ref().unwrap_or(template));
        intrinsics::check(&mut checker);
        references::check(&mut checker, &uses);
        substitutions::check(&mut checker);
        references::check_unused(&mut checker, &uses);
        cycles::check(&mut checker, &uses);
        cycles::check_conditions(&mut checker);
    }
    checker.finish()
}

/// What all checks share: the template, and what was found so far.
struct Checker<'t> {
    template: &'t Template<'t>,
    inputs: &'t Inputs,
    catalog: &'static Catalog,
    /// Resources by logical id.
    resources: FxHashMap<&'t str, Resource<'t>>,
    /// All logical ids, also of what is no proper resource.
    ids: FxHashSet<&'t str>,
    /// How many more nearest names are looked for.
    suggestions: usize,
    /// The names of all types, once they are asked for.
    type_names: OnceCell<Vec<&'static str>>,
    /// The resource that is being looked at.
    current: Option<Resource<'t>>,
    found: Vec<SchemaFinding>,
}

impl<'t> Checker<'t> {
    fn new(template: &'t Template<'t>, inputs: &'t Inputs) -> Self {
        Self {
            template,
            inputs,
            catalog: Catalog::builtin(),
            resources: template.resources.iter().map(|r| (r.entry.key.as_str(), *r)).collect(),
            ids: ids(template),
            suggestions: report::MAX_SUGGESTIONS,
            type_names: OnceCell::new(),
            current: None,
            found: Vec::new(),
        }
    }
}

impl Checker<'_> {
    /// The names of all resource types that the catalog has.
    fn type_names(&self) -> &[&'static str] {
        self.type_names.get_or_init(|| self.catalog.names().collect())
    }
}

/// The template with its loops unrolled, where it has loops and nothing else that changes it.
fn unrolled(template: &Template<'_>, inputs: &Inputs) -> Option<Node> {
    let loops = template.document.text.contains("Fn::ForEach") && !names::is_sam(template);
    loops.then(|| expand(template, inputs, &Budget::default()).root).flatten()
}

fn ids<'t>(template: &Template<'t>) -> FxHashSet<&'t str> {
    let declared = template.document.root.get("Resources").map(Node::entries).unwrap_or_default();
    let declared = declared.iter().map(|entry| entry.key.as_str()).filter(|key| !key.starts_with("Fn::"));
    declared.chain(template.resources.iter().map(|resource| resource.entry.key.as_str())).collect()
}
