//! `iam.is_admin`

use super::decide::{self, On};
use super::document;
use crate::functions::{CallContext, Example, Function, ParamKind, Passing, kit};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(in crate::functions) static FUNCTION: Function = Function {
    name: "iam.is_admin",
    params: &[kit::param("document", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: |_| Type::Bool,
    doc: "Whether a policy document allows every action on every resource. A deny of some of it does not \
          change that; unknown where a condition decides.",
    examples: &[
        Example {
            expr: r#"iam.is_admin("{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}")"#,
            result: "true",
        },
        Example {
            expr: r#"iam.is_admin("{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}]}")"#,
            result: "false",
        },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(document) = args.first() else { return Fetched::Absent };
    let everything = decide::everything();
    decide::allows(&document::read(document), &decide::every_action(), On::All(&everything), &[]).fetched()
}
