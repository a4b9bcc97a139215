//! Reading `eyas.toml`. Every mistake is located, and an unknown key names the nearest one.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eyas_lang::checked::Severity;
use eyas_lang::diagnostics::{Level, nearest};
use eyas_report::Output;
use toml_edit::{Document, Item, Table, TableLike, Value};

use super::{KEYS, Order, Origin, Param, Setting, Settings};
use crate::args::Color;
use crate::problem::{Place, Problem};

/// Puts what the file says into `settings`; all mistakes at once.
pub(super) fn apply(settings: &mut Settings, path: &Path, text: &str) -> Result<(), Vec<Problem>> {
    let mut reader = Reader { name: path.display().to_string(), text: Arc::from(text), problems: Vec::new() };
    match Document::parse(text) {
        Ok(document) => {
            reader.document(settings, document.as_table(), path.parent().unwrap_or(Path::new("")))
        }
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            reader.problem(range, error.message().to_lowercase(), "here", None);
        }
    }
    if reader.problems.is_empty() { Ok(()) } else { Err(reader.problems) }
}

pub(super) struct Reader {
    name: String,
    text: Arc<str>,
    problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn problem(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
        label: &str,
        help: Option<String>,
    ) {
        let place =
            Place { file: self.name.clone(), text: Arc::clone(&self.text), range, label: label.to_owned() };
        self.problems.push(Problem {
            level: Level::Error,
            code: None,
            message: message.into(),
            places: vec![place],
            help,
        });
    }

    fn origin(&self, range: &Range<usize>) -> Origin {
        Origin::File(self.line(range))
    }

    fn line(&self, range: &Range<usize>) -> usize {
        self.text.get(..range.start).unwrap_or_default().matches('\n').count() + 1
    }

    /// `eyas.toml:12`
    pub(super) fn place(&self, range: &Range<usize>) -> String {
        format!("{}:{}", self.name, self.line(range))
    }

    /// How many mistakes there are so far.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    fn document(&mut self, settings: &mut Settings, root: &Table, folder: &Path) {
        let mut tables: Vec<&str> = KEYS.iter().map(|k| k.table).collect();
        tables.dedup();
        tables.extend(["params", "ignore", "language"]);
        for (name, item) in root.iter() {
            let at = key_range(root, name);
            match (name, item.as_table_like()) {
                ("language", _) => match item.as_integer().and_then(|n| u32::try_from(n).ok()) {
                    Some(version) => settings.language = Some(version),
                    None => self.problem(at, "`language` is a version: write `language = 1`", "", None),
                },
                ("ignore", _) => super::ignore::read(self, settings, item, at),
                ("params", Some(table)) => self.params(settings, table),
                (name, Some(table)) if tables.contains(&name) => self.table(settings, name, table, folder),
                (name, None) if tables.contains(&name) => {
                    self.problem(at, format!("`{name}` is a table: write `[{name}]`"), "", None);
                }
                _ => self.unknown(at, name, &tables, "table"),
            }
        }
    }

    pub(super) fn unknown(&mut self, at: Range<usize>, name: &str, known: &[&str], what: &str) {
        let near = nearest(name, known.iter().copied()).map(|n| format!("did you mean `{n}`?"));
        let help = format!("{what}s: {}", known.join(", "));
        self.problem(
            at,
            format!("no {what} `{name}` in eyas.toml"),
            near.as_deref().unwrap_or("not known"),
            Some(help),
        );
    }

    fn params(&mut self, settings: &mut Settings, table: &dyn TableLike) {
        let mut open = vec![(String::new(), table)];
        // `[params.aws.ec2]` is the same as `"aws.ec2.…"` keys under `[params]`.
        while let Some((prefix, table)) = open.pop() {
            for (name, item) in table.iter() {
                let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
                if let Some(inner) = item.as_table_like() {
                    open.push((name, inner));
                    continue;
                }
                let at = item.span().unwrap_or(0..0);
                match item.as_value().and_then(value) {
                    Some(value) => {
                        let from = self.origin(&at);
                        settings.params.insert(name, Setting { value: Param::Toml(value), from });
                    }
                    None => self.problem(
                        at,
                        format!("`{name}` holds a value that no parameter can have"),
                        "",
                        None,
                    ),
                }
            }
        }
    }

    fn table(&mut self, settings: &mut Settings, table_name: &str, table: &dyn TableLike, folder: &Path) {
        for (name, item) in table.iter() {
            let at = table.get_key_value(name).and_then(|(k, _)| k.span()).unwrap_or(0..0);
            let known: Vec<&str> = KEYS.iter().filter(|k| k.table == table_name).map(|k| k.name).collect();
            if !known.contains(&name) {
                self.unknown(at, name, &known, "key");
                continue;
            }
            let value_at = item.span().unwrap_or_else(|| at.clone());
            let from = self.origin(&at);
            let problem = match (table_name, name) {
                ("rules", "packs") => put(&mut settings.packs, strings(item).map(Some), from),
                ("rules", "paths") => {
                    let paths = |items: Vec<String>| items.iter().map(|p| relative(folder, p)).collect();
                    put(&mut settings.paths, strings(item).map(paths), from)
                }
                ("rules", "disable") => put(&mut settings.disable, strings(item), from),
                ("rules", "keep_going") => put(&mut settings.keep_going, boolean(item), from),
                ("output", "format") => put(&mut settings.format, outputs(item), from),
                ("output", "fail_on") => put(&mut settings.fail_on, level(item), from),
                ("output", "strict_unknown") => put(&mut settings.strict_unknown, boolean(item), from),
                ("output", "baseline") => {
                    let path = |p: &str| (!p.is_empty()).then(|| relative(folder, p));
                    let text = item.as_str().ok_or_else(|| "a path is needed".to_owned());
                    put(&mut settings.baseline, text.map(path), from)
                }
                ("output", "show_ignored") => put(&mut settings.show_ignored, boolean(item), from),
                ("output", "color") => put(&mut settings.color, choice::<Color>(item), from),
                ("lint", "parameters") => {
                    let paths = |items: Vec<String>| items.iter().map(|p| relative(folder, p)).collect();
                    put(&mut settings.parameters, strings(item).map(paths), from)
                }
                ("lint", "region") => put(&mut settings.region, text(item).map(some), from),
                ("lint", "account") => {
                    let account = text(item).and_then(|text| match text.as_str() {
                        "" => Ok(None),
                        text => crate::args::account(text).map(Some),
                    });
                    put(&mut settings.account, account, from)
                }
                ("hunt", "order") => put(&mut settings.order, choice::<Order>(item), from),
                ("hunt", "threads") => put(&mut settings.threads, threads(item), from),
                _ => None,
            };
            if let Some(problem) = problem {
                self.problem(value_at, format!("`{name}` is not right: {problem}"), "", None);
            }
        }
    }
}

