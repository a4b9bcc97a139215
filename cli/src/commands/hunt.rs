//! `eyas hunt`

use std::ffi::OsString;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use clap::Args;
use eyas_cloudtrail::{self as cloudtrail, TimeRange};
use eyas_engine::finding::Finding;
use eyas_report::{Format, Report, Run, Style, Summary, open};
use jiff::Timestamp;

use crate::args::{Global, OutputArgs, RuleArgs};
use crate::compile;
use crate::config::{Order, Settings};
use crate::exit::{self, Exit, Failure};
use crate::output;
use crate::plan::{self, Judging, Planned};
use crate::progress::Progress;
use crate::screen::Screen;

/// Run rules over recorded CloudTrail events
///
/// Reads files, folders (all the way down) and standard input, gzipped or not, in every shape
/// that CloudTrail events come in. The built-in packs run, and the `[rules] paths` of eyas.toml;
/// with --rules exactly those rules (the standard library stays at hand), with --with-packs both.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas hunt logs/\n  eyas hunt AWSLogs/ --from 2026-03-01 --to 2026-03-08 -f jsonl\n  eyas hunt logs/ --rules aws_cloudtrail_rules.yaml\n  aws cloudtrail lookup-events | eyas hunt -\n  eyas hunt logs/ -f terminal -f sarif=out.sarif --fail-on high\n\nExit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 3 rules do not compile, 4 nothing could be read (with --strict-unknown: anything could not be read or judged), 130 interrupted."
)]
pub(crate) struct Hunt {
    /// Files, folders, or `-` for standard input
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<OsString>,

    /// Only events from this time on: a date (its midnight, UTC), RFC 3339, or a time ago (7d, 12h)
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,

    /// Only events before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<Timestamp>,

    /// The order of findings: input (as they come, the default) or time (sorted, printed at the end)
    #[arg(long, value_enum, value_name = "ORDER", hide_possible_values = true)]
    order: Option<Order>,

    /// Threads; 0 is one a core, the default
    #[arg(long, value_name = "N")]
    threads: Option<usize>,

    /// Run the rules that compile although others do not
    #[arg(long)]
    keep_going: bool,

    #[command(flatten)]
    rules: RuleArgs,

    #[command(flatten)]
    output: OutputArgs,
}

/// A point in time as people write it.
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return date.to_zoned(jiff::tz::TimeZone::UTC).map(|z| z.timestamp()).map_err(|e| e.to_string());
    }
    let wrong =
        || "write a date (2026-03-01), a time (2026-03-01T12:00:00Z) or a time ago (7d, 12h, 30m)".to_owned();
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(wrong()),
    };
    let ago = jiff::SignedDuration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?);
    Timestamp::now().checked_sub(ago).map_err(|_| "that is before the beginning of time".to_owned())
}

pub(crate) fn run(args: &Hunt, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?
        .with_rules(&args.rules)?
        .with_output(&args.output)
        .with_keep_going(args.keep_going)
        .with_hunt(args.order, args.threads);
    let screen = &screen.with_color(settings.color.value);
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from >= to
    {
        return Err(Failure::usage(format!("`--from` ({from}) is not before `--to` ({to})")));
    }
    let compiled = compile::load(&args.rules, &settings, screen)?;
    let planned = plan::plan(compiled, Judging::Events, &settings, screen)?;
    let report = output::report(&settings, screen)?;
    let sources = args.sources.iter().map(cloudtrail::Source::parse).collect();
    let options = Options {
        range: TimeRange { from: args.from, to: args.to },
        order: settings.order.value,
        threads: settings.threads.value,
        watched: screen.watched && !screen.quiet,
        interrupt: on_interrupt(screen),
    };
    let started = Instant::now();
    let summary = hunt(sources, &planned, &options, report)?;
    tell(&planned.run(), &summary, &settings, screen)?;
    if nothing_found(&summary) {
        screen.error("there is no file to read", None);
    }
    if screen.verbose {
        let took = started.elapsed().as_secs_f64();
        let rate = summary.input.bytes as f64 / 1_048_576.0 / took.max(1e-9);
        screen.note(&format!("{took:.2} s, {rate:.1} MiB/s as stored"));
    }
    Ok(exit_code(&summary, &settings))
}

