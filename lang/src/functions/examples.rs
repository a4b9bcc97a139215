//! Runs the examples of every function with a small evaluator of calls on literals.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use super::{CallContext, Passing, all, find, kit};
use crate::catalog::Catalog;
use crate::types::Type;
use crate::value::{Fetched, Tree, TreeKind, Value};

#[test]
fn examples_yield_what_they_say() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
    let context = CallContext { now: Some(now) };
    for function in all() {
        assert!(!function.examples.is_empty(), "{} has no example", function.name);
        for example in function.examples {
            let mut reader = Reader { text: example.expr, at: 0, context };
            let value = reader.expr();
            assert_eq!(reader.rest(), "", "left over in {}", example.expr);
            assert_eq!(show(&value), example.result, "{}", example.expr);
        }
    }
}

#[test]
fn functions_are_sorted_and_documented() {
    let names: Vec<_> = all().iter().map(|f| f.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for function in all() {
        assert!(function.doc.ends_with('.'), "{}", function.name);
        assert!(find(function.name).is_some_and(|found| found.name == function.name));
    }
}

#[test]
fn records_of_functions_are_in_the_catalog() {
    for function in all() {
        if let Type::Record(shape) = (function.result)(&[]) {
            assert!(Catalog::builtin().shape(&shape).is_some(), "no shape `{shape}`");
        }
    }
}

#[test]
fn odd_arguments_are_no_trouble() {
    let odd = [
        Value::Str(Cow::Borrowed("")),
        Value::Str(Cow::Borrowed("%")),
        Value::Int(i64::MIN),
        Value::Float(f64::NAN),
        Value::List(vec![]),
        Value::List(vec![Fetched::Absent, kit::unknown("why")]),
        Value::Json(crate::value::JsonText("[")),
        Value::Object(Arc::new(Tree::new(TreeKind::Null))),
    ];
    for function in all() {
        for count in 0..4 {
            for value in &odd {
                (function.eval)(&vec![value.clone(); count], &CallContext::default());
            }
        }
    }
}

/// Reads and evaluates `name(arg, …).member` with literals as arguments.
struct Reader {
    text: &'static str,
    at: usize,
    context: CallContext,
}

impl Reader {
    fn rest(&self) -> &'static str {
        &self.text[self.at..]
    }

    fn eat(&mut self, token: &str) -> bool {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn word(&mut self) -> &'static str {
        let end = self.rest().find(|c: char| !(c.is_alphanumeric() || "_.-".contains(c)));
        let word = &self.rest()[..end.unwrap_or(self.rest().len())];
        self.at += word.len();
        word
    }

    fn expr(&mut self) -> Fetched<'static> {
        let mut value = self.primary();
        while self.eat(".") {
            let member = self.word();
            value = match &value {
                Fetched::Present(Value::Object(tree)) => {
                    tree.get(member).map_or(Fetched::Absent, kit::fetch_owned)
                }
                _ => Fetched::Absent,
            };
        }
        value
    }

    fn primary(&mut self) -> Fetched<'static> {
        if self.eat("\"") {
            return kit::present_text(self.quoted());
        }
        if self.eat("[") {
            let items = self.items("]");
            return Fetched::Present(Value::List(items));
        }
        let word = self.word();
        if let Ok(number) = word.parse() {
            return Fetched::Present(Value::Int(number));
        }
        if let Ok(number) = word.parse() {
            return Fetched::Present(Value::Float(number));
        }
        let function = find(word).unwrap_or_else(|| panic!("no function `{word}`"));
        assert!(self.eat("("));
        let mut args = Vec::new();
        for item in self.items(")") {
            match item {
                Fetched::Present(value) => args.push(value),
                Fetched::Absent if function.passing == Passing::First => {}
                other => return other,
            }
        }
        if function.passing == Passing::First && args.is_empty() {
            return Fetched::Absent;
        }
        let least = function.params.iter().filter(|p| !p.optional).count();
        assert!(args.len() >= least && (function.variadic || args.len() <= function.params.len()), "{word}");
        (function.eval)(&args, &self.context)
    }

    fn items(&mut self, close: &str) -> Vec<Fetched<'static>> {
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.expr());
            self.eat(",");
        }
        items
    }

    fn quoted(&mut self) -> String {
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return text;
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                other => text.push(other),
            }
        }
        panic!("open quote in {}", self.text)
    }
}

fn show(value: &Fetched<'_>) -> String {
    match value {
        Fetched::Absent => "absent".into(),
        Fetched::Unknown(_) => "unknown".into(),
        Fetched::Present(Value::Str(text)) => format!("\"{text}\""),
        Fetched::Present(Value::Duration(d)) if d.as_secs() % 86_400 == 0 => {
            format!("{}d", d.as_secs() / 86_400)
        }
        Fetched::Present(value) => match kit::text(value) {
            Some(text) => text.into_owned(),
            None => {
                let items: Vec<_> = kit::items(value).iter().map(show).collect();
                format!("[{}]", items.join(", "))
            }
        },
    }
}
