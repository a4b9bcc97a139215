//! One pass over the bytes of an object, 64 at a time as bit masks: quotes that no backslash
//! escapes, then by prefix exclusive-or the bytes that are inside strings, then the brackets, colons
//! and commas that are not.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i8x64, u8x64};

use super::outline::Extent;

/// How many bytes are looked at at a time: one for each bit of a mask.
const BLOCK: usize = 64;

/// How many marks are written at a time, whether or not there are as many: it saves asking.
const AT_ONCE: usize = 4;

/// An object with more marks than this is not outlined, so that no object takes much memory.
const MOST: usize = 1 << 15;

/// What structures an object at its own level: where its colons and commas stand.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// What is behind `len` means nothing.
    all: Vec<u32>,
    len: usize,
}

impl Marks {
    /// The marks in their order; `None` where there are too many.
    pub(super) fn get(&self) -> Option<&[u32]> {
        if self.len > MOST { None } else { self.all.get(..self.len) }
    }
}

/// What a pass tells.
pub(super) struct Passed {
    pub(super) extent: Extent,
    /// Whether there is a backslash at the object's own level, or in a block with some of it.
    pub(super) own_escapes: bool,
    /// Whether there is a backslash.
    pub(super) escapes: bool,
    /// Whether all bytes are ASCII, and none is a control character.
    pub(super) plain: bool,
    /// Whether every string has a bracket, a colon or a comma right behind it.
    pub(super) compact: bool,
}

/// Passes over the object that `text` starts with. It is inlined, with all that works on vectors,
/// into what is compiled for the processor at hand.
#[inline(always)]
pub(super) fn pass<S: Simd>(simd: S, text: &[u8], deepest: usize, marks: &mut Marks) -> Passed {
    let room = text.len().min(MOST) + BLOCK + AT_ONCE;
    if marks.all.len() < room {
        marks.all.resize(room, 0);
    }
    let mut masks = Masks::new(simd);
    let mut walk = Walk { marks: &mut marks.all, marked: 0, deepest, depth: 0, braces: 0 };
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let (mut own_escapes, mut at) = (false, 0);
    let mut last = [b' '; BLOCK];
    let mut each = blocks.iter();
    let (extent, odd) = loop {
        let (block, is_last) = match each.next() {
            Some(block) => (block, false),
            None => {
                if let Some(last) = last.get_mut(..rest.len()) {
                    last.copy_from_slice(rest);
                }
                (&last, true)
            }
        };
        let seen = masks.of(block);
        own_escapes |= seen.escapes && (walk.depth <= 1 || seen.brackets != 0);
        if let Some(extent) = walk.block(at, block, &seen) {
            // What is behind the object may be anything.
            let inside =
                if let Extent::To(end) = extent { u64::MAX >> (BLOCK - (end - at)) } else { u64::MAX };
            break (extent, masks.odd(block) & inside);
        }
        masks.keep(block);
        if is_last {
            break (Extent::Unfinished, 0);
        }
        at += BLOCK;
    };
    marks.len = walk.marked;
    Passed {
        extent,
        own_escapes,
        escapes: masks.escapes,
        plain: odd == 0 && masks.all_plain(),
        compact: masks.loose == 0,
    }
}

/// Which level the pass is at.
struct Walk<'m> {
    marks: &'m mut [u32],
    marked: usize,
    deepest: usize,
    depth: usize,
    /// The open brackets, the innermost lowest: one where it is `{`.
    braces: u128,
}

