//! The values that made an outcome what it is: a second look, taken only for findings.
//!
//! Of the branches that make a disjunction true the one with the fewest values is enough; a
//! conjunction needs all of them; a negation rests on what made its operand false. Of a
//! quantifier it is the first item that decided.

use std::slice::from_ref;

use eyas_lang::catalog::Extract;
use eyas_lang::checked::{AtomTest, FieldUse, QuantKind, Set, Term};
use eyas_lang::value::{Fetched, Place, Value};
use smol_str::SmolStr;

use super::places::{self, ItemPath, field_steps, var_path};
use super::state::{Bound, Eval};
use super::{Truth, reason};
use crate::finding::{Evidence, Finding, Outcome, Shown};
use crate::plan::{self, Node, PlannedQuant, PlannedRule, Site, Slot, SlotKind};
use crate::{coerce, extract, tree, walk};

/// Values longer than this are cut.
const LONGEST: usize = 4_096;

impl<'p, 'r> Eval<'p, 'r> {
    /// The finding for an outcome that is worth one.
    pub(super) fn finding(&mut self, rule: &'p PlannedRule, outcome: Outcome) -> Finding {
        self.rule = Some(rule);
        let severity = self.severity(rule);
        let (evidence, place) = self.rule_evidence(rule, outcome);
        self.unbind_all();
        let mut witnesses = Vec::new();
        if rule.quantified {
            for node in rule.scope.iter().chain([&rule.when]) {
                self.bind_witnesses(node, &mut witnesses);
            }
        }
        let message = self.render(&rule.message);
        let fix = rule.fix.as_ref().map(|fix| self.render(fix));
        let edits = match outcome {
            Outcome::Violation => self.edits(rule, &witnesses),
            _ => Vec::new(),
        };
        self.unbind_all();
        let subject = self.record.subject();
        let location = self.record.location();
        Finding {
            fingerprint: rule.start(outcome).fingerprint(&subject, location.as_ref(), &evidence),
            fix,
            subject,
            location,
            event: self.record.event(),
            evidence,
            place,
            edits,
            ..Finding::new(rule.info.clone(), outcome, severity, message)
        }
    }

    /// What a verdict rests on, and where what is wrong stands.
    fn rule_evidence(&mut self, rule: &'p PlannedRule, outcome: Outcome) -> (Vec<Evidence>, Option<Place>) {
        let mut all = self.take_evidence();
        if let Some(scope) = &rule.scope {
            self.evidence_of(scope, outcome, &mut all);
        }
        let of_scope = all.len();
        self.evidence_of(&rule.when, outcome, &mut all);
        let (scope, when) = all.split_at_mut(of_scope);
        self.item_first(when);
        let place = places::decisive(self.record.place(&[]), scope, when);
        without_repeats(&mut all);
        self.item_first(&mut all);
        let mut found = Vec::with_capacity(all.len());
        found.append(&mut all);
        self.keep_evidence(all);
        (found, place)
    }

    /// Adds what one of a rule's conditions has to do with an outcome.
    fn evidence_of(&mut self, node: &'p Node, outcome: Outcome, out: &mut Vec<Evidence>) {
        let truth = match (outcome, self.focus()) {
            // It was found to be so, of all items.
            (Outcome::Violation, None) => Truth::True,
            _ => self.truth(node),
        };
        if outcome == Outcome::Violation || truth == Truth::Unknown {
            self.evidence(node, truth, &mut Vec::new(), out);
        }
    }

    /// Adds the fewest values that make a condition what it is, which is `truth`.
    fn evidence(&mut self, node: &'p Node, truth: Truth, paths: &mut Vec<ItemPath>, out: &mut Vec<Evidence>) {
        match node {
            Node::Const(_) => {}
            Node::Not(of) => self.evidence(of, truth.negated(), paths, out),
            Node::Atom(site) => self.atom_evidence(site, truth, paths, out),
            Node::All(each) => self.connective(each, truth, Truth::False, paths, out),
            Node::Any(each) => self.connective(each, truth, Truth::True, paths, out),
            Node::Quant(quant) => self.quant_evidence(quant, truth, paths, out),
        }
    }

