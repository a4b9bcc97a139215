//! Conditions: connectives, quantifiers, and what a rule makes of them.

use eyas_lang::catalog::Plane;
use eyas_lang::checked::{CompareOp, QuantKind, Severity};
use eyas_lang::value::Fetched;

use super::Truth;
use super::compare::satisfies;
use super::state::{Bound, Eval};
use super::test::Kleene;
use crate::finding::Outcome;
use crate::plan::{Node, PlannedQuant, PlannedRule, SlotKind, Value};
use crate::record::Record;
use crate::walk;

/// What a quantifier goes through.
pub(super) enum Over<'r> {
    Items(walk::Items<'r>),
    Records(std::vec::IntoIter<&'r dyn Record>),
    /// One item of a list, with its index there.
    One {
        item: Option<Fetched<'r>>,
        index: usize,
    },
    Nothing,
    Unknown,
}

impl<'r> Iterator for Over<'r> {
    type Item = Bound<'r>;

    fn next(&mut self) -> Option<Bound<'r>> {
        match self {
            Over::Items(items) => items.next().map(Bound::Item),
            Over::Records(records) => records.next().map(Bound::Record),
            Over::One { item, .. } => item.take().map(Bound::Item),
            Over::Nothing | Over::Unknown => None,
        }
    }
}

impl Over<'_> {
    /// The index, in the list, of the item that was yielded last.
    pub(super) fn index(&self) -> Option<usize> {
        match self {
            Over::Items(items) => Some(items.index()),
            Over::One { index, .. } => Some(*index),
            _ => None,
        }
    }
}

impl<'p, 'r> Eval<'p, 'r> {
    /// What a rule says of the record.
    pub(super) fn outcome(&mut self, rule: &'p PlannedRule) -> Outcome {
        let scope = rule.scope.as_ref().map_or(Truth::True, |scope| self.truth(scope));
        match scope {
            Truth::False => Outcome::NotApplicable,
            Truth::True => match self.truth(&rule.when) {
                Truth::True => Outcome::Violation,
                Truth::False => Outcome::Pass,
                Truth::Unknown => Outcome::Unknown,
            },
            // Where a pass and "not applicable" are both silence, a false condition is enough
            // to know that there is nothing to say.
            Truth::Unknown if rule.rule.plane == Plane::Resource => Outcome::Unknown,
            Truth::Unknown => match self.truth(&rule.when) {
                Truth::False => Outcome::Pass,
                _ => Outcome::Unknown,
            },
        }
    }

    /// The first level whose condition holds; one whose condition is unknown might, so the
    /// highest of those that are reached.
    pub(super) fn severity(&mut self, rule: &'p PlannedRule) -> Severity {
        let mut reached = Severity::Info;
        for (level, condition) in &rule.severity {
            match self.truth(condition) {
                Truth::True => return reached.max(*level),
                Truth::Unknown => reached = reached.max(*level),
                Truth::False => {}
            }
        }
        reached.max(rule.rule.severity.otherwise)
    }

    /// How a condition comes out.
    pub(super) fn truth(&mut self, node: &'p Node) -> Truth {
        match node {
            Node::Const(b) => Truth::from(*b),
            Node::All(each) => self.fold(each, true),
            Node::Any(each) => self.fold(each, false),
            Node::Not(of) => self.truth(of).negated(),
            Node::Atom(site) => self.atom(site.atom),
            Node::Quant(quant) => self.quant(quant),
        }
    }

    fn fold(&mut self, each: &'p [Node], all: bool) -> Truth {
        let mut found = Kleene::new(all);
        for node in each {
            if found.add(self.truth(node)) {
                break;
            }
        }
        found.result()
    }

    pub(super) fn atom(&mut self, number: u32) -> Truth {
        let plan = self.plan;
        let atom = &plan.atoms[number as usize];
        if atom.shared
            && let Some(truth) = self.tested(number)
        {
            return truth;
        }
        self.ensure(&atom.needs);
        let truth = self.test(&atom.test);
        if atom.shared {
            self.remember(number, truth);
        }
        truth
    }

