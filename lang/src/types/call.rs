//! Values that are computed: function calls, `val`, `resources`, and steps below them.

use smol_str::SmolStr;

use super::Type;
use super::expr::callable_names;
use super::fields::{describe, word_segments};
use super::lists::literal_list;
use super::literal;
use super::lower::{Lower, Typed};
use super::scope::{Local, Scope};
use crate::checked::Term;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::functions::{self, Function, ParamKind, Passing};
use crate::resolve::{Found, Kind};
use crate::source::Span;
use crate::syntax::ast::{Name, Operand, OperandKind, Segment};
use crate::value::Value;

impl<'a> Lower<'_, 'a> {
    /// A value that is read: the left side of a comparison, a quantifier's list, an argument.
    pub(crate) fn read(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<Typed<'a>> {
        self.nested(operand.span, |me| me.read_here(operand, scope)).flatten()
    }

    fn read_here(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<Typed<'a>> {
        match &operand.kind {
            OperandKind::Path(path) => {
                let word = match path.segments.as_slice() {
                    [only] if only.arg.is_none() => truth_word(&only.name, scope),
                    _ => None,
                };
                word.or_else(|| self.read_path(&path.segments, operand.span, scope))
            }
            OperandKind::Word(word) if truth_word(word, scope).is_some() => truth_word(word, scope),
            OperandKind::Word(word) => match word_segments(word, operand.span) {
                Some(segments) => self.read_path(&segments, operand.span, scope),
                None => Some(word_value(word)),
            },
            OperandKind::Text(text) => Some(constant(Value::Str(text.clone().into()), Type::String)),
            OperandKind::Regex(_) => {
                self.report(
                    Diagnostic::new(Code::BadValue, operand.span, "a regular expression is not a value")
                        .help("it stands on the right of `matches` or `regex`"),
                );
                None
            }
            OperandKind::Call { name, args } => self.call(name, args, operand.span, scope),
            OperandKind::Project { base, segments } => {
                if let Some((call, rest)) = option_of(base, segments) {
                    let option = self.read(&call, scope)?;
                    return self.steps(option, rest, operand.span);
                }
                let base = self.read(base, scope)?;
                self.steps(base, segments, operand.span)
            }
            OperandKind::List(items) => self.list_literal(items, scope),
        }
    }

    fn call(&mut self, name: &Name, args: &[Operand], span: Span, scope: &Scope<'_>) -> Option<Typed<'a>> {
        match (name.text.as_str(), args) {
            ("val", [field]) => return self.read(field, scope),
            ("val", _) => {
                self.wrong_count(name, "1 argument", args.len(), "val(field)", span);
                return None;
            }
            ("resources", _) => return self.resources(name, args, span),
            _ => {}
        }
        let Some(function) = functions::find(&name.text) else {
            self.unknown_function(name, scope);
            return None;
        };
        let least = function.params.iter().filter(|p| !p.optional).count();
        let most = if function.variadic { usize::MAX } else { function.params.len() };
        if args.len() < least || args.len() > most {
            let expected = match (least, most) {
                (n, usize::MAX) => format!("at least {n} argument{}", if n == 1 { "" } else { "s" }),
                (1, 1) => "1 argument".to_owned(),
                (n, m) if n == m => format!("{n} arguments"),
                (n, m) => format!("{n} to {m} arguments"),
            };
            self.wrong_count(name, &expected, args.len(), &signature(function), span);
            return None;
        }
        let mut terms = Vec::with_capacity(args.len());
        let mut types = Vec::with_capacity(args.len());
        let first = function.passing == Passing::First;
        let mut optional = function.passing != Passing::All;
        for (i, arg) in args.iter().enumerate() {
            let kind = function.params.get(i).or(function.params.last()).map_or(ParamKind::Any, |p| p.kind);
            let typed = self.argument(arg, kind, function, scope)?;
            optional = if first { optional && typed.optional } else { optional || typed.optional };
            terms.push(typed.term);
            types.push(typed.ty);
        }
        let ty = (function.result)(&types);
        let mut typed = Typed::new(Term::Call { function, args: terms, ty: ty.clone() }, ty);
        typed.optional = optional;
        Some(typed)
    }

    fn argument(
        &mut self,
        arg: &Operand,
        kind: ParamKind,
        function: &'static Function,
        scope: &Scope<'_>,
    ) -> Option<Typed<'a>> {
        let typed = match &arg.kind {
            OperandKind::Text(text) if kind == ParamKind::Time => match literal::time(text) {
                Some(time) => constant(Value::Time(time), Type::Time),
                None => {
                    self.bad_literal(arg.span, "a time such as `2026-01-31T00:00:00Z`", &Type::Time);
                    return None;
                }
            },
            OperandKind::Regex(text) => constant(Value::Str(text.clone().into()), Type::String),
            OperandKind::List(items) => self.argument_list(items, scope)?,
            _ => self.read(arg, scope)?,
        };
        let fits = match (kind, &typed.ty) {
            (ParamKind::Any, _) | (_, Type::Dynamic) => true,
            (ParamKind::String, Type::String | Type::Host | Type::Ip | Type::Cidr) => true,
            (ParamKind::Number, Type::Int | Type::Float | Type::Size) => true,
            (ParamKind::Time, Type::Time | Type::String) => true,
            // The one kind of function on a single value that also takes a typed list of them.
            (ParamKind::Time, Type::List(item)) => {
                matches!(**item, Type::Time | Type::String | Type::Dynamic)
            }
            (ParamKind::List, Type::List(_)) => true,
            // A function over a list's items, as comparisons are.
            (kind, Type::List(item)) => kind != ParamKind::List && **item == Type::Dynamic,
            _ => false,
        };
        if !fits {
            let expected = match kind {
                ParamKind::String => "text",
                ParamKind::Number => "a number",
                ParamKind::Time => "a time",
                ParamKind::List => "a list",
                ParamKind::Any => "a value",
            };
            let written = self.sh.sources.text(arg.span).to_owned();
            let what = describe(&typed.ty);
            self.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    arg.span,
                    format!("`{}` takes {expected}, and `{written}` is {what}", function.name),
                )
                .help(format!("its signature is `{}`", signature(function))),
            );
            return None;
        }
        Some(typed)
    }

    /// `(a.field, "text")` as an argument: what names a field or a variable is read, as any
    /// other argument would be.
    fn argument_list(&mut self, items: &[Operand], scope: &Scope<'_>) -> Option<Typed<'a>> {
        let mut terms = Vec::new();
        for item in items {
            match Self::name_segments(&item.kind, item.span) {
                Some(names) if !self.is_readable(&names, scope) => {
                    terms.extend(self.list_terms(std::slice::from_ref(item), scope)?);
                }
                _ => terms.push(self.read(item, scope)?.term),
            }
        }
        Some(literal_list(terms))
    }

    /// Whether a name is that of a variable or a field.
    fn is_readable(&self, names: &[Segment], scope: &Scope<'_>) -> bool {
        let variable = names.first().is_some_and(|first| scope.find(&first.name).is_some());
        variable || self.find_field(names).is_some()
    }

    fn resources(&mut self, name: &Name, args: &[Operand], span: Span) -> Option<Typed<'a>> {
        let text = |o: &Operand| match &o.kind {
            OperandKind::Path(p) => Some(SmolStr::from(p.text())),
            OperandKind::Word(w) => Some(w.clone()),
            OperandKind::Text(t) => Some(SmolStr::new(t)),
            _ => None,
        };
        let (record, everywhere) = match args {
            [t] => (text(t), false),
            [t, e] if text(e).as_deref() == Some("everywhere") => (text(t), true),
            _ => (None, false),
        };
        let Some(record) = record else {
            let usage = "resources(AWS::EC2::VPC) or resources(AWS::EC2::VPC, everywhere)";
            self.wrong_count(name, "a resource type, and perhaps `everywhere`", args.len(), usage, span);
            return None;
        };
        if self.sh.catalog.record_type(&record).is_none() {
            let at = args.first().map_or(span, |a| a.span);
            self.report(super::habits::unknown_record_type(self.sh.catalog, &record, at));
            return None;
        }
        let ty = Type::List(Box::new(Type::Record(record.clone())));
        let mut typed = Typed::new(Term::Resources { record, everywhere }, ty);
        typed.optional = false;
        Some(typed)
    }

    fn wrong_count(&mut self, name: &Name, expected: &str, given: usize, usage: &str, span: Span) {
        self.report(
            Diagnostic::new(
                Code::WrongArguments,
                span,
                format!("`{}` takes {expected}, {given} given", name.text),
            )
            .help(format!("write `{usage}`")),
        );
    }

    fn unknown_function(&mut self, name: &Name, scope: &Scope<'_>) {
        match self.sh.names.find(scope.file, &name.text, &[Kind::Macro]) {
            Found::No => {}
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::NotAValue,
                        name.span,
                        format!("the macro `{}` is a condition, not a value", name.text),
                    )
                    .help("use it by itself, without an operator"),
                );
                return;
            }
        }
        if matches!(name.text.as_str(), "distinct" | "count") {
            self.report(
                Diagnostic::new(
                    Code::UnknownFunction,
                    name.span,
                    format!("`{}` can only be used in `having` and in the message of such a rule", name.text),
                )
                .help("it counts over the records of a group"),
            );
            return;
        }
        let macros = self.sh.names.visible(scope.file, &[Kind::Macro]);
        let near =
            super::habits::function(&name.text).or_else(|| nearest(&name.text, callable_names(&macros)));
        let help = match self.sh.names.package_with(&name.text, &[Kind::Macro]) {
            Some(package) => {
                format!("the package `{package}` has a macro of that name: write `use {package}`")
            }
            None => super::habits::call(&name.text).unwrap_or_else(|| {
                "the function reference of the documentation lists all functions".to_owned()
            }),
        };
        self.report(
            Diagnostic::new(
                Code::UnknownFunction,
                name.span,
                format!("no function or macro `{}`", name.text),
            )
            .did_you_mean(near)
            .help(help),
        );
    }

    /// The value on the right of a comparison with something of type `expect`.
    pub(crate) fn value(&mut self, operand: &Operand, expect: &Type, scope: &Scope<'_>) -> Option<Typed<'a>> {
        self.nested(operand.span, |me| me.value_here(operand, expect, scope)).flatten()
    }

    fn value_here(&mut self, operand: &Operand, expect: &Type, scope: &Scope<'_>) -> Option<Typed<'a>> {
        let span = operand.span;
        match &operand.kind {
            OperandKind::Text(text) => self.literal(text, true, expect, span),
            OperandKind::Word(word) => self.word(word, operand, expect, scope),
            OperandKind::Path(path) if path.segments.iter().any(|s| s.arg.is_some()) => {
                // Brackets cannot be part of a word: this is meant to be read.
                let typed = self.read(operand, scope)?;
                self.agree(typed, expect, span)
            }
            OperandKind::Path(path) => self.word(&path.text(), operand, expect, scope),
            OperandKind::List(_) => {
                self.report(
                    Diagnostic::new(Code::TypeMismatch, span, "this operator takes one value, not a list")
                        .help("use `in`, or `oneof (…)` after the operator"),
                );
                None
            }
            OperandKind::Call { .. } | OperandKind::Project { .. } | OperandKind::Regex(_) => {
                let typed = self.read(operand, scope)?;
                self.agree(typed, expect, span)
            }
        }
    }

    /// A bare word where a value is expected.
    fn word(&mut self, word: &str, operand: &Operand, expect: &Type, scope: &Scope<'_>) -> Option<Typed<'a>> {
        let span = operand.span;
        let first = word.split(['.', '[']).next().unwrap_or(word);
        match scope.find(first) {
            Some(Local::Arg(arg, caller)) if first == word => return self.value(arg, expect, caller),
            Some(_) => {
                let segments = Self::name_segments(&operand.kind, span)?;
                let typed = self.read_path(&segments, span, scope)?;
                return self.agree(typed, expect, span);
            }
            None => {}
        }
        match self.sh.names.find(scope.file, word, &[Kind::Param]) {
            Found::One(id) => {
                let typed = self.param(id)?;
                return match &typed.term {
                    Term::Const(Value::Str(text)) => self.literal(&text.clone(), true, expect, span),
                    _ if matches!(typed.ty, Type::List(_)) => {
                        self.report(
                            Diagnostic::new(
                                Code::TypeMismatch,
                                span,
                                format!("`{word}` is a list of values"),
                            )
                            .help("use `in`, or `oneof (…)` after the operator"),
                        );
                        None
                    }
                    _ => self.agree(typed, expect, span),
                };
            }
            Found::Several(ids) => {
                self.ambiguous(word, span, &ids);
                return None;
            }
            Found::No => {}
        }
        match literal::read(word, false, expect) {
            Ok(value) => {
                self.warn_field_as_text(word, span);
                Some(constant(value, expect.clone()))
            }
            Err(expected) => {
                self.bad_literal(span, expected, expect);
                None
            }
        }
    }

    /// A literal read as what the other side asks for.
    pub(crate) fn literal(
        &mut self,
        text: &str,
        quoted: bool,
        expect: &Type,
        span: Span,
    ) -> Option<Typed<'a>> {
        match literal::read(text, quoted, expect) {
            Ok(value) => Some(constant(value, expect.clone())),
            Err(expected) => {
                self.bad_literal(span, expected, expect);
                None
            }
        }
    }

    pub(crate) fn bad_literal(&mut self, span: Span, expected: &str, expect: &Type) {
        let written = self.sh.sources.text(span).to_owned();
        let what = describe(expect);
        let mut d = Diagnostic::new(Code::BadLiteral, span, format!("`{written}` is not {expected}"));
        if let (Type::Bool, Some(word)) =
            (expect, ["true", "false"].into_iter().find(|word| word.eq_ignore_ascii_case(&written)))
        {
            d = d.did_you_mean(Some(word));
        } else if self.is_field_name(&written) {
            d = d.help(format!("a bare word on the right is text: write `val({written})` to read the field"));
        }
        if d.suggestion.is_none() && !expected.starts_with(&what) {
            d = d.label(format!("it is compared with {what}"));
        }
        self.report(d);
    }

    pub(crate) fn warn_field_as_text(&mut self, word: &str, span: Span) {
        if self.is_field_name(word) {
            self.report(
                Diagnostic::new(
                    Code::FieldAsText,
                    span,
                    format!("`{word}` is text here, not the field of that name"),
                )
                .help(format!("write `val({word})` to read the field, or quotes to keep the text")),
            );
        }
    }

    /// Checks that a value that is read can be compared with something of type `expect`.
    pub(crate) fn agree(&mut self, typed: Typed<'a>, expect: &Type, span: Span) -> Option<Typed<'a>> {
        if comparable(expect, &typed.ty) {
            return Some(typed);
        }
        let written = self.sh.sources.text(span).to_owned();
        let (left, right) = (describe(expect), describe(&typed.ty));
        let mut mismatch = Diagnostic::new(
            Code::TypeMismatch,
            span,
            format!("{left} cannot be compared with `{written}`, which is {right}"),
        );
        if matches!((expect, &typed.ty), (Type::Ip | Type::Host, Type::Cidr)) {
            mismatch = mismatch.help(format!("an address lies in a network: `inside {written}`"));
        }
        self.report(mismatch);
        None
    }
}

/// Whether values of two types can be equal.
fn comparable(left: &Type, right: &Type) -> bool {
    let texts = |t: &Type| {
        matches!(
            t,
            Type::String | Type::Host | Type::Ip | Type::Cidr | Type::Time | Type::Duration | Type::Size
        )
    };
    let numbers = |t: &Type| matches!(t, Type::Int | Type::Float | Type::Size);
    match (left, right) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(l), r) => comparable(l, r),
        (l, Type::List(r)) => comparable(l, r),
        (Type::String, r) => texts(r),
        (l, Type::String) => texts(l),
        (Type::Host, Type::Ip) | (Type::Ip, Type::Host) => true,
        (l, r) => l == r || (numbers(l) && numbers(r)),
    }
}

