//! `first`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "first",
    params: &[kit::param("list", ParamKind::List)],
    variadic: false,
    passing: Passing::All,
    result: kit::item,
    doc: "The first item of a list; absent where there is none.",
    examples: &[
        Example { expr: r#"first(["a", "b"])"#, result: r#""a""# },
        Example { expr: r#"first([])"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    args.first().and_then(|list| kit::items(list).into_iter().next()).unwrap_or(Fetched::Absent)
}
