//! `eyas fmt`

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use eyas_lang::diagnostics::Diagnostic;
use eyas_lang::source::{SourceFile, SourceKind, Sources};
use eyas_report::escape;
use similar::TextDiff;

use crate::args::Global;
use crate::commands::check::paths_or_configured;
use crate::compile::counted;
use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::problem::Problem;
use crate::screen::Screen;
use crate::{render, rules};

/// Put rule files into the one canonical layout
///
/// Rewrites .eyas files in place and names those that changed. A file with syntax errors is
/// reported and left alone. `-` reads standard input and writes standard output.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas fmt my-rules/\n  eyas fmt my-rules/ --check      in continuous integration: print the difference, change nothing\n  eyas fmt - < rule.eyas\n\nExit codes: 0 done, 1 --check found a file to format, 3 a file has syntax errors."
)]
pub(crate) struct Fmt {
    /// Files or folders, or `-`
    paths: Vec<PathBuf>,

    /// Change nothing; print what would change and exit with 1 if anything would
    #[arg(long)]
    check: bool,
}

/// What came of the files so far.
#[derive(Debug, Default)]
struct Tally {
    changed: usize,
    same: usize,
    broken: usize,
}

pub(crate) fn run(args: &Fmt, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    if args.paths.iter().any(|p| p.as_os_str() == "-") {
        return standard_input(args, screen);
    }
    let settings = Settings::load(global)?;
    let screen = &screen.with_color(settings.color.value);
    let mut tally = Tally::default();
    let (files, complete) = rules::find(&paths_or_configured(&args.paths, &settings), &settings, screen)?;
    tally.broken += usize::from(!complete);
    for found in files {
        if found.path.extension().is_some_and(|e| e == "eyas") {
            file(&found.path, args.check, screen, &mut tally)?;
        }
    }
    if !screen.quiet {
        let verb = if args.check { "would change" } else { "changed" };
        let broken = if tally.broken == 0 { String::new() } else { format!(", {} left alone", tally.broken) };
        let files = counted(tally.changed + tally.same + tally.broken, "file");
        screen.tell(&format!("{files}: {} {verb}{broken}", tally.changed));
    }
    Ok(match (tally.broken, args.check && tally.changed > 0) {
        (1.., _) => exit::RULES,
        (_, true) => exit::FOUND,
        _ => exit::OK,
    })
}

fn standard_input(args: &Fmt, screen: &Screen) -> Result<Exit, Failure> {
    if args.paths.len() > 1 {
        return Err(Failure::usage("`-` goes with no other path"));
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(Failure::file("read", Path::new("-")))?;
    match format("-", &text) {
        Err(problems) => {
            complain(&problems, screen);
            Ok(exit::RULES)
        }
        Ok(formatted) if args.check => {
            difference("-", &text, &formatted, &mut io::stdout().lock())?;
            Ok(if text == formatted { exit::OK } else { exit::FOUND })
        }
        Ok(formatted) => {
            io::stdout().lock().write_all(formatted.as_bytes())?;
            Ok(exit::OK)
        }
    }
}

fn file(path: &Path, check: bool, screen: &Screen, tally: &mut Tally) -> Result<(), Failure> {
    let name = path.display().to_string();
    let text = match rules::read_text(path) {
        Ok(text) => text,
        Err(error) => {
            screen.error(&format!("cannot read `{name}`: {}", exit::plain(&error)), None);
            tally.broken += 1;
            return Ok(());
        }
    };
    match format(&name, &text) {
        Err(problems) => {
            complain(&problems, screen);
            tally.broken += 1;
        }
        Ok(formatted) if formatted == text => tally.same += 1,
        Ok(formatted) => {
            tally.changed += 1;
            let mut out = io::stdout().lock();
            if check {
                difference(&name, &text, &formatted, &mut out)?;
            } else {
                replace(path, &formatted).map_err(Failure::file("write", path))?;
                if !screen.quiet {
                    writeln!(out, "{}", escape::terminal(&name))?;
                }
            }
        }
    }
    Ok(())
}

/// The text in canonical layout, or what keeps it from being read.
fn format(name: &str, text: &str) -> Result<String, Vec<Problem>> {
    let mut sources = Sources::default();
    let id = sources.add(SourceFile {
        name: name.to_owned(),
        text: Arc::from(text),
        kind: SourceKind::Eyas,
        default_package: String::new(),
        builtin: false,
    });
    let tree = eyas_lang::syntax::parse(id, text);
    eyas_lang::fmt::format(&tree, text).ok_or_else(|| {
        let errors: Vec<&Diagnostic> = tree.diagnostics.iter().collect();
        errors.into_iter().map(|d| Problem::of(d, &sources)).collect()
    })
}

fn complain(problems: &[Problem], screen: &Screen) {
    for problem in problems {
        screen.note(&format!("{}\n", render::problem(problem, screen.err_look())));
    }
}

fn difference(name: &str, old: &str, new: &str, out: &mut dyn Write) -> io::Result<()> {
    let diff = TextDiff::from_lines(old, new);
    let name = escape::terminal(name);
    write!(out, "{}", diff.unified_diff().context_radius(2).header(&name, &format!("{name} (formatted)")))
}

/// Writes beside the file and renames, so that the file is at every moment either the old or
/// the new one. Follows links, keeps permissions.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(fs::metadata(&path)?.permissions())?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    })();
    if written.is_err() {
        // Nothing is lost: the file itself was not touched.
        let _ = fs::remove_file(&beside);
    }
    written
}
