//! Lists and macros whose names in Falco are no names of ours.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::syntax::ast::{Expr, ExprKind, Operand, OperandKind};

/// What lists and macros are called in our tree, by their names in Falco.
#[derive(Debug, Default)]
pub(super) struct Renames {
    pub(super) lists: HashMap<String, SmolStr>,
    pub(super) macros: HashMap<String, SmolStr>,
}

impl Renames {
    /// Renames in items of lists, and in lists among them.
    pub(super) fn items(&self, items: &mut [Operand]) {
        for item in items {
            self.set(item);
        }
    }

    fn set(&self, operand: &mut Operand) {
        match &mut operand.kind {
            OperandKind::Word(word) => {
                if let Some(name) = self.lists.get(word.as_str()) {
                    *word = name.clone();
                }
            }
            OperandKind::List(items) => self.items(items),
            _ => {}
        }
    }

    /// Renames in a condition.
    pub(super) fn expr(&self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Or(parts) | ExprKind::And(parts) => parts.iter_mut().for_each(|p| self.expr(p)),
            ExprKind::Not(inner) => self.expr(inner),
            ExprKind::Truth(operand) => {
                if let OperandKind::Path(path) = &mut operand.kind
                    && let Some(first) = path.segments.first_mut()
                    && let Some(name) = self.macros.get(first.name.as_str())
                {
                    first.name = name.clone();
                }
            }
            ExprKind::Compare { op, modifier, right, .. } => {
                use crate::syntax::ast::CompareOp as Op;
                if modifier.is_some() || matches!(op.node, Op::In | Op::Intersects | Op::PMatch) {
                    self.set(right);
                }
            }
            _ => {}
        }
    }
}
