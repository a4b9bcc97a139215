//! What tests name beside the rule file.

use std::path::Path;
use std::sync::Arc;

use eyas_engine::testing::{FixtureLoader, Neighbour, Scene};
use eyas_template::document::{LineIndex, decode, parse};
use eyas_template::inputs::Inputs;
use eyas_template::judge::neighbours;
use eyas_template::records::{ResourceRecord, records};
use eyas_template::template::recognise;

use crate::exit;
use crate::rules::read_text;

/// Fixtures from the file system, relative to the rule file.
pub(super) struct Files;

impl FixtureLoader for Files {
    fn file(&self, rule_file: &str, path: &str) -> Result<String, String> {
        let path = Path::new(rule_file).parent().unwrap_or(Path::new("")).join(path);
        read_text(&path).map_err(|e| format!("cannot read `{}`: {}", path.display(), exit::plain(&e)))
    }

    fn template(&self, rule_file: &str, path: &str, record_type: &str) -> Result<Vec<Scene>, String> {
        let path = Path::new(rule_file).parent().unwrap_or(Path::new("")).join(path);
        let told = |why: String| format!("cannot read `{}`: {why}", path.display());
        let bytes = std::fs::read(&path).map_err(|e| told(e.to_string()))?;
        let text = decode(bytes).map_err(|problem| told(problem.message))?;
        let document = parse(&text).map_err(|problem| {
            let (line, column) = LineIndex::new(&text).line_column(&text, problem.span.start);
            told(format!("{} at line {line}, column {column}", problem.message))
        })?;
        let template = recognise(&document).map_err(|why| told(format!("it is no template: {why}")))?;
        let records = records(&template, &Inputs::default());
        let of_type = records.iter().filter(|record| record.kind == record_type);
        Ok(of_type.flat_map(|record| scenes(&records, record)).collect())
    }
}

/// Every way in which a resource may be deployed, with what is deployed beside it.
fn scenes<'r>(
    records: &'r [ResourceRecord],
    of: &'r ResourceRecord,
) -> impl Iterator<Item = Scene> + use<'r> {
    of.variants.iter().map(|variant| {
        let beside = neighbours(records, of, &variant.under);
        let neighbour = |(record, root, certain): (&ResourceRecord, _, bool)| Neighbour {
            kind: record.kind.clone(),
            record: Arc::new(Clone::clone(root)),
            certain,
        };
        Scene { record: Arc::new(variant.root.clone()), beside: beside.into_iter().map(neighbour).collect() }
    })
}
