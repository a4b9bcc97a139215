//! Text to syntax tree, with recovery.

pub mod ast;
