//! Texts of which one must occur in a record's raw JSON if a rule is to fire.
//!
//! Only characters that JSON has no need to escape are used. An encoder may escape them all the
//! same, as `\u00XX`; so that beginning is itself one of the texts.

use eyas_lang::catalog::{Extract, Step};
use eyas_lang::checked::{AtomTest, CompareOp, QuantKind, Set, Term};
use eyas_lang::types::Type;
use eyas_lang::value::Value as Constant;

use super::Truth;
use super::state::{Bound, Eval};
use crate::plan::{Node, PlannedRule, Site, SlotKind, Test, Value};

/// More than this many texts are no filter.
const MOST: usize = 400;

/// Texts of which one must occur, or nothing that can be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needles {
    texts: Option<Vec<Vec<u8>>>,
    /// Whether some of them are only the names of members, which many records have.
    names: bool,
}

impl Needles {
    /// It cannot be: no text helps.
    pub(super) fn none() -> Self {
        Needles::of(Some(Vec::new()))
    }

    fn anything() -> Self {
        Needles::of(None)
    }

    fn one(text: Option<String>) -> Self {
        Needles::of(text.map(|t| vec![t.into_bytes()]))
    }

    fn of(texts: Option<Vec<Vec<u8>>>) -> Self {
        Needles { texts, names: false }
    }

    fn name(text: String) -> Self {
        Needles { names: true, ..Needles::one(Some(text)) }
    }

    /// Either of two things must hold.
    pub(super) fn also(&mut self, other: Needles) {
        self.names |= other.names;
        self.texts = match (self.texts.take(), other.texts) {
            (Some(mut ours), Some(theirs)) if ours.len() + theirs.len() <= MOST => {
                ours.extend(theirs);
                Some(ours)
            }
            _ => None,
        };
    }

    /// Both of two things must hold: the one that says more is enough.
    fn better(self, other: Needles) -> Needles {
        match (&self.texts, &other.texts) {
            (None, _) => other,
            (_, None) => self,
            (Some(ours), Some(theirs)) => {
                let rank = |names: bool, texts: &[Vec<u8>]| (!names || texts.is_empty(), score(texts));
                if rank(other.names, theirs) > rank(self.names, ours) { other } else { self }
            }
        }
    }

    /// The texts, sorted, with the escape that could hide one of them.
    pub(super) fn into_texts(self) -> Option<Vec<Vec<u8>>> {
        let mut texts = self.texts.filter(|texts| texts.len() <= MOST)?;
        texts.push(br"\u00".to_vec());
        texts.sort_unstable();
        texts.dedup();
        Some(texts)
    }
}

/// Few and long is good.
fn score(texts: &[Vec<u8>]) -> isize {
    let shortest = texts.iter().map(Vec::len).min().unwrap_or(64).min(64);
    shortest as isize * 4 - texts.len() as isize * 8
}

impl<'p> Eval<'p, '_> {
    /// What must occur if a rule is to fire or be unknown; `None` where it can be neither.
    pub(super) fn rule_needles(&mut self, rule: &'p PlannedRule) -> Option<Needles> {
        let scope = match &rule.scope {
            Some(scope) => self.needles(scope),
            None => Needles::anything(),
        };
        let when = self.needles(&rule.when);
        if scope == Needles::none() || when == Needles::none() {
            return None;
        }
        Some(scope.better(when))
    }

    fn needles(&mut self, node: &'p Node) -> Needles {
        match self.truth(node) {
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
                    union.also(these);
                }
                union
            }
            Node::Atom(site) => self.atom_needles(site),
            Node::Quant(quant) if quant.kind == QuantKind::Any && self.is_raw(&quant.list) => {
                self.bind(quant.var.0, Bound::Item(self.not_seen()));
                let body = self.needles(&quant.body);
                self.bind(quant.var.0, Bound::None);
                body
            }
            Node::Const(_) | Node::Not(_) | Node::Quant(_) => Needles::anything(),
        }
    }

    /// Whether a value is part of the record as it stands there.
    fn is_raw(&self, value: &Value) -> bool {
        match value {
            Value::Slot(slot) => matches!(self.plan.slots[*slot as usize].kind, SlotKind::Path { .. }),
            Value::Var { .. } => true,
            _ => false,
        }
    }

    fn atom_needles(&self, site: &Site) -> Needles {
        let left = match &self.plan.atoms[site.atom as usize].test {
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
            Some(exact) => texts_of(&site.source.test, exact).better(key),
            None => key,
        }
    }

    /// Absent makes every atom false, so the name of a value's last member must occur.
    fn key_of(&self, left: &Value) -> Needles {
        let path = match left {
            Value::Slot(slot) => match &self.plan.slots[*slot as usize].kind {
                SlotKind::Path { path, .. } => path,
                _ => return Needles::anything(),
            },
            Value::Var { path, .. } => path,
            _ => return Needles::anything(),
        };
        match path.last() {
            Some(Step::Key(key)) if !key.is_empty() && key.bytes().all(is_plain) => {
                Needles::name(format!("\"{key}\""))
            }
            _ => Needles::anything(),
        }
    }

    /// Whether a value's text occurs in the raw record, and if so whether as a whole string.
    fn occurrence(&self, left: &Value) -> Option<bool> {
        match left {
            Value::Slot(slot) => match &self.plan.slots[*slot as usize].kind {
                SlotKind::Path { ty, .. } => is_text(ty).then_some(true),
                SlotKind::Field { at, path, ty } if path.is_empty() && is_text(ty) => occurrence_of(at),
                _ => None,
            },
            Value::Var { ty, .. } => is_text(ty).then_some(true),
            _ => None,
        }
    }
}

