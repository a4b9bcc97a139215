//! Opening the outputs that were asked for.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal};
use std::path::Path;

use eyas_report::{Format, Ignores, Report, Sink, Style, open};
use jiff::{Timestamp, tz::TimeZone};

use crate::baseline;
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
    // Before any file is opened for writing: it may be the same one.
    let baseline = baseline::read(settings)?;
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    for output in outputs {
        sinks.push(match &output.file {
            None => standard_output(output.format, settings, screen),
            Some(path) => {
                let file = File::create(path).map_err(|e| {
                    let why = crate::exit::plain(&e);
                    Failure::usage(format!("cannot write `{}`: {why}", path.display()))
                })?;
                open(output.format, BufWriter::new(file), Style::default())
            }
        });
    }
    if let Some(path) = &settings.write_baseline {
        sinks.push(Box::new(baseline::Writer::create(path)?));
    }
    let report = Report::new(sinks)
        .with_ignores(ignores(settings))
        .show_all(settings.show_ignored.value)
        .reveal(settings.reveal);
    Ok(match baseline {
        Some(baseline) => report.with_baseline(baseline),
        None => report,
    })
}

/// The entries of the configuration, as they hold today (UTC, as everything here).
pub(crate) fn ignores(settings: &Settings) -> Ignores {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let ignores = Ignores::new(settings.ignores.clone(), today);
    let Ok(here) = std::env::current_dir() else { return ignores };
    let folder = settings.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
    ignores.from_folder(text(&here.join(folder)), text(&here))
}

/// Somebody who watches sees each finding at once; a pipe gets larger pieces.
fn standard_output(format: Format, settings: &Settings, screen: &Screen) -> Box<dyn Sink> {
    if io::stdout().is_terminal() {
        open(format, io::stdout(), style(format, settings, screen))
    } else {
        open(format, BufWriter::new(io::stdout()), style(format, settings, screen))
    }
}

/// Whether a person reads standard output.
pub(crate) fn person_on_stdout(settings: &Settings) -> bool {
    settings.format.value.iter().any(|o| o.file.is_none() && o.format == Format::Terminal)
}

fn style(format: Format, settings: &Settings, screen: &Screen) -> Style {
    let look = screen.out_look();
    match format {
        Format::Terminal => {
            Style { color: look.color, width: look.width, brief: screen.quiet, fold_info: settings.fold_info }
        }
        _ => Style::default(),
    }
}
