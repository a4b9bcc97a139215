//! Texts of which one must occur in a record's raw JSON if a rule is to fire.
//!
//! An encoder may escape characters that it has no need to escape, as `\u00XX`: where there are
//! such escapes nothing can be told.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use eyas_lang::catalog::{Extract, Step};
use eyas_lang::checked::{AtomTest, CompareOp, QuantKind, Set, Term};
use eyas_lang::types::Type;
use eyas_lang::value::Value as Constant;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Truth;
use super::runs::{Edge, case_variants, edge, is_plain, longest_run, whole_text};
use super::state::{Bound, Eval};
use crate::plan::{Node, PlannedQuant, PlannedRule, Site, SlotKind, Test, TypePlan, Value};

/// More than this many texts are no filter.
const MOST: usize = 400;

/// A member of the record, by its name; `None` for the record as a whole.
pub(super) type Member = Option<SmolStr>;

/// A text that must occur in a member's raw JSON; an empty one occurs wherever the member does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Needle {
    pub(super) member: Member,
    pub(super) text: Box<[u8]>,
}

/// All needles that were met, which are then known by their numbers, and what each comparison
/// asks for, which is the same for every event.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    needles: Vec<Needle>,
    numbers: FxHashMap<Needle, u32>,
    by_atom: FxHashMap<u32, Needles>,
}

impl Vocabulary {
    fn number(&mut self, needle: Needle) -> u32 {
        let next = self.needles.len() as u32;
        match self.numbers.entry(needle) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.needles.push(new.key().clone());
                *new.insert(next)
            }
        }
    }

    /// The texts of needles by their members, in the order of the numbers.
    pub(super) fn by_member(&self, numbers: &[u32]) -> Vec<(Member, Vec<Vec<u8>>)> {
        let mut groups: Vec<(Member, Vec<Vec<u8>>)> = Vec::new();
        for needle in numbers.iter().filter_map(|&number| self.needles.get(number as usize)) {
            let text = needle.text.to_vec();
            match groups.iter_mut().find(|(member, _)| *member == needle.member) {
                Some((_, texts)) => texts.push(text),
                None => groups.push((needle.member.clone(), vec![text])),
            }
        }
        // An empty text makes all others idle.
        for (_, texts) in &mut groups {
            if texts.iter().any(Vec::is_empty) {
                *texts = vec![Vec::new()];
            }
        }
        groups
    }
}

/// Needles of which one must occur, or nothing that can be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needles {
    numbers: Option<Vec<u32>>,
    /// Whether some of them are only the names of members, which many records have.
    names: bool,
    /// The length of the shortest.
    shortest: usize,
    /// Whether some may occur anywhere in the record.
    anywhere: bool,
}

/// Where a value's text occurs in the raw record.
#[derive(Debug, Clone)]
struct Occurrence {
    /// The members in one of which it does.
    members: Vec<Member>,
    /// Whether it does as a whole string.
    exact: bool,
}

impl Needles {
    /// It cannot be: no text helps.
    pub(super) fn none() -> Self {
        Needles { numbers: Some(Vec::new()), names: false, shortest: usize::MAX, anywhere: false }
    }

    fn is_none(&self) -> bool {
        self.numbers.as_ref().is_some_and(Vec::is_empty)
    }

    fn anything() -> Self {
        Needles { numbers: None, ..Needles::none() }
    }

    /// A text in one of these members.
    fn text(text: Option<impl AsRef<[u8]>>, members: &[Member], vocabulary: &mut Vocabulary) -> Self {
        let Some(text) = text else { return Needles::anything() };
        let text = text.as_ref();
        let each = members.iter().map(|member| {
            let needle = Needle { member: member.clone(), text: text.into() };
            vocabulary.number(needle)
        });
        let numbers = Some(each.collect());
        let anywhere = members.iter().any(Option::is_none);
        Needles { numbers, names: false, shortest: text.len(), anywhere }
    }

    fn name(text: String, member: Member, vocabulary: &mut Vocabulary) -> Self {
        Needles { names: true, ..Needles::text(Some(text), &[member], vocabulary) }
    }

