//! What is known of the record at hand: slots that were loaded, atoms that were tested,
//! variables that are bound.

use std::cell::OnceCell;
use std::ops::Deref;
use std::sync::Arc;

use eyas_lang::catalog::Step;
use eyas_lang::functions::{CallContext, Function, ParamKind, Passing};
use eyas_lang::value::{self, Fetched, Unknown};
use jiff::Timestamp;

use super::Truth;
use super::witness::Focus;
use crate::finding::Evidence;
use crate::plan::{PlannedRule, SlotKind, TypePlan, Value};
use crate::record::{Record, World};
use crate::{coerce, extract, walk};

/// What was found out about a record. The space is used again for the next one: entries carry
/// the number of the record they belong to, so that nothing needs to be cleared.
#[derive(Debug, Default)]
pub(crate) struct Memo<'r> {
    record: u32,
    /// For each slot: the record it was loaded for, and where in `values`.
    slots: Vec<(u32, u32)>,
    /// For each atom: the record it was tested for, and how it came out.
    atoms: Vec<(u32, Truth)>,
    values: Vec<Fetched<'r>>,
    vars: Vec<Bound<'r>>,
    /// Room for the evidence of a finding; empty.
    evidence: Vec<Evidence>,
}

/// What a quantifier's variable stands for.
#[derive(Clone, Default)]
pub(crate) enum Bound<'r> {
    /// Nothing yet.
    #[default]
    None,
    /// An item of a list.
    Item(Fetched<'r>),
    /// Another resource.
    Record(&'r dyn Record),
}

impl std::fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::None => f.write_str("None"),
            Bound::Item(item) => item.fmt(f),
            Bound::Record(record) => f.write_str(record.record_type()),
        }
    }
}

impl Memo<'static> {
    pub(crate) fn new(plan: &TypePlan) -> Self {
        Self {
            record: 0,
            slots: vec![(0, 0); plan.slots.len()],
            atoms: vec![(0, Truth::False); plan.atoms.len()],
            values: Vec::with_capacity(plan.slots.len()),
            vars: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

impl<'r> Memo<'r> {
    fn next_record(&mut self) {
        self.record = self.record.wrapping_add(1);
        if self.record == 0 {
            self.slots.fill((0, 0));
            self.atoms.fill((0, Truth::False));
            self.record = 1;
        }
    }

    /// Empties it of everything borrowed from the record, keeping the space.
    fn recycle(mut self) -> Memo<'static> {
        self.values.clear();
        self.vars.clear();
        Memo {
            record: self.record,
            slots: self.slots,
            atoms: self.atoms,
            // Both are empty; collecting in place keeps their allocation.
            values: self.values.into_iter().map(walk::into_owned).collect(),
            vars: self.vars.into_iter().map(|_| Bound::None).collect(),
            evidence: self.evidence,
        }
    }
}

/// The evaluation of one record.
pub(crate) struct Eval<'p, 'r> {
    pub(super) plan: &'p TypePlan,
    pub(super) record: &'r dyn Record,
    pub(super) world: &'r dyn World,
    memo: Memo<'r>,
    now: OnceCell<Option<Timestamp>>,
    /// The rule that a finding or an explanation is about.
    pub(super) rule: Option<&'p PlannedRule>,
    focus: Option<Focus<'p>>,
    /// Why functions and expressions are not evaluated, where only some of the record's fields
    /// are known.
    peeking: Option<Arc<Unknown>>,
}

/// A value, borrowed where it can be.
pub(crate) enum Got<'a> {
    Ref(&'a Fetched<'a>),
    Own(Fetched<'a>),
}

impl<'a> Deref for Got<'a> {
    type Target = Fetched<'a>;

    fn deref(&self) -> &Fetched<'a> {
        match self {
            Got::Ref(found) => found,
            Got::Own(found) => found,
        }
    }
}

impl<'p, 'r> Eval<'p, 'r> {
    pub(crate) fn new(
        plan: &'p TypePlan,
        mut memo: Memo<'r>,
        record: &'r dyn Record,
        world: &'r dyn World,
    ) -> Self {
        memo.next_record();
        Self { plan, record, world, memo, now: OnceCell::new(), rule: None, focus: None, peeking: None }
    }

    /// For a record of which only some fields are known.
    pub(crate) fn peek(mut self, why: Arc<Unknown>) -> Self {
        self.peeking = Some(why);
        self
    }

