//! Records known by their likeness to earlier ones.
//!
//! Most records of a log differ from one before only in what some of their strings and numbers say.
//! A record that has been proved to be JSON is kept as a form; another that is the same but for the
//! insides of strings and the digits of numbers is then JSON as well, with the same members, for
//! what a comparison of bytes costs.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, i8x32, mask8x32, u8x32};
use memchr::memmem;

use super::JsonIndex;
use super::members::Members;
use super::outline::Place;
use super::scan::skip_string;

/// How many bytes are compared at a time.
const BLOCK: usize = 32;

/// Forms are kept by their names, which fall into so many groups.
const GROUPS: usize = 64;

/// So many of each.
const MOST_OF_A_GROUP: usize = 8;

/// Longer records are no forms, so that all of them do not take much memory.
const LONGEST: usize = 8 * 1024;

/// A record's name is looked for in so many bytes.
const NAME_WITHIN: usize = 8 * 1024;

/// What keeping a form costs, where recognising a record by one earns 1: in a log whose records are
/// all different, not much is spent.
const COST: u32 = 16;

/// What can be spent without having earned it.
const CREDIT: u32 = 64 * COST;

/// The longest number that may differ.
const MOST_DIGITS: usize = 15;

/// Forms, and how the last record that was recognised differs from its own.
#[derive(Debug)]
pub(super) struct Forms {
    name: Option<NameFinder>,
    groups: Vec<Vec<Form>>,
    credit: u32,
    /// The groups of which there was a record before, one bit each.
    met: u64,
    /// Which form the last record has.
    last: Option<(usize, usize)>,
    differences: Vec<Difference>,
}

/// Finds the name of a record: not for certain, but then it is only compared with the wrong ones.
#[derive(Debug)]
struct NameFinder {
    finder: memmem::Finder<'static>,
    /// The end of what is looked for.
    tail: [u8; 8],
    /// Where names were before.
    starts: [usize; 4],
}

/// A record that others are compared with.
#[derive(Debug)]
struct Form {
    /// Its text, and behind it as much as is compared at a time.
    padded: Box<[u8]>,
    len: usize,
    /// For each byte, all ones where it is inside a string that may differ.
    open: Box<[u8]>,
    gaps: Box<[Gap]>,
    /// For each block the first gap that does not end before it.
    gaps_from: Box<[u16]>,
    /// The members that are looked for, by their numbers.
    members: Box<[Place]>,
    /// All members.
    all: Members,
    escapes: bool,
    about: Option<u32>,
    /// Where the last record that was compared in vain was found to have another form: there is what
    /// tells them apart.
    telling: usize,
    /// Where the name is.
    name: usize,
}

/// Where records may differ.
#[derive(Debug)]
struct Gap {
    start: u32,
    end: u32,
    kind: GapKind,
}

/// What is in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GapKind {
    /// A string without escapes, without its quotes.
    Text,
    /// The digits of a number before its point.
    Whole,
    /// Those behind it.
    Fraction,
}

/// From an offset of the form on, how much further the record has the same: behind a gap that is
/// longer or shorter there.
#[derive(Debug, Clone, Copy)]
struct Difference {
    from: u32,
    shift: i32,
}

impl Default for Forms {
    fn default() -> Self {
        Self { name: None, groups: Vec::new(), credit: CREDIT, met: 0, last: None, differences: Vec::new() }
    }
}

impl Forms {
    /// Where the object that `text` starts with ends, if it has a form that is known.
    #[inline]
    pub(super) fn recognise(&mut self, level: Level, text: &[u8]) -> Option<usize> {
        self.last = None;
        let (group, name) = self.name.as_mut()?.group(text)?;
        let forms = self.groups.get_mut(group)?;
        // Those first that are the same where others differed.
        for likely in [true, false] {
            for (at, form) in forms.iter_mut().enumerate() {
                if form.is_likely(text, name) != likely {
                    continue;
                }
                let differences = &mut self.differences;
                if let Some(end) = dispatch!(level, simd => form.compare(simd, text, differences)) {
                    self.credit = CREDIT.min(self.credit + 1);
                    // Those that are met often come first.
                    let before = at.saturating_sub(1);
                    if before != at {
                        forms.swap(at, before);
                    }
                    self.last = Some((group, before));
                    return Some(end);
                }
            }
        }
        None
    }