fn key_range(table: &Table, name: &str) -> Range<usize> {
    let key = table.get_key_value(name).and_then(|(key, _)| key.span());
    key.or_else(|| table.get(name).and_then(Item::span)).unwrap_or(0..0)
}

fn put<T>(into: &mut Setting<T>, value: Result<T, String>, from: Origin) -> Option<String> {
    match value {
        Ok(value) => {
            *into = Setting { value, from };
            None
        }
        Err(problem) => Some(problem),
    }
}

fn relative(folder: &Path, path: &str) -> PathBuf {
    folder.join(path)
}

fn strings(item: &Item) -> Result<Vec<String>, String> {
    let wrong = || "a list of strings is needed".to_owned();
    let items = item.as_array().ok_or_else(wrong)?;
    items.iter().map(|i| i.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

fn text(item: &Item) -> Result<String, String> {
    item.as_str().map(str::to_owned).ok_or_else(|| "a string is needed".to_owned())
}

/// An empty text says that there is none.
fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn boolean(item: &Item) -> Result<bool, String> {
    item.as_bool().ok_or_else(|| "true or false is needed".to_owned())
}

fn outputs(item: &Item) -> Result<Vec<Output>, String> {
    let items = match item.as_str() {
        Some(one) => vec![one.to_owned()],
        None => strings(item)?,
    };
    items.iter().map(|text| text.parse::<Output>().map_err(|e| e.to_string())).collect()
}

fn level(item: &Item) -> Result<Severity, String> {
    crate::args::severity(item.as_str().unwrap_or_default())
}

fn choice<T: clap::ValueEnum>(item: &Item) -> Result<T, String> {
    let text = item.as_str().unwrap_or_default();
    T::from_str(text, true).map_err(|_| {
        let names = T::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value);
        let names: Vec<String> = names.map(|v| format!("\"{}\"", v.get_name())).collect();
        format!("one of {} is needed", names.join(", "))
    })
}

fn threads(item: &Item) -> Result<usize, String> {
    item.as_integer()
        .and_then(|n| usize::try_from(n).ok())
        .ok_or_else(|| "a number from 0 is needed".to_owned())
}

/// A plain TOML value out of one that remembers its layout.
fn value(value: &Value) -> Option<toml::Value> {
    Some(match value {
        Value::String(text) => toml::Value::String(text.value().clone()),
        Value::Integer(number) => toml::Value::Integer(*number.value()),
        Value::Float(number) => toml::Value::Float(*number.value()),
        Value::Boolean(boolean) => toml::Value::Boolean(*boolean.value()),
        Value::Array(items) => toml::Value::Array(items.iter().map(self::value).collect::<Option<_>>()?),
        Value::Datetime(_) | Value::InlineTable(_) => return None,
    })
}
