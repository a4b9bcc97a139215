//! `eyas convert`

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use eyas_lang::source::{SourceFile, SourceKind, Sources};

use crate::args::Global;
use crate::exit::{self, Exit, Failure};
use crate::problem::Problem;
use crate::screen::Screen;
use crate::{render, rules};

/// Print a Falco rules file as .eyas
///
/// What the file says that has no place in the result is told on standard error.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas convert aws_cloudtrail_rules.yaml\n  eyas convert aws_cloudtrail_rules.yaml -o my-rules/falco.eyas\n\nExit codes: 0 converted, 3 the file has errors (what could be read is printed)."
)]
pub(crate) struct Convert {
    /// A Falco rules file, or `-`
    file: PathBuf,

    /// Write this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Convert, _: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let text = if args.file.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map_err(Failure::file("read", Path::new("-")))?;
        text
    } else {
        rules::read_text(&args.file).map_err(Failure::file("read", &args.file))?
    };
    let mut sources = Sources::default();
    let id = sources.add(SourceFile {
        name: args.file.display().to_string(),
        text: Arc::from(text),
        kind: SourceKind::Falco,
        default_package: String::new(),
        builtin: false,
    });
    let source = sources.get(id);
    let tree = eyas_lang::falco::read(id, &source.text);
    for diagnostic in &tree.diagnostics {
        screen.note(&format!("{}\n", render::problem(&Problem::of(diagnostic, &sources), screen.err_look())));
    }
    let printed = eyas_lang::falco::convert(&tree, &source.text);
    match &args.out {
        Some(path) => fs::write(path, printed).map_err(Failure::file("write", path))?,
        None => io::stdout().lock().write_all(printed.as_bytes())?,
    }
    let broken = tree.diagnostics.iter().any(eyas_lang::diagnostics::Diagnostic::is_error);
    Ok(if broken { exit::RULES } else { exit::OK })
}
