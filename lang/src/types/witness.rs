//! Variables of alternatives: `any r in A (…) or any r in B (…)`.
//!
//! A message that names `r` means the one that found its item. Where the items of both lists have
//! one type the two are one variable; where not, what is said of `r` is said of each that can be.

use super::Type;
use super::lower::{Lower, Typed};
use super::scope::{BoundVar, Scope};
use crate::checked::Term;
use crate::functions;
use crate::syntax::ast::{Operand, OperandKind, Segment};

impl<'a> Lower<'_, 'a> {
    /// A value in a message.
    pub(super) fn read_of_witnesses(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<Typed<'a>> {
        if scope.is_bare() {
            return self.read(operand, scope);
        }
        let mut paths = Vec::new();
        names_in(operand, &mut paths);
        let Some(vars) = paths.iter().find_map(|path| self.alternatives(path, &paths, scope)) else {
            return self.read(operand, scope);
        };
        let read = vars.iter().map(|var| self.read(operand, &Scope::with_var(scope, var)));
        let terms: Vec<Term> =
            read.collect::<Option<Vec<_>>>()?.into_iter().map(|typed| typed.term).collect();
        let function = functions::find("coalesce")?;
        Some(Typed::new(Term::Call { function, args: terms, ty: Type::Dynamic }, Type::Dynamic))
    }

    /// The variables that the first name of a path may mean, where they are several; those that lack a
    /// member that one of the paths names are not meant.
    pub(super) fn alternatives<'x>(
        &self,
        path: &[Segment],
        all: &[Vec<Segment>],
        scope: &Scope<'x>,
    ) -> Option<Vec<&'x BoundVar>> {
        let name = &path.first()?.name;
        let vars = scope.vars(name);
        if vars.len() < 2 {
            return None;
        }
        let of_var = || all.iter().filter(|path| path.first().is_some_and(|first| first.name == *name));
        let fits = |var: &&BoundVar| of_var().all(|p| self.has(&var.ty, p.get(1..).unwrap_or_default()));
        let meant: Vec<&BoundVar> = vars.into_iter().filter(fits).collect();
        (!meant.is_empty()).then_some(meant)
    }

    /// Whether a value of a type has these members, as far as the catalog knows.
    fn has(&self, ty: &Type, segments: &[Segment]) -> bool {
        let mut ty = ty.clone();
        for segment in segments.iter().filter(|s| !s.name.is_empty()) {
            while let Type::List(item) = ty {
                ty = *item;
            }
            let Type::Record(shape) = &ty else { return ty == Type::Dynamic };
            let Some(shape) = self.sh.catalog.shape(shape) else { return true };
            let Some(field) = shape.field(&segment.name) else { return false };
            ty = field.ty.clone();
        }
        true
    }
}

/// The paths that an operand names.
fn names_in(operand: &Operand, out: &mut Vec<Vec<Segment>>) {
    match &operand.kind {
        OperandKind::Call { args, .. } | OperandKind::List(args) => {
            args.iter().for_each(|arg| names_in(arg, out));
        }
        OperandKind::Project { base, .. } => names_in(base, out),
        kind => out.extend(Lower::name_segments(kind, operand.span)),
    }
}
