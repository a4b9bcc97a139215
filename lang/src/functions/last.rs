//! `last`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "last",
    params: &[kit::param("list", ParamKind::List)],
    variadic: false,
    passing: Passing::All,
    result: kit::item,
    doc: "The last item of a list; absent where there is none.",
    examples: &[
        Example { expr: r#"last(["a", "b"])"#, result: r#""b""# },
        Example { expr: r#"last([])"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    args.first().and_then(|list| kit::items(list).pop()).unwrap_or(Fetched::Absent)
}
