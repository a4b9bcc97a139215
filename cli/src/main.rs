//! The `eyas` command: arguments, configuration, wiring, progress. What can be done with rules,
//! records and findings is in the library crates.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::string_slice
    )
)]

mod args;
mod baseline;
mod commands;
mod compile;
mod config;
mod exit;
mod output;
mod pack;
mod plan;
mod problem;
mod progress;
mod render;
mod rules;
mod screen;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;

/// Judging makes many small allocations that live as long as a record: a third of `lint`'s time with
/// the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing sensible is left to do when help cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { exit::USAGE } else { exit::OK }.into();
        }
    };
    let screen = screen::Screen::new(&cli.global);
    let code = match commands::run(cli, &screen) {
        Ok(code) => code,
        Err(failure) => failure.report(&screen),
    };
    code.into()
}
