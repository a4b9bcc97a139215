//! Lowering of comparisons. Equal ones of different rules become one.

use std::slice::from_ref;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};
use eyas_lang::checked::{self, Atom, AtomTest, CompareOp};
use eyas_lang::value;

use super::key::Key;
use super::lower::{Builder, has_var, needs_of};
use super::{HashedSet, Node, PlannedAtom, Set, Site, Test, Value};

/// From how many constant texts on one automaton is faster than one search each.
const SEARCH_FROM: usize = 3;

impl Builder<'_> {
    pub(super) fn atom(&mut self, atom: &Arc<Atom>) -> Node {
        let test = self.test(&atom.test);
        // The lowered test says all that decides its outcome.
        let key = Key::new().of_test(&test, searched(&atom.test));
        let index = match self.atoms.get(&key) {
            Some(index) => *index,
            None => {
                let (left, right) = test_values(&test);
                let shared = !has_var(left) && !right.iter().any(has_var);
                let needs = needs_of([left].into_iter().chain(right));
                self.plan.atoms.push(PlannedAtom { test, needs, shared });
                let index = self.plan.atoms.len() as u32 - 1;
                self.atoms.insert(key, index);
                index
            }
        };
        Node::Atom(Site {
            atom: index,
            source: atom.clone(),
            text: self.text(atom.span),
            opposite: OnceLock::new(),
        })
    }

    fn test(&mut self, test: &AtomTest) -> Test {
        match test {
            AtomTest::Exists(term) => Test::Exists(self.value(term)),
            AtomTest::True(term) => Test::True(self.value(term)),
            AtomTest::Compare { left, op, right } => {
                Test::Compare { left: self.value(left), op: *op, right: self.value(right) }
            }
            AtomTest::Text { left, op, right, all } => {
                let left = self.value(left);
                match searched(test).and_then(|(fold, texts)| automaton(fold, &texts)) {
                    Some(find) => Test::Search { left, find },
                    None => {
                        let right = right.iter().map(|r| self.value(r)).collect();
                        Test::Text { left, op: *op, right, all: *all }
                    }
                }
            }
            AtomTest::Regex { left, regex, source, whole } => {
                Test::Regex { left: self.value(left), regex: anchored(regex, source, *whole) }
            }
            AtomTest::In { left, set } => Test::In { left: self.value(left), set: self.set(set) },
            AtomTest::Intersects { left, set } => {
                Test::Intersects { left: self.value(left), set: self.set(set) }
            }
            AtomTest::PathPrefix { left, set } => {
                Test::PathPrefix { left: self.value(left), set: self.set(set) }
            }
            AtomTest::RefersTo { left, target, names } => {
                Test::RefersTo { left: self.value(left), target: self.value(target), names: names.clone() }
            }
            AtomTest::Net { left, set, reverse } => {
                Test::Net { left: self.value(left), set: self.set(set), reverse: *reverse }
            }
        }
    }

    fn set(&mut self, set: &checked::Set) -> Set {
        match set {
            checked::Set::Const(set) => Set::Const(Arc::new(HashedSet::new(&set.items))),
            checked::Set::Term(term) => Set::Value(self.value(term)),
        }
    }
}

/// The constant texts of which one is searched for, where there are enough of them, and whether
/// case does not count.
fn searched(test: &AtomTest) -> Option<(bool, Vec<&str>)> {
    let AtomTest::Text { op, right, all: false, .. } = test else { return None };
    let fold = match op {
        CompareOp::Contains | CompareOp::BContains => false,
        CompareOp::IContains => true,
        _ => return None,
    };
    let texts = right.iter().map(|term| match term {
        checked::Term::Const(value::Value::Str(text)) => Some(text.as_ref()),
        _ => None,
    });
    let texts = texts.collect::<Option<Vec<_>>>()?;
    (texts.len() >= SEARCH_FROM).then_some((fold, texts))
}

fn automaton(fold: bool, texts: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder().ascii_case_insensitive(fold).match_kind(MatchKind::LeftmostFirst).build(texts).ok()
}

/// The value that a test is of, and those that it is held against, as far as these are no constants
/// that are worked into it.
pub(crate) fn test_values(test: &Test) -> (&Value, &[Value]) {
    match test {
        Test::Exists(left) | Test::True(left) | Test::Search { left, .. } | Test::Regex { left, .. } => {
            (left, &[])
        }
        Test::Compare { left, right, .. } => (left, from_ref(right)),
        Test::RefersTo { left, target, .. } => (left, from_ref(target)),
        Test::Text { left, right, .. } => (left, right),
        Test::In { left, set }
        | Test::Intersects { left, set }
        | Test::PathPrefix { left, set }
        | Test::Net { left, set, .. } => (left, set.value().map(from_ref).unwrap_or_default()),
    }
}

/// The expression as it is to be run: one that must match the whole value gets anchors where it
/// has none yet, because the leftmost match need not be the longest.
fn anchored(regex: &Arc<regex::Regex>, source: &str, whole: bool) -> Arc<regex::Regex> {
    if !whole || regex.as_str() != source {
        return regex.clone();
    }
    regex::Regex::new(&format!("\\A(?:{source})\\z")).map_or_else(|_| regex.clone(), Arc::new)
}
