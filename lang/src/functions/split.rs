//! `split`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "split",
    params: &[kit::param("text", ParamKind::String), kit::param("separator", ParamKind::String)],
    variadic: false,
    passing: Passing::All,
    result: kit::texts,
    doc: "The parts of a text between separators.",
    examples: &[
        Example { expr: r#"split("a,b,,c", ",")"#, result: r#"["a", "b", "", "c"]"# },
        Example { expr: r#"split("abc", "")"#, result: r#"["abc"]"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let (Some(text), Some(separator)) = (kit::text_at(args, 0), kit::text_at(args, 1)) else {
        return Fetched::Absent;
    };
    if separator.is_empty() {
        return Fetched::Present(Value::List(vec![kit::present_text(text)]));
    }
    Fetched::Present(Value::List(text.split(separator.as_ref()).map(kit::present_text).collect()))
}
