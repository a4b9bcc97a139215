//! `[[ignore]]` in `eyas.toml`: what is known and need not be acted on.

use std::ops::Range;

use eyas_report::IgnoreEntry;
use jiff::civil::Date;
use toml_edit::{Item, TableLike, Value};

use super::Settings;
use super::file::Reader;

/// The keys of an entry.
const NAMES: [&str; 6] = ["rule", "resource", "account", "path", "reason", "until"];

/// Reads all entries; what is wrong with one is told at its place.
pub(super) fn read(reader: &mut Reader, settings: &mut Settings, item: &Item, at: Range<usize>) {
    if let Some(tables) = item.as_array_of_tables() {
        for table in tables {
            entry(reader, settings, table, table.span().unwrap_or_else(|| at.clone()));
        }
    } else if let Some(array) = item.as_array() {
        for value in array {
            let at = value.span().unwrap_or_else(|| at.clone());
            match value.as_inline_table() {
                Some(table) => entry(reader, settings, table, at),
                None => reader.problem(at, "an entry of `ignore` is a table: write `[[ignore]]`", "", None),
            }
        }
    } else {
        reader.problem(at, "`ignore` is a list of tables: write `[[ignore]]`", "", None);
    }
}

fn entry(reader: &mut Reader, settings: &mut Settings, table: &dyn TableLike, at: Range<usize>) {
    let mut entry = IgnoreEntry { place: reader.place(&at), ..IgnoreEntry::default() };
    let before = reader.count();
    for (name, item) in table.iter() {
        let key_at = table.get_key_value(name).and_then(|(k, _)| k.span()).unwrap_or_else(|| at.clone());
        let into = match name {
            "rule" => &mut entry.rule,
            "resource" => &mut entry.resource,
            "account" => &mut entry.account,
            "path" => &mut entry.path,
            "reason" | "until" => {
                let value_at = item.span().unwrap_or(key_at);
                let read = if name == "reason" {
                    reason(item).map(|text| entry.reason = text)
                } else {
                    day(item).map(|day| entry.until = Some(day))
                };
                if let Err(problem) = read {
                    reader.problem(value_at, format!("`{name}` is not right: {problem}"), "", None);
                }
                continue;
            }
            _ => {
                reader.unknown(key_at, name, &NAMES, "key");
                continue;
            }
        };
        match pattern(name, item) {
            Ok(text) => *into = Some(text),
            Err(problem) => {
                let value_at = item.span().unwrap_or(key_at);
                reader.problem(value_at, format!("`{name}` is not right: {problem}"), "", None);
            }
        }
    }
    if reader.count() > before {
        return;
    }
    let IgnoreEntry { rule, resource, account, path, .. } = &entry;
    if entry.reason.is_empty() {
        let help = "write `reason = \"…\"`: whoever reads this in a year wants to know";
        reader.problem(at, "an ignore needs a reason", "this one has none", Some(help.to_owned()));
    } else if [rule, resource, account, path].iter().all(|p| p.is_none()) {
        let help = "name at least one of `rule`, `resource`, `account`, `path`; all of them must match";
        reader.problem(at, "this would ignore every finding", "", Some(help.to_owned()));
    } else {
        settings.ignores.push(entry);
    }
}

fn reason(item: &Item) -> Result<String, String> {
    match item.as_str().map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err("a sentence is needed".to_owned()),
    }
}

/// A pattern. An account may be written as a number, as long as that keeps all of its digits.
fn pattern(name: &str, item: &Item) -> Result<String, String> {
    if let (true, Some(Value::Integer(number))) = (name == "account", item.as_value()) {
        return Ok(format!("{:012}", number.value()));
    }
    match item.as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err("a text is needed; `*` stands for anything".to_owned()),
    }
}

/// `2027-01-31`, with quotes or without.
fn day(item: &Item) -> Result<Date, String> {
    let text = match item.as_value() {
        Some(Value::String(text)) => text.value().clone(),
        Some(Value::Datetime(day)) => day.value().to_string(),
        _ => String::new(),
    };
    text.parse::<Date>().map_err(|_| "a day is needed, such as 2027-01-31".to_owned())
}
