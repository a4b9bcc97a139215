//! Text to syntax tree, with recovery.
//!
//! The language is defined by one file, [`eyas.pest`](GRAMMAR). [`parse`] turns any text
//! into an [`ast::File`]: what does not match a production is taken by a junk production up to
//! the next key, test case or declaration, and becomes a diagnostic; everything else is kept.
//!
//! Reading is linear in the length of the text, and brackets nested deeper than
//! [`MAX_NESTING`] are a diagnostic before they can use up the stack.

mod advice;
pub mod ast;
mod build;
mod expect;
mod grammar;
pub(crate) mod literal;
mod nesting;
mod outline;
mod recover;
pub(crate) mod tokens;

use pest::Parser as _;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};

use ast::{Expr, ExprKind, File};
use build::Builder;
pub(crate) use build::{RESERVED, bare};
use expect::Junk;
use grammar::{Grammar, Rule};
pub(crate) use outline::outline;

/// The grammar, as the documentation prints it.
pub const GRAMMAR: &str = include_str!("eyas.pest");

/// How deep brackets, or a row of `not`s, may nest.
pub const MAX_NESTING: usize = 100;

/// Reads a file. Never fails as a whole: see [`File::diagnostics`].
pub fn parse(file: FileId, text: &str) -> File {
    let readable = nesting::limit(text);
    let mut builder = Builder::new(file, 0);
    builder.report_nesting(&readable);
    match Grammar::parse(Rule::file, &readable.text) {
        Ok(mut pairs) => builder.file(pairs.next()),
        Err(error) => {
            builder.unreadable(&readable.text, &error);
            builder.file(None)
        }
    }
}

/// Reads one condition, such as the text of an editor's prompt. `offset` is where the text
/// starts in the file that spans refer to.
pub fn parse_condition(file: FileId, text: &str, offset: usize) -> (Expr, Vec<Diagnostic>) {
    let readable = nesting::limit(text);
    let mut builder = Builder::new(file, offset);
    builder.report_nesting(&readable);
    let condition = match Grammar::parse(Rule::only_condition, &readable.text) {
        Ok(mut pairs) => builder.only_condition(pairs.next()),
        Err(_) if !readable.too_deep.is_empty() => None,
        Err(_) => {
            builder.explain(Junk { text: &readable.text, start: 0 }, Rule::only_condition);
            None
        }
    };
    let span = Span::new(file, offset, offset + text.len());
    (condition.unwrap_or(Expr { kind: ExprKind::Error, span }), builder.diagnostics())
}

#[cfg(test)]
pub(crate) mod tests;
