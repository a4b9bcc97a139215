//! The resources of a template judged by rules: findings at the author's lines.
//!
//! Each way in which a resource may be deployed is judged by itself. What holds in all of them
//! holds without condition; what holds in some says in which.

use eyas_engine::eval::{Session, fingerprint_within};
use eyas_engine::finding::{Finding, Location, Outcome};
use eyas_engine::plan::RuleIx;
use eyas_engine::tree::TreeRecord;
use jiff::civil::Date;

use crate::document::{Document, LineIndex, Problem, parse};
use crate::fix::{as_written, text_edits};
use crate::inputs::Inputs;
use crate::nested::{Nearby, Nested};
use crate::note::Note;
use crate::records::{Resolved, ResourceRecord, Variant, resolve};
use crate::schema::RULES;
use crate::suppress::{Idle, Peers, suppress};
use crate::template::{NotATemplate, Template, recognise};
use crate::when::{Conditions, describe};

mod place;
mod schema;
mod world;

pub use place::{location, path_at};
pub use world::neighbours;

use world::{Neighbourhood, TemplateWorld};

/// What judging needs besides the template and the rules.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// What is known of the deployment.
    pub inputs: &'c Inputs,
    /// Where nested stacks' templates are read.
    pub nearby: &'c dyn Nearby,
    /// Whether the template itself is checked against what CloudFormation takes.
    pub schema: bool,
    /// Whether the rule with this id was switched off.
    pub disabled: &'c dyn Fn(&str) -> bool,
    /// Which of our rules other tools' ids mean.
    pub peers: &'c Peers,
    /// The day on which requests to ignore hold or not.
    pub today: Date,
}

/// What rules said of a template.
#[derive(Debug, Default)]
pub struct Judged {
    /// Violations and what could not be told, by place. What the template asks to ignore is
    /// among them, marked.
    pub findings: Vec<Finding>,
    /// Resources that were judged, those of nested stacks included.
    pub resources: u64,
    /// How often a rule was content with a resource, in every way in which it may be deployed.
    pub passed: u64,
    /// What limits the knowledge of the template as a whole.
    pub limits: Vec<Limit>,
    /// Requests to ignore findings that ignore none.
    pub idle: Vec<Idle>,
}

/// Something that keeps a part of a template from being known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// One line, lower case.
    pub message: String,
}

/// Why a text was not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is no YAML and no JSON, or too large; the line and column, from 1.
    Unreadable(Problem, u32, u32),
    /// It is something else than a template.
    NoTemplate(NotATemplate),
}

/// Judges the text of a template; `file` is its name in findings.
///
/// # Errors
/// Why there is nothing to judge.
pub fn judge_text(
    file: &str,
    text: &str,
    context: &Context<'_>,
    session: &mut Session<'_>,
) -> Result<Judged, Refused> {
    let document = parse(text).map_err(|problem| {
        let (line, column) = LineIndex::new(text).line_column(text, problem.span.start);
        Refused::Unreadable(problem, line, column)
    })?;
    let template = recognise(&document).map_err(Refused::NoTemplate)?;
    Ok(judge(file, &template, context, session))
}

/// Judges the resources of a template and of the stacks nested in it, and the template itself.
pub fn judge(
    file: &str,
    template: &Template<'_>,
    context: &Context<'_>,
    session: &mut Session<'_>,
) -> Judged {
    let resolved = resolve(template, context.inputs, context.nearby);
    let mut judged = judge_resolved(file, template, &resolved, session);
    if context.schema {
        judged.findings.extend(schema::findings(file, template, context));
    }
    finish(template, context, session, &mut judged);
    nested(file, &resolved.nested, context, session, &mut judged);
    judged
}

fn judge_resolved(
    file: &str,
    template: &Template<'_>,
    resolved: &Resolved,
    session: &mut Session<'_>,
) -> Judged {
    let records = &resolved.records;
    let mut judged = Judged { resources: records.len() as u64, ..Judged::default() };
    let document = template.document;
    judged.limits.extend(resolved.notes.iter().map(|note| limit(document, note)));
    let all = Neighbourhood::new(records);
    for record in records {
        judged.passed += judge_resource(file, template, &all, record, session, &mut judged.findings);
        if record.exhausted {
            let place = document.place(record.id_span);
            let message = format!(
                "`{}` has more combinations of conditions than are looked at: each condition was tried by itself, not with all others",
                record.id
            );
            judged.limits.push(Limit { line: place.line, column: place.column, message });
        }
    }
    judged
}

fn limit(document: &Document, note: &Note) -> Limit {
    let place = document.place(note.span);
    let help = note.help.as_deref().map_or(String::new(), |help| format!("; {help}"));
    Limit { line: place.line, column: place.column, message: format!("{}{help}", note.message) }
}

/// Puts findings in the order of the text and marks what the template asks to ignore.
fn finish(template: &Template<'_>, context: &Context<'_>, session: &Session<'_>, judged: &mut Judged) {
    judged.findings.sort_by_key(|finding| {
        finding.location.as_ref().map(|place| (place.line.unwrap_or(0), place.column.unwrap_or(0)))
    });
    let planned = |id: &str| session.plan().rules().any(|(_, rule)| rule.id == id);
    let ran = |id: &str| planned(id) || context.schema && RULES.iter().any(|rule| rule.id == id);
    judged.idle = suppress(template, &mut judged.findings, context.today, context.peers, &ran);
}

