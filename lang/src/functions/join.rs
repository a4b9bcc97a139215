//! `join`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "join",
    params: &[kit::param("separator", ParamKind::String), kit::param("list", ParamKind::List)],
    variadic: false,
    passing: Passing::All,
    result: kit::string,
    doc: "The items of a list as one text, with `separator` between them. Items that are lists themselves are joined item by item; absent ones are left out.",
    examples: &[
        Example { expr: r#"join("-", ["a", "b", "c"])"#, result: r#""a-b-c""# },
        Example { expr: r#"join("-", [])"#, result: r#""""# },
        Example { expr: r#"join(", ", ["a", ["b", "c"]])"#, result: r#""a, b, c""# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let (Some(separator), Some(list)) = (kit::text_at(args, 0), args.get(1)) else { return Fetched::Absent };
    let outer = match kit::known_items(list) {
        Err(unknown) => return unknown,
        Ok(outer) => outer,
    };
    let mut texts: Vec<String> = Vec::new();
    for item in &outer {
        match kit::known_items(item) {
            Err(unknown) => return unknown,
            Ok(inner) => texts.extend(inner.iter().filter_map(kit::text).map(|text| text.into_owned())),
        }
    }
    kit::present_text(texts.join(separator.as_ref()))
}
