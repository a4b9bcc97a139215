//! Judging records: three-valued conditions, evidence, findings.

use std::sync::Arc;

use eyas_lang::value::Fetched;

use crate::finding::{Finding, Outcome};
use crate::plan::{Plan, RuleIx, TypePlan};
use crate::record::{Record, World};

mod cel;
mod compare;
mod condition;
pub(crate) mod cover;
mod dispatch;
mod edits;
mod evidence;
mod explain;
mod fingerprint;
mod message;
mod needles;
mod needs;
mod places;
mod refer;
mod runs;
mod state;
mod tally;
mod test;
mod text;
mod witness;

pub(crate) use compare::equal;
pub use dispatch::CandidateSet;
pub use explain::{ExplainedValue, Explanation};
pub(crate) use fingerprint::Start;
pub use fingerprint::fingerprint_within;
pub use tally::{RuleTally, Tally};

use state::{Eval, Memo};

/// A truth value of Kleene's logic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It holds.
    True,
    /// It cannot be told.
    Unknown,
}

impl Truth {
    /// The other way round; unknown stays unknown.
    pub fn negated(self) -> Self {
        match self {
            Truth::False => Truth::True,
            Truth::True => Truth::False,
            Truth::Unknown => Truth::Unknown,
        }
    }

    /// `false`, `true`, `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Truth::False => "false",
            Truth::True => "true",
            Truth::Unknown => "unknown",
        }
    }
}

impl From<bool> for Truth {
    fn from(b: bool) -> Self {
        if b { Truth::True } else { Truth::False }
    }
}

/// One thread's means of judging records: scratch space that is kept from record to record,
/// what is known of event names, and the counts.
#[derive(Debug)]
pub struct Session<'p> {
    plan: &'p Plan,
    /// The scratch space of each record type that was met.
    types: Vec<TypeScratch<'p>>,
    tally: Tally,
}

#[derive(Debug)]
struct TypeScratch<'p> {
    name: &'p str,
    plan: &'p TypePlan,
    all: Arc<[RuleIx]>,
    memo: Memo<'static>,
    dispatch: dispatch::Dispatch,
}

impl<'p> Session<'p> {
    /// A session over a plan.
    pub fn new(plan: &'p Plan) -> Self {
        Self { plan, types: Vec::new(), tally: Tally::new(plan) }
    }

    /// The plan.
    pub fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// What was judged so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What was judged so far; counting starts anew.
    pub fn take_tally(&mut self) -> Tally {
        std::mem::replace(&mut self.tally, Tally::new(self.plan))
    }

    /// Judges a record by every rule of its type and hands each finding (violation or unknown)
    /// to `sink`, in the order of the rules. Over resources each item of the record that makes
    /// a rule fire by itself is a finding. How many rules were evaluated and content.
    pub fn judge(
        &mut self,
        record: &dyn Record,
        world: &dyn World,
        sink: &mut dyn FnMut(RuleIx, Finding),
    ) -> u64 {
        let Some(at) = self.type_at(record.record_type()) else { return 0 };
        let rules = self.types[at].rules_of(self.plan, record);
        self.judge_rules(at, &rules, record, world, sink)
    }

    /// Judges a record by the rules that [`Session::candidates`] found for it. Rules that are
    /// not among them cannot fire.
    pub fn judge_candidates(
        &mut self,
        set: CandidateSet,
        record: &dyn Record,
        world: &dyn World,
        sink: &mut dyn FnMut(RuleIx, Finding),
    ) {
        let Some(at) = self.type_at(record.record_type()) else { return };
        match self.types[at].dispatch.rules(set) {
            Some(rules) => self.judge_rules(at, &rules, record, world, sink),
            // A set of another session or another type says nothing of this one.
            None => self.judge(record, world, sink),
        };
    }

