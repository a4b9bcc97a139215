//! What tells slots and comparisons apart: bytes that are equal for equal ones.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;

use eyas_lang::value::{self, Fetched};

use super::{Set, SlotKind, Test, Value};

/// Collects what is hashed instead of mixing it. `Hash` writes values of one type so that different
/// ones differ, wherever they end.
pub(super) struct Key {
    bytes: Vec<u8>,
}

impl Hasher for Key {
    fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Of no use: the bytes are what counts.
    fn finish(&self) -> u64 {
        0
    }
}

impl Key {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::with_capacity(256) }
    }

    /// What tells a slot apart; `None` for one that is never shared.
    pub(super) fn of_slot(mut self, kind: &SlotKind) -> Option<Vec<u8>> {
        discriminant(kind).hash(&mut self);
        match kind {
            SlotKind::Path { path, ty } => (path, ty).hash(&mut self),
            SlotKind::Field { at, path, ty } => (at, path, ty).hash(&mut self),
            SlotKind::Call { function, args } => {
                function.name.hash(&mut self);
                self.values(args);
            }
            SlotKind::Project { base, path, ty } => {
                self.value(base);
                (path, ty).hash(&mut self);
            }
            SlotKind::Context(name) => name.hash(&mut self),
            SlotKind::Resources { record, everywhere } => (record, everywhere).hash(&mut self),
            SlotKind::Cel(_) => return None,
        }
        Some(self.bytes)
    }

    /// What tells a comparison apart; `searched` is what a search looks for.
    pub(super) fn of_test(mut self, test: &Test, searched: Option<(bool, Vec<&str>)>) -> Vec<u8> {
        discriminant(test).hash(&mut self);
        match test {
            Test::Exists(of) | Test::True(of) => self.value(of),
            Test::Compare { left, op, right } => {
                op.hash(&mut self);
                self.value(left);
                self.value(right);
            }
            Test::Text { left, op, right, all } => {
                (op, all).hash(&mut self);
                self.value(left);
                self.values(right);
            }
            Test::Search { left, find: _ } => {
                searched.hash(&mut self);
                self.value(left);
            }
            Test::Regex { left, regex } => {
                regex.as_str().hash(&mut self);
                self.value(left);
            }
            Test::In { left, set } | Test::Intersects { left, set } | Test::PathPrefix { left, set } => {
                self.value(left);
                self.set(set);
            }
            Test::Net { left, set, reverse } => {
                reverse.hash(&mut self);
                self.value(left);
                self.set(set);
            }
            Test::RefersTo { left, target, names } => {
                names.hash(&mut self);
                self.value(left);
                self.value(target);
            }
        }
        self.bytes
    }

    fn set(&mut self, set: &Set) {
        discriminant(set).hash(self);
        match set {
            Set::Const(set) => {
                set.items.len().hash(self);
                set.items.iter().for_each(|item| self.constant(item));
            }
            Set::Value(value) => self.value(value),
        }
    }

    fn values(&mut self, values: &[Value]) {
        values.len().hash(self);
        values.iter().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &Value) {
        discriminant(value).hash(self);
        match value {
            Value::Const(found) => {
                discriminant(found).hash(self);
                match found {
                    Fetched::Present(value) => self.constant(value),
                    other => self.printed(other),
                }
            }
            Value::Slot(slot) => slot.hash(self),
            Value::Var { var, path, ty } => (var, path, ty).hash(self),
            Value::Call { function, args } => {
                function.name.hash(self);
                self.values(args);
            }
            Value::Project { base, path, ty } => {
                self.value(base);
                (path, ty).hash(self);
            }
            Value::List(items) => self.values(items),
        }
    }

    fn constant(&mut self, value: &value::Value<'_>) {
        discriminant(value).hash(self);
        match value {
            value::Value::Str(text) => text.hash(self),
            value::Value::Int(int) => int.hash(self),
            value::Value::Bool(bool) => bool.hash(self),
            other => self.printed(other),
        }
    }

    /// By how it is printed: for what is rare.
    fn printed(&mut self, value: &impl std::fmt::Debug) {
        format!("{value:?}").hash(self);
    }
}
