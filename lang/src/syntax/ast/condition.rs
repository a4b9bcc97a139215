//! Conditions and their operands, as the author wrote them.

use smol_str::SmolStr;

use super::{Ident, Name, Spanned};
use crate::source::Span;

/// A condition.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of condition.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `a or b or c` (at least two)
    Or(Vec<Expr>),
    /// `a and b and c` (at least two)
    And(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `left op right`
    Compare {
        /// Left side.
        left: Operand,
        /// The operator.
        op: Spanned<CompareOp>,
        /// `oneof`, `anyof`, `allof` before a list on the right.
        modifier: Option<Spanned<Modifier>>,
        /// Right side.
        right: Operand,
    },
    /// `operand exists`
    Exists(Operand),
    /// An operand by itself: a macro, a boolean field, a call of a macro or boolean function,
    /// `true`, `false`.
    Truth(Operand),
    /// `any x in LIST (cond)`
    Quant(Box<Quant>),
    /// A condition that could not be read; its diagnostic is in [`File::diagnostics`].
    Error,
}

/// `any|all|no|count x in LIST (cond) [op n]`
#[derive(Debug, Clone)]
pub struct Quant {
    /// Which quantifier.
    pub kind: Spanned<QuantKind>,
    /// The variable.
    pub var: Ident,
    /// The list.
    pub list: Operand,
    /// The condition on each item.
    pub body: Expr,
    /// For `count`: the comparison with a number.
    pub count: Option<(Spanned<CompareOp>, Operand)>,
}

/// Quantifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuantKind {
    /// True where some item satisfies the condition.
    Any,
    /// True where every item does; true over an empty or absent list.
    All,
    /// True where no item does.
    No,
    /// Compares how many do.
    Count,
}

/// `oneof`, `anyof`, `allof`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// Any value on the right (exactly one need not be meant: Falco treats it as `anyof`).
    OneOf,
    /// Any value on the right.
    AnyOf,
    /// Every value on the right.
    AllOf,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `=` and `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `contains`
    Contains,
    /// `icontains`
    IContains,
    /// `bcontains`: the right side is hex bytes
    BContains,
    /// `startswith`
    StartsWith,
    /// `istartswith`
    IStartsWith,
    /// `bstartswith`: the right side is hex bytes
    BStartsWith,
    /// `endswith`
    EndsWith,
    /// `iendswith`
    IEndsWith,
    /// `glob`
    Glob,
    /// `iglob`
    IGlob,
    /// `regex`: the whole value
    Regex,
    /// `matches`: anywhere in the value
    Matches,
    /// `in`
    In,
    /// `intersects`
    Intersects,
    /// `pmatch`: the value starts with one of the path prefixes
    PMatch,
    /// `inside`: an address or network lies inside one of the networks
    Inside,
    /// `covers`: a network contains one of the addresses or networks
    Covers,
    /// `refers_to`: the value names the resource
    RefersTo,
}

impl CompareOp {
    /// Every operator with its spelling; the first spelling of an operator is the usual one.
    pub const ALL: &[(&str, CompareOp)] = &[
        ("=", Self::Eq),
        ("==", Self::Eq),
        ("!=", Self::Ne),
        ("<", Self::Lt),
        ("<=", Self::Le),
        (">", Self::Gt),
        (">=", Self::Ge),
        ("contains", Self::Contains),
        ("icontains", Self::IContains),
        ("bcontains", Self::BContains),
        ("startswith", Self::StartsWith),
        ("istartswith", Self::IStartsWith),
        ("bstartswith", Self::BStartsWith),
        ("endswith", Self::EndsWith),
        ("iendswith", Self::IEndsWith),
        ("glob", Self::Glob),
        ("iglob", Self::IGlob),
        ("regex", Self::Regex),
        ("matches", Self::Matches),
        ("in", Self::In),
        ("intersects", Self::Intersects),
        ("pmatch", Self::PMatch),
        ("inside", Self::Inside),
        ("covers", Self::Covers),
        ("refers_to", Self::RefersTo),
    ];

    /// The operator with this spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(spelling, _)| *spelling == text).map(|(_, op)| *op)
    }

    /// Its usual spelling.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("=", |(spelling, _)| spelling)
    }
}

/// One side of a comparison, an argument, an item.
#[derive(Debug, Clone)]
pub struct Operand {
    /// What it is.
    pub kind: OperandKind,
    /// Where.
    pub span: Span,
}

/// The kinds of operand.
///
/// A name-shaped word (`a`, `a.b`) is a [`OperandKind::Path`] on the left of a comparison, as an
/// argument of a call and as the list of a quantifier, and a [`OperandKind::Word`] on the right
/// and in list literals, unless it holds brackets (`r.Ports[0]`), which a word cannot.
#[derive(Debug, Clone)]
pub enum OperandKind {
    /// A field, variable, macro, list or parameter: `ct.user.arn`, `event.a.b[0]`, `r.CidrIp`,
    /// `json.value[/a/b]`, `SecurityGroupIngress`.
    Path(Path),
    /// A bare word where a value is expected: text, a number, `true`, a duration, a size, or
    /// the name of a list, parameter or variable. Its meaning is the checker's to decide.
    Word(SmolStr),
    /// A quoted string, escapes resolved.
    Text(String),
    /// `/regex/`, the text between the slashes.
    Regex(String),
    /// `f(a, b)`: a function, transformer or macro.
    Call {
        /// The callee.
        name: Name,
        /// Its arguments.
        args: Vec<Operand>,
    },
    /// `f(a).b.c`
    Project {
        /// The value.
        base: Box<Operand>,
        /// The steps below it.
        segments: Vec<Segment>,
    },
    /// `(a, b)` or `[a, b]`
    List(Vec<Operand>),
}

/// A dotted path with optional bracketed arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// At least one.
    pub segments: Vec<Segment>,
}

/// `name` or `name[arg]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The name. Empty for a bracket that follows a bracket or a call (`a[0][1]`, `f(x)[t]`).
    pub name: SmolStr,
    /// What stands in brackets, quotes removed.
    pub arg: Option<SmolStr>,
    /// Where.
    pub span: Span,
}

impl Path {
    /// The path as written, brackets included, without quotes.
    pub fn text(&self) -> String {
        let length = |s: &Segment| s.name.len() + 1 + s.arg.as_ref().map_or(0, |arg| arg.len() + 2);
        let mut out = String::with_capacity(self.segments.iter().map(length).sum());
        for (i, s) in self.segments.iter().enumerate() {
            if i > 0 && !s.name.is_empty() {
                out.push('.');
            }
            out.push_str(&s.name);
            if let Some(arg) = &s.arg {
                out.push('[');
                out.push_str(arg);
                out.push(']');
            }
        }
        out
    }
}
