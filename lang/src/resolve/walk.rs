//! One pass over every tree: which declarations are read at all, and which read each other in
//! a circle.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{DeclId, FileIx, Found, Kind, Names};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Decl, DeclKind, Expr, ExprKind, File, Macro, Operand, OperandKind, RuleValue, Template, TemplatePart,
    TestInput,
};

/// Names that a word may mean.
const READABLE: &[Kind] = &[Kind::Param, Kind::List, Kind::Macro, Kind::Pattern];

impl<'a> Names<'a> {
    /// Marks what is read, and reports circles among macros and among lists. Returns the
    /// declarations that are part of a circle.
    pub(crate) fn walk(&self, files: &'a [File], out: &mut Vec<Diagnostic>) -> FxHashSet<DeclId> {
        let mut edges: FxHashMap<DeclId, Vec<(DeclId, Span)>> = FxHashMap::default();
        let ids: FxHashMap<*const Decl, DeclId> =
            self.entries().map(|(id, e)| (std::ptr::from_ref(e.decl), id)).collect();
        for (i, file) in files.iter().enumerate() {
            for decl in &file.decls {
                let mut walk = Walk {
                    names: self,
                    file: FileIx(i as u32),
                    locals: Vec::new(),
                    local_reads: FxHashSet::default(),
                    reads: Vec::new(),
                };
                walk.decl(decl);
                if let DeclKind::Macro(m) = &decl.kind
                    && !self.is_builtin(walk.file)
                {
                    walk.unread_params(m, out);
                }
                let me = ids.get(&std::ptr::from_ref(decl)).copied();
                for (id, _) in walk.reads.iter().filter(|(id, _)| Some(*id) != me) {
                    self.mark_used(*id);
                }
                if let Some(me) = me.filter(|id| matches!(self.entry(*id).kind, Kind::Macro | Kind::List)) {
                    edges.insert(me, walk.reads);
                }
            }
        }
        self.circles(&edges, out)
    }

    fn circles(
        &self,
        edges: &FxHashMap<DeclId, Vec<(DeclId, Span)>>,
        out: &mut Vec<Diagnostic>,
    ) -> FxHashSet<DeclId> {
        let mut bad = FxHashSet::default();
        let mut done = FxHashSet::default();
        for (start, _) in self.entries() {
            if !edges.contains_key(&start) || done.contains(&start) {
                continue;
            }
            // Depth first with an explicit stack: the path holds what is being looked into.
            let mut path: Vec<(DeclId, usize)> = vec![(start, 0)];
            let mut depth_of: FxHashMap<DeclId, usize> = FxHashMap::from_iter([(start, 0)]);
            while let Some(top) = path.last_mut() {
                let (node, next) = *top;
                top.1 += 1;
                let Some(&(to, at)) = edges.get(&node).and_then(|e| e.get(next)) else {
                    done.insert(node);
                    depth_of.remove(&node);
                    path.pop();
                    continue;
                };
                if let Some(&from) = depth_of.get(&to) {
                    let circle: Vec<DeclId> = path.iter().skip(from).map(|(n, _)| *n).collect();
                    if !circle.iter().any(|n| bad.contains(n)) {
                        out.push(self.circle(to, &circle, at));
                    }
                    bad.extend(circle);
                } else if edges.contains_key(&to) && !done.contains(&to) {
                    depth_of.insert(to, path.len());
                    path.push((to, 0));
                }
            }
        }
        bad
    }

    /// `circle` starts with `first`.
    fn circle(&self, first: DeclId, circle: &[DeclId], at: Span) -> Diagnostic {
        let name = |id: &DeclId| self.entry(*id).name.name.clone();
        let mut round: Vec<SmolStr> = circle.iter().map(name).collect();
        round.push(name(&first));
        let first = self.entry(first);
        let what = if first.kind == Kind::List { "list" } else { "macro" };
        let message = match circle {
            [_] => format!("the {what} `{}` uses itself", first.name.name),
            _ => format!("these {what}s use each other in a circle: `{}`", round.join("` → `")),
        };
        let mut d = Diagnostic::new(Code::Cycle, first.name.span, message);
        if circle.len() > 1 || at != first.name.span {
            d = d.also(at, "the circle closes here");
        }
        d.help("a name must stand on others that do not lead back to it")
    }
}

struct Walk<'n, 'a> {
    names: &'n Names<'a>,
    file: FileIx,
    locals: Vec<SmolStr>,
    local_reads: FxHashSet<SmolStr>,
    reads: Vec<(DeclId, Span)>,
}

