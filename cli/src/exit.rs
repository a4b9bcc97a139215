//! Exit codes, and the failures that end a command early.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::problem::Problem;
use crate::render;
use crate::screen::Screen;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(u8);

/// Nothing at or above `--fail-on`.
pub(crate) const OK: Exit = Exit(0);
/// Findings, a failed test, an unformatted file.
pub(crate) const FOUND: Exit = Exit(1);
/// A mistake in the arguments or the configuration.
pub(crate) const USAGE: Exit = Exit(2);
/// Rules do not compile.
pub(crate) const RULES: Exit = Exit(3);
/// Input could not be read or judged.
pub(crate) const INPUT: Exit = Exit(4);
/// Interrupted, after everything found so far was written.
pub(crate) const INTERRUPTED: Exit = Exit(130);
/// The reader of our output went away: what a shell reports for a process that SIGPIPE ended.
const CLOSED_PIPE: Exit = Exit(141);

/// What each code means, for help and documentation.
pub(crate) const MEANINGS: [(u8, &str); 7] = [
    (0, "nothing at or above --fail-on (default: medium)"),
    (1, "findings at or above it; for `test` a failed test, for `fmt --check` an unformatted file"),
    (2, "a mistake in the arguments or in eyas.toml"),
    (3, "rules do not compile"),
    (
        4,
        "input could not be read or judged (with --strict-unknown; a run that could read nothing always), or the output not written",
    ),
    (130, "interrupted, after everything found so far was written"),
    (141, "the reader of the output went away"),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.0)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments ask for something that does not exist or does not go together.
    Usage {
        /// What is wrong.
        message: String,
        /// The next step.
        help: Option<String>,
    },
    /// Parameters that do not exist or do not take what was given: message and next step each.
    Options(Vec<(String, Option<String>)>),
    /// The configuration, with its places.
    Config(Vec<Problem>),
    /// A file could not be read or written.
    File {
        /// `read`, `write`, …
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Output could not be written.
    Output(io::Error),
    /// Already reported; only the code is left.
    Reported(Exit),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: None }
    }

    pub(crate) fn usage_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: Some(help.into()) }
    }

    /// Maps an I/O error at `path`.
    pub(crate) fn file(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { verb, path, error }
    }

    /// Tells the user and gives the exit code.
    pub(crate) fn report(self, screen: &Screen) -> Exit {
        match self {
            Self::Usage { message, help } => {
                screen.error(&message, help.as_deref());
                USAGE
            }
            Self::Options(problems) => {
                for (message, help) in &problems {
                    screen.error(message, help.as_deref());
                }
                USAGE
            }
            Self::Config(problems) => {
                for problem in &problems {
                    screen.note(&format!("{}\n", render::problem(problem, screen.err_look())));
                }
                USAGE
            }
            Self::File { verb, path, error } => {
                screen.error(&format!("cannot {verb} `{}`: {}", path.display(), plain(&error)), None);
                INPUT
            }
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => CLOSED_PIPE,
            Self::Output(error) => {
                screen.error(&format!("cannot write the output: {}", plain(&error)), None);
                INPUT
            }
            Self::Reported(exit) => exit,
        }
    }
}

/// Errors that reach a command without a path are those of writing its output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// The operating system's message in our style: lower case, without its number.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}
