//! `url`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::types::Type;
use crate::value::{Fetched, Value};

pub(super) static FUNCTION: Function = Function {
    name: "url",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: |args| kit::per_item(args, Type::Record("url".into())),
    doc: "The parts of a URL: `scheme`, `user`, `host`, `port`, `path`, `query`, `fragment`. Absent where the text is none; a part that is not there is absent. Of a list, every item.",
    examples: &[
        Example { expr: r#"url("https://Example.com:8443/a/b?q=1").host"#, result: r#""example.com""# },
        Example { expr: r#"url("https://example.com:8443/a/b?q=1").port"#, result: r#""8443""# },
        Example { expr: r#"url("https://[::1]:80/").host"#, result: r#""::1""# },
        Example { expr: r#"url("https://example.com").query"#, result: r#"absent"# },
        Example { expr: r#"url("example.com")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::each(args, |value| kit::text(value).map_or(Fetched::Absent, |text| read(&text)))
}

fn read<'r>(text: &str) -> Fetched<'r> {
    let Some((scheme, rest)) = text.split_once("://") else { return Fetched::Absent };
    if scheme.is_empty() || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
        return Fetched::Absent;
    }
    let (rest, fragment) = split(rest, '#');
    let (rest, query) = split(rest, '?');
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let (user, host_port) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (host, port) = host_and_port(host_port);
    kit::object(&[
        ("scheme", Some(scheme.to_ascii_lowercase().as_str())),
        ("user", user),
        ("host", Some(host.to_ascii_lowercase().as_str())),
        ("port", port),
        ("path", Some(path)),
        ("query", query),
        ("fragment", fragment),
    ])
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// `host:port`, `[v6]:port` or a host alone.
fn host_and_port(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    split(text, ':')
}
