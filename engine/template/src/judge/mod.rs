//! The resources of a template judged by rules: findings at the author's lines.
//!
//! Each way in which a resource may be deployed is judged by itself. What holds in all of them
//! holds without condition; what holds in some says in which.

use eyas_engine::eval::{Session, fingerprint_within};
use eyas_engine::finding::{Finding, Outcome};
use eyas_engine::plan::RuleIx;
use eyas_engine::tree::TreeRecord;

use crate::fix::text_edits;
use crate::inputs::Inputs;
use crate::records::{ResourceRecord, records};
use crate::template::Template;
use crate::when::{Conditions, describe};

mod place;
mod world;

pub use place::{location, path_at};

use world::TemplateWorld;

/// What rules said of a template.
#[derive(Debug, Default)]
pub struct Judged {
    /// Violations and what could not be told, by place.
    pub findings: Vec<Finding>,
    /// Resources that were judged.
    pub resources: u64,
    /// How often a rule was content with a resource, in every way in which it may be deployed.
    pub passed: u64,
    /// Resources with more combinations of conditions than are looked at: what hangs on a
    /// condition was unknown there.
    pub exhausted: Vec<String>,
}

/// Judges the resources of a template; `file` is its name in findings.
pub fn judge(file: &str, template: &Template<'_>, inputs: &Inputs, session: &mut Session<'_>) -> Judged {
    let records = records(template, inputs);
    let mut judged = Judged { resources: records.len() as u64, ..Judged::default() };
    for record in &records {
        judged.passed += judge_resource(file, template, &records, record, session, &mut judged.findings);
        if record.exhausted {
            judged.exhausted.push(record.id.to_string());
        }
    }
    judged.findings.sort_by_key(|finding| {
        finding.location.as_ref().map(|place| (place.line.unwrap_or(0), place.column.unwrap_or(0)))
    });
    judged
}

/// Something that was found in some of the variants.
struct Hit<'r> {
    rule: RuleIx,
    finding: Finding,
    /// The combinations of conditions in which it holds.
    under: Vec<&'r Conditions>,
}

/// Judges every variant of a resource; how many rules were content with all of them.
fn judge_resource(
    file: &str,
    template: &Template<'_>,
    records: &[ResourceRecord],
    record: &ResourceRecord,
    session: &mut Session<'_>,
    out: &mut Vec<Finding>,
) -> u64 {
    let mut hits: Vec<Hit<'_>> = Vec::new();
    let mut passed = None;
    for variant in &record.variants {
        let world = TemplateWorld::new(records, record, &variant.under);
        let subject = TreeRecord::new(&record.kind, &variant.root);
        let (findings, content) = world.judge(session, &subject);
        for (rule, finding) in findings {
            match hits.iter_mut().find(|hit| hit.rule == rule && same(&hit.finding, &finding)) {
                Some(hit) => hit.under.extend(&variant.under),
                None => hits.push(Hit { rule, finding, under: variant.under.iter().collect() }),
            }
        }
        passed = Some(passed.map_or(content, |least: u64| least.min(content)));
    }
    let all: Vec<&Conditions> =
        record.variants.iter().flat_map(|variant| &variant.under).chain(&record.absent_under).collect();
    // What a transform makes has no declaration of its own to mend.
    let declared = template.resources.iter().find(|resource| *resource.id() == record.id);
    for at in 0..hits.len() {
        // A violation in one variant says more than not knowing in another.
        let covered = hits[at].finding.outcome == Outcome::Unknown
            && hits.iter().any(|hit| hit.rule == hits[at].rule && hit.finding.outcome == Outcome::Violation);
        if covered {
            continue;
        }
        let Hit { finding, under, .. } = &hits[at];
        let others: Vec<&Conditions> =
            all.iter().filter(|one| !under.iter().any(|held| std::ptr::eq(*held, **one))).copied().collect();
        let mut finding = finding.clone();
        finding.when = describe(under, &others);
        if let Some(resource) = declared {
            finding.text_edits = text_edits(template.document, resource.entry, &finding.edits);
        }
        finding.location = Some(location(file, template.document, record.id_span, &finding.evidence));
        // The same logical id in another template is another resource.
        finding.fingerprint = fingerprint_within(&finding.fingerprint, file);
        out.push(finding);
    }
    passed.unwrap_or(0)
}

/// Whether a finding of one variant says the same as one of another.
fn same(a: &Finding, b: &Finding) -> bool {
    a.fingerprint == b.fingerprint && a.outcome == b.outcome
}
