//! Which comparisons of a rule its tests never made true, or never false.

use eyas_lang::source::Span;
use rustc_hash::FxHashMap;

use crate::eval::{Session, Truth, cover};
use crate::plan::{Plan, RuleIx};
use crate::record::{Record, World};

/// What the tests of one rule made of its comparisons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The comparisons of `where`, `when` and the severity's cases, in the order of the rule.
    pub comparisons: Vec<Covered>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Its text.
    pub text: String,
    /// Where it stands; in a macro's body for one that the macro brought in.
    pub span: Span,
    /// Some test made it true.
    pub made_true: bool,
    /// Some test made it false.
    pub made_false: bool,
}

impl Coverage {
    pub(super) fn of_rule(plan: &Plan, rule: RuleIx) -> Self {
        let mut found = Vec::new();
        for node in cover::nodes(&plan.rules[rule.0 as usize]) {
            cover::sites(node, &mut found);
        }
        let mut coverage = Coverage::default();
        for (span, text) in found {
            // A macro used twice brings the same comparison in twice.
            if !coverage.comparisons.iter().any(|c| c.span == span && c.text == text) {
                let text = text.to_owned();
                coverage.comparisons.push(Covered { text, span, made_true: false, made_false: false });
            }
        }
        coverage
    }

    pub(super) fn add(
        &mut self,
        session: &mut Session<'_>,
        rule: RuleIx,
        record: &dyn Record,
        world: &dyn World,
    ) {
        let places: FxHashMap<(Span, String), usize> =
            self.comparisons.iter().enumerate().map(|(i, c)| ((c.span, c.text.clone()), i)).collect();
        session.cover(rule, record, world, &mut |span, text, truth| {
            let at = places.get(&(span, text.to_owned()));
            if let Some(covered) = at.and_then(|at| self.comparisons.get_mut(*at)) {
                covered.made_true |= truth == Truth::True;
                covered.made_false |= truth == Truth::False;
            }
        });
    }

    /// The comparisons that no test made true, or none false.
    pub fn gaps(&self) -> impl Iterator<Item = &Covered> {
        self.comparisons.iter().filter(|c| !(c.made_true && c.made_false))
    }

    /// How many outcomes (two a comparison) tests saw, of how many there are.
    pub fn counts(&self) -> (usize, usize) {
        let seen =
            self.comparisons.iter().map(|c| usize::from(c.made_true) + usize::from(c.made_false)).sum();
        (seen, self.comparisons.len() * 2)
    }
}
