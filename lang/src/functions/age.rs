//! `age`

use super::kit;
use super::{CallContext, Example, Function, ParamKind};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "age",
    params: &[kit::param("time", ParamKind::Time)],
    variadic: false,
    result: |_| Type::Duration,
    doc: "How long ago a time was, seen from the record's own time (see `now`). Absent where the value is no time.",
    examples: &[
        Example { expr: r#"age("2025-12-31T00:00:00Z")"#, result: r#"1d"# },
        Example { expr: r#"age("soon")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], context: &CallContext) -> Fetched<'r> {
    let Some(time) = args.first().and_then(kit::time) else { return Fetched::Absent };
    match context.now {
        Some(now) => Fetched::Present(Value::Duration(now.duration_since(time))),
        None => kit::unknown("the record does not say its time"),
    }
}
