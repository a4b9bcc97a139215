//! Where the members of an object stand, found by its quotes and brackets alone.
//!
//! One pass over the bytes, 64 at a time as bit masks: quotes that no backslash escapes, then by
//! prefix exclusive-or the bytes that are inside strings, then the brackets that are not. Only
//! what stands at the object's own level is noted, and looked at in a second pass. Nothing is
//! proved about what is deeper: what an outline says holds if the text is JSON.

use std::ops::Range;

use wide::u8x16;

use super::record::mark;
use super::scan::{skip_scalar, skip_space};

/// How many bytes are looked at at a time: one for each bit of a mask.
const BLOCK: usize = 64;

/// How far an object reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One past its last brace.
    To(usize),
    /// The text ends first.
    Unfinished,
    /// It nests deeper than was allowed.
    TooDeep,
    /// A bracket is closed by one of the other kind, or nests so deep that there is no telling, or
    /// something is outside strings that is not JSON's.
    Unbalanced,
}

/// Where the members of an object stand in its text. Kept between objects so that reading one
/// allocates nothing.
#[derive(Debug, Default)]
pub struct Outline {
    /// Where the quotes at the object's own level stand, and the brackets of what is one deeper.
    marks: Vec<u32>,
    members: Vec<Member>,
    ascii: bool,
    /// Whether what stands at the object's own level is keys and values, and no key has escapes.
    plain: bool,
}

#[derive(Debug)]
struct Member {
    /// Without its quotes.
    key: Range<u32>,
    mark: u64,
    value: Range<u32>,
}

/// An object with its outline.
#[derive(Debug, Clone, Copy)]
pub struct Outlined<'a> {
    text: &'a [u8],
    outline: &'a Outline,
}

impl<'a> Outlined<'a> {
    /// The whole text.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// The text of a member's value; the last of equal keys counts.
    pub fn member(&self, key: &str) -> Option<&'a [u8]> {
        let wanted = mark(key.as_bytes());
        let same = |m: &&Member| m.mark == wanted && self.slice(&m.key) == key.as_bytes();
        self.outline.members.iter().rev().find(same).map(|m| self.slice(&m.value))
    }

    /// Keys without their quotes, and the texts of the values.
    #[inline]
    pub fn members(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.outline.members.iter().map(|m| (self.slice(&m.key), self.slice(&m.value)))
    }

    #[inline]
    fn slice(&self, range: &Range<u32>) -> &'a [u8] {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

impl Outline {
    /// Finds the end and the members of the object that `text` starts with. Of text of 4 GiB and
    /// more only the beginning is looked at.
    pub fn read(&mut self, text: &[u8], deepest: usize) -> Extent {
        let text = text.get(..u32::MAX as usize).unwrap_or(text);
        self.marks.clear();
        let masks = Masks::default();
        let mut walk = Walk { text, marks: &mut self.marks, masks, deepest, depth: 0, braces: 0 };
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let whole = blocks.iter().enumerate().find_map(|(number, block)| walk.block(number * BLOCK, block));
        let extent = whole.unwrap_or_else(|| {
            let mut last = [b' '; BLOCK];
            if let Some(last) = last.get_mut(..rest.len()) {
                last.copy_from_slice(rest);
            }
            walk.block(text.len() - rest.len(), &last).unwrap_or(Extent::Unfinished)
        });
        self.ascii = walk.masks.high.to_bitmask() == 0;
        let escapes = walk.masks.escapes;
        self.members.clear();
        self.plain = matches!(extent, Extent::To(_)) && self.find_members(text, escapes).is_some();
        extent
    }

    /// The second pass, over the marks: what is a key and what is its value. `None` where the
    /// object is not made of keys and values, or a key has escapes.
    fn find_members(&mut self, text: &[u8], escapes: bool) -> Option<()> {
        let mut marks = self.marks.iter().map(|&at| at as usize);
        // A scalar leaves no mark.
        while let Some(quote) = marks.next() {
            let (start, end) = (quote + 1, marks.next()?);
            let key = text.get(start..end)?;
            if text.get(quote) != Some(&b'"') || (escapes && memchr::memchr(b'\\', key).is_some()) {
                return None;
            }
            let mut colon = end + 1;
            if text.get(colon) != Some(&b':') {
                colon = skip_space(text, colon);
                if text.get(colon) != Some(&b':') {
                    return None;
                }
            }
            let value = skip_space(text, colon + 1);
            let value_end = match text.get(value)? {
                b'"' | b'{' | b'[' if marks.next()? == value => marks.next()? + 1,
                b'"' | b'{' | b'[' => return None,
                _ => skip_scalar(text, value),
            };
            if value_end <= value {
                return None;
            }
            self.members.push(Member {
                key: start as u32..end as u32,
                mark: mark(key),
                value: value as u32..value_end as u32,
            });
        }
        Some(())
    }

