//! `ip`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "ip",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: |args| kit::per_item(args, Type::Ip),
    doc: "The address that a text is; absent where it is none. Of a list, every item.",
    examples: &[
        Example { expr: r#"ip("203.0.113.7")"#, result: r#"203.0.113.7"# },
        Example { expr: r#"ip("::FFFF")"#, result: r#"::ffff"# },
        Example { expr: r#"ip("ec2.amazonaws.com")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::each(args, |value| match value {
        Value::Ip(ip) => Fetched::Present(Value::Ip(*ip)),
        other => kit::text(other)
            .and_then(|text| text.trim().parse().ok())
            .map_or(Fetched::Absent, |ip| Fetched::Present(Value::Ip(ip))),
    })
}
