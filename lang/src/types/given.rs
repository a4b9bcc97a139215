//! Parameters that a test case sets.

use std::sync::Arc;

use super::fields::describe;
use super::params::given_value;
use super::rule;
use super::shared::{Shared, Sink};
use super::{GivenParam, Type};
use crate::checked::Rule;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::resolve::{DeclId, FileIx, Found, Kind};
use crate::source::Span;
use crate::syntax::ast::{Data, DataKind, DeclKind, Ident};
use crate::value::Value;

/// The rule as it is with the parameters of a case; `None` after a report.
pub(super) fn rule_with(sh: &mut Shared<'_>, file: FileIx, id: DeclId, params: &Data) -> Option<Arc<Rule>> {
    let DataKind::Object(members) = &params.kind else { return None };
    let values: Vec<Option<_>> = members.iter().map(|(name, data)| value(sh, file, name, data)).collect();
    let values = values.into_iter().collect::<Option<Vec<_>>>()?;
    let before = sh.params.clone();
    for (param, value) in values {
        if let Some(in_force) = sh.params.get_mut(&param) {
            (in_force.value, in_force.given) = (value, true);
        }
    }
    sh.forget_values();
    // What there is to say of the rule was said; only what these values break is new.
    let said = std::mem::take(&mut sh.sink);
    let entry = sh.names.entry(id);
    let rule = match &entry.decl.kind {
        DeclKind::Rule(decl) => rule::check(sh, entry, decl, false),
        DeclKind::Sequence(decl) => rule::check(sh, entry, decl, true),
        _ => None,
    };
    let found = std::mem::replace(&mut sh.sink, said);
    sh.params = before;
    sh.forget_values();
    if rule.is_none() {
        told(&sh.sink, found, params.span);
    }
    rule.map(Arc::new)
}

/// Reports what breaks the rule under the case's parameters. A rule that is broken anyway has been
/// told of.
fn told(sink: &Sink, found: Sink, at: Span) {
    for diagnostic in found.take().into_iter().filter(Diagnostic::is_error) {
        sink.push(diagnostic.also(at, "with these parameters"));
    }
}

/// The parameter that a name means and its value, `None` for one that is not known.
fn value(
    sh: &Shared<'_>,
    file: FileIx,
    name: &Ident,
    data: &Data,
) -> Option<(DeclId, Option<Value<'static>>)> {
    let id = match sh.names.find(file, &name.name, &[Kind::Param]) {
        Found::One(id) => id,
        Found::Several(_) | Found::No => {
            let known = sh.names.visible(file, &[Kind::Param]);
            sh.sink.push(
                Diagnostic::new(Code::UnknownName, name.span, format!("no parameter `{}`", name.name))
                    .did_you_mean(nearest(&name.name, known.iter().map(|n| n.as_str())))
                    .help("a case sets parameters that the rule's package sees, or `package.name`"),
            );
            return None;
        }
    };
    let param = sh.params.get(&id).filter(|p| !p.broken)?;
    if let DataKind::Unknown(_) = &data.kind {
        return Some((id, None));
    }
    match given(data).ok_or_else(|| describe(&param.ty)).and_then(|g| read(&g, &param.ty)) {
        Ok(value) => Some((id, Some(value))),
        Err(expected) => {
            let written = sh.sources.text(data.span).lines().next().unwrap_or_default();
            sh.sink.push(
                Diagnostic::new(Code::BadLiteral, data.span, format!("`{written}` is not {expected}"))
                    .help(format!("it is declared as `{}: {}`", name.name, param.ty)),
            );
            None
        }
    }
}

fn read(given: &GivenParam, ty: &Type) -> Result<Value<'static>, String> {
    given_value(given, ty).map_err(|(_, expected)| expected)
}

fn given(data: &Data) -> Option<GivenParam> {
    Some(match &data.kind {
        DataKind::Bool(value) => GivenParam::Bool(*value),
        DataKind::Number(text) => GivenParam::Text(text.to_string()),
        DataKind::Text { text, .. } => GivenParam::Text(text.clone()),
        DataKind::List(items) => GivenParam::List(items.iter().map(given).collect::<Option<_>>()?),
        DataKind::Null | DataKind::Object(_) | DataKind::Unknown(_) => return None,
    })
}
