//! Taking findings down.

use std::fmt::Display;

use super::near::{Near, near};
use super::{Checker, SchemaFinding, SchemaRule, place, rules};
use crate::document::Span;

/// For as many findings a nearest name is looked for, which takes time by the number of names.
pub(super) const MAX_SUGGESTIONS: usize = 200;

/// Longer names are not looked for.
const MAX_SUGGESTED: usize = 128;

/// More findings of one template than this are not told.
const MAX_FINDINGS: usize = 5_000;

/// Longer messages are cut.
const MAX_MESSAGE: usize = 500;

/// As many names are told where one of a set is due.
const MAX_NAMES: usize = 12;

impl<'t> Checker<'t> {
    /// Takes a finding down; what it returns can be completed with a fix and an edit.
    pub(super) fn report(
        &mut self,
        rule: &'static SchemaRule,
        span: Span,
        message: String,
    ) -> &mut SchemaFinding {
        let resource = self.current.map(|r| (r.id().clone(), r.kind.into()));
        let message = shortened(message);
        if self.found.len() > MAX_FINDINGS {
            self.found.pop();
        }
        let finding =
            SchemaFinding { rule, message, fix: None, resource, path: String::new(), span, text_edit: None };
        self.found.push(finding);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// As [`Checker::report`], for a name at `span` that should have been one of `known`; gives
    /// back which one was probably meant.
    pub(super) fn report_name<'n>(
        &mut self,
        rule: &'static SchemaRule,
        span: Span,
        message: String,
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> Option<&'n str> {
        let near = self.suggest(name, known.clone());
        // What a loop makes of a name is not what is written.
        let written = place::unquoted(self.template.document, span) == name;
        // The one property that is left is not what a strange name stands for.
        let telling = rule.id != rules::UNKNOWN_PROPERTY.id || known.clone().nth(1).is_some();
        let fix = (near.is_none() && telling).then(|| one_of(known)).flatten();
        let edit = near.as_ref().filter(|_| written);
        let edit =
            edit.map(|near| near.clone().map(|near| place::requoted(self.template.document, span, near)));
        let finding = self.report(rule, span, message);
        finding.fix = fix;
        finding.suggest(near.as_ref(), edit, span);
        near.map(|near| near.name)
    }

    /// Says of the last finding what is to be done, instead of the nearest name.
    pub(super) fn advise(&mut self, fix: &str) {
        if let Some(finding) = self.found.last_mut() {
            finding.fix = Some(fix.to_owned());
            finding.text_edit = None;
        }
    }

    /// The known name that was probably meant.
    pub(super) fn suggest<'n>(
        &mut self,
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> Option<Near<&'n str>> {
        (name.len() <= MAX_SUGGESTED && self.may_suggest()).then(|| near(name, known)).flatten()
    }

    /// The names to look for a nearest one in; none where there is no time left to.
    pub(super) fn candidates<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
        if self.suggestions == 0 { Vec::new() } else { names.collect() }
    }

    /// Whether there is time left to look for a nearest name.
    pub(super) fn may_suggest(&mut self) -> bool {
        let left = self.suggestions > 0;
        self.suggestions = self.suggestions.saturating_sub(1);
        left
    }

    /// The findings in the order of the text, each with its path, none twice.
    pub(super) fn finish(self) -> Vec<SchemaFinding> {
        let mut found = self.found;
        if found.len() > MAX_FINDINGS {
            found.truncate(MAX_FINDINGS);
            let start = self.template.document.root.span;
            let message = format!("the template has more faults than the {MAX_FINDINGS} that are told");
            found.push(SchemaFinding {
                rule: &rules::LIMITS,
                message,
                fix: None,
                resource: None,
                path: String::new(),
                span: Span { end: start.start, ..start },
                text_edit: None,
            });
        }
        found.sort_by(|a, b| (a.span, a.rule.id, &a.message).cmp(&(b.span, b.rule.id, &b.message)));
        found.dedup_by(|a, b| (a.span, a.rule.id, &a.message) == (b.span, b.rule.id, &b.message));
        let root = &self.template.document.root;
        for finding in &mut found {
            if finding.path.is_empty() {
                finding.path = place::path(root, finding.span);
            }
            if finding.resource.is_none() && finding.path.starts_with("Resources.") {
                let declared = root.get("Resources").and_then(|section| place::member(section, finding.span));
                let resource = declared.and_then(|entry| self.resources.get(entry.key.as_str()));
                finding.resource = resource.map(|resource| (resource.id().clone(), resource.kind.into()));
            }
        }
        found
    }
}

impl SchemaFinding {
    /// Tells the name that was probably meant, and writes `edit` at `span` where that is sure.
    pub(super) fn suggest<N: Display>(
        &mut self,
        near: Option<&Near<N>>,
        edit: Option<Near<String>>,
        span: Span,
    ) {
        if let Some(near) = near {
            self.fix = Some(format!("did you mean `{}`?", near.name));
        }
        self.text_edit = edit.filter(|edit| edit.sure).map(|edit| (span, edit.name));
    }
}

/// A message without the end that nobody would read.
fn shortened(mut message: String) -> String {
    if message.len() > MAX_MESSAGE {
        let end = (0..=MAX_MESSAGE).rev().find(|at| message.is_char_boundary(*at)).unwrap_or(0);
        message.truncate(end);
        message.push('…');
    }
    message
}

/// "one of `a`, `b`, `c`", unless there are too many.
pub(super) fn one_of<'n>(known: impl Iterator<Item = &'n str>) -> Option<String> {
    let known = known.filter(|name| name.len() <= MAX_SUGGESTED);
    let names: Vec<String> = known.take(MAX_NAMES + 1).map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => None,
        [only] => Some(format!("only {only} is possible")),
        names if names.len() <= MAX_NAMES => Some(format!("one of {}", names.join(", "))),
        _ => None,
    }
}
