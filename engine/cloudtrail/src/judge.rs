//! Events meet rules.

use std::sync::Arc;

use eyas_engine::eval::{Session, Tally};
use eyas_engine::finding::Finding;
use eyas_engine::json::{Found, Names};
use eyas_engine::plan::Plan;
use eyas_engine::record::World;

use crate::event::{EventRecord, RECORD_TYPE};
use crate::peek::{LOOKED_AT, Seen};
use crate::reader::{Concern, Visit};

/// One thread's judge.
pub(crate) struct Judge<'p> {
    session: Session<'p>,
    names: Arc<Names>,
    world: &'p dyn World,
    /// Which of the looked-up members is which.
    keys: Vec<Key>,
    /// Some of the names and sources that were looked up.
    known: [Known; 64],
}

/// A name and a source, and which rules they can concern: a few make up most of a log.
#[derive(Debug, Default)]
struct Known {
    name: Vec<u8>,
    source: Option<Vec<u8>>,
    /// `None` while nothing is known here.
    set: Option<Concern>,
}

/// A member that rules are looked up by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Source,
    Other,
}

impl<'p> Judge<'p> {
    pub(crate) fn new(plan: &'p Plan, world: &'p dyn World) -> Self {
        let keys = plan.for_type(RECORD_TYPE).map(|rules| rules.keys()).unwrap_or_default();
        let keys = keys.iter().map(|key| match key.as_str() {
            "eventName" => Key::Name,
            "eventSource" => Key::Source,
            _ => Key::Other,
        });
        let known = std::array::from_fn(|_| Known::default());
        let mut session = Session::new(plan);
        let names = session.look_for(RECORD_TYPE, &LOOKED_AT);
        Self { keys: keys.collect(), session, names, world, known }
    }

    /// What it judged so far.
    pub(crate) fn take_tally(&mut self) -> Tally {
        self.session.take_tally()
    }

    /// The rules that an event can concern, if its name is text.
    fn look_up(&mut self, seen: &Seen<'_>) -> Option<Concern> {
        let at = |text: &[u8], place: usize| text.get(place).map_or(0, |&byte| usize::from(byte));
        let (name, source) = (seen.name, seen.source.unwrap_or_default());
        let mixed =
            name.len() + 5 * source.len() + 7 * at(name, 0) + 11 * at(name, name.len() / 2) + at(source, 0);
        let place = (mixed ^ mixed >> 6) % self.known.len();
        if let Some(Known { name, source, set: Some(set) }) = self.known.get(place)
            && *name == seen.name
            && source.as_deref() == seen.source
            && set.is_none_or(|set| self.session.knows(set))
        {
            return Some(*set);
        }
        let source = seen.source.and_then(|source| std::str::from_utf8(source).ok());
        let set = self.candidates(std::str::from_utf8(seen.name).ok()?, source);
        if let Some(known) = self.known.get_mut(place) {
            *known =
                Known { name: name.to_owned(), source: seen.source.map(<[u8]>::to_owned), set: Some(set) };
        }
        Some(set)
    }

    fn candidates(&mut self, name: &str, source: Option<&str>) -> Concern {
        let seen = |key: &Key| match key {
            Key::Name => Some(name),
            Key::Source => source,
            Key::Other => None,
        };
        // As many as the engine ever looks up by; more would only be less exact.
        let mut all = [None; 8];
        let count = self.keys.len().min(all.len());
        for (slot, key) in all.iter_mut().zip(&self.keys) {
            *slot = seen(key);
        }
        self.session.candidates(RECORD_TYPE, all.get(..count).unwrap_or_default())
    }
}

impl Visit for Judge<'_> {
    fn names(&self) -> Arc<Names> {
        self.names.clone()
    }

    fn concern(&mut self, seen: &Seen<'_>) -> Option<Concern> {
        self.look_up(seen)
    }

    fn knows(&self, concern: Concern) -> bool {
        concern.is_none_or(|set| self.session.knows(set))
    }

    fn passes_over(&mut self, concern: Concern, raw: &Found<'_>) -> bool {
        concern.is_none_or(|set| !self.session.may_concern(set, raw))
    }

    fn event(&mut self, event: &EventRecord<'_>, findings: &mut Vec<Finding>) {
        self.session.judge(event, self.world, &mut |_, finding| findings.push(finding));
    }
}
