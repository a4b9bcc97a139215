//! Benchmarks of eyas beside its peers, in one process, so that both sides meet the same noise.
//!
//! `cargo xtask bench [events|lang] [--write]` from the project's root. The logs are those of
//! `EYAS_CORPUS`, or `../shared/data` beside the project.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod events;
mod lang;
mod measure;
mod ours;
mod sigma;

/// Both sides have the allocator that `eyas` has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [peak, path] = args.as_slice()
        && peak == "peak"
    {
        events::print_peak(Path::new(path));
        return ExitCode::SUCCESS;
    }
    let all = !args.iter().any(|arg| !arg.starts_with("--"));
    let wants = |name: &str| all || args.iter().any(|arg| arg == name);
    let mut out = String::new();
    if wants("events") {
        match events::rows(&corpus()) {
            Ok(rows) => out.push_str(&section("Events", &rows)),
            Err(why) => eprintln!("events were not measured: {why}"),
        }
    }
    if wants("lang") {
        out.push_str(&section("Language", &lang::rows()));
    }
    print!("{out}");
    if args.iter().any(|arg| arg == "--write") {
        if let Err(error) = write(&out) {
            eprintln!("docs/src/performance.md was not written: {error}");
            return ExitCode::FAILURE;
        }
    }
    if out.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn corpus() -> PathBuf {
    std::env::var_os("EYAS_CORPUS").map_or_else(|| ours::root().join("../shared/data"), PathBuf::from)
}

fn section(title: &str, rows: &[measure::Row]) -> String {
    format!("## {title}\n\n{}\n{}\n", measure::heading(), measure::table(rows))
}

/// Replaces the measured part of the page, which follows a marker line.
fn write(tables: &str) -> std::io::Result<()> {
    const MARKER: &str = "<!-- measured -->";
    let path = ours::root().join("docs/src/performance.md");
    let page = std::fs::read_to_string(&path)?;
    let head = page.split(MARKER).next().unwrap_or(&page);
    std::fs::write(&path, format!("{head}{MARKER}\n\n{tables}"))
}
