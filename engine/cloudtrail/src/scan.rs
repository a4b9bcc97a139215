//! Fast looks at JSON text that is not parsed.
//!
//! [`tally`] counts what a whole object has in pairs, [`object_end`] finds where an object ends.
//! Both touch every byte once and neither knows the grammar: whatever they cannot vouch for goes
//! to [`crate::strict`].

use wide::u8x16;

/// How deep a record may nest before it is refused.
pub const MAX_DEPTH: usize = 256;

/// What one pass over a text counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// `"`
    pub quotes: u32,
    /// `{` and `[`
    pub opens: u32,
    /// `}` and `]`
    pub closes: u32,
    /// Whether there is a backslash.
    pub escapes: bool,
    /// Whether every byte is ASCII.
    pub ascii: bool,
}

impl Tally {
    /// Whether what was counted could be one whole object of bearable depth. Escaped quotes and
    /// brackets inside strings can spoil the count of a whole object, and a broken one can
    /// happen to add up; the first goes to the strict reader, the second is what `validate` is
    /// for.
    pub(crate) fn adds_up(&self) -> bool {
        self.quotes.is_multiple_of(2) && self.opens == self.closes && (self.opens as usize) <= MAX_DEPTH
    }
}

/// Counts `text`.
///
/// `{` and `[`, `}` and `]` differ by one bit, so one comparison each serves for both. The lanes
/// are bytes, summed up before they can overflow; written so that it compiles to vector
/// instructions.
pub(crate) fn tally(text: &[u8]) -> Tally {
    const LANES: usize = 64;
    let mut total = Tally::default();
    let (blocks, rest) = text.as_chunks::<LANES>();
    let (mut escapes, mut high) = (0u8, 0u8);
    for run in blocks.chunks(255) {
        let (mut quotes, mut opens, mut closes) = ([0u8; LANES], [0u8; LANES], [0u8; LANES]);
        let (mut slashes, mut bits) = ([0u8; LANES], [0u8; LANES]);
        for block in run {
            for lane in 0..LANES {
                let byte = block[lane];
                quotes[lane] += u8::from(byte == b'"');
                opens[lane] += u8::from(byte | 0x20 == b'{');
                closes[lane] += u8::from(byte | 0x20 == b'}');
                slashes[lane] |= u8::from(byte == b'\\');
                bits[lane] |= byte;
            }
        }
        let sum = |lanes: &[u8; LANES]| lanes.iter().map(|&n| u32::from(n)).sum::<u32>();
        total.quotes += sum(&quotes);
        total.opens += sum(&opens);
        total.closes += sum(&closes);
        escapes |= slashes.iter().fold(0, |a, b| a | b);
        high |= bits.iter().fold(0, |a, b| a | b);
    }
    for &byte in rest {
        total.quotes += u32::from(byte == b'"');
        total.opens += u32::from(byte | 0x20 == b'{');
        total.closes += u32::from(byte | 0x20 == b'}');
        escapes |= u8::from(byte == b'\\');
        high |= byte;
    }
    total.escapes = escapes != 0;
    total.ascii = high < 0x80;
    total
}

/// How a search for an object's end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// One past its last brace.
    At(usize),
    /// The text ends first.
    Unfinished,
    /// It nests deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// Finds the end of the object that starts at `start`, minding strings and escapes but nothing
/// else: brackets and tokens are not looked at.
///
/// Works on blocks of 64 bytes as bit masks: quotes that no backslash escapes, then by prefix
/// exclusive-or the bytes that are inside strings, then the braces that are not.
pub(crate) fn object_end(text: &[u8], start: usize) -> End {
    let mut state = Masks::default();
    let mut depth = 0usize;
    let mut at = start;
    let body = text.get(start..).unwrap_or_default();
    let (blocks, rest) = body.as_chunks::<64>();
    let mut last = [b' '; 64];
    last[..rest.len()].copy_from_slice(rest);
    for block in blocks.iter().chain(std::iter::once(&last)) {
        let (opens, closes) = state.braces(block);
        let mut both = opens | closes;
        while both != 0 {
            let bit = both & both.wrapping_neg();
            if opens & bit != 0 {
                depth += 1;
                if depth > MAX_DEPTH {
                    return End::TooDeep;
                }
            } else {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return End::At(at + bit.trailing_zeros() as usize + 1);
                }
            }
            both ^= bit;
        }
        at += 64;
    }
    End::Unfinished
}

