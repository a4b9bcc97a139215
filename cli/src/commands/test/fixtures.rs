//! What tests name beside the rule file.

use std::path::Path;

use eyas_engine::testing::FixtureLoader;
use eyas_lang::value::Tree;

use crate::exit;
use crate::rules::read_text;

/// Fixtures from the file system, relative to the rule file.
pub(super) struct Files;

impl FixtureLoader for Files {
    fn file(&self, rule_file: &str, path: &str) -> Result<String, String> {
        let path = Path::new(rule_file).parent().unwrap_or(Path::new("")).join(path);
        read_text(&path).map_err(|e| format!("cannot read `{}`: {}", path.display(), exit::plain(&e)))
    }

    fn template(&self, _: &str, path: &str, _: &str) -> Result<Vec<Tree>, String> {
        Err(format!("cannot read `{path}`: this version does not read templates"))
    }
}
