//! `age`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "age",
    params: &[kit::param("time", ParamKind::Time)],
    variadic: false,
    passing: Passing::All,
    result: |args| kit::per_item(args, Type::Duration),
    doc: "How long ago a time was, seen from the record's own time (see `now`). Absent where the value is no time. Of a list, every item.",
    examples: &[
        Example { expr: r#"age("2025-12-31T00:00:00Z")"#, result: r#"1d"# },
        Example { expr: r#"age(["2025-12-31T00:00:00Z", "soon"])"#, result: r#"[1d]"# },
        Example { expr: r#"age("2025-12-25")"#, result: r#"7d"# },
        Example { expr: r#"age("soon")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], context: &CallContext) -> Fetched<'r> {
    kit::each(args, |value| match (kit::time(value), context.now) {
        (None, _) => Fetched::Absent,
        (Some(time), Some(now)) => Fetched::Present(Value::Duration(now.duration_since(time))),
        (Some(_), None) => kit::unknown("the record does not say its time"),
    })
}