    /// The record that was recognised last; `None` if the last was not.
    #[inline]
    pub(super) fn last(&self) -> Option<Recognised<'_>> {
        let (group, at) = self.last?;
        let form = self.groups.get(group)?.get(at)?;
        Some(Recognised { form, differences: &self.differences })
    }

    /// Keeps a record as a form, if it can be one and there have not been too many in vain; if it was
    /// recognised, in place of the form that it has. Its text must be ASCII without control
    /// characters, and its members found by names of which the first is the one that tells most of a
    /// record. The first `telling` members may not differ.
    pub(super) fn keep(
        &mut self,
        name: &[u8],
        text: &[u8],
        members: &[Place],
        telling: usize,
        about: Option<u32>,
    ) {
        if self.credit < COST || text.len() > LONGEST {
            return;
        }
        if self.name.is_none() {
            self.name = NameFinder::new(name);
        }
        let group = self.name.as_mut().and_then(|name| name.group(text));
        let Some((group, name)) = group else { return };
        // There is less to be gained of which nothing can be said: not at the first of its name.
        let met = self.met >> group & 1 != 0;
        self.met |= 1 << group;
        if about.is_none() && !met {
            return;
        }
        self.credit -= COST;
        let Some(form) = Form::new(text, name, members, telling, about) else { return };
        if self.groups.is_empty() {
            self.groups.resize_with(GROUPS, Vec::new);
        }
        let Some(forms) = self.groups.get_mut(group) else { return };
        match self.last.and_then(|(_, at)| forms.get_mut(at)) {
            Some(known) => *known = form,
            None => {
                forms.truncate(MOST_OF_A_GROUP - 1);
                forms.push(form);
            }
        }
        self.last = None;
    }
}

impl NameFinder {
    fn new(name: &[u8]) -> Option<Self> {
        let quoted = [b"\"", name, b"\":\""].concat();
        let tail = *quoted.last_chunk()?;
        Some(Self { finder: memmem::Finder::new(&quoted).into_owned(), tail, starts: [0; 4] })
    }

    /// The group of a record's name, by the first characters that it has, and where it is.
    #[inline]
    fn group(&mut self, text: &[u8]) -> Option<(usize, usize)> {
        const ONES: u128 = u128::MAX / 0xff;
        let start = self.start(text)?;
        let name = u128::from_le_bytes(*text.get(start..)?.first_chunk::<16>()?);
        // The lowest bit that is set is in the byte of the first quote.
        let quotes = name ^ (ONES * b'"' as u128);
        let quotes = quotes.wrapping_sub(ONES) & !quotes & (ONES << 7);
        let name = name & (quotes ^ quotes.wrapping_sub(1));
        let mixed = (name as u64 ^ ((name >> 64) as u64).rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Some(((mixed >> 58) as usize % GROUPS, start))
    }

    #[inline]
    fn start(&mut self, text: &[u8]) -> Option<usize> {
        let is_at = |start: &&usize| text.get(..**start).and_then(<[u8]>::last_chunk) == Some(&self.tail);
        if let Some(&start) = self.starts.iter().find(is_at) {
            return Some(start);
        }
        let place = self.finder.find(text.get(..NAME_WITHIN).unwrap_or(text))?;
        self.starts.rotate_right(1);
        self.starts[0] = place + self.finder.needle().len();
        Some(self.starts[0])
    }
}

/// A record that has a known form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recognised<'a> {
    form: &'a Form,
    differences: &'a [Difference],
}

