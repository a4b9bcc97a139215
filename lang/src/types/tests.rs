//! The checker as a whole: rule text in, diagnostics and checked rules out.

use std::sync::Arc;

use super::{CheckOptions, Checked, load};
use crate::catalog::Catalog;
use crate::diagnostics::plain;
use crate::source::{SourceFile, SourceKind, Sources};

mod pages;

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

fn check_text(text: &str) -> (Sources, Checked) {
    let sources = sources(&[("rules.eyas", text)]);
    let checked = load(&sources, Catalog::builtin(), &CheckOptions::default());
    (sources, checked)
}

/// What the checker says of a file.
fn said(text: &str) -> String {
    let (sources, checked) = check_text(text);
    plain(&checked.diagnostics, &sources)
}
