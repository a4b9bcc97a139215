//! Schema findings: what is wrong with a template itself, before any policy is asked.
//!
//! Each kind of fault is a rule with a stable id. Precision goes first: what an intrinsic, a macro
//! or an alternative of a schema may make right is not reported.

mod place;
mod properties;
mod report;
pub mod rules;
mod value;

use eyas_lang::catalog::Catalog;
use eyas_lang::checked::Severity;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::document::Span;
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
    properties::check(&mut checker);
    checker.finish()
}

/// What all checks share: the template, and what was found so far.
struct Checker<'t> {
    template: &'t Template<'t>,
    catalog: &'static Catalog,
    /// Resources by logical id.
    resources: FxHashMap<&'t str, Resource<'t>>,
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
            current: None,
            found: Vec::new(),
        }
    }
}
