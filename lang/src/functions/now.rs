//! `now`

use super::kit;
use super::{CallContext, Example, Function, Passing};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "now",
    params: &[],
    variadic: false,
    passing: Passing::All,
    result: |_| Type::Time,
    doc: "The record's own time: when the event happened, when the account was read. Never the wall clock, so the same input gives the same findings tomorrow.",
    examples: &[Example { expr: r#"now()"#, result: r#"2026-01-01T00:00:00Z"# }],
    eval,
};

fn eval<'r>(_: &[Value<'r>], context: &CallContext) -> Fetched<'r> {
    match context.now {
        Some(now) => Fetched::Present(Value::Time(now)),
        None => kit::unknown("the record does not say its time"),
    }
}