impl Walk<'_, '_> {
    fn decl(&mut self, decl: &Decl) {
        match &decl.kind {
            DeclKind::Param(p) => self.operands(p.default.as_slice()),
            DeclKind::List(l) => self.operands(&l.items),
            DeclKind::Macro(m) => {
                self.locals.extend(m.params.iter().flatten().map(|p| p.name.clone()));
                self.expr(&m.body);
            }
            DeclKind::Rule(r) | DeclKind::Sequence(r) => r.keys.iter().for_each(|k| self.key(&k.value)),
            DeclKind::Test(t) => {
                for case in &t.cases {
                    let own = match &case.input {
                        TestInput::Record { base, .. } => base.as_ref(),
                        TestInput::Template(_) | TestInput::File(_) => None,
                    };
                    for base in own.into_iter().chain(case.beside.iter().filter_map(|b| b.base.as_ref())) {
                        self.name(&base.text, base.span, &[Kind::Sample]);
                    }
                }
            }
            DeclKind::Pattern(_) | DeclKind::Sample(_) | DeclKind::Broken(_) => {}
        }
    }

    /// Warns of parameters that a macro does not read.
    fn unread_params(&self, decl: &Macro, out: &mut Vec<Diagnostic>) {
        for param in decl.params.iter().flatten().filter(|p| !self.local_reads.contains(&p.name)) {
            out.push(
                Diagnostic::new(
                    Code::UnusedName,
                    param.span,
                    format!("the macro `{}` does not read its parameter `{}`", decl.name.name, param.name),
                )
                .help("delete it here and at every use"),
            );
        }
    }

    fn key(&mut self, value: &RuleValue) {
        match value {
            RuleValue::Severity(s) => s.cases.iter().for_each(|(_, e)| self.expr(e)),
            RuleValue::Where(e)
            | RuleValue::When(e)
            | RuleValue::Having(e)
            | RuleValue::Step { when: e, .. } => {
                self.expr(e);
            }
            RuleValue::Group(list) | RuleValue::Dedup { by: list, .. } => self.operands(list),
            RuleValue::Within(o) => self.operand(o),
            RuleValue::Message(t) | RuleValue::Fix(t) => self.template(t),
            RuleValue::Except(e) => {
                e.fields.iter().for_each(|(f, _)| self.operand(f));
                self.operands(&e.rows);
            }
            RuleValue::Let { .. }
            | RuleValue::Maps(_)
            | RuleValue::Tags(_)
            | RuleValue::Refs(_)
            | RuleValue::Enabled(_)
            | RuleValue::Error => {}
            RuleValue::Edit(edit) => edit.when.iter().for_each(|e| self.expr(e)),
        }
    }

    fn template(&mut self, template: &Template) {
        for part in &template.parts {
            if let TemplatePart::Value(operand) = part {
                self.operand(operand);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Or(list) | ExprKind::And(list) => list.iter().for_each(|e| self.expr(e)),
            ExprKind::Not(e) => self.expr(e),
            ExprKind::Compare { left, right, .. } => {
                self.operand(left);
                self.operand(right);
            }
            ExprKind::Exists(o) | ExprKind::Truth(o) => self.operand(o),
            ExprKind::Quant(q) => {
                self.operand(&q.list);
                self.locals.push(q.var.name.clone());
                self.expr(&q.body);
                self.locals.pop();
                if let Some((_, number)) = &q.count {
                    self.operand(number);
                }
            }
            ExprKind::Error => {}
        }
    }

    fn operands(&mut self, list: &[Operand]) {
        list.iter().for_each(|o| self.operand(o));
    }

    fn operand(&mut self, operand: &Operand) {
        match &operand.kind {
            OperandKind::Path(path) => self.word(&path.text(), operand.span),
            OperandKind::Word(word) => self.word(word, operand.span),
            OperandKind::Call { name, args } => {
                self.word(&name.text, name.span);
                self.operands(args);
            }
            OperandKind::Project { base, .. } => self.operand(base),
            OperandKind::List(items) => self.operands(items),
            OperandKind::Text(_) | OperandKind::Regex(_) => {}
        }
    }

    fn word(&mut self, word: &str, span: Span) {
        let first = word.split(['.', '[']).next().unwrap_or(word);
        if self.locals.iter().any(|l| l == first) {
            self.local_reads.insert(SmolStr::new(first));
        } else {
            self.name(word, span, READABLE);
        }
    }

    fn name(&mut self, name: &str, span: Span, kinds: &[Kind]) {
        match self.names.find(self.file, name, kinds) {
            Found::No => {}
            Found::One(id) => self.reads.push((id, span)),
            Found::Several(ids) => self.reads.extend(ids.into_iter().map(|id| (id, span))),
        }
    }
}