    /// Adds what a comparison looked at, which was read when it was tested.
    fn atom_evidence(&self, site: &Site, truth: Truth, paths: &[ItemPath], out: &mut Vec<Evidence>) {
        let test = site.held(truth != Truth::False);
        let slots = &self.plan.slots;
        let (left, right) = terms(&site.source.test);
        let (left_value, right_values) = plan::test_values(&self.plan.atoms[site.atom as usize].test);
        let mut add = |term: &Term, slot: Option<u32>| {
            let read = slot.and_then(|slot| self.loaded(slot));
            match (term, read) {
                (Term::Field(field), Some(found)) => {
                    out.push(entry(field.name.clone(), found, test.clone(), self.field_place(field)));
                }
                _ => {
                    let leaf = self.leaf(term, paths);
                    out.extend(leaf.map(|(field, found, place)| entry(field, &found, test.clone(), place)));
                }
            }
        };
        leaves(left, Some(left_value), slots, &mut add);
        for (at, term) in right.iter().enumerate() {
            leaves(term, right_values.get(at), slots, &mut add);
        }
    }

    /// `decisive` is the value that one operand alone gives the whole.
    fn connective(
        &mut self,
        each: &'p [Node],
        truth: Truth,
        decisive: Truth,
        paths: &mut Vec<ItemPath>,
        out: &mut Vec<Evidence>,
    ) {
        if truth == decisive {
            if let Some((one, _)) = self.decider(each, truth, paths) {
                self.evidence(one, truth, paths, out);
            }
            return;
        }
        for one in each {
            if self.is_cause(one, truth, decisive) {
                self.evidence(one, truth, paths, out);
            }
        }
    }

    /// Whether an operand has the truth of the whole, where no operand alone gives it that.
    fn is_cause(&mut self, one: &'p Node, truth: Truth, decisive: Truth) -> bool {
        // All of them have it, unless some are not known.
        truth == decisive.negated() || self.truth(one) == truth
    }

    /// The operand of this truth that has the fewest values, and how many.
    fn decider(
        &mut self,
        each: &'p [Node],
        truth: Truth,
        paths: &mut Vec<ItemPath>,
    ) -> Option<(&'p Node, usize)> {
        let mut fewest: Option<(&Node, usize)> = None;
        for one in each {
            if self.truth(one) == truth {
                let count = self.count(one, truth, paths);
                if fewest.is_none_or(|(_, least)| count < least) {
                    fewest = Some((one, count));
                }
            }
        }
        fewest
    }

    /// How many values the evidence has of a condition that comes out as `truth`.
    fn count(&mut self, node: &'p Node, truth: Truth, paths: &mut Vec<ItemPath>) -> usize {
        let (each, decisive) = match node {
            Node::Const(_) => return 0,
            Node::Not(of) => return self.count(of, truth.negated(), paths),
            Node::Atom(site) => {
                let mut count = 0;
                for_leaves(&site.source.test, &mut |_| count += 1);
                return count;
            }
            Node::Quant(quant) => {
                let mut out = Vec::new();
                self.quant_evidence(quant, truth, paths, &mut out);
                return out.len();
            }
            Node::All(each) => (each, Truth::False),
            Node::Any(each) => (each, Truth::True),
        };
        if truth == decisive {
            return self.decider(each, truth, paths).map_or(0, |(_, count)| count);
        }
        let mut sum = 0;
        for one in each {
            if self.is_cause(one, truth, decisive) {
                sum += self.count(one, truth, paths);
            }
        }
        sum
    }

    fn quant_evidence(
        &mut self,
        quant: &'p PlannedQuant,
        truth: Truth,
        paths: &mut Vec<ItemPath>,
        out: &mut Vec<Evidence>,
    ) {
        let wanted = match (quant.kind, truth) {
            (_, Truth::Unknown) => Truth::Unknown,
            (QuantKind::Any, Truth::True) | (QuantKind::No, Truth::False) => Truth::True,
            (QuantKind::All, Truth::False) => Truth::False,
            (QuantKind::Count, _) => Truth::True,
            // No single item decided: the list itself is what there is to show.
            _ => return out.push(self.list_evidence(quant, truth, paths)),
        };
        let mut over = self.over(quant);
        while let Some(item) = over.next() {
            self.bind(quant.var.0, item);
            if self.truth(&quant.body) == wanted {
                let known = paths.len();
                paths.push(self.item_path(quant, over.index(), paths));
                self.evidence(&quant.body, wanted, paths, out);
                paths.truncate(known);
                self.bind(quant.var.0, Bound::None);
                return;
            }
        }
        self.bind(quant.var.0, Bound::None);
        out.push(self.list_evidence(quant, truth, paths));
    }

