//! What a template's author decided not to act on, as comments and as metadata says so.
//!
//! Ours asks for a reason and may end at a day. The forms of cfn-guard, checkov, cfn_nag, trivy, KICS
//! and cfn-lint are understood too; their rules are looked up in a table of peers.

use eyas_engine::finding::{Finding, Ignored, Location};
use jiff::civil::Date;

use crate::document::{Document, Span};
use crate::template::Template;

mod comments;
mod metadata;
mod peers;

pub use peers::Peers;

/// A request to ignore findings.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Request {
    /// Ids of rules, ours; `*` for all.
    rules: Vec<String>,
    /// As the author wrote it.
    written: String,
    /// `comment` or `metadata`.
    by: &'static str,
    reason: Option<String>,
    until: Option<Date>,
    /// What it covers; `None` for the whole template.
    covers: Option<Span>,
    /// Where it is written.
    at: Span,
    /// Whether it is in our form, which is held to its rules.
    own: bool,
}

/// A request of ours that ignores nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// Where it is written: line and column, from 1.
    pub line: u32,
    /// See `line`.
    pub column: u32,
    /// What it is about.
    pub what: String,
    /// Why it does nothing.
    pub why: IdleReason,
}

/// Why a request does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdleReason {
    /// Nothing matches it.
    Unused,
    /// It held until this day.
    Expired(Date),
    /// It gives no reason.
    NoReason,
}

/// Marks the findings that the template asks to ignore on this day, and says which requests did
/// nothing. `ran` tells whether a rule judged at all: what did not run cannot have matched.
pub fn suppress(
    template: &Template<'_>,
    findings: &mut [Finding],
    today: Date,
    peers: &Peers,
    ran: &dyn Fn(&str) -> bool,
) -> Vec<Idle> {
    let document = template.document;
    let mut requests = comments::requests(document, peers);
    requests.extend(metadata::requests(template, peers));
    let mut idle = Vec::new();
    for request in &requests {
        let why = match (&request.reason, request.until) {
            (None, _) if request.own => Some(IdleReason::NoReason),
            (_, Some(until)) if until < today => Some(IdleReason::Expired(until)),
            _ => {
                let used = mark(request, findings);
                let known = || request.rules.iter().any(|rule| rule == "*" || ran(rule));
                // That another tool's rule does not fire here is no fault.
                (!used && request.own && known()).then_some(IdleReason::Unused)
            }
        };
        idle.extend(why.map(|why| told(document, request, why)));
    }
    idle
}

/// Marks what the request covers; whether there was something.
fn mark(request: &Request, findings: &mut [Finding]) -> bool {
    let mut used = false;
    for finding in findings.iter_mut().filter(|finding| covers(request, finding)) {
        used = true;
        finding.ignored.get_or_insert_with(|| Ignored {
            by: request.by.to_owned(),
            reason: request.reason.clone(),
            until: request.until.map(|date| date.to_string()),
        });
    }
    used
}

fn covers(request: &Request, finding: &Finding) -> bool {
    let rule = request.rules.iter().any(|rule| rule == "*" || *rule == finding.rule.id);
    let within = |offset: u64, span: Span| u64::from(span.start) <= offset && offset < u64::from(span.end);
    rule && request.covers.is_none_or(|span| {
        let at = finding.location.as_ref().and_then(|Location { offset, .. }| *offset);
        let evidence = finding.evidence.iter().filter_map(|one| one.place.map(|p| u64::from(p.offset)));
        at.into_iter().chain(evidence).any(|offset| within(offset, span))
    })
}

fn told(document: &Document, request: &Request, why: IdleReason) -> Idle {
    let place = document.place(request.at);
    Idle { line: place.line, column: place.column, what: request.written.clone(), why }
}
