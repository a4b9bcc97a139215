//! `iam.unknown_actions`

use super::document::{self, Patterns};
use super::pattern::Pattern;
use super::truth::Truth;
use crate::catalog::actions;
use crate::functions::{CallContext, Example, Function, ParamKind, Passing, kit};
use crate::value::{Fetched, Value};

pub(in crate::functions) static FUNCTION: Function = Function {
    name: "iam.unknown_actions",
    params: &[kit::param("document", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::texts,
    doc: "The actions that a policy document names and that match no action of a service that is known: \
          most likely misspelt, so that they allow or deny nothing. Actions of services that are not known \
          here are not among them, for AWS adds services all the time.",
    examples: &[
        Example {
            expr: r#"iam.unknown_actions("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObjct\", \"s3:Get*\"], \"Resource\": \"*\"}}")"#,
            result: r#"["s3:getobjct"]"#,
        },
        Example {
            expr: r#"iam.unknown_actions("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"newservice:DoIt\", \"Resource\": \"*\"}}")"#,
            result: "[]",
        },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(document) = args.first() else { return Fetched::Absent };
    let policy = document::read(document);
    let named = policy.statements.iter().flat_map(|statement| match &statement.actions {
        Patterns::These(these) | Patterns::AllBut(these) => these.as_slice(),
        Patterns::Missing => &[],
    });
    let mut found: Vec<String> = named.filter_map(unknown).collect();
    found.sort_unstable();
    found.dedup();
    Fetched::Present(Value::List(found.into_iter().map(kit::present_text).collect()))
}

/// The text of an action that matches none of its service's.
fn unknown(pattern: &Pattern) -> Option<String> {
    let text = pattern.text()?;
    let (service, _) = text.split_once(':')?;
    let mut known = actions::of_service(service).peekable();
    known.peek()?;
    let matched =
        |name: &str| !matches!(pattern.overlaps(&Pattern::action(&format!("{service}:{name}"))), Truth::No);
    (!known.any(|action| matched(action.name))).then_some(text)
}
