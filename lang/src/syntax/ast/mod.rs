//! The syntax tree, shared by both surface syntaxes.
//!
//! It keeps what the author wrote: bare words are not yet known to be text, numbers or
//! names, macros are not expanded. [`crate::resolve`] and [`crate::types`] decide that.

mod condition;

use smol_str::SmolStr;

pub use condition::{
    CompareOp, Expr, ExprKind, Modifier, Operand, OperandKind, Path, Quant, QuantKind, Segment,
};

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};

/// One parsed file. Parsing never fails as a whole: what could not be read is in
/// `diagnostics`, everything else is in `decls`.
#[derive(Debug, Clone)]
pub struct File {
    /// The file.
    pub file: FileId,
    /// `package a.b`.
    pub package: Option<Name>,
    /// `use a.b` lines.
    pub uses: Vec<Name>,
    /// The declarations in source order.
    pub decls: Vec<Decl>,
    /// `#` comments (not `##` docs) in source order, for the formatter.
    pub comments: Vec<Comment>,
    /// Syntax errors, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// A `#` comment; `text` includes the `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text with its `#`, without the line end.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A single identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: SmolStr,
    /// Where.
    pub span: Span,
}

/// A dotted name (`std.net.open_to_world`) or a type name (`AWS::EC2::Instance`), as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The whole name.
    pub text: SmolStr,
    /// Where.
    pub span: Span,
}

/// `##` lines above a declaration, each without the `##` and one following space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doc {
    /// The lines.
    pub lines: Vec<String>,
    /// Where.
    pub span: Span,
}

/// A declaration.
#[derive(Debug, Clone)]
pub struct Decl {
    /// Its doc comment.
    pub doc: Option<Doc>,
    /// The whole declaration without the doc.
    pub span: Span,
    /// What it declares.
    pub kind: DeclKind,
}

/// What a declaration declares.
#[derive(Debug, Clone)]
pub enum DeclKind {
    /// `param name: type = default`
    Param(Param),
    /// `list name = [a, b]`
    List(List),
    /// `macro name(a, b) = condition`
    Macro(Macro),
    /// `pattern name { … }`
    Pattern(Pattern),
    /// `rule name on type { … }`
    Rule(Rule),
    /// `sequence name on type { … }`: a [`Rule`] whose keys may hold steps.
    Sequence(Rule),
    /// `sample name on type { … }`
    Sample(Sample),
    /// `test rule { … }`
    Test(Test),
    /// A declaration whose name could be read but not the rest; its diagnostic is in
    /// [`File::diagnostics`]. Uses of the name are no further error.
    Broken(Ident),
}

/// `param name: type = default`
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Its type as written: `int`, `list<string>`, …
    pub ty: Name,
    /// Its default.
    pub default: Option<Operand>,
}

/// `list name = [a, b, other_list]`
#[derive(Debug, Clone)]
pub struct List {
    /// Its name.
    pub name: Ident,
    /// Items: literals or names of other lists.
    pub items: Vec<Operand>,
}

/// `macro name(a, b) = condition`
#[derive(Debug, Clone)]
pub struct Macro {
    /// Its name.
    pub name: Ident,
    /// Its parameters; `None` where it was declared without parentheses.
    pub params: Option<Vec<Ident>>,
    /// The condition.
    pub body: Expr,
}

/// `pattern name { … }`
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Its name.
    pub name: Ident,
    /// Its keys in source order.
    pub keys: Vec<PatternKey>,
}

/// `key: values` of a pattern.
#[derive(Debug, Clone)]
pub struct PatternKey {
    /// `regex`, `keywords`, `entropy`, `examples`, `counter_examples`.
    pub key: Ident,
    /// One value, or the items of a list.
    pub values: Vec<Operand>,
    /// Key and values.
    pub span: Span,
}

/// `rule name on type { … }` and `sequence name on type { … }`
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: Ident,
    /// The rule's name as people know it where that is no identifier (Falco's rule names).
    pub display_name: Option<String>,
    /// The record type it judges.
    pub record: Name,
    /// Its keys in source order; a repeated key is a diagnostic of the checker.
    pub keys: Vec<RuleKey>,
}

/// One key of a rule.
#[derive(Debug, Clone)]
pub struct RuleKey {
    /// The key's own name with its place.
    pub key: Ident,
    /// Its value.
    pub value: RuleValue,
    /// Key and value.
    pub span: Span,
}

/// The value of a rule's key.
#[derive(Debug, Clone)]
pub enum RuleValue {
    /// `severity: high` or `severity: medium if COND, otherwise high`
    Severity(Severity),
    /// `where: COND`
    Where(Expr),
    /// `let name = cel"…"`
    Let {
        /// The name.
        name: Ident,
        /// The CEL text.
        cel: Cel,
    },
    /// `when: COND`
    When(Expr),
    /// `group: a, b`
    Group(Vec<Operand>),
    /// `within: 10m`
    Within(Operand),
    /// `having: count >= 3`
    Having(Expr),
    /// `dedup: fields… for 1h` or `dedup: 1h`
    Dedup {
        /// What makes two findings the same; empty means the rule's subject.
        by: Vec<Operand>,
        /// For how long.
        window: Operand,
    },
    /// `step name: COND` of a sequence
    Step {
        /// The name.
        name: Ident,
        /// The condition.
        when: Expr,
    },
    /// `message: "…"`
    Message(Template),
    /// `fix: "…"`
    Fix(Template),
    /// `maps: [framework/id, …]`
    Maps(Vec<Operand>),
    /// `tags: [a, b]`
    Tags(Vec<Operand>),
    /// `refs: ["https://…"]`
    Refs(Vec<Operand>),
    /// `except name(fields) in […]`
    Except(Except),
    /// `enabled: true`
    Enabled(Operand),
    /// `set PATH = VALUE`, `add PATH = VALUE`, `remove PATH`, each with `if COND` or without
    Edit(Edit),
    /// A value that could not be read; its diagnostic is in [`File::diagnostics`]. The key is
    /// the one that was meant, as far as that is clear, so that it does not count as missing.
    Error,
}

