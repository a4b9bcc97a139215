//! Parameters: their types, defaults and the values given by configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::fields::describe;
use super::literal;
use super::lower::{Lower, Typed};
use super::shared::Shared;
use super::{GivenParam, OptionProblem, Type};
use crate::checked::{ParamValue, Term};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::resolve::{DeclId, Entry, FileIx, Found, Kind};
use crate::syntax::ast::{self, DeclKind, Operand, OperandKind};
use crate::value::{Fetched, Unknown, Value};

/// A parameter with the value that this run uses.
#[derive(Debug, Clone)]
pub(crate) struct ParamInForce {
    pub(crate) ty: Type,
    /// `None` where it has no default and none was given.
    pub(crate) value: Option<Value<'static>>,
    pub(crate) given: bool,
    /// Its declaration or its given value is at fault; said already.
    pub(crate) broken: bool,
}

/// The types a parameter can have.
const TYPES: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("cidr", Type::Cidr),
    ("duration", Type::Duration),
    ("float", Type::Float),
    ("host", Type::Host),
    ("int", Type::Int),
    ("ip", Type::Ip),
    ("size", Type::Size),
    ("string", Type::String),
    ("time", Type::Time),
];

fn type_of(name: &str) -> Option<Type> {
    let compact: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(item) = compact.strip_prefix("list<").and_then(|r| r.strip_suffix('>')) {
        let (_, item) = TYPES.iter().find(|(n, _)| *n == item)?;
        return Some(Type::List(Box::new(item.clone())));
    }
    TYPES.iter().find(|(n, _)| *n == compact).map(|(_, t)| t.clone())
}

/// Settles every parameter; returns what is wrong with the given values.
pub(crate) fn settle(sh: &mut Shared<'_>, given: &BTreeMap<String, GivenParam>) -> Vec<OptionProblem> {
    let mut problems = Vec::new();
    let assigned = assign(sh, given, &mut problems);
    let mut params = Vec::new();
    for (id, entry) in sh.names.entries() {
        let DeclKind::Param(param) = &entry.decl.kind else { continue };
        let mut in_force = declared(sh, entry, param);
        if let (Some((name, value)), false) =
            (assigned.iter().find(|(i, ..)| *i == id).map(|(_, n, v)| (n, v)), in_force.broken)
        {
            match given_value(value, &in_force.ty) {
                Ok(value) => {
                    in_force.value = Some(value);
                    in_force.given = true;
                }
                Err((text, expected)) => {
                    in_force.broken = true;
                    problems.push(OptionProblem {
                        name: (*name).clone(),
                        message: format!(
                            "the value of the parameter `{name}` is `{text}`, which is not {expected}"
                        ),
                        help: Some(format!("it is declared as `{name}: {}`", in_force.ty)),
                    });
                }
            }
        }
        if in_force.value.is_none() && !in_force.broken {
            sh.sink.push(
                Diagnostic::new(
                    Code::ParamWithoutValue,
                    entry.name.span,
                    format!("the param `{}` has no value", entry.name.name),
                )
                .label("conditions that read it are unknown")
                .help(format!(
                    "give it a default, or set `{}` in eyas.toml or with --set",
                    sh.names.id(entry)
                )),
            );
        }
        params.push((id, in_force));
    }
    sh.params.extend(params);
    problems
}

type Assigned<'g> = (DeclId, &'g String, &'g GivenParam);

/// Which parameter each given name means.
fn assign<'g>(
    sh: &Shared<'_>,
    given: &'g BTreeMap<String, GivenParam>,
    problems: &mut Vec<OptionProblem>,
) -> Vec<Assigned<'g>> {
    let known: Vec<(DeclId, SmolStr, SmolStr)> = sh
        .names
        .entries()
        .filter(|(_, e)| e.kind == Kind::Param)
        .map(|(id, e)| (id, sh.names.id(e), e.name.name.clone()))
        .collect();
    let mut out = Vec::new();
    for (name, value) in given {
        let mut hits: Vec<_> = known.iter().filter(|(_, full, _)| full == name).collect();
        if hits.is_empty() {
            hits = known.iter().filter(|(_, _, short)| short == name).collect();
        }
        match hits.as_slice() {
            [(id, ..)] => out.push((*id, name, value)),
            [] => {
                let near =
                    nearest(name, known.iter().flat_map(|(_, full, short)| [full.as_str(), short.as_str()]));
                problems.push(OptionProblem {
                    name: name.clone(),
                    message: format!("no rule file declares a parameter `{name}`"),
                    help: near.map(|n| format!("did you mean `{n}`?")),
                });
            }
            several => {
                let list =
                    several.iter().map(|(_, full, _)| format!("`{full}`")).collect::<Vec<_>>().join(", ");
                problems.push(OptionProblem {
                    name: name.clone(),
                    message: format!("several packages have a parameter `{name}`"),
                    help: Some(format!("write one of {list}")),
                });
            }
        }
    }
    out
}

