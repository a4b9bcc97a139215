//! The keys of a rule: which are missing, repeated or in the wrong place.

use super::rule::{RuleChecker, repeated, step_names};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{Ident, RuleValue};

/// Keys that may stand several times.
fn may_repeat(value: &RuleValue) -> bool {
    matches!(
        value,
        RuleValue::Let { .. }
            | RuleValue::Step { .. }
            | RuleValue::Except(_)
            | RuleValue::Edit(_)
            | RuleValue::Error
    )
}

impl RuleChecker<'_, '_, '_> {
    /// Repeated, missing and misplaced keys.
    pub(super) fn check_keys(&mut self) {
        for (i, key) in self.rule.keys.iter().enumerate() {
            if may_repeat(&key.value) {
                continue;
            }
            if let Some(first) = self.rule.keys.iter().take(i).find(|k| k.key.name == key.key.name) {
                self.lower.report(repeated(&key.key, first.key.span));
            }
        }
        let named: Vec<(&str, &Ident)> = self
            .rule
            .keys
            .iter()
            .filter_map(|k| match &k.value {
                RuleValue::Let { name, .. } => Some(("let", name)),
                RuleValue::Step { name, .. } => Some(("step", name)),
                RuleValue::Except(e) => Some(("except", &e.name)),
                _ => None,
            })
            .collect();
        for (i, (what, name)) in named.iter().enumerate() {
            if let Some((_, first)) = named.iter().take(i).find(|(w, n)| w == what && n.name == name.name) {
                self.lower.report(
                    Diagnostic::new(
                        Code::DuplicateName,
                        name.span,
                        format!("`{what} {}` is declared twice in this rule", name.name),
                    )
                    .also(first.span, "declared first here"),
                );
            }
        }
        self.check_missing();
        self.check_placed();
    }

    fn check_missing(&mut self) {
        // What could not be read may be the very key that is missing.
        if self.entry.broken || self.key(|v| matches!(v, RuleValue::Error)).is_some() {
            return;
        }
        let what = if self.is_sequence { "sequence" } else { "rule" };
        let mut missing = Vec::new();
        if self.key(|v| matches!(v, RuleValue::Severity(_))).is_none() {
            missing.push(("severity", "add `severity:` with critical, high, medium, low or info"));
        }
        if self.is_sequence {
            if step_names(self.rule).len() < 2 {
                missing.push(("second `step`", "a sequence needs at least two `step NAME: CONDITION` lines"));
            }
            if self.key(|v| matches!(v, RuleValue::Within(_))).is_none() {
                missing.push((
                    "within",
                    "add `within:` with the longest time the steps may take, such as `15m`",
                ));
            }
        } else if self.key(|v| matches!(v, RuleValue::When(_))).is_none() {
            missing.push(("when", "add `when:` with the condition that is the violation"));
        }
        let is_grouped = self.key(|v| matches!(v, RuleValue::Group(_) | RuleValue::Having(_))).is_some();
        if !self.is_sequence && is_grouped && self.key(|v| matches!(v, RuleValue::Within(_))).is_none() {
            missing.push(("within", "counting over several records needs a window, such as `within: 10m`"));
        }
        let is_window = self.key(|v| matches!(v, RuleValue::Within(_))).is_some();
        if !self.is_sequence && is_window && self.key(|v| matches!(v, RuleValue::Having(_))).is_none() {
            missing.push(("having", "a window needs what must hold over it, such as `having: count >= 5`"));
        }
        for (key, help) in missing {
            let key = if key.contains('`') { key.to_owned() } else { format!("`{key}`") };
            self.lower.report(
                Diagnostic::new(
                    Code::MissingKey,
                    self.rule.name.span,
                    format!("the {what} `{}` has no {key}", self.rule.name.name),
                )
                .help(help),
            );
        }
    }

    fn check_placed(&mut self) {
        for key in &self.rule.keys {
            let (misplaced, help) = match &key.value {
                RuleValue::Step { .. } => (!self.is_sequence, "`step` belongs in a `sequence`"),
                RuleValue::Having(_) => (self.is_sequence, "the steps of a sequence say what must happen"),
                RuleValue::When(_) => (self.is_sequence, "put the condition into the steps, or into `where`"),
                _ => (false, ""),
            };
            if misplaced {
                let what = if self.is_sequence { "a sequence" } else { "a rule" };
                self.lower.report(
                    Diagnostic::new(
                        Code::MisplacedKey,
                        key.key.span,
                        format!("{what} has no `{}`", key.key.name),
                    )
                    .help(help),
                );
            }
        }
    }
}
