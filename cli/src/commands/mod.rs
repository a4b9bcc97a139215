//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod hunt;
pub(crate) mod lint;
pub(crate) mod man;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod test;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Failure};
use crate::screen::Screen;

/// Does what was asked for.
pub(crate) fn run(cli: Cli, screen: &Screen) -> Result<Exit, Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Check(args) => check::run(args, global, screen),
        Command::Fmt(args) => fmt::run(args, global, screen),
        Command::Test(args) => test::run(args, global, screen),
        Command::Rules(args) => rules::run(args, global, screen),
        Command::Explain(args) => explain::run(args, global, screen),
        Command::Lint(args) => lint::run(args, global, screen),
        Command::Hunt(args) => hunt::run(args, global, screen),
        Command::Report(args) => report::run(args, global, screen),
        Command::Convert(args) => convert::run(args, global, screen),
        Command::Demo(args) => demo::run(args, global, screen),
        Command::Config(args) => config::run(args, global),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}
