//! `iam.wide`

use super::decide::{On, allows, everything};
use super::document::{self, Policy};
use super::pattern::Pattern;
use super::truth::Truth;
use crate::catalog::actions::{self, Level};
use crate::functions::{CallContext, Example, Function, ParamKind, Passing, kit};
use crate::value::{Fetched, Value};

/// As many actions are named at most; a document that allows more allows too much anyhow.
const MOST: usize = 50;

pub(in crate::functions) static FUNCTION: Function = Function {
    name: "iam.wide",
    params: &[kit::param("document", ParamKind::Any), kit::param("level", ParamKind::String)],
    variadic: false,
    passing: Passing::All,
    result: kit::texts,
    doc: "The actions of an access level (list, read, write, tagging, permissions) that a policy document \
          allows on `*`, although they can be limited to some resources: at most 50. Wildcards, NotAction \
          and Deny count; unknown where conditions decide whether there is any.",
    examples: &[
        Example {
            expr: r#"iam.wide("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"s3:PutBucketPolicy\", \"s3:GetObject\"], \"Resource\": \"*\"}}", "permissions")"#,
            result: r#"["s3:PutBucketPolicy"]"#,
        },
        Example {
            expr: r#"iam.wide("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:PutObject\", \"Resource\": \"arn:aws:s3:::a/*\"}}", "write")"#,
            result: "[]",
        },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let (Some(document), Some(level)) = (args.first(), kit::text_at(args, 1)) else {
        return Fetched::Absent;
    };
    let Some(level) = Level::parse(&level) else {
        return kit::unknown(format!("there is no access level `{level}`"));
    };
    let policy = document::read(document);
    let everywhere = everything();
    let (mut found, mut open) = (Vec::new(), None);
    for service in actions::services().filter(|service| concerns(&policy, service)) {
        for action in actions::of_service(service).filter(|a| a.level == level && a.limitable) {
            let name = format!("{service}:{}", action.name);
            match allows(&policy, &Pattern::action(&name), On::All(&everywhere), &[]) {
                Truth::Yes => found.push(kit::present_text(name)),
                Truth::Unknown(why) => open = open.or(Some(why)),
                Truth::No => {}
            }
            if found.len() == MOST {
                return Fetched::Present(Value::List(found));
            }
        }
    }
    match open {
        Some(why) if found.is_empty() => Fetched::Unknown(why),
        _ => Fetched::Present(Value::List(found)),
    }
}

/// Whether some statement speaks of actions of a service.
fn concerns(policy: &Policy, service: &str) -> bool {
    let all = Pattern::action(&format!("{service}:*"));
    policy.statements.iter().any(|statement| !matches!(statement.actions.overlap(&all), Truth::No))
}
