//! `sum`

use super::kit;
use super::kit::Number;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "sum",
    params: &[kit::param("list", ParamKind::List)],
    variadic: false,
    passing: Passing::All,
    result: kit::item,
    doc: "The sum of a list's numbers; numbers given as text count, other items do not.",
    examples: &[
        Example { expr: r#"sum([1, 2, 3])"#, result: r#"6"# },
        Example { expr: r#"sum([1, 0.5])"#, result: r#"1.5"# },
        Example { expr: r#"sum([])"#, result: r#"0"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let Some(list) = args.first() else { return Fetched::Absent };
    let items = match kit::known_items(list) {
        Err(unknown) => return unknown,
        Ok(items) => items,
    };
    let total = items.iter().filter_map(kit::number).fold(Number::Int(0), add);
    Fetched::Present(total.into_value())
}

/// Whole numbers stay whole as long as the sum fits.
fn add(a: Number, b: Number) -> Number {
    if let (Number::Int(a), Number::Int(b)) = (a, b)
        && let Some(total) = a.checked_add(b)
    {
        return Number::Int(total);
    }
    Number::Float(a.as_f64() + b.as_f64())
}
