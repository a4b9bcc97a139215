//! `getopt`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};
use std::borrow::Cow;

pub(super) static FUNCTION: Function = Function {
    name: "getopt",
    params: &[
        kit::param("words", ParamKind::List),
        kit::param("options", ParamKind::String),
        kit::optional("option", ParamKind::String),
    ],
    variadic: false,
    passing: Passing::All,
    result: kit::getopt,
    doc: "The options of a command line, read as `getopt(3)` does: names and their values in order. With a third argument (or `[option]` behind the call) only that option's last value, or its name where it takes none.",
    examples: &[
        Example { expr: r#"getopt(["-n", "-t", "5", "file"], "nt:")"#, result: r#"["n", "t", "5"]"# },
        Example { expr: r#"getopt(["-nt5"], "nt:", "t")"#, result: r#""5""# },
        Example { expr: r#"getopt(["-x"], "n")"#, result: r#"["?"]"# },
        Example { expr: r#"getopt(["file", "-n"], "n")"#, result: r#"[]"# },
        Example { expr: r#"getopt(["-n"], "nt:", "t")"#, result: r#"absent"# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    let (Some(list), Some(options)) = (args.first(), kit::text_at(args, 1)) else { return Fetched::Absent };
    let items = match kit::known_items(list) {
        Err(unknown) => return unknown,
        Ok(items) => items,
    };
    let words: Vec<_> = items.iter().filter_map(kit::text).collect();
    let found = scan(&words, &options);
    let Some(wanted) = kit::text_at(args, 2) else {
        let flat = found.into_iter().flat_map(|(name, value)| [Some(name), value]).flatten();
        return Fetched::Present(Value::List(flat.map(kit::present_text).collect()));
    };
    let last = found.into_iter().rev().find(|(name, _)| *name == wanted.as_ref());
    last.map_or(Fetched::Absent, |(name, value)| kit::present_text(value.unwrap_or(name)))
}

/// The options among `words`, in order, up to the first word that is none: each with the value
/// that `options` says it takes. An option that is not listed is `?`; so is one whose value is
/// missing, or `:` where `options` begins with a colon.
fn scan(words: &[Cow<'_, str>], options: &str) -> Vec<(String, Option<String>)> {
    let missing = if options.starts_with(':') { ":" } else { "?" };
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word.starts_with("--") && word.len() > 2 {
            continue;
        }
        let Some(cluster) = word.strip_prefix('-').filter(|c| !c.is_empty() && *c != "-") else { break };
        let mut letters = cluster.chars();
        while let Some(letter) = letters.next() {
            match takes_value(options, letter) {
                None => found.push(("?".to_owned(), None)),
                Some(false) => found.push((letter.to_string(), None)),
                Some(true) => {
                    let attached = Some(letters.as_str()).filter(|rest| !rest.is_empty()).map(str::to_owned);
                    match attached.or_else(|| words.next().map(|w| w.to_string())) {
                        Some(value) => found.push((letter.to_string(), Some(value))),
                        None => found.push((missing.to_owned(), None)),
                    }
                    break;
                }
            }
        }
    }
    found
}

/// Whether an option takes a value; `None` where `options` does not list it.
fn takes_value(options: &str, letter: char) -> Option<bool> {
    let (_, after) = options.split_once(letter).filter(|_| letter != ':')?;
    Some(after.starts_with(':'))
}
