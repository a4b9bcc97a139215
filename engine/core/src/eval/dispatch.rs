//! Which rules an event can concern, decided before it is parsed.
//!
//! A reader can find an event's name and source in raw bytes for next to nothing. Every rule is
//! evaluated once for each pair of them that turns up, by the ordinary evaluator over a record
//! of which only these two are known: what comes out false is false whatever the rest of the
//! event says, because Kleene's logic never takes a definite answer back. The rules that remain
//! give texts of which one must occur in the raw bytes of some member, or nothing fires either.

use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind, packed};
use eyas_lang::catalog::Step;
use eyas_lang::value::{Fetched, Unknown, Value};
use jiff::Timestamp;
use memchr::memmem;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::needles::{self, Needles};
use super::needs::Needs;
use super::{Session, TypeScratch};
use crate::eval::state::Eval;
use crate::finding::{Location, Subject};
use crate::json::{Found, Names};
use crate::plan::{Plan, RuleIx, TypePlan};
use crate::record::{NoWorld, Record};
use crate::walk;

/// How many pairs of name and source are remembered. AWS has some ten thousand event names;
/// made-up ones must not fill the memory.
const REMEMBERED: usize = 32_768;

/// The rules that an event can concern, by what was seen of it. Belongs to the session that
/// gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandidateSet {
    record_type: u32,
    epoch: u32,
    number: u32,
}

/// Texts of which one must occur in a member.
type Texts = Vec<Vec<u8>>;

/// What is remembered of the events seen so far.
#[derive(Debug)]
pub(super) struct Dispatch {
    by_peek: FxHashMap<Box<str>, Option<u32>>,
    sets: Vec<Candidates>,
    /// Names that lead to the same rules share them.
    by_rules: FxHashMap<(Vec<RuleIx>, Option<Vec<u32>>), u32>,
    /// Different rules often look for the same texts: those that no name decides.
    by_texts: FxHashMap<Texts, Option<u32>>,
    finds: Vec<Find>,
    needs: Needs,
    /// The members that are looked at.
    names: Arc<Names>,
    /// Counts how often everything was forgotten.
    epoch: u32,
    key: String,
}

#[derive(Debug)]
struct Candidates {
    rules: Arc<[RuleIx]>,
    /// What must be found in one of these members; `None` where there is no telling.
    probes: Option<Vec<Probe>>,
}

/// What to look for in a member, or in the whole record.
#[derive(Debug)]
struct Probe {
    /// The number of the member's name; `None` for the whole record.
    member: Option<usize>,
    /// The number of the search.
    find: u32,
}

/// Some of the texts in which nothing was found: most events of a log come from a few agents and
/// principals.
#[derive(Debug, Default)]
struct Misses {
    texts: [Vec<u8>; 16],
    /// How often one was asked for, and was there.
    asked: u64,
    there: u64,
}

impl Misses {
    /// Longer texts are searched again.
    const LONGEST: usize = 1024;

    /// Where a text would be: by its length and what is in its middle and near its end.
    fn place(text: &[u8]) -> usize {
        let at = |place: usize| {
            let word = text.get(place..).and_then(<[u8]>::first_chunk::<8>);
            word.map_or(0, |word| u64::from_le_bytes(*word))
        };
        let mixed =
            at(text.len() / 2) ^ at(text.len().saturating_sub(10)).rotate_left(32) ^ text.len() as u64;
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as usize
    }

    /// Whether it pays to keep them: some members never say the same twice.
    fn pay(&self) -> bool {
        self.asked < 64 || self.there >= self.asked / 8
    }

    fn contains(&mut self, text: &[u8]) -> bool {
        let there = self.texts.get(Self::place(text)).is_some_and(|known| known == text);
        self.asked += 1;
        self.there += u64::from(there);
        there
    }

    fn add(&mut self, text: &[u8]) {
        if text.len() <= Self::LONGEST
            && let Some(known) = self.texts.get_mut(Self::place(text))
        {
            known.clear();
            known.extend_from_slice(text);
        }
    }
}

