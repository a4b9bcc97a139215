//! `eyas config`

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::{Args, Subcommand};
use eyas_report::IgnoreEntry;

use crate::args::{Global, OutputArgs, RuleArgs};
use crate::config::{FILE_NAME, KEYS, Order, Origin, Settings};
use crate::exit::{self, Exit, Failure};

/// What is configured
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  eyas config show"
)]
pub(crate) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Show(Show),
}

/// Print what is in force, and where each value came from
///
/// Takes the flags of the other commands, so that their effect can be seen.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas config show\n  eyas config show --fail-on high --set aws.ec2.approved_regions=eu-west-1"
)]
struct Show {
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// Run the rules that compile although others do not
    #[arg(long)]
    keep_going: bool,
    /// The order of findings
    #[arg(long, value_enum)]
    order: Option<Order>,
    /// Threads
    #[arg(long)]
    threads: Option<usize>,
}

pub(crate) fn run(args: &Config, global: &Global) -> Result<Exit, Failure> {
    let Action::Show(show) = &args.action;
    let settings = Settings::load(global)?
        .with_rules(&show.rules)?
        .with_output(&show.output)
        .with_keep_going(show.keep_going)
        .with_hunt(show.order, show.threads);
    io::stdout().lock().write_all(print(&settings).as_bytes())?;
    Ok(exit::OK)
}

/// The keys of an `[[ignore]]`.
fn ignore(entry: &IgnoreEntry) -> Vec<String> {
    let reason = Some(entry.reason.clone());
    let texts = [
        ("rule", &entry.rule),
        ("resource", &entry.resource),
        ("account", &entry.account),
        ("path", &entry.path),
        ("reason", &reason),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(key, text)| Some(format!("{key} = {}", toml::Value::String(text.clone()?))));
    texts.chain(entry.until.map(|day| format!("until = {day}"))).collect()
}

/// The settings as TOML that could be an `eyas.toml`, origins as comments.
fn print(settings: &Settings) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    let file = settings.file.as_ref().map(|f| f.display().to_string());
    let origin = |from: &Origin| match from {
        Origin::Default => "default".to_owned(),
        Origin::File(line) => format!("{}:{line}", file.as_deref().unwrap_or(FILE_NAME)),
        Origin::Flag(flag) => (*flag).to_owned(),
    };
    let mut table = "";
    for key in KEYS {
        if key.table != table {
            table = key.table;
            lines.push((String::new(), String::new()));
            lines.push((format!("[{table}]"), String::new()));
        }
        let (value, from) = (key.show)(settings);
        lines.push((format!("{} = {value}", key.name), origin(from)));
    }
    if !settings.params.is_empty() {
        lines.push((String::new(), String::new()));
        lines.push(("[params]".to_owned(), String::new()));
    }
    for (name, param) in &settings.params {
        lines.push((format!("{name:?} = {}", param.value.show()), origin(&param.from)));
    }
    for entry in &settings.ignores {
        lines.push((String::new(), String::new()));
        lines.push(("[[ignore]]".to_owned(), entry.place.clone()));
        lines.extend(ignore(entry).into_iter().map(|line| (line, String::new())));
    }
    let width = lines.iter().map(|(text, _)| text.chars().count()).filter(|w| *w <= 60).max().unwrap_or(0);
    let mut out = match &file {
        Some(file) => format!("# from {file}\n"),
        None => format!("# no {FILE_NAME} here or above\n"),
    };
    for (text, from) in lines {
        // Writing into a string cannot fail.
        let _ =
            if from.is_empty() { writeln!(out, "{text}") } else { writeln!(out, "{text:<width$}  # {from}") };
    }
    out
}
