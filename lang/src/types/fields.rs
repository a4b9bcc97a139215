//! Paths to values: fields of the record, variables, and steps below them.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Type;
use super::lower::{Lower, Typed};
use super::scope::{Local, Scope};
use crate::catalog::{Argument, Extract, Field, Shape, Step};
use crate::checked::{FieldUse, Term};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::resolve::{Found, Kind};
use crate::source::Span;
use crate::syntax::ast::{OperandKind, Path, Segment};

/// The segments of a word that is shaped like a dotted name.
pub(crate) fn word_segments(word: &str, span: Span) -> Option<Vec<Segment>> {
    let name = |part: &str| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    };
    let parts: Vec<&str> = word.split('.').collect();
    if !parts.iter().all(|p| name(p)) {
        return None;
    }
    Some(parts.into_iter().map(|p| Segment { name: SmolStr::new(p), arg: None, span }).collect())
}

fn path_text(segments: &[Segment]) -> String {
    Path { segments: segments.to_vec() }.text()
}

fn join_names(segments: &[Segment]) -> String {
    let mut out = String::with_capacity(segments.iter().map(|s| s.name.len() + 1).sum());
    for s in segments {
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(&s.name);
    }
    out
}

impl<'a> Lower<'_, 'a> {
    /// The value at a path: a variable, a field, a `let`, a parameter, a list or a context set.
    pub(crate) fn read_path(
        &mut self,
        segments: &[Segment],
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Typed<'a>> {
        if let Some(found) = self.local(segments, span, scope) {
            return found;
        }
        if let Some((field, named, below)) = self.find_field(segments) {
            if field.name == "event" {
                self.warn_raw_case(below);
            }
            let base = self.field_use(field, named, span)?;
            return self.steps(base, below, span);
        }
        if let [only] = segments
            && only.arg.is_none()
            && let Some(i) = self.lets.iter().position(|l| *l == only.name)
        {
            self.lets_read.insert(i);
            return Some(Typed::new(Term::Let(i as u32), Type::Dynamic));
        }
        let text = path_text(segments);
        if let Some(typed) = self.declared_value(&text, span, scope) {
            return typed;
        }
        if let Some(set) = super::contexts::find(&text) {
            return Some(Typed::new(Term::Context(SmolStr::new_static(set.name)), set.ty()));
        }
        self.unknown_name(&text, segments, span, scope);
        None
    }

    /// A variable or macro parameter, with the steps below it.
    pub(crate) fn local(
        &mut self,
        segments: &[Segment],
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Option<Typed<'a>>> {
        let first = segments.first()?;
        let base = match scope.find(&first.name)? {
            Local::Var(var) => Some(Typed {
                term: Term::Var { var: var.id, path: Vec::new(), name: var.name.clone(), ty: var.ty.clone() },
                ty: var.ty.clone(),
                optional: false,
                field: None,
            }),
            Local::Arg(arg, caller) => self.read(arg, caller),
        };
        Some(base.and_then(|base| self.steps_after_first(base, segments, span)))
    }

    fn steps_after_first(&mut self, base: Typed<'a>, segments: &[Segment], span: Span) -> Option<Typed<'a>> {
        let (first, rest) = segments.split_first()?;
        let base = match &first.arg {
            Some(arg) => self.bracket(base, arg, span)?,
            None => base,
        };
        self.steps(base, rest, span)
    }

    /// The field that the longest run of leading segments names, with those and the rest.
    pub(crate) fn find_field<'s>(
        &self,
        segments: &'s [Segment],
    ) -> Option<(&'a Field, &'s [Segment], &'s [Segment])> {
        // A bracket can only stand on the last segment of a field's name.
        let plain = segments.iter().take_while(|s| s.arg.is_none()).count();
        let most = segments.len().min(plain + 1);
        (1..=most).rev().find_map(|n| {
            let (named, below) = segments.split_at_checked(n)?;
            let field = match named {
                [one] => self.record.shape.field(&one.name),
                many => self.record.shape.field(&join_names(many)),
            };
            field.map(|f| (f, named, below))
        })
    }

    /// A field with its own argument worked in.
    fn field_use(&mut self, field: &'a Field, segments: &[Segment], span: Span) -> Option<Typed<'a>> {
        let arg = segments.last().and_then(|s| s.arg.as_ref());
        let mut used = FieldUse {
            name: field.name.clone(),
            at: Arc::clone(&field.at),
            path: Vec::new(),
            ty: field.ty.clone(),
            optional: field.optional,
            dispatch: field.dispatch && arg.is_none(),
        };
        let mut step_below = None;
        match (field.argument, arg) {
            (Argument::Pointer, None) => {
                self.report(
                    Diagnostic::new(
                        Code::FieldArgument,
                        span,
                        format!("`{}` needs a JSON pointer in brackets", field.name),
                    )
                    .help(format!("write `{}[/requestParameters/name]`", field.name)),
                );
                return None;
            }
            (Argument::Pointer, Some(pointer)) => {
                used.name = SmolStr::from(format!("{}[{pointer}]", field.name));
                used.at = Arc::new(Extract::Path(pointer_steps(pointer)));
            }
            (_, None) => {}
            (_, Some(arg)) => step_below = Some(arg.clone()),
        }
        let ty = used.ty.clone();
        let typed =
            Typed { optional: field.optional, field: Some(field), ty, term: Term::Field(Arc::new(used)) };
        match step_below {
            Some(arg) => self.bracket(typed, &arg, span),
            None => Some(typed),
        }
    }

    /// Steps below a value.
    pub(crate) fn steps(&mut self, base: Typed<'a>, segments: &[Segment], span: Span) -> Option<Typed<'a>> {
        let mut typed = base;
        for segment in segments {
            if !segment.name.is_empty() {
                typed = self.member(typed, segment, span)?;
            }
            if let Some(arg) = &segment.arg {
                typed = self.bracket(typed, arg, span)?;
            }
        }
        Some(typed)
    }

    /// `.name` below a value; over a list, of every item.
    fn member(&mut self, base: Typed<'a>, segment: &Segment, span: Span) -> Option<Typed<'a>> {
        let (item, in_list) = match &base.ty {
            Type::List(item) => (item.as_ref(), true),
            other => (other, false),
        };
        match item {
            Type::Dynamic => {
                let step = Step::Key(segment.name.clone());
                let ty = if in_list { Type::List(Box::new(Type::Dynamic)) } else { Type::Dynamic };
                Some(step_below(base, vec![step], &segment.name, ty, true, None))
            }
            Type::Record(shape_name) => {
                let Some(shape) = self.shape(shape_name) else {
                    // A record that the catalog does not describe: nothing to check against.
                    let step = Step::Key(segment.name.clone());
                    return Some(step_below(base, vec![step], &segment.name, Type::Dynamic, true, None));
                };
                let Some(field) = shape.field(&segment.name) else {
                    self.no_member(shape, segment);
                    return None;
                };
                let steps = match &*field.at {
                    Extract::Path(steps) => steps.clone(),
                    _ => vec![Step::Key(segment.name.clone())],
                };
                let ty = match (&field.ty, in_list) {
                    (ty @ Type::List(_), _) | (ty, false) => ty.clone(),
                    (ty, true) => Type::List(Box::new(ty.clone())),
                };
                Some(step_below(base, steps, &segment.name, ty, field.optional, Some(field)))
            }
            other => {
                let what = describe(other);
                self.report(
                    Diagnostic::new(
                        Code::UnknownField,
                        place(segment, span),
                        format!("`{}` is below {what}, which has no members", segment.name),
                    )
                    .help("only records and dynamic values have members"),
                );
                None
            }
        }
    }

    /// `[argument]` below a value: an item, every item (`*`) or a member with an odd name.
    fn bracket(&mut self, base: Typed<'a>, arg: &SmolStr, span: Span) -> Option<Typed<'a>> {
        if arg == "*" {
            return Some(base);
        }
        let index = arg.parse::<u32>().ok();
        match (&base.ty, index) {
            (Type::List(item), Some(i)) => {
                let ty = item.as_ref().clone();
                let field = base.field;
                Some(step_below(base, vec![Step::Index(i)], &format!("[{i}]"), ty, true, field))
            }
            (Type::Dynamic, Some(i)) => {
                Some(step_below(base, vec![Step::Index(i)], &format!("[{i}]"), Type::Dynamic, true, None))
            }
            (Type::Dynamic, None) => {
                let step = Step::Key(arg.clone());
                Some(step_below(base, vec![step], &format!("[{arg}]"), Type::Dynamic, true, None))
            }
            (Type::Record(_), None) => {
                self.member(base, &Segment { name: arg.clone(), arg: None, span }, span)
            }
            (Type::List(item), None) if matches!(item.as_ref(), Type::Record(_) | Type::Dynamic) => {
                self.member(base, &Segment { name: arg.clone(), arg: None, span }, span)
            }
            (ty, _) => {
                let what = describe(ty);
                self.report(
                    Diagnostic::new(
                        Code::FieldArgument,
                        span,
                        format!("`[{arg}]` cannot be taken of {what}"),
                    )
                    .help("`[0]` picks an item of a list, `[\"key\"]` a member of a dynamic value"),
                );
                None
            }
        }
    }

    fn shape(&self, name: &str) -> Option<&'a Shape> {
        if self.record.name == name { Some(&self.record.shape) } else { self.sh.catalog.shape(name) }
    }

    fn no_member(&mut self, shape: &'a Shape, segment: &Segment) {
        let near = nearest(&segment.name, shape.fields.iter().map(|f| f.name.as_str()));
        let owner = shape.name.split('.').next().filter(|owner| self.sh.catalog.record_type(owner).is_some());
        let help = if shape.field("Key").is_some() && shape.field("Value").is_some() {
            format!("`tags.{}` is the value of that tag", segment.name)
        } else {
            format!("`eyas rules fields {}` lists its fields", owner.unwrap_or(&self.record.name))
        };
        self.report(
            Diagnostic::new(
                Code::UnknownField,
                segment.span,
                format!("no field `{}` on `{}`", segment.name, shape.name),
            )
            .did_you_mean(near)
            .help(help),
        );
    }

    /// A `param` or `list` of this name.
    fn declared_value(&mut self, text: &str, span: Span, scope: &Scope<'_>) -> Option<Option<Typed<'a>>> {
        match self.sh.names.find(scope.file, text, &[Kind::Param, Kind::List]) {
            Found::No => None,
            Found::One(id) => Some(match self.sh.names.entry(id).kind {
                Kind::Param => self.param(id),
                Kind::List => self.list_value(id),
                _ => {
                    self.broken = true;
                    None
                }
            }),
            Found::Several(ids) => {
                self.ambiguous(text, span, &ids);
                Some(None)
            }
        }
    }

    /// Says that nothing has this name.
    pub(crate) fn unknown_name(&mut self, text: &str, segments: &[Segment], span: Span, scope: &Scope<'_>) {
        if self.sh.names.find(scope.file, text, &[Kind::Macro]) != Found::No {
            self.report(
                Diagnostic::new(
                    Code::NotAValue,
                    span,
                    format!("the macro `{text}` is a condition, not a value"),
                )
                .help("use it by itself, without an operator"),
            );
            return;
        }
        // Below a known name the last segments are at fault: say it of what the record has.
        let known_base = (1..segments.len()).rev().find(|n| {
            let base = join_names(segments.get(..*n).unwrap_or_default());
            self.record.shape.fields.iter().any(|f| f.name.starts_with(&base))
        });
        let lists = self.sh.names.visible(scope.file, &[Kind::Param, Kind::List]);
        let mut candidates: Vec<&str> = self.record.shape.fields.iter().map(|f| f.name.as_str()).collect();
        candidates.extend(self.lets.iter().map(SmolStr::as_str));
        candidates.extend(scope.names());
        candidates.extend(lists.iter().map(SmolStr::as_str));
        candidates.extend(super::contexts::ALL.iter().map(|c| c.name));
        let meant = self.meant(text, segments, scope);
        let near = meant.as_deref().or_else(|| nearest(text, candidates.iter().copied()));
        let help = if known_base.is_none()
            && near.is_none()
            && self.sh.names.package_with(text, &[Kind::Param, Kind::List]).is_some()
        {
            let package =
                self.sh.names.package_with(text, &[Kind::Param, Kind::List]).cloned().unwrap_or_default();
            format!("the package `{package}` has that name: write `use {package}`")
        } else {
            format!("`eyas rules fields {}` lists its fields", self.record.name)
        };
        let d =
            Diagnostic::new(Code::UnknownField, span, format!("no field `{text}` on `{}`", self.record.name))
                .did_you_mean(near)
                .help(help);
        self.report(d);
    }

    /// Whether a dotted word is spelt like a field of the record.
    pub(crate) fn is_field_name(&self, word: &str) -> bool {
        word.contains('.') && self.record.shape.field(word).is_some()
    }

    /// The segments of an operand that is a name.
    pub(crate) fn name_segments(kind: &OperandKind, span: Span) -> Option<Vec<Segment>> {
        match kind {
            OperandKind::Path(path) => Some(path.segments.clone()),
            OperandKind::Word(word) => word_segments(word, span),
            _ => None,
        }
    }
}

fn place(segment: &Segment, span: Span) -> Span {
    if segment.span.is_empty() { span } else { segment.span }
}

/// A type with its article, for messages.
pub(crate) fn describe(ty: &Type) -> String {
    match ty {
        Type::String => "text".into(),
        Type::Int | Type::Float => "a number".into(),
        Type::Bool => "a boolean".into(),
        Type::Ip => "an address".into(),
        Type::Cidr => "a network".into(),
        Type::Host => "an address or host name".into(),
        Type::Time => "a time".into(),
        Type::Duration => "a duration".into(),
        Type::Size => "a size".into(),
        Type::List(item) => format!("a list ({item})"),
        Type::Record(shape) => format!("a record (`{shape}`)"),
        Type::Dynamic => "a dynamic value".into(),
    }
}

/// Extends a term by steps.
fn step_below<'a>(
    base: Typed<'a>,
    steps: Vec<Step>,
    written: &str,
    ty: Type,
    optional: bool,
    field: Option<&'a Field>,
) -> Typed<'a> {
    let optional = base.optional || optional;
    let dot = if written.starts_with('[') { "" } else { "." };
    let term = match base.term {
        Term::Field(used) => {
            let mut used = Arc::unwrap_or_clone(used);
            used.name = SmolStr::from(format!("{}{dot}{written}", used.name));
            used.path.extend(steps);
            used.ty = ty.clone();
            used.optional = optional;
            used.dispatch = false;
            Term::Field(Arc::new(used))
        }
        Term::Var { var, mut path, name, .. } => {
            path.extend(steps);
            let name = SmolStr::from(format!("{name}{dot}{written}"));
            Term::Var { var, path, name, ty: ty.clone() }
        }
        Term::Project { base, mut path, .. } => {
            path.extend(steps);
            Term::Project { base, path, ty: ty.clone() }
        }
        other => Term::Project { base: Box::new(other), path: steps, ty: ty.clone() },
    };
    Typed { term, ty, optional, field }
}

/// The steps of a JSON pointer (RFC 6901), with or without the first slash.
fn pointer_steps(pointer: &str) -> Vec<Step> {
    let pointer = pointer.strip_prefix('/').unwrap_or(pointer);
    if pointer.is_empty() {
        return Vec::new();
    }
    pointer
        .split('/')
        .map(|token| match token.parse::<u32>() {
            Ok(i) => Step::Index(i),
            Err(_) => Step::Key(SmolStr::from(token.replace("~1", "/").replace("~0", "~"))),
        })
        .collect()
}