    /// The scratch space, for the next record.
    pub(crate) fn into_memo(self) -> Memo<'static> {
        self.memo.recycle()
    }

    /// Room for evidence, to be given back by [`Eval::keep_evidence`].
    pub(super) fn take_evidence(&mut self) -> Vec<Evidence> {
        std::mem::take(&mut self.memo.evidence)
    }

    /// Keeps the room of an empty list of evidence.
    pub(super) fn keep_evidence(&mut self, room: Vec<Evidence>) {
        self.memo.evidence = room;
    }

    /// How an atom came out for this record, if it was tested.
    pub(super) fn tested(&self, atom: u32) -> Option<Truth> {
        match self.memo.atoms.get(atom as usize) {
            Some((record, truth)) if *record == self.memo.record => Some(*truth),
            _ => None,
        }
    }

    pub(super) fn remember(&mut self, atom: u32, truth: Truth) {
        if let Some(entry) = self.memo.atoms.get_mut(atom as usize) {
            *entry = (self.memo.record, truth);
        }
    }

    /// Loads slots that are not loaded yet.
    #[inline]
    pub(super) fn ensure(&mut self, slots: &[u32]) {
        for &slot in slots {
            if self.memo.slots[slot as usize].0 != self.memo.record {
                self.load(slot);
            }
        }
    }

    fn load(&mut self, number: u32) {
        let plan = self.plan;
        let slot = &plan.slots[number as usize];
        self.ensure(&slot.needs);
        let found = match &slot.kind {
            SlotKind::Path { path, ty } => coerce::coerce(self.record.at(path), ty),
            SlotKind::Field { at, path, ty } => {
                coerce::coerce(walk::steps(extract::extract(self.record, at), path), ty)
            }
            SlotKind::Call { function, args } => self.call(function, args),
            SlotKind::Project { base, path, ty } => coerce::coerce(walk::steps(self.own(base), path), ty),
            SlotKind::Cel(cel) => self.cel(cel),
            SlotKind::Context(name) => self.world.context(name),
            SlotKind::Resources { record, everywhere } => self.resources_value(record, *everywhere),
        };
        let at = self.memo.values.len() as u32;
        self.memo.values.push(found);
        self.memo.slots[number as usize] = (self.memo.record, at);
    }

    /// A slot's value; it must have been loaded.
    fn slot(&self, slot: u32) -> &Fetched<'r> {
        let (record, at) = self.memo.slots[slot as usize];
        debug_assert_eq!(record, self.memo.record, "a slot is read before it is loaded");
        &self.memo.values[at as usize]
    }

    /// A slot's value, if it was loaded for this record.
    pub(super) fn loaded(&self, slot: u32) -> Option<&Fetched<'r>> {
        let (record, at) = self.memo.slots.get(slot as usize)?;
        if *record != self.memo.record {
            return None;
        }
        self.memo.values.get(*at as usize)
    }

    /// A value; the slots it needs must have been loaded.
    #[inline]
    pub(super) fn get<'a>(&'a self, value: &'a Value) -> Got<'a> {
        match value {
            Value::Const(found) => Got::Ref(found),
            Value::Slot(slot) => Got::Ref(self.slot(*slot)),
            value => Got::Own(self.own(value)),
        }
    }

    /// A value of its own, as long-lived as the record.
    pub(super) fn own(&self, value: &Value) -> Fetched<'r> {
        match value {
            Value::Const(found) => found.clone(),
            Value::Slot(slot) => self.slot(*slot).clone(),
            Value::Var { var, path, ty } => coerce::coerce(self.var(var.0, path), ty),
            Value::Call { function, args } => self.call(function, args),
            Value::Project { base, path, ty } => coerce::coerce(walk::steps(self.own(base), path), ty),
            Value::List(items) => {
                Fetched::Present(value::Value::List(items.iter().map(|i| self.own(i)).collect()))
            }
        }
    }

    /// What a variable stands for, and a path below it.
    pub(super) fn var(&self, var: u32, path: &[Step]) -> Fetched<'r> {
        match self.memo.vars.get(var as usize) {
            Some(Bound::Item(item)) => walk::steps(item.clone(), path),
            Some(Bound::Record(record)) => record.at(path),
            Some(Bound::None) | None => Fetched::Absent,
        }
    }

    /// Binds a variable.
    pub(super) fn bind(&mut self, var: u32, bound: Bound<'r>) {
        let at = var as usize;
        if self.memo.vars.len() <= at {
            self.memo.vars.resize(at + 1, Bound::None);
        }
        self.memo.vars[at] = bound;
    }

    /// What a value is while only some of the record's fields are known.
    pub(super) fn not_seen(&self) -> Fetched<'static> {
        self.peeking.clone().map_or(Fetched::Absent, Fetched::Unknown)
    }

    /// The record that a variable stands for.
    pub(super) fn record_of(&self, var: u32) -> Option<&'r dyn Record> {
        match self.memo.vars.get(var as usize) {
            Some(Bound::Record(record)) => Some(*record),
            _ => None,
        }
    }

    /// The items that a finding is about, where it is not about all.
    pub(super) fn focus(&self) -> Option<&Focus<'p>> {
        self.focus.as_ref()
    }

    pub(super) fn set_focus(&mut self, focus: Option<Focus<'p>>) {
        self.focus = focus;
    }

    /// Forgets every variable.
    pub(super) fn unbind_all(&mut self) {
        self.memo.vars.clear();
    }

    /// Whether a variable stands for something.
    pub(super) fn is_bound(&self, var: u32) -> bool {
        !matches!(self.memo.vars.get(var as usize), None | Some(Bound::None))
    }

    fn call(&self, function: &'static Function, args: &[Value]) -> Fetched<'r> {
        if let Some(why) = &self.peeking {
            return Fetched::Unknown(why.clone());
        }
        if function.passing == Passing::First {
            return self.first_there(function, args);
        }
        let mut present = Vec::with_capacity(args.len());
        let mut unknown = None;
        for arg in args {
            match self.own(arg) {
                // Absent decides, whatever else is not known.
                Fetched::Absent => return Fetched::Absent,
                Fetched::Unknown(_) if function.passing == Passing::Known => return Fetched::Absent,
                Fetched::Unknown(why) => unknown = unknown.or(Some(why)),
                Fetched::Present(value) => present.push(value),
            }
        }
        if let Some(why) = unknown {
            return Fetched::Unknown(walk::opaque(why));
        }
        let context = CallContext { now: *self.now.get_or_init(|| self.record.now()) };
        apply(function, present, &context)
    }

    /// The call with the first argument that is not absent.
    fn first_there(&self, function: &'static Function, args: &[Value]) -> Fetched<'r> {
        let found = args.iter().map(|arg| self.own(arg)).find(|found| !matches!(found, Fetched::Absent));
        match found {
            None | Some(Fetched::Absent) => Fetched::Absent,
            Some(Fetched::Present(value)) => (function.eval)(&[value], &CallContext::default()),
            // It is that value, unless it may turn out to be absent.
            Some(Fetched::Unknown(why)) if why.present => Fetched::Unknown(why),
            Some(Fetched::Unknown(why)) => Fetched::Unknown(walk::opaque(why)),
        }
    }

    fn cel(&self, cel: &crate::plan::PlannedCel) -> Fetched<'r> {
        match &self.peeking {
            Some(why) => Fetched::Unknown(why.clone()),
            None => self.run_cel(cel),
        }
    }

    /// The other resources of a type, as records.
    pub(super) fn resources(
        &self,
        record: &str,
        everywhere: bool,
    ) -> Result<Vec<&'r dyn Record>, Arc<Unknown>> {
        self.world.resources(record, self.record, everywhere).map_err(Arc::new)
    }

    fn resources_value(&self, record: &str, everywhere: bool) -> Fetched<'r> {
        match self.resources(record, everywhere) {
            Ok(records) => {
                Fetched::Present(value::Value::List(records.into_iter().map(|r| r.at(&[])).collect()))
            }
            Err(why) => Fetched::Unknown(why),
        }
    }
}

/// Calls a function. One that takes text first, given a list, is called for each item.
fn apply<'r>(
    function: &'static Function,
    mut args: Vec<value::Value<'r>>,
    context: &CallContext,
) -> Fetched<'r> {
    let takes_text = function.params.first().is_some_and(|p| p.kind == ParamKind::String);
    if !takes_text || !args.first().is_some_and(walk::is_list) {
        return (function.eval)(&args, context);
    }
    let list = args.remove(0);
    let results = walk::Items::of(list).map(|item| match item {
        Fetched::Present(item) => {
            args.insert(0, item);
            let result = (function.eval)(&args, context);
            args.remove(0);
            result
        }
        Fetched::Unknown(why) => Fetched::Unknown(walk::opaque(why)),
        Fetched::Absent => Fetched::Absent,
    });
    let results: Vec<Fetched<'r>> = results.filter(|r| !matches!(r, Fetched::Absent)).collect();
    Fetched::Present(value::Value::List(results))
}
