//! Which combinations of conditions a resource can be deployed under.
//!
//! Conditions are never multiplied out. Evaluation starts with nothing assumed and asks for an
//! assumption only where an answer hangs on one: which of its candidate values a parameter has,
//! or whether two texts that only deployment knows are equal. Each assumption branches; what
//! contradicts an earlier one is never reached. A budget bounds the branches.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::document::{Node, NodeKind};
use crate::evaluate::{Ask, Evaluator};
use crate::inputs::Inputs;
use crate::mentions::Mentions;
use crate::template::Template;
use crate::when::Conditions;

/// More combinations than this for one resource are not looked at.
pub const BUDGET: usize = 128;
/// More ways than this are not kept open to find them.
const STEPS: usize = 1_024;
/// More evaluations than this are not made for a template.
const MAX_STEPS: usize = 20_000;
/// More ways than this are not looked at for a condition by itself.
const ALONE: usize = 16;
/// A parameter that may have one of more values than this is asked only about those that
/// conditions compare it with.
const FEW: usize = 8;

/// What a parameter is assumed to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Assumed {
    /// This text.
    Text(SmolStr),
    /// None of the texts that the template compares it with.
    Other,
}

/// Assumptions, and what the resource's conditions come to under them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scenario {
    /// Parameters.
    pub(crate) parameters: BTreeMap<SmolStr, Assumed>,
    /// Comparisons that only deployment can decide, by their text.
    pub(crate) atoms: BTreeMap<SmolStr, bool>,
    /// The named conditions that the resource uses.
    pub(crate) conditions: Conditions,
}

impl Scenario {
    /// The truth of a named condition, if the scenario settles it.
    pub fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied()
    }
}

/// The scenarios of a resource.
pub(crate) struct Scenarios {
    pub(crate) found: Vec<Scenario>,
    /// Whether there are more than [`BUDGET`]: then each condition is found both ways, as far as
    /// it can be, but not in each combination, and in the last scenario no condition is settled.
    pub(crate) exhausted: bool,
}

/// What the conditions of a template may come to.
pub(crate) struct Space<'t> {
    pub(crate) template: &'t Template<'t>,
    pub(crate) inputs: &'t Inputs,
    /// What the parameters that conditions ask for may be.
    candidates: RefCell<FxHashMap<SmolStr, Rc<[Assumed]>>>,
    /// Evaluations that may still be made.
    steps: Cell<usize>,
}

impl<'t> Space<'t> {
    pub(crate) fn new(template: &'t Template<'t>, inputs: &'t Inputs) -> Self {
        Self { template, inputs, candidates: RefCell::default(), steps: Cell::new(MAX_STEPS) }
    }

    /// Every combination that the conditions used by a resource allow. Assumptions that make no
    /// difference to it are left out.
    pub(crate) fn scenarios(&self, uses: &Mentions<'_>) -> Scenarios {
        let mut names: Vec<&str> = uses.conditions.iter().copied().collect();
        names.retain(|name| self.template.conditions.contains_key(name));
        if names.is_empty() {
            return Scenarios { found: vec![Scenario::default()], exhausted: false };
        }
        names.sort_unstable();
        let (mut found, exhausted) = match self.all(&names, uses) {
            Some(found) => (found, false),
            None => (self.covering(&names, uses), true),
        };
        found.sort_by(|a, b| (&a.conditions, &a.parameters).cmp(&(&b.conditions, &b.parameters)));
        // Different assumptions often settle the conditions alike.
        found.dedup();
        if exhausted {
            found.push(Scenario::default());
        }
        Scenarios { found, exhausted }
    }

