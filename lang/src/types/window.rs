//! Conditions over several records: `group`, `within`, `having`, the steps of a sequence,
//! `dedup`.

use jiff::SignedDuration;

use super::Type;
use super::lower::Lower;
use super::scope::Scope;
use crate::checked::{Dedup, Having, Term};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{CompareOp, Expr, ExprKind, Operand};
use crate::value::Value;

impl Lower<'_, '_> {
    /// The fields of `group` and `dedup`.
    pub(crate) fn key_terms(&mut self, fields: &[Operand], scope: &Scope<'_>) -> Vec<Term> {
        fields.iter().filter_map(|f| self.read(f, scope)).map(|t| t.term).collect()
    }

    /// A duration that is known at load.
    pub(crate) fn window_length(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<SignedDuration> {
        let typed = self.value(operand, &Type::Duration, scope)?;
        match typed.term {
            Term::Const(Value::Duration(length)) if length > SignedDuration::ZERO => Some(length),
            Term::Const(Value::Duration(_)) => {
                self.report(Diagnostic::new(
                    Code::BadValue,
                    operand.span,
                    "a window must be longer than nothing",
                ));
                None
            }
            _ => {
                let written = self.sh.sources.text(operand.span).to_owned();
                self.report(
                    Diagnostic::new(Code::BadLiteral, operand.span, format!("`{written}` is not a duration"))
                        .help("write a number with its unit, such as `10m`"),
                );
                None
            }
        }
    }

    /// `dedup: fields for 1h`
    pub(crate) fn dedup(&mut self, by: &[Operand], window: &Operand, scope: &Scope<'_>) -> Option<Dedup> {
        let by = self.key_terms(by, scope);
        Some(Dedup { by, window: self.window_length(window, scope)? })
    }

    /// `having: count >= 5 and distinct(field) >= 3`
    pub(crate) fn having(&mut self, expr: &Expr, scope: &Scope<'_>) -> Option<Having> {
        self.nested(expr.span, |me| me.having_here(expr, scope)).flatten()
    }

    fn having_here(&mut self, expr: &Expr, scope: &Scope<'_>) -> Option<Having> {
        match &expr.kind {
            ExprKind::And(list) => {
                list.iter().map(|e| self.having(e, scope)).collect::<Option<_>>().map(Having::All)
            }
            ExprKind::Or(list) => {
                list.iter().map(|e| self.having(e, scope)).collect::<Option<_>>().map(Having::Any)
            }
            ExprKind::Not(inner) => self.having(inner, scope).map(|h| Having::Not(Box::new(h))),
            ExprKind::Compare { left, op, modifier: None, right } if is_numeric(op.node) => {
                let Some(of) = self.aggregate(left, scope) else {
                    self.not_having(expr);
                    return None;
                };
                let of = of?;
                let typed = self.value(right, &Type::Int, scope)?;
                let Term::Const(Value::Int(number)) = typed.term else {
                    let written = self.sh.sources.text(right.span).to_owned();
                    self.report(Diagnostic::new(
                        Code::BadLiteral,
                        right.span,
                        format!("`{written}` is not a whole number"),
                    ));
                    return None;
                };
                Some(Having::Compare { of, op: op.node, number })
            }
            ExprKind::Error => {
                self.broken = true;
                None
            }
            _ => {
                self.not_having(expr);
                None
            }
        }
    }

    fn not_having(&mut self, expr: &Expr) {
        self.report(
            Diagnostic::new(
                Code::BadValue,
                expr.span,
                "`having` compares `count` or `distinct(field)` with a number",
            )
            .help(
                "for example `having: distinct(ct.region) >= 3`; conditions on single records go into `when`",
            ),
        );
    }
}

fn is_numeric(op: CompareOp) -> bool {
    matches!(
        op,
        CompareOp::Eq | CompareOp::Ne | CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge
    )
}