fn declared(sh: &Shared<'_>, entry: &Entry<'_>, param: &ast::Param) -> ParamInForce {
    let broken = ParamInForce { ty: Type::Dynamic, value: None, given: false, broken: true };
    if entry.broken {
        return broken;
    }
    let Some(ty) = type_of(&param.ty.text) else {
        let mut names: Vec<String> = TYPES.iter().map(|(n, _)| (*n).to_owned()).collect();
        names.extend(TYPES.iter().map(|(n, _)| format!("list<{n}>")));
        let other = match param.ty.text.as_str() {
            "integer" | "number" | "long" => Some("int"),
            "boolean" => Some("bool"),
            "str" | "text" => Some("string"),
            "decimal" | "double" => Some("float"),
            "network" => Some("cidr"),
            _ => None,
        };
        let near = other.or_else(|| nearest(&param.ty.text, names.iter().map(String::as_str)));
        let simple = TYPES.iter().map(|(n, _)| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        sh.sink.push(
            Diagnostic::new(Code::UnknownType, param.ty.span, format!("no type `{}`", param.ty.text))
                .did_you_mean(near)
                .help(format!("a param is one of {simple}, or `list<…>` of one")),
        );
        return broken;
    };
    let Some(default) = &param.default else {
        return ParamInForce { ty, value: None, given: false, broken: false };
    };
    match default_value(sh, default, &ty, entry.file) {
        Some(value) => ParamInForce { ty, value: Some(value), given: false, broken: false },
        None => ParamInForce { ty, ..broken },
    }
}

fn default_value(sh: &Shared<'_>, default: &Operand, ty: &Type, file: FileIx) -> Option<Value<'static>> {
    match (ty, &default.kind) {
        (Type::List(item), OperandKind::List(items)) => {
            let mut leaves = Vec::new();
            for operand in items {
                match &operand.kind {
                    OperandKind::Word(word) => match sh.names.find(file, word, &[Kind::List]) {
                        Found::One(id) => leaves.extend(sh.leaves(id)?.iter().copied()),
                        _ => leaves.push((operand, file)),
                    },
                    _ => leaves.push((operand, file)),
                }
            }
            let values: Option<Vec<_>> = leaves.iter().map(|(o, _)| scalar(sh, o, item)).collect();
            Some(Value::List(values?.into_iter().map(Fetched::Present).collect()))
        }
        (Type::List(_), _) => {
            wrong_default(sh, default, "a list in brackets");
            None
        }
        _ => scalar(sh, default, ty),
    }
}

fn scalar(sh: &Shared<'_>, operand: &Operand, ty: &Type) -> Option<Value<'static>> {
    let (text, quoted) = match &operand.kind {
        OperandKind::Text(text) => (text.as_str(), true),
        OperandKind::Word(word) => (word.as_str(), false),
        _ => {
            wrong_default(sh, operand, &describe(ty));
            return None;
        }
    };
    literal::read(text, quoted, ty).map_err(|expected| wrong_default(sh, operand, expected)).ok()
}

fn wrong_default(sh: &Shared<'_>, operand: &Operand, expected: &str) {
    let text = sh.sources.text(operand.span);
    sh.sink.push(
        Diagnostic::new(Code::BadLiteral, operand.span, format!("`{text}` is not {expected}"))
            .label("the param's type asks for it"),
    );
}

/// A given value as one of type `ty`, or its text and what was expected.
pub(super) fn given_value(given: &GivenParam, ty: &Type) -> Result<Value<'static>, (String, String)> {
    match (given, ty) {
        (GivenParam::List(items), Type::List(item)) => {
            let values: Result<Vec<_>, _> = items.iter().map(|v| given_value(v, item)).collect();
            Ok(Value::List(values?.into_iter().map(Fetched::Present).collect()))
        }
        // `--set regions=us-east-1,eu-west-1`
        (GivenParam::Text(text), Type::List(item)) => {
            let parts = text.trim().trim_start_matches('[').trim_end_matches(']');
            let values: Result<Vec<_>, _> = parts
                .split(',')
                .map(|p| p.trim().trim_matches('"'))
                .filter(|p| !p.is_empty())
                .map(|p| given_value(&GivenParam::Text(p.to_owned()), item))
                .collect();
            Ok(Value::List(values?.into_iter().map(Fetched::Present).collect()))
        }
        (GivenParam::List(_), _) => Err(("a list".into(), describe(ty))),
        (GivenParam::Bool(_), Type::String | Type::Bool | Type::Dynamic)
        | (GivenParam::Int(_) | GivenParam::Float(_) | GivenParam::Text(_), _) => {
            let text = given.to_string();
            literal::read(&text, true, ty).map_err(|expected| (text, expected.to_owned()))
        }
        (GivenParam::Bool(b), _) => Err((b.to_string(), describe(ty))),
    }
}

/// The parameters as the rule set lists them.
pub(crate) fn values(sh: &Shared<'_>) -> Vec<ParamValue> {
    let of = |(id, entry): (DeclId, &Entry<'_>)| {
        let param = sh.params.get(&id).filter(|p| !p.broken)?;
        Some(ParamValue {
            id: sh.names.id(entry),
            ty: param.ty.clone(),
            value: param.value.clone(),
            doc: entry.decl.doc.as_ref().map(|d| d.lines.join("\n")).unwrap_or_default(),
            given: param.given,
        })
    };
    sh.names.entries().filter_map(of).collect()
}

impl<'a> Lower<'_, 'a> {
    /// The value of a parameter.
    pub(crate) fn param(&mut self, id: DeclId) -> Option<Typed<'a>> {
        self.sh.names.mark_used(id);
        let Some(param) = self.sh.params.get(&id).filter(|p| !p.broken) else {
            self.broken = true;
            return None;
        };
        let term = match &param.value {
            Some(value) => Term::Const(value.clone()),
            None => {
                let reason = format!("the param `{}` has no value", self.sh.names.entry(id).name.name);
                Term::Unknown(Arc::new(Unknown::new(reason)))
            }
        };
        Some(Typed::new(term, param.ty.clone()))
    }
}
