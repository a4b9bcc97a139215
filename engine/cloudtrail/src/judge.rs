//! Events meet rules.

use eyas_engine::eval::{CandidateSet, Session, Tally};
use eyas_engine::finding::Finding;
use eyas_engine::plan::Plan;
use eyas_engine::record::World;

use crate::event::{EventRecord, RECORD_TYPE};
use crate::peek::Seen;
use crate::reader::Visit;

/// One thread's judge.
pub(crate) struct Judge<'p> {
    session: Session<'p>,
    world: &'p dyn World,
    /// Which of the looked-up members is which.
    keys: Vec<Key>,
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
        Self { keys: keys.collect(), session: Session::new(plan), world }
    }

    /// What it judged so far.
    pub(crate) fn take_tally(&mut self) -> Tally {
        self.session.take_tally()
    }

    fn candidates(&mut self, name: &str, source: Option<&str>) -> Option<CandidateSet> {
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
    fn passes_over(&mut self, seen: &Seen<'_>) -> bool {
        match self.candidates(seen.name, seen.source) {
            Some(set) => !self.session.may_concern(set, &seen.raw),
            None => true,
        }
    }

    fn event(&mut self, event: &EventRecord<'_>, findings: &mut Vec<Finding>) {
        self.session.judge(event, self.world, &mut |_, finding| findings.push(finding));
    }
}
