//! The items of a record that each make a rule fire by themselves: every one is a finding.

use eyas_lang::catalog::{Extract, Plane};
use eyas_lang::checked::{QuantKind, Term};

use super::condition::Over;
use super::places::ItemPath;
use super::state::{Bound, Eval};
use super::{Truth, fingerprint};
use crate::finding::{Evidence, Finding, Outcome};
use crate::plan::{Node, PlannedQuant, PlannedRule};
use crate::tree;

/// So many findings one rule gives over one record.
const MOST: usize = 100;

/// Items of items of items are told apart, those in them no more.
const DEEPEST: usize = 4;

/// An item that a finding is about: an item of the record's list, and perhaps one of a list in
/// that.
#[derive(Clone)]
pub(super) struct Focus<'p> {
    levels: Vec<Level<'p>>,
}

/// The quantifiers whose items are findings of their own, and the one item that counts now.
#[derive(Clone)]
struct Level<'p> {
    among: Vec<&'p PlannedQuant>,
    quant: &'p PlannedQuant,
    /// Its index in the list that `quant` goes through.
    index: usize,
}

/// The items that were found.
#[derive(Default)]
struct Found<'p> {
    /// The first [`MOST`].
    first: Vec<Focus<'p>>,
    /// How many there are.
    count: usize,
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
        let mut found = Found::default();
        if outcome == Outcome::Violation && rule.rule.plane == Plane::Resource {
            self.witnesses(&rule.when, &mut Vec::new(), &mut found);
        }
        if found.first.iter().all(|focus| focus.levels.is_empty()) {
            return sink(self.finding(rule, outcome));
        }
        let more = found.count - found.first.len();
        let mut known: Vec<String> = Vec::new();
        for (number, focus) in found.first.into_iter().enumerate() {
            self.set_focus(Some(focus));
            let mut finding = self.finding(rule, outcome);
            let item = self.focused().map(|(_, item)| item).unwrap_or_default();
            self.set_focus(None);
            if number > 0 {
                let equal = known.iter().filter(|k| **k == item).count();
                finding.fingerprint = fingerprint::of_item(&finding.fingerprint, &item, equal);
            }
            known.push(item);
            if more > 0 && number + 1 == MOST {
                finding.message.push_str(&format!(" (and {more} more like it)"));
            }
            sink(finding);
        }
    }

    /// The items for which a condition holds that is true for one of them.
    fn witnesses(&mut self, node: &'p Node, levels: &mut Vec<Level<'p>>, out: &mut Found<'p>) {
        let mut among = Vec::new();
        if levels.len() == DEEPEST || !quantifiers(node, levels, &mut among) {
            out.count += 1;
            if out.first.len() < MOST {
                out.first.push(Focus { levels: levels.clone() });
            }
            return;
        }
        for &quant in &among {
            let mut over = self.over(quant);
            while let Some(item) = over.next() {
                self.bind(quant.var.0, item);
                if self.truth(&quant.body) == Truth::True
                    && let Some(index) = over.index()
                {
                    levels.push(Level { among: among.clone(), quant, index });
                    self.witnesses(&quant.body, levels, out);
                    levels.pop();
                }
            }
            self.bind(quant.var.0, Bound::None);
        }
    }

    /// Puts what is known of the item first: a finding is where its item is.
    pub(super) fn item_first(&mut self, evidence: &mut [Evidence]) {
        let Some((path, _)) = self.focused() else { return };
        let of_item = |one: &Evidence| {
            let rest = one.field.strip_prefix(path.text.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        evidence.sort_by_key(|one| !of_item(one));
    }

    /// The place and the JSON text of the innermost item that a finding is about.
    fn focused(&mut self) -> Option<(ItemPath, String)> {
        let levels = self.focus()?.levels.clone();
        let mut paths: Vec<ItemPath> = Vec::with_capacity(levels.len());
        let mut text = String::new();
        for level in &levels {
            let mut over = self.over(level.quant);
            let item = over.next();
            paths.push(self.item_path(level.quant, over.index(), &paths));
            if let Some(item) = item {
                if let Bound::Item(found) = &item {
                    text = tree::to_json(&tree::of_value(found.clone()));
                }
                self.bind(level.quant.var.0, item);
            }
        }
        for level in &levels {
            self.bind(level.quant.var.0, Bound::None);
        }
        Some((paths.pop()?, text))
    }

    /// Of what a quantifier goes through, what counts now.
    pub(super) fn in_focus(&self, quant: &PlannedQuant, over: Over<'r>) -> Over<'r> {
        let levels = self.focus().map(|focus| focus.levels.as_slice()).unwrap_or_default();
        let Some(level) = levels.iter().find(|l| l.among.iter().any(|q| std::ptr::eq(*q, quant))) else {
            return over;
        };
        match over {
            Over::Items(items) if std::ptr::eq(level.quant, quant) => {
                Over::One { item: items.at(level.index), index: level.index }
            }
            _ => Over::Nothing,
        }
    }
}

/// The quantifiers of a condition of which any one item is enough, everything else being as it
/// is: `any x in LIST (…)` by itself, in a conjunction, or as all alternatives. False where
/// there is none.
fn quantifiers<'p>(node: &'p Node, levels: &[Level<'_>], out: &mut Vec<&'p PlannedQuant>) -> bool {
    match node {
        Node::Quant(quant) if quant.kind == QuantKind::Any && in_record(&quant.source, levels) => {
            out.push(quant);
            true
        }
        Node::All(each) => each.iter().any(|one| quantifiers(one, levels, out)),
        Node::Any(each) => {
            let known = out.len();
            let all = each.iter().all(|one| quantifiers(one, levels, out));
            if !all {
                out.truncate(known);
            }
            all
        }
        Node::Quant(_) | Node::Const(_) | Node::Not(_) | Node::Atom(_) => false,
    }
}

/// Whether the items of a list are parts of the record: of a field, or of the item that was
/// found last.
fn in_record(list: &Term, levels: &[Level<'_>]) -> bool {
    match (list, levels.last()) {
        (Term::Field(field), None) => matches!(*field.at, Extract::Path(_)),
        (Term::Var { var, .. }, Some(level)) => *var == level.quant.var,
        _ => false,
    }
}
