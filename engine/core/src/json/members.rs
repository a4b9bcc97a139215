//! Members of one object, found by name in one step.

use std::ops::Range;

/// How many chains of members there are.
const CHAINS: usize = 64;

/// The mark of a key: its first seven bytes and its length. Equal for equal keys, and seldom for
/// others.
#[inline]
pub(super) fn mark(key: &[u8]) -> u64 {
    let first = match key.first_chunk::<8>() {
        Some(first) => u64::from_le_bytes(*first) & ((1 << 56) - 1),
        None => key.iter().take(7).rev().fold(0, |first, &byte| first << 8 | u64::from(byte)),
    };
    first | (key.len() as u64) << 56
}

/// The last eight bytes, where there are as many.
#[inline]
fn last(key: &[u8]) -> u64 {
    key.last_chunk::<8>().map_or(0, |last| u64::from_le_bytes(*last))
}

/// A member's name, ready to be looked for.
#[derive(Debug, Clone)]
pub(super) struct Name<T> {
    pub(super) mark: u64,
    last: u64,
    text: T,
}

impl<T: AsRef<[u8]>> Name<T> {
    /// A name as it is, without escapes.
    #[inline]
    pub(super) fn new(text: T) -> Self {
        Self { mark: mark(text.as_ref()), last: last(text.as_ref()), text }
    }

    /// Whether a key that has the same mark is this name.
    #[inline]
    pub(super) fn is(&self, key: &[u8]) -> bool {
        let text = self.text.as_ref();
        // Of up to 15 bytes the first seven and the last eight are all.
        text.len() == key.len() && last(key) == self.last && (key.len() <= 15 || key == text)
    }
}

/// How many names can be looked for together.
const MOST_NAMES: usize = 100;

/// Names that are looked for in one object after another. They are known by their numbers.
#[derive(Debug, Clone)]
pub struct Names {
    all: Vec<Name<Box<[u8]>>>,
    /// Numbers from 1, at the place that a mark says or behind it.
    table: [u8; 256],
}

impl Names {
    /// Names as they are, without escapes, numbered in their order from 0. Of equal ones the first
    /// counts; those after the hundredth are left out.
    pub fn new<'n>(texts: impl IntoIterator<Item = &'n str>) -> Self {
        let mut names = Names { all: Vec::new(), table: [0; 256] };
        for text in texts {
            if names.all.len() < MOST_NAMES && names.number(text).is_none() {
                let name = Name::new(Box::from(text.as_bytes()));
                let mut place = first_place(name.mark);
                while names.table[usize::from(place)] != 0 {
                    place = place.wrapping_add(1);
                }
                names.all.push(name);
                names.table[usize::from(place)] = names.all.len() as u8;
            }
        }
        names
    }

    /// The first.
    pub(super) fn first(&self) -> Option<&[u8]> {
        self.all.first().map(|name| name.text.as_ref())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The number of a name.
    pub fn number(&self, text: &str) -> Option<usize> {
        self.find(text.as_bytes())
    }

    /// The number of the name that a key is. Called for every member of every event.
    #[inline(always)]
    pub(super) fn find(&self, key: &[u8]) -> Option<usize> {
        let mark = mark(key);
        let mut place = first_place(mark);
        loop {
            // Most places are free, so this ends.
            let number = usize::from(self.table[usize::from(place)]).checked_sub(1)?;
            let name = self.all.get(number)?;
            if name.mark == mark && name.is(key) {
                return Some(number);
            }
            place = place.wrapping_add(1);
        }
    }
}

#[inline]
fn first_place(mark: u64) -> u8 {
    (mark.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

/// Where a member stands in the text of its object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) mark: u64,
    pub(super) key: Range<u32>,
    pub(super) value: Range<u32>,
    /// The member before it in its chain, by its number from 1.
    before: u8,
}

/// The members of an object in their order, and chained by their marks.
#[derive(Debug)]
pub(super) struct Members {
    all: Vec<Member>,
    /// The last member of each chain, by its number from 1.
    last: [u8; CHAINS],
}

impl Default for Members {
    fn default() -> Self {
        Self { all: Vec::new(), last: [0; CHAINS] }
    }
}

impl Members {
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.last = [0; CHAINS];
    }

    #[inline]
    pub(super) fn push(&mut self, mark: u64, key: Range<u32>, value: Range<u32>) {
        let mut before = 0;
        // More than a number can say are not chained: such an object is searched.
        if let Ok(number) = u8::try_from(self.all.len() + 1) {
            before = std::mem::replace(&mut self.last[chain(mark)], number);
        }
        self.all.push(Member { mark, key, value, before });
    }

    /// The same members elsewhere: `at` is asked for each offset of theirs in its order.
    pub(super) fn moved(&self, into: &mut Members, mut at: impl FnMut(u32) -> u32) {
        into.all.clear();
        into.all.extend(self.all.iter().map(|member| Member {
            mark: member.mark,
            key: at(member.key.start)..at(member.key.end),
            value: at(member.value.start)..at(member.value.end),
            before: member.before,
        }));
        into.last = self.last;
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Member> {
        self.all.iter()
    }

    /// The last member with this mark that is the right one.
    #[inline]
    pub(super) fn find(&self, mark: u64, is: impl Fn(&Member) -> bool) -> Option<&Member> {
        if self.all.len() > usize::from(u8::MAX) {
            return self.all.iter().rev().find(|member| member.mark == mark && is(member));
        }
        let mut number = self.last[chain(mark)];
        loop {
            let member = self.all.get(usize::from(number).checked_sub(1)?)?;
            if member.mark == mark && is(member) {
                return Some(member);
            }
            number = member.before;
        }
    }
}

#[inline]
fn chain(mark: u64) -> usize {
    (mark.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize % CHAINS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_name_is_found_where_it_stands_last(keys in proptest::collection::vec("[ab]{0,3}(cccccc|ddddddddddddd)?[ab]{0,1}", 0..300)) {
            let (mut members, mut text) = (Members::default(), String::new());
            for (i, key) in keys.iter().enumerate() {
                let start = text.len() as u32;
                text += key;
                members.push(mark(key.as_bytes()), start..text.len() as u32, i as u32..i as u32);
            }
            let slice = |m: &Member| &text.as_bytes()[m.key.start as usize..m.key.end as usize];
            let names = Names::new(keys.iter().map(String::as_str));
            for key in keys.iter().map(String::as_str).chain(["", "x", "aaa"]) {
                let mut distinct = Vec::new();
                keys.iter().for_each(|key| if !distinct.contains(&key) { distinct.push(key) });
                let number = distinct.iter().position(|k| *k == key).filter(|&n| n < MOST_NAMES);
                prop_assert_eq!(names.number(key), number);
                let name = Name::new(key.as_bytes());
                let found = members.find(name.mark, |m| name.is(slice(m))).map(|m| m.value.start as usize);
                prop_assert_eq!(found, keys.iter().rposition(|k| k == key));
            }
        }
    }
}
