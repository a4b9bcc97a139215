//! Named lists and the sets on the right side of `in` and its kin.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::Type;
use super::fields::describe;
use super::literal;
use super::lower::{Lower, Typed};
use super::scope::{Local, Scope};
use crate::checked::{ConstSet, Set, Term};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::resolve::{DeclId, FileIx, Found, Kind};
use crate::source::Span;
use crate::syntax::ast::{Operand, OperandKind};
use crate::value::{Fetched, Value};

/// What a set operator makes of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetUse {
    /// `in`, `intersects`: values of the left side's type.
    Member,
    /// `inside`, `covers`: networks.
    Network,
    /// `pmatch`, text operators: text.
    Text,
}

impl SetUse {
    fn read(self, text: &str, quoted: bool, ty: &Type) -> Result<Value<'static>, &'static str> {
        match self {
            SetUse::Member => literal::read_item(text, quoted, ty),
            SetUse::Network => {
                literal::network(text).map(Value::Net).ok_or("an address or a network such as `10.0.0.0/8`")
            }
            SetUse::Text => Ok(Value::Str(text.to_owned().into())),
        }
    }
}

/// The parts of a set while it is put together.
#[derive(Default)]
struct Parts {
    consts: Vec<Value<'static>>,
    seen: FxHashSet<String>,
    terms: Vec<Term>,
}

impl Parts {
    fn constant(&mut self, value: Value<'static>) {
        if self.seen.insert(format!("{value:?}")) {
            self.consts.push(value);
        }
    }

    fn into_terms(self) -> Vec<Term> {
        self.consts.into_iter().map(Term::Const).chain(self.terms).collect()
    }

    fn into_set(mut self) -> Set {
        if self.terms.is_empty() {
            Set::Const(Arc::new(ConstSet { items: self.consts, name: None }))
        } else if self.consts.is_empty() && self.terms.len() == 1 {
            Set::Term(self.terms.remove(0))
        } else {
            Set::Term(Term::List(self.into_terms()))
        }
    }
}

