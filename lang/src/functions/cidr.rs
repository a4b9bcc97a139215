//! `cidr`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};
use std::net::IpAddr;

use ipnet::IpNet;

use crate::types::Type;

pub(super) static FUNCTION: Function = Function {
    name: "cidr",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: |args| kit::per_item(args, Type::Cidr),
    doc: "The network that a text is; an address is a network of one. Bits behind the prefix are cleared. Absent where it is none. Of a list, every item.",
    examples: &[
        Example { expr: r#"cidr("10.1.2.3/8")"#, result: r#"10.0.0.0/8"# },
        Example { expr: r#"cidr("203.0.113.7")"#, result: r#"203.0.113.7/32"# },
        Example { expr: r#"cidr("10.0.0.0/33")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::each(args, |value| {
        let net = match value {
            Value::Net(net) => Some(*net),
            Value::Ip(ip) => Some(IpNet::from(*ip)),
            other => kit::text(other).and_then(|text| read(text.trim())),
        };
        net.map_or(Fetched::Absent, |net| Fetched::Present(Value::Net(net.trunc())))
    })
}

fn read(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
