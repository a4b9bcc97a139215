//! The state of checking one declaration: what it judges, what went wrong, how deep it is.
//!
//! The work itself is split by family of node over the sibling modules, which all add methods
//! to [`Lower`].

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::Type;
use super::scope::{BoundVar, Scope};
use super::shared::Shared;
use crate::catalog::{Field, RecordType};
use crate::checked::{Term, VarId};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::DeclId;
use crate::source::Span;

/// How deep conditions may nest once macros are expanded.
const MAX_DEPTH: u32 = 160;

/// How many nodes a declaration's conditions may have once macros are expanded. An expansion
/// bomb meets this long before memory or patience ends.
const MAX_NODES: u32 = 30_000;

/// A value that is read, with what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Typed<'a> {
    pub(crate) term: Term,
    pub(crate) ty: Type,
    /// Whether it may be absent.
    pub(crate) optional: bool,
    /// The catalog's row, where the value is exactly that field.
    pub(crate) field: Option<&'a Field>,
}

impl Typed<'_> {
    pub(crate) fn new(term: Term, ty: Type) -> Self {
        Typed { term, ty, optional: true, field: None }
    }
}

/// A macro that is being expanded.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Where it is used.
    call: Span,
    /// The macro.
    decl: DeclId,
}

/// Checks one declaration.
pub(crate) struct Lower<'s, 'a> {
    pub(crate) sh: &'s Shared<'a>,
    pub(crate) record: &'a RecordType,
    /// Names of the `let`s seen so far.
    pub(crate) lets: Vec<SmolStr>,
    /// Which of them something reads.
    pub(crate) lets_read: FxHashSet<usize>,
    /// Whether an error was found, said or not.
    pub(crate) broken: bool,
    /// Variables of `any` that a message may name: their first witness.
    pub(crate) witnesses: Vec<BoundVar>,
    /// Whether `all` over a list that may be absent has been pointed out.
    pub(super) said_all: bool,
    /// Texts of operands that the surrounding condition requires to be present.
    pub(super) present: Vec<String>,
    vars: Vec<(SmolStr, usize, Type)>,
    frames: Vec<Frame>,
    depth: u32,
    nodes: u32,
    /// A limit was met: the rest is not looked at.
    gave_up: bool,
}

impl<'s, 'a> Lower<'s, 'a> {
    pub(crate) fn new(sh: &'s Shared<'a>, record: &'a RecordType) -> Self {
        Lower {
            sh,
            record,
            lets: Vec::new(),
            lets_read: FxHashSet::default(),
            broken: false,
            witnesses: Vec::new(),
            said_all: false,
            present: Vec::new(),
            vars: Vec::new(),
            frames: Vec::new(),
            depth: 0,
            nodes: 0,
            gave_up: false,
        }
    }

    /// Reports a problem. Inside a macro, an error is told at the place that uses the macro,
    /// with the place in the macro beside it, and once however often the macro is used.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        let origin = diagnostic.span();
        if !diagnostic.is_error() {
            self.sh.sink.push(diagnostic);
            return;
        }
        self.broken = true;
        let inside = self.frames.iter().rev().find(|f| {
            let body = self.sh.names.entry(f.decl).decl.span;
            body.file == origin.file && body.start <= origin.start && origin.end <= body.end
        });
        let (Some(frame), Some(outer)) = (inside, self.frames.first()) else {
            self.sh.sink.push(diagnostic);
            return;
        };
        let name = &self.sh.names.entry(frame.decl).name.name;
        let told = diagnostic.led_by(outer.call, format!("in the macro `{name}`, used here"));
        self.sh.sink.push_from(origin, told);
    }

    /// Runs `f` one level deeper; `None` (after a report) where that is too deep or too much.
    pub(crate) fn nested<T>(&mut self, span: Span, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.gave_up {
            return None;
        }
        self.nodes += 1;
        if self.depth >= MAX_DEPTH {
            self.give_up(
                span,
                "conditions are nested too deeply",
                format!("once macros are expanded, at most {MAX_DEPTH} levels are possible"),
            );
            return None;
        }
        if self.nodes > MAX_NODES || !self.sh.spend() {
            self.give_up(
                span,
                "macros expand to more than can be checked",
                "macros that use each other several times grow with every level".to_owned(),
            );
            return None;
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        Some(out)
    }

    /// Reports that a limit was met, at the place that led to it.
    fn give_up(&mut self, span: Span, message: &str, help: String) {
        self.gave_up = true;
        self.broken = true;
        let at = self.frames.first().map_or(span, |f| f.call);
        self.sh.sink.push(Diagnostic::new(Code::TooComplex, at, message).help(help));
    }

    /// Runs `f` inside the expansion of a macro.
    pub(crate) fn expanding<T>(&mut self, decl: DeclId, call: Span, f: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(Frame { call, decl });
        // What the caller requires to be present is spelt in the caller's names.
        let present = std::mem::take(&mut self.present);
        let out = f(self);
        self.present = present;
        self.frames.pop();
        out
    }

    /// Whether a macro is being expanded.
    pub(crate) fn in_macro(&self) -> bool {
        !self.frames.is_empty()
    }

    /// An id for a new variable: quantifiers side by side that use one name share one, as far
    /// as their items have one type.
    pub(crate) fn bind(&mut self, name: &SmolStr, ty: &Type, scope: &Scope<'_>) -> BoundVar {
        let level = self.frames.len();
        let known = self
            .vars
            .iter()
            .enumerate()
            .find(|(i, (n, l, t))| n == name && *l == level && t == ty && !scope.holds(VarId(*i as u32)));
        let id = match known {
            Some((i, _)) => i,
            None => {
                self.vars.push((name.clone(), level, ty.clone()));
                self.vars.len() - 1
            }
        };
        BoundVar { name: name.clone(), id: VarId(id as u32), ty: ty.clone() }
    }

    /// All variables' ids are below this.
    pub(crate) fn var_count(&self) -> u32 {
        self.vars.len() as u32
    }
}
