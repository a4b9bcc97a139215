//! The keys of rules and patterns, with their values in one column.

use crate::syntax::ast::*;

use super::page::Page;

/// Where keys start.
const INDENT: usize = 2;
/// Where values start: after the longest key, `severity`.
const VALUE: usize = 12;

impl Page<'_> {
    /// `key:` and the blanks up to its value.
    fn label(&mut self, key: &Ident) {
        self.push(&format!("{:<width$}", format!("{}:", key.name), width = VALUE - INDENT - 1));
        self.push(" ");
    }

    pub(super) fn rule_key(&mut self, key: &RuleKey) {
        self.item(key.span.start, INDENT, false);
        match &key.value {
            RuleValue::Let { name, cel } => {
                let cel = self.cel(cel);
                self.push(&format!("let {} = {cel}", name.name));
            }
            RuleValue::Step { name, when } => {
                self.push(&format!("step {}: ", name.name));
                self.condition_value(when, INDENT + 2);
            }
            RuleValue::Except(except) => self.except(except, key),
            RuleValue::Edit(edit) => self.edit(edit),
            value => {
                self.label(&key.key);
                self.labelled(value, key);
            }
        }
        self.wrote(key.span);
    }

    /// The value of a key with a colon.
    fn labelled(&mut self, value: &RuleValue, key: &RuleKey) {
        match value {
            RuleValue::Severity(severity) => self.severity(severity),
            RuleValue::Where(when) | RuleValue::When(when) | RuleValue::Having(when) => {
                self.condition_value(when, VALUE);
            }
            RuleValue::Group(fields) => {
                let fields = self.operands(fields);
                self.push(&fields);
            }
            RuleValue::Within(operand) | RuleValue::Enabled(operand) => self.value(operand, INDENT),
            RuleValue::Dedup { by, window } => {
                if !by.is_empty() {
                    let by = self.operands(by);
                    self.push(&format!("{by} for "));
                }
                self.value(window, INDENT);
            }
            RuleValue::Message(template) | RuleValue::Fix(template) => {
                let template = self.template(template);
                self.push(&template);
            }
            RuleValue::Maps(items) | RuleValue::Tags(items) | RuleValue::Refs(items) => {
                self.list(items, key.span, ('[', ']'), INDENT);
            }
            // Written by `rule_key`, or not part of a file without errors.
            RuleValue::Let { .. }
            | RuleValue::Step { .. }
            | RuleValue::Except(_)
            | RuleValue::Edit(_)
            | RuleValue::Error => {}
        }
    }

    fn edit(&mut self, edit: &Edit) {
        let path = self.steps(&edit.path.node.segments, true);
        self.push(&format!("{} {path}", edit.kind.as_str()));
        if let Some(value) = &edit.value {
            self.push(" = ");
            self.data(value, INDENT);
        }
        let Some(when) = &edit.when else { return };
        let flat = format!(" if {}", self.flat(when));
        if !self.has_comments(when.span) && self.fits(&flat, 0) {
            self.push(&flat);
            return;
        }
        self.comments_before(when.span.start, INDENT + 2);
        self.line(INDENT + 2);
        self.push("if ");
        self.condition(when, INDENT + 5);
    }

    /// A condition after its key, with the comments that stand between the two above it.
    fn condition_value(&mut self, when: &Expr, indent: usize) {
        if self.has_comments_before(when.span.start) {
            self.comments_before(when.span.start, indent);
            self.line(indent);
        }
        self.condition(when, indent);
    }

    fn severity(&mut self, severity: &Severity) {
        let mut flat = String::new();
        for (level, when) in &severity.cases {
            flat.push_str(&format!("{} if {}, ", self.operand(level), self.flat(when)));
        }
        let otherwise = self.operand(&severity.otherwise);
        if severity.cases.is_empty() {
            self.push(&otherwise);
            return;
        }
        flat.push_str(&format!("otherwise {otherwise}"));
        if !self.has_comments(severity.otherwise.span) && self.fits(&flat, 0) {
            self.push(&flat);
            return;
        }
        for (i, (level, when)) in severity.cases.iter().enumerate() {
            if i > 0 {
                self.comments_before(level.span.start, VALUE);
                self.line(VALUE);
            }
            let level = self.operand(level);
            self.push(&format!("{level} if "));
            self.condition(when, VALUE + 2);
            self.push(",");
        }
        self.comments_before(severity.otherwise.span.start, VALUE);
        self.line(VALUE);
        self.push(&format!("otherwise {otherwise}"));
    }

    fn except(&mut self, except: &Except, key: &RuleKey) {
        let fields: Vec<String> = except
            .fields
            .iter()
            .map(|(field, op)| match op {
                Some(op) => format!("{} {}", self.operand(field), op.node.as_str()),
                None => self.operand(field),
            })
            .collect();
        self.push(&format!("except {}({}) in ", except.name.name, fields.join(", ")));
        self.list(&except.rows, key.span, ('[', ']'), INDENT);
    }

    pub(super) fn pattern_key(&mut self, key: &PatternKey) {
        self.item(key.span.start, INDENT, false);
        self.label(&key.key);
        let lists = !matches!(key.key.name.as_str(), "regex" | "entropy");
        match key.values.as_slice() {
            [one] if !lists => self.value(one, INDENT),
            items => self.list(items, key.span, ('[', ']'), INDENT),
        }
        self.wrote(key.span);
    }

    /// A literal; lists stand in brackets.
    pub(super) fn value(&mut self, operand: &Operand, indent: usize) {
        match &operand.kind {
            OperandKind::List(items) => self.list(items, operand.span, ('[', ']'), indent),
            _ => {
                let flat = self.operand(operand);
                self.push(&flat);
            }
        }
    }
}
