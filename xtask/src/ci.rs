//! Tests and checks.

use crate::docs;
use crate::run::{Outcome, cargo, run};

/// Every test. Further arguments go to `cargo test`.
pub(crate) fn test(rest: &[&str]) -> Outcome {
    // The end-to-end tests drive the built binary, so it is built first.
    run(cargo(&["build", "--package", "eyas"]))?;
    let mut tests = cargo(&["test", "--workspace"]);
    tests.args(rest);
    run(tests)?;
    run(cargo(&["run", "--quiet", "--package", "eyas", "--", "check", "policies", "--deny-warnings"]))?;
    run(cargo(&["run", "--quiet", "--package", "eyas", "--", "fmt", "policies", "--check"]))?;
    run(cargo(&["run", "--quiet", "--package", "eyas", "--", "test", "policies"]))?;
    docs::docs(&["--check"])
}

/// Formatting and lints, then the tests.
pub(crate) fn ci() -> Outcome {
    run(cargo(&["fmt", "--check"]))?;
    run(cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    test(&[])
}
