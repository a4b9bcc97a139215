//! The function library. One file a function: name, signature, documentation, examples (run as
//! tests) and implementation.
//!
//! A new function is one file here, its `mod` line and its row in [`all`].

use jiff::Timestamp;

use crate::types::Type;
use crate::value::Fetched;

mod age;
mod arn;
mod b64;
mod basename;
mod cidr;
mod coalesce;
mod concat;
pub(crate) mod entropy;
#[cfg(test)]
mod examples;
mod first;
mod getopt;
mod iam;
mod ip;
mod join;
mod kit;
mod last;
mod len;
mod literal;
mod max;
mod min;
mod now;
mod parse_json;
mod replace;
mod split;
mod sum;
mod tolower;
mod toupper;
mod trim;
mod unique;
mod url;
mod url_decode;
mod val;

/// A function that rules can call.
pub struct Function {
    /// As rules write it; may be dotted (`iam.allows`).
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// Whether the last parameter may repeat.
    pub variadic: bool,
    /// Which arguments it is called with.
    pub passing: Passing,
    /// The type of its result, from the types of its arguments.
    pub result: fn(&[Type]) -> Type,
    /// What it does: Markdown, first line is the summary.
    pub doc: &'static str,
    /// Expressions and what they yield.
    pub examples: &'static [Example],
    /// The implementation. Arguments are present; absent and unknown ones are handled by the
    /// caller, as [`Function::passing`] says.
    pub eval: for<'r> fn(&[crate::value::Value<'r>], &CallContext) -> Fetched<'r>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Which arguments a function is called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// All: absent in, absent out; unknown in, unknown out.
    All,
    /// The first that is there; absent where none is, unknown where the first that is not
    /// absent is unknown.
    First,
    /// All; what is not known counts as absent.
    Known,
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

static ALL: &[&Function] = &[
    &age::FUNCTION,
    &arn::FUNCTION,
    &b64::FUNCTION,
    &basename::FUNCTION,
    &cidr::FUNCTION,
    &coalesce::FUNCTION,
    &concat::FUNCTION,
    &entropy::FUNCTION,
    &first::FUNCTION,
    &getopt::FUNCTION,
    &iam::allows::FUNCTION,
    &iam::escalations::FUNCTION,
    &iam::is_admin::FUNCTION,
    &iam::public::FUNCTION,
    &iam::unknown_actions::FUNCTION,
    &iam::wide::FUNCTION,
    &ip::FUNCTION,
    &join::FUNCTION,
    &last::FUNCTION,
    &len::FUNCTION,
    &literal::FUNCTION,
    &max::FUNCTION,
    &min::FUNCTION,
    &now::FUNCTION,
    &parse_json::FUNCTION,
    &replace::FUNCTION,
    &split::FUNCTION,
    &sum::FUNCTION,
    &tolower::FUNCTION,
    &toupper::FUNCTION,
    &trim::FUNCTION,
    &unique::FUNCTION,
    &url::FUNCTION,
    &url_decode::FUNCTION,
    &val::FUNCTION,
];

/// Every function, sorted by name.
pub fn all() -> &'static [&'static Function] {
    ALL
}

/// The function with this name.
pub fn find(name: &str) -> Option<&'static Function> {
    ALL.binary_search_by(|f| f.name.cmp(name)).ok().and_then(|i| ALL.get(i).copied())
}
