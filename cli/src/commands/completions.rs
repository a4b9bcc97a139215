//! `eyas completions`

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::exit::{self, Exit, Failure};

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas completions bash > ~/.local/share/bash-completion/completions/eyas\n  eyas completions zsh > ~/.zfunc/_eyas\n  eyas completions fish > ~/.config/fish/completions/eyas.fish"
)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "eyas", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(exit::OK)
}
