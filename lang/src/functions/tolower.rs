//! `tolower`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "tolower",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::text_or_texts,
    doc: "The text in lower case. Of a list, every item.",
    examples: &[
        Example { expr: r#"tolower("RunInstances")"#, result: r#""runinstances""# },
        Example { expr: r#"tolower(["A", "b"])"#, result: r#"["a", "b"]"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::map_text(args, |text| Some(text.to_lowercase()))
}