    /// Whether every byte of the object is ASCII; false may also be due to what is behind it.
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// The object, if looking up its members by their names says what a parser would say. `text`
    /// is what was read.
    pub fn of<'a>(&'a self, text: &'a [u8]) -> Option<Outlined<'a>> {
        self.plain.then_some(Outlined { text, outline: self })
    }
}

/// The first pass, over the bytes: which of them structure the object at its own level.
struct Walk<'t, 'o> {
    text: &'t [u8],
    marks: &'o mut Vec<u32>,
    masks: Masks,
    deepest: usize,
    depth: usize,
    /// The open brackets, the innermost lowest: one where it is `{`.
    braces: u128,
}

impl Walk<'_, '_> {
    /// Goes on through a block at `at`; the object's extent, if it ends there.
    #[inline]
    fn block(&mut self, at: usize, block: &[u8; BLOCK]) -> Option<Extent> {
        let (mut quotes, mut brackets) = self.masks.of(block);
        while brackets != 0 {
            let bit = brackets & brackets.wrapping_neg();
            if self.depth == 1 {
                self.mark(at, quotes & (bit - 1));
            }
            let here = at + brackets.trailing_zeros() as usize;
            quotes &= !(bit - 1);
            brackets ^= bit;
            if let Some(extent) = self.bracket(here) {
                return Some(extent);
            }
        }
        if self.depth == 1 {
            self.mark(at, quotes);
        }
        None
    }

    /// Notes these bits of a block.
    #[inline]
    fn mark(&mut self, at: usize, mut bits: u64) {
        while bits != 0 {
            self.marks.push((at + bits.trailing_zeros() as usize) as u32);
            bits &= bits - 1;
        }
    }

    #[inline]
    fn bracket(&mut self, here: usize) -> Option<Extent> {
        match self.text.get(here) {
            Some(&open @ (b'{' | b'[')) => {
                if self.depth == 1 {
                    self.marks.push(here as u32);
                }
                self.depth += 1;
                self.braces = self.braces << 1 | u128::from(open == b'{');
                (self.depth > self.deepest).then_some(Extent::TooDeep)
            }
            Some(&close @ (b'}' | b']')) if self.depth > 0 && (self.braces & 1 != 0) == (close == b'}') => {
                self.braces >>= 1;
                self.depth -= 1;
                match self.depth {
                    0 => return Some(Extent::To(here + 1)),
                    1 => self.marks.push(here as u32),
                    _ => {}
                }
                None
            }
            _ => Some(Extent::Unbalanced),
        }
    }
}

/// What is carried from block to block.
#[derive(Default)]
struct Masks {
    /// All ones inside a string.
    in_string: u64,
    /// One if the block before ended in a backslash that escapes this block's first byte.
    escaped: u64,
    /// Whether there is a backslash.
    escapes: bool,
    /// All bytes so far, laid over each other.
    high: u8x16,
}

impl Masks {
    /// The quotes that are not escaped, and the brackets outside strings: one bit for each byte.
    /// What is no bracket may be among these where JSON has nothing of the kind.
    #[inline]
    fn of(&mut self, block: &[u8; BLOCK]) -> (u64, u64) {
        let lanes = Lanes::new(block);
        self.high |= lanes.all();
        let mut quotes = lanes.find(b'"');
        if lanes.has(b'\\') || self.escaped != 0 {
            self.escapes = true;
            quotes &= !self.escaped(lanes.find(b'\\'));
        }
        let mut inside = quotes;
        inside ^= inside << 1;
        inside ^= inside << 2;
        inside ^= inside << 4;
        inside ^= inside << 8;
        inside ^= inside << 16;
        inside ^= inside << 32;
        inside ^= self.in_string;
        self.in_string = ((inside as i64) >> 63) as u64;
        // The four brackets become one character, and so do `Y`, `y`, `_` and what that one was.
        (quotes, lanes.with_bits(0x26).find(0x7f) & !inside)
    }

    /// The bytes that a backslash escapes: those after an odd run of them.
    fn escaped(&mut self, slashes: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let slashes = slashes & !self.escaped;
        let follows = slashes << 1 | self.escaped;
        let odd_starts = slashes & !EVEN & !follows;
        let (even_runs, carry) = odd_starts.overflowing_add(slashes);
        self.escaped = u64::from(carry);
        (EVEN ^ (even_runs << 1)) & follows
    }
}

/// A block in vectors. Written out, since loops over so few are not always unrolled.
#[derive(Clone, Copy)]
struct Lanes(u8x16, u8x16, u8x16, u8x16);