    fn list_evidence(&self, quant: &PlannedQuant, truth: Truth, paths: &[ItemPath]) -> Evidence {
        let head = quant.text.split_once('(').map_or(&*quant.text, |(head, _)| head).trim_end();
        let test = if head.len() < quant.text.len() {
            SmolStr::from(format!("{head} (…)"))
        } else {
            quant.text.clone()
        };
        let test = if truth == Truth::False { plan::opposite(&test) } else { test };
        match self.leaf(&quant.source, paths) {
            Some((field, found, place)) => entry(field, &found, test, place),
            None => entry(quant.name.clone(), &Fetched::Absent, test, None),
        }
    }

    /// What a term reads, as text, with its value and its place.
    pub(super) fn leaf(
        &self,
        term: &Term,
        paths: &[ItemPath],
    ) -> Option<(SmolStr, Fetched<'r>, Option<Place>)> {
        match term {
            Term::Field(field) => {
                let found = walk::steps(extract::extract(self.record, &field.at), &field.path);
                Some((field.name.clone(), coerce::coerce(found, &field.ty), self.field_place(field)))
            }
            Term::Var { var, path, name, ty } => {
                let (text, steps) = var_path(var.0, path, name, paths);
                let place = if steps.is_empty() { None } else { self.record.place(&steps) };
                Some((text.into(), coerce::coerce(self.var(var.0, path), ty), place))
            }
            Term::Let(index) => {
                let rule = self.rule?;
                let computed = rule.rule.lets.get(*index as usize)?;
                let found = self.loaded(*rule.lets.get(*index as usize)?)?;
                // It stands where the first thing stands that it was computed from.
                let place =
                    computed.cel.reads.iter().find_map(|(_, read)| self.leaf(read, paths).and_then(|l| l.2));
                Some((computed.name.clone(), found.clone(), place))
            }
            Term::Context(name) => Some((name.clone(), self.world.context(name), None)),
            Term::Unknown(why) => {
                Some((SmolStr::new_static("parameter"), Fetched::Unknown(why.clone()), None))
            }
            Term::Resources { record, everywhere } => {
                let found = match self.resources(record, *everywhere) {
                    Ok(records) => Fetched::Present(Value::Int(records.len() as i64)),
                    Err(why) => Fetched::Unknown(why),
                };
                Some((format!("resources({record})").into(), found, None))
            }
            _ => None,
        }
    }

    /// Where a field stands.
    fn field_place(&self, field: &FieldUse) -> Option<Place> {
        match &*field.at {
            Extract::Path(path) if field.path.is_empty() && !path.is_empty() => self.record.place(path),
            at => match field_steps(at, &field.path).as_slice() {
                [] => None,
                steps => self.record.place(steps),
            },
        }
    }

    /// Binds each variable to the first item that makes its quantifier hold, or that might.
    fn bind_witnesses(&mut self, node: &'p Node, paths: &mut Vec<ItemPath>) {
        match node {
            Node::Const(_) | Node::Not(_) | Node::Atom(_) => {}
            Node::All(each) | Node::Any(each) => {
                for one in each {
                    self.bind_witnesses(one, paths);
                }
            }
            Node::Quant(quant) => {
                if self.is_bound(quant.var.0) || matches!(quant.kind, QuantKind::All | QuantKind::No) {
                    return;
                }
                for wanted in [Truth::True, Truth::Unknown] {
                    let mut over = self.over(quant);
                    while let Some(item) = over.next() {
                        self.bind(quant.var.0, item);
                        if self.truth(&quant.body) == wanted {
                            let path = self.item_path(quant, over.index(), paths);
                            paths.push(ItemPath { holds: wanted == Truth::True, ..path });
                            self.bind_witnesses(&quant.body, paths);
                            return;
                        }
                    }
                }
                self.bind(quant.var.0, Bound::None);
            }
        }
    }
}

/// An entry of the evidence.
fn entry(field: SmolStr, found: &Fetched<'_>, test: SmolStr, place: Option<Place>) -> Evidence {
    let value = match found {
        Fetched::Present(value) => Some(shown(value)),
        _ => None,
    };
    let place = match found {
        Fetched::Unknown(why) => why.place.or(place),
        _ => place,
    };
    Evidence { field, value, unknown: reason(found).map(SmolStr::new), test, place }
}

