//! `parse_json`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "parse_json",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::dynamic,
    doc: "Reads JSON text: `parse_json(x).member`. What is no text is given back as it is; absent where the text is no JSON.",
    examples: &[
        Example { expr: r#"parse_json("{\"a\": [1, 2]}").a"#, result: r#"[1, 2]"# },
        Example { expr: r#"parse_json("{oops")"#, result: r#"absent"# },
        Example { expr: r#"parse_json("null")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    match args.first() {
        Some(Value::Str(text)) => {
            kit::parse_json(text).map_or(Fetched::Absent, |tree| kit::fetch_owned(&tree))
        }
        Some(parsed) => Fetched::Present(parsed.clone()),
        None => Fetched::Absent,
    }
}
