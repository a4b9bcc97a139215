//! `val`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "val",
    params: &[kit::param("field", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::same,
    doc: "The value of a field. On the right side of a comparison a bare word is text; `val(…)` makes it the field's value.",
    examples: &[Example { expr: r#"val("a")"#, result: r#""a""# }],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    args.first().map_or(Fetched::Absent, |value| Fetched::Present(value.clone()))
}
