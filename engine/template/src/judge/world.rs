//! What a rule sees of the other resources of a template.

use std::cell::{Cell, OnceCell};

use eyas_engine::eval::Session;
use eyas_engine::finding::{Evidence, Finding, Outcome};
use eyas_engine::plan::RuleIx;
use eyas_engine::record::{NoWorld, Record, World};
use eyas_engine::tree::TreeRecord;
use eyas_lang::value::{Fetched, Tree, Unknown};
use smol_str::SmolStr;

use crate::records::ResourceRecord;
use crate::when::Conditions;

/// The resources that may be deployed beside one variant of a resource.
pub(super) struct TemplateWorld<'r> {
    records: &'r [ResourceRecord],
    of: &'r ResourceRecord,
    under: &'r [Conditions],
    /// Gathered when a rule asks for the first time; most templates' rules never do.
    others: OnceCell<Vec<Other<'r>>>,
    /// Whether resources whose presence hangs on a condition are seen.
    maybe: Cell<bool>,
    /// A resource that was seen although its presence hangs on a condition.
    doubtful: Cell<Option<&'r SmolStr>>,
}

struct Other<'r> {
    id: &'r SmolStr,
    record: TreeRecord<'r>,
    /// Whether it is there, as it is, wherever the judged variant is.
    certain: bool,
}

impl<'r> TemplateWorld<'r> {
    /// The resources beside `of`, as they may be where the conditions are as in one of `under`.
    pub(super) fn new(
        records: &'r [ResourceRecord],
        of: &'r ResourceRecord,
        under: &'r [Conditions],
    ) -> Self {
        let others = OnceCell::new();
        Self { records, of, under, others, maybe: Cell::new(true), doubtful: Cell::new(None) }
    }

    /// Judges a record, and says how many rules were content with it. Where a verdict hangs on
    /// whether another resource is deployed, it is unknown.
    pub(super) fn judge(
        &self,
        session: &mut Session<'_>,
        record: &TreeRecord<'_>,
    ) -> (Vec<(RuleIx, Finding)>, u64) {
        let judge = |session: &mut Session<'_>| {
            let mut found = Vec::new();
            session.judge(record, self, &mut |rule, finding| found.push((rule, finding)));
            (found, session.take_tally().total().passes)
        };
        self.maybe.set(true);
        let (with, content) = judge(session);
        let Some(doubtful) = self.doubtful.get() else { return (with, content) };
        self.maybe.set(false);
        let (without, content_without) = judge(session);
        (settle(with, without, doubtful), content.min(content_without))
    }

    fn others(&self) -> &[Other<'r>] {
        self.others.get_or_init(|| {
            let beside = neighbours(self.records, self.of, self.under);
            let other = |(record, root, certain): (&'r ResourceRecord, &'r Tree, bool)| Other {
                id: &record.id,
                record: TreeRecord::new(&record.kind, root),
                certain,
            };
            beside.into_iter().map(other).collect()
        })
    }
}

/// The resources that may be deployed beside `of` where the conditions are as in one of `under`:
/// each with its tree, and whether it is there, as it is, wherever `of` is.
pub fn neighbours<'r>(
    records: &'r [ResourceRecord],
    of: &ResourceRecord,
    under: &[Conditions],
) -> Vec<(&'r ResourceRecord, &'r Tree, bool)> {
    let here = |c: &Conditions| compatible(c, under);
    let mut out = Vec::new();
    for record in records.iter().filter(|record| record.id != of.id) {
        let possible: Vec<_> =
            record.variants.iter().filter(|variant| variant.under.iter().any(here)).collect();
        let certain = possible.len() == 1 && !record.absent_under.iter().any(here);
        out.extend(possible.into_iter().map(|variant| (record, &variant.root, certain)));
    }
    out
}

/// Findings of both worlds stand; what only one of them has is unknown.
fn settle(
    with: Vec<(RuleIx, Finding)>,
    without: Vec<(RuleIx, Finding)>,
    doubtful: &str,
) -> Vec<(RuleIx, Finding)> {
    let violated = |list: &[(RuleIx, Finding)], rule: RuleIx| {
        list.iter().any(|(ix, finding)| *ix == rule && finding.outcome == Outcome::Violation)
    };
    let mut out: Vec<(RuleIx, Finding)> = Vec::new();
    let either = with.iter().map(|one| (one, &without)).chain(without.iter().map(|one| (one, &with)));
    for ((rule, finding), other) in either {
        let sure = finding.outcome == Outcome::Unknown || violated(other, *rule);
        let mut finding = finding.clone();
        if !sure {
            finding.outcome = Outcome::Unknown;
            finding.edits.clear();
            finding.evidence.push(Evidence {
                field: "resources".into(),
                value: None,
                unknown: Some(format!("`{doubtful}` is deployed only under a condition")),
                test: String::new(),
                place: None,
            });
        }
        let there = |(ix, one): &(RuleIx, Finding)| {
            *ix == *rule && (one.fingerprint == finding.fingerprint || finding.outcome == Outcome::Unknown)
        };
        if !out.iter().any(there) {
            out.push((*rule, finding));
        }
    }
    out
}

fn compatible(one: &Conditions, under: &[Conditions]) -> bool {
    let agree = |there: &Conditions| {
        one.iter().all(|(name, truth)| there.get(name).is_none_or(|there| there == truth))
    };
    under.is_empty() || under.iter().any(agree)
}

impl World for TemplateWorld<'_> {
    fn context(&self, name: &str) -> Fetched<'_> {
        NoWorld.context(name)
    }

    fn resources<'w>(
        &'w self,
        record_type: &str,
        _of: &dyn Record,
        _everywhere: bool,
    ) -> Result<Vec<&'w dyn Record>, Unknown> {
        let mut found: Vec<&dyn Record> = Vec::new();
        for other in self.others().iter().filter(|other| other.record.record_type() == record_type) {
            if !other.certain {
                self.doubtful.set(Some(other.id));
            }
            if other.certain || self.maybe.get() {
                found.push(&other.record);
            }
        }
        Ok(found)
    }
}
