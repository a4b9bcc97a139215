//! The other resources of a record, where all of them are at hand.

use std::sync::Arc;

use eyas_lang::value::{Fetched, Tree, Unknown};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::finding::Subject;
use crate::record::{Record, World};
use crate::tree::TreeRecord;

/// Resources that are held as trees: those of a template, or of a test.
///
/// It is complete: a type of which there is nothing has no resource, unless it is said to be
/// [incomplete](TreeWorld::incomplete). The context sets (`account.ids`, …) are unknown.
#[derive(Debug, Default)]
pub struct TreeWorld<'t> {
    by_type: FxHashMap<&'t str, Vec<(Subject, TreeRecord<'t>)>>,
    unknown: FxHashMap<SmolStr, Unknown>,
    now: Option<Timestamp>,
}

impl<'t> TreeWorld<'t> {
    /// A world of these resources: the type of each and its tree.
    pub fn new(resources: impl IntoIterator<Item = (&'t str, &'t Tree)>) -> Self {
        let mut world = Self::default();
        for (kind, tree) in resources {
            let record = TreeRecord::new(kind, tree);
            world.by_type.entry(kind).or_default().push((record.subject(), record));
        }
        world
    }

    /// Says what time the resources' own time is.
    pub fn with_now(mut self, now: Option<Timestamp>) -> Self {
        self.now = now;
        for (_, record) in self.by_type.values_mut().flatten() {
            *record = record.clone().with_now(now);
        }
        self
    }

    /// Says that there may be more resources of a type, and why.
    pub fn incomplete(mut self, record_type: impl Into<SmolStr>, reason: impl Into<String>) -> Self {
        self.unknown.insert(record_type.into(), Unknown::new(reason));
        self
    }
}

impl World for TreeWorld<'_> {
    fn context(&self, name: &str) -> Fetched<'_> {
        Fetched::Unknown(Arc::new(Unknown::new(format!("no `{name}` is loaded"))))
    }

    /// The resources of a type, without the record that asks.
    fn resources<'w>(
        &'w self,
        record_type: &str,
        of: &dyn Record,
        everywhere: bool,
    ) -> Result<Vec<&'w dyn Record>, Unknown> {
        if let Some(why) = self.unknown.get(record_type) {
            return Err(why.clone());
        }
        let subject = of.subject();
        let found = self.by_type.get(record_type).map(Vec::as_slice).unwrap_or_default().iter();
        let others =
            found.filter(|(other, _)| !is_same(other, &subject) && (everywhere || is_near(other, &subject)));
        Ok(others.map(|(_, record)| record as &dyn Record).collect())
    }
}

/// Whether two subjects are one resource.
fn is_same(a: &Subject, b: &Subject) -> bool {
    a.id.is_some() && a == b
}

/// Whether two resources are in one account and region, as far as is known. What has no region
/// is everywhere.
fn is_near(a: &Subject, b: &Subject) -> bool {
    let agree = |a: &Option<SmolStr>, b: &Option<SmolStr>| match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    agree(&a.account, &b.account) && agree(&a.region, &b.region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree;

    #[test]
    fn others_of_the_same_place() {
        let trees: Vec<Tree> = [
            r#"{"id": "a", "account": "1", "region": "r"}"#,
            r#"{"id": "b", "account": "1", "region": "r"}"#,
            r#"{"id": "c", "account": "1", "region": "s"}"#,
            r#"{"id": "d", "account": "2", "region": "r"}"#,
            r#"{"id": "e", "account": "1"}"#,
            r#"{}"#,
        ]
        .iter()
        .map(|json| tree::from_json(json))
        .collect();
        let world = TreeWorld::new(trees.iter().map(|t| ("T", t))).incomplete("U", "a macro makes some");
        let of = TreeRecord::new("T", &trees[0]);
        let ids = |everywhere| -> Vec<SmolStr> {
            let found = world.resources("T", &of, everywhere).unwrap();
            found.iter().map(|r| r.subject().id.unwrap_or_default()).collect()
        };
        assert_eq!(ids(false), ["b", "e", ""]);
        assert_eq!(ids(true), ["b", "c", "d", "e", ""]);
        assert!(world.resources("V", &of, false).unwrap().is_empty());
        let why = world.resources("U", &of, false).err().map(|why| why.reason);
        assert_eq!(why.as_deref(), Some("a macro makes some"));
    }
}
