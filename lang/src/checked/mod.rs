//! Resolved and type-checked rules: what the engine takes.
//!
//! Macros are expanded, lists and parameters are inlined, bare words have become values of the
//! type that their context asks for, exceptions are folded into the condition, Falco's
//! operators are told apart by the types they compare. Nothing here refers to names that still
//! need looking up.

mod condition;

use std::sync::Arc;

use jiff::SignedDuration;
use smol_str::SmolStr;

pub use condition::{Atom, AtomTest, ConstSet, Expr, FieldUse, Quant, Set, Term, VarId};

pub use crate::syntax::ast::{CompareOp, EditKind, Expect, QuantKind};

use crate::catalog::{Plane, Step};
use crate::source::Span;
use crate::types::Type;
use crate::value::{Tree, Value};

/// Everything that was declared without an error, ready for the engine.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    /// Rules in the order of files and declarations.
    pub rules: Vec<Arc<Rule>>,
    /// Tests in that order.
    pub tests: Vec<Test>,
    /// Secret and text patterns.
    pub patterns: Vec<Pattern>,
    /// Parameters with the value that is in force.
    pub params: Vec<ParamValue>,
}

/// How bad a finding is. Ordered from least to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Little harm by itself.
    Low,
    /// To be looked at.
    Medium,
    /// To be mended soon.
    High,
    /// To be acted on now.
    Critical,
}

impl Severity {
    /// From least to worst.
    pub const ALL: [Severity; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// `critical`, `high`, `medium`, `low`, `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads a level of ours or one of Falco's eight priorities, any case: emergency and alert
    /// are critical, critical is critical, error is high, warning is medium, notice is low,
    /// informational, info and debug are info.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "critical" | "emergency" | "alert" => Self::Critical,
            "high" | "error" => Self::High,
            "medium" | "warning" => Self::Medium,
            "low" | "notice" => Self::Low,
            "info" | "informational" | "debug" => Self::Info,
            _ => return None,
        })
    }
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `package.name`: unique in the set, stable, what users type.
    pub id: SmolStr,
    /// The package alone.
    pub package: SmolStr,
    /// What people call it: the doc's first line, or Falco's rule name.
    pub title: String,
    /// The doc after its first line, Markdown.
    pub doc: String,
    /// The record type it judges.
    pub record: SmolStr,
    /// What a false condition means.
    pub plane: Plane,
    /// Its severity.
    pub severity: SeverityRule,
    /// Scope: false means *not applicable*.
    pub scope: Option<Expr>,
    /// The violation.
    pub when: Expr,
    /// Computed values, in the order in which they may use each other.
    pub lets: Vec<Let>,
    /// What is told when it fires.
    pub message: Template,
    /// How to mend it.
    pub fix: Option<Template>,
    /// Changes of the record that mend it, in the order in which they are made.
    pub edits: Vec<Edit>,
    /// `framework/id`.
    pub maps: Vec<SmolStr>,
    /// Free tags.
    pub tags: Vec<SmolStr>,
    /// Links.
    pub refs: Vec<String>,
    /// False where the author switched it off.
    pub enabled: bool,
    /// Counting over several records; a rule that has it is checked but cannot run yet.
    pub window: Option<Window>,
    /// Findings that count as the same.
    pub dedup: Option<Dedup>,
    /// The name in its declaration.
    pub name_span: Span,
    /// The whole declaration.
    pub span: Span,
    /// The ids of the variables that its quantifiers bind are below this.
    pub var_count: u32,
}

/// `set PATH = VALUE`, `add PATH = VALUE`, `remove PATH`, each with `if COND` or without
#[derive(Debug, Clone)]
pub struct Edit {
    /// What is done.
    pub kind: EditKind,
    /// The quantifier's variable that the path starts at: the item that made the rule fire.
    /// None for the record itself.
    pub var: Option<VarId>,
    /// Steps from there; empty only for `remove` of a variable.
    pub path: Vec<Step>,
    /// What is set or added; null for `remove`.
    pub value: Tree,
    /// The change is proposed where this holds, and only there.
    pub when: Option<Expr>,
    /// The whole key in the rule.
    pub span: Span,
}

/// Fixed, or by case.
#[derive(Debug, Clone)]
pub struct SeverityRule {
    /// The first arm whose condition holds; unknown conditions take the highest reachable.
    pub cases: Vec<(Severity, Expr)>,
    /// Where none holds.
    pub otherwise: Severity,
}