impl Recognised<'_> {
    /// Where the member with this number is; at 0 if it is not there.
    #[inline]
    pub(super) fn place(&self, number: usize) -> Option<Place> {
        let &(start, end) = self.form.members.get(number)?;
        let (mut from, mut to) = (0, 0);
        for next in self.differences.iter().take_while(|next| next.from <= end) {
            to = next.shift;
            if next.from <= start {
                from = next.shift;
            }
        }
        Some((start.wrapping_add_signed(from), end.wrapping_add_signed(to)))
    }

    /// What the member with this number says in `text`, which is the record's, if that is something
    /// else than in the form.
    #[inline]
    pub(super) fn change<'t>(&self, number: usize, text: &'t [u8]) -> Option<&'t [u8]> {
        let (here, there) = (self.place(number)?, self.form.members.get(number)?);
        let now = text.get(here.0 as usize..here.1 as usize)?;
        (now != self.form.padded.get(there.0 as usize..there.1 as usize)?).then_some(now)
    }

    /// Whether the member with this number is a string, as it is in the form.
    #[inline]
    pub(super) fn is_string(&self, number: usize) -> bool {
        let place = self.form.members.get(number);
        place.is_some_and(|place| self.form.padded.get(place.0 as usize) == Some(&b'"'))
    }

    #[inline]
    pub(super) fn has_escapes(&self) -> bool {
        self.form.escapes
    }

    /// What was said of the form.
    #[inline]
    pub(super) fn about(&self) -> Option<u32> {
        self.form.about
    }

    /// Lists all members of the record.
    pub(super) fn list(&self, members: &mut Members) {
        let (mut differences, mut shift) = (self.differences.iter().peekable(), 0);
        self.form.all.moved(members, |at| {
            while let Some(next) = differences.next_if(|next| next.from <= at) {
                shift = next.shift;
            }
            at.wrapping_add_signed(shift)
        });
    }
}

impl Form {
    fn new(bytes: &[u8], name: usize, members: &[Place], telling: usize, about: Option<u32>) -> Option<Self> {
        let mut index = JsonIndex::default();
        index.read("", std::str::from_utf8(bytes).ok()?).ok()?;
        let mut gaps = gaps(bytes);
        let telling = members.get(..telling)?;
        gaps.retain(|gap| !telling.iter().any(|place| (place.0..place.1).contains(&gap.start)));
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len() + BLOCK, 0);
        let mut open = vec![0; padded.len()];
        for gap in gaps.iter().filter(|gap| gap.kind == GapKind::Text) {
            open.get_mut(gap.start as usize..gap.end as usize)?.fill(0xff);
        }
        let first_from = |at: usize| gaps.partition_point(|gap| (gap.end as usize) < at) as u16;
        Some(Self {
            gaps_from: (0..padded.len()).step_by(BLOCK).map(first_from).collect(),
            padded: padded.into(),
            len: bytes.len(),
            open: open.into(),
            gaps: gaps.into(),
            members: members.into(),
            all: index.into_members()?,
            escapes: bytes.contains(&b'\\'),
            about,
            telling: name,
            name,
        })
    }

    /// Whether a record whose name is at an offset may have this form: by a few bytes, if what is
    /// before them is as long.
    #[inline(always)]
    fn is_likely(&self, text: &[u8], name: usize) -> bool {
        let at = (self.telling + name).wrapping_sub(self.name);
        let known: Option<&[u8; 8]> = self.padded.get(self.telling..).and_then(<[u8]>::first_chunk);
        text.get(at..).and_then(<[u8]>::first_chunk) == known
    }

    /// The end of the object that `text` starts with, if it has this form. Most of what differs from
    /// record to record is of the same length, so that nothing has to be looked for. It is inlined
    /// into what is compiled for the processor at hand.
    #[inline(always)]
    fn compare<S: Simd>(&mut self, simd: S, text: &[u8], differences: &mut Vec<Difference>) -> Option<usize> {
        differences.clear();
        let (mut here, mut there, mut behind) = (0, 0, u32::MAX);
        loop {
            let right = right(simd, text.get(here..)?, self.padded.get(there..)?, self.open.get(there..)?);
            here += right;
            there += right;
            if there >= self.len {
                return here.checked_sub(there - self.len).filter(|&end| end <= text.len());
            }
            let gap = self.gap_at(there).filter(|gap| gap.end != behind && gap.start as usize <= there);
            let Some(gap) = gap else {
                self.telling = there;
                return None;
            };
            let known = there - gap.start as usize;
            here = match gap.kind {
                GapKind::Text => here + string_end(simd, text.get(here..)?)?,
                kind => digits_end(text, here.checked_sub(known)?, kind)?,
            };
            there = gap.end as usize;
            behind = gap.end;
            differences.push(Difference { from: gap.end, shift: here as i32 - there as i32 });
        }
    }

    /// The first gap that does not end before an offset.
    #[inline(always)]
    fn gap_at(&self, at: usize) -> Option<&Gap> {
        let gaps = self.gaps.get(usize::from(*self.gaps_from.get(at / BLOCK)?)..)?;
        gaps.iter().find(|gap| gap.end as usize >= at)
    }
}

