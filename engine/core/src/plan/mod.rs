//! Checked rules, lowered for judging many records.
//!
//! What is done once here is not done per record: equal values and equal comparisons of
//! different rules become one [`slot`](Slot) or atom each, so that a record's `ct.user.arn` is
//! read once and compared with `"x"` once, however many rules ask; constants are folded;
//! sets are hashed, networks put into a prefix tree, texts to be searched for into one
//! automaton. Which rules an event can concern at all is decided by evaluating them with
//! everything but the event's name and source unknown: see [`crate::eval::Session::candidates`].

use std::sync::{Arc, OnceLock};

use eyas_lang::catalog::{Extract, Step};
use eyas_lang::checked::{Atom, CelProgram, CompareOp, QuantKind, Rule, RuleSet, Severity, VarId};
use eyas_lang::diagnostics::Diagnostic;
use eyas_lang::functions::Function;
use eyas_lang::source::{Sources, Span};
use eyas_lang::types::{Type, not_runnable_yet};
use eyas_lang::value::Fetched;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::eval::Start;
use crate::finding::{Outcome, RuleInfo};

mod atoms;
mod index;
mod key;
mod lower;
mod sets;

pub(crate) use atoms::test_values;
pub(crate) use sets::HashedSet;

/// A rule's place in a [`Plan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleIx(pub u32);

/// What goes into a plan.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanOptions {
    /// Also the rules that their author switched off.
    pub include_disabled: bool,
}

/// Rules ready to judge records. Shared between threads; each thread judges with its own
/// [`crate::eval::Session`].
#[derive(Debug)]
pub struct Plan {
    pub(crate) rules: Vec<PlannedRule>,
    types: FxHashMap<SmolStr, TypePlan>,
}

/// The rules of one record type with what they share.
#[derive(Debug, Default)]
pub struct TypePlan {
    /// Rules in the order of the rule set.
    pub(crate) rules: Vec<RuleIx>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) atoms: Vec<PlannedAtom>,
    /// The members of the raw record that rules are looked up by.
    keys: Vec<SmolStr>,
    /// The rules by the values of those.
    pub(crate) index: index::Index,
    /// A false condition is silence, so that rules need not be evaluated to be counted.
    silent: bool,
}

/// A lowered rule.
#[derive(Debug)]
pub(crate) struct PlannedRule {
    pub(crate) rule: Arc<Rule>,
    /// What its findings say of it.
    pub(crate) info: Arc<RuleInfo>,
    /// How the fingerprints of its violations start.
    violation: OnceLock<Start>,
    pub(crate) scope: Option<Node>,
    pub(crate) when: Node,
    /// Whether there is a quantifier in its conditions.
    pub(crate) quantified: bool,
    pub(crate) severity: Vec<(Severity, Node)>,
    pub(crate) message: Message,
    pub(crate) fix: Option<Message>,
    /// The conditions of its changes, one for each.
    pub(crate) edits: Vec<Option<Node>>,
    /// The slots of its `let`s.
    pub(crate) lets: Vec<u32>,
}

/// A condition.
#[derive(Debug)]
pub(crate) enum Node {
    Const(bool),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Atom(Site),
    Quant(Box<PlannedQuant>),
}

impl PlannedRule {
    /// How the fingerprints of its findings start.
    pub(crate) fn start(&self, outcome: Outcome) -> Start {
        match outcome {
            Outcome::Violation => *self.violation.get_or_init(|| Start::new(&self.rule.id, outcome)),
            _ => Start::new(&self.rule.id, outcome),
        }
    }
}

impl Node {
    /// Whether there is a quantifier in it.
    fn is_quantified(&self) -> bool {
        match self {
            Node::Const(_) | Node::Atom(_) => false,
            Node::Not(of) => of.is_quantified(),
            Node::All(each) | Node::Any(each) => each.iter().any(Node::is_quantified),
            Node::Quant(_) => true,
        }
    }
}

/// One place where a rule writes an atom.
#[derive(Debug)]
pub(crate) struct Site {
    /// The atom, perhaps shared with other sites.
    pub(crate) atom: u32,
    /// As written here, for evidence.
    pub(crate) source: Arc<Atom>,
    /// Its text.
    pub(crate) text: SmolStr,
    /// The text of its opposite, made when a finding first rests on that.
    pub(crate) opposite: OnceLock<SmolStr>,
}

impl Site {
    /// What is written here, or its opposite.
    pub(crate) fn held(&self, holds: bool) -> &SmolStr {
        match holds {
            true => &self.text,
            false => self.opposite.get_or_init(|| opposite(&self.text)),
        }
    }
}

/// The text of the opposite of what a text says.
pub(crate) fn opposite(text: &str) -> SmolStr {
    ["not ", text].concat().into()
}

/// A quantifier.
#[derive(Debug)]
pub(crate) struct PlannedQuant {
    pub(crate) kind: QuantKind,
    pub(crate) var: VarId,
    pub(crate) name: SmolStr,
    pub(crate) list: Value,
    pub(crate) needs: Vec<u32>,
    pub(crate) body: Node,
    pub(crate) count: Option<(CompareOp, i64)>,
    pub(crate) text: SmolStr,
    pub(crate) span: Span,
    /// The list as written, for evidence.
    pub(crate) source: eyas_lang::checked::Term,
}

/// A comparison.
#[derive(Debug)]
pub(crate) struct PlannedAtom {
    pub(crate) test: Test,
    /// The slots that must be loaded before it can be tested.
    pub(crate) needs: Vec<u32>,
    /// It mentions no variable: one answer holds for the whole record.
    pub(crate) shared: bool,
}

