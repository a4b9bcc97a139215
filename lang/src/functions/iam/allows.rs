//! `iam.allows`

use super::decide::{self, On};
use super::document;
use crate::functions::{CallContext, Example, Function, ParamKind, Passing, kit};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(in crate::functions) static FUNCTION: Function = Function {
    name: "iam.allows",
    params: &[
        kit::param("document", ParamKind::Any),
        kit::param("action", ParamKind::String),
        kit::optional("resource", ParamKind::String),
    ],
    variadic: false,
    passing: Passing::All,
    result: |_| Type::Bool,
    doc: "Whether a policy document allows an action, on some resource or on the one that is given. \
          Wildcards, NotAction, NotResource and Deny count as IAM counts them; unknown where a condition \
          decides. An action or resource with wildcards asks for all that it stands for.",
    examples: &[
        Example {
            expr: r#"iam.allows("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:Get*\", \"Resource\": \"*\"}}", "s3:GetObject")"#,
            result: "true",
        },
        Example {
            expr: r#"iam.allows("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:Get*\", \"Resource\": \"*\"}}", "s3:*")"#,
            result: "false",
        },
        Example { expr: r#"iam.allows("no policy", "s3:GetObject")"#, result: "unknown" },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let (Some(document), Some(action)) = (args.first(), kit::text_at(args, 1)) else {
        return Fetched::Absent;
    };
    let policy = document::read(document);
    let resource = kit::text_at(args, 2).map(|resource| decide::asked(&resource));
    let on = resource.as_ref().map_or(On::Some, On::All);
    decide::allows(&policy, &decide::asked_action(&action), on, &[]).fetched()
}
