//! The generated pages of the documentation.

use crate::run::{Outcome, cargo, run};

/// Writes the pages under `docs/src/reference/`, or with `--check` fails where one is stale.
pub(crate) fn docs(rest: &[&str]) -> Outcome {
    let mut command = cargo(&["run", "--quiet", "--package", "eyas", "--", "rules", "docs"]);
    command.args(["--reference", "docs/src/reference"]);
    command.args(rest);
    run(command)
}