    /// Either of two things must hold.
    pub(super) fn also(&mut self, other: &Needles) {
        self.names |= other.names;
        self.shortest = self.shortest.min(other.shortest);
        self.anywhere |= other.anywhere;
        self.numbers = match (self.numbers.take(), &other.numbers) {
            (Some(mut ours), Some(theirs)) if ours.len() + theirs.len() <= MOST => {
                ours.extend(theirs);
                Some(ours)
            }
            _ => None,
        };
    }

    /// Both of two things must hold: the one that says more is enough.
    fn better(self, other: Needles) -> Needles {
        match (self.rank(), other.rank()) {
            (None, _) => other,
            (_, None) => self,
            (ours, theirs) => {
                if theirs > ours {
                    other
                } else {
                    self
                }
            }
        }
    }

    /// How much they say: few and long is good, and so is to be in a place where little else is;
    /// `None` if nothing.
    fn rank(&self) -> Option<(bool, isize)> {
        let count = self.numbers.as_ref()?.len();
        let score = self.shortest.min(64) as isize * 4 - count as isize * 8 - isize::from(self.anywhere) * 64;
        Some((!self.names || count == 0, score))
    }

    /// Their numbers, sorted; `None` if there are too many to be a filter.
    pub(super) fn into_numbers(self) -> Option<Vec<u32>> {
        let mut numbers = self.numbers.filter(|numbers| numbers.len() <= MOST)?;
        numbers.sort_unstable();
        numbers.dedup();
        Some(numbers)
    }
}

/// Looks for what must occur.
struct Search<'e, 'p, 'r> {
    eval: &'e mut Eval<'p, 'r>,
    vocabulary: &'e mut Vocabulary,
    /// For each bound variable the member that its items come from.
    vars: Vec<(u32, Member)>,
}

impl<'p> Eval<'p, '_> {
    /// What must occur if a rule is to fire or be unknown; `None` where it can be neither.
    pub(super) fn rule_needles(
        &mut self,
        rule: &'p PlannedRule,
        vocabulary: &mut Vocabulary,
    ) -> Option<Needles> {
        let mut search = Search { eval: self, vocabulary, vars: Vec::new() };
        let scope = match &rule.scope {
            Some(scope) => search.needles(scope),
            None => Needles::anything(),
        };
        let when = search.needles(&rule.when);
        if scope.is_none() || when.is_none() {
            return None;
        }
        Some(scope.better(when))
    }
}

impl<'p> Search<'_, 'p, '_> {
    fn needles(&mut self, node: &'p Node) -> Needles {
        match self.eval.truth(node) {
            Truth::False => return Needles::none(),
            Truth::True => return Needles::anything(),
            Truth::Unknown => {}
        }
        match node {
            Node::All(each) => {
                let mut best = Needles::anything();
                for one in each {
                    best = best.better(self.needles(one));
                }
                best
            }
            Node::Any(each) => {
                let mut union = Needles::none();
                for one in each {
                    let these = self.needles(one);
                    union.also(&these);
                }
                union
            }
            Node::Atom(site) => self.atom(site),
            Node::Quant(quant) if quant.kind == QuantKind::Any => self.any(quant),
            Node::Const(_) | Node::Not(_) | Node::Quant(_) => Needles::anything(),
        }
    }

    /// Some item of a list that is part of the record as it stands there.
    fn any(&mut self, quant: &'p PlannedQuant) -> Needles {
        let Some(member) = self.member(&quant.list) else { return Needles::anything() };
        let var = quant.var.0;
        let item = Bound::Item(self.eval.not_seen());
        self.eval.bind(var, item);
        self.vars.push((var, member));
        let body = self.needles(&quant.body);
        self.vars.pop();
        self.eval.bind(var, Bound::None);
        body
    }

    /// The member that a value which stands in the record as it is comes from.
    fn member(&self, value: &Value) -> Option<Member> {
        match value {
            Value::Slot(slot) => match &self.eval.plan.slots[*slot as usize].kind {
                SlotKind::Path { path, .. } => Some(member_of(path)),
                _ => None,
            },
            Value::Var { var, .. } => {
                self.vars.iter().rev().find(|(bound, _)| *bound == var.0).map(|(_, member)| member.clone())
            }
            _ => None,
        }
    }

