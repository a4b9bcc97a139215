//! The function library. One file a function: name, signature, documentation, examples (run as
//! tests) and implementation.

use jiff::Timestamp;

use crate::types::Type;
use crate::value::Fetched;

/// A function that rules can call.
pub struct Function {
    /// As rules write it; may be dotted (`iam.allows`).
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// Whether the last parameter may repeat.
    pub variadic: bool,
    /// The type of its result, from the types of its arguments.
    pub result: fn(&[Type]) -> Type,
    /// What it does: Markdown, first line is the summary.
    pub doc: &'static str,
    /// Expressions and what they yield.
    pub examples: &'static [Example],
    /// The implementation. Arguments are present; absent and unknown ones are handled by the
    /// caller (absent in, absent out; unknown in, unknown out).
    pub eval: for<'r> fn(&[crate::value::Value<'r>], &CallContext) -> Fetched<'r>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Param {
    /// Its name in the documentation.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParamKind,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// Text.
    String,
    /// A number.
    Number,
    /// A point in time, or text in RFC 3339.
    Time,
    /// A list.
    List,
    /// Any value.
    Any,
}

/// An expression and what it yields, as text.
#[derive(Debug)]
pub struct Example {
    /// `len("abc")`
    pub expr: &'static str,
    /// `3`
    pub result: &'static str,
}

/// What a function may know besides its arguments.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallContext {
    /// The record's own time.
    pub now: Option<Timestamp>,
}
