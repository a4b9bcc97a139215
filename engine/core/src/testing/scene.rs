//! What a test case is judged on: a record, and the resources beside it.

use std::sync::Arc;

use eyas_lang::checked::{TestCase, TestInput};
use eyas_lang::value::Tree;
use jiff::Timestamp;
use smol_str::SmolStr;

use super::FixtureLoader;
use crate::world::TreeWorld;
use crate::{json, tree};

/// A record with the resources around it, as a template yields them.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The record that is judged.
    pub record: Arc<Tree>,
    /// The other resources. What is not among them does not exist.
    pub beside: Vec<Neighbour>,
}

/// A resource beside the one that is judged.
#[derive(Debug, Clone)]
pub struct Neighbour {
    /// Its type.
    pub kind: SmolStr,
    /// Its record.
    pub record: Arc<Tree>,
    /// Whether it is certainly there, rather than under some condition.
    pub certain: bool,
}

impl Scene {
    /// The scenes of a case: one, or as many as a template has resources of the type.
    pub(super) fn of_case(
        case: &TestCase,
        rule_file: &str,
        record_type: &str,
        loader: &dyn FixtureLoader,
    ) -> Result<Vec<Scene>, String> {
        let mut scenes = match &case.input {
            TestInput::Record(tree) => vec![Scene { record: tree.clone(), beside: Vec::new() }],
            TestInput::File(path) => {
                let text = loader.file(rule_file, path)?;
                json::check(&text).map_err(|e| format!("`{path}`: {e}"))?;
                vec![Scene { record: Arc::new(tree::from_json(text.trim())), beside: Vec::new() }]
            }
            TestInput::Template(path) => {
                let found = loader.template(rule_file, path, record_type)?;
                if found.is_empty() {
                    return Err(format!("`{path}` has no resource of type `{record_type}`"));
                }
                found
            }
        };
        let beside = case.beside.iter().map(|other| Neighbour {
            kind: other.record.clone(),
            record: other.tree.clone(),
            certain: true,
        });
        let beside: Vec<Neighbour> = beside.collect();
        scenes.iter_mut().for_each(|scene| scene.beside.extend_from_slice(&beside));
        Ok(scenes)
    }

    /// The worlds that are possible: with the resources that hang on a condition, and without
    /// them where there are any.
    pub(super) fn worlds(&self, now: Option<Timestamp>) -> Vec<TreeWorld<'_>> {
        let world = |all: bool| {
            let there = self.beside.iter().filter(|other| all || other.certain);
            TreeWorld::new(there.map(|other| (other.kind.as_str(), &*other.record))).with_now(now)
        };
        match self.beside.iter().all(|other| other.certain) {
            true => vec![world(true)],
            false => vec![world(true), world(false)],
        }
    }
}