/// `let name = cel"…"`
#[derive(Debug, Clone)]
pub struct Let {
    /// Its name.
    pub name: SmolStr,
    /// The expression.
    pub cel: CelProgram,
}

/// A CEL expression, checked at load. The fields that it reads are bound by name.
#[derive(Debug, Clone)]
pub struct CelProgram {
    /// Its text.
    pub text: String,
    /// The compiled expression.
    pub program: Arc<cel::Program>,
    /// The variables it reads: CEL's name for each, and the term that yields it.
    pub reads: Vec<(String, Term)>,
    /// Where it stands.
    pub span: Span,
}

/// Counting over several records.
#[derive(Debug, Clone)]
pub struct Window {
    /// Records with equal values of these belong together.
    pub group: Vec<Term>,
    /// How far apart they may be.
    pub within: SignedDuration,
    /// The steps of a sequence, in order; empty for a rule. A sequence's `when` is true for
    /// every record that some step could take.
    pub steps: Vec<(SmolStr, Expr)>,
    /// What must hold over the records of a group; `None` for a sequence, whose steps say it.
    pub having: Option<Having>,
}

/// A condition over the records of one group.
#[derive(Debug, Clone)]
pub enum Having {
    /// Every one.
    All(Vec<Having>),
    /// At least one.
    Any(Vec<Having>),
    /// Not.
    Not(Box<Having>),
    /// `count >= 5`, `distinct(ct.region) >= 3`
    Compare {
        /// What is counted.
        of: Aggregate,
        /// One of the six.
        op: CompareOp,
        /// The number.
        number: i64,
    },
}

/// A number computed over the records of one group.
#[derive(Debug, Clone)]
pub enum Aggregate {
    /// How many records.
    Count,
    /// How many different values of this; absent ones do not count.
    Distinct(Term),
}

/// When two findings count as the same.
#[derive(Debug, Clone)]
pub struct Dedup {
    /// The values that must be equal; empty for the rule's subject.
    pub by: Vec<Term>,
    /// For how long.
    pub window: SignedDuration,
}

/// A message with interpolations.
#[derive(Debug, Clone, Default)]
pub struct Template {
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
}

/// One part of a [`Template`].
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Literal text.
    Text(String),
    /// A value; an absent one prints as `<NA>`.
    Value(Term),
    /// A CEL expression.
    Cel(CelProgram),
    /// A number over the group, in a rule that has a [`Window`].
    Aggregate(Aggregate),
    /// A value of the record that took the step with this index, in a sequence.
    Step(u32, Term),
}

/// The tests of one rule.
#[derive(Debug, Clone)]
pub struct Test {
    /// The rule's id.
    pub rule: SmolStr,
    /// The cases.
    pub cases: Vec<TestCase>,
    /// The declaration.
    pub span: Span,
}

/// One case.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// What must come out.
    pub expect: Expect,
    /// Its title.
    pub title: String,
    /// The record.
    pub input: TestInput,
    /// The other resources that are there. What is not among them is not there.
    pub beside: Vec<Beside>,
    /// The rule with the parameters of this case, where it sets some.
    pub rule: Option<Arc<Rule>>,
    /// Where.
    pub span: Span,
}

/// A resource beside the record of a test case.
#[derive(Debug, Clone)]
pub struct Beside {
    /// Its type.
    pub record: SmolStr,
    /// The resource, samples merged.
    pub tree: Arc<Tree>,
}

/// The record of a test case.
#[derive(Debug, Clone)]
pub enum TestInput {
    /// A record of the rule's type, samples merged.
    Record(Arc<Tree>),
    /// A template beside the rule file.
    Template(String),
    /// A JSON record beside the rule file.
    File(String),
}

/// A secret or text pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// `package.name`.
    pub id: SmolStr,
    /// The doc's first line.
    pub title: String,
    /// The expression, over bytes.
    pub regex: String,
    /// One of these must be near; empty for none.
    pub keywords: Vec<String>,
    /// Least Shannon entropy of the match, bits a byte.
    pub entropy: Option<f64>,
    /// Texts that it must match.
    pub examples: Vec<String>,
    /// Texts that it must not match.
    pub counter_examples: Vec<String>,
    /// Where.
    pub span: Span,
}

/// A parameter and its value.
#[derive(Debug, Clone)]
pub struct ParamValue {
    /// `package.name`.
    pub id: SmolStr,
    /// Its type.
    pub ty: Type,
    /// The value in force; `None` where it has no default and none was given.
    pub value: Option<Value<'static>>,
    /// The doc comment.
    pub doc: String,
    /// Whether the value was given rather than the default.
    pub given: bool,
}
