//! Opening the outputs that were asked for.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal};

use eyas_report::{Format, Report, Sink, Style, open};

use crate::config::Settings;
use crate::exit::Failure;
use crate::screen::Screen;

/// A report into every output of the settings.
pub(crate) fn report(settings: &Settings, screen: &Screen) -> Result<Report, Failure> {
    let outputs = &settings.format.value;
    if outputs.iter().filter(|o| o.file.is_none()).count() > 1 {
        return Err(Failure::usage_help(
            "two formats would be mixed on standard output",
            "send all but one to a file: `-f jsonl -f sarif=out.sarif`",
        ));
    }
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    for output in outputs {
        sinks.push(match &output.file {
            None => standard_output(output.format, screen),
            Some(path) => {
                let file = File::create(path).map_err(|e| {
                    let why = crate::exit::plain(&e);
                    Failure::usage(format!("cannot write `{}`: {why}", path.display()))
                })?;
                open(output.format, BufWriter::new(file), Style::default())
            }
        });
    }
    Ok(Report::new(sinks))
}

/// Somebody who watches sees each finding at once; a pipe gets larger pieces.
fn standard_output(format: Format, screen: &Screen) -> Box<dyn Sink> {
    if io::stdout().is_terminal() {
        open(format, io::stdout(), style(format, screen))
    } else {
        open(format, BufWriter::new(io::stdout()), style(format, screen))
    }
}

/// Whether a person reads standard output.
pub(crate) fn person_on_stdout(settings: &Settings) -> bool {
    settings.format.value.iter().any(|o| o.file.is_none() && o.format == Format::Terminal)
}

fn style(format: Format, screen: &Screen) -> Style {
    let look = screen.out_look();
    match format {
        Format::Terminal => Style { color: look.color, width: look.width, brief: screen.quiet },
        _ => Style::default(),
    }
}
