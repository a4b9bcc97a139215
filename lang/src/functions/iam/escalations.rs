//! `iam.escalations`

use std::sync::LazyLock;

use super::decide::{On, allows};
use super::document::{self, Policy};
use super::paths::{Need, PATHS, Path, Reach};
use super::pattern::Pattern;
use super::truth::Truth;
use crate::functions::{CallContext, Example, Function, ParamKind, Passing, kit};
use crate::value::{Fetched, Value};

pub(in crate::functions) static FUNCTION: Function = Function {
    name: "iam.escalations",
    params: &[kit::param("document", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::texts,
    doc: "The ways in which a policy document lets its holder gain more rights: sets of actions that \
          together do, such as `iam:PassRole + ec2:RunInstances`. Resources, Deny and the condition \
          `iam:PassedToService` count: passing or taking over a few named roles is no escalation. Unknown \
          where conditions decide whether there is any.",
    examples: &[
        Example {
            expr: r#"iam.escalations("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"iam:PassRole\", \"ec2:RunInstances\"], \"Resource\": \"*\"}}")"#,
            result: r#"["iam:PassRole + ec2:RunInstances"]"#,
        },
        Example {
            expr: r#"iam.escalations("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}}")"#,
            result: "[]",
        },
    ],
    eval,
};

/// The actions that each of [`PATHS`] needs, read once.
static NEEDED: LazyLock<Vec<Vec<Pattern>>> = LazyLock::new(|| {
    PATHS.iter().map(|path| path.needs.iter().map(|need| Pattern::action(need.action)).collect()).collect()
});

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(document) = args.first() else { return Fetched::Absent };
    let policy = document::read(document);
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (path, actions) in PATHS.iter().zip(NEEDED.iter()) {
        let needs = path.needs.iter().zip(actions);
        match Truth::all(needs.map(|(need, action)| has(&policy, need, action))) {
            Truth::Yes => found.push(kit::present_text(name(path))),
            Truth::Unknown(why) => open.push(why),
            Truth::No => {}
        }
    }
    // Where nothing is certain, one open path leaves the whole open.
    match open.first() {
        Some(why) if found.is_empty() => Fetched::Unknown(why.clone()),
        _ => {
            found.extend(open.into_iter().map(Fetched::Unknown));
            Fetched::Present(Value::List(found))
        }
    }
}

fn has(policy: &Policy, need: &Need, action: &Pattern) -> Truth {
    match need.reach {
        Reach::Some => allows(policy, action, On::Some, &[]),
        Reach::Wide => allows(policy, action, On::Wide, &[]),
        Reach::Pass(service) => allows(policy, action, On::Wide, &[("iam:passedtoservice", service)]),
    }
}

fn name(path: &Path) -> String {
    path.needs.iter().map(|need| need.action).collect::<Vec<_>>().join(" + ")
}
