use std::fmt::Write;
use std::path::PathBuf;

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, SourceFile, SourceKind, Sources, Span};
use crate::types::{CheckOptions, Checked, load};

mod conditions;
mod convert;
mod corpus;
mod files;
mod yaml;

/// The folder of test data that is not part of the project.
fn data() -> PathBuf {
    std::env::var_os("EYAS_CORPUS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")),
        PathBuf::from,
    )
}

/// Checks rules files together.
fn check(texts: &[&str]) -> Checked {
    check_as(SourceKind::Falco, texts)
}

/// Checks files in either syntax together.
fn check_as(kind: SourceKind, texts: &[&str]) -> Checked {
    let mut sources = Sources::default();
    for text in texts {
        sources.add(SourceFile {
            name: "rules.yaml".to_owned(),
            text: (*text).into(),
            kind,
            default_package: "rules".to_owned(),
            builtin: false,
        });
    }
    load(&sources, Catalog::builtin(), &CheckOptions::default())
}

/// Diagnostics as people see them, roughly: the line, the marks below it, the texts.
fn render(sources: &[&str], diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diagnostics {
        let _ = writeln!(out, "{:?} [{}]: {}", d.level, d.code.as_str(), d.message);
        for label in d.labels() {
            mark(sources, label.span, &label.text, &mut out);
        }
        if let Some(help) = &d.help {
            let _ = writeln!(out, "  help: {help}");
        }
        out.push('\n');
    }
    out
}

fn mark(sources: &[&str], span: Span, text: &str, out: &mut String) {
    let FileId(file) = span.file;
    let source = sources[file as usize];
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(source.get(start..end).is_some(), "{span:?} is a place in {source:?}");
    let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
    let number = source[..start].matches('\n').count() + 1;
    let line = source[line_start..].lines().next().unwrap_or("");
    let marked = source[start..end].lines().next().unwrap_or("").chars().count().max(1);
    let more = if source[start..end].trim_end().contains('\n') { "…" } else { "" };
    let _ = writeln!(out, "  {file}:{number:<3}| {}", line.replace('\t', "→"));
    let indent = source[line_start..start].chars().count();
    let _ = writeln!(out, "       | {:indent$}{}{more} {text}", "", "^".repeat(marked));
}