    fn atom(&mut self, site: &Site) -> Needles {
        // What is asked of a variable depends on what it is bound to.
        let shared = self.eval.plan.atoms[site.atom as usize].shared;
        if let Some(known) = self.vocabulary.by_atom.get(&site.atom).filter(|_| shared) {
            return known.clone();
        }
        let needles = self.new_atom(site);
        if shared {
            self.vocabulary.by_atom.insert(site.atom, needles.clone());
        }
        needles
    }

    fn new_atom(&mut self, site: &Site) -> Needles {
        let left = match &self.eval.plan.atoms[site.atom as usize].test {
            Test::Exists(left) | Test::True(left) => left,
            Test::Compare { left, .. }
            | Test::Text { left, .. }
            | Test::Search { left, .. }
            | Test::Regex { left, .. }
            | Test::In { left, .. }
            | Test::Intersects { left, .. }
            | Test::PathPrefix { left, .. }
            | Test::RefersTo { left, .. }
            | Test::Net { left, .. } => left,
        };
        let key = self.key_of(left);
        match self.occurrence(left) {
            Some(at) => texts_of(&site.source.test, &at, self.vocabulary).better(key),
            None => key,
        }
    }

    /// Absent makes every atom false, so the name of a value's last member must occur.
    fn key_of(&mut self, left: &Value) -> Needles {
        let Some(member) = self.member(left) else { return Needles::anything() };
        let path = match left {
            Value::Slot(slot) => match &self.eval.plan.slots[*slot as usize].kind {
                SlotKind::Path { path, .. } => path,
                _ => return Needles::anything(),
            },
            Value::Var { path, .. } => path,
            _ => return Needles::anything(),
        };
        match path.as_slice() {
            // The member itself.
            [_] if member.is_some() && matches!(left, Value::Slot(_)) => {
                Needles::name(String::new(), member, self.vocabulary)
            }
            [.., Step::Key(key)] if !key.is_empty() && key.bytes().all(is_plain) => {
                Needles::name(format!("\"{key}\""), member, self.vocabulary)
            }
            _ => Needles::anything(),
        }
    }

    /// Where a value's text occurs in the raw record, if it does.
    fn occurrence(&self, left: &Value) -> Option<Occurrence> {
        let ty = match left {
            Value::Slot(slot) => match &self.eval.plan.slots[*slot as usize].kind {
                SlotKind::Path { ty, .. } => ty,
                SlotKind::Field { at, path, ty } if path.is_empty() && is_text(ty) => {
                    return occurrence_of(at);
                }
                _ => return None,
            },
            Value::Var { ty, .. } => ty,
            _ => return None,
        };
        let member = self.member(left).filter(|_| is_text(ty))?;
        Some(Occurrence { members: vec![member], exact: true })
    }
}

/// The members that needles can be looked for in.
pub(super) fn members_of(plan: &TypePlan) -> BTreeSet<SmolStr> {
    let members = plan.slots.iter().flat_map(|slot| match &slot.kind {
        SlotKind::Path { path, .. } => vec![member_of(path)],
        SlotKind::Field { at, .. } => occurrence_of(at).map(|at| at.members).unwrap_or_default(),
        _ => Vec::new(),
    });
    members.flatten().collect()
}

/// The member that a path leads into.
fn member_of(path: &[Step]) -> Member {
    match path.first() {
        Some(Step::Key(key)) => Some(key.clone()),
        _ => None,
    }
}

fn is_text(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Host | Type::Dynamic => true,
        Type::List(item) => is_text(item),
        _ => false,
    }
}

fn occurrence_of(at: &Extract) -> Option<Occurrence> {
    match at {
        Extract::Path(path) => Some(Occurrence { members: vec![member_of(path)], exact: true }),
        Extract::First(each) => either(each.iter()),
        Extract::Case { arms, otherwise, .. } => {
            either(arms.iter().map(|(_, at)| at).chain(otherwise.as_deref()))
        }
        // The value is somewhere in the list.
        Extract::Lookup { list, value, .. } => {
            let exact = occurrence_of(value)?.exact;
            occurrence_of(list).map(|list| Occurrence { exact: exact && list.exact, ..list })
        }
        Extract::Json(of) | Extract::WithoutSuffix(of, _) | Extract::Part { of, .. } => {
            occurrence_of(of).map(|of| Occurrence { exact: false, ..of })
        }
        _ => None,
    }
}

