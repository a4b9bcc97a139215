//! Under which conditions something holds, in words.

use std::collections::BTreeMap;

use smol_str::SmolStr;

/// What named conditions come to.
pub type Conditions = BTreeMap<SmolStr, bool>;

/// At most this many alternatives are written out.
const MAX_TERMS: usize = 3;

/// What tells the combinations in `holds` from those in `others`, as short as a list of
/// alternatives can be found: "`IsProd` is true and `HasKey` is false, or `IsDev` is true".
/// None where nothing does.
pub fn describe(holds: &[&Conditions], others: &[&Conditions]) -> Option<String> {
    // Where conditions are not settled nothing is told apart.
    let others: Vec<&Conditions> = others.iter().copied().filter(|one| !one.is_empty()).collect();
    let others = others.as_slice();
    if others.is_empty() || holds.iter().any(|one| one.is_empty()) {
        return None;
    }
    let mut terms: Vec<Vec<(&str, bool)>> = Vec::new();
    let mut open: Vec<&Conditions> = holds.to_vec();
    while let Some(first) = open.first() {
        let term = shortest(first, others);
        open.retain(|one| !matches(&term, one));
        if term.is_empty() {
            return None;
        }
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let more = terms.len().saturating_sub(MAX_TERMS);
    terms.truncate(MAX_TERMS);
    let mut words: Vec<String> = terms.iter().map(|term| clause(term)).collect();
    if more > 0 {
        words.push(format!("{more} more combinations of conditions hold"));
    }
    Some(words.join(", or "))
}

/// The combination without what it does not need to differ from all `others`. Where it does not
/// differ from one of them (the difference is a parameter's, not a condition's), all of it.
fn shortest<'c>(one: &'c Conditions, others: &[&Conditions]) -> Vec<(&'c str, bool)> {
    let mut term: Vec<(&str, bool)> = one.iter().map(|(name, truth)| (name.as_str(), *truth)).collect();
    let apart = |term: &[(&str, bool)]| !others.iter().any(|other| matches(term, other));
    if !apart(&term) {
        return term;
    }
    for at in (0..term.len()).rev() {
        let left_out = term.remove(at);
        if !apart(&term) {
            term.insert(at, left_out);
        }
    }
    term
}

fn matches(term: &[(&str, bool)], one: &Conditions) -> bool {
    term.iter().all(|(name, truth)| one.get(*name).is_none_or(|there| there == truth))
}

fn clause(term: &[(&str, bool)]) -> String {
    let parts: Vec<String> = term.iter().map(|(name, truth)| format!("`{name}` is {truth}")).collect();
    parts.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(names: &[&str]) -> Vec<Conditions> {
        let combination = |bits: usize| {
            names.iter().enumerate().map(|(at, name)| ((*name).into(), bits >> at & 1 == 1)).collect()
        };
        (0..1 << names.len()).map(combination).collect()
    }

    fn told(names: &[&str], holds: impl Fn(&Conditions) -> bool) -> Option<String> {
        let all = all(names);
        let (yes, no): (Vec<&Conditions>, Vec<&Conditions>) = all.iter().partition(|one| holds(one));
        describe(&yes, &no)
    }

    #[test]
    fn only_what_matters_is_told() {
        let names = ["A", "B", "C"];
        assert_eq!(told(&names, |c| c["A"]).as_deref(), Some("`A` is true"));
        assert_eq!(told(&names, |c| c["A"] && !c["C"]).as_deref(), Some("`A` is true and `C` is false"));
        assert_eq!(told(&names, |_| true), None);
        let or = told(&names, |c| c["A"] || c["B"]).expect("a difference");
        insta::assert_snapshot!(or, @"`A` is true, or `B` is true");
    }
}
