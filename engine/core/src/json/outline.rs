//! Where the members of an object stand, found by its quotes and brackets alone.
//!
//! One pass over the bytes, 64 at a time as bit masks: quotes that no backslash escapes, then by
//! prefix exclusive-or the bytes that are inside strings, then the brackets that are not. Only
//! what stands at the object's own level is noted, and looked at in a second pass. Nothing is
//! proved about what is deeper: what an outline says holds if the text is JSON.

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x64};
use smol_str::SmolStr;

use super::record::{mark, mark_in};
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
#[derive(Debug)]
pub struct Outline {
    /// What the processor can do.
    level: Level,
    /// Where the quotes at the object's own level stand, and the brackets of what is one deeper.
    marks: Vec<u32>,
    members: Vec<Member>,
    ascii: bool,
    lines: bool,
    escapes: bool,
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

/// A member's name, ready to be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name<'n> {
    text: &'n [u8],
    mark: u64,
}

impl<'n> Name<'n> {
    /// A name as it is, without escapes.
    pub const fn new(name: &'n str) -> Self {
        Self { text: name.as_bytes(), mark: mark(name.as_bytes()) }
    }
}

/// A name of its own.
#[derive(Debug, Clone)]
pub(crate) struct NameBuf {
    text: SmolStr,
    mark: u64,
}

impl NameBuf {
    pub(crate) fn new(name: &SmolStr) -> Self {
        Self { text: name.clone(), mark: Name::new(name).mark }
    }

    #[inline]
    pub(crate) fn get(&self) -> Name<'_> {
        Name { text: self.text.as_bytes(), mark: self.mark }
    }
}

/// Some names, of which most members have none.
#[derive(Debug, Clone, Copy)]
pub struct Names<const N: usize> {
    names: [Name<'static>; N],
    /// One bit for each name, by its mark.
    filter: u64,
}

impl<const N: usize> Names<N> {
    /// Names as they are, without escapes.
    pub const fn new(texts: &[&'static str; N]) -> Self {
        let (mut names, mut filter, mut at) = ([Name::new(""); N], 0, 0);
        while at < N {
            names[at] = Name::new(texts[at]);
            filter |= 1 << Self::bit(names[at].mark);
            at += 1;
        }
        Self { names, filter }
    }

    #[inline]
    const fn bit(mark: u64) -> u64 {
        mark.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58
    }

    /// Which of them a member has.
    #[inline]
    pub fn position(&self, member: RawMember<'_>) -> Option<usize> {
        match self.filter >> Self::bit(member.member.mark) & 1 {
            0 => None,
            _ => self.names.iter().position(|&name| member.is(name)),
        }
    }
}

impl<'a> Outlined<'a> {
    /// The whole text.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Whether there may be a backslash in it.
    pub fn has_escapes(&self) -> bool {
        self.outline.escapes
    }

    /// The text of a member's value; the last of equal keys counts.
    #[inline]
    pub fn member(&self, name: Name<'_>) -> Option<&'a [u8]> {
        self.place_of(name).map(|place| self.slice(&place))
    }

    /// Where in the text it is.
    #[inline]
    pub(super) fn place_of(&self, name: Name<'_>) -> Option<Range<u32>> {
        let same = |m: &&Member| m.mark == name.mark && self.slice(&m.key) == name.text;
        self.outline.members.iter().rev().find(same).map(|m| m.value.clone())
    }

    /// The names and the texts of the values.
    #[inline]
    pub fn members(&self) -> impl Iterator<Item = RawMember<'a>> {
        self.outline.members.iter().map(|member| RawMember { object: *self, member })
    }

    #[inline]
    fn slice(&self, range: &Range<u32>) -> &'a [u8] {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub struct RawMember<'a> {
    object: Outlined<'a>,
    member: &'a Member,
}

impl<'a> RawMember<'a> {
    /// Whether it has this name.
    #[inline]
    pub fn is(&self, name: Name<'_>) -> bool {
        self.member.mark == name.mark && self.name() == name.text
    }

    /// The name as it stands there, without its quotes.
    pub fn name(&self) -> &'a [u8] {
        self.object.slice(&self.member.key)
    }

    /// The text of the value.
    #[inline]
    pub fn value(&self) -> &'a [u8] {
        self.object.slice(&self.member.value)
    }
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            level: Level::new(),
            marks: Vec::new(),
            members: Vec::new(),
            ascii: false,
            lines: false,
            escapes: false,
            plain: false,
        }
    }
}

impl Outline {
    /// Finds the end and the members of the object that `text` starts with. Of text of 4 GiB and
    /// more only the beginning is looked at.
    pub fn read(&mut self, text: &[u8], deepest: usize) -> Extent {
        let text = text.get(..u32::MAX as usize).unwrap_or(text);
        dispatch!(self.level, simd => self.read_with(simd, text, deepest))
    }

    /// Everything that works on vectors is inlined into this, so that it is compiled for what the
    /// processor can do.
    #[inline(always)]
    fn read_with<S: Simd>(&mut self, simd: S, text: &[u8], deepest: usize) -> Extent {
        self.marks.clear();
        let masks = Masks::new(simd);
        let mut walk = Walk { text, marks: &mut self.marks, masks, deepest, depth: 0, braces: 0 };
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let (mut found, mut at) = (None, 0);
        for block in blocks {
            found = walk.block(at, block);
            if found.is_some() {
                break;
            }
            at += BLOCK;
        }
        let extent = match found {
            Some(extent) => extent,
            None => {
                let mut last = [b' '; BLOCK];
                if let Some(last) = last.get_mut(..rest.len()) {
                    last.copy_from_slice(rest);
                }
                walk.block(at, &last).unwrap_or(Extent::Unfinished)
            }
        };
        self.ascii = walk.masks.high.simd_lt(0x80).all_true();
        // The last block's line breaks may be behind the object.
        let behind = match extent {
            Extent::To(end) => !0u64 << (end - at - 1),
            _ => 0,
        };
        self.lines = walk.masks.lines || walk.masks.these_lines & !behind != 0;
        self.escapes = walk.masks.escapes;
        self.members.clear();
        self.plain = matches!(extent, Extent::To(_)) && self.find_members(text).is_some();
        extent
    }