    pub(super) fn quant(&mut self, quant: &'p PlannedQuant) -> Truth {
        let mut over = self.over(quant);
        if let Over::Unknown = over {
            return Truth::Unknown;
        }
        match (quant.kind, quant.count) {
            (QuantKind::Any, _) => self.quantified(quant, &mut over, false),
            (QuantKind::No, _) => self.quantified(quant, &mut over, false).negated(),
            (QuantKind::All, _) => self.quantified(quant, &mut over, true),
            (QuantKind::Count, Some((op, number))) => self.counted(quant, &mut over, op, number),
            // INVARIANT: the parser gives every `count` its comparison.
            (QuantKind::Count, None) => Truth::False,
        }
    }

    fn quantified(&mut self, quant: &'p PlannedQuant, over: &mut Over<'r>, all: bool) -> Truth {
        let mut found = Kleene::new(all);
        for item in over.by_ref() {
            self.bind(quant.var.0, item);
            if found.add(self.truth(&quant.body)) {
                break;
            }
        }
        self.bind(quant.var.0, Bound::None);
        found.result()
    }

    /// The count lies between the items that satisfy the condition and those that might.
    fn counted(&mut self, quant: &'p PlannedQuant, over: &mut Over<'r>, op: CompareOp, number: i64) -> Truth {
        let (mut least, mut most) = (0i64, 0i64);
        for item in over.by_ref() {
            self.bind(quant.var.0, item);
            match self.truth(&quant.body) {
                Truth::True => (least, most) = (least + 1, most + 1),
                Truth::Unknown => most += 1,
                Truth::False => {}
            }
        }
        self.bind(quant.var.0, Bound::None);
        between(least, most, op, number)
    }

    /// What a quantifier goes through, its list read.
    pub(super) fn over(&mut self, quant: &'p PlannedQuant) -> Over<'r> {
        if let Value::Slot(slot) = &quant.list
            && let SlotKind::Resources { record, everywhere } = &self.plan.slots[*slot as usize].kind
        {
            return match self.resources(record, *everywhere) {
                Ok(records) => Over::Records(records.into_iter()),
                Err(_) => Over::Unknown,
            };
        }
        self.ensure(&quant.needs);
        let over = match self.own(&quant.list) {
            Fetched::Absent => Over::Nothing,
            Fetched::Unknown(_) => Over::Unknown,
            Fetched::Present(list) => Over::Items(walk::Items::of(list)),
        };
        self.in_focus(quant, over)
    }
}

/// Whether `n op number` holds for every `n` from `least` to `most`, or for none.
fn between(least: i64, most: i64, op: CompareOp, number: i64) -> Truth {
    let holds = |n: i64| satisfies(n.cmp(&number), op);
    let (low, high) = (holds(least), holds(most));
    let inside = least <= number && number <= most;
    match op {
        // Only these can differ in the middle and agree at both ends.
        CompareOp::Eq | CompareOp::Ne if inside && least != most => Truth::Unknown,
        _ if low == high => Truth::from(low),
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_between_bounds() {
        let by_hand = |least: i64, most: i64, op, number: i64| {
            let found: Vec<bool> = (least..=most).map(|n| satisfies(n.cmp(&number), op)).collect();
            match (found.contains(&true), found.contains(&false)) {
                (true, true) => Truth::Unknown,
                (holds, _) => Truth::from(holds),
            }
        };
        for op in [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge] {
            for least in 0..4 {
                for most in least..4 {
                    for number in -1..5 {
                        let expected = by_hand(least, most, op, number);
                        assert_eq!(
                            between(least, most, op, number),
                            expected,
                            "{least}..{most} {op:?} {number}"
                        );
                    }
                }
            }
        }
    }
}
