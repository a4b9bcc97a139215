//! The checker as a whole: rule text in, diagnostics and checked rules out.

use std::sync::Arc;

use super::{CheckOptions, Checked, load};
use crate::catalog::Catalog;
use crate::checked::Rule;
use crate::diagnostics::plain;
use crate::source::{SourceFile, SourceKind, Sources};

mod conditions;
mod damage;
mod limits;
mod lowering;
mod messages;
mod names;
mod options;
mod packs;
mod pages;
mod records;
mod resources;

fn sources(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in files {
        let kind = if name.ends_with(".eyas") { SourceKind::Eyas } else { SourceKind::Falco };
        sources.add(SourceFile {
            name: (*name).to_owned(),
            text: Arc::from(*text),
            kind,
            default_package: name.split('.').next().unwrap_or("rules").to_owned(),
            builtin: false,
        });
    }
    sources
}

fn check_files(files: &[(&str, &str)]) -> (Sources, Checked) {
    let sources = sources(files);
    let checked = load(&sources, Catalog::builtin(), &CheckOptions::default());
    (sources, checked)
}

/// What the checker says of a file.
fn said(text: &str) -> String {
    said_of(&[("rules.eyas", text)])
}

/// What the checker says of several files.
fn said_of(files: &[(&str, &str)]) -> String {
    let (sources, checked) = check_files(files);
    plain(&checked.diagnostics, &sources)
}

/// What the checker says of a condition over CloudTrail.
fn said_of_condition(condition: &str) -> String {
    said(&format!("rule r on cloudtrail {{\n  severity: high\n  when: {condition}\n}}\n"))
}

/// The only rule of a file that must check without errors.
fn rule(text: &str) -> Arc<Rule> {
    let (sources, checked) = check_files(&[("rules.eyas", text)]);
    let said = plain(&checked.diagnostics, &sources);
    let [rule] = checked.rules.rules.as_slice() else { panic!("not one rule:\n{said}") };
    rule.clone()
}
