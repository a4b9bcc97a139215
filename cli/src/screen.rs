//! What is known about where output goes: colour, width, whether somebody watches.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::args::{Color, Global};

/// How text for people looks on one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// ANSI sequences.
    pub(crate) color: bool,
    /// Box-drawing characters; plain ASCII otherwise.
    pub(crate) unicode: bool,
    /// Columns, where it is a terminal.
    pub(crate) width: Option<usize>,
}

/// Both output streams and how much to say.
#[derive(Debug)]
pub(crate) struct Screen {
    out: Look,
    err: Look,
    /// Whether somebody watches standard error.
    pub(crate) watched: bool,
    /// `-q`: only what was asked for.
    pub(crate) quiet: bool,
    /// `-v`: more.
    pub(crate) verbose: bool,
}

impl Screen {
    pub(crate) fn new(global: &Global) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        Self {
            out: look(&out, out.is_terminal(), global.color),
            err: look(&err, err.is_terminal(), global.color),
            watched: err.is_terminal(),
            quiet: global.quiet,
            verbose: global.verbose > 0,
        }
    }

    /// The same, with a choice of colour from the configuration.
    pub(crate) fn with_color(&self, color: Color) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        Self {
            out: Look { color: colored(&out, color), ..self.out },
            err: Look { color: colored(&err, color), ..self.err },
            ..*self
        }
    }

    pub(crate) fn out_look(&self) -> Look {
        self.out
    }

    pub(crate) fn err_look(&self) -> Look {
        self.err
    }

    /// Text on standard error. Failing to complain is no reason to fail.
    pub(crate) fn note(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// As [`Screen::note`], unless `-q`.
    pub(crate) fn tell(&self, text: &str) {
        if !self.quiet {
            self.note(text);
        }
    }

    /// `error: …` with a help line.
    pub(crate) fn error(&self, message: &str, help: Option<&str>) {
        self.note(&format!("{}: {message}", paint(self.err, AnsiColor::Red.on_default().bold(), "error")));
        if let Some(help) = help {
            self.note(&format!("  {}: {help}", paint(self.err, AnsiColor::Cyan.on_default(), "help")));
        }
    }

    /// `warning: …`
    pub(crate) fn warning(&self, message: &str) {
        self.note(&format!(
            "{}: {message}",
            paint(self.err, AnsiColor::Yellow.on_default().bold(), "warning")
        ));
    }
}

/// `text` in this style where the stream takes colour.
pub(crate) fn paint(look: Look, style: Style, text: &str) -> String {
    if look.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

fn look<S: anstream::stream::RawStream>(stream: &S, terminal: bool, color: Option<Color>) -> Look {
    Look {
        color: colored(stream, color.unwrap_or(Color::Auto)),
        unicode: terminal,
        width: terminal.then(width),
    }
}

/// `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM=dumb` count where nothing was asked for.
fn colored<S: anstream::stream::RawStream>(stream: &S, color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(stream) != ColorChoice::Never,
    }
}

fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let found = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    asked.or_else(found).unwrap_or(100).clamp(40, 160)
}
