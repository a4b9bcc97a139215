//! `cargo xtask bench lint`: `eyas lint` beside cfn-guard, as processes, over the same templates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Outcome, cargo, root, run};

/// How often each command runs.
const RUNS: usize = 7;
/// Templates of the second row.
const TEMPLATES: usize = 1_000;
/// The peer's version.
const GUARD: &str = "3.1.2";

/// One measured command.
#[derive(Clone, Copy)]
struct Cost {
    wall_ms: f64,
    cpu_ms: f64,
    peak_mb: f64,
}

/// Measures and prints; `--write` puts the table into the book.
pub(crate) fn bench(write: bool) -> Outcome {
    run(cargo(&["build", "--release", "--quiet", "--package", "eyas"]))?;
    let eyas = root().join("target/release/eyas");
    let guard = guard()?;
    let rules = root().join("tests/peers/guard");
    let small = root().join("target/bench-lint/small.yaml");
    let folder = root().join("target/bench-lint/templates");
    fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    fs::write(&small, SMALL).map_err(|e| e.to_string())?;

    let ours = |input: &Path| command(&eyas, &["lint", "--no-config", "--quiet", "--threads", "1"], &[input]);
    let theirs =
        |input: &Path| command(&guard, &["validate", "--rules"], &[&rules, Path::new("--data"), input]);
    let mut table = String::from("| what | eyas | cfn-guard (20 rules) | ratio |\n|---|---|---|---|\n");
    let start = (measure(&ours(&small))?, measure(&theirs(&small))?);
    table.push_str(&row("one small template, wall", start.0.wall_ms, start.1.wall_ms, "ms", 1.0));
    table.push_str(&row("one small template, peak memory", start.0.peak_mb, start.1.peak_mb, "MB", 1.0));
    let count = templates(&folder, &guard, &rules)?;
    let many = (measure(&ours(&folder))?, measure(&theirs(&folder))?);
    let each = |what: &str| format!("{count} real templates, {what}");
    table.push_str(&row(&each("CPU each"), many.0.cpu_ms, many.1.cpu_ms, "ms", count as f64));
    table.push_str(&row(&each("peak memory"), many.0.peak_mb, many.1.peak_mb, "MB", 1.0));
    println!("## Lint\n\n{table}");
    if write { put(&table) } else { Ok(()) }
}

const SMALL: &str = "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n  Disk:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: eu-west-1a\n      Size: 8\n";

fn row(what: &str, ours: f64, theirs: f64, unit: &str, each: f64) -> String {
    let (ours, theirs) = (ours / each, theirs / each);
    format!("| {what} | {ours:.2} {unit} | {theirs:.2} {unit} | {:.2}× |\n", ours / theirs)
}

fn command(program: &Path, args: &[&str], paths: &[&Path]) -> Vec<String> {
    let text = |path: &Path| path.display().to_string();
    let mut words = vec![text(program)];
    words.extend(args.iter().map(|arg| (*arg).to_owned()));
    words.extend(paths.iter().map(|path| text(path)));
    words
}

/// The best of several runs, each on one core: what a process costs is known to Python's
/// standard library on every machine that can run the tests.
fn measure(words: &[String]) -> Result<Cost, String> {
    const SCRIPT: &str = "
import os, sys, time
runs, words = int(sys.argv[1]), sys.argv[2:]
if hasattr(os, 'sched_setaffinity'):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
best = None
for _ in range(runs):
    start = time.perf_counter()
    pid = os.posix_spawn(words[0], words, os.environ, file_actions=quiet)
    _, _, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    cost = (used.ru_utime + used.ru_stime, wall, used.ru_maxrss)
    best = cost if best is None else tuple(map(min, best, cost))
print(best[1] * 1e3, best[0] * 1e3, best[2] / 1024)
";
    let output = Command::new("python3")
        .args(["-c", SCRIPT, &RUNS.to_string()])
        .args(words)
        .output()
        .map_err(|e| format!("python3 could not be started: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match numbers.as_slice() {
        [wall_ms, cpu_ms, peak_mb] => Ok(Cost { wall_ms: *wall_ms, cpu_ms: *cpu_ms, peak_mb: *peak_mb }),
        _ => Err(format!(
            "`{}` was not measured: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// The peer's binary, installed into the project's own folder.
fn guard() -> Result<PathBuf, String> {
    let folder = root().join("target/peers");
    let binary = folder.join("bin/cfn-guard");
    if !binary.is_file() {
        let mut install =
            cargo(&["install", "--quiet", "--locked", "cfn-guard", "--version", GUARD, "--root"]);
        install.arg(&folder);
        run(install)?;
    }
    Ok(binary)
}

/// Copies real templates that the peer can parse, too: it gives up a folder at the first that
/// it cannot.
fn templates(folder: &Path, guard: &Path, rules: &Path) -> Result<usize, String> {
    let corpus = std::env::var_os("EYAS_CORPUS").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let archive = corpus.join("cloudformation/realworld.tar.gz");
    let unpacked = root().join("target/bench-lint/all");
    fs::create_dir_all(&unpacked).map_err(|e| e.to_string())?;
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(&archive).arg("-C").arg(&unpacked);
    run(tar)?;
    let manifest = corpus.join("cloudformation/realworld.jsonl");
    let lines = fs::read_to_string(&manifest).map_err(|e| format!("{}: {e}", manifest.display()))?;
    let mut count = fs::read_dir(folder).map_err(|e| e.to_string())?.count();
    for line in lines.lines() {
        if count >= TEMPLATES {
            break;
        }
        let row: serde_json::Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let Some(path) = row["path"].as_str() else { continue };
        let copy = folder.join(path.replace('/', "__"));
        if copy.exists() || row["expect"] != "valid" {
            continue;
        }
        let source = unpacked.join(path);
        let checked =
            Command::new(guard).arg("validate").arg("--rules").arg(rules).arg("--data").arg(&source).output();
        // 0: all rules pass, 19: some fail; anything else: it could not read the file.
        if checked.is_ok_and(|output| matches!(output.status.code(), Some(0 | 19))) {
            fs::copy(&source, &copy).map_err(|e| format!("{}: {e}", source.display()))?;
            count += 1;
        }
    }
    Ok(count)
}

/// Replaces the table between the markers of the page.
fn put(table: &str) -> Outcome {
    const BEGIN: &str = "<!-- measured: lint -->";
    const END: &str = "<!-- end: lint -->";
    let path = root().join("docs/src/performance.md");
    let page = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let parts = page.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = parts.ok_or("docs/src/performance.md has no place for the table")?;
    fs::write(&path, format!("{head}{BEGIN}\n\n{table}\n{END}{tail}"))
        .map_err(|e| format!("{}: {e}", path.display()))
}