/// How to read.
pub(crate) struct Options {
    pub(crate) range: TimeRange,
    pub(crate) order: Order,
    /// 0 is one a core.
    pub(crate) threads: usize,
    /// Whether to show progress.
    pub(crate) watched: bool,
    pub(crate) interrupt: Arc<AtomicBool>,
}

/// The first Ctrl-C ends the run cleanly, a second one at once.
pub(crate) fn on_interrupt(screen: &Screen) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    let handler = ctrlc::set_handler(move || {
        if set.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
    if let Err(error) = handler {
        screen.warning(&format!("Ctrl-C will end the run without a summary: {error}"));
    }
    flag
}

/// Runs the plan over the sources into the report.
pub(crate) fn hunt(
    sources: Vec<cloudtrail::Source>,
    planned: &Planned,
    options: &Options,
    report: Report,
) -> Result<Summary, Failure> {
    let progress = Progress::new(options.watched);
    let report = Mutex::new(report);
    let lock = || report.lock().unwrap_or_else(PoisonError::into_inner);
    lock().begin(&planned.run())?;
    let mut failed: Option<io::Error> = None;
    let tell = |p: &cloudtrail::Progress| {
        progress.tell(p.bytes, || format!("{} events, {}", p.records, lock().counts()));
    };
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let read = cloudtrail::Options {
        threads,
        order: match options.order {
            Order::Input => cloudtrail::Order::Input,
            Order::Time => cloudtrail::Order::Time,
        },
        range: options.range,
        progress: options.watched.then_some(&tell),
        interrupt: Some(&options.interrupt),
        ..cloudtrail::Options::default()
    };
    let outcome = cloudtrail::hunt(sources, &planned.plan, &read, &mut |finding: Finding| match progress
        .suspend(|| lock().finding(&finding))
    {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    });
    progress.clear();
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    let ended = report.end(planned.summary(&outcome));
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(ended?),
    }
}

/// Tells the summary on standard error where standard output is for a machine.
pub(crate) fn tell(
    run: &Run,
    summary: &Summary,
    settings: &Settings,
    screen: &Screen,
) -> Result<(), Failure> {
    if screen.quiet || output::person_on_stdout(settings) {
        return Ok(());
    }
    let look = screen.err_look();
    let style = Style { color: look.color, width: look.width, ..Style::default() };
    // Findings are written; failing to describe them on standard error is no failure.
    let mut sink = open(Format::Terminal, io::stderr(), style);
    let _ = sink.begin(run).and_then(|()| sink.end(summary));
    Ok(())
}

/// Whether the sources held no file at all: more likely a mistyped path than a quiet day.
pub(crate) fn nothing_found(summary: &Summary) -> bool {
    summary.input.files == 0 && summary.skipped.is_empty() && !summary.interrupted
}

/// What a run means for whoever started it.
pub(crate) fn exit_code(summary: &Summary, settings: &Settings) -> Exit {
    let judged = summary.input.records + summary.input.outside_time;
    let incomplete = summary.broken > 0 || summary.unknown > 0 || !summary.not_run.is_empty();
    if summary.interrupted {
        exit::INTERRUPTED
    } else if nothing_found(summary)
        || (judged == 0 && summary.broken > 0)
        || (settings.strict_unknown.value && incomplete)
    {
        exit::INPUT
    } else if summary.findings.at_least(settings.fail_on.value) > 0 {
        exit::FOUND
    } else {
        exit::OK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates_moments_or_ago() {
        assert_eq!(time("2026-03-01").map(|t| t.to_string()), Ok("2026-03-01T00:00:00Z".into()));
        assert_eq!(
            time("2026-03-01T12:30:00+02:00").map(|t| t.to_string()),
            Ok("2026-03-01T10:30:00Z".into())
        );
        let hour = time("1h").expect("a time ago");
        assert!(Timestamp::now().duration_since(hour).as_secs() - 3_600 < 60);
        for wrong in ["yesterday", "7", "7x", "99999999999999999999d", "2026-13-01"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
