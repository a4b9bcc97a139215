//! `arn`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "arn",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: |args| kit::per_item(args, Type::Record("arn".into())),
    doc: "The parts of an ARN: `partition`, `service`, `region`, `account`, `resource` (all after the account), `resource_type` and `resource_id` (before and after its first `/` or `:`). Absent where the text is no ARN; a part that is empty is absent. Of a list, every item.",
    examples: &[
        Example { expr: r#"arn("arn:aws:iam::111122223333:role/admin").service"#, result: r#""iam""# },
        Example {
            expr: r#"arn("arn:aws:iam::111122223333:role/admin").account"#,
            result: r#""111122223333""#,
        },
        Example { expr: r#"arn("arn:aws:iam::111122223333:role/admin").resource_type"#, result: r#""role""# },
        Example { expr: r#"arn("arn:aws:iam::111122223333:role/admin").region"#, result: r#"absent"# },
        Example { expr: r#"arn("arn:aws:s3:::bucket").resource_id"#, result: r#""bucket""# },
        Example { expr: r#"arn("arn:aws:s3:::bucket/a/key").resource_id"#, result: r#""bucket/a/key""# },
        Example { expr: r#"arn("admin")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::each(args, |value| kit::text(value).map_or(Fetched::Absent, |text| read(&text)))
}

fn read<'r>(text: &str) -> Fetched<'r> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts.as_slice() else {
        return Fetched::Absent;
    };
    // S3 names buckets and objects without a type.
    let typed = resource.split_once(['/', ':']).filter(|_| *service != "s3");
    let (kind, id) = match typed {
        Some((kind, id)) => (Some(kind), id),
        None => (None, *resource),
    };
    kit::object(&[
        ("partition", Some(partition)),
        ("service", Some(service)),
        ("region", filled(region)),
        ("account", filled(account)),
        ("resource", Some(resource)),
        ("resource_type", kind),
        ("resource_id", Some(id)),
    ])
}

fn filled(part: &str) -> Option<&str> {
    Some(part).filter(|p| !p.is_empty())
}
