//! Falco rules files, the second surface syntax: YAML and Falco's conditions become the same
//! tree that `.eyas` files become.
//!
//! Falco's meaning is kept. Where Falco works on text (appended conditions, lists) and that
//! gives another meaning than the author is likely to have had in mind, a warning says so.
//!
//! A rule's way: [`yaml`] (text to nodes with places) → [`item`] (what each item says) →
//! [`set`] (items that change earlier ones) → [`lower`] (the tree).

use smol_str::SmolStr;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Expr, File, Name};

mod complain;
mod condition;
mod convert;
mod exception;
mod item;
mod joints;
mod keys;
mod lex;
mod lists;
mod lower;
mod names;
mod operand;
mod output;
mod refs;
mod scalar;
mod set;
mod text;
mod value;
mod yaml;
mod yaml_error;

pub use convert::convert;

/// The package that the declarations of every Falco file are in: Falco has one space of names.
pub const PACKAGE: &str = "falco";

/// Reads one condition in Falco's language that stands at byte `offset` of `file`.
pub fn parse_condition(file: FileId, condition: &str, offset: usize) -> Result<Expr, Diagnostic> {
    condition::parse(&text::Text::verbatim(file, offset, condition)).map(|c| c.expr)
}

/// Reads a Falco rules file that refers to no other.
pub fn read(file: FileId, text: &str) -> File {
    let mut files = read_all(&[(file, text)]);
    files.pop().unwrap_or_else(|| empty(file))
}

/// Reads Falco rules files in the order in which Falco would load them: a later one may change
/// what an earlier one declares. What an item declares is in the tree of the file that declared
/// it, in the form that all files together give it.
pub fn read_all(files: &[(FileId, &str)]) -> Vec<File> {
    let mut out: Vec<_> = files.iter().map(|(file, _)| empty(*file)).collect();
    let mut set = set::Set::new();
    for ((file, source), tree) in files.iter().zip(&mut out) {
        let yaml = yaml::load(*file, source);
        tree.comments = yaml.comments;
        set.diagnostics.extend(yaml.diagnostics);
        let mut reader = keys::Reader { source, diagnostics: Vec::new() };
        for node in &yaml.items {
            if let Some(item) = item::read(&mut reader, node) {
                set.add(item);
            }
        }
        for start in &yaml.broken {
            if let Some((kind, name)) = item::read_broken(*file, source, *start) {
                set.add_broken(kind, name);
            }
        }
        set.diagnostics.append(&mut reader.diagnostics);
    }
    let (decls, diagnostics) = lower::lower(set);
    for decl in decls {
        if let Some(file) = out.iter_mut().find(|f| f.file == decl.span.file) {
            file.decls.push(decl);
        }
    }
    for diagnostic in diagnostics {
        if let Some(file) = out.iter_mut().find(|f| f.file == diagnostic.span().file) {
            file.diagnostics.push(diagnostic);
        }
    }
    for file in &mut out {
        file.decls.sort_by_key(|d| d.span.start);
        file.diagnostics.sort_by_key(|d| d.span());
    }
    out
}

fn empty(file: FileId) -> File {
    let package = Name { text: SmolStr::new_static(PACKAGE), span: Span::new(file, 0, 0) };
    File {
        file,
        package: Some(package),
        uses: Vec::new(),
        decls: Vec::new(),
        comments: Vec::new(),
        diagnostics: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