/// The gaps of a record that is JSON and ASCII.
fn gaps(text: &[u8]) -> Vec<Gap> {
    let (mut gaps, mut at) = (Vec::new(), 0);
    let mut kind = GapKind::Whole;
    while let Some(&byte) = text.get(at) {
        let start = if byte == b'"' { at + 1 } else { at };
        let (end, differs, found) = match byte {
            b'"' => {
                let (next, escaped) = skip_string(text, at);
                let behind = text.get(next..).unwrap_or_default().trim_ascii_start();
                at = next;
                (next - 1, !escaped && behind.first() != Some(&b':'), GapKind::Text)
            }
            b'0'..=b'9' => {
                let digits =
                    text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit());
                at += digits.count();
                (at, at - start <= MOST_DIGITS, kind)
            }
            _ => {
                at += 1;
                (start, false, kind)
            }
        };
        // What follows an exponent's letter has the form of a fraction too.
        kind = if matches!(byte, b'.' | b'e' | b'E' | b'+') { GapKind::Fraction } else { GapKind::Whole };
        if differs {
            gaps.push(Gap { start: start as u32, end: end as u32, kind: found });
        }
    }
    gaps
}

/// How many bytes a record goes on with that are what they are in its form, or, inside strings that
/// may differ, what can stand in a string as it is. Behind the form's end it may be more.
#[inline(always)]
fn right<S: Simd>(simd: S, text: &[u8], form: &[u8], open: &[u8]) -> usize {
    let (texts, rest) = text.as_chunks::<BLOCK>();
    let blocks = texts.iter().zip(form.as_chunks::<BLOCK>().0).zip(open.as_chunks::<BLOCK>().0);
    let mut at = 0;
    for ((text, form), open) in blocks {
        let wrong = wrong(simd, text, form, open);
        if wrong != 0 {
            return at + wrong.trailing_zeros() as usize;
        }
        at += BLOCK;
    }
    if at + rest.len() < text.len() {
        return at;
    }
    // The text ends before the form does with all that is behind it.
    let mut last = [0; BLOCK];
    let (Some(form), Some(open), Some(start)) =
        (block(form, at), block(open, at), last.get_mut(..rest.len()))
    else {
        return at;
    };
    start.copy_from_slice(rest);
    at + (wrong(simd, &last, form, open).trailing_zeros() as usize).min(rest.len())
}

/// Which bytes of a block are wrong.
#[inline(always)]
fn wrong<S: Simd>(simd: S, text: &[u8; BLOCK], form: &[u8; BLOCK], open: &[u8; BLOCK]) -> u32 {
    let bytes = u8x32::from_slice(simd, text);
    let open = u8x32::from_slice(simd, open).simd_eq(0xff);
    let equal = bytes.simd_eq(u8x32::from_slice(simd, form));
    (!(equal | open) | (special(bytes) & open)).to_bitmask() as u32
}

/// Which bytes cannot stand in a string as they are, or are not ASCII.
#[inline(always)]
fn special<S: Simd>(bytes: u8x32<S>) -> mask8x32<S> {
    // Bytes that are not ASCII are negative.
    let signed: i8x32<S> = bytes.bitcast();
    bytes.simd_eq(b'"') | bytes.simd_eq(b'\\') | signed.simd_lt(b' ' as i8)
}

#[inline(always)]
fn block(text: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    text.get(at..)?.first_chunk()
}

/// Where the string that `text` is the rest of ends, if it has nothing but printable ASCII and no
/// escape.
#[inline(always)]
fn string_end<S: Simd>(simd: S, text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(block) = block(text, at) {
        let special = special(u8x32::from_slice(simd, block)).to_bitmask();
        if special != 0 {
            let end = at + special.trailing_zeros() as usize;
            return (text.get(end) == Some(&b'"')).then_some(end);
        }
        at += BLOCK;
    }
    let rest = text.get(at..)?.iter();
    let plain = |byte: &&u8| **byte as i8 >= 0x20 && !matches!(**byte, b'"' | b'\\');
    let end = at + rest.take_while(plain).count();
    (text.get(end) == Some(&b'"')).then_some(end)
}

