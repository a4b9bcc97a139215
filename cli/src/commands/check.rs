//! `eyas check`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use eyas_lang::diagnostics::{Diagnostic, Label};
use eyas_lang::source::{Sources, Span};
use serde_json::{Value, json};

use crate::args::{Global, SetArgs, TextOrJson};
use crate::compile::{self, Compiled, counted};
use crate::config::Settings;
use crate::exit::{Exit, Failure};
use crate::rules::{self, Builtin};
use crate::screen::Screen;

/// Compile rules and report everything that is wrong with them
///
/// Takes .eyas files, Falco rules files and folders; without a path the `[rules] paths` of
/// eyas.toml, or the current folder. The built-in packs can be referred to.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas check my-rules/\n  eyas check aws_cloudtrail_rules.yaml\n  eyas check my-rules/ --deny-warnings -f json\n\nExit codes: 0 clean, 3 errors (or warnings with --deny-warnings)."
)]
pub(crate) struct Check {
    /// Files or folders
    paths: Vec<PathBuf>,

    /// Exit with 3 for warnings too
    #[arg(long)]
    deny_warnings: bool,

    /// Format: terminal or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: TextOrJson,

    #[command(flatten)]
    set: SetArgs,
}

pub(crate) fn run(args: &Check, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?.with_set(&args.set)?;
    let screen = &screen.with_color(settings.color.value);
    let paths = paths_or_configured(&args.paths, &settings);
    let loaded = rules::load(&paths, Builtin::AsNeeded, &settings, screen)?;
    let compiled = compile::compile(loaded, &settings)?;
    let mut out = io::stdout().lock();
    match args.format {
        TextOrJson::Terminal => text(&compiled, screen, &mut out)?,
        TextOrJson::Json => machine(&compiled, &mut out)?,
    }
    out.flush()?;
    let (errors, warnings) = compiled.counts();
    let denied = if args.deny_warnings { warnings } else { 0 };
    Ok(compile::exit_code(errors + denied, compiled.unreadable))
}

/// The paths that were given, else those of the configuration, else the current folder.
pub(crate) fn paths_or_configured(paths: &[PathBuf], settings: &Settings) -> Vec<PathBuf> {
    match (paths.is_empty(), settings.paths.value.is_empty()) {
        (false, _) => paths.to_vec(),
        (true, false) => settings.paths.value.clone(),
        (true, true) => vec![PathBuf::from(".")],
    }
}

fn text(compiled: &Compiled, screen: &Screen, out: &mut dyn Write) -> io::Result<()> {
    compiled.write_diagnostics(out, screen.out_look())?;
    if screen.quiet {
        return Ok(());
    }
    let (errors, warnings) = compiled.counts();
    let verdict = match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (0, w) => counted(w, "warning"),
        (e, 0) => counted(e, "error"),
        (e, w) => format!("{}, {}", counted(e, "error"), counted(w, "warning")),
    };
    let verdict =
        if compiled.unreadable { format!("{verdict}; not every file could be read") } else { verdict };
    let (rules, files) = (compiled.declared_rules, compiled.own_files);
    writeln!(out, "checked {} in {}: {verdict}", counted(rules, "rule"), counted(files, "file"))
}

fn machine(compiled: &Compiled, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings) = compiled.counts();
    let diagnostics: Vec<Value> = compiled.shown().map(|d| diagnostic(d, &compiled.sources)).collect();
    let document = json!({
        "schema": "eyas.diagnostics/1",
        "diagnostics": diagnostics,
        "summary": {
            "rules": compiled.declared_rules,
            "files": compiled.own_files,
            "errors": errors,
            "warnings": warnings,
        },
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let label = |label: &Label| {
        let mut place = place(label.span, sources);
        place["label"] = json!(label.text);
        place
    };
    json!({
        "code": diagnostic.code.as_str(),
        "level": if diagnostic.is_error() { "error" } else { "warning" },
        "message": diagnostic.message,
        "places": diagnostic.labels().iter().map(label).collect::<Vec<_>>(),
        "help": diagnostic.help,
        "suggestion": diagnostic.suggestion.as_ref().map(|s| {
            let mut suggestion = place(s.span, sources);
            suggestion["replacement"] = json!(s.replacement);
            suggestion
        }),
    })
}

fn place(span: Span, sources: &Sources) -> Value {
    let (line, column) = sources.line_column(span);
    json!({
        "file": sources.get(span.file).name,
        "offset": span.start,
        "length": span.len(),
        "line": line,
        "column": column,
    })
}
