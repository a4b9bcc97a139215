//! `concat`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "concat",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: true,
    passing: Passing::All,
    result: kit::string,
    doc: "The texts as one. Absent where one of them is.",
    examples: &[
        Example { expr: r#"concat("s3://", "bucket", "/", "key")"#, result: r#""s3://bucket/key""# },
        Example { expr: r#"concat("port ", 22)"#, result: r#""port 22""# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let texts: Option<Vec<_>> = args.iter().map(kit::text).collect();
    texts.map_or(Fetched::Absent, |texts| kit::present_text(texts.concat()))
}
