//! `coalesce`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "coalesce",
    params: &[kit::param("value", ParamKind::Any)],
    variadic: true,
    passing: Passing::First,
    result: kit::common,
    doc: "The first of the values that is there; absent where none is. Unknown where the first that is not absent is unknown.",
    examples: &[
        Example { expr: r#"coalesce("a", "b")"#, result: r#""a""# },
        Example { expr: r#"coalesce(first([]), "b")"#, result: r#""b""# },
        Example { expr: r#"coalesce(first([]))"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    args.first().cloned().map_or(Fetched::Absent, Fetched::Present)
}