/// What an atom tests.
#[derive(Debug)]
pub(crate) enum Test {
    Exists(Value),
    True(Value),
    Compare {
        left: Value,
        op: CompareOp,
        right: Value,
    },
    Text {
        left: Value,
        op: CompareOp,
        right: Vec<Value>,
        all: bool,
    },
    /// Contains at least one of many texts.
    Search {
        left: Value,
        find: aho_corasick::AhoCorasick,
    },
    Regex {
        left: Value,
        regex: Arc<regex::Regex>,
    },
    In {
        left: Value,
        set: Set,
    },
    Intersects {
        left: Value,
        set: Set,
    },
    PathPrefix {
        left: Value,
        set: Set,
    },
    Net {
        left: Value,
        set: Set,
        reverse: bool,
    },
    RefersTo {
        left: Value,
        /// The id of the resource.
        target: Value,
        names: Arc<[SmolStr]>,
    },
}

/// The right side of a set test.
#[derive(Debug)]
pub(crate) enum Set {
    Const(Arc<HashedSet>),
    Value(Value),
}

impl Set {
    /// What a set that is no constant is read from.
    fn value(&self) -> Option<&Value> {
        match self {
            Set::Value(value) => Some(value),
            Set::Const(_) => None,
        }
    }
}

/// Something that yields a value.
#[derive(Debug)]
pub(crate) enum Value {
    Const(Fetched<'static>),
    /// Read or computed at most once a record.
    Slot(u32),
    Var {
        var: VarId,
        path: Vec<Step>,
        ty: Type,
    },
    Call {
        function: &'static Function,
        args: Vec<Value>,
    },
    Project {
        base: Box<Value>,
        path: Vec<Step>,
        ty: Type,
    },
    List(Vec<Value>),
}

/// A value that is read or computed at most once a record.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) kind: SlotKind,
    pub(crate) needs: Vec<u32>,
}

/// Where a slot's value comes from.
#[derive(Debug)]
pub(crate) enum SlotKind {
    Path { path: Vec<Step>, ty: Type },
    Field { at: Extract, path: Vec<Step>, ty: Type },
    Call { function: &'static Function, args: Vec<Value> },
    Project { base: Value, path: Vec<Step>, ty: Type },
    Cel(PlannedCel),
    Context(SmolStr),
    Resources { record: SmolStr, everywhere: bool },
}

/// A CEL expression with the values it reads.
#[derive(Debug)]
pub(crate) struct PlannedCel {
    pub(crate) program: CelProgram,
    pub(crate) reads: Vec<(String, Value)>,
}

/// One part of a message.
#[derive(Debug)]
pub(crate) enum MessagePart {
    Text(String),
    Value { value: Value, needs: Vec<u32> },
    Cel { cel: PlannedCel, needs: Vec<u32> },
}

impl Plan {
    /// Lowers a rule set. A rule that cannot run yet is told of and left out.
    pub fn new(set: &RuleSet, sources: &Sources, options: PlanOptions) -> (Plan, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut rules = Vec::new();
        let mut builders: Vec<(SmolStr, lower::Builder<'_>)> = Vec::new();
        for rule in &set.rules {
            if !rule.enabled && !options.include_disabled {
                continue;
            }
            if let Some(diagnostic) = not_runnable_yet(rule) {
                diagnostics.push(diagnostic);
                continue;
            }
            let at = builders.iter().position(|(name, _)| *name == rule.record).unwrap_or_else(|| {
                builders.push((rule.record.clone(), lower::Builder::new(sources)));
                builders.len() - 1
            });
            let builder = &mut builders[at].1;
            builder.plan.rules.push(RuleIx(rules.len() as u32));
            rules.push(builder.rule(rule));
        }
        let types = builders.into_iter().map(|(name, builder)| (name, builder.finish(&rules))).collect();
        (Plan { rules, types }, diagnostics)
    }

    /// The rule at a place of this plan.
    pub fn rule(&self, ix: RuleIx) -> &Arc<Rule> {
        &self.rules[ix.0 as usize].rule
    }

    /// Every rule with its place.
    pub fn rules(&self) -> impl Iterator<Item = (RuleIx, &Arc<Rule>)> {
        self.rules.iter().enumerate().map(|(i, r)| (RuleIx(i as u32), &r.rule))
    }

    /// The place of the rule with this id.
    pub fn find(&self, id: &str) -> Option<RuleIx> {
        self.rules().find(|(_, r)| r.id == id).map(|(ix, _)| ix)
    }

    /// How many rules it holds.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether it holds no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules of a record type; `None` where no rule is on it.
    pub fn for_type(&self, record_type: &str) -> Option<&TypePlan> {
        self.types.get(record_type)
    }

    /// The same, with the plan's own text of the type's name.
    pub(crate) fn type_entry(&self, record_type: &str) -> Option<(&str, &TypePlan)> {
        self.types.get_key_value(record_type).map(|(name, plan)| (name.as_str(), plan))
    }

    /// The record types that rules are on, sorted.
    pub fn record_types(&self) -> Vec<&str> {
        let mut types: Vec<&str> = self.types.keys().map(SmolStr::as_str).collect();
        types.sort_unstable();
        types
    }
}

impl TypePlan {
    /// The rules of this type, in the order of the rule set.
    pub fn rules(&self) -> &[RuleIx] {
        &self.rules
    }

    /// The members of the raw record that rules are looked up by (`eventName`, `eventSource`):
    /// what a reader may look for before it parses anything.
    pub fn keys(&self) -> &[SmolStr] {
        &self.keys
    }

    /// Whether rules that cannot fire may be passed over without a trace.
    pub(crate) fn dispatches(&self) -> bool {
        self.silent && !self.keys.is_empty()
    }
}

/// A message, lowered.
pub(crate) type Message = Vec<MessagePart>;
