//! `eyas test`

mod fixtures;
mod machine;
mod text;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use eyas_engine::testing;
use eyas_lang::checked::Test as RuleTest;

use crate::args::{Global, SetArgs};
use crate::commands::check::paths_or_configured;
use crate::compile::{self, Compiled};
use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::rules::{self, Builtin};
use crate::screen::Screen;

/// Run the rules' own tests
///
/// Runs the `test` blocks of .eyas files on the path that `hunt` takes. Without a path, the
/// `[rules] paths` of eyas.toml, or the current folder.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas test my-rules/\n  eyas test my-rules/ --coverage       comparisons that no test made true, or false\n  eyas test my-rules/ --filter root    tests of rules with `root` in their id\n  eyas test my-rules/ -f junit > tests.xml\n\nExit codes: 0 all passed, 1 a test failed, 3 rules do not compile."
)]
pub(crate) struct Test {
    /// Files or folders
    paths: Vec<PathBuf>,

    /// List the comparisons that no test ever made true, or false
    #[arg(long)]
    coverage: bool,

    /// Only tests whose rule's id or own title holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Format: terminal, json, junit
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    format: TestFormat,

    #[command(flatten)]
    set: SetArgs,
}

/// The formats of test results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum TestFormat {
    /// For people.
    #[default]
    Terminal,
    /// One JSON document.
    Json,
    /// JUnit XML.
    Junit,
}

pub(crate) fn run(args: &Test, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?.with_set(&args.set)?;
    let screen = &screen.with_color(settings.color.value);
    let paths = paths_or_configured(&args.paths, &settings);
    let loaded = rules::load(&paths, Builtin::AsNeeded, &settings, screen)?;
    let mut compiled = compile::compile(loaded, &settings)?;
    compiled.write_errors(screen);
    keep_own(&mut compiled, args.filter.as_deref());
    let mut report = testing::run(&compiled.set, &compiled.sources, &fixtures::Files);
    report.untested.retain(|rule| compiled.is_own_rule(&rule.rule));
    let mut out = io::stdout().lock();
    match args.format {
        TestFormat::Terminal => text::write(&report, &compiled, args.coverage, screen, &mut out)?,
        TestFormat::Json => machine::json(&report, &compiled, &mut out)?,
        TestFormat::Junit => machine::junit(&report, &compiled, &mut out)?,
    }
    out.flush()?;
    let (errors, _) = compiled.counts();
    Ok(if errors > 0 || compiled.unreadable {
        exit::RULES
    } else if report.is_ok() {
        exit::OK
    } else {
        exit::FOUND
    })
}

/// Keeps the tests of the user's own files, and of these the ones that the filter asks for.
fn keep_own(compiled: &mut Compiled, filter: Option<&str>) {
    let sources = &compiled.sources;
    compiled.set.tests.retain(|test| !sources.get(test.span.file).builtin);
    let Some(filter) = filter else { return };
    compiled.set.tests.retain_mut(|test: &mut RuleTest| {
        if !test.rule.contains(filter) {
            test.cases.retain(|case| case.title.contains(filter));
        }
        !test.cases.is_empty()
    });
}
