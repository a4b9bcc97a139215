//! Rules and sequences: their keys, one by one, put together to what the engine takes.

use jiff::SignedDuration;
use smol_str::SmolStr;

use super::edits::with_vars;
use super::expr::{all, any, not};
use super::habits::unknown_record_type;
use super::lower::Lower;
use super::possible::contradictions;
use super::scope::{BoundVar, Scope};
use super::shared::Shared;
use super::template::Around;
use crate::checked::{Expr, Having, Let, Rule, Severity, SeverityRule, Template, TemplatePart, Window};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::resolve::Entry;
use crate::source::Span;
use crate::syntax::ast::{self, Doc, Ident, Operand, OperandKind, RuleKey, RuleValue};

/// The first line of a doc comment and the rest; the name in plain words where there is none.
pub(super) fn title_and_doc(doc: Option<&Doc>, name: &str) -> (String, String) {
    let lines = doc.map(|d| d.lines.as_slice()).unwrap_or_default();
    let title = lines.first().map(|l| l.trim().trim_end_matches('.')).unwrap_or_default();
    let rest = lines.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join("\n");
    let title = if title.is_empty() { name.replace('_', " ") } else { title.to_owned() };
    (title, rest.trim().to_owned())
}

/// A key that stands twice.
pub(super) fn repeated(key: &Ident, first: Span) -> Diagnostic {
    Diagnostic::new(Code::DuplicateKey, key.span, format!("`{}` is given twice", key.name))
        .also(first, "given first here")
        .help("keep one of them")
}

/// Checks a rule; `None` where it is broken.
pub(crate) fn check<'a>(
    sh: &Shared<'a>,
    entry: &Entry<'a>,
    rule: &ast::Rule,
    is_sequence: bool,
) -> Option<Rule> {
    let Some(record) = sh.catalog.record_type(&rule.record.text) else {
        sh.sink.push(unknown_record_type(sh.catalog, &rule.record.text, rule.record.span));
        return None;
    };
    let mut lower = Lower::new(sh, record);
    lower.broken = entry.broken;
    let mut checker = RuleChecker { lower, entry, rule, is_sequence, scope: Scope::root(entry.file) };
    let out = checker.run();
    if checker.lower.broken {
        return None;
    }
    let mut warnings = Vec::new();
    contradictions(
        &all(vec![out.scope.clone().unwrap_or(Expr::Const(true)), out.when.clone()]),
        &mut warnings,
        rule.name.span,
        &rule.name.name,
    );
    warnings.into_iter().for_each(|w| sh.sink.push(w));
    Some(out)
}

/// Puts a rule together from its keys.
pub(super) struct RuleChecker<'r, 's, 'a> {
    pub(super) lower: Lower<'s, 'a>,
    pub(super) entry: &'r Entry<'a>,
    pub(super) rule: &'r ast::Rule,
    pub(super) is_sequence: bool,
    scope: Scope<'r>,
}

