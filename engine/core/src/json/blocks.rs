//! One pass over the bytes of an object, 64 at a time as bit masks: quotes that no backslash
//! escapes, then by prefix exclusive-or the bytes that are inside strings, then the brackets that
//! are not.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i8x64, u8x64};

use super::outline::Extent;

/// How many bytes are looked at at a time: one for each bit of a mask.
const BLOCK: usize = 64;

/// How many marks are written at a time, whether or not there are as many: it saves asking.
const AT_ONCE: usize = 8;

/// An object with more marks than this is not outlined, so that no object takes much memory.
const MOST: usize = 1 << 15;

/// What structures an object at its own level: where its quotes stand, and the brackets of what
/// is one deeper.
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
    let (mut found, mut own_escapes, mut at) = (None, false, 0);
    for block in blocks {
        let (quotes, brackets, slashes) = masks.of(block);
        own_escapes |= slashes && (walk.depth <= 1 || brackets != 0);
        found = walk.block(at, block, quotes, brackets);
        if found.is_some() {
            break;
        }
        masks.keep(block);
        at += BLOCK;
    }
    let extent = found.unwrap_or_else(|| {
        let mut last = [b' '; BLOCK];
        if let Some(last) = last.get_mut(..rest.len()) {
            last.copy_from_slice(rest);
        }
        let (quotes, brackets, slashes) = masks.of(&last);
        own_escapes |= slashes;
        walk.block(at, &last, quotes, brackets).unwrap_or(Extent::Unfinished)
    });
    marks.len = walk.marked;
    // The last block was not kept, since what is behind the object may be anything.
    let end = if let Extent::To(end) = extent { end } else { text.len() };
    let tail = text.get(at..end).unwrap_or_default();
    let plain = masks.all_plain() & tail.iter().fold(true, |plain, &byte| plain & (byte as i8 >= 0x20));
    Passed { extent, own_escapes, escapes: masks.escapes, plain }
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
    fn block(
        &mut self,
        at: usize,
        block: &[u8; BLOCK],
        mut quotes: u64,
        mut brackets: u64,
    ) -> Option<Extent> {
        // The quotes and brackets of this block that are marks.
        let mut own = 0;
        while brackets != 0 {
            let here = brackets.trailing_zeros() as usize;
            let bit = brackets & brackets.wrapping_neg();
            let before = quotes & (bit - 1);
            quotes ^= before;
            brackets ^= bit;
            let byte = block[here % BLOCK];
            // The lower half of a byte tells `{` and `[`, `}` and `]`, and neither.
            match byte & 0xf {
                0xb => {
                    if self.depth == 1 {
                        own |= before | bit;
                    }
                    self.depth += 1;
                    self.braces = self.braces << 1 | u128::from(byte == b'{');
                    if self.depth > self.deepest {
                        return Some(Extent::TooDeep);
                    }
                }
                0xd if self.depth > 0 && (self.braces & 1 != 0) == (byte == b'}') => {
                    self.depth -= 1;
                    self.braces >>= 1;
                    match self.depth {
                        0 => {
                            self.mark(at, own | before);
                            return Some(Extent::To(at + here + 1));
                        }
                        1 => own |= bit,
                        _ => {}
                    }
                }
                _ => return Some(Extent::Unbalanced),
            }
        }
        if self.depth == 1 {
            own |= quotes;
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

/// What is carried from block to block.
struct Masks<S: Simd> {
    simd: S,
    /// All ones inside a string.
    in_string: u64,
    /// One if the block before ended in a backslash that escapes this block's first byte.
    escaped: u64,
    escapes: bool,
    /// At each place the least of the bytes so far, of which those that are not ASCII are negative.
    least: i8x64<S>,
}

impl<S: Simd> Masks<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        Self { simd, in_string: 0, escaped: 0, escapes: false, least: i8x64::splat(simd, i8::MAX) }
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

    /// The quotes that are not escaped, and the brackets outside strings: one bit for each byte;
    /// and whether there are backslashes. What is no bracket may be among these where JSON has
    /// nothing of the kind.
    #[inline(always)]
    fn of(&mut self, block: &[u8; BLOCK]) -> (u64, u64, bool) {
        let bytes = u8x64::from_slice(self.simd, block);
        let mut quotes = bytes.simd_eq(b'"').to_bitmask();
        let slashes = bytes.simd_eq(b'\\');
        let any_slash = slashes.any_true();
        if any_slash || self.escaped != 0 {
            self.escapes = true;
            quotes &= !self.escaped(slashes.to_bitmask());
        }
        // The middle of a long string.
        if quotes == 0 && self.in_string != 0 {
            return (0, 0, any_slash);
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
        (quotes, (bytes | 0x26).simd_eq(0x7f).to_bitmask() & !inside, any_slash)
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
