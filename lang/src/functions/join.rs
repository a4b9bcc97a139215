//! `join`

use super::kit;
use super::{CallContext, Example, Function, ParamKind};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "join",
    params: &[kit::param("separator", ParamKind::String), kit::param("list", ParamKind::List)],
    variadic: false,
    result: kit::string,
    doc: "The items of a list as one text, with `separator` between them.",
    examples: &[
        Example { expr: r#"join("-", ["a", "b", "c"])"#, result: r#""a-b-c""# },
        Example { expr: r#"join("-", [])"#, result: r#""""# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let (Some(separator), Some(list)) = (kit::text_at(args, 0), args.get(1)) else { return Fetched::Absent };
    match kit::known_items(list) {
        Err(unknown) => unknown,
        Ok(items) => {
            let texts: Vec<_> = items.iter().filter_map(kit::text).collect();
            kit::present_text(texts.join(separator.as_ref()))
        }
    }
}
