//! Benchmarks. They live in `tests/peers`, a package outside the workspace, so that the peers
//! are built only when somebody measures.

use crate::bench_lint;
use crate::run::{Outcome, cargo, run};

/// Prints the tables; arguments are the benchmarks' names and `--write`.
pub(crate) fn bench(rest: &[&str]) -> Outcome {
    let named = |name: &str| rest.contains(&name);
    let all = !rest.iter().any(|arg| !arg.starts_with("--"));
    if all || named("lint") {
        bench_lint::bench(named("--write"))?;
        if rest.iter().all(|arg| *arg == "lint" || arg.starts_with("--")) && !all {
            return Ok(());
        }
    }
    // The reference for event rules names a newer compiler than it needs.
    let manifest = [
        "run",
        "--release",
        "--quiet",
        "--ignore-rust-version",
        "--manifest-path",
        "tests/peers/Cargo.toml",
        "--",
    ];
    let mut command = cargo(&manifest);
    command.args(rest);
    run(command)
}
