//! One fix after the other, each judged before the next.

use eyas_engine::finding::{Finding, Outcome};
use rustc_hash::{FxHashMap, FxHashSet};

use super::apply;

/// More fixes than this are not made in one text.
const MOST: usize = 1_000;

/// Nor does one finding take more changes than this.
const MOST_OF_ONE: usize = 50;

/// What fixing came to.
#[derive(Debug)]
pub struct Fixed {
    /// The text as it is now.
    pub text: String,
    /// The findings that are gone, in the order in which they were mended.
    pub mended: Vec<Finding>,
}

/// Makes the fixes of a text that `wanted` lets through. After each the text is judged anew; a
/// fix that does not end its finding, that brings another, or after which the text cannot be
/// judged, is taken back.
pub fn fix(
    text: &str,
    judge: &mut dyn FnMut(&str) -> Option<Vec<Finding>>,
    wanted: &dyn Fn(&Finding) -> bool,
) -> Fixed {
    let mut fixed = Fixed { text: text.to_owned(), mended: Vec::new() };
    // What did not work, until something else did and places are others.
    let mut tried: FxHashSet<(String, Option<u64>)> = FxHashSet::default();
    let Some(mut findings) = judge(text) else { return fixed };
    while fixed.mended.len() < MOST {
        let next = findings.iter().find(|finding| {
            let mendable = finding.outcome == Outcome::Violation && finding.ignored.is_none();
            let has_edits = !finding.text_edits.is_empty();
            mendable && has_edits && wanted(finding) && !tried.contains(&key(finding))
        });
        let Some(next) = next.cloned() else { break };
        tried.insert(key(&next));
        let Some((text, now)) = mend(&fixed.text, &next, &findings, judge) else { continue };
        tried.clear();
        fixed.text = text;
        findings = now;
        fixed.mended.push(next);
    }
    fixed
}

/// Makes a finding's changes, and those that it still proposes after them: of several items that
/// make a rule fire once, each is a change by itself. The text and what is found in it; `None` where
/// that does not end it.
fn mend(
    text: &str,
    finding: &Finding,
    before: &[Finding],
    judge: &mut dyn FnMut(&str) -> Option<Vec<Finding>>,
) -> Option<(String, Vec<Finding>)> {
    let mut text = text.to_owned();
    let mut next = finding.clone();
    for _ in 0..MOST_OF_ONE {
        text = apply(&text, &next.text_edits);
        let now = judge(&text)?;
        if better(&now, before, finding) {
            return Some((text, now));
        }
        let another = |one: &&Finding| {
            about(one) == about(finding) && !one.text_edits.is_empty() && one.edits != next.edits
        };
        next = now.iter().find(another)?.clone();
    }
    None
}

/// Whether a fix ended its finding and brought no other. Findings are told apart by their rule and
/// resource and counted: of several items that a rule finds in a resource, the next takes the
/// place of the first.
fn better(now: &[Finding], before: &[Finding], mended: &Finding) -> bool {
    let (now, before) = (counts(now), counts(before));
    let known = |of: &FxHashMap<_, usize>, what: &_| of.get(what).copied().unwrap_or(0);
    let ended = known(&now, &about(mended)) < known(&before, &about(mended));
    ended && now.iter().all(|(what, count)| *count <= known(&before, what))
}

type About<'f> = (&'f str, &'f str, Option<&'f str>);

/// What a finding is about.
fn about(finding: &Finding) -> About<'_> {
    (&finding.rule.id, &finding.subject.kind, finding.subject.id.as_deref())
}

/// How many findings there are of each rule over each resource. What cannot be told any more is
/// no better than what was found.
fn counts(findings: &[Finding]) -> FxHashMap<About<'_>, usize> {
    let mut counts = FxHashMap::default();
    let told = |finding: &&Finding| matches!(finding.outcome, Outcome::Violation | Outcome::Unknown);
    for finding in findings.iter().filter(told) {
        *counts.entry(about(finding)).or_insert(0) += 1;
    }
    counts
}

/// What tells a finding from others until the text changes.
fn key(finding: &Finding) -> (String, Option<u64>) {
    let offset = finding.location.as_ref().and_then(|location| location.offset);
    (finding.fingerprint.clone(), offset)
}
