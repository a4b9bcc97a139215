//! Faults of the template itself as findings.

use std::sync::Arc;

use eyas_engine::eval::fingerprint_within;
use eyas_engine::finding::{Finding, Outcome, RuleInfo, Subject, TextEdit};

use super::Context;
use super::place::location;
use crate::document::{Document, Span};
use crate::schema::{SchemaFinding, SchemaRule, check};
use crate::template::Template;

/// What a template is called where a fault is of no single resource.
const TEMPLATE: &str = "AWS::CloudFormation::Template";

/// The faults of a template that are not switched off.
pub(super) fn findings(file: &str, template: &Template<'_>, context: &Context<'_>) -> Vec<Finding> {
    let found = check(template, context.inputs);
    let wanted = found.into_iter().filter(|fault| !(context.disabled)(fault.rule.id));
    wanted.map(|fault| finding(file, template.document, fault)).collect()
}

fn finding(file: &str, document: &Document, fault: SchemaFinding) -> Finding {
    let subject = match fault.resource {
        Some((id, kind)) => Subject { kind, id: Some(id), ..Subject::default() },
        None => Subject { kind: TEMPLATE.into(), ..Subject::default() },
    };
    let what = fingerprint_within(&fingerprint_within(fault.rule.id, &fault.path), &fault.message);
    let mut location = location(file, document, fault.span, None);
    location.path = Some(fault.path).filter(|path| !path.is_empty());
    let edit = fault.text_edit.map(|(span, text)| text_edit(document, span, text));
    let SchemaRule { id, title, severity, .. } = fault.rule;
    let rule = RuleInfo { id: (*id).to_owned(), title: (*title).to_owned(), ..RuleInfo::default() };
    Finding {
        fingerprint: fingerprint_within(&what, file),
        fix: fault.fix,
        subject,
        location: Some(location),
        text_edits: edit.into_iter().collect(),
        ..Finding::new(Arc::new(rule), Outcome::Violation, *severity, fault.message)
    }
}

fn text_edit(document: &Document, span: Span, text: String) -> TextEdit {
    let at = |offset| document.lines.line_column(&document.text, offset);
    let ((line, column), (end_line, end_column)) = (at(span.start), at(span.end));
    let len = span.end.saturating_sub(span.start);
    TextEdit { offset: span.start, len, line, column, end_line, end_column, text }
}
