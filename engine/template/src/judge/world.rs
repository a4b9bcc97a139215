//! What a rule sees of the other resources of a template.

use std::cell::Cell;

use eyas_engine::eval::Session;
use eyas_engine::finding::{Evidence, Finding, Outcome};
use eyas_engine::plan::RuleIx;
use eyas_engine::record::{NoWorld, Record, World};
use eyas_engine::tree::TreeRecord;
use eyas_lang::value::{Fetched, Tree, Unknown};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::records::ResourceRecord;
use crate::when::Conditions;

/// The resources of a template by type, for all worlds in it.
pub(super) struct Neighbourhood<'r> {
    by_type: FxHashMap<&'r str, Vec<Neighbour<'r>>>,
}

/// A resource as it may be deployed.
struct Neighbour<'r> {
    of: &'r ResourceRecord,
    under: &'r [Conditions],
    record: TreeRecord<'r>,
}

impl<'r> Neighbourhood<'r> {
    /// All resources in all their variants.
    pub(super) fn new(records: &'r [ResourceRecord]) -> Self {
        let mut by_type: FxHashMap<&str, Vec<Neighbour<'_>>> = FxHashMap::default();
        for of in records {
            let neighbours = by_type.entry(of.kind.as_str()).or_default();
            neighbours.extend(of.variants.iter().map(|variant| Neighbour {
                of,
                under: &variant.under,
                record: TreeRecord::new(&of.kind, &variant.root),
            }));
        }
        Self { by_type }
    }
}

/// The resources that may be deployed beside one variant of a resource.
pub(super) struct TemplateWorld<'r> {
    all: &'r Neighbourhood<'r>,
    of: &'r ResourceRecord,
    under: &'r [Conditions],
    /// Whether resources whose presence hangs on a condition are seen.
    maybe: Cell<bool>,
    /// A resource that was seen although its presence hangs on a condition.
    doubtful: Cell<Option<&'r SmolStr>>,
}

impl<'r> TemplateWorld<'r> {
    /// The resources beside `of`, as they may be where the conditions are as in one of `under`.
    pub(super) fn new(all: &'r Neighbourhood<'r>, of: &'r ResourceRecord, under: &'r [Conditions]) -> Self {
        Self { all, of, under, maybe: Cell::new(true), doubtful: Cell::new(None) }
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
            let content = session.judge(record, self, &mut |rule, finding| found.push((rule, finding)));
            (found, content)
        };
        self.maybe.set(true);
        let (with, content) = judge(session);
        let Some(doubtful) = self.doubtful.get() else { return (with, content) };
        self.maybe.set(false);
        let (without, content_without) = judge(session);
        (settle(with, without, doubtful), content.min(content_without))
    }
}

/// The resources that may be deployed beside `of` where the conditions are as in one of `under`:
/// each with its tree, and whether it is there, as it is, wherever `of` is.
pub fn neighbours<'r>(
    records: &'r [ResourceRecord],
    of: &ResourceRecord,
    under: &[Conditions],
) -> Vec<(&'r ResourceRecord, &'r Tree, bool)> {
    let mut out = Vec::new();
    for record in records.iter().filter(|record| record.id != of.id) {
        let possible = record.variants.iter().filter(|variant| possible(&variant.under, under));
        let certain = certain(record, under);
        out.extend(possible.map(|variant| (record, &variant.root, certain)));
    }
    out
}

/// Whether a variant may be there where the conditions are as in one of `under`.
fn possible(variant: &[Conditions], under: &[Conditions]) -> bool {
    variant.iter().any(|one| compatible(one, under))
}

/// Whether a resource is there, in one way only, wherever the conditions are as in `under`.
fn certain(record: &ResourceRecord, under: &[Conditions]) -> bool {
    let ways = record.variants.iter().filter(|variant| possible(&variant.under, under)).take(2).count();
    ways == 1 && !possible(&record.absent_under, under)
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
                unknown: Some(format!("`{doubtful}` is deployed only under a condition").into()),
                test: Default::default(),
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
        let of_type = self.all.by_type.get(record_type).map(Vec::as_slice).unwrap_or_default();
        for other in of_type.iter().filter(|other| other.of.id != self.of.id) {
            if !possible(other.under, self.under) {
                continue;
            }
            let certain = certain(other.of, self.under);
            if !certain {
                self.doubtful.set(Some(&other.of.id));
            }
            if certain || self.maybe.get() {
                found.push(&other.record);
            }
        }
        Ok(found)
    }
}