/// A search for whether one of some texts occurs.
#[derive(Debug)]
struct Find {
    texts: Search,
    missed: Misses,
}

#[derive(Debug)]
enum Search {
    /// Whatever it is.
    Anything,
    One(Box<memmem::Finder<'static>>),
    /// So few that they are all looked for in many bytes at a time.
    Few(packed::Searcher),
    Many(AhoCorasick),
}

/// Finds how an escape starts that could stand for a character of any text.
static ESCAPE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(br"\u00"));

impl Find {
    fn new(texts: &Texts) -> Option<Self> {
        let texts = match texts.as_slice() {
            [empty] if empty.is_empty() => Search::Anything,
            [one] => Search::One(Box::new(memmem::Finder::new(one).into_owned())),
            _ => match packed::Searcher::new(texts) {
                Some(few) => Search::Few(few),
                None => Search::Many(automaton(texts)?),
            },
        };
        Some(Self { texts, missed: Misses::default() })
    }

    /// Whether one of the texts occurs, or could if escapes were undone; `escapes` says whether
    /// there can be any.
    fn is_in(&mut self, text: &[u8], escapes: bool) -> bool {
        let pays = self.missed.pay();
        if pays && self.missed.contains(text) {
            return false;
        }
        let found = match &self.texts {
            Search::Anything => true,
            Search::One(one) => one.find(text).is_some(),
            Search::Few(few) => few.find(text).is_some(),
            Search::Many(many) => many.is_match(text),
        };
        let found = found || escapes && ESCAPE.find(text).is_some();
        if pays && !found {
            self.missed.add(text);
        }
        found
    }
}

impl Dispatch {
    /// Nothing is remembered yet; members are found by these names.
    fn new(names: Arc<Names>, epoch: u32) -> Self {
        Self {
            by_peek: FxHashMap::default(),
            sets: Vec::new(),
            by_rules: FxHashMap::default(),
            by_texts: FxHashMap::default(),
            finds: Vec::new(),
            needs: Needs::default(),
            names,
            epoch,
            key: String::new(),
        }
    }

    /// For the rules of a type.
    pub(super) fn of(plan: &TypePlan) -> Self {
        Self::new(Arc::new(names(&[], plan)), 0)
    }

    pub(super) fn rules(&self, set: CandidateSet) -> Option<Arc<[RuleIx]>> {
        if set.epoch != self.epoch {
            return None;
        }
        self.sets.get(set.number as usize).map(|c| c.rules.clone())
    }

    fn add(&mut self, rules: Vec<RuleIx>, needles: Option<Vec<u32>>) -> Option<u32> {
        if rules.is_empty() {
            return None;
        }
        let key = (rules, needles);
        if let Some(number) = self.by_rules.get(&key) {
            return Some(*number);
        }
        let number = self.sets.len() as u32;
        let probes = key.1.as_ref().and_then(|numbers| {
            let each = self.needs.vocabulary.by_member(numbers).into_iter().map(|(member, texts)| {
                let find = match self.by_texts.get(&texts) {
                    Some(known) => *known,
                    None => {
                        let number = self.finds.len() as u32;
                        let find = Find::new(&texts).map(|find| {
                            self.finds.push(find);
                            number
                        });
                        self.by_texts.insert(texts, find);
                        find
                    }
                };
                let member = match member {
                    Some(name) => Some(self.names.number(&name)?),
                    None => None,
                };
                Some(Probe { member, find: find? })
            });
            each.collect()
        });
        self.sets.push(Candidates { rules: key.0.as_slice().into(), probes });
        self.by_rules.insert(key, number);
        Some(number)
    }
}

/// These names, and those of the members that rules look at.
fn names(first: &[&str], plan: &TypePlan) -> Names {
    let members = needles::members_of(plan);
    Names::new(first.iter().copied().chain(members.iter().map(SmolStr::as_str)))
}

/// A search for whether one of the texts occurs. Which of several that overlap is found is of no
/// interest; with leftmost matches the search may look at many bytes at a time. There is one for
/// many an event name, so a full table, which takes longest to build, would not pay.
fn automaton(texts: &Texts) -> Option<AhoCorasick> {
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).kind(kind).build(texts).ok()
}