/// A change of the record that mends it.
#[derive(Debug, Clone)]
pub struct Edit {
    /// What is done.
    pub kind: EditKind,
    /// Where: a property, or a variable and the steps below it.
    pub path: Spanned<Path>,
    /// What is set or added; `None` for `remove`.
    pub value: Option<Data>,
    /// `if COND`: where it does not hold, the change is left to people.
    pub when: Option<Expr>,
}

/// What an [`Edit`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EditKind {
    /// The value at the path becomes this one.
    Set,
    /// The list at the path gets one more item.
    Add,
    /// What is at the path goes away.
    Remove,
}

impl EditKind {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Add => "add",
            Self::Remove => "remove",
        }
    }
}

/// The value of `severity`.
#[derive(Debug, Clone)]
pub struct Severity {
    /// `LEVEL if COND` arms.
    pub cases: Vec<(Operand, Expr)>,
    /// The level, or the one after `otherwise`.
    pub otherwise: Operand,
}

/// `except name(a, b startswith) in [("x", "y"), …]`
#[derive(Debug, Clone)]
pub struct Except {
    /// The name.
    pub name: Ident,
    /// Fields with their operators; without one it is `in` for a single field and `=` for
    /// several.
    pub fields: Vec<(Operand, Option<Spanned<CompareOp>>)>,
    /// One operand a row: a [`OperandKind::List`] with a value a field, or, for a single field,
    /// a bare value or the name of a list.
    pub rows: Vec<Operand>,
}

/// `sample name on type { … }`
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its name.
    pub name: Ident,
    /// The record type.
    pub record: Name,
    /// The record.
    pub value: Data,
}

/// `test rule { … }`
#[derive(Debug, Clone)]
pub struct Test {
    /// The rule under test.
    pub rule: Name,
    /// The cases.
    pub cases: Vec<TestCase>,
}

/// What a test case expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expect {
    /// The rule fires: a violation.
    Fires,
    /// It does not fire and nothing is unknown (a pass or not applicable).
    Silent,
    /// The outcome is unknown.
    Unknown,
    /// The outcome is exactly a pass.
    Passes,
    /// The outcome is exactly *not applicable*: `where` is false.
    NotApplicable,
}

/// One case of a test.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// The expected outcome.
    pub expect: Expect,
    /// Where the expectation word stands.
    pub expect_span: Span,
    /// The case's title.
    pub title: Spanned<String>,
    /// The record.
    pub input: TestInput,
    /// The other resources that are there.
    pub beside: Vec<Beside>,
    /// `with params { name: value }`
    pub params: Option<Data>,
    /// The whole case.
    pub span: Span,
}

/// The record of a test case.
#[derive(Debug, Clone)]
pub enum TestInput {
    /// A record in the file, optionally on top of a sample.
    Record {
        /// `sample_name with …`
        base: Option<Name>,
        /// The record, or what changes in the sample (objects merge, `null` removes).
        value: Option<Data>,
    },
    /// `template "path"`: a template beside the rule file.
    Template(Spanned<String>),
    /// `event "path"` / `file "path"`: a JSON record beside the rule file.
    File(Spanned<String>),
}

/// `beside TYPE { … }`, `beside TYPE sample_name with { … }`
#[derive(Debug, Clone)]
pub struct Beside {
    /// Its type.
    pub record: Name,
    /// The sample that it builds on.
    pub base: Option<Name>,
    /// The record, or what changes in the sample.
    pub value: Option<Data>,
}

/// JSON-like data in a test or sample.
#[derive(Debug, Clone)]
pub struct Data {
    /// The value.
    pub kind: DataKind,
    /// Where.
    pub span: Span,
}

/// The kinds of [`Data`].
#[derive(Debug, Clone)]
pub enum DataKind {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// A number as written.
    Number(SmolStr),
    /// A quoted string, or a bare word (`quoted` tells which).
    Text {
        /// The text, escapes resolved.
        text: String,
        /// Whether it stood in quotes.
        quoted: bool,
    },
    /// `[…]`
    List(Vec<Data>),
    /// `{ key: value, … }`
    Object(Vec<(Ident, Data)>),
    /// `unknown("why")`: a value that is not knowable.
    Unknown(String),
}

/// CEL source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cel {
    /// The text between the quotes, escapes resolved.
    pub text: String,
    /// The text's place (inside the quotes).
    pub span: Span,
}

/// A message with interpolations.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
    /// The whole literal.
    pub span: Span,
}

/// One part of a [`Template`].
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Literal text, escapes resolved.
    Text(String),
    /// `{operand}`
    Value(Operand),
    /// `{cel"…"}`
    Cel(Cel),
}

/// A node with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The node.
    pub node: T,
    /// Where.
    pub span: Span,
}