impl Walk<'_> {
    /// Goes on through a block at `at`; the object's extent, if it ends there.
    #[inline(always)]
    fn block(&mut self, at: usize, block: &[u8; BLOCK], seen: &Seen) -> Option<Extent> {
        let (mut separators, mut brackets) = (seen.separators, seen.brackets);
        // The separators of this block that are marks.
        let mut own = 0;
        while brackets != 0 {
            let here = brackets.trailing_zeros() as usize;
            let bit = brackets & brackets.wrapping_neg();
            let before = separators & (bit - 1);
            separators ^= before;
            brackets ^= bit;
            if self.depth == 1 {
                own |= before;
            }
            let byte = block[here % BLOCK];
            // The lower half of a byte tells `{` and `[`, `}` and `]`, and neither.
            match byte & 0xf {
                0xb => {
                    self.depth += 1;
                    self.braces = self.braces << 1 | u128::from(byte == b'{');
                    if self.depth > self.deepest {
                        return Some(Extent::TooDeep);
                    }
                }
                0xd if self.depth > 0 && (self.braces & 1 != 0) == (byte == b'}') => {
                    self.depth -= 1;
                    self.braces >>= 1;
                    if self.depth == 0 {
                        self.mark(at, own);
                        return Some(Extent::To(at + here + 1));
                    }
                }
                _ => return Some(Extent::Unbalanced),
            }
        }
        if self.depth == 1 {
            own |= separators;
        }
        if own != 0 {
            self.mark(at, own);
        }
        None
    }

    /// Notes these bits of the block at `at`.
    #[inline(always)]
    fn mark(&mut self, at: usize, mut bits: u64) {
        let end = self.marked + bits.count_ones() as usize;
        let mut next = self.marked;
        while let Some(slots) = self.marks.get_mut(next..next + AT_ONCE) {
            for slot in slots {
                *slot = (at as u32).wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
            next += AT_ONCE;
            if next >= end {
                break;
            }
        }
        // Where there is no room there are too many, and what they are does not matter.
        self.marked = end;
    }
}

/// What stands in a block outside strings, one bit for each byte.
struct Seen {
    /// What is no bracket may be among these where JSON has nothing of the kind.
    brackets: u64,
    /// Colons and commas.
    separators: u64,
    /// Whether there are backslashes, inside strings too.
    escapes: bool,
}

/// What is carried from block to block.
struct Masks<S: Simd> {
    simd: S,
    /// All ones inside a string.
    in_string: u64,
    /// One if the block before ended in a backslash that escapes this block's first byte.
    escaped: u64,
    /// One if the block before ended with a string.
    after_string: u64,
    /// Not zero if a string has something else behind it.
    loose: u64,
    escapes: bool,
    /// At each place the least of the bytes so far, of which those that are not ASCII are negative.
    least: i8x64<S>,
}

impl<S: Simd> Masks<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        Self {
            simd,
            in_string: 0,
            escaped: 0,
            after_string: 0,
            loose: 0,
            escapes: false,
            least: i8x64::splat(simd, i8::MAX),
        }
    }

    /// Counts a block's bytes among those that are all plain or not.
    #[inline(always)]
    fn keep(&mut self, block: &[u8; BLOCK]) {
        let bytes: i8x64<S> = u8x64::from_slice(self.simd, block).bitcast();
        self.least = self.least.min(bytes);
    }

    #[inline(always)]
    fn all_plain(&self) -> bool {
        self.least.simd_ge(0x20).all_true()
    }

    /// Which bytes are not plain.
    #[inline(always)]
    fn odd(&self, block: &[u8; BLOCK]) -> u64 {
        let bytes: i8x64<S> = u8x64::from_slice(self.simd, block).bitcast();
        bytes.simd_lt(0x20).to_bitmask()
    }

    /// What is in the next block.
    #[inline(always)]
    fn of(&mut self, block: &[u8; BLOCK]) -> Seen {
        let bytes = u8x64::from_slice(self.simd, block);
        let mut quotes = bytes.simd_eq(b'"').to_bitmask();
        let slashes = bytes.simd_eq(b'\\');
        let escapes = slashes.any_true();
        if escapes || self.escaped != 0 {
            self.escapes = true;
            quotes &= !self.escaped(slashes.to_bitmask());
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
        let brackets = (bytes | 0x26).simd_eq(0x7f).to_bitmask() & !inside;
        let separators = (bytes.simd_eq(b':') | bytes.simd_eq(b',')).to_bitmask() & !inside;
        self.look_behind(quotes & !inside, brackets | separators);
        Seen { brackets, separators, escapes }
    }

    /// Whether what structures the text stands right behind each string.
    #[inline(always)]
    fn look_behind(&mut self, closing: u64, structure: u64) {
        self.loose |= (closing << 1 | self.after_string) & !structure;
        self.after_string = closing >> 63;
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
