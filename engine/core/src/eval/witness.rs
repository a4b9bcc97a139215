//! The items of a record that each make a rule fire by themselves: every one is a finding.

use eyas_lang::catalog::{Extract, Plane};
use eyas_lang::checked::{QuantKind, Term};

use super::state::{Bound, Eval};
use super::{Truth, condition::Over};
use crate::finding::{Evidence, Finding, Outcome};
use crate::plan::{Node, PlannedQuant, PlannedRule};

/// So many findings one rule gives over one record.
const MOST: usize = 100;

/// The quantifiers whose items are findings of their own, and the one item that counts now.
#[derive(Clone)]
pub(super) struct Focus<'p> {
    among: Vec<&'p PlannedQuant>,
    only: Item<'p>,
}

/// An item that a quantifier goes through.
#[derive(Clone, Copy)]
struct Item<'p> {
    quant: &'p PlannedQuant,
    /// Its index in the list.
    index: usize,
}

impl<'p, 'r> Eval<'p, 'r> {
    /// The findings for an outcome that is worth one: over resources one for each item that
    /// makes the rule fire.
    pub(super) fn findings(
        &mut self,
        rule: &'p PlannedRule,
        outcome: Outcome,
        sink: &mut dyn FnMut(Finding),
    ) {
        let mut among = Vec::new();
        let split = outcome == Outcome::Violation
            && rule.rule.plane == Plane::Resource
            && quantifiers(&rule.when, &mut among);
        let items = if split { self.witnesses(&among) } else { Vec::new() };
        if items.is_empty() {
            return sink(self.finding(rule, outcome));
        }
        let more = items.len().saturating_sub(MOST);
        let mut known: Vec<String> = Vec::new();
        for (number, only) in items.into_iter().take(MOST).enumerate() {
            self.set_focus(Some(Focus { among: among.clone(), only }));
            let mut finding = self.finding(rule, outcome);
            let item = self.item_text(only);
            self.set_focus(None);
            if number > 0 {
                let equal = known.iter().filter(|k| **k == item).count();
                finding.fingerprint = super::fingerprint::of_item(&finding.fingerprint, &item, equal);
            }
            known.push(item);
            if more > 0 && number + 1 == MOST {
                finding.message.push_str(&format!(" (and {more} more like it)"));
            }
            sink(finding);
        }
    }

    /// The items for which the quantifiers' conditions hold.
    fn witnesses(&mut self, among: &[&'p PlannedQuant]) -> Vec<Item<'p>> {
        let mut out = Vec::new();
        for &quant in among {
            let mut over = self.over(quant);
            while let Some(item) = over.next() {
                self.bind(quant.var.0, item);
                if self.truth(&quant.body) == Truth::True
                    && let Some(index) = over.index()
                {
                    out.push(Item { quant, index });
                }
            }
            self.bind(quant.var.0, Bound::None);
        }
        out
    }

    /// Puts what is known of the item first: a finding is where its item is.
    pub(super) fn item_first(&mut self, evidence: &mut [Evidence]) {
        let Some(Focus { only, .. }) = self.focus().cloned() else { return };
        let mut over = self.over(only.quant);
        if over.next().is_none() {
            return;
        }
        let item = self.item_path(only.quant, over.index(), &[]).text;
        let of_item = |one: &Evidence| {
            one.field.strip_prefix(&item).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        evidence.sort_by_key(|one| !of_item(one));
    }

    /// The item as JSON text.
    fn item_text(&mut self, item: Item<'p>) -> String {
        match self.over(item.quant).next() {
            Some(Bound::Item(found)) => crate::tree::to_json(&crate::tree::of_value(found)),
            _ => String::new(),
        }
    }

    /// Of what a quantifier goes through, what counts now.
    pub(super) fn in_focus(&self, quant: &PlannedQuant, over: Over<'r>) -> Over<'r> {
        let Some(focus) = self.focus() else { return over };
        if !focus.among.iter().any(|q| std::ptr::eq(*q, quant)) {
            return over;
        }
        match (over, std::ptr::eq(focus.only.quant, quant)) {
            (Over::Items(items), true) => {
                Over::One { item: items.at(focus.only.index), index: focus.only.index }
            }
            _ => Over::Nothing,
        }
    }
}

/// The quantifiers of a condition of which any one item is enough, everything else being as it
/// is: `any x in LIST (…)` by itself, in a conjunction, or as all alternatives. False where
/// there is none.
fn quantifiers<'p>(node: &'p Node, out: &mut Vec<&'p PlannedQuant>) -> bool {
    match node {
        Node::Quant(quant) if quant.kind == QuantKind::Any && in_record(&quant.source) => {
            out.push(quant);
            true
        }
        Node::All(each) => each.iter().any(|one| quantifiers(one, out)),
        Node::Any(each) => {
            let known = out.len();
            let all = each.iter().all(|one| quantifiers(one, out));
            if !all {
                out.truncate(known);
            }
            all
        }
        Node::Quant(_) | Node::Const(_) | Node::Not(_) | Node::Atom(_) => false,
    }
}

/// Whether the items are parts of the record.
fn in_record(list: &Term) -> bool {
    matches!(list, Term::Field(field) if matches!(field.at, Extract::Path(_)))
}