    /// The second pass, over the marks: what is a key and what is its value. `None` where the
    /// object is not made of keys and values, or a key has escapes.
    #[inline(always)]
    fn find_members(&mut self, text: &[u8]) -> Option<()> {
        let mut marks = self.marks.as_slice();
        while let [quote, end, rest @ ..] = marks {
            let key = *quote as usize + 1..*end as usize;
            if text.get(*quote as usize) != Some(&b'"')
                || (self.escapes && memchr::memchr(b'\\', text.get(key.clone())?).is_some())
            {
                return None;
            }
            let mut colon = key.end + 1;
            if text.get(colon) != Some(&b':') {
                colon = skip_space(text, colon);
                if text.get(colon) != Some(&b':') {
                    return None;
                }
            }
            let mut value = colon + 1;
            if text.get(value)? <= &b' ' {
                value = skip_space(text, value);
            }
            let value_end = match text.get(value)? {
                b'"' | b'{' | b'[' => {
                    let [open, close, behind @ ..] = rest else { return None };
                    if *open as usize != value {
                        return None;
                    }
                    marks = behind;
                    *close as usize + 1
                }
                // A scalar leaves no mark.
                _ => {
                    marks = rest;
                    skip_scalar(text, value)
                }
            };
            if value_end <= value {
                return None;
            }
            let mark = mark_in(text, &key);
            let (key, value) = (key.start as u32..key.end as u32, value as u32..value_end as u32);
            self.members.push(Member { key, mark, value });
        }
        marks.is_empty().then_some(())
    }

    /// Whether there is a line break in the object.
    pub fn has_lines(&self) -> bool {
        self.lines
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
struct Walk<'t, 'o, S: Simd> {
    text: &'t [u8],
    marks: &'o mut Vec<u32>,
    masks: Masks<S>,
    deepest: usize,
    depth: usize,
    /// The open brackets, the innermost lowest: one where it is `{`.
    braces: u128,
}

impl<S: Simd> Walk<'_, '_, S> {
    /// Goes on through a block at `at`; the object's extent, if it ends there.
    #[inline(always)]
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
    #[inline(always)]
    fn mark(&mut self, at: usize, mut bits: u64) {
        while bits != 0 {
            self.marks.push((at + bits.trailing_zeros() as usize) as u32);
            bits &= bits - 1;
        }
    }

    #[inline(always)]
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
struct Masks<S: Simd> {
    simd: S,
    /// All ones inside a string.
    in_string: u64,
    /// One if the block before ended in a backslash that escapes this block's first byte.
    escaped: u64,
    /// Whether there is a backslash.
    escapes: bool,
    /// All bytes so far, laid over each other.
    high: u8x64<S>,
    /// Whether there was a line break in the blocks before this one, and where in this one.
    lines: bool,
    these_lines: u64,
}

impl<S: Simd> Masks<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let high = u8x64::splat(simd, 0);
        Self { simd, in_string: 0, escaped: 0, escapes: false, high, lines: false, these_lines: 0 }
    }

    /// The quotes that are not escaped, and the brackets outside strings: one bit for each byte.
    /// What is no bracket may be among these where JSON has nothing of the kind.
    #[inline(always)]
    fn of(&mut self, block: &[u8; BLOCK]) -> (u64, u64) {
        let bytes = u8x64::from_slice(self.simd, block);
        self.high |= bytes;
        self.lines |= self.these_lines != 0;
        self.these_lines = bytes.simd_eq(b'\n').to_bitmask();
        let mut quotes = bytes.simd_eq(b'"').to_bitmask();
        let slashes = bytes.simd_eq(b'\\').to_bitmask();
        if slashes | self.escaped != 0 {
            self.escapes = true;
            quotes &= !self.escaped(slashes);
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
        (quotes, (bytes | 0x26).simd_eq(0x7f).to_bitmask() & !inside)
    }

    /// The bytes that a backslash escapes: those after an odd run of them.
    #[inline(always)]
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
        fn members_are_those_that_a_parser_finds(value in json(), pretty in any::<bool>(), behind in "[ x\"{}\n]{0,70}") {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            let (mut outline, longer) = (Outline::default(), format!("{text}{behind}"));
            prop_assert_eq!(outline.read(longer.as_bytes(), DEEPEST), Extent::To(text.len()));
            prop_assert!(!outline.is_ascii() || text.is_ascii());
            let object = outline.of(longer.as_bytes()).unwrap();
            let mut found = Vec::new();
            prop_assert_eq!(outline.has_lines(), text.contains('\n'));
            for member in object.members() {
                let (key, raw) = (std::str::from_utf8(member.name()).unwrap(), member.value());
                let read: serde_json::Value = serde_json::from_slice(raw).unwrap();
                prop_assert!(member.is(Name::new(key)));
                prop_assert_eq!(object.member(Name::new(key)), Some(raw));
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
        assert_eq!(outline.of(twice).unwrap().member(Name::new("a")), Some(&br#"{"a":2}"#[..]));
    }

    #[test]
    fn depth_is_bounded() {
        let text = "{\"a\":".repeat(DEEPEST + 1);
        assert_eq!(Outline::default().read(text.as_bytes(), DEEPEST), Extent::TooDeep);
    }
}