fn either<'e>(each: impl Iterator<Item = &'e Extract>) -> Option<Occurrence> {
    let mut all = Occurrence { members: Vec::new(), exact: true };
    for one in each {
        let one = occurrence_of(one)?;
        all.exact &= one.exact;
        all.members.extend(one.members);
    }
    all.members.sort_unstable();
    all.members.dedup();
    Some(all)
}

/// The texts that a test's constants ask for.
fn texts_of(test: &AtomTest, at: &Occurrence, vocabulary: &mut Vocabulary) -> Needles {
    let mut whole = |text: &str| Needles::text(whole_text(text, at.exact), &at.members, vocabulary);
    match test {
        AtomTest::Compare { op: CompareOp::Eq, right: Term::Const(Constant::Str(text)), .. } => whole(text),
        AtomTest::In { set: Set::Const(set), .. } | AtomTest::Intersects { set: Set::Const(set), .. } => {
            union(set.items.iter().map(|item| match item {
                Constant::Str(text) => whole(text),
                _ => Needles::anything(),
            }))
        }
        AtomTest::Text { op, right, all, .. } => {
            let each = right.iter().map(|term| match term {
                Term::Const(Constant::Str(text)) => text_operator(*op, text, at, vocabulary),
                _ => Needles::anything(),
            });
            match all {
                true => each.fold(Needles::anything(), Needles::better),
                false => union(each),
            }
        }
        _ => Needles::anything(),
    }
}

fn union(each: impl Iterator<Item = Needles>) -> Needles {
    let mut out = Needles::none();
    let mut some = false;
    for one in each {
        out.also(&one);
        some = true;
    }
    if some { out } else { Needles::anything() }
}

fn text_operator(op: CompareOp, text: &str, at: &Occurrence, vocabulary: &mut Vocabulary) -> Needles {
    match op {
        CompareOp::Eq => Needles::text(whole_text(text, at.exact), &at.members, vocabulary),
        CompareOp::StartsWith if at.exact => Needles::text(edge(text, Edge::Start), &at.members, vocabulary),
        CompareOp::EndsWith if at.exact => Needles::text(edge(text, Edge::End), &at.members, vocabulary),
        CompareOp::Contains
        | CompareOp::StartsWith
        | CompareOp::EndsWith
        | CompareOp::BContains
        | CompareOp::BStartsWith => Needles::text(longest_run(text), &at.members, vocabulary),
        CompareOp::IContains | CompareOp::IStartsWith | CompareOp::IEndsWith => match longest_run(text) {
            Some(run) => {
                let each = case_variants(run).into_iter();
                union(each.map(|variant| Needles::text(Some(variant), &at.members, vocabulary)))
            }
            None => Needles::anything(),
        },
        _ => Needles::anything(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_is_the_union() {
        let (mut needles, mut all) = (Needles::none(), Vocabulary::default());
        needles.also(&Needles::text(Some("abc"), &[None, Some("a".into())], &mut all));
        needles.also(&Needles::text(Some("abd"), &[Some("a".into())], &mut all));
        let by_member = all.by_member(&needles.clone().into_numbers().unwrap());
        assert_eq!(by_member.iter().map(|(_, texts)| texts.len()).collect::<Vec<_>>(), [1, 2]);
        needles.also(&Needles::anything());
        assert_eq!(needles.into_numbers(), None);
    }

    #[test]
    fn what_a_value_says_goes_before_the_name_it_has() {
        let (member, mut all) = (Some(SmolStr::from("userAgent")), Vocabulary::default());
        let name = Needles::name(String::new(), member.clone(), &mut all);
        let value = Needles::text(Some("kali"), &[member], &mut all);
        assert_eq!(name.clone().better(value.clone()), value);
        assert_eq!(value.clone().better(name.clone()), value);
        assert_eq!(Needles::anything().better(name.clone()), name);
        assert_eq!(name.better(Needles::none()), Needles::none());
    }
}