fn is_text(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Host | Type::Dynamic => true,
        Type::List(item) => is_text(item),
        _ => false,
    }
}

fn occurrence_of(at: &Extract) -> Option<bool> {
    match at {
        Extract::Path(_) => Some(true),
        Extract::First(each) => each.iter().map(occurrence_of).try_fold(true, |all, one| Some(all && one?)),
        Extract::Case { arms, otherwise, .. } => {
            let arms = arms.iter().map(|(_, at)| at).chain(otherwise.as_deref());
            arms.map(occurrence_of).try_fold(true, |all, one| Some(all && one?))
        }
        Extract::Lookup { value, .. } => occurrence_of(value),
        Extract::Json(of) | Extract::WithoutSuffix(of, _) | Extract::Part { of, .. } => {
            occurrence_of(of).map(|_| false)
        }
        _ => None,
    }
}

/// The texts that a test's constants ask for.
fn texts_of(test: &AtomTest, exact: bool) -> Needles {
    let whole = |text: &str| Needles::one(whole_text(text, exact));
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
                Term::Const(Constant::Str(text)) => text_operator(*op, text, exact),
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
        out.also(one);
        some = true;
    }
    if some { out } else { Needles::anything() }
}

fn text_operator(op: CompareOp, text: &str, exact: bool) -> Needles {
    match op {
        CompareOp::Eq => Needles::one(whole_text(text, exact)),
        CompareOp::Contains
        | CompareOp::StartsWith
        | CompareOp::EndsWith
        | CompareOp::BContains
        | CompareOp::BStartsWith => Needles::one(longest_run(text).map(str::to_owned)),
        CompareOp::IContains | CompareOp::IStartsWith | CompareOp::IEndsWith => match longest_run(text) {
            Some(run) => Needles::of(Some(case_variants(run))),
            None => Needles::anything(),
        },
        _ => Needles::anything(),
    }
}

/// A whole string's text: with its quotes where it stands as it is. Words that are also JSON's
/// own may stand without.
fn whole_text(text: &str, exact: bool) -> Option<String> {
    let plain = !text.is_empty() && text.bytes().all(is_plain);
    match plain && exact && tells(text) && text != "true" && text != "false" {
        true => Some(format!("\"{text}\"")),
        false => longest_run(text).map(str::to_owned),
    }
}

/// The longest stretch that stands in JSON as it is and says enough to be looked for.
fn longest_run(text: &str) -> Option<&str> {
    let runs = text.split(|c: char| !c.is_ascii() || !is_plain(c as u8));
    runs.filter(|run| run.len() >= 3 && tells(run)).max_by_key(|run| run.len())
}

/// Numbers are written in more ways than one; what has other letters than an exponent is none.
fn tells(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E'))
}

/// What JSON neither needs to escape nor has between its own tokens, where it may also have
/// white space.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
        && !matches!(byte, b'"' | b'\\' | b'/' | b',' | b':' | b'{' | b'}' | b'[' | b']')
}

/// Four characters in a row that are seldom met, in every mix of cases.
fn case_variants(run: &str) -> Vec<Vec<u8>> {
    let windows = run.as_bytes().windows(4);
    let rare = |window: &&[u8]| window.iter().map(|byte| rarity(*byte)).sum::<u32>();
    // The first of those that are equally rare.
    let chosen = windows.rev().max_by_key(rare).unwrap_or(run.as_bytes());
    let mut out = vec![Vec::with_capacity(chosen.len())];
    for &byte in chosen {
        let mut next = Vec::with_capacity(out.len() * 2);
        for text in out {
            for variant in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                let mut longer = text.clone();
                longer.push(variant);
                next.push(longer);
            }
        }
        next.dedup();
        out = next;
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// How seldom a character is met in English words, roughly.
fn rarity(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 1,
        b'b' | b'j' | b'k' | b'q' | b'v' | b'w' | b'x' | b'y' | b'z' | b'0'..=b'9' => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_plain_and_telling() {
        assert_eq!(longest_run("arn:aws:iam::aws:policy/AdministratorAccess"), Some("AdministratorAccess"));
        assert_eq!(longest_run("0.0.0.0/0"), None);
        assert_eq!(whole_text("Root", true).as_deref(), Some("\"Root\""));
        assert_eq!(whole_text("Root", false).as_deref(), Some("Root"));
        assert_eq!(whole_text("true", true).as_deref(), Some("true"));
        assert_eq!(whole_text("", true), None);
        assert_eq!(case_variants("a1B").len(), 4);
        assert_eq!(case_variants("kali linux").len(), 16);
        assert_eq!(longest_run("x/Scout Suite"), Some("Scout Suite"));
        assert!(case_variants("S3 Browser").contains(&b"s3 b".to_vec()));
        assert!(case_variants("cloudberry").contains(&b"oUDb".to_vec()));
        assert_eq!(case_variants("ab").len(), 4);
    }

    #[test]
    fn the_filter_is_the_union() {
        let mut needles = Needles::none();
        needles.also(Needles::one(Some("abc".into())));
        assert_eq!(needles.clone().into_texts().map(|t| t.len()), Some(2));
        needles.also(Needles::anything());
        assert_eq!(needles.into_texts(), None);
    }

    #[test]
    fn what_a_value_says_goes_before_the_name_it_has() {
        let name = || Needles::name("\"userAgent\"".into());
        let value = || Needles::one(Some("kali".into()));
        assert_eq!(name().better(value()), value());
        assert_eq!(value().better(name()), value());
        assert_eq!(Needles::anything().better(name()), name());
        assert_eq!(name().better(Needles::none()), Needles::none());
    }
}