/// Where the digits at `start` end, if they are as JSON has them and not too many.
#[inline]
fn digits_end(text: &[u8], start: usize, kind: GapKind) -> Option<usize> {
    let digits = text.get(start..)?.iter().take(MOST_DIGITS + 1).take_while(|byte| byte.is_ascii_digit());
    let count = digits.count();
    let leads_with_zero = kind == GapKind::Whole && count > 1 && text.get(start) == Some(&b'0');
    ((1..=MOST_DIGITS).contains(&count) && !leads_with_zero).then_some(start + count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Extent, JsonIndex, Names, Outline, Places};

    const NAMES: [&str; 5] = ["eventName", "eventSource", "a", "b", "c"];
    const DEEPEST: usize = 256;

    /// What there is to know of an object: its end, and what was found in it, if that is certain.
    fn read(outline: &mut Outline, text: &str) -> (Extent, Option<Vec<Option<String>>>) {
        let (names, mut places) = (Names::new(NAMES), Places::default());
        let extent = outline.read(text.as_bytes(), DEEPEST);
        let Extent::To(end) = extent else { return (extent, None) };
        let found = outline.find(&text.as_bytes()[..end], &names, &mut places).map(|found| {
            let member = |number| found.member(number).map(|text| String::from_utf8_lossy(text).into_owned());
            (0..NAMES.len()).map(member).collect()
        });
        (extent, found)
    }

    /// One that knows an object of this form.
    fn knowing(form: &str) -> Outline {
        let (mut outline, mut places, names) = (Outline::default(), Places::default(), Names::new(NAMES));
        assert_eq!(outline.read(form.as_bytes(), DEEPEST), Extent::To(form.len()));
        outline.find(form.as_bytes(), &names, &mut places).unwrap();
        outline.keep(form.as_bytes(), &names, &places, 2, Some(7));
        outline
    }

    /// Whether it is recognised, and which members differ.
    fn differing(outline: &mut Outline, text: &str) -> Option<Vec<usize>> {
        let (names, mut places) = (Names::new(NAMES), Places::default());
        outline.read(text.as_bytes(), DEEPEST);
        let found = outline.find(text.as_bytes(), &names, &mut places)?;
        assert!(found.about().is_none_or(|about| about == 7));
        found.about().map(|_| (0..NAMES.len()).filter(|&number| found.change(number).is_some()).collect())
    }

    const FORM: &str = r#"{"eventName":"GetX","a":"some text","b":{"n":12,"f":-3.25e1,"s":["x","y"],"e":"\""},"c":null,"d":"z"}"#;

    #[test]
    fn what_differs_inside_strings_and_numbers_is_recognised() {
        let mut outline = knowing(FORM);
        let mut differs = |from: &str, to: &str| differing(&mut outline, &FORM.replace(from, to));
        assert_eq!(differs("", ""), Some(vec![]));
        assert_eq!(differs("some text", "some more text"), Some(vec![2]));
        assert_eq!(differs("some text", ""), Some(vec![2]));
        assert_eq!(differs("some text", "same size"), Some(vec![2]));
        assert_eq!(differs("12", "7"), Some(vec![3]));
        assert_eq!(differs("12", "1234"), Some(vec![3]));
        assert_eq!(differs("-3.25e1", "-33.0e1"), Some(vec![3]));
        assert_eq!(differs(r#""x","y""#, r#""","yy""#), Some(vec![3]));
        assert_eq!(differs(r#""z""#, r#""""#), Some(vec![]));
    }

    #[test]
    fn what_differs_otherwise_is_not_recognised() {
        let mut outline = knowing(FORM);
        for (from, to) in [
            ("GetX", "GetY"),
            ("some text", "some \\u0061"),
            ("some text", "some é"),
            ("some text", "some\ttext"),
            ("some text", "a\",\"x\":\"b"),
            ("12", "012"),
            ("12", "1.2"),
            ("12", ""),
            ("12", "1234567890123456"),
            ("12", "\"12\""),
            ("-3.25e1", "3.25e1"),
            (r#"["x","y"]"#, r#"["x"]"#),
            (r#"["x","y"]"#, r#"["x","y","z"]"#),
            (r#"\""#, r#"\\"#),
            ("null", "true"),
            (r#""d""#, r#""e""#),
            (r#","d":"z""#, ""),
            ("},", "} ,"),
        ] {
            let text = FORM.replace(from, to);
            assert_ne!(text, FORM);
            assert_eq!(differing(&mut outline, &text), None, "{text}");
        }
    }

    #[test]
    fn records_that_are_never_alike_are_not_kept_for_ever() {
        let (mut outline, mut places, names) = (Outline::default(), Places::default(), Names::new(NAMES));
        for number in 0..10_000 {
            let text = format!(r#"{{"eventName":"X","k{number}":"some text"}}"#);
            outline.read(text.as_bytes(), DEEPEST);
            outline.find(text.as_bytes(), &names, &mut places).unwrap();
            outline.keep(text.as_bytes(), &names, &places, 2, Some(0));
        }
        assert!(outline.forms().credit < super::COST);
        assert!(outline.forms().groups.iter().flatten().count() <= super::MOST_OF_A_GROUP);
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            4 => "\"[a-z0-9 ]{0,40}\"",
            1 => Just("\"a \\\" b\"".to_owned()),
            1 => Just("\"é\"".to_owned()),
            2 => "(0|[1-9][0-9]{0,4})(\\.[0-9]{1,3})?",
            1 => "null|true|false",
        ];
        leaf.prop_recursive(2, 12, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                proptest::collection::vec(("[x-z]", inner), 0..3).prop_map(|members| {
                    let each = members.iter().map(|(key, value)| format!("\"{key}\":{value}"));
                    format!("{{{}}}", each.collect::<Vec<_>>().join(","))
                }),
            ]
        })
    }

    fn object() -> impl Strategy<Value = String> {
        proptest::collection::vec(("a|b|c|d|eventSource", value()), 0..6).prop_map(|members| {
            let each = members.iter().map(|(key, value)| format!(",\"{key}\":{value}"));
            format!("{{\"eventName\":\"GetX\"{}}}", each.collect::<String>())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Whatever is done to a record, knowing its form tells nothing else of it than not knowing it,
        /// and what is recognised is JSON.
        #[test]
        fn to_be_recognised_changes_nothing(
            form in object(),
            edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..3, "[\"\\\\{}\\[\\],:0-9a é\n.e-]{0,3}"), 0..4),
            behind in prop_oneof![Just(""), Just(",{\"eventName\":\"GetX\"}]}"), Just("\n"), Just("                                        ")],
        ) {
            let mut text = form.clone();
            for (at, cut, put) in edits {
                let mut at = at.index(text.len());
                while !text.is_char_boundary(at) { at -= 1; }
                let mut end = (at + cut).min(text.len());
                while !text.is_char_boundary(end) { end += 1; }
                text.replace_range(at..end, &put);
                if text.is_empty() { text = "{}".to_owned(); }
            }
            let text = format!("{text}{behind}");
            let (mut knowing, mut not) = (knowing(&form), Outline::default());
            let (extent, found) = read(&mut knowing, &text);
            prop_assert_eq!(&(extent, found.clone()), &read(&mut not, &text));
            if let (Extent::To(end), Some(by)) = (extent, knowing.forms().last()) {
                let (mut one, mut other) = (JsonIndex::default(), JsonIndex::default());
                let checked = one.read("t", &text[..end]).unwrap();
                let listed = other.read_outlined("t", &text[..end], &knowing).unwrap();
                for key in NAMES.into_iter().chain(["d"]) {
                    prop_assert_eq!(checked.member(key), listed.member(key));
                }
                let before = read(&mut not, &form).1;
                for number in 0..NAMES.len() {
                    let of = |found: &Option<Vec<Option<String>>>| found.as_ref().map(|found| found[number].clone());
                    prop_assert_eq!(by.change(number, text.as_bytes()).is_some(), of(&before) != of(&found), "{}", NAMES[number]);
                }
            }
        }
    }
}
