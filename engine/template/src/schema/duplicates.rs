//! Names that stand twice where they must stand once.

use super::{Checker, rules};
use crate::document::{Node, ProblemKind};

/// Reports keys that stand twice in a map, and resources named like parameters.
pub(super) fn check(checker: &mut Checker<'_>) {
    let document = checker.template.document;
    for problem in document.problems.iter().filter(|problem| problem.kind == ProblemKind::DuplicateKey) {
        checker.report(&rules::DUPLICATE_KEY, problem.span, problem.message.clone()).fix =
            problem.help.clone();
    }
    for entry in document.root.get("Resources").map(Node::entries).unwrap_or_default() {
        if checker.template.parameters.contains_key(entry.key.as_str()) {
            let message = format!("`{}` is both a parameter and a resource", entry.key);
            checker.report(&rules::DUPLICATE_KEY, entry.key_span, message).fix =
                Some("rename one of them".to_owned());
        }
    }
}
