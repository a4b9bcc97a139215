//! What rules need, remembered: it hangs on an event's name and source only by the comparisons that
//! look at these, and they come out alike for most of the names that a rule is about.

use eyas_lang::catalog::Step;
use rustc_hash::FxHashMap;

use super::Truth;
use super::needles::{Needles, Vocabulary};
use super::state::Eval;
use crate::plan::{Node, PlannedRule, RuleIx, SlotKind, TypePlan};

/// So many comparisons' outcomes fit into a number.
const MOST: usize = 32;

/// What is known of rules so far.
#[derive(Debug, Default)]
pub(super) struct Needs {
    pub(super) vocabulary: Vocabulary,
    /// The comparisons of each rule that look at the keys; `None` where they cannot be asked alone.
    keyed: FxHashMap<RuleIx, Option<Vec<u32>>>,
    /// The needles of a rule, by how those come out; `None` where it cannot fire.
    known: FxHashMap<(RuleIx, u64), Option<Needles>>,
}

impl Needs {
    /// What must occur if a rule is to fire or be unknown; `None` where it can be neither.
    pub(super) fn of<'p>(
        &mut self,
        ix: RuleIx,
        rule: &'p PlannedRule,
        eval: &mut Eval<'p, '_>,
    ) -> Option<Needles> {
        let keyed = self.keyed.entry(ix).or_insert_with(|| keyed_atoms(eval.plan, rule));
        let Some(atoms) = keyed else { return eval.rule_needles(rule, &mut self.vocabulary) };
        let outcomes = atoms.iter().fold(0, |outcomes, atom| {
            let outcome = match eval.atom(*atom) {
                Truth::False => 0,
                Truth::True => 1,
                Truth::Unknown => 2,
            };
            outcomes << 2 | outcome
        });
        let known = self.known.entry((ix, outcomes));
        known.or_insert_with(|| eval.rule_needles(rule, &mut self.vocabulary)).clone()
    }
}

/// The comparisons of a rule that may look at the keys.
fn keyed_atoms(plan: &TypePlan, rule: &PlannedRule) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    let found = rule.scope.iter().chain([&rule.when]).all(|node| add_keyed(plan, node, &mut out));
    (found && out.len() <= MOST).then_some(out)
}

/// Adds the comparisons that may look at the keys; false where one of them hangs on more than the
/// record.
fn add_keyed(plan: &TypePlan, node: &Node, out: &mut Vec<u32>) -> bool {
    let is_keyed = |needs: &[u32]| needs.iter().any(|slot| may_look_at_keys(plan, *slot));
    match node {
        Node::Const(_) => true,
        Node::Not(of) => add_keyed(plan, of, out),
        Node::All(each) | Node::Any(each) => each.iter().all(|one| add_keyed(plan, one, out)),
        Node::Atom(site) => {
            let Some(atom) = plan.atoms.get(site.atom as usize) else { return false };
            if !is_keyed(&atom.needs) {
                return true;
            }
            out.push(site.atom);
            atom.shared
        }
        Node::Quant(quant) => !is_keyed(&quant.needs) && add_keyed(plan, &quant.body, out),
    }
}

fn may_look_at_keys(plan: &TypePlan, slot: u32) -> bool {
    let Some(slot) = plan.slots.get(slot as usize) else { return true };
    match &slot.kind {
        SlotKind::Path { path, .. } => match path.first() {
            Some(Step::Key(key)) => plan.keys().contains(key),
            _ => true,
        },
        SlotKind::Field { .. } => true,
        SlotKind::Context(_) | SlotKind::Resources { .. } => false,
        SlotKind::Call { .. } | SlotKind::Project { .. } | SlotKind::Cel(_) => {
            slot.needs.iter().any(|slot| may_look_at_keys(plan, *slot))
        }
    }
}
