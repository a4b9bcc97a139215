//! Conditions: `and`, `or`, `not`, quantifiers, macros and operands that stand alone.

use smol_str::SmolStr;

use super::Type;
use super::fields::describe;
use super::lower::{Lower, Typed};
use super::scope::{BoundVar, Local, Scope};
use crate::checked::{Atom, AtomTest, Expr, Quant, Term};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::functions;
use crate::resolve::{DeclId, Found, Kind};
use crate::source::Span;
use crate::syntax::ast::{
    self, CompareOp, DeclKind, ExprKind, Name, Operand, OperandKind, QuantKind, Spanned,
};
use crate::value::Value;
use std::sync::Arc;

/// An atom at a place.
pub(crate) fn atom(test: AtomTest, span: Span) -> Expr {
    Expr::Atom(Arc::new(Atom { test, span }))
}

/// `a and b …`, with constants folded away and nested ones flattened.
pub(crate) fn all(list: Vec<Expr>) -> Expr {
    let mut out = Vec::with_capacity(list.len());
    for e in list {
        match e {
            Expr::Const(true) => {}
            Expr::Const(false) => return Expr::Const(false),
            Expr::All(inner) => out.extend(inner),
            other => out.push(other),
        }
    }
    match out.len() {
        0 => Expr::Const(true),
        1 => out.remove(0),
        _ => Expr::All(out),
    }
}

/// `a or b …`, with constants folded away and nested ones flattened.
pub(crate) fn any(list: Vec<Expr>) -> Expr {
    let mut out = Vec::with_capacity(list.len());
    for e in list {
        match e {
            Expr::Const(false) => {}
            Expr::Const(true) => return Expr::Const(true),
            Expr::Any(inner) => out.extend(inner),
            other => out.push(other),
        }
    }
    match out.len() {
        0 => Expr::Const(false),
        1 => out.remove(0),
        _ => Expr::Any(out),
    }
}

/// `not a`
pub(crate) fn not(e: Expr) -> Expr {
    match e {
        Expr::Const(b) => Expr::Const(!b),
        Expr::Not(inner) => *inner,
        other => Expr::Not(Box::new(other)),
    }
}