fn constant<'a>(value: Value<'static>, ty: Type) -> Typed<'a> {
    Typed { term: Term::Const(value), ty, optional: false, field: None }
}

/// `true` or `false`, where no variable has that name.
fn truth_word<'a>(word: &str, scope: &Scope<'_>) -> Option<Typed<'a>> {
    let value = match word {
        "true" => true,
        "false" => false,
        _ => return None,
    };
    scope.find(word).is_none().then(|| constant(Value::Bool(value), Type::Bool))
}

/// A word that is no name, where a value is read: `22`, `iam:PassRole`.
fn word_value<'a>(word: &str) -> Typed<'a> {
    match literal::number(word) {
        Some(value @ Value::Int(_)) => constant(value, Type::Int),
        Some(value) => constant(value, Type::Float),
        None => match (literal::duration(word), literal::size(word)) {
            (Some(d), _) => constant(Value::Duration(d), Type::Duration),
            (None, Some(s)) => constant(Value::Size(s), Type::Size),
            _ => constant(Value::Str(word.to_owned().into()), Type::String),
        },
    }
}

/// `name(a, b, …)` as documentation writes it.
pub fn signature(function: &Function) -> String {
    let mut out = format!("{}(", function.name);
    for (i, p) in function.params.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        out.push_str(&if p.optional { format!("[{comma}{}]", p.name) } else { format!("{comma}{}", p.name) });
    }
    if function.variadic {
        out.push_str(", …");
    }
    out.push(')');
    out
}

/// Falco's `getopt(words, options)[option]`: the option is the call's third argument, and what
/// follows are steps below it.
fn option_of<'s>(base: &Operand, segments: &'s [Segment]) -> Option<(Operand, &'s [Segment])> {
    let (first, rest) = segments.split_first()?;
    let option = first.arg.as_ref().filter(|_| first.name.is_empty())?;
    match &base.kind {
        OperandKind::Call { name, args } if name.text == "getopt" && args.len() == 2 => {
            let mut args = args.clone();
            args.push(Operand { kind: OperandKind::Text(option.to_string()), span: first.span });
            let kind = OperandKind::Call { name: name.clone(), args };
            Some((Operand { kind, span: base.span }, rest))
        }
        _ => None,
    }
}
