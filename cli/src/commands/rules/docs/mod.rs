//! `eyas rules docs`

mod commands;
mod pages;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::args::{Global, RuleArgs};
use crate::commands::demo;
use crate::compile::{self, Compiled};
use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::plan;
use crate::screen::Screen;

/// The rule whose finding the documentation shows.
const EXAMPLE: &str = "aws.ec2.make_ebs_snapshot_public";

/// Write Markdown pages: one about the rules that are loaded, or the whole reference
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas rules docs --rules my-rules --out docs/\n  eyas rules docs --reference docs/src/reference           what `cargo xtask docs` runs\n  eyas rules docs --reference docs/src/reference --check   fails where a page is stale"
)]
pub(super) struct Docs {
    /// Write rules.md into this folder
    #[arg(long, value_name = "DIR", required_unless_present = "reference", conflicts_with = "reference")]
    out: Option<PathBuf>,

    /// Write every generated page of the reference into this folder
    #[arg(long, value_name = "DIR")]
    reference: Option<PathBuf>,

    /// Write nothing; exit with 1 where a page differs
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    rules: RuleArgs,
}

pub(super) fn run(args: &Docs, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?.with_rules(&args.rules)?;
    let compiled = compile::load(&args.rules, &settings, screen)?;
    let title = if args.reference.is_some() { "Built-in rules" } else { "Rules" };
    let rules = ("rules.md", pages::rules(title, &compiled));
    let (folder, pages) = match (&args.reference, &args.out) {
        (Some(folder), _) => {
            let rest = [
                ("fields.md", pages::fields()),
                ("functions.md", pages::functions()),
                ("diagnostics.md", pages::diagnostics()),
                ("grammar.md", pages::grammar()),
                ("commands.md", commands::page()),
                ("finding.example.json", example(compiled, &settings, screen)?),
            ];
            (folder, [rules].into_iter().chain(rest).collect::<Vec<_>>())
        }
        (None, Some(folder)) => (folder, vec![rules]),
        (None, None) => return Err(Failure::usage("say where to: `--out DIR` or `--reference DIR`")),
    };
    let mut stale = false;
    for (name, text) in pages {
        let path = folder.join(name);
        if args.check {
            if read(&path)?.as_deref() != Some(&text) {
                screen.error(&format!("`{}` is stale", path.display()), None);
                stale = true;
            }
        } else {
            write(&path, &text)?;
        }
    }
    Ok(if stale { exit::FOUND } else { exit::OK })
}

/// A finding of the demo, as the page about the format shows it.
fn example(compiled: Compiled, settings: &Settings, screen: &Screen) -> Result<String, Failure> {
    let planned = plan::plan(compiled, plan::Judging::Events, settings, screen)?;
    let finding = demo::finding_of(EXAMPLE, &planned).ok_or_else(|| {
        Failure::usage(format!("the rule `{EXAMPLE}` is not loaded, or does not fire in the demo"))
    })?;
    Ok(serde_json::to_string_pretty(&finding).map_err(io::Error::from)? + "\n")
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("read", path)(error)),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    }
    fs::write(path, text).map_err(Failure::file("write", path))
}
