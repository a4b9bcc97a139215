//! Conditions as the engine takes them: comparisons of terms, joined.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::catalog::{Extract, Step};
use crate::functions::Function;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, QuantKind};
use crate::types::Type;
use crate::value::{Unknown, Value};

/// A condition.
#[derive(Debug, Clone)]
pub enum Expr {
    /// Always so.
    Const(bool),
    /// Every one.
    All(Vec<Expr>),
    /// At least one.
    Any(Vec<Expr>),
    /// Not.
    Not(Box<Expr>),
    /// One comparison.
    Atom(Arc<Atom>),
    /// Over the items of a list.
    Quant(Box<Quant>),
}

/// `any|all|no|count var in list (body)`
#[derive(Debug, Clone)]
pub struct Quant {
    /// Which quantifier.
    pub kind: QuantKind,
    /// The variable's id, unique among the variables in scope. Quantifiers that stand side by
    /// side and use one name share one id, so that a message that names the variable means
    /// whichever of them found a witness.
    pub var: VarId,
    /// Its name, for messages.
    pub name: SmolStr,
    /// The list. A single value counts as a list of one.
    pub list: Term,
    /// The condition on each item.
    pub body: Expr,
    /// For `count`: the comparison and the number.
    pub count: Option<(CompareOp, i64)>,
    /// Where.
    pub span: Span,
}

/// A variable of a quantifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VarId(pub u32);

/// A comparison, told apart by what it compares.
#[derive(Debug, Clone)]
pub struct Atom {
    /// What is tested.
    pub test: AtomTest,
    /// Where it stands in the rule.
    pub span: Span,
}

/// What an [`Atom`] tests.
#[derive(Debug, Clone)]
pub enum AtomTest {
    /// Present.
    Exists(Term),
    /// A boolean value is true.
    True(Term),
    /// `= != < <= > >=` between two values. Against a constant, `right` is [`Term::Const`].
    /// Over a list on the left: true where it is so for some item.
    Compare {
        /// Left side.
        left: Term,
        /// One of the six.
        op: CompareOp,
        /// Right side.
        right: Term,
    },
    /// A text operator (contains, startswith, endswith and their kin, glob, iglob, also `=` and
    /// `!=` under a modifier) against one or several values.
    Text {
        /// Left side.
        left: Term,
        /// The operator.
        op: CompareOp,
        /// The values; constants are already text (hex decoded for `b…` operators).
        right: Vec<Term>,
        /// Whether all must hold (`allof`) rather than one.
        all: bool,
    },
    /// `regex` (whole value) or `matches` (anywhere).
    Regex {
        /// Left side.
        left: Term,
        /// Compiled once at load.
        regex: Arc<regex::Regex>,
        /// Its source, for sharing and for messages.
        source: SmolStr,
        /// Whether it must match the whole value.
        whole: bool,
    },
    /// `in`: the value is one of the set; a list: all its items are.
    In {
        /// Left side.
        left: Term,
        /// The set.
        set: Set,
    },
    /// `intersects`: some item of the list is in the set.
    Intersects {
        /// Left side.
        left: Term,
        /// The set.
        set: Set,
    },
    /// `pmatch`: a path is one of the prefixes or lies below one.
    PathPrefix {
        /// Left side.
        left: Term,
        /// The prefixes.
        set: Set,
    },
    /// `inside` (left within one of the networks) or, if `reverse`, `covers` (left contains one).
    Net {
        /// Left side.
        left: Term,
        /// The networks.
        set: Set,
        /// `covers`.
        reverse: bool,
    },
    /// `refers_to`: the value names a resource, by a reference, its id, its name or its ARN.
    RefersTo {
        /// Left side.
        left: Term,
        /// The id of the resource: that of a variable over `resources(…)`, or of the record
        /// itself.
        target: Term,
        /// The resource's properties that hold its name, id or ARN.
        names: Arc<[SmolStr]>,
    },
}

/// The right side of a set operator.
#[derive(Debug, Clone)]
pub enum Set {
    /// Values known at load; all of the type that the left side asks for.
    Const(Arc<ConstSet>),
    /// A list read from the record or from a context.
    Term(Term),
}

/// A set of constants. Equal texts give equal sets, so the engine can share them.
///
/// The items have the type of the left side, with two exceptions. Over an `ip` or `host` an
/// item is [`Value::Ip`] where its text is an address, [`Value::Net`] where it is a network
/// (the address must lie in it), and over a `host` [`Value::Str`] where it is a name. Over a
/// `dynamic` value each item has the type that its literal decides.
#[derive(Debug, Clone)]
pub struct ConstSet {
    /// The values in source order, duplicates removed.
    pub items: Vec<Value<'static>>,
    /// The name it was written under, if it was one named list.
    pub name: Option<SmolStr>,
}

/// Something that yields a value.
#[derive(Debug, Clone)]
pub enum Term {
    /// A constant.
    Const(Value<'static>),
    /// A field of the record.
    Field(Arc<FieldUse>),
    /// A quantifier's variable, and steps below it.
    Var {
        /// The variable.
        var: VarId,
        /// Steps below it.
        path: Vec<Step>,
        /// As written, for evidence.
        name: SmolStr,
        /// The type of the result.
        ty: Type,
    },
    /// A function.
    Call {
        /// The function.
        function: &'static Function,
        /// Its arguments.
        args: Vec<Term>,
        /// The type of the result.
        ty: Type,
    },
    /// Steps below a computed value.
    Project {
        /// The value.
        base: Box<Term>,
        /// Steps below it.
        path: Vec<Step>,
        /// The type of the result.
        ty: Type,
    },
    /// A list of values.
    List(Vec<Term>),
    /// The rule's `let` with this index.
    Let(u32),
    /// A context set (`org.account_ids`), unknown when none is loaded.
    Context(SmolStr),
    /// Not knowable in this run: a parameter that has neither a default nor a given value.
    Unknown(Arc<Unknown>),
    /// The other resources of this type, in the same account and region, or everywhere.
    Resources {
        /// The type.
        record: SmolStr,
        /// `resources(T, everywhere)`.
        everywhere: bool,
    },
}

/// A use of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldUse {
    /// As written, brackets included: `ct.user.arn`, `event.a.b[0]`, `SecurityGroupIngress`.
    pub name: SmolStr,
    /// Where the catalog's row says it is; a field's argument is already worked in.
    pub at: Arc<Extract>,
    /// Steps below it (`tags.Name`, `event.a.b`, `Policy.Statement`).
    pub path: Vec<Step>,
    /// The type of the result.
    pub ty: Type,
    /// Whether a record may lack it.
    pub optional: bool,
    /// Whether rules are looked up by equality on it.
    pub dispatch: bool,
}