    /// All scenarios in which these conditions are settled; none where there are too many.
    fn all(&self, names: &[&str], uses: &Mentions<'_>) -> Option<Vec<Scenario>> {
        let mut found = FxHashSet::default();
        let mut open = vec![Search::default()];
        while let Some(mut search) = open.pop() {
            if !self.step() || open.len() > STEPS {
                return None;
            }
            match search.go_on(self, names) {
                Ok(()) => {
                    let Search { scenario, conditions, .. } = search;
                    found.insert(relevant(Scenario { conditions, ..scenario }, uses));
                }
                Err(ask) => {
                    open.extend(self.answers(&ask).into_iter().map(|answer| search.with(&ask, answer)))
                }
            }
            if found.len() > BUDGET {
                return None;
            }
        }
        Some(found.into_iter().collect())
    }

    /// Counts an evaluation; false if there were too many.
    fn step(&self) -> bool {
        self.steps.set(self.steps.get().saturating_sub(1));
        self.steps.get() > 0
    }

    /// What can be assumed where evaluation asks, the likeliest last.
    fn answers(&self, ask: &Ask) -> Vec<Answer> {
        match ask {
            Ask::Atom(_) => vec![Answer::Atom(true), Answer::Atom(false)],
            Ask::Parameter(name) => {
                let usual = self.usual(name);
                let candidates = self.candidates(name);
                let others = candidates.iter().filter(|one| Some(*one) != usual.as_ref());
                others.chain(&usual).cloned().map(Answer::Parameter).collect()
            }
        }
    }

    /// A few scenarios in which each condition is found in each way that it can be alone, and all
    /// else is as the defaults have it.
    fn covering(&self, names: &[&str], uses: &Mentions<'_>) -> Vec<Scenario> {
        let mut found = Vec::from_iter(self.completed(names, Scenario::default()));
        let mut started = FxHashSet::default();
        for name in names {
            for start in self.alone(name) {
                if started.insert(start.clone()) {
                    found.extend(self.completed(names, start));
                }
            }
            if found.len() >= BUDGET {
                break;
            }
        }
        found.truncate(BUDGET);
        found.into_iter().map(|scenario| relevant(scenario, uses)).collect()
    }

    /// Assumptions that settle a condition, those near the defaults first; not more than
    /// [`ALONE`], but for both ways that it can be.
    fn alone(&self, name: &str) -> Vec<Scenario> {
        let (mut found, mut ways) = (Vec::new(), FxHashSet::default());
        let mut open = vec![Search::default()];
        while let Some(mut search) = open.pop() {
            if !self.step() || open.len() > STEPS || (found.len() >= ALONE && ways.len() == 2) {
                break;
            }
            match search.go_on(self, &[name]) {
                Ok(()) => {
                    let new = ways.insert(search.conditions.get(name).copied());
                    if new || found.len() < ALONE {
                        found.push(search.scenario);
                    }
                }
                Err(ask) => {
                    open.extend(self.answers(&ask).into_iter().map(|answer| search.with(&ask, answer)))
                }
            }
        }
        found
    }

    /// The scenario with all that is still to be assumed as the defaults have it.
    fn completed(&self, names: &[&str], scenario: Scenario) -> Option<Scenario> {
        let mut search = Search { scenario, ..Search::default() };
        while self.step() {
            match search.go_on(self, names) {
                Ok(()) => return Some(Scenario { conditions: search.conditions, ..search.scenario }),
                Err(ask) => search = search.with(&ask, self.answers(&ask).pop()?),
            }
        }
        None
    }

    /// A parameter's default, or else the last of what it may be.
    fn usual(&self, name: &str) -> Option<Assumed> {
        let default = self.template.parameters.get(name).and_then(|p| self.inputs.default_of(name, p));
        let default = default.map(Assumed::Text);
        let candidates = self.candidates(name);
        let usual = candidates.iter().find(|one| Some(*one) == default.as_ref());
        usual.or(candidates.last()).cloned()
    }

    /// The values that matter for a parameter: those it may have, or those the template compares
    /// it with, its default, and any other.
    fn candidates(&self, name: &str) -> Rc<[Assumed]> {
        if let Some(known) = self.candidates.borrow().get(name) {
            return known.clone();
        }
        let found: Rc<[Assumed]> = self.find_candidates(name).into();
        self.candidates.borrow_mut().insert(name.into(), found.clone());
        found
    }

