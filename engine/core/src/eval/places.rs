//! Where the items that quantifiers go through stand in the record.

use eyas_lang::catalog::{Extract, Step};
use eyas_lang::checked::Term;
use eyas_lang::value::{Fetched, Place, Value};

use super::state::Eval;
use crate::finding::Evidence;
use crate::plan::PlannedQuant;
use crate::record::Record;
use crate::walk;

/// The place of a variable's item in the record.
#[derive(Clone)]
pub(super) struct ItemPath {
    pub(super) var: u32,
    /// As the rule writes it, with the item's number.
    pub(super) text: String,
    /// Steps that each lead to one value; empty where the item is no part of the record.
    pub(super) steps: Vec<Step>,
    /// Whether the item satisfies the quantifier's condition, rather than that it might.
    pub(super) holds: bool,
}

impl Eval<'_, '_> {
    /// The place of the item that a quantifier is at.
    pub(super) fn item_path(
        &self,
        quant: &PlannedQuant,
        index: Option<usize>,
        paths: &[ItemPath],
    ) -> ItemPath {
        let (base, steps) = match &quant.source {
            Term::Field(field) => (field.name.to_string(), field_steps(&field.at, &field.path)),
            Term::Var { var, path, name, .. } => var_path(var.0, path, name, paths),
            _ => (quant.name.to_string(), Vec::new()),
        };
        let text = match index {
            Some(index) => format!("{base}[{index}]"),
            None => base,
        };
        let steps = match index {
            Some(index) if !steps.is_empty() => item(self.record, &steps, index).unwrap_or_default(),
            _ => steps,
        };
        ItemPath { var: quant.var.0, text, steps, holds: true }
    }
}

/// Where what is wrong stands: the first value in the record, not the record itself, that the rule's
/// `when` rests on, or of what is in it another that it rests on. What `where` rests on says only
/// that the rule concerns the record; it tells the place where nothing else has one.
pub(super) fn decisive(root: Option<Place>, scope: &[Evidence], when: &[Evidence]) -> Option<Place> {
    let places = |of: &'_ [Evidence]| of.iter().filter_map(|one| one.place).collect::<Vec<Place>>();
    let (when, scope) = (places(when), places(scope));
    let own = |of: &[Place]| of.iter().copied().find(|place| Some(*place) != root);
    let first = match own(&when) {
        None if when.is_empty() => own(&scope),
        own => own,
    };
    let first = first.or(root)?;
    Some(when.into_iter().find(|place| is_within(*place, first)).unwrap_or(first))
}

/// Whether a place is a part of another.
fn is_within(inner: Place, outer: Place) -> bool {
    let end = |place: Place| place.offset.saturating_add(place.len);
    inner.len < outer.len && outer.offset <= inner.offset && end(inner) <= end(outer)
}

/// The path to a field in the raw record, where it stands at one place.
pub(super) fn field_steps(at: &Extract, path: &[Step]) -> Vec<Step> {
    match at {
        Extract::Path(base) => base.iter().chain(path).cloned().collect(),
        _ => Vec::new(),
    }
}

