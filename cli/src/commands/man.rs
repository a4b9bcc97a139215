//! `eyas man`

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory};

use crate::args::Cli;
use crate::exit::{self, Exit, Failure};

/// Print the manual page, or write one for every command
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  eyas man | man -l -\n  eyas man --out ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Write eyas.1, eyas-hunt.1 and the others into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Man) -> Result<Exit, Failure> {
    match &args.out {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
            clap_mangen::generate_to(Cli::command(), folder).map_err(Failure::file("write", folder))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            io::stdout().lock().write_all(&page)?;
        }
    }
    Ok(exit::OK)
}
