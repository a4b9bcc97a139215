//! `eyas report`

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use eyas_engine::finding::Finding;
use eyas_report::read::{ReadError, read_saved};
use eyas_report::{Broken, Report as Findings, Run, SourceText, Sources, Summary, Texts};
use eyas_template::document::decode;

use crate::args::{Global, OutputArgs};
use crate::commands::hunt;
use crate::config::Settings;
use crate::exit::{self, Exit, Failure, plain};
use crate::output;
use crate::screen::Screen;

/// Turn saved findings into another format
///
/// Reads what `-f json` and `-f jsonl` of the other commands write. Of a JSON report the summary
/// is taken over too: what was judged, what passed, and what could not be judged and why. The
/// `[[ignore]]` entries of eyas.toml and a baseline count as in every command.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas report lint.json -f html=report.html\n  eyas lint . -f json | eyas report - -f html=report.html -f sarif=lint.sarif\n  eyas report monday.jsonl tuesday.jsonl -f csv\n  eyas report today.jsonl --baseline yesterday.jsonl\n  eyas report lint.json -f markdown --sources . >> \"$GITHUB_STEP_SUMMARY\"\n\nExit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 4 no file could be read (with --strict-unknown: any line could not be)."
)]
pub(crate) struct Report {
    /// Saved findings (JSON or JSON Lines), or `-` for standard input
    #[arg(required = true, value_name = "FINDINGS")]
    findings: Vec<PathBuf>,

    /// Show the lines that findings are about, out of the files below this folder
    #[arg(long, value_name = "FOLDER")]
    sources: Option<PathBuf>,

    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Report, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?.with_output(&args.output);
    let screen = &screen.with_color(settings.color.value);
    let sources = match &args.sources {
        Some(folder) => Sources::new(Arc::new(Folder::new(folder)?)),
        None => Sources::default(),
    };
    not_over_an_input(args, &settings)?;
    let mut out = output::report(&settings, screen)?;
    out.begin(&Run { version: env!("CARGO_PKG_VERSION").to_owned(), sources, ..Run::default() })?;
    let mut read =
        Reading { out, summary: Summary::default(), failed: None, left_out: 0, found: 0, unread: 0 };
    for path in &args.findings {
        match open(path) {
            Ok(input) => read.file(path, input),
            Err(error) => read.broken(path, None, plain(&error)),
        }
    }
    let Reading { mut out, summary, failed, left_out, found, unread } = read;
    out.also_ignored(left_out);
    let ended = out.end(summary);
    if let Some(error) = failed {
        return Err(error.into());
    }
    let summary = ended?;
    hunt::tell(&Run::default(), &summary, &settings, screen)?;
    Ok(exit_code(found == 0 && unread > 0, &summary, &settings))
}

/// Opening an output empties the file, which must not be one that is still to be read.
fn not_over_an_input(args: &Report, settings: &Settings) -> Result<(), Failure> {
    let files = settings.format.value.iter().filter_map(|output| output.file.as_deref());
    for file in files.filter_map(|file| file.canonicalize().ok()) {
        if args.findings.iter().any(|input| input.canonicalize().is_ok_and(|input| input == file)) {
            return Err(Failure::usage(format!("`{}` is both read and written", file.display())));
        }
    }
    Ok(())
}

fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    if path.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}

/// Findings on their way into the report.
struct Reading {
    out: Findings,
    summary: Summary,
    /// Why the report could not be written.
    failed: Option<io::Error>,
    /// How many findings were ignored when they were made, and so not saved.
    left_out: u64,
    /// How much of the input was findings, and how much was not.
    found: u64,
    unread: u64,
}

/// As many broken lines are named.
const MOST_NAMED: usize = 100;

impl Reading {
    fn file(&mut self, path: &Path, input: impl BufRead) {
        let mut broken = Vec::new();
        let mut summaries = Vec::new();
        let (mut found, mut ignored) = (0, 0);
        let (out, failed) = (&mut self.out, &mut self.failed);
        let each = |finding: Finding| {
            found += 1;
            ignored += u64::from(finding.ignored.is_some());
            if failed.is_none() {
                *failed = out.finding(&finding).err();
            }
        };
        let end = read_saved(input, each, |e| broken.push(e), |s| summaries.push(s));
        self.found += found;
        for error in broken.into_iter().chain(end.err()) {
            match error {
                ReadError::Io(error) => self.broken(path, None, plain(&error)),
                ReadError::Line { line, reason } => self.broken(path, Some(line), reason),
            }
        }
        for summary in summaries {
            self.left_out += summary.findings.ignored.saturating_sub(ignored);
            self.summary.add(summary);
        }
    }

    fn broken(&mut self, path: &Path, line: Option<u64>, reason: String) {
        self.unread += 1;
        self.summary.broken += 1;
        if self.summary.broken_at.len() < MOST_NAMED {
            let file = path.display().to_string();
            self.summary.broken_at.push(Broken { file, line, reason, ..Broken::default() });
        }
    }
}

fn exit_code(nothing: bool, summary: &Summary, settings: &Settings) -> Exit {
    let incomplete = summary.broken > 0 || summary.unknown > 0 || !summary.not_run.is_empty();
    if nothing || (settings.strict_unknown.value && incomplete) {
        exit::INPUT
    } else if summary.findings.at_least(settings.fail_on.value) > 0 {
        exit::FOUND
    } else {
        exit::OK
    }
}

/// The files below a folder. Findings come from elsewhere: what they name outside of it stays
/// unread.
struct Folder {
    root: PathBuf,
    /// The file that was read last: findings of one file stand together.
    last: Mutex<(String, Texts)>,
}

/// A larger file is not read.
const LARGEST: u64 = 16 << 20;

impl Folder {
    fn new(folder: &Path) -> Result<Self, Failure> {
        let root = folder.canonicalize().map_err(|error| {
            Failure::usage(format!("cannot read the folder `{}`: {}", folder.display(), plain(&error)))
        })?;
        Ok(Self { root, last: Mutex::default() })
    }

    fn read(&self, file: &str) -> Option<String> {
        let path = self.root.join(file).canonicalize().ok()?;
        if !path.starts_with(&self.root) || !path.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        File::open(path).ok()?.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
        if bytes.len() as u64 > LARGEST { None } else { decode(bytes).ok() }
    }
}

impl SourceText for Folder {
    fn line(&self, file: &str, line: u64) -> Option<String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != file {
            let texts = Texts::default();
            texts.insert(file, self.read(file).unwrap_or_default().into());
            *last = (file.to_owned(), texts);
        }
        last.1.line(file, line).filter(|text| !text.is_empty())
    }
}
