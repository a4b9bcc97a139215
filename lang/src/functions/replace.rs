//! `replace`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "replace",
    params: &[
        kit::param("text", ParamKind::String),
        kit::param("from", ParamKind::String),
        kit::param("to", ParamKind::String),
    ],
    variadic: false,
    passing: Passing::All,
    result: kit::string,
    doc: "The text with every `from` replaced by `to`.",
    examples: &[
        Example { expr: r#"replace("a.b.c", ".", "/")"#, result: r#""a/b/c""# },
        Example { expr: r#"replace("abc", "", "x")"#, result: r#""abc""# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let (Some(text), Some(from), Some(to)) =
        (kit::text_at(args, 0), kit::text_at(args, 1), kit::text_at(args, 2))
    else {
        return Fetched::Absent;
    };
    if from.is_empty() {
        return kit::present_text(text);
    }
    let growth = to.len().saturating_sub(from.len()).saturating_mul(text.matches(from.as_ref()).count());
    if text.len().saturating_add(growth) > kit::MAX_TEXT {
        return Fetched::Absent;
    }
    kit::present_text(text.replace(from.as_ref(), to.as_ref()))
}