impl Lanes {
    #[inline]
    fn new(block: &[u8; BLOCK]) -> Self {
        let lane = |at: usize| match block.get(at..).and_then(<[u8]>::first_chunk::<16>) {
            Some(bytes) => u8x16::new(*bytes),
            // INVARIANT: a block has four of them.
            None => u8x16::default(),
        };
        Self(lane(0), lane(16), lane(32), lane(48))
    }

    #[inline]
    fn all(self) -> u8x16 {
        (self.0 | self.1) | (self.2 | self.3)
    }

    #[inline]
    fn with_bits(self, bits: u8) -> Self {
        let bits = u8x16::splat(bits);
        Self(self.0 | bits, self.1 | bits, self.2 | bits, self.3 | bits)
    }

    #[inline]
    fn is(self, byte: u8) -> Self {
        let byte = u8x16::splat(byte);
        Self(self.0.simd_eq(byte), self.1.simd_eq(byte), self.2.simd_eq(byte), self.3.simd_eq(byte))
    }

    #[inline]
    fn has(self, byte: u8) -> bool {
        self.is(byte).all().to_bitmask() != 0
    }

    /// One bit for each byte that is this one.
    #[inline]
    fn find(self, byte: u8) -> u64 {
        let Self(a, b, c, d) = self.is(byte);
        let mask = |lane: u8x16| u64::from(lane.to_bitmask());
        mask(a) | mask(b) << 16 | mask(c) << 32 | mask(d) << 48
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DEEPEST: usize = 64;

    /// The end of an object, without cleverness.
    fn naive_end(text: &[u8]) -> Extent {
        let (mut open, mut string, mut escaped) = (Vec::new(), false, false);
        for (at, &byte) in text.iter().enumerate() {
            let was_escaped = std::mem::take(&mut escaped);
            if was_escaped && (string || matches!(byte, b'"' | b'\\')) {
                continue;
            }
            match byte {
                b'\\' => escaped = true,
                b'"' => string = !string,
                _ if string => {}
                b'{' | b'[' => open.push(byte + 2),
                b'Y' | b'y' | b'_' | 0x7f => return Extent::Unbalanced,
                b'}' | b']' if open.pop() != Some(byte) => return Extent::Unbalanced,
                b'}' | b']' if open.is_empty() => return Extent::To(at + 1),
                _ => {}
            }
            if open.len() > DEEPEST {
                return Extent::TooDeep;
            }
        }
        Extent::Unfinished
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-c{}\\[\\]\"\\\\é:,]{0,90}".prop_map(Value::from),
        ];
        let tree = leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec(("[a-c\"]{0,3}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        });
        proptest::collection::vec(("[a-c]{0,3}|eventName[A-C]", tree), 0..8)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn an_object_ends_where_a_plain_reading_says(text in r#"\{([{}\[\]"\\a]|"[^"]{0,40}"){0,160}"#) {
            prop_assert_eq!(Outline::default().read(text.as_bytes(), DEEPEST), naive_end(text.as_bytes()));
        }

        #[test]
        fn members_are_those_that_a_parser_finds(value in json(), pretty in any::<bool>(), behind in "[ x\"{}]{0,70}") {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let (mut outline, longer) = (Outline::default(), format!("{text}{behind}"));
            prop_assert_eq!(outline.read(longer.as_bytes(), DEEPEST), Extent::To(text.len()));
            prop_assert!(!outline.is_ascii() || text.is_ascii());
            let object = outline.of(longer.as_bytes()).unwrap();
            let mut found = Vec::new();
            for (key, raw) in object.members() {
                let key = std::str::from_utf8(key).unwrap();
                let read: serde_json::Value = serde_json::from_slice(raw).unwrap();
                prop_assert_eq!(object.member(key), Some(raw));
                prop_assert_eq!(&read, &value[key]);
                found.push(key);
            }
            prop_assert_eq!(found, value.as_object().unwrap().keys().collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_could_mean_something_else_has_no_members() {
        for text in [r#"{"a\u0062":1}"#, r#"{"a" 1}"#, r#"{"a"}"#, r#"{[1]}"#, r#"{"b":}"#, r#"{"a":,"b":1}"#]
        {
            let mut outline = Outline::default();
            outline.read(text.as_bytes(), DEEPEST);
            assert!(outline.of(text.as_bytes()).is_none(), "{text}");
        }
        let twice = br#"{"a":1,"a":{"a":2}}"#;
        let mut outline = Outline::default();
        assert_eq!(outline.read(twice, DEEPEST), Extent::To(twice.len()));
        assert_eq!(outline.of(twice).unwrap().member("a"), Some(&br#"{"a":2}"#[..]));
    }

    #[test]
    fn depth_is_bounded() {
        let text = "{\"a\":".repeat(DEEPEST + 1);
        assert_eq!(Outline::default().read(text.as_bytes(), DEEPEST), Extent::TooDeep);
    }
}
