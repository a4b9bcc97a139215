//! How many records were judged, and how it came out.

use std::collections::BTreeMap;

use crate::finding::{Finding, Outcome};
use crate::plan::{Plan, RuleIx};

/// Counts over all records that a session judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// For each rule of the plan.
    pub rules: Vec<RuleTally>,
    /// Why outcomes were unknown, and how many for each reason.
    pub reasons: BTreeMap<String, u64>,
}

/// The counts of one rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// The condition held.
    pub violations: u64,
    /// It did not.
    pub passes: u64,
    /// It could not be told.
    pub unknown: u64,
    /// The rule did not concern the record.
    pub not_applicable: u64,
}

/// Reasons that differ in nothing but a name could be as many as there are records.
const REASONS: usize = 1_000;

impl Tally {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { rules: vec![RuleTally::default(); plan.len()], reasons: BTreeMap::new() }
    }

    pub(super) fn count(&mut self, rule: RuleIx, outcome: Outcome, finding: Option<&Finding>) {
        if let Some(tally) = self.rules.get_mut(rule.0 as usize) {
            match outcome {
                Outcome::Violation => tally.violations += 1,
                Outcome::Pass => tally.passes += 1,
                Outcome::Unknown => tally.unknown += 1,
                Outcome::NotApplicable => tally.not_applicable += 1,
            }
        }
        if outcome == Outcome::Unknown {
            let reasons = finding.iter().flat_map(|f| &f.evidence).filter_map(|e| e.unknown.as_ref());
            for reason in reasons {
                self.add_reason(reason, 1);
            }
        }
    }

    fn add_reason(&mut self, reason: &str, count: u64) {
        if let Some(total) = self.reasons.get_mut(reason) {
            *total += count;
            return;
        }
        let name = if self.reasons.len() < REASONS { reason } else { "other reasons" };
        *self.reasons.entry(name.to_owned()).or_default() += count;
    }

    /// Adds what another session over the same plan counted.
    pub fn merge(&mut self, other: &Tally) {
        if self.rules.len() < other.rules.len() {
            self.rules.resize(other.rules.len(), RuleTally::default());
        }
        for (ours, theirs) in self.rules.iter_mut().zip(&other.rules) {
            ours.violations += theirs.violations;
            ours.passes += theirs.passes;
            ours.unknown += theirs.unknown;
            ours.not_applicable += theirs.not_applicable;
        }
        for (reason, count) in &other.reasons {
            self.add_reason(reason, *count);
        }
    }

    /// The counts of all rules together.
    pub fn total(&self) -> RuleTally {
        let mut total = RuleTally::default();
        for rule in &self.rules {
            total.violations += rule.violations;
            total.passes += rule.passes;
            total.unknown += rule.unknown;
            total.not_applicable += rule.not_applicable;
        }
        total
    }
}
