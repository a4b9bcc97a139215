//! `VALUE refers_to RESOURCE`

use smol_str::SmolStr;

use super::Type;
use super::expr::atom;
use super::lower::{Lower, Typed};
use super::scope::{Local, Scope};
use crate::catalog::{Plane, RecordType, Step, identifying};
use crate::checked::{AtomTest, Expr, Term};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast::{Operand, Segment};

/// The resource that the rule judges.
const SELF: &str = "self";

const HELP: &str = "on the right of `refers_to` stands `self`, the resource that the rule judges, \
                    or a variable over `resources(TYPE)`";

impl<'a> Lower<'_, 'a> {
    pub(super) fn refers_to(
        &mut self,
        left: Typed<'a>,
        right: &Operand,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let (target, record) = self.resource(right, scope)?;
        let names = identifying(record).into();
        Some(atom(AtomTest::RefersTo { left: left.term, target, names }, span))
    }

    /// A resource: the term that reads its id, and its type.
    fn resource(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<(Term, &'a RecordType)> {
        let segments = Self::name_segments(&operand.kind, operand.span).unwrap_or_default();
        let ([first], None) = (segments.as_slice(), segments.first().and_then(|s| s.arg.as_ref())) else {
            return self.no_resource(operand, scope);
        };
        match scope.find(&first.name) {
            Some(Local::Arg(arg, caller)) => {
                self.nested(operand.span, |me| me.resource(arg, caller)).flatten()
            }
            Some(Local::Var(var)) => {
                let record = match &var.ty {
                    Type::Record(name) => self.sh.catalog.record_type(name),
                    _ => None,
                };
                let Some(record) = record else { return self.no_resource(operand, scope) };
                let target = Term::Var {
                    var: var.id,
                    path: vec![Step::Key(SmolStr::new_static("id"))],
                    name: SmolStr::from(format!("{}.id", var.name)),
                    ty: Type::String,
                };
                Some((target, record))
            }
            None if first.name == SELF => self.judged(operand.span, scope),
            None => self.no_resource(operand, scope),
        }
    }

    /// `self`
    fn judged(&mut self, span: Span, scope: &Scope<'_>) -> Option<(Term, &'a RecordType)> {
        if self.record.plane != Plane::Resource {
            self.report(
                Diagnostic::new(
                    Code::NotAResource,
                    span,
                    format!(
                        "`{SELF}` is the resource that a rule judges, and `{}` is none",
                        self.record.name
                    ),
                )
                .help("name a variable over `resources(TYPE)`"),
            );
            return None;
        }
        let id = Segment { name: SmolStr::new_static("id"), arg: None, span };
        let typed = self.read_path(&[id], span, &Scope::root(scope.file))?;
        Some((typed.term, self.record))
    }

    fn no_resource<T>(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<T> {
        let written = self.sh.sources.text(operand.span).to_owned();
        let first = written.split(['.', '[']).next().unwrap_or_default();
        let message = match scope.find(first) {
            Some(Local::Var(_)) if first != written => {
                format!("`{written}` is a value of `{first}`, not a resource")
            }
            Some(Local::Var(_)) => format!("`{written}` is an item of a list, not a resource"),
            _ => format!("`{written}` is not a resource"),
        };
        let unbound = scope.find(first).is_none();
        let near = nearest(&written, scope.names().into_iter().chain([SELF])).filter(|_| unbound);
        self.report(Diagnostic::new(Code::NotAResource, operand.span, message).did_you_mean(near).help(HELP));
        None
    }
}
