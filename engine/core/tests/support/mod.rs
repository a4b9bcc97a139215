//! Rule text into plans, for tests.

use eyas_lang::catalog::Catalog;
use eyas_lang::checked::RuleSet;
use eyas_lang::source::{SourceFile, SourceKind, Sources};
use eyas_lang::types::{CheckOptions, load};

/// Checks one file of package `t`; an error in it fails the test.
pub(crate) fn checked(text: &str) -> (Sources, RuleSet) {
    let mut sources = Sources::default();
    sources.add(SourceFile {
        name: "t.eyas".into(),
        text: text.into(),
        kind: SourceKind::Eyas,
        default_package: "t".into(),
        builtin: false,
    });
    let checked = load(&sources, Catalog::builtin(), &CheckOptions::default());
    let problem = checked.diagnostics.iter().find(|d| d.is_error());
    assert!(problem.is_none(), "{problem:?}: {}", problem.map_or("", |d| sources.text(d.span())));
    (sources, checked.rules)
}
