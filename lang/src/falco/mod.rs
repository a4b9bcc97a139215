//! Falco rules files, the second surface syntax: YAML and Falco's conditions become the same
//! tree that `.eyas` files become.
//!
//! Falco's meaning is kept. Where Falco works on text (appended conditions, lists) and that
//! gives another meaning than the author is likely to have had in mind, a warning says so.

use crate::diagnostics::Diagnostic;
use crate::source::FileId;
use crate::syntax::ast::Expr;

mod complain;
mod condition;
mod lex;
mod text;

/// Reads one condition in Falco's language that stands at byte `offset` of `file`.
pub fn parse_condition(file: FileId, condition: &str, offset: usize) -> Result<Expr, Diagnostic> {
    condition::parse(&text::Text::verbatim(file, offset, condition)).map(|c| c.expr)
}

#[cfg(test)]
mod tests;
