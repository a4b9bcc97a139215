//! Any text: parsing gives a tree and diagnostics, checking goes through, and what has no error
//! keeps its meaning when it is formatted.

#![no_main]

use eyas_lang::catalog::Catalog;
use eyas_lang::source::{FileId, SourceFile, SourceKind, Sources};
use eyas_lang::types::{CheckOptions, load};
use eyas_lang::{fmt, syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = syntax::parse(FileId(0), text);
    if let Some(formatted) = fmt::format(&file, text) {
        let again = syntax::parse(FileId(0), &formatted);
        assert_eq!(fmt::format(&again, &formatted).as_deref(), Some(formatted.as_str()));
    }
    let mut sources = Sources::default();
    sources.add(SourceFile {
        name: "fuzz.eyas".to_owned(),
        text: text.into(),
        kind: SourceKind::Eyas,
        default_package: "fuzz".to_owned(),
        builtin: false,
    });
    load(&sources, Catalog::builtin(), &CheckOptions::default());
});
