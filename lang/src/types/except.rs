//! Exceptions: what a rule is not to report, as part of its condition.

use super::expr::{all, any};
use super::lower::Lower;
use super::scope::Scope;
use crate::checked::Expr;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, CompareOp, Except, ExprKind, Operand, OperandKind, Spanned};

impl Lower<'_, '_> {
    /// An exception as a condition: one of its rows holds.
    pub(super) fn except(&mut self, except: &Except, scope: &Scope<'_>) -> Expr {
        if except.rows.is_empty() {
            return Expr::Const(false);
        }
        if let [(field, op)] = except.fields.as_slice() {
            // A single field is compared with all rows at once.
            let rows: Vec<Operand> = except
                .rows
                .iter()
                .map(|row| match &row.kind {
                    OperandKind::List(items) => match items.as_slice() {
                        [only] => only.clone(),
                        _ => row.clone(),
                    },
                    _ => row.clone(),
                })
                .collect();
            let span = except.rows.iter().fold(except.name.span, |s, r| s.to(r.span));
            let list = Operand { kind: OperandKind::List(rows), span };
            let op = op.clone().unwrap_or(Spanned { node: CompareOp::In, span: except.name.span });
            let sets = matches!(
                op.node,
                CompareOp::In
                    | CompareOp::Intersects
                    | CompareOp::PMatch
                    | CompareOp::Inside
                    | CompareOp::Covers
            );
            let modifier = (!sets).then_some(Spanned { node: ast::Modifier::AnyOf, span: except.name.span });
            let kind = ExprKind::Compare { left: field.clone(), op, modifier, right: list };
            return self.cond(&ast::Expr { kind, span: except.name.span }, scope);
        }
        any(except.rows.iter().map(|row| self.except_row(except, row, scope)).collect())
    }

    fn except_row(&mut self, except: &Except, row: &Operand, scope: &Scope<'_>) -> Expr {
        let values = match &row.kind {
            OperandKind::List(values) => values.as_slice(),
            _ => &[],
        };
        if values.len() != except.fields.len() {
            self.report(
                Diagnostic::new(
                    Code::BadValue,
                    row.span,
                    format!(
                        "the exception `{}` has {} fields, and this row {} value{}",
                        except.name.name,
                        except.fields.len(),
                        values.len().max(1),
                        if values.len() <= 1 { "" } else { "s" }
                    ),
                )
                .help("write a value for each field: `(\"a\", \"b\")`"),
            );
            return Expr::Const(false);
        }
        let mut parts = Vec::new();
        for ((field, op), value) in except.fields.iter().zip(values) {
            let default =
                if matches!(value.kind, OperandKind::List(_)) { CompareOp::In } else { CompareOp::Eq };
            let op = op.clone().unwrap_or(Spanned { node: default, span: value.span });
            let kind = ExprKind::Compare { left: field.clone(), op, modifier: None, right: value.clone() };
            parts.push(self.cond(&ast::Expr { kind, span: row.span }, scope));
        }
        all(parts)
    }
}
