//! `basename`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "basename",
    params: &[kit::param("path", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::text_or_texts,
    doc: "What follows the last `/` of a path. Of a list, of every item.",
    examples: &[
        Example { expr: r#"basename("/usr/bin/curl")"#, result: r#""curl""# },
        Example { expr: r#"basename("curl")"#, result: r#""curl""# },
        Example { expr: r#"basename("/usr/bin/")"#, result: r#""""# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::map_text(args, |text| text.rsplit('/').next().map(str::to_owned))
}