/// Judges nested stacks, whose paths start at the folder of `root`. What a child's own text is
/// faulty in is told when it is judged itself.
fn nested(root: &str, stacks: &[Nested], context: &Context<'_>, session: &mut Session<'_>, out: &mut Judged) {
    for stack in stacks {
        let file = beside(root, &stack.path);
        // It was recognised when it was looked into.
        let Ok(template) = recognise(&stack.document) else { continue };
        let mut judged = judge_resolved(&file, &template, &stack.resolved, session);
        finish(&template, context, session, &mut judged);
        out.resources += judged.resources;
        out.passed += judged.passed;
        out.findings.append(&mut judged.findings);
        nested(root, &stack.resolved.nested, context, session, out);
    }
}

/// The name of a file that lies at `path` from the folder of another.
fn beside(file: &str, path: &str) -> String {
    match file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{path}"),
        None => path.to_owned(),
    }
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
    all: &Neighbourhood<'_>,
    record: &ResourceRecord,
    session: &mut Session<'_>,
    out: &mut Vec<Finding>,
) -> u64 {
    let mut found = Vec::new();
    let mut passed = None;
    for variant in &record.variants {
        let world = TemplateWorld::new(all, record, &variant.under);
        let subject = TreeRecord::new(&record.kind, &variant.root);
        let (findings, content) = world.judge(session, &subject);
        found.push((variant, findings));
        passed = Some(passed.map_or(content, |least: u64| least.min(content)));
    }
    let passed = passed.unwrap_or(0);
    let mut hits = hits(found, |finding| location(file, template.document, record.id_span, finding.place));
    if hits.is_empty() {
        return passed;
    }
    // A violation in one variant says more than not knowing in another.
    let violated: Vec<RuleIx> =
        hits.iter().filter(|hit| hit.finding.outcome == Outcome::Violation).map(|hit| hit.rule).collect();
    hits.retain(|hit| hit.finding.outcome == Outcome::Violation || !violated.contains(&hit.rule));
    let all: Vec<&Conditions> =
        record.variants.iter().flat_map(|variant| &variant.under).chain(&record.absent_under).collect();
    // What a transform makes has no declaration of its own to mend, but that of what it is made of.
    let id = record.made_from.as_ref().map_or(&record.id, |source| &source.id);
    let declared = template.resources.iter().find(|resource| resource.id() == id);
    for Hit { mut finding, under, .. } in hits {
        let others: Vec<&Conditions> =
            all.iter().filter(|one| !under.iter().any(|held| std::ptr::eq(*held, **one))).copied().collect();
        if let Some(source) = &record.made_from {
            // What the author wrote, and not what a transform makes of it, is what they know.
            finding.subject.id = Some(source.id.clone());
            finding.subject.kind = source.kind.clone();
        }
        finding.when = describe(&under, &others);
        if let Some(resource) = declared.filter(|_| in_every_variant(record, &under)) {
            finding.text_edits = match &record.made_from {
                None => text_edits(template.document, resource.entry, &finding.edits),
                Some(source) => {
                    let edits = as_written(&source.kind, &record.kind, &finding.edits);
                    text_edits(template.document, resource.entry, &edits)
                }
            };
        }
        finding.location = Some(location(file, template.document, record.id_span, finding.place));
        // The same logical id in another template is another resource.
        finding.fingerprint = fingerprint_within(&finding.fingerprint, file);
        out.push(finding);
    }
    passed
}

/// Whether something holds however the template's conditions turn out. A change of the text is one
/// of every variant.
fn in_every_variant(record: &ResourceRecord, under: &[&Conditions]) -> bool {
    let holds = |one: &Conditions| under.iter().any(|held| std::ptr::eq(*held, one));
    record.variants.iter().flat_map(|variant| &variant.under).all(holds)
}

/// What was found in the variants of a resource, each thing once.
fn hits<'r>(
    found: Vec<(&'r Variant, Vec<(RuleIx, Finding)>)>,
    location: impl Fn(&Finding) -> Location,
) -> Vec<Hit<'r>> {
    let several = |rule: RuleIx| {
        found.iter().any(|(_, findings)| findings.iter().filter(|(ix, _)| *ix == rule).count() > 1)
    };
    let split: Vec<RuleIx> =
        found.iter().flat_map(|(_, list)| list.iter().map(|(ix, _)| *ix)).filter(|ix| several(*ix)).collect();
    let mut hits: Vec<Hit<'_>> = Vec::new();
    for (variant, findings) in found {
        for (rule, mut finding) in findings {
            // A rule that finds several items numbers them by variant: there the place tells.
            let same = |hit: &Hit<'_>| match split.contains(&rule) {
                true => {
                    hit.finding.message == finding.message && location(&hit.finding) == location(&finding)
                }
                false => hit.finding.fingerprint == finding.fingerprint,
            };
            let of_rule = |hit: &&mut Hit<'_>| hit.rule == rule && hit.finding.outcome == finding.outcome;
            if let Some(hit) = hits.iter_mut().filter(of_rule).find(|hit| same(hit)) {
                hit.under.extend(&variant.under);
                if hit.finding.edits != finding.edits {
                    hit.finding.edits.clear();
                }
                continue;
            }
            if hits.iter().any(|hit| hit.finding.fingerprint == finding.fingerprint) {
                let place = location(&finding).path.unwrap_or_default();
                finding.fingerprint = fingerprint_within(&finding.fingerprint, &place);
            }
            hits.push(Hit { rule, finding, under: variant.under.iter().collect() });
        }
    }
    hits
}
