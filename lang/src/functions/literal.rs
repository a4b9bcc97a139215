//! `literal`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "literal",
    params: &[kit::param("value", ParamKind::Any)],
    variadic: false,
    passing: Passing::Known,
    result: kit::same,
    doc: "The value where it is written down, and absent where it is filled in from elsewhere: a reference, \
          a parameter without a default. For rules about what must not be written down, such as passwords: \
          what only the deployment knows is not in the template.",
    examples: &[
        Example { expr: r#"literal("hunter2")"#, result: r#""hunter2""# },
        Example { expr: r#"literal(first([]))"#, result: "absent" },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    args.first().cloned().map_or(Fetched::Absent, Fetched::Present)
}
