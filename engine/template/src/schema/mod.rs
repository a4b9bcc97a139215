//! Schema findings: what is wrong with a template itself, before any policy is asked.
//!
//! Each kind of fault is a rule with a stable id. Precision goes first: what an intrinsic, a macro
//! or an alternative of a schema may make right is not reported.

mod cycles;
mod duplicates;
mod intrinsics;
mod names;
mod parameters;
mod place;
mod properties;
mod references;
mod report;
pub mod rules;
mod sections;
mod uses;
mod value;

use eyas_lang::catalog::Catalog;
use eyas_lang::checked::Severity;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::document::{Node, Span};
use crate::inputs::Inputs;
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
    let mut checker = Checker::new(template, inputs);
    duplicates::check(&mut checker);
    parameters::check(&mut checker);
    let uses = uses::uses(template);
    // What a macro makes of the rest is not known.
    if !uses.rewritten && !names::is_rewritten(template) {
        sections::check(&mut checker);
        properties::check(&mut checker);
        intrinsics::check(&mut checker);
        references::check(&mut checker, &uses);
        references::check_unused(&mut checker, &uses);
        cycles::check(&mut checker, &uses);
    }
    checker.finish()
}

/// What all checks share: the template, and what was found so far.
struct Checker<'t> {
    template: &'t Template<'t>,
    catalog: &'static Catalog,
    /// Resources by logical id.
    resources: FxHashMap<&'t str, Resource<'t>>,
    /// All logical ids, also of what is no proper resource.
    ids: FxHashSet<&'t str>,
    /// How many more nearest names are looked for.
    suggestions: usize,
    /// The resource that is being looked at.
    current: Option<Resource<'t>>,
    found: Vec<SchemaFinding>,
}

impl<'t> Checker<'t> {
    fn new(template: &'t Template<'t>, _inputs: &'t Inputs) -> Self {
        Self {
            template,
            catalog: Catalog::builtin(),
            resources: template.resources.iter().map(|r| (r.entry.key.as_str(), *r)).collect(),
            ids: ids(template),
            suggestions: report::MAX_SUGGESTIONS,
            current: None,
            found: Vec::new(),
        }
    }
}

fn ids<'t>(template: &Template<'t>) -> FxHashSet<&'t str> {
    let declared = template.document.root.get("Resources").map(Node::entries).unwrap_or_default();
    let declared = declared.iter().map(|entry| entry.key.as_str()).filter(|key| !key.starts_with("Fn::"));
    declared.chain(template.resources.iter().map(|resource| resource.entry.key.as_str())).collect()
}