/// Takes away what is there already.
fn without_repeats(all: &mut Vec<Evidence>) {
    // The lengths of the comparisons' texts tell nearly all apart.
    let same = |a: &Evidence, b: &Evidence| a.test.len() == b.test.len() && a == b;
    let repeats =
        |at: usize| all.get(at).is_some_and(|one| all.iter().take(at).any(|known| same(known, one)));
    if !(1..all.len()).any(repeats) {
        return;
    }
    let mut known: Vec<Evidence> = Vec::with_capacity(all.len());
    for one in all.drain(..) {
        if !known.contains(&one) {
            known.push(one);
        }
    }
    *all = known;
}

/// A value as JSON; one that is too long as the beginning of its text.
fn shown(value: &Value<'_>) -> Shown {
    let json: serde_json::Value = match value {
        Value::Bool(b) => (*b).into(),
        Value::Int(i) => (*i).into(),
        Value::Float(f) => (*f).into(),
        Value::Size(s) => (*s).into(),
        Value::Json(_) | Value::Tree(_) | Value::Object(_) | Value::List(_) => {
            let text = tree::to_json(&tree::of_value(Fetched::Present(value.clone())));
            match text.len() <= LONGEST {
                true => serde_json::from_str(&text).unwrap_or(serde_json::Value::Null),
                false => return Shown::Text(cut(&text)),
            }
        }
        value => match coerce::text(value) {
            Some(text) => return Shown::Text(cut(&text)),
            None => serde_json::Value::Null,
        },
    };
    json.into()
}

fn cut(text: &str) -> SmolStr {
    if text.len() <= LONGEST {
        return text.into();
    }
    let end = text.floor_char_boundary(LONGEST);
    format!("{}…", text.get(..end).unwrap_or_default()).into()
}

/// Gives each part of a test that reads something to `each`.
pub(super) fn for_leaves<'t>(test: &'t AtomTest, each: &mut dyn FnMut(&'t Term)) {
    let (left, right) = terms(test);
    for term in [left].into_iter().chain(right) {
        leaves(term, None, &[], &mut |term, _| each(term));
    }
}

/// The term that a test is of, and those that it is held against: what [`plan::test_values`] gives
/// of the test as it was lowered.
fn terms(test: &AtomTest) -> (&Term, &[Term]) {
    match test {
        AtomTest::Exists(left) | AtomTest::True(left) | AtomTest::Regex { left, .. } => (left, &[]),
        AtomTest::Compare { left, right, .. } => (left, from_ref(right)),
        AtomTest::Text { left, right, .. } => (left, right),
        AtomTest::RefersTo { left, target, .. } => (left, from_ref(target)),
        AtomTest::In { left, set }
        | AtomTest::Intersects { left, set }
        | AtomTest::PathPrefix { left, set }
        | AtomTest::Net { left, set, .. } => match set {
            Set::Term(term) => (left, from_ref(term)),
            Set::Const(_) => (left, &[]),
        },
    }
}

/// Gives each part of a term that reads something to `each`, with the slot that it was lowered to,
/// if it was to one; `value` is what the whole term was lowered to.
fn leaves<'t>(
    term: &'t Term,
    value: Option<&plan::Value>,
    slots: &[Slot],
    each: &mut dyn FnMut(&'t Term, Option<u32>),
) {
    let slot = match value {
        Some(plan::Value::Slot(slot)) => Some(*slot),
        _ => None,
    };
    let kind = || slot.and_then(|slot| slots.get(slot as usize)).map(|slot| &slot.kind);
    match term {
        Term::Const(_) => {}
        Term::Call { args, .. } | Term::List(args) => {
            let values = match (value, kind()) {
                (Some(plan::Value::Call { args, .. } | plan::Value::List(args)), _)
                | (_, Some(SlotKind::Call { args, .. })) => args.as_slice(),
                _ => &[],
            };
            for (at, arg) in args.iter().enumerate() {
                leaves(arg, values.get(at), slots, each);
            }
        }
        Term::Project { base, .. } => {
            let value = match (value, kind()) {
                (Some(plan::Value::Project { base, .. }), _) => Some(&**base),
                (_, Some(SlotKind::Project { base, .. })) => Some(base),
                _ => None,
            };
            leaves(base, value, slots, each);
        }
        term => each(term, slot),
    }
}
