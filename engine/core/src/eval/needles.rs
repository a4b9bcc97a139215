//! Texts of which one must occur in a record's raw JSON if a rule is to fire.
//!
//! Only characters that JSON has no need to escape are used. An encoder may escape them all the
//! same, as `\u00XX`; so that beginning is itself one of the texts.

use eyas_lang::catalog::{Extract, Step};
use eyas_lang::checked::{AtomTest, CompareOp, QuantKind, Set, Term};
use eyas_lang::types::Type;
use eyas_lang::value::Value as Constant;
use smol_str::SmolStr;

use super::Truth;
use super::state::{Bound, Eval};
use crate::plan::{Node, PlannedQuant, PlannedRule, Site, SlotKind, Test, Value};

/// More than this many texts are no filter.
const MOST: usize = 400;

/// A member of the record, by its name; `None` for the record as a whole.
pub(super) type Member = Option<SmolStr>;

/// A text that must occur in a member's raw JSON; an empty one occurs wherever the member does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Needle {
    pub(super) member: Member,
    pub(super) text: Vec<u8>,
}

/// Texts of which one must occur, or nothing that can be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needles {
    texts: Option<Vec<Needle>>,
    /// Whether some of them are only the names of members, which many records have.
    names: bool,
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
        Needles::of(Some(Vec::new()))
    }

    fn anything() -> Self {
        Needles::of(None)
    }

    /// A text in one of these members.
    fn text(text: Option<impl Into<Vec<u8>>>, members: &[Member]) -> Self {
        let Some(text) = text.map(Into::into) else { return Needles::anything() };
        let each = members.iter().map(|member| Needle { member: member.clone(), text: text.clone() });
        Needles::of(Some(each.collect()))
    }

    fn of(texts: Option<Vec<Needle>>) -> Self {
        Needles { texts, names: false }
    }

    fn name(text: String, members: &[Member]) -> Self {
        Needles { names: true, ..Needles::text(Some(text), members) }
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
                let rank = |names: bool, texts: &[Needle]| (!names || texts.is_empty(), score(texts));
                if rank(other.names, theirs) > rank(self.names, ours) { other } else { self }
            }
        }
    }

    /// The texts for each member, sorted, with the escape that could hide one of them.
    pub(super) fn into_texts(self) -> Option<Vec<(Member, Vec<Vec<u8>>)>> {
        let mut needles = self.texts.filter(|texts| texts.len() <= MOST)?;
        needles.sort_unstable();
        needles.dedup();
        let groups = needles.chunk_by(|a, b| a.member == b.member).map(|group| {
            let mut texts: Vec<Vec<u8>> = group.iter().map(|needle| needle.text.clone()).collect();
            // An empty text makes all others idle.
            if texts.first().is_some_and(Vec::is_empty) {
                texts.truncate(1);
            } else {
                texts.push(br"\u00".to_vec());
                texts.sort_unstable();
            }
            (group.first().and_then(|needle| needle.member.clone()), texts)
        });
        Some(groups.collect())
    }
}

/// Few and long is good, and so is to be in a place where little else is.
fn score(texts: &[Needle]) -> isize {
    let shortest = texts.iter().map(|needle| needle.text.len()).min().unwrap_or(64).min(64);
    let somewhere = texts.iter().any(|needle| needle.member.is_none());
    shortest as isize * 4 - texts.len() as isize * 8 - isize::from(somewhere) * 64
}

/// Looks for what must occur.
struct Search<'e, 'p, 'r> {
    eval: &'e mut Eval<'p, 'r>,
    /// For each bound variable the member that its items come from.
    vars: Vec<(u32, Member)>,
}

impl<'p> Eval<'p, '_> {
    /// What must occur if a rule is to fire or be unknown; `None` where it can be neither.
    pub(super) fn rule_needles(&mut self, rule: &'p PlannedRule) -> Option<Needles> {
        let mut search = Search { eval: self, vars: Vec::new() };
        let scope = match &rule.scope {
            Some(scope) => search.needles(scope),
            None => Needles::anything(),
        };
        let when = search.needles(&rule.when);
        if scope == Needles::none() || when == Needles::none() {
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
                    union.also(these);
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

    fn atom(&self, site: &Site) -> Needles {
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
            Some(at) => texts_of(&site.source.test, &at).better(key),
            None => key,
        }
    }

    /// Absent makes every atom false, so the name of a value's last member must occur.
    fn key_of(&self, left: &Value) -> Needles {
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
                Needles::name(String::new(), &[member])
            }
            [.., Step::Key(key)] if !key.is_empty() && key.bytes().all(is_plain) => {
                Needles::name(format!("\"{key}\""), &[member])
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
fn texts_of(test: &AtomTest, at: &Occurrence) -> Needles {
    let whole = |text: &str| Needles::text(whole_text(text, at.exact), &at.members);
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
                Term::Const(Constant::Str(text)) => text_operator(*op, text, at),
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

fn text_operator(op: CompareOp, text: &str, at: &Occurrence) -> Needles {
    match op {
        CompareOp::Eq => Needles::text(whole_text(text, at.exact), &at.members),
        CompareOp::Contains
        | CompareOp::StartsWith
        | CompareOp::EndsWith
        | CompareOp::BContains
        | CompareOp::BStartsWith => Needles::text(longest_run(text), &at.members),
        CompareOp::IContains | CompareOp::IStartsWith | CompareOp::IEndsWith => match longest_run(text) {
            Some(run) => {
                let mut all = Needles::none();
                for variant in case_variants(run) {
                    all.also(Needles::text(Some(variant), &at.members));
                }
                all
            }
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
        needles.also(Needles::text(Some("abc"), &[None, Some("a".into())]));
        needles.also(Needles::text(Some("abd"), &[Some("a".into())]));
        let by_member = needles.clone().into_texts().unwrap();
        assert_eq!(by_member.iter().map(|(_, texts)| texts.len()).collect::<Vec<_>>(), [2, 3]);
        needles.also(Needles::anything());
        assert_eq!(needles.into_texts(), None);
    }

    #[test]
    fn what_a_value_says_goes_before_the_name_it_has() {
        let member = [Some("userAgent".into())];
        let name = || Needles::name(String::new(), &member);
        let value = || Needles::text(Some("kali"), &member);
        assert_eq!(name().better(value()), value());
        assert_eq!(value().better(name()), value());
        assert_eq!(Needles::anything().better(name()), name());
        assert_eq!(name().better(Needles::none()), Needles::none());
    }
}