/// What is carried from block to block.
#[derive(Default)]
struct Masks {
    /// All ones inside a string.
    in_string: u64,
    /// One if the block before ended in a backslash that escapes this block's first byte.
    escaped: u64,
}

impl Masks {
    /// The braces of a block that open and close, strings left out.
    fn braces(&mut self, block: &[u8; 64]) -> (u64, u64) {
        let lanes: [u8x16; 4] = std::array::from_fn(|i| {
            let mut part = [0u8; 16];
            part.copy_from_slice(&block[i * 16..i * 16 + 16]);
            u8x16::new(part)
        });
        let find = |byte: u8| {
            let byte = u8x16::splat(byte);
            lanes
                .iter()
                .rev()
                .fold(0u64, |mask, lane| mask << 16 | u64::from(lane.simd_eq(byte).to_bitmask()))
        };
        let mut quotes = find(b'"');
        let slash = u8x16::splat(b'\\');
        let slashes = lanes.iter().fold(u8x16::splat(0), |any, lane| any | lane.simd_eq(slash));
        if self.escaped != 0 || slashes.to_bitmask() != 0 {
            quotes &= !self.escapes(find(b'\\'));
        }
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.in_string;
        self.in_string = ((inside as i64) >> 63) as u64;
        (find(b'{') & !inside, find(b'}') & !inside)
    }

    /// The bytes that a backslash escapes: those after an odd run of them.
    fn escapes(&mut self, slashes: u64) -> u64 {
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

    /// [`object_end`] without cleverness.
    fn naive_end(text: &[u8]) -> End {
        let (mut depth, mut string, mut escaped) = (0, false, false);
        for (at, &byte) in text.iter().enumerate() {
            let was_escaped = std::mem::take(&mut escaped);
            if was_escaped && (string || matches!(byte, b'"' | b'\\')) {
                continue;
            }
            if string {
                match byte {
                    b'\\' => escaped = true,
                    b'"' => string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => string = true,
                    b'\\' => escaped = true,
                    b'{' => depth += 1,
                    b'}' if depth <= 1 => return End::At(at + 1),
                    b'}' => depth -= 1,
                    _ => {}
                }
            }
            if depth > MAX_DEPTH {
                return End::TooDeep;
            }
        }
        End::Unfinished
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn an_object_ends_where_a_plain_reading_says(text in r#"\{([{}"\\a]|"[^"]{0,40}"){0,160}"#) {
            prop_assert_eq!(object_end(text.as_bytes(), 0), naive_end(text.as_bytes()));
        }

        #[test]
        fn a_tally_counts_every_byte(text in proptest::collection::vec(any::<u8>(), 0..400)) {
            let count = |set: &[u8]| text.iter().filter(|b| set.contains(b)).count() as u32;
            let tally = tally(&text);
            prop_assert_eq!(tally.quotes, count(b"\""));
            prop_assert_eq!(tally.opens, count(b"{["));
            prop_assert_eq!(tally.closes, count(b"}]"));
            prop_assert_eq!(tally.escapes, text.contains(&b'\\'));
            prop_assert_eq!(tally.ascii, text.is_ascii());
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        let text = vec![b'"'; 64 * 1000 + 7];
        assert_eq!(tally(&text).quotes, 64 * 1000 + 7);
    }

    #[test]
    fn depth_is_bounded() {
        let text = "{\"a\":".repeat(MAX_DEPTH + 1);
        assert_eq!(object_end(text.as_bytes(), 0), End::TooDeep);
    }
}