impl<'a> Lower<'_, 'a> {
    /// A condition. What is wrong in it is reported and marks the declaration as broken; the
    /// rest of it is still checked.
    pub(crate) fn cond(&mut self, expr: &ast::Expr, scope: &Scope<'_>) -> Expr {
        self.nested(expr.span, |me| me.cond_here(expr, scope)).unwrap_or(Expr::Const(false))
    }

    fn cond_here(&mut self, expr: &ast::Expr, scope: &Scope<'_>) -> Expr {
        match &expr.kind {
            ExprKind::Or(list) => any(list.iter().map(|e| self.cond(e, scope)).collect()),
            ExprKind::And(list) => {
                let before = self.present.len();
                list.iter().for_each(|e| self.note_present(e));
                let out = all(list.iter().map(|e| self.cond(e, scope)).collect());
                self.present.truncate(before);
                out
            }
            ExprKind::Not(inner) => not(self.cond(inner, scope)),
            ExprKind::Compare { left, op, modifier, right } => self
                .compare(left, op, modifier.as_ref(), right, expr.span, scope)
                .unwrap_or(Expr::Const(false)),
            ExprKind::Exists(operand) => match self.read(operand, scope) {
                Some(typed) => atom(AtomTest::Exists(typed.term), expr.span),
                None => Expr::Const(false),
            },
            ExprKind::Truth(operand) => self.truth(operand, scope).unwrap_or(Expr::Const(false)),
            ExprKind::Quant(quant) => self.quant(quant, expr.span, scope).unwrap_or(Expr::Const(false)),
            ExprKind::Error => {
                self.broken = true;
                Expr::Const(false)
            }
        }
    }

    /// Remembers what a conjunct requires to be present, so that `!=` on it is no surprise.
    fn note_present(&mut self, expr: &ast::Expr) {
        let operand = match &expr.kind {
            ExprKind::Exists(o) => o,
            ExprKind::Compare { left, op, .. } if op.node != CompareOp::Ne => left,
            _ => return,
        };
        self.present.push(self.sh.sources.text(operand.span).to_owned());
    }

    /// An operand by itself.
    fn truth(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<Expr> {
        match &operand.kind {
            OperandKind::Path(path) => self.truth_of_name(&path.text(), operand, scope),
            OperandKind::Word(word) => self.truth_of_name(word, operand, scope),
            OperandKind::Call { name, args } => self.truth_of_call(name, args, operand, scope),
            OperandKind::Project { .. } => {
                let typed = self.read(operand, scope)?;
                self.truth_of_value(typed, operand.span)
            }
            OperandKind::Text(_) | OperandKind::Regex(_) | OperandKind::List(_) => {
                let written = self.sh.sources.text(operand.span).to_owned();
                self.report(
                    Diagnostic::new(
                        Code::NotACondition,
                        operand.span,
                        format!("`{written}` is not a condition"),
                    )
                    .help("compare it with something, or call a macro"),
                );
                None
            }
        }
    }

    fn truth_of_name(&mut self, name: &str, operand: &Operand, scope: &Scope<'_>) -> Option<Expr> {
        let span = operand.span;
        let first = name.split(['.', '[']).next().unwrap_or(name);
        match scope.find(first) {
            Some(Local::Arg(arg, caller)) if first == name => {
                return self.nested(span, |me| me.truth(arg, caller)).flatten();
            }
            Some(_) => {
                let typed = self.read(operand, scope)?;
                return self.truth_of_value(typed, span);
            }
            None => {}
        }
        match name {
            "true" => return Some(Expr::Const(true)),
            "false" => return Some(Expr::Const(false)),
            _ => {}
        }
        match self.sh.names.find(scope.file, name, &[Kind::Macro]) {
            Found::One(id) => return self.expand(id, &[], false, span, scope),
            Found::Several(ids) => {
                self.ambiguous(name, span, &ids);
                return None;
            }
            Found::No => {}
        }
        let segments = Self::name_segments(&operand.kind, span).unwrap_or_default();
        let is_value = self.find_field(&segments).is_some()
            || self.lets.iter().any(|l| l == name)
            || self.sh.names.find(scope.file, name, &[Kind::Param, Kind::List]) != Found::No
            || super::contexts::find(name).is_some();
        if is_value {
            let typed = self.read(operand, scope)?;
            return self.truth_of_value(typed, span);
        }
        self.unknown_macro(name, span, scope);
        None
    }

    /// A value as a condition: it must be a boolean.
    fn truth_of_value(&mut self, typed: Typed<'a>, span: Span) -> Option<Expr> {
        match (&typed.ty, &typed.term) {
            (_, Term::Const(Value::Bool(b))) => Some(Expr::Const(*b)),
            (Type::Bool | Type::Dynamic, _) => Some(atom(AtomTest::True(typed.term), span)),
            (Type::List(item), _) if matches!(**item, Type::Bool | Type::Dynamic) => {
                Some(atom(AtomTest::True(typed.term), span))
            }
            (ty, _) => {
                let written = self.sh.sources.text(span).to_owned();
                let what = describe(ty);
                self.report(
                    Diagnostic::new(
                        Code::NotACondition,
                        span,
                        format!("`{written}` is {what}, not a condition"),
                    )
                    .help(format!("write `{written} exists`, or compare it with something")),
                );
                None
            }
        }
    }

    fn truth_of_call(
        &mut self,
        name: &Name,
        args: &[Operand],
        operand: &Operand,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        match self.sh.names.find(scope.file, &name.text, &[Kind::Macro]) {
            Found::One(id) => return self.expand(id, args, true, operand.span, scope),
            Found::Several(ids) => {
                self.ambiguous(&name.text, name.span, &ids);
                return None;
            }
            Found::No => {}
        }
        let typed = self.read(operand, scope)?;
        self.truth_of_value(typed, operand.span)
    }

    /// The body of a macro in place of its use.
    fn expand(
        &mut self,
        id: DeclId,
        args: &[Operand],
        with_parentheses: bool,
        call: Span,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let entry = self.sh.names.entry(id);
        let DeclKind::Macro(decl) = &entry.decl.kind else {
            self.broken = true;
            return None;
        };
        if entry.broken || self.sh.circular.contains(&id) {
            self.broken = true;
            return None;
        }
        let params = decl.params.as_deref().unwrap_or_default();
        if params.len() != args.len() {
            let expected = match params.len() {
                0 => "no arguments".to_owned(),
                1 => "1 argument".to_owned(),
                n => format!("{n} arguments"),
            };
            let given = if with_parentheses { args.len().to_string() } else { "none".to_owned() };
            let name = &entry.name.name;
            let names = params.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
            let usage = if params.is_empty() { name.to_string() } else { format!("{name}({names})") };
            self.report(
                Diagnostic::new(
                    Code::WrongArguments,
                    call,
                    format!("`{name}` takes {expected}, {given} given"),
                )
                .also(entry.name.span, "declared here")
                .help(format!("write `{usage}`")),
            );
            return None;
        }
        let inner = Scope::of_macro(entry.file, params, args, scope);
        Some(self.expanding(id, call, |me| me.cond(&decl.body, &inner)))
    }

    /// Says that nothing that could be a condition has this name.
    fn unknown_macro(&mut self, name: &str, span: Span, scope: &Scope<'_>) {
        let macros = self.sh.names.visible(scope.file, &[Kind::Macro]);
        let fields = self.record.shape.fields.iter();
        let near = nearest(
            name,
            macros
                .iter()
                .map(SmolStr::as_str)
                .chain(scope.names())
                .chain(fields.map(|f| f.name.as_str()))
                .chain(self.lets.iter().map(SmolStr::as_str))
                .chain(["true", "false"]),
        );
        let help = match self.sh.names.package_with(name, &[Kind::Macro]) {
            Some(package) => {
                format!("the package `{package}` has a macro of that name: write `use {package}`")
            }
            None => "a word by itself is a macro, a boolean field, or `true` or `false`".to_owned(),
        };
        self.report(
            Diagnostic::new(Code::UnknownName, span, format!("no macro or field `{name}`"))
                .did_you_mean(near)
                .help(help),
        );
    }

    /// Says that a name is in several packages that the file uses.
    pub(crate) fn ambiguous(&mut self, name: &str, span: Span, ids: &[DeclId]) {
        let full: Vec<SmolStr> = ids.iter().map(|id| self.sh.names.id(self.sh.names.entry(*id))).collect();
        let list = full.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ");
        let mut d = Diagnostic::new(Code::AmbiguousName, span, format!("`{name}` is in several packages"))
            .help(format!("write {list}"));
        for id in ids {
            d = d.also(self.sh.names.entry(*id).name.span, "one is declared here");
        }
        self.report(d);
    }

    fn quant(&mut self, quant: &ast::Quant, span: Span, scope: &Scope<'_>) -> Option<Expr> {
        let list = self.read(&quant.list, scope);
        let item = match list.as_ref().map(|l| &l.ty) {
            Some(Type::List(item)) => item.as_ref().clone(),
            // A single value counts as a list of one.
            Some(other) => other.clone(),
            None => Type::Dynamic,
        };
        self.check_shadowing(&quant.var, scope);
        let var = self.bind(&quant.var.name, &item, scope);
        let inner = Scope::with_var(scope, &var);
        // Where the list itself is unknown, its items' members are not to be complained about.
        let body = match &list {
            Some(_) => self.cond(&quant.body, &inner),
            None => Expr::Const(false),
        };
        let list = list?;
        self.check_quantified(quant, &list, scope);
        let count = match &quant.count {
            Some((op, number)) => Some(self.count(op, number, scope)?),
            None => None,
        };
        if quant.kind.node == QuantKind::Any && !self.in_macro() {
            self.note_witness(&var);
        }
        Some(Expr::Quant(Box::new(Quant {
            kind: quant.kind.node,
            var: var.id,
            name: var.name,
            list: list.term,
            body,
            count,
            span,
        })))
    }

    fn note_witness(&mut self, var: &BoundVar) {
        if !self.witnesses.iter().any(|w| w.id == var.id) {
            self.witnesses.push(var.clone());
        }
    }

    fn count(
        &mut self,
        op: &Spanned<CompareOp>,
        number: &Operand,
        scope: &Scope<'_>,
    ) -> Option<(CompareOp, i64)> {
        let typed = self.value(number, &Type::Int, scope)?;
        match typed.term {
            Term::Const(Value::Int(n)) => Some((op.node, n)),
            _ => {
                let written = self.sh.sources.text(number.span).to_owned();
                self.report(Diagnostic::new(
                    Code::BadLiteral,
                    number.span,
                    format!("`{written}` is not a whole number"),
                ));
                None
            }
        }
    }

    fn check_shadowing(&mut self, var: &ast::Ident, scope: &Scope<'_>) {
        let what = if scope.find(&var.name).is_some() {
            "another variable"
        } else if self.lets.contains(&var.name) {
            "a `let`"
        } else if self.record.shape.field(&var.name).is_some() {
            "a field"
        } else if self.sh.names.find(scope.file, &var.name, &[Kind::Param, Kind::List, Kind::Macro])
            != Found::No
        {
            "a declaration"
        } else {
            return;
        };
        self.report(
            Diagnostic::new(
                Code::ShadowedName,
                var.span,
                format!("`{}` hides {what} of that name", var.name),
            )
            .help("give the variable another name"),
        );
    }

    fn check_quantified(&mut self, quant: &ast::Quant, list: &Typed<'a>, scope: &Scope<'_>) {
        // A parameter may well be empty by default: it is there to be set.
        let from_param = match &quant.list.kind {
            OperandKind::Path(path) => {
                self.sh.names.find(scope.file, &path.text(), &[Kind::Param]) != Found::No
            }
            _ => false,
        };
        let empty = match &list.term {
            Term::Const(Value::List(items)) => items.is_empty() && !from_param,
            Term::List(items) => items.is_empty(),
            _ => false,
        };
        if empty {
            let outcome = match quant.kind.node {
                QuantKind::Any => "never true",
                QuantKind::All | QuantKind::No => "always true",
                QuantKind::Count => "always counts 0",
            };
            let word = self.sh.sources.text(quant.kind.span).to_owned();
            self.report(Diagnostic::new(
                Code::NeverTrue,
                quant.list.span,
                format!("`{word}` over an empty list is {outcome}"),
            ));
        } else if quant.kind.node == QuantKind::All && list.optional && !self.said_all {
            self.said_all = true;
            let written = self.sh.sources.text(quant.list.span).to_owned();
            self.report(
                Diagnostic::new(
                    Code::AllOverNothing,
                    quant.kind.span,
                    format!("`all` is true where `{written}` is absent or empty"),
                )
                .help(format!("add `{written} exists and` in front where that is not what you mean")),
            );
        }
    }
}

/// Names of functions and of macros with parameters, for suggestions.
pub(crate) fn callable_names(macros: &[SmolStr]) -> Vec<&str> {
    let mut out: Vec<&str> = functions::all().iter().map(|f| f.name).collect();
    out.extend(macros.iter().map(SmolStr::as_str));
    out.extend(["val", "resources"]);
    out
}
