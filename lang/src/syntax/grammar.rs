//! The parser that pest makes of `eyas.pest`.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "made by the derive from the grammar, and private to the syntax"
)]

/// Reads text by the rules of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "syntax/eyas.pest"]
pub(super) struct Grammar;

/// A node of the parse tree.
pub(super) type Pair<'t> = pest::iterators::Pair<'t, Rule>;