/// Where a variable's member stands: `SecurityGroupIngress[1].CidrIp`, or as the rule writes it
/// where the variable's list is no field.
pub(super) fn var_path(var: u32, path: &[Step], name: &str, paths: &[ItemPath]) -> (String, Vec<Step>) {
    let Some(item) = paths.iter().rev().find(|p| p.var == var) else {
        return (name.to_owned(), Vec::new());
    };
    let mut text = item.text.clone();
    for step in path {
        match step {
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    let steps = match item.steps.is_empty() {
        true => Vec::new(),
        false => item.steps.iter().chain(path).cloned().collect(),
    };
    (text, steps)
}

/// The steps, each to one value, that lead to an item of the list that `path` gathers; `index`
/// is its number as [`walk::Items`] counts. A single value is its own only item.
fn item(record: &dyn Record, path: &[Step], index: usize) -> Option<Vec<Step>> {
    let mut search = Search { at: Vec::new(), left: index, gathered: false };
    search.find(record.at(&[]), path)?.then_some(search.at)
}

/// Goes through what [`walk::steps`] gathers, in the same order.
struct Search {
    at: Vec<Step>,
    /// How many items come before the one that is looked for.
    left: usize,
    /// Whether a step went through a list; then null items are not counted.
    gathered: bool,
}

impl Search {
    /// Whether the item is below `found`, and then `at` leads to it. `None` where the path does
    /// not lead to single values.
    fn find(&mut self, found: Fetched<'_>, rest: &[Step]) -> Option<bool> {
        let value = match found {
            Fetched::Absent => return Some(false),
            Fetched::Unknown(_) => return Some(self.passes()),
            Fetched::Present(value) => value,
        };
        let list = walk::is_list(&value);
        match rest.split_first() {
            None if !list => Some(self.passes()),
            None if !self.gathered => {
                self.at.push(Step::Index(u32::try_from(self.left).ok()?));
                Some(true)
            }
            None => self.items(value, &[]),
            Some((Step::Key(_), _)) if list => {
                self.gathered = true;
                self.items(value, rest)
            }
            // An item of a gathered list has no one place.
            Some((Step::Index(_), _)) if self.gathered => None,
            Some((step, below)) => {
                self.at.push(step.clone());
                let next = walk::steps(Fetched::Present(value), std::slice::from_ref(step));
                let found = self.find(next, below)?;
                self.undo(found);
                Some(found)
            }
        }
    }

    fn items(&mut self, list: Value<'_>, rest: &[Step]) -> Option<bool> {
        let mut items = walk::Items::of(list);
        while let Some(one) = items.next() {
            self.at.push(Step::Index(u32::try_from(items.index()).ok()?));
            let found = match rest {
                [] => self.passes(),
                rest => self.find(one, rest)?,
            };
            self.undo(found);
            if found {
                return Some(true);
            }
        }
        Some(false)
    }

    fn undo(&mut self, found: bool) {
        if !found {
            self.at.pop();
        }
    }

    /// Counts one item; true if it is the one.
    fn passes(&mut self) -> bool {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                false
            }
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{self, TreeRecord};

    fn path(text: &str) -> Vec<Step> {
        text.split('.').map(|key| Step::Key(key.into())).collect()
    }

    fn shown(steps: &[Step]) -> String {
        let step = |s: &Step| match s {
            Step::Key(key) => key.to_string(),
            Step::Index(index) => index.to_string(),
        };
        steps.iter().map(step).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn every_gathered_item_has_its_own_place() {
        let json = r#"{"a": [{"b": [1, null, 2]}, {"b": 3}, null, {"c": 0}, [{"b": [[4], 5]}]], "d": {"e": [null, 7]}, "s": {"t": 8}}"#;
        let tree = tree::from_json(json);
        let record = TreeRecord::new("x", &tree);
        for (of, expected) in [
            ("a.b", vec!["a/0/b/0", "a/0/b/2", "a/1/b", "a/4/0/b/0", "a/4/0/b/1"]),
            ("d.e", vec!["d/e/1"]),
            ("s.t", vec!["s/t"]),
        ] {
            let path = path(of);
            let Fetched::Present(list) = record.at(&path) else { panic!("{of} is there") };
            let mut items = walk::Items::of(list);
            let mut found = Vec::new();
            while let Some(Fetched::Present(value)) = items.next() {
                let at = item(&record, &path, items.index()).unwrap();
                // The place leads to the very item.
                let there = tree::of_value(record.at(&at));
                assert_eq!(tree::to_json(&there), tree::to_json(&tree::of_value(Fetched::Present(value))));
                found.push(shown(&at));
            }
            assert_eq!(found, expected, "{of}");
        }
    }
}
