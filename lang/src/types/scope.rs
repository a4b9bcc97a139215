//! What a short name means inside a condition: a quantifier's variable or a macro's parameter.

use smol_str::SmolStr;

use super::Type;
use crate::checked::VarId;
use crate::resolve::FileIx;
use crate::syntax::ast::{Ident, Operand};

/// The names in force at one place. A macro's body starts a scope of its own, so that nothing
/// of the caller's is visible in it but its arguments, and those mean what they mean at the
/// caller's place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'x> {
    /// The file in which the text stands.
    pub(crate) file: FileIx,
    binding: Binding<'x>,
}

#[derive(Debug, Clone, Copy)]
enum Binding<'x> {
    Nothing,
    Var { var: &'x BoundVar, outer: &'x Scope<'x> },
    Args { params: &'x [Ident], args: &'x [Operand], caller: &'x Scope<'x> },
}

/// A variable that a quantifier binds.
#[derive(Debug, Clone)]
pub(crate) struct BoundVar {
    pub(crate) name: SmolStr,
    pub(crate) id: VarId,
    pub(crate) ty: Type,
}

/// What a name is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Local<'x> {
    /// A variable.
    Var(&'x BoundVar),
    /// An argument, to be read in the caller's scope.
    Arg(&'x Operand, &'x Scope<'x>),
}

impl<'x> Scope<'x> {
    /// Nothing bound.
    pub(crate) fn root(file: FileIx) -> Self {
        Scope { file, binding: Binding::Nothing }
    }

    /// One more variable.
    pub(crate) fn with_var(outer: &'x Scope<'x>, var: &'x BoundVar) -> Self {
        Scope { file: outer.file, binding: Binding::Var { var, outer } }
    }

    /// The body of a macro that stands in `file`.
    pub(crate) fn of_macro(
        file: FileIx,
        params: &'x [Ident],
        args: &'x [Operand],
        caller: &'x Scope<'x>,
    ) -> Self {
        Scope { file, binding: Binding::Args { params, args, caller } }
    }

    /// Whether no name is bound here.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.binding, Binding::Nothing)
    }

    /// What `name` is bound to here.
    pub(crate) fn find(&self, name: &str) -> Option<Local<'x>> {
        let mut scope = *self;
        loop {
            match scope.binding {
                Binding::Nothing => return None,
                Binding::Var { var, .. } if var.name == name => return Some(Local::Var(var)),
                Binding::Var { outer, .. } => scope = *outer,
                Binding::Args { params, args, caller } => {
                    let at = params.iter().position(|p| p.name == name)?;
                    return args.get(at).map(|arg| Local::Arg(arg, caller));
                }
            }
        }
    }

    /// The variables of this name that are bound here, the outermost first. In a message these
    /// may be several.
    pub(crate) fn vars(&self, name: &str) -> Vec<&'x BoundVar> {
        let mut out = Vec::new();
        let mut scope = *self;
        while let Binding::Var { var, outer } = scope.binding {
            if var.name == name {
                out.push(var);
            }
            scope = *outer;
        }
        out.reverse();
        out
    }

    /// Every name that is bound here, for suggestions.
    pub(crate) fn names(&self) -> Vec<&'x str> {
        let mut out = Vec::new();
        let mut scope = *self;
        loop {
            match scope.binding {
                Binding::Nothing => return out,
                Binding::Var { var, outer } => {
                    out.push(var.name.as_str());
                    scope = *outer;
                }
                Binding::Args { params, .. } => {
                    out.extend(params.iter().map(|p| p.name.as_str()));
                    return out;
                }
            }
        }
    }

    /// The ids of the variables that are bound here or at the places of the arguments: a new
    /// variable must not take one of them.
    pub(crate) fn holds(&self, id: VarId) -> bool {
        let mut scope = *self;
        loop {
            match scope.binding {
                Binding::Nothing => return false,
                Binding::Var { var, .. } if var.id == id => return true,
                Binding::Var { outer, .. } => scope = *outer,
                Binding::Args { caller, .. } => scope = *caller,
            }
        }
    }
}
