//! One fix after the other, each judged before the next.

use eyas_engine::finding::{Finding, Outcome, TextEdit};
use rustc_hash::FxHashSet;

use super::apply;

/// More fixes than this are not made in one text.
const MOST: usize = 1_000;

/// What fixing came to.
#[derive(Debug)]
pub struct Fixed {
    /// The text as it is now.
    pub text: String,
    /// The findings that are gone, in the order in which they were mended.
    pub mended: Vec<Finding>,
}

/// Makes the fixes of a text that `wanted` lets through. After each the text is judged anew; a
/// fix that does not end its finding, that brings another as bad, or after which the text cannot be
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
        let edits: &[TextEdit] = &next.text_edits;
        let after = apply(&fixed.text, edits);
        let Some(now) = judge(&after) else { continue };
        // Of several items that a rule finds in a resource, the next takes the place of the first.
        let mended = alike(&now, &next) < alike(&findings, &next);
        if !mended || now.iter().any(|finding| worse(finding, &next, &findings)) {
            continue;
        }
        tried.clear();
        fixed.text = after;
        findings = now;
        fixed.mended.push(next);
    }
    fixed
}

/// Whether a finding is new, and no better than the one that was mended.
fn worse(finding: &Finding, mended: &Finding, before: &[Finding]) -> bool {
    finding.outcome == Outcome::Violation
        && finding.severity >= mended.severity
        && !before.iter().any(|known| known.fingerprint == finding.fingerprint)
}

/// What tells a finding from others until the text changes.
fn key(finding: &Finding) -> (String, Option<u64>) {
    let offset = finding.location.as_ref().and_then(|location| location.offset);
    (finding.fingerprint.clone(), offset)
}

/// How many findings a rule has over one resource.
fn alike(findings: &[Finding], one: &Finding) -> usize {
    let same = |finding: &&Finding| {
        finding.rule.id == one.rule.id
            && finding.subject == one.subject
            && finding.outcome == Outcome::Violation
    };
    findings.iter().filter(same).count()
}
