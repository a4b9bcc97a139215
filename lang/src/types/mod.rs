//! Types of fields, parameters and expressions, and the checker.
//!
//! [`check`] takes the trees of a rule set and returns what can run, with everything there is
//! to say about the rest. A condition is lowered in one pass that resolves names, expands
//! macros and settles types at once, because each needs the others: what a bare word means
//! depends on the type of what it is compared with, and a macro's body on its arguments.

use smol_str::SmolStr;

mod call;
mod cel;
mod check;
mod compare;
pub mod contexts;
mod edits;
mod except;
mod expr;
mod fields;
mod given;
mod habits;
mod keys;
mod leaves;
mod lists;
mod literal;
mod lower;
mod params;
mod pattern;
mod possible;
mod refer;
mod rule;
mod samples;
mod scope;
mod shared;
mod template;
mod window;
mod witness;

#[cfg(test)]
mod tests;

pub use call::signature;
pub use check::{
    CheckOptions, Checked, GivenParam, LANGUAGE, OptionProblem, check, load, not_runnable_yet, parse_all,
};

/// A type of the language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text.
    String,
    /// A signed 64-bit number.
    Int,
    /// A 64-bit floating-point number.
    Float,
    /// True or false.
    Bool,
    /// An IP address.
    Ip,
    /// A network.
    Cidr,
    /// An address or a DNS name: network operators see the address, text operators the text.
    Host,
    /// A point in time.
    Time,
    /// A length of time.
    Duration,
    /// A number of bytes.
    Size,
    /// A list.
    List(Box<Type>),
    /// A record of this [`crate::catalog::Shape`].
    Record(SmolStr),
    /// Known only when a record is at hand; a literal's type decides.
    Dynamic,
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::String => f.write_str("string"),
            Type::Int => f.write_str("int"),
            Type::Float => f.write_str("float"),
            Type::Bool => f.write_str("bool"),
            Type::Ip => f.write_str("ip"),
            Type::Cidr => f.write_str("cidr"),
            Type::Host => f.write_str("host"),
            Type::Time => f.write_str("time"),
            Type::Duration => f.write_str("duration"),
            Type::Size => f.write_str("size"),
            Type::List(item) => write!(f, "list<{item}>"),
            Type::Record(shape) => write!(f, "{shape}"),
            Type::Dynamic => f.write_str("dynamic"),
        }
    }
}