    /// Judges a record by one rule. Where several items make it fire, the finding is about the
    /// first.
    pub fn judge_rule(&mut self, rule: RuleIx, record: &dyn Record, world: &dyn World) -> Judgement {
        let Some(at) = self.type_at(record.record_type()) else {
            return Judgement { outcome: Outcome::NotApplicable, finding: None };
        };
        let planned = &self.plan.rules[rule.0 as usize];
        let mut eval = self.types[at].start(record, world);
        let outcome = eval.outcome(planned);
        let finding =
            matches!(outcome, Outcome::Violation | Outcome::Unknown).then(|| eval.finding(planned, outcome));
        self.types[at].memo = eval.into_memo();
        Judgement { outcome, finding }
    }

    /// Why a rule says of a record what it says: every part of its condition with its truth and
    /// the values it looked at.
    pub fn explain(&mut self, rule: RuleIx, record: &dyn Record, world: &dyn World) -> Explanation {
        let Some(at) = self.type_at(record.record_type()) else {
            return Explanation::not_concerned(record.record_type());
        };
        let planned = &self.plan.rules[rule.0 as usize];
        let mut eval = self.types[at].start(record, world);
        let explanation = eval.explain(planned);
        self.types[at].memo = eval.into_memo();
        explanation
    }

    /// Tests every comparison of a rule on a record, whether or not the outcome needs it.
    pub(crate) fn cover(
        &mut self,
        rule: RuleIx,
        record: &dyn Record,
        world: &dyn World,
        seen: cover::Seen<'_>,
    ) {
        let Some(at) = self.type_at(record.record_type()) else { return };
        let mut eval = self.types[at].start(record, world);
        eval.cover(&self.plan.rules[rule.0 as usize], seen);
        self.types[at].memo = eval.into_memo();
    }

    fn judge_rules(
        &mut self,
        at: usize,
        rules: &[RuleIx],
        record: &dyn Record,
        world: &dyn World,
        sink: &mut dyn FnMut(RuleIx, Finding),
    ) -> u64 {
        let mut content = 0;
        let mut eval = self.types[at].start(record, world);
        for &ix in rules {
            let rule = &self.plan.rules[ix.0 as usize];
            let outcome = eval.outcome(rule);
            match outcome {
                Outcome::Violation | Outcome::Unknown => {
                    let mut counted = false;
                    let tally = &mut self.tally;
                    eval.findings(rule, outcome, &mut |finding| {
                        if !std::mem::replace(&mut counted, true) {
                            tally.count(ix, outcome, Some(&finding));
                        }
                        sink(ix, finding);
                    });
                }
                other => {
                    content += u64::from(other == Outcome::Pass);
                    self.tally.count(ix, other, None);
                }
            }
        }
        self.types[at].memo = eval.into_memo();
        content
    }

    /// The scratch space of a record type, made where there is none yet; `None` where no rule
    /// is on the type.
    fn type_at(&mut self, record_type: &str) -> Option<usize> {
        if let Some(at) = self.types.iter().position(|t| t.name == record_type) {
            return Some(at);
        }
        let (name, plan) = self.plan.type_entry(record_type)?;
        self.types.push(TypeScratch {
            name,
            plan,
            all: plan.rules().into(),
            memo: Memo::new(plan),
            dispatch: dispatch::Dispatch::of(plan),
        });
        Some(self.types.len() - 1)
    }
}

impl<'p> TypeScratch<'p> {
    fn start<'r>(&mut self, record: &'r dyn Record, world: &'r dyn World) -> Eval<'p, 'r> {
        Eval::new(self.plan, std::mem::take(&mut self.memo), record, world)
    }
}

/// What one rule said of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The outcome.
    pub outcome: Outcome,
    /// The finding, where it is a violation or unknown.
    pub finding: Option<Finding>,
}

/// Why a value is not known.
pub(crate) fn reason<'a>(found: &'a Fetched<'_>) -> Option<&'a str> {
    match found {
        Fetched::Unknown(why) => Some(&why.reason),
        _ => None,
    }
}