    fn find_candidates(&self, name: &str) -> Vec<Assumed> {
        let parameter = self.template.parameters.get(name);
        let allowed: Option<Vec<SmolStr>> = parameter
            .and_then(|p| p.allowed)
            .map(|items| items.iter().filter_map(Node::scalar_text).collect());
        if let Some(few) = allowed.as_ref().filter(|allowed| allowed.len() <= FEW) {
            return few.iter().cloned().map(Assumed::Text).collect();
        }
        let mut texts = FxHashSet::default();
        texts.extend(parameter.and_then(|p| self.inputs.default_of(name, p)));
        for condition in self.template.conditions.values() {
            compared_with(&condition.value, name, &mut texts);
        }
        texts.retain(|text| allowed.as_ref().is_none_or(|allowed| allowed.contains(text)));
        let others = allowed.is_none_or(|allowed| allowed.len() > texts.len());
        let mut values: Vec<Assumed> = texts.into_iter().map(Assumed::Text).collect();
        values.sort();
        values.extend(others.then_some(Assumed::Other));
        values
    }

    /// Whether a parameter with none of its candidates' texts cannot have this text.
    pub(crate) fn rules_out(&self, name: &str, text: &SmolStr) -> bool {
        let allowed = self.template.parameters.get(name).and_then(|parameter| parameter.allowed);
        let is_text = |one: &Assumed| matches!(one, Assumed::Text(known) if known == text);
        self.candidates(name).iter().any(is_text)
            || allowed
                .is_some_and(|allowed| !allowed.iter().any(|one| one.scalar_text().as_ref() == Some(text)))
    }
}

/// A way through what evaluation asks, as far as it went.
#[derive(Clone, Default)]
struct Search {
    scenario: Scenario,
    /// The conditions that are settled.
    conditions: Conditions,
    /// How many of the names they are.
    settled: usize,
}

/// What is assumed where evaluation asks.
enum Answer {
    Parameter(Assumed),
    Atom(bool),
}

impl Search {
    /// Settles conditions until all are settled or something has to be assumed.
    fn go_on(&mut self, space: &Space<'_>, names: &[&str]) -> Result<(), Ask> {
        let evaluator = Evaluator::new(space, &self.scenario);
        for name in names.iter().skip(self.settled) {
            let truth = evaluator.named(name, 0)?;
            self.conditions.insert(SmolStr::from(*name), truth);
            self.settled += 1;
        }
        Ok(())
    }

    fn with(&self, ask: &Ask, answer: Answer) -> Self {
        let mut next = self.clone();
        match (ask, answer) {
            (Ask::Parameter(name), Answer::Parameter(value)) => {
                next.scenario.parameters.insert(name.clone(), value);
            }
            (Ask::Atom(text), Answer::Atom(truth)) => {
                next.scenario.atoms.insert(text.clone(), truth);
            }
            _ => {}
        }
        next
    }
}

/// A scenario without the assumptions that make no difference to what uses only these names.
fn relevant(mut scenario: Scenario, uses: &Mentions<'_>) -> Scenario {
    scenario.parameters.retain(|name, _| uses.names.contains(name.as_str()));
    scenario.atoms.clear();
    scenario
}

/// Texts that stand beside the parameter in an `Fn::Equals`.
fn compared_with(node: &Node, name: &str, texts: &mut FxHashSet<SmolStr>) {
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| compared_with(item, name, texts)),
        NodeKind::Map(entries) => {
            for entry in entries {
                if entry.key == "Fn::Equals"
                    && let [a, b] = entry.value.items()
                {
                    let is_it = |node: &Node| node.get("Ref").and_then(Node::as_str) == Some(name);
                    if is_it(a) {
                        texts.extend(b.scalar_text());
                    } else if is_it(b) {
                        texts.extend(a.scalar_text());
                    }
                }
                compared_with(&entry.value, name, texts);
            }
        }
        _ => {}
    }
}
