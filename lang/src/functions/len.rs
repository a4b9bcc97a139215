//! `len`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "len",
    params: &[kit::param("value", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::int,
    doc: "The length of a text in bytes, the number of a list's items, or of an object's members.",
    examples: &[
        Example { expr: r#"len("abc")"#, result: r#"3"# },
        Example { expr: r#"len(["a", "b"])"#, result: r#"2"# },
        Example { expr: r#"len([])"#, result: r#"0"# },
        Example { expr: r#"len(parse_json("{\"a\": 1, \"b\": 2}"))"#, result: r#"2"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(value) = args.first() else { return Fetched::Absent };
    let length = match kit::text(value) {
        Some(text) => text.len(),
        None => kit::members(value).unwrap_or_else(|| {
            kit::items(value).iter().filter(|item| !matches!(item, Fetched::Absent)).count()
        }),
    };
    Fetched::Present(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}