impl RuleChecker<'_, '_, '_> {
    fn run(&mut self) -> Rule {
        self.check_keys();
        let lets = self.lets();
        let (scope, when, steps) = self.conditions();
        let severity = self.severity();
        let window = self.window(&steps);
        let dedup = self.dedup();
        let within_text = self.rule.keys.iter().find_map(|k| match &k.value {
            RuleValue::Within(operand) => plain_text(operand),
            _ => None,
        });
        let around = Around {
            grouped: window.is_some() && !self.is_sequence,
            within: within_text.as_deref(),
            steps: step_names(self.rule),
        };
        let witnesses = std::mem::take(&mut self.lower.witnesses);
        let (title, doc) = title_and_doc(self.entry.decl.doc.as_ref(), &self.rule.name.name);
        let title = self.rule.display_name.clone().unwrap_or(title);
        let mut message = None;
        let mut fix = None;
        for key in &self.rule.keys {
            match &key.value {
                RuleValue::Message(t) => message = Some(self.template(t, &around, &witnesses)),
                RuleValue::Fix(t) => fix = Some(self.template(t, &around, &witnesses)),
                _ => {}
            }
        }
        let edits = self.edits(&when, &witnesses);
        self.warn_unread_lets();
        let names = &self.lower.sh.names;
        Rule {
            id: names.id(self.entry),
            package: names.package(self.entry.file).clone(),
            message: message.unwrap_or_else(|| Template { parts: vec![TemplatePart::Text(title.clone())] }),
            title,
            doc,
            record: self.lower.record.name.clone(),
            plane: self.lower.record.plane,
            severity,
            scope,
            when,
            lets,
            fix,
            edits,
            maps: self.maps(),
            tags: self.words(|v| match v {
                RuleValue::Tags(list) => Some(list),
                _ => None,
            }),
            refs: self
                .words(|v| match v {
                    RuleValue::Refs(list) => Some(list),
                    _ => None,
                })
                .into_iter()
                .map(String::from)
                .collect(),
            enabled: self.enabled(),
            window,
            dedup,
            name_span: self.rule.name.span,
            span: self.entry.decl.span,
            var_count: self.lower.var_count(),
        }
    }

    pub(super) fn key(&self, pick: impl Fn(&RuleValue) -> bool) -> Option<&RuleKey> {
        self.rule.keys.iter().find(|k| pick(&k.value))
    }

    fn lets(&mut self) -> Vec<Let> {
        let mut out = Vec::new();
        for key in &self.rule.keys {
            if let RuleValue::Let { name, cel } = &key.value {
                if self.lower.record.shape.field(&name.name).is_some() {
                    self.lower.report(
                        Diagnostic::new(
                            Code::ShadowedName,
                            name.span,
                            format!("the field `{}` hides this `let` of that name", name.name),
                        )
                        .help("give the `let` another name"),
                    );
                }
                let program = self.lower.cel(cel, &self.scope);
                // A `let` sees those before it; a broken one is still a known name.
                self.lower.lets.push(name.name.clone());
                if let Some(cel) = program {
                    out.push(Let { name: name.name.clone(), cel });
                }
            }
        }
        out
    }

    fn warn_unread_lets(&mut self) {
        // A key with an error may have been the one that reads it.
        if self.lower.broken {
            return;
        }
        let lets = self.rule.keys.iter().filter_map(|k| match &k.value {
            RuleValue::Let { name, .. } => Some(name),
            _ => None,
        });
        for (i, name) in lets.enumerate() {
            if !self.lower.lets_read.contains(&i) {
                self.lower.report(
                    Diagnostic::new(
                        Code::UnusedName,
                        name.span,
                        format!("nothing reads the `let` `{}`", name.name),
                    )
                    .help("delete it, or use it in the condition or the message"),
                );
            }
        }
    }

    /// `where`, `when` with its exceptions, and the steps of a sequence.
    fn conditions(&mut self) -> (Option<Expr>, Expr, Vec<(SmolStr, Expr)>) {
        let mut scope = None;
        let mut when = Vec::new();
        let mut steps = Vec::new();
        let mut exceptions = Vec::new();
        for key in &self.rule.keys {
            match &key.value {
                RuleValue::Where(e) => scope = Some(self.lower.cond(e, &self.scope)),
                RuleValue::When(e) => when.push(self.lower.cond(e, &self.scope)),
                RuleValue::Step { name, when } => {
                    steps.push((name.name.clone(), self.lower.cond(when, &self.scope)));
                }
                RuleValue::Except(e) => exceptions.push(self.lower.except(e, &self.scope)),
                RuleValue::Error => self.lower.broken = true,
                _ => {}
            }
        }
        if self.is_sequence {
            when.push(any(steps.iter().map(|(_, e)| e.clone()).collect()));
        }
        if !exceptions.is_empty() {
            when.push(not(any(exceptions)));
        }
        (scope, all(when), steps)
    }

    fn severity(&mut self) -> SeverityRule {
        let mut out = SeverityRule { cases: Vec::new(), otherwise: Severity::Medium };
        let Some(RuleKey { value: RuleValue::Severity(severity), .. }) =
            self.rule.keys.iter().find(|k| matches!(k.value, RuleValue::Severity(_)))
        else {
            return out;
        };
        for (level, cond) in &severity.cases {
            let cond = self.lower.cond(cond, &self.scope);
            if let Some(level) = self.level(level) {
                out.cases.push((level, cond));
            }
        }
        out.otherwise = self.level(&severity.otherwise).unwrap_or(Severity::Medium);
        out
    }

    fn level(&mut self, operand: &Operand) -> Option<Severity> {
        let text = plain_text(operand);
        let level = text.as_deref().and_then(Severity::parse);
        if level.is_none() {
            let written = self.lower.sh.sources.text(operand.span).to_owned();
            let names = Severity::ALL.iter().map(|s| s.as_str());
            self.lower.report(
                Diagnostic::new(Code::BadSeverity, operand.span, format!("no severity `{written}`"))
                    .did_you_mean(nearest(&written, names))
                    .help("severities are critical, high, medium, low and info; Falco's priorities work too"),
            );
        }
        level
    }

    fn window(&mut self, steps: &[(SmolStr, Expr)]) -> Option<Window> {
        let mut group = Vec::new();
        let mut within: Option<SignedDuration> = None;
        let mut having: Option<Having> = None;
        for key in &self.rule.keys {
            match &key.value {
                RuleValue::Group(fields) => group = self.lower.key_terms(fields, &self.scope),
                RuleValue::Within(length) => within = self.lower.window_length(length, &self.scope),
                RuleValue::Having(e) if !self.is_sequence => having = self.lower.having(e, &self.scope),
                _ => {}
            }
        }
        Some(Window { group, within: within?, steps: steps.to_vec(), having })
    }

    fn dedup(&mut self) -> Option<crate::checked::Dedup> {
        self.rule
            .keys
            .iter()
            .find_map(|k| match &k.value {
                RuleValue::Dedup { by, window } => Some((by, window)),
                _ => None,
            })
            .and_then(|(by, window)| self.lower.dedup(by, window, &self.scope))
    }

    /// A message sees the variables of `any`: their first witness.
    fn template(
        &mut self,
        template: &ast::Template,
        around: &Around<'_>,
        witnesses: &[BoundVar],
    ) -> Template {
        let lower = &mut self.lower;
        with_vars(self.scope, witnesses, &mut |scope| lower.template(template, around, scope))
    }

    /// Changes start at properties or at the variables of `any`.
    fn edits(&mut self, when: &Expr, witnesses: &[BoundVar]) -> Vec<crate::checked::Edit> {
        let mut out = Vec::new();
        for key in &self.rule.keys {
            if let RuleValue::Edit(edit) = &key.value {
                let lower = &mut self.lower;
                out.extend(with_vars(self.scope, witnesses, &mut |scope| {
                    lower.edits(edit, key.span, when, scope)
                }));
            }
        }
        out
    }

    fn maps(&mut self) -> Vec<SmolStr> {
        let mut out = Vec::new();
        for key in &self.rule.keys {
            let RuleValue::Maps(list) = &key.value else { continue };
            for operand in list {
                let text = plain_text(operand).unwrap_or_default();
                let shaped = text.split_once('/').is_some_and(|(framework, id)| {
                    let framework_ok = framework
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
                    framework_ok && !framework.is_empty() && !id.is_empty()
                });
                if shaped {
                    out.push(SmolStr::from(text));
                } else {
                    let written = self.lower.sh.sources.text(operand.span).to_owned();
                    self.lower.report(
                        Diagnostic::new(Code::BadValue, operand.span, format!("`{written}` is no mapping"))
                            .help("write the framework and the id: `attack/T1190`, `cis_aws_7_0/6.2`"),
                    );
                }
            }
        }
        out
    }

    fn words(&mut self, pick: impl Fn(&RuleValue) -> Option<&Vec<Operand>>) -> Vec<SmolStr> {
        let mut out = Vec::new();
        for operand in self.rule.keys.iter().filter_map(|k| pick(&k.value)).flatten() {
            match plain_text(operand) {
                Some(text) => out.push(SmolStr::from(text)),
                None => {
                    let written = self.lower.sh.sources.text(operand.span).to_owned();
                    self.lower.report(Diagnostic::new(
                        Code::BadValue,
                        operand.span,
                        format!("`{written}` is not text"),
                    ));
                }
            }
        }
        out
    }

    fn enabled(&mut self) -> bool {
        let operand = self.rule.keys.iter().find_map(|k| match &k.value {
            RuleValue::Enabled(operand) => Some(operand),
            _ => None,
        });
        let Some(operand) = operand else { return true };
        match plain_text(operand).as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => {
                let written = self.lower.sh.sources.text(operand.span).to_owned();
                self.lower.report(Diagnostic::new(
                    Code::BadValue,
                    operand.span,
                    format!("`enabled` is `true` or `false`, not `{written}`"),
                ));
                true
            }
        }
    }
}

pub(super) fn step_names(rule: &ast::Rule) -> Vec<&Ident> {
    rule.keys
        .iter()
        .filter_map(|k| match &k.value {
            RuleValue::Step { name, .. } => Some(name),
            _ => None,
        })
        .collect()
}

/// The text of an operand that stands for text whatever it looks like.
fn plain_text(operand: &Operand) -> Option<String> {
    match &operand.kind {
        OperandKind::Text(text) => Some(text.clone()),
        OperandKind::Word(word) => Some(word.to_string()),
        OperandKind::Path(path) => Some(path.text()),
        _ => None,
    }
}