impl<'p> Session<'p> {
    /// The rules that can fire on a record of which only the members of
    /// [`crate::plan::TypePlan::keys`] are known, in that order; `None` for one that was not
    /// made out. No result: no rule can.
    pub fn candidates(&mut self, record_type: &str, seen: &[Option<&str>]) -> Option<CandidateSet> {
        let at = self.type_at(record_type)?;
        let plan = self.plan;
        let scratch = &mut self.types[at];
        let number = scratch.candidates(plan, seen)?;
        Some(CandidateSet { record_type: at as u32, epoch: scratch.dispatch.epoch, number })
    }

    /// Whether a set still says what it said when it was given.
    pub fn knows(&self, set: CandidateSet) -> bool {
        self.types.get(set.record_type as usize).is_some_and(|scratch| scratch.dispatch.epoch == set.epoch)
    }

    /// The names by which members have to be found before [`Session::may_concern`] is asked: these
    /// come first, and those that rules look at after them. Where that is new, sets that were given
    /// before are no longer known.
    pub fn look_for(&mut self, record_type: &str, first: &[&str]) -> Arc<Names> {
        let Some(at) = self.type_at(record_type) else { return Arc::new(Names::new(first.iter().copied())) };
        let scratch = &mut self.types[at];
        let known = &scratch.dispatch.names;
        if first.iter().enumerate().all(|(number, name)| known.number(name) == Some(number)) {
            return known.clone();
        }
        let names = Arc::new(names(first, scratch.plan));
        scratch.dispatch = Dispatch::new(names.clone(), scratch.dispatch.epoch + 1);
        names
    }

    /// Whether one of these rules can fire on a record. False is certain; true means that the
    /// record must be judged. `raw` must be of the very text that would be judged, its members
    /// found by the names of [`Session::look_for`]. If it was recognised by another record, no rule
    /// of this set must be able to fire on that one.
    pub fn may_concern(&mut self, set: CandidateSet, raw: &Found<'_>) -> bool {
        let Some(scratch) = self.types.get_mut(set.record_type as usize) else { return true };
        if set.epoch != scratch.dispatch.epoch {
            return true;
        }
        let Dispatch { sets, finds, .. } = &mut scratch.dispatch;
        let Some(Candidates { probes: Some(probes), .. }) = sets.get(set.number as usize) else {
            return true;
        };
        probes.iter().any(|probe| {
            let text = match probe.member {
                // What is the same in the record that this one was recognised by was not found there.
                Some(member) => raw.change(member),
                None => Some(raw.text()),
            };
            text.is_some_and(|text| {
                finds.get_mut(probe.find as usize).is_none_or(|find| find.is_in(text, raw.has_escapes()))
            })
        })
    }

    /// The rules of a set.
    pub fn candidate_rules(&self, set: CandidateSet) -> Arc<[RuleIx]> {
        let scratch = self.types.get(set.record_type as usize);
        match scratch.and_then(|s| s.dispatch.rules(set).ok_or(s).ok()) {
            Some(rules) => rules,
            None => scratch.map(|s| s.plan.rules().into()).unwrap_or_default(),
        }
    }
}

impl<'p> TypeScratch<'p> {
    /// The rules that can fire on a record, looked up by its own members.
    pub(super) fn rules_of(&mut self, plan: &'p Plan, record: &dyn Record) -> Arc<[RuleIx]> {
        if !self.plan.dispatches() {
            return self.all.clone();
        }
        let number = match self.known(record) {
            Some(number) => number,
            None => {
                let found: Vec<Fetched<'_>> = self.plan.keys().iter().map(|key| at(record, key)).collect();
                let seen: Vec<Option<&str>> = found.iter().map(text_of).collect();
                self.candidates(plan, &seen)
            }
        };
        match number {
            Some(number) => match self.dispatch.sets.get(number as usize) {
                Some(set) => set.rules.clone(),
                None => self.all.clone(),
            },
            None => Arc::default(),
        }
    }

