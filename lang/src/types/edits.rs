//! `set`, `add` and `remove`: changes of the record that mend it.

use smol_str::SmolStr;

use super::Type;
use super::fields::describe;
use super::literal;
use super::lower::{Lower, Typed};
use super::samples;
use super::scope::{BoundVar, Scope};
use crate::catalog::{Extract, Field, Plane, Step};
use crate::checked::{self, EditKind, Expr, Quant, QuantKind, Term, VarId};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast::{self, Data, DataKind, Segment};
use crate::value::{Tree, TreeKind};

/// What every resource has and no template gives it.
const RECORD_LEVEL: &[&str] = &["account", "id", "origin", "region", "tags", "type"];

/// Where a change is made.
struct Place<'a> {
    var: Option<VarId>,
    path: Vec<Step>,
    ty: Type,
    field: Option<&'a Field>,
}

impl<'a> Lower<'_, 'a> {
    /// A change, once for each variable that its path may start at. `scope` holds the variables
    /// that a message can name, `when` is the condition that binds them.
    pub(super) fn edits(
        &mut self,
        edit: &ast::Edit,
        span: Span,
        when: &Expr,
        scope: &Scope<'_>,
    ) -> Vec<checked::Edit> {
        let mut bound = Vec::new();
        bound_by(when, &mut bound);
        let path = &edit.path.node.segments;
        let vars = self.alternatives(path, std::slice::from_ref(path), scope).unwrap_or_default();
        let meant = vars.into_iter().filter(|var| bound.iter().any(|quant| quant.var == var.id));
        let meant: Vec<&BoundVar> = meant.collect();
        if meant.is_empty() {
            return self.edit(edit, span, when, scope).into_iter().collect();
        }
        let each = meant.into_iter().map(|var| self.edit(edit, span, when, &Scope::with_var(scope, var)));
        each.collect::<Option<_>>().unwrap_or_default()
    }

    fn edit(
        &mut self,
        edit: &ast::Edit,
        span: Span,
        when: &Expr,
        scope: &Scope<'_>,
    ) -> Option<checked::Edit> {
        let word = edit.kind.as_str();
        if self.record.plane != Plane::Resource {
            self.report(
                Diagnostic::new(
                    Code::MisplacedKey,
                    span,
                    format!("`{word}` changes a resource, and `{}` is none", self.record.name),
                )
                .help("say under `fix:` what is to be done"),
            );
            return None;
        }
        let place = self.edit_place(edit, when, scope)?;
        let value = match &edit.value {
            Some(data) => {
                let ty = match edit.kind {
                    EditKind::Add => self.item_of(&place, edit)?,
                    EditKind::Set | EditKind::Remove => place.ty.clone(),
                };
                self.fits(data, &ty, place.field)?;
                samples::tree(data, None)
            }
            None => {
                self.removable(&place, edit)?;
                Tree::new(TreeKind::Null)
            }
        };
        let when = edit.when.as_ref().map(|when| self.cond(when, scope));
        Some(checked::Edit { kind: edit.kind, var: place.var, path: place.path, value, when, span })
    }

    /// The place that a path leads to.
    fn edit_place(&mut self, edit: &ast::Edit, when: &Expr, scope: &Scope<'_>) -> Option<Place<'a>> {
        let (segments, span) = (&edit.path.node.segments, edit.path.span);
        let first = segments.first()?;
        let is_var = scope.find(&first.name).is_some();
        if !is_var && RECORD_LEVEL.contains(&first.name.as_str()) {
            self.bad_edit(
                first.span,
                format!("`{}` is known of every resource, but is no property of it", first.name),
                match first.name.as_str() {
                    "tags" => "change `Tags`, the property that holds them",
                    _ => "only properties can be changed",
                },
            );
            return None;
        }
        if let Some(odd) = segments.iter().find(|s| s.arg.as_deref() == Some("*")) {
            self.one_item(odd.span, &self.written_until(edit, odd));
            return None;
        }
        let mut at = self.read_path(segments.get(..1)?, first.span, scope)?;
        for segment in segments.get(1..)? {
            if matches!(at.ty, Type::List(_)) && !segment.name.is_empty() {
                self.one_item(segment.span, &self.written_before(edit, segment));
                return None;
            }
            self.not_read_only(&at, first.span)?;
            at = self.steps_below(at, segment, span)?;
        }
        self.not_read_only(&at, span)?;
        let (ty, field) = (at.ty, at.field);
        match at.term {
            Term::Var { var, path, .. } => {
                self.is_witness(var, &first.name, first.span, when)?;
                Some(Place { var: Some(var), path, ty, field })
            }
            Term::Field(used) => match &*used.at {
                Extract::Path(base) => {
                    let path = base.iter().chain(&used.path).cloned().collect();
                    Some(Place { var: None, path, ty, field })
                }
                _ => self.not_a_place(edit),
            },
            _ => self.not_a_place(edit),
        }
    }

    fn steps_below(&mut self, at: Typed<'a>, segment: &Segment, span: Span) -> Option<Typed<'a>> {
        self.steps(at, std::slice::from_ref(segment), span)
    }

    fn written_until(&self, edit: &ast::Edit, segment: &Segment) -> String {
        let text = self.sh.sources.text(Span { end: segment.span.end, ..edit.path.span });
        text.split("[*]").next().unwrap_or_default().to_owned()
    }

    fn written_before(&self, edit: &ast::Edit, segment: &Segment) -> String {
        let text = self.sh.sources.text(Span { end: segment.span.start, ..edit.path.span });
        text.trim_end_matches('.').to_owned()
    }

    fn one_item(&mut self, span: Span, list: &str) {
        self.bad_edit(
            span,
            format!("`{list}` is a list, and a change is made to one item"),
            "start at a variable that `any` binds to the item, or give the item's number: `[0]`",
        );
    }

    fn not_a_place<T>(&mut self, edit: &ast::Edit) -> Option<T> {
        let written = self.sh.sources.text(edit.path.span).to_owned();
        self.bad_edit(
            edit.path.span,
            format!("`{written}` is no place in the record"),
            "name a property, or a variable that `any` binds to an item of one",
        );
        None
    }

    fn not_read_only(&mut self, at: &Typed<'a>, span: Span) -> Option<()> {
        let field = at.field.filter(|f| f.read_only);
        let Some(field) = field else { return Some(()) };
        self.bad_edit(
            span,
            format!("`{}` is set by AWS and cannot be changed", field.name),
            "change the property that it follows from",
        );
        None
    }

    /// Whether the variable stands for an item of the record where the rule fires.
    fn is_witness(&mut self, var: VarId, name: &str, span: Span, when: &Expr) -> Option<()> {
        let mut lists = Vec::new();
        bound_by(when, &mut lists);
        let of_var: Vec<&Quant> = lists.iter().copied().filter(|q| q.var == var).collect();
        if of_var.is_empty() {
            self.bad_edit(
                span,
                format!("no `any` of `when` binds `{name}` where the rule fires"),
                "under `not` and in `where` or `severity` there is no item to change",
            );
            return None;
        }
        if of_var.iter().all(|q| !in_record(q, &lists)) {
            self.bad_edit(
                span,
                format!("`{name}` is no part of the record"),
                "a change is made to the resource that the rule judges",
            );
            return None;
        }
        Some(())
    }

    /// The type of the items of the list that something is added to.
    fn item_of(&mut self, place: &Place<'_>, edit: &ast::Edit) -> Option<Type> {
        match &place.ty {
            Type::List(item) => Some(item.as_ref().clone()),
            Type::Dynamic => Some(Type::Dynamic),
            other => {
                let written = self.sh.sources.text(edit.path.span).to_owned();
                let what = describe(other);
                self.bad_edit(
                    edit.path.span,
                    format!("`add` puts an item into a list, and `{written}` is {what}"),
                    "write `set` for it",
                );
                None
            }
        }
    }

    fn removable(&mut self, place: &Place<'_>, edit: &ast::Edit) -> Option<()> {
        // An item of a list may go whatever the list itself is.
        let whole = matches!(place.path.last(), Some(Step::Key(_)));
        let Some(field) = place.field.filter(|f| f.required && whole) else { return Some(()) };
        self.bad_edit(
            edit.path.span,
            format!("`{}` must be given, so it cannot be removed", field.name),
            "write `set` with a better value",
        );
        None
    }

    /// Whether a value can stand where `ty` is asked for.
    fn fits(&mut self, data: &Data, ty: &Type, field: Option<&Field>) -> Option<()> {
        match (&data.kind, ty) {
            (DataKind::Null | DataKind::Unknown(_), _) => {
                let help = "write the value; `remove PATH` takes it away";
                self.bad_value(data.span, "a change needs a value".to_owned(), help);
                None
            }
            (DataKind::List(items), Type::List(item)) => {
                items.iter().map(|one| self.fits(one, item, field)).fold(Some(()), Option::and)
            }
            (DataKind::List(items), Type::Dynamic) => {
                items.iter().map(|one| self.fits(one, ty, None)).fold(Some(()), Option::and)
            }
            (DataKind::Object(members), Type::Dynamic) => {
                members.iter().map(|(_, one)| self.fits(one, ty, None)).fold(Some(()), Option::and)
            }
            (DataKind::Object(members), Type::Record(shape)) => {
                members.iter().map(|(key, one)| self.member_fits(key, one, shape)).fold(Some(()), Option::and)
            }
            (DataKind::Text { text, .. }, ty) if !matches!(ty, Type::List(_) | Type::Record(_)) => {
                self.text_fits(text, data.span, ty, field)
            }
            (DataKind::Bool(_), Type::Bool | Type::Dynamic) => Some(()),
            (DataKind::Number(text), Type::Int) if text.parse::<i64>().is_ok() => Some(()),
            (DataKind::Number(_), Type::Float | Type::Dynamic | Type::Size) => Some(()),
            (DataKind::Number(text), Type::String | Type::Host) => {
                let help = format!("write it in quotes: `\"{text}\"`");
                self.bad_value(data.span, format!("`{text}` is a number, and text is asked for"), &help);
                None
            }
            _ => {
                let written = self.sh.sources.text(data.span).to_owned();
                let what = describe(ty);
                self.bad_value(data.span, format!("`{}` is not {what}", shorten(&written)), "");
                None
            }
        }
    }

    fn text_fits(&mut self, text: &str, span: Span, ty: &Type, field: Option<&Field>) -> Option<()> {
        if let Err(expected) = literal::read(text, true, ty) {
            self.bad_value(span, format!("`{}` is not {expected}", shorten(text)), "");
            return None;
        }
        let Some(field) = field.filter(|f| !f.values.is_empty()) else { return Some(()) };
        if field.values.iter().any(|v| v == text) {
            return Some(());
        }
        let some = field.values.iter().take(6).map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ");
        let more = if field.values.len() > 6 { ", …" } else { "" };
        self.report(
            Diagnostic::new(Code::BadValue, span, format!("`{}` is never `{text}`", field.name))
                .did_you_mean(nearest(text, field.values.iter().map(SmolStr::as_str)))
                .help(format!("its values are {some}{more}")),
        );
        None
    }

    fn member_fits(&mut self, key: &ast::Ident, value: &Data, shape: &str) -> Option<()> {
        let Some(shape) = self.sh.catalog.shape(shape) else { return Some(()) };
        let Some(field) = shape.field(&key.name) else {
            let near = nearest(&key.name, shape.fields.iter().map(|f| f.name.as_str()));
            self.report(
                Diagnostic::new(
                    Code::UnknownField,
                    key.span,
                    format!("no field `{}` on `{}`", key.name, shape.name),
                )
                .did_you_mean(near)
                .help(format!("`eyas rules fields {}` lists its fields", self.record.name)),
            );
            return None;
        };
        if field.read_only {
            let message = format!("`{}` is set by AWS and cannot be changed", field.name);
            self.bad_edit(key.span, message, "leave it out");
            return None;
        }
        self.fits(value, &field.ty, Some(field))
    }

    fn bad_edit(&mut self, span: Span, message: String, help: &str) {
        self.report(Diagnostic::new(Code::BadEdit, span, message).help(help));
    }

    fn bad_value(&mut self, span: Span, message: String, help: &str) {
        let told = Diagnostic::new(Code::BadValue, span, message);
        self.report(if help.is_empty() { told } else { told.help(help) });
    }
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 40 { line.to_owned() } else { line.chars().take(39).chain(['…']).collect() }
}

/// The quantifiers that bind their variable to an item where the condition is true.
fn bound_by<'e>(expr: &'e Expr, out: &mut Vec<&'e Quant>) {
    match expr {
        Expr::All(each) | Expr::Any(each) => each.iter().for_each(|e| bound_by(e, out)),
        Expr::Quant(quant) if quant.kind == QuantKind::Any => {
            out.push(quant);
            bound_by(&quant.body, out);
        }
        Expr::Quant(_) | Expr::Const(_) | Expr::Not(_) | Expr::Atom(_) => {}
    }
}

/// Whether the items of a quantifier's list are parts of the record.
fn in_record(quant: &Quant, all: &[&Quant]) -> bool {
    match &quant.list {
        Term::Field(used) => matches!(*used.at, Extract::Path(_)),
        // A variable's list stands inside of the quantifier that binds the variable.
        Term::Var { var, .. } if *var != quant.var => {
            all.iter().any(|outer| outer.var == *var && in_record(outer, all))
        }
        _ => false,
    }
}

/// The variables that changes can start at, as a scope.
pub(super) fn with_vars<T>(scope: Scope<'_>, vars: &[BoundVar], run: &mut dyn FnMut(&Scope<'_>) -> T) -> T {
    match vars.split_first() {
        None => run(&scope),
        Some((first, rest)) => with_vars(Scope::with_var(&scope, first), rest, run),
    }
}
