//! Lowering of rules: conditions, messages and the values they read.

use std::sync::{Arc, OnceLock};

use eyas_lang::catalog::{Extract, Plane, Step};
use eyas_lang::checked::{CelProgram, Expr, FieldUse, Quant, Rule, Template, TemplatePart, Term};
use eyas_lang::source::{Sources, Span};
use eyas_lang::types::Type;
use eyas_lang::value::Fetched;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::index::Index;
use super::key::Key;
use super::{
    Message, MessagePart, Node, PlannedCel, PlannedQuant, PlannedRule, Slot, SlotKind, TypePlan, Value,
};
use crate::finding::RuleInfo;

/// Collects what the rules of one record type share.
pub(super) struct Builder<'s> {
    pub(super) plan: TypePlan,
    pub(super) sources: &'s Sources,
    slots: FxHashMap<Vec<u8>, u32>,
    pub(super) atoms: FxHashMap<Vec<u8>, u32>,
    /// The slots of the `let`s of the rule at hand.
    lets: Vec<u32>,
}

impl<'s> Builder<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self {
            plan: TypePlan::default(),
            sources,
            slots: FxHashMap::default(),
            atoms: FxHashMap::default(),
            lets: Vec::new(),
        }
    }

    /// The plan, its rules listed by what they ask for; `rules` are those of all types.
    pub(super) fn finish(mut self, rules: &[PlannedRule]) -> TypePlan {
        self.plan.index = Index::new(&self.plan, rules);
        self.plan
    }

    pub(super) fn rule(&mut self, rule: &Arc<Rule>) -> PlannedRule {
        self.plan.silent = rule.plane != Plane::Resource;
        self.lets.clear();
        for one in &rule.lets {
            let cel = self.cel(&one.cel);
            let needs = reads_needs(&cel);
            let slot = self.push_slot(SlotKind::Cel(cel), needs);
            self.lets.push(slot);
        }
        let severity = rule.severity.cases.iter().map(|(s, c)| (*s, self.condition(c))).collect();
        let scope = rule.scope.as_ref().map(|s| self.condition(s));
        let when = self.condition(&rule.when);
        let quantified = scope.iter().chain([&when]).any(Node::is_quantified);
        PlannedRule {
            rule: rule.clone(),
            info: Arc::new(RuleInfo::of(rule)),
            violation: OnceLock::new(),
            quantified,
            scope,
            when,
            severity,
            message: self.message(&rule.message),
            fix: rule.fix.as_ref().map(|f| self.message(f)),
            edits: rule.edits.iter().map(|e| e.when.as_ref().map(|c| self.condition(c))).collect(),
            lets: self.lets.clone(),
        }
    }

    pub(super) fn condition(&mut self, expr: &Expr) -> Node {
        match expr {
            Expr::Const(b) => Node::Const(*b),
            Expr::All(each) => self.all(each),
            Expr::Any(each) => self.any(each),
            Expr::Not(of) => match self.condition(of) {
                Node::Const(b) => Node::Const(!b),
                node => Node::Not(Box::new(node)),
            },
            Expr::Atom(atom) => self.atom(atom),
            Expr::Quant(quant) => Node::Quant(Box::new(self.quant(quant))),
        }
    }

    fn all(&mut self, each: &[Expr]) -> Node {
        let mut out = Vec::with_capacity(each.len());
        for one in each {
            match self.condition(one) {
                Node::Const(true) => {}
                Node::Const(false) => return Node::Const(false),
                Node::All(inner) => out.extend(inner),
                node => out.push(node),
            }
        }
        match out.len() {
            0 => Node::Const(true),
            1 => out.remove(0),
            _ => Node::All(out),
        }
    }

    fn any(&mut self, each: &[Expr]) -> Node {
        let mut out = Vec::with_capacity(each.len());
        for one in each {
            match self.condition(one) {
                Node::Const(false) => {}
                Node::Const(true) => return Node::Const(true),
                Node::Any(inner) => out.extend(inner),
                node => out.push(node),
            }
        }
        match out.len() {
            0 => Node::Const(false),
            1 => out.remove(0),
            _ => Node::Any(out),
        }
    }

    fn quant(&mut self, quant: &Quant) -> PlannedQuant {
        let list = self.value(&quant.list);
        PlannedQuant {
            kind: quant.kind,
            var: quant.var,
            name: quant.name.clone(),
            needs: needs_of([&list]),
            list,
            body: self.condition(&quant.body),
            count: quant.count,
            text: self.text(quant.span),
            span: quant.span,
            source: quant.list.clone(),
        }
    }

    /// The rule's own text, on one line.
    pub(super) fn text(&self, span: Span) -> SmolStr {
        let text = self.sources.text(span);
        let spaced = text.as_bytes().windows(2).any(|pair| pair == b"  ");
        if !spaced && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return text.trim().into();
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").into()
    }

    pub(super) fn value(&mut self, term: &Term) -> Value {
        match term {
            Term::Const(value) => Value::Const(Fetched::Present(value.clone())),
            Term::Field(field) => self.field(field),
            Term::Var { var, path, ty, .. } => Value::Var { var: *var, path: path.clone(), ty: ty.clone() },
            Term::Call { function, args, .. } => {
                let args: Vec<Value> = args.iter().map(|a| self.value(a)).collect();
                self.call(function, args)
            }
            Term::Project { base, path, ty } => {
                let base = self.value(base);
                self.project(base, path.clone(), ty.clone())
            }
            Term::List(items) => Value::List(items.iter().map(|i| self.value(i)).collect()),
            Term::Let(index) => match self.lets.get(*index as usize) {
                Some(slot) => Value::Slot(*slot),
                // INVARIANT: the checker numbers a rule's lets in their order.
                None => Value::Const(Fetched::Absent),
            },
            Term::Context(name) => Value::Slot(self.slot(SlotKind::Context(name.clone()), Vec::new())),
            Term::Unknown(why) => Value::Const(Fetched::Unknown(why.clone())),
            Term::Resources { record, everywhere } => {
                let kind = SlotKind::Resources { record: record.clone(), everywhere: *everywhere };
                Value::Slot(self.slot(kind, Vec::new()))
            }
        }
    }

    fn field(&mut self, field: &FieldUse) -> Value {
        let ty = field.ty.clone();
        let kind = match &*field.at {
            Extract::Path(base) => {
                let path: Vec<Step> = base.iter().chain(&field.path).cloned().collect();
                if let ([Step::Key(key)], true) = (path.as_slice(), field.dispatch)
                    && !self.plan.keys.contains(key)
                {
                    self.plan.keys.push(key.clone());
                    self.plan.keys.sort_unstable();
                }
                SlotKind::Path { path, ty }
            }
            at => SlotKind::Field { at: at.clone(), path: field.path.clone(), ty },
        };
        Value::Slot(self.slot(kind, Vec::new()))
    }

    fn call(&mut self, function: &'static eyas_lang::functions::Function, args: Vec<Value>) -> Value {
        if args.iter().any(has_var) {
            return Value::Call { function, args };
        }
        let needs = needs_of(&args);
        Value::Slot(self.slot(SlotKind::Call { function, args }, needs))
    }

    fn project(&mut self, base: Value, path: Vec<Step>, ty: Type) -> Value {
        if has_var(&base) {
            return Value::Project { base: Box::new(base), path, ty };
        }
        let needs = needs_of([&base]);
        Value::Slot(self.slot(SlotKind::Project { base, path, ty }, needs))
    }

    /// The slot of this kind, perhaps one that is there already.
    fn slot(&mut self, kind: SlotKind, needs: Vec<u32>) -> u32 {
        let Some(key) = Key::new().of_slot(&kind) else { return self.push_slot(kind, needs) };
        if let Some(slot) = self.slots.get(&key) {
            return *slot;
        }
        let slot = self.push_slot(kind, needs);
        self.slots.insert(key, slot);
        slot
    }

    fn push_slot(&mut self, kind: SlotKind, needs: Vec<u32>) -> u32 {
        self.plan.slots.push(Slot { kind, needs });
        self.plan.slots.len() as u32 - 1
    }

    fn cel(&mut self, program: &CelProgram) -> PlannedCel {
        let reads = program.reads.iter().map(|(name, term)| (name.clone(), self.value(term))).collect();
        PlannedCel { program: program.clone(), reads }
    }

    fn message(&mut self, template: &Template) -> Message {
        let mut out = Vec::with_capacity(template.parts.len());
        for part in &template.parts {
            out.push(match part {
                TemplatePart::Text(text) => MessagePart::Text(text.clone()),
                TemplatePart::Value(term) => {
                    let value = self.value(term);
                    MessagePart::Value { needs: needs_of([&value]), value }
                }
                TemplatePart::Cel(program) => {
                    let cel = self.cel(program);
                    MessagePart::Cel { needs: reads_needs(&cel), cel }
                }
                // INVARIANT: only rules with a window have these, and those are not lowered.
                TemplatePart::Aggregate(_) | TemplatePart::Step(..) => continue,
            });
        }
        out
    }
}

fn reads_needs(cel: &PlannedCel) -> Vec<u32> {
    needs_of(cel.reads.iter().map(|(_, v)| v))
}

/// Whether a value depends on a quantifier's variable.
pub(super) fn has_var(value: &Value) -> bool {
    match value {
        Value::Const(_) | Value::Slot(_) => false,
        Value::Var { .. } => true,
        Value::Call { args, .. } => args.iter().any(has_var),
        Value::Project { base, .. } => has_var(base),
        Value::List(items) => items.iter().any(has_var),
    }
}

/// The slots that must be loaded before these values can be had.
pub(super) fn needs_of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<u32> {
    let mut out = Vec::new();
    for value in values {
        add_needs(value, &mut out);
    }
    out.sort_unstable();
    out.dedup();
    out
}

fn add_needs(value: &Value, out: &mut Vec<u32>) {
    match value {
        Value::Slot(slot) => out.push(*slot),
        Value::Const(_) | Value::Var { .. } => {}
        Value::Call { args, .. } => args.iter().for_each(|a| add_needs(a, out)),
        Value::Project { base, .. } => add_needs(base, out),
        Value::List(items) => items.iter().for_each(|i| add_needs(i, out)),
    }
}