    /// The set of the rules that can fire on a record, if its members were looked up before.
    fn known(&mut self, record: &dyn Record) -> Option<Option<u32>> {
        let Dispatch { key, by_peek, .. } = &mut self.dispatch;
        key.clear();
        for name in self.plan.keys() {
            add_seen(text_of(&at(record, name)), key);
        }
        by_peek.get(key.as_str()).copied()
    }

    fn candidates(&mut self, plan: &'p Plan, seen: &[Option<&str>]) -> Option<u32> {
        let key = &mut self.dispatch.key;
        key.clear();
        seen.iter().for_each(|one| add_seen(*one, key));
        if let Some(number) = self.dispatch.by_peek.get(key.as_str()) {
            return *number;
        }
        if self.dispatch.by_peek.len() >= REMEMBERED {
            let key = std::mem::take(key);
            let dispatch = Dispatch::new(self.dispatch.names.clone(), self.dispatch.epoch + 1);
            self.dispatch = Dispatch { key, ..dispatch };
        }
        let (rules, needles) = if self.plan.dispatches() {
            self.possible(plan, seen)
        } else {
            (self.plan.rules().to_vec(), None)
        };
        let number = self.dispatch.add(rules, needles);
        let key = self.dispatch.key.as_str().into();
        self.dispatch.by_peek.insert(key, number);
        number
    }

    /// The rules that can fire, and the needles of which one must occur if any is to.
    fn possible(&mut self, plan: &'p Plan, seen: &[Option<&str>]) -> (Vec<RuleIx>, Option<Vec<u32>>) {
        let why = Arc::new(Unknown::new("not looked at yet"));
        let record = Peek { record_type: self.name, keys: self.plan.keys(), seen, why: why.clone() };
        let mut eval = Eval::new(self.plan, std::mem::take(&mut self.memo), &record, &NoWorld).peek(why);
        let mut rules = Vec::new();
        let mut needles = Needles::none();
        for ix in self.plan.index.rules(seen) {
            let rule = &plan.rules[ix.0 as usize];
            if let Some(these) = self.dispatch.needs.of(ix, rule, &mut eval) {
                rules.push(ix);
                needles.also(&these);
            }
        }
        self.memo = eval.into_memo();
        (rules, needles.into_numbers())
    }
}

/// A member of a record.
fn at<'r>(record: &'r dyn Record, name: &SmolStr) -> Fetched<'r> {
    record.at(&[Step::Key(name.clone())])
}

fn text_of<'f>(found: &'f Fetched<'_>) -> Option<&'f str> {
    match found {
        Fetched::Present(Value::Str(text)) => Some(text.as_ref()),
        _ => None,
    }
}

/// Adds what was seen of a member to a key.
fn add_seen(seen: Option<&str>, key: &mut String) {
    // No name has these characters; were it otherwise, a name would at worst share a key with a
    // name that is not a name, so the mark for "not seen" comes first.
    match seen {
        Some(text) => {
            key.push('\u{1}');
            key.push_str(text);
        }
        None => key.push('\u{2}'),
    }
    key.push('\u{0}');
}

/// A record of which only some members are known.
struct Peek<'a> {
    record_type: &'a str,
    keys: &'a [SmolStr],
    seen: &'a [Option<&'a str>],
    why: Arc<Unknown>,
}

impl Record for Peek<'_> {
    fn record_type(&self) -> &str {
        self.record_type
    }

    fn at(&self, path: &[Step]) -> Fetched<'_> {
        if let Some((Step::Key(first), rest)) = path.split_first()
            && let Some(at) = self.keys.iter().position(|key| key == first)
            && let Some(Some(text)) = self.seen.get(at)
        {
            return walk::steps(Fetched::Present(Value::Str((*text).into())), rest);
        }
        Fetched::Unknown(self.why.clone())
    }

    fn now(&self) -> Option<Timestamp> {
        None
    }

    fn subject(&self) -> Subject {
        Subject { kind: self.record_type.into(), ..Subject::default() }
    }

    fn location(&self) -> Option<Location> {
        None
    }

    fn ordinal(&self) -> Fetched<'_> {
        Fetched::Unknown(self.why.clone())
    }
}
