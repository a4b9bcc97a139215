//! `entropy`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "entropy",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: |args| kit::per_item(args, Type::Float),
    doc: "Shannon's entropy of a text in bits a byte: near 0 for `aaaa`, above 4 for random keys. Of a list, every item.",
    examples: &[
        Example { expr: r#"entropy("aaaa")"#, result: r#"0"# },
        Example { expr: r#"entropy("abcd")"#, result: r#"2"# },
        Example { expr: r#"entropy("")"#, result: r#"0"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::each(args, |value| {
        kit::text(value)
            .map_or(Fetched::Absent, |text| Fetched::Present(Value::Float(shannon(text.as_bytes()))))
    })
}

/// Shannon's entropy, bits a byte.
pub(crate) fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = bytes.len() as f64;
    let bits = counts.iter().filter(|n| **n > 0).map(|n| {
        let share = f64::from(*n) / total;
        -share * share.log2()
    });
    bits.sum::<f64>().abs()
}
