//! The records that rules with changes fire on, from the rules' own tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eyas_engine::tree::to_json;
use eyas_lang::catalog::Catalog;
use eyas_lang::checked::{Expect, Rule, TestInput};
use eyas_lang::source::{SourceFile, SourceKind, Sources};
use eyas_lang::types::{CheckOptions, load};
use eyas_lang::value::Tree;
use serde_json::{Map, Value, json};

/// What stands beside the properties of a resource.
const ATTRIBUTES: [&str; 4] = ["DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Metadata"];

/// A record on which a rule fires.
pub(super) struct Case {
    pub(super) rule: String,
    pub(super) title: String,
    /// The resources: type and record, the one that is judged first.
    resources: Vec<(String, Value)>,
}

impl Case {
    /// A template with the record and what is beside it.
    pub(super) fn template(&self) -> Value {
        let mut resources = Map::new();
        for (n, (kind, record)) in self.resources.iter().enumerate() {
            let mut record = record.as_object().cloned().unwrap_or_default();
            let id = record.remove("id");
            let id = id.as_ref().and_then(Value::as_str).unwrap_or("Judged");
            let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
            let id = if n == 0 { id } else { format!("{id}{n}") };
            let mut resource = Map::from_iter([("Type".to_owned(), json!(kind))]);
            for name in ATTRIBUTES {
                resource.extend(record.remove(name).map(|value| (name.to_owned(), value)));
            }
            for name in ["account", "origin", "region", "tags", "type"] {
                record.remove(name);
            }
            if !record.is_empty() {
                resource.insert("Properties".to_owned(), Value::Object(record));
            }
            resources.insert(id, Value::Object(resource));
        }
        json!({ "Resources": resources })
    }
}

/// Every case of the built-in rules that a change is proposed for, as far as a template can be
/// made of it.
pub(super) fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let mut sources = Sources::default();
    for path in rule_files(&root) {
        let inside = path.strip_prefix(&root).expect("a path below the root").with_extension("");
        sources.add(SourceFile {
            name: path.display().to_string(),
            text: fs::read_to_string(&path).expect("rule files are text").into(),
            kind: SourceKind::Eyas,
            default_package: inside.display().to_string().replace('/', "."),
            builtin: false,
        });
    }
    let set = load(&sources, Catalog::builtin(), &CheckOptions::default()).rules;
    let mends = |id: &str| set.rules.iter().find(|rule: &&Arc<Rule>| rule.id == id && !rule.edits.is_empty());
    let mut out = Vec::new();
    for test in &set.tests {
        let Some(rule) = mends(&test.rule) else { continue };
        for case in test.cases.iter().filter(|case| case.expect == Expect::Fires && case.rule.is_none()) {
            let TestInput::Record(record) = &case.input else { continue };
            let judged = (rule.record.as_str(), record);
            let beside = case.beside.iter().map(|one| (one.record.as_str(), &one.tree));
            let all: Vec<_> = std::iter::once(judged).chain(beside).collect();
            if all.iter().any(|(_, tree)| tree.first_unknown().is_some()) {
                continue;
            }
            let value = |tree: &Tree| serde_json::from_str(&to_json(tree)).expect("trees are JSON");
            let resources = all.iter().map(|(kind, tree)| ((*kind).to_owned(), value(tree))).collect();
            out.push(Case { rule: rule.id.to_string(), title: case.title.clone(), resources });
        }
    }
    out
}

fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => out.extend(rule_files(&path)),
            false if path.extension().is_some_and(|e| e == "eyas") => out.push(path),
            false => {}
        }
    }
    out
}
