//! The changes that a rule proposes, at the places of the items that made it fire.

use eyas_lang::catalog::Step;
use eyas_lang::checked::EditKind;
use eyas_lang::value::Fetched;

use super::Truth;
use super::places::ItemPath;
use super::state::Eval;
use crate::finding::{Edit, EditOp, PathStep};
use crate::plan::PlannedRule;
use crate::{tree, walk};

impl<'p> Eval<'p, '_> {
    /// The rule's changes for this record; none where one of them has no definite place. Those
    /// that start at a variable of an alternative that does not hold, and those whose condition is
    /// not known to hold, are left out.
    pub(super) fn edits(&mut self, rule: &'p PlannedRule, witnesses: &[ItemPath]) -> Vec<Edit> {
        let mut out = Vec::with_capacity(rule.edits.len());
        for (edit, when) in rule.rule.edits.iter().zip(&rule.edits) {
            if when.as_ref().is_some_and(|when| self.truth(when) != Truth::True) {
                continue;
            }
            let base = match edit.var {
                None => Vec::new(),
                Some(var) => match witnesses.iter().find(|w| w.var == var.0 && w.holds) {
                    None => continue,
                    Some(item) if item.steps.is_empty() => return Vec::new(),
                    Some(item) => item.steps.clone(),
                },
            };
            let path: Vec<Step> = base.into_iter().chain(edit.path.iter().cloned()).collect();
            if !self.is_one_place(&path) {
                return Vec::new();
            }
            let (op, value) = match edit.kind {
                EditKind::Set => (EditOp::Set, Some(&edit.value)),
                EditKind::Add => (EditOp::Add, Some(&edit.value)),
                EditKind::Remove => (EditOp::Remove, None),
            };
            let value = value.map(|v| serde_json::from_str(&tree::to_json(v)).unwrap_or_default());
            let path = path.into_iter().map(|step| match step {
                Step::Key(key) => PathStep::Key(key.to_string()),
                Step::Index(index) => PathStep::Index(index),
            });
            out.push(Edit { op, path: path.collect(), value });
        }
        out
    }

    /// Whether each step leads from a map or a list that is known to one value, or to where one
    /// can be put.
    fn is_one_place(&self, path: &[Step]) -> bool {
        (0..path.len()).all(|n| match (self.record.at(path.get(..n).unwrap_or_default()), path.get(n)) {
            (Fetched::Unknown(_), _) => false,
            (Fetched::Present(value), Some(Step::Key(_))) => !walk::is_list(&value),
            _ => true,
        })
    }
}
