//! `unique`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};
use std::collections::HashSet;

pub(super) static FUNCTION: Function = Function {
    name: "unique",
    params: &[kit::param("list", ParamKind::List)],
    variadic: false,
    passing: Passing::All,
    result: kit::same,
    doc: "The list without repeated items.",
    examples: &[
        Example { expr: r#"unique(["a", "b", "a"])"#, result: r#"["a", "b"]"# },
        Example { expr: r#"len(unique([1, 1, 2]))"#, result: r#"2"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(list) = args.first() else { return Fetched::Absent };
    let mut seen = HashSet::new();
    let unique = kit::items(list).into_iter().filter(|item| match item {
        Fetched::Present(value) => kit::text(value).is_none_or(|text| seen.insert(text.into_owned())),
        Fetched::Unknown(_) => true,
        Fetched::Absent => false,
    });
    Fetched::Present(Value::List(unique.collect()))
}