impl<'a> Lower<'_, 'a> {
    /// The right side of a set operator whose left items are `item`.
    pub(crate) fn set(&mut self, right: &Operand, item: &Type, of: SetUse, scope: &Scope<'_>) -> Option<Set> {
        if let Some(id) = self.named_list(right, scope)
            && of == SetUse::Member
        {
            return self.list_set(id, item, right.span);
        }
        let mut parts = Parts::default();
        let ok = match &right.kind {
            OperandKind::List(items) => {
                if items.is_empty() {
                    self.report(
                        Diagnostic::new(Code::NeverTrue, right.span, "nothing is in an empty list")
                            .help("give it items, or delete the comparison"),
                    );
                }
                self.items(items, item, of, scope, &mut parts).is_some()
            }
            _ => {
                if !self.is_set(right, scope) {
                    return None;
                }
                self.item(right, item, of, scope, &mut parts).is_some()
            }
        };
        if !ok {
            return None;
        }
        Some(parts.into_set())
    }

    /// The list declaration that an operand names, also through a macro's parameter.
    fn named_list(&self, operand: &Operand, scope: &Scope<'_>) -> Option<DeclId> {
        let name = match &operand.kind {
            OperandKind::Word(word) => word.to_string(),
            OperandKind::Path(path) => path.text(),
            _ => return None,
        };
        if let Some(Local::Arg(arg, caller)) = scope.find(&name) {
            return self.named_list(arg, caller);
        }
        let first = name.split('.').next().unwrap_or(&name);
        if scope.find(first).is_some() {
            return None;
        }
        match self.sh.names.find(scope.file, &name, &[Kind::List, Kind::Param]) {
            Found::One(id) if self.sh.names.entry(id).kind == Kind::List => Some(id),
            _ => None,
        }
    }

    /// A named list as a set of values of one type, made once.
    fn list_set(&mut self, id: DeclId, item: &Type, at: Span) -> Option<Set> {
        let key = (id, item.clone());
        if let Some(set) = self.sh.sets.borrow().get(&key) {
            return Some(Set::Const(set.clone()));
        }
        let Some(leaves) = self.sh.leaves(id) else {
            self.broken = true;
            return None;
        };
        let mut parts = Parts::default();
        let mut ok = true;
        for (leaf, file) in leaves.iter() {
            ok &= self.list_leaf(leaf, *file, item, SetUse::Member, at, &mut parts).is_some();
        }
        if !ok {
            return None;
        }
        if !parts.terms.is_empty() {
            return Some(parts.into_set());
        }
        let name = Some(self.sh.names.entry(id).name.name.clone());
        let set = Arc::new(ConstSet { items: parts.consts, name });
        self.sh.sets.borrow_mut().insert(key, set.clone());
        Some(Set::Const(set))
    }

    /// One item of a named list; what is wrong with it is told where the list is used.
    fn list_leaf(
        &mut self,
        leaf: &Operand,
        file: FileIx,
        ty: &Type,
        of: SetUse,
        at: Span,
        parts: &mut Parts,
    ) -> Option<()> {
        let (text, quoted) = match &leaf.kind {
            OperandKind::Word(word) => (word.as_str(), false),
            OperandKind::Text(text) => (text.as_str(), true),
            _ => return None,
        };
        if !quoted && let Found::One(id) = self.sh.names.find(file, text, &[Kind::Param]) {
            return self.param_items(id, ty, of, at, parts);
        }
        match of.read(text, quoted, ty) {
            Ok(value) => parts.constant(value),
            Err(expected) => {
                self.report(
                    Diagnostic::new(
                        Code::BadLiteral,
                        at,
                        format!("the list holds `{text}`, which is not {expected}"),
                    )
                    .also(leaf.span, format!("compared with {}", describe(ty))),
                );
                return None;
            }
        }
        Some(())
    }

    /// Whether an operand can be a set by itself; reports it where not.
    fn is_set(&mut self, right: &Operand, scope: &Scope<'_>) -> bool {
        let name = match &right.kind {
            OperandKind::Call { .. } | OperandKind::Project { .. } | OperandKind::List(_) => return true,
            OperandKind::Text(_) | OperandKind::Regex(_) => None,
            OperandKind::Word(word) => Some(word.to_string()),
            OperandKind::Path(path) => Some(path.text()),
        };
        let kinds = [Kind::List, Kind::Param];
        if let Some(name) = &name {
            let first = name.split(['.', '[']).next().unwrap_or(name);
            match scope.find(first) {
                Some(Local::Arg(arg, caller)) if first == name => return self.is_set(arg, caller),
                Some(_) => return true,
                None => {}
            }
            match self.sh.names.find(scope.file, name, &kinds) {
                Found::One(_) => return true,
                Found::Several(ids) => {
                    self.ambiguous(name, right.span, &ids);
                    return false;
                }
                Found::No => {}
            }
            if super::contexts::find(name).is_some() {
                return true;
            }
        }
        let written = self.sh.sources.text(right.span).to_owned();
        let visible = self.sh.names.visible(scope.file, &kinds);
        let near = name.as_deref().and_then(|n| {
            nearest(n, visible.iter().map(SmolStr::as_str).chain(super::contexts::ALL.iter().map(|c| c.name)))
        });
        let help = match name.as_deref().and_then(|n| self.sh.names.package_with(n, &kinds)) {
            Some(package) if near.is_none_or(|n| n.contains('.')) => {
                format!("the package `{package}` has a list of that name: write `use {package}`")
            }
            _ if self.is_field_name(&written) => format!("write `val({written})` to read the field"),
            _ => format!("for a single value write `= {written}` or `in ({written})`"),
        };
        self.report(
            Diagnostic::new(Code::NotASet, right.span, format!("no list `{written}`"))
                .did_you_mean(near)
                .help(help),
        );
        false
    }

    /// Every item of a set; what is wrong is reported for each.
    fn items(
        &mut self,
        items: &[Operand],
        ty: &Type,
        of: SetUse,
        scope: &Scope<'_>,
        parts: &mut Parts,
    ) -> Option<()> {
        let mut ok = Some(());
        for operand in items {
            ok = self.item(operand, ty, of, scope, parts).and(ok);
        }
        ok
    }

    /// One item of a set.
    fn item(
        &mut self,
        operand: &Operand,
        ty: &Type,
        of: SetUse,
        scope: &Scope<'_>,
        parts: &mut Parts,
    ) -> Option<()> {
        let (text, quoted) = match &operand.kind {
            OperandKind::Text(text) => (text.clone(), true),
            OperandKind::Word(word) => (word.to_string(), false),
            OperandKind::Path(path) => (path.text(), false),
            OperandKind::List(items) => {
                let parts = &mut *parts;
                return self.nested(operand.span, |me| me.items(items, ty, of, scope, parts))?;
            }
            OperandKind::Call { .. } | OperandKind::Project { .. } => {
                let typed = self.read(operand, scope)?;
                return self.term_item(typed, ty, of, operand.span, parts);
            }
            OperandKind::Regex(_) => {
                self.report(
                    Diagnostic::new(
                        Code::BadValue,
                        operand.span,
                        "a regular expression cannot be an item of a list",
                    )
                    .help("use `matches`, once for each expression"),
                );
                return None;
            }
        };
        if !quoted && let Some(done) = self.named_item(operand, &text, ty, of, scope, parts) {
            return done;
        }
        match of.read(&text, quoted, ty) {
            Ok(value) => {
                parts.constant(value);
                Some(())
            }
            Err(expected) => {
                self.bad_literal(operand.span, expected, ty);
                None
            }
        }
    }

    /// An item that is the name of something; `None` where it is plain text.
    fn named_item(
        &mut self,
        operand: &Operand,
        text: &str,
        ty: &Type,
        of: SetUse,
        scope: &Scope<'_>,
        parts: &mut Parts,
    ) -> Option<Option<()>> {
        let first = text.split(['.', '[']).next().unwrap_or(text);
        match scope.find(first) {
            Some(Local::Arg(arg, caller)) if first == text => {
                let parts = &mut *parts;
                return Some(self.nested(operand.span, |me| me.item(arg, ty, of, caller, parts)).flatten());
            }
            Some(_) => {
                let typed = self.read(operand, scope);
                return Some(typed.and_then(|t| self.term_item(t, ty, of, operand.span, parts)));
            }
            None => {}
        }
        match self.sh.names.find(scope.file, text, &[Kind::List, Kind::Param]) {
            Found::One(id) => match self.sh.names.entry(id).kind {
                Kind::Param => return Some(self.param_items(id, ty, of, operand.span, parts)),
                Kind::List => {
                    let Some(leaves) = self.sh.leaves(id) else {
                        self.broken = true;
                        return Some(None);
                    };
                    let at = operand.span;
                    let mut ok = Some(());
                    for (leaf, file) in leaves.iter() {
                        ok = self.list_leaf(leaf, *file, ty, of, at, parts).and(ok);
                    }
                    return Some(ok);
                }
                _ => {
                    self.broken = true;
                    return Some(None);
                }
            },
            Found::Several(ids) => {
                self.ambiguous(text, operand.span, &ids);
                return Some(None);
            }
            Found::No => {}
        }
        if let Some(set) = super::contexts::find(text) {
            let typed = Typed::new(Term::Context(SmolStr::new_static(set.name)), set.ty());
            return Some(self.term_item(typed, ty, of, operand.span, parts));
        }
        self.warn_field_as_text(text, operand.span);
        None
    }

    /// An item or items that are known only when a record is at hand.
    fn term_item(
        &mut self,
        typed: Typed<'a>,
        ty: &Type,
        of: SetUse,
        span: Span,
        parts: &mut Parts,
    ) -> Option<()> {
        let typed = match of {
            SetUse::Member => self.agree(typed, ty, span)?,
            SetUse::Network | SetUse::Text => typed,
        };
        parts.terms.push(typed.term);
        Some(())
    }

    /// The value or values of a parameter as items.
    fn param_items(&mut self, id: DeclId, ty: &Type, of: SetUse, at: Span, parts: &mut Parts) -> Option<()> {
        let typed = self.param(id)?;
        let values = match typed.term {
            Term::Const(Value::List(items)) => items
                .into_iter()
                .filter_map(|i| match i {
                    Fetched::Present(v) => Some(v),
                    _ => None,
                })
                .collect(),
            Term::Const(value) => vec![value],
            term => {
                parts.terms.push(term);
                return Some(());
            }
        };
        for value in values {
            match &value {
                Value::Str(text) => match of.read(text, true, ty) {
                    Ok(value) => parts.constant(value),
                    Err(expected) => {
                        let name = &self.sh.names.entry(id).name.name;
                        self.report(Diagnostic::new(
                            Code::BadLiteral,
                            at,
                            format!("the param `{name}` holds `{text}`, which is not {expected}"),
                        ));
                        return None;
                    }
                },
                Value::Ip(ip) if of == SetUse::Network => parts.constant(Value::Net((*ip).into())),
                _ => parts.constant(value),
            }
        }
        Some(())
    }

    /// A named list as a value, for quantifiers and functions.
    pub(crate) fn list_value(&mut self, id: DeclId) -> Option<Typed<'a>> {
        let Some(leaves) = self.sh.leaves(id) else {
            self.broken = true;
            return None;
        };
        let mut parts = Parts::default();
        for (leaf, file) in leaves.iter() {
            self.list_leaf(leaf, *file, &Type::Dynamic, SetUse::Member, leaf.span, &mut parts)?;
        }
        Some(literal_list(parts.into_terms()))
    }

    /// A list written where a value is read.
    pub(crate) fn list_literal(&mut self, items: &[Operand], scope: &Scope<'_>) -> Option<Typed<'a>> {
        self.list_terms(items, scope).map(literal_list)
    }

    /// The items of such a list, named lists spliced in.
    pub(crate) fn list_terms(&mut self, items: &[Operand], scope: &Scope<'_>) -> Option<Vec<Term>> {
        let mut parts = Parts::default();
        self.items(items, &Type::Dynamic, SetUse::Member, scope, &mut parts)?;
        Some(parts.into_terms())
    }
}

/// A list of terms; its items are numbers where all are, otherwise decided by what they are
/// compared with.
pub(crate) fn literal_list<'a>(terms: Vec<Term>) -> Typed<'a> {
    let all_int = !terms.is_empty() && terms.iter().all(|t| matches!(t, Term::Const(Value::Int(_))));
    let item = if all_int { Type::Int } else { Type::Dynamic };
    let consts: Option<Vec<Fetched<'static>>> = terms
        .iter()
        .map(|t| match t {
            Term::Const(v) => Some(Fetched::Present(v.clone())),
            _ => None,
        })
        .collect();
    let term = match consts {
        Some(values) => Term::Const(Value::List(values)),
        None => Term::List(terms),
    };
    let mut typed = Typed::new(term, Type::List(Box::new(item)));
    typed.optional = false;
    typed
}
