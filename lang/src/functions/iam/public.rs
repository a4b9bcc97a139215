//! `iam.public`

use super::{document, exposure};
use crate::functions::{CallContext, Example, Function, ParamKind, Passing, kit};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(in crate::functions) static FUNCTION: Function = Function {
    name: "iam.public",
    params: &[kit::param("document", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: |_| Type::Bool,
    doc: "Whether a resource policy lets everyone in: it allows the principal `*`, with no condition on who \
          or where the caller is (`aws:SourceArn`, `aws:PrincipalOrgID`, `aws:SourceVpce`, `aws:SourceIp` …) \
          whose values leave someone out, and no deny of everyone else.",
    examples: &[
        Example {
            expr: r#"iam.public("{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}}")"#,
            result: "true",
        },
        Example {
            expr: r#"iam.public("{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"sns:Publish\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"aws:SourceAccount\": \"111122223333\"}}}}")"#,
            result: "false",
        },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(document) = args.first() else { return Fetched::Absent };
    exposure::public(&document::read(document)).fetched()
}
