//! `min`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};
use std::cmp::Ordering;

pub(super) static FUNCTION: Function = Function {
    name: "min",
    params: &[kit::param("list", ParamKind::List)],
    variadic: false,
    passing: Passing::All,
    result: kit::item,
    doc: "The least number of a list; numbers given as text count, other items do not. Absent where there is none.",
    examples: &[
        Example { expr: r#"min([3, 1, 2])"#, result: r#"1"# },
        Example { expr: r#"min(["10", 9, "x"])"#, result: r#"9"# },
        Example { expr: r#"min([])"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(list) = args.first() else { return Fetched::Absent };
    match kit::known_items(list) {
        Err(unknown) => unknown,
        Ok(items) => kit::extreme(items, Ordering::Less),
    }
}
