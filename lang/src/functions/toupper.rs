//! `toupper`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "toupper",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::text_or_texts,
    doc: "The text in upper case. Of a list, every item.",
    examples: &[Example { expr: r#"toupper("us-east-1")"#, result: r#""US-EAST-1""# }],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::map_text(args, |text| Some(text.to_uppercase()))
}
