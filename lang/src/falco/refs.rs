//! Where conditions and lists refer to macros and lists by name.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use crate::syntax::ast::{CompareOp, Expr, ExprKind, Operand, OperandKind, RuleKey, RuleValue};

/// What a name refers to, if it refers to anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Macro,
}

/// Calls `f` for every name in a condition.
fn visit_expr(expr: &mut Expr, f: &mut dyn FnMut(Kind, &mut SmolStr)) {
    match &mut expr.kind {
        ExprKind::Or(parts) | ExprKind::And(parts) => parts.iter_mut().for_each(|part| visit_expr(part, f)),
        ExprKind::Not(inner) => visit_expr(inner, f),
        ExprKind::Truth(operand) => {
            if let OperandKind::Path(path) = &mut operand.kind
                && let Some(first) = path.segments.first_mut()
            {
                f(Kind::Macro, &mut first.name);
            }
        }
        ExprKind::Compare { op, modifier, right, .. } => {
            let takes_set = matches!(op.node, CompareOp::In | CompareOp::Intersects | CompareOp::PMatch);
            if modifier.is_some() || takes_set {
                visit_item(right, f);
            }
        }
        _ => {}
    }
}

/// Calls `f` for every name in an item of a list, and in lists among them.
fn visit_item(item: &mut Operand, f: &mut dyn FnMut(Kind, &mut SmolStr)) {
    match &mut item.kind {
        OperandKind::Word(word) => f(Kind::List, word),
        OperandKind::List(items) => items.iter_mut().for_each(|item| visit_item(item, f)),
        _ => {}
    }
}

/// What lists and macros are called in our tree, by their names in Falco.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) lists: HashMap<String, SmolStr>,
    pub(super) macros: HashMap<String, SmolStr>,
}

impl Names {
    fn rename(&self, kind: Kind, name: &mut SmolStr, uses: &mut Vec<SmolStr>) {
        let names = if kind == Kind::List { &self.lists } else { &self.macros };
        if let Some(ours) = names.get(name.as_str()) {
            *name = ours.clone();
            uses.push(ours.clone());
        }
    }

    /// Puts our names into items of a list; yields those that are used.
    pub(super) fn items(&self, items: &mut [Operand]) -> Vec<SmolStr> {
        let mut uses = Vec::new();
        items
            .iter_mut()
            .for_each(|item| visit_item(item, &mut |kind, name| self.rename(kind, name, &mut uses)));
        uses
    }

    /// Puts our names into a condition; yields those that are used.
    pub(super) fn expr(&self, expr: &mut Expr) -> Vec<SmolStr> {
        let mut uses = Vec::new();
        visit_expr(expr, &mut |kind, name| self.rename(kind, name, &mut uses));
        uses
    }

    /// Puts our names into the keys of a rule; yields those that are used.
    pub(super) fn keys(&self, keys: &mut [RuleKey]) -> Vec<SmolStr> {
        let mut uses = Vec::new();
        for key in keys {
            match &mut key.value {
                RuleValue::When(expr) => uses.extend(self.expr(expr)),
                RuleValue::Except(except) => uses.extend(self.items(&mut except.rows)),
                _ => {}
            }
        }
        uses
    }
}

/// Which declarations use which.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// What lists and macros use.
    of: HashMap<SmolStr, Vec<SmolStr>>,
    /// What rules use that run here.
    here: Vec<SmolStr>,
    /// What rules use that are for other events.
    elsewhere: Vec<SmolStr>,
}

impl Uses {
    /// Notes what a list or macro uses.
    pub(super) fn declared(&mut self, name: &SmolStr, uses: Vec<SmolStr>) {
        self.of.insert(name.clone(), uses);
    }

    /// Notes what a rule uses.
    pub(super) fn rule(&mut self, uses: Vec<SmolStr>, runs_here: bool) {
        if runs_here { &mut self.here } else { &mut self.elsewhere }.extend(uses);
    }

    /// What only rules for other events use: it is of no use here, and no mistake.
    pub(super) fn only_elsewhere(&self) -> HashSet<SmolStr> {
        let here = self.reach(&self.here);
        self.reach(&self.elsewhere).difference(&here).map(|name| (*name).clone()).collect()
    }

    fn reach<'a>(&'a self, roots: &'a [SmolStr]) -> HashSet<&'a SmolStr> {
        let mut found = HashSet::new();
        let mut next: Vec<_> = roots.iter().collect();
        while let Some(name) = next.pop() {
            if found.insert(name) {
                next.extend(self.of.get(name).into_iter().flatten());
            }
        }
        found
    }
}
