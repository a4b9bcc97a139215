//! Rules by the values that they ask for: a first cut, so that a name that was not met before
//! costs no more with a thousand rules than with those that mention it.
//!
//! A rule is listed under a value where its condition cannot hold, nor be unknown, unless the
//! member has that value. Which of the listed rules can fire is for the evaluator to say.

use eyas_lang::catalog::Step;
use eyas_lang::checked::{AtomTest, CompareOp, Set, Term};
use eyas_lang::value;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Node, PlannedRule, RuleIx, Site, SlotKind, Test, TypePlan, Value};

/// The rules of a type by what they ask of the members that readers look at.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// For each key of the type, the rules by value.
    by_key: Vec<FxHashMap<SmolStr, Vec<RuleIx>>>,
    /// Rules that no key's value is needed for.
    others: Vec<RuleIx>,
}

impl Index {
    /// Lists the rules of a type.
    pub(super) fn new(plan: &TypePlan, rules: &[PlannedRule]) -> Self {
        let mut index =
            Index { by_key: plan.keys.iter().map(|_| FxHashMap::default()).collect(), others: Vec::new() };
        for &ix in &plan.rules {
            let rule = &rules[ix.0 as usize];
            let found = plan.keys.iter().enumerate().find_map(|(at, key)| {
                let wanted = Wanted { plan, key };
                let of_scope = rule.scope.as_ref().and_then(|scope| wanted.by(scope));
                Some((at, of_scope.or_else(|| wanted.by(&rule.when))?))
            });
            match found {
                Some((at, values)) => {
                    for value in values {
                        let listed = index.by_key[at].entry(value).or_default();
                        if listed.last() != Some(&ix) {
                            listed.push(ix);
                        }
                    }
                }
                None => index.others.push(ix),
            }
        }
        index
    }

    /// The rules that can fire where the keys have these values, in the order of the rule set;
    /// every rule that asks for a key whose value is not known.
    pub(crate) fn rules(&self, seen: &[Option<&str>]) -> Vec<RuleIx> {
        let mut out = self.others.clone();
        for (at, by_value) in self.by_key.iter().enumerate() {
            match seen.get(at).copied().flatten() {
                Some(value) => out.extend(by_value.get(value).into_iter().flatten()),
                None => out.extend(by_value.values().flatten()),
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// Looks for the values of one key that conditions ask for.
struct Wanted<'p> {
    plan: &'p TypePlan,
    key: &'p SmolStr,
}

impl Wanted<'_> {
    /// The values of which the key must have one for the condition not to be false; `None` where
    /// it may have any.
    fn by(&self, node: &Node) -> Option<Vec<SmolStr>> {
        match node {
            Node::Const(false) => Some(Vec::new()),
            Node::All(each) => each.iter().filter_map(|one| self.by(one)).min_by_key(Vec::len),
            Node::Any(each) => {
                let each: Option<Vec<Vec<SmolStr>>> = each.iter().map(|one| self.by(one)).collect();
                each.map(|values| values.concat())
            }
            Node::Atom(site) => self.by_atom(site),
            Node::Const(true) | Node::Not(_) | Node::Quant(_) => None,
        }
    }

    fn by_atom(&self, site: &Site) -> Option<Vec<SmolStr>> {
        let (Test::Compare { left, .. } | Test::In { left, .. } | Test::Text { left, .. }) =
            &self.plan.atoms[site.atom as usize].test
        else {
            return None;
        };
        if !self.is_key(left) {
            return None;
        }
        match &site.source.test {
            AtomTest::Compare { op: CompareOp::Eq, right, .. } => Some(vec![text(right)?]),
            AtomTest::Text { op: CompareOp::Eq, right, .. } => right.iter().map(text).collect(),
            AtomTest::In { set: Set::Const(set), .. } => set.items.iter().map(text_value).collect(),
            _ => None,
        }
    }

    fn is_key(&self, value: &Value) -> bool {
        let Value::Slot(slot) = value else { return false };
        match &self.plan.slots[*slot as usize].kind {
            SlotKind::Path { path, .. } => matches!(path.as_slice(), [Step::Key(key)] if key == self.key),
            _ => false,
        }
    }
}

fn text(term: &Term) -> Option<SmolStr> {
    match term {
        Term::Const(value) => text_value(value),
        _ => None,
    }
}

fn text_value(value: &value::Value<'_>) -> Option<SmolStr> {
    match value {
        value::Value::Str(text) => Some(SmolStr::new(text)),
        _ => None,
    }
}
