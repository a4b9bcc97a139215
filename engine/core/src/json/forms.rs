//! Records known by their likeness to earlier ones.
//!
//! Most records of a log differ from one before only in what some of their strings and numbers say.
//! A record that has been proved to be JSON is kept as a form; another that is the same but for the
//! insides of strings and the digits of numbers is then JSON as well, with the same members, for
//! what a comparison of bytes costs.

use fearless_simd::{Level, dispatch};
use memchr::memmem;

use super::form::{Difference, Form, Recognised};
use super::outline::Place;
use super::scan::skip_space;

/// Forms are kept by their names, which fall into so many groups.
const GROUPS: usize = 64;

/// So many of each.
const MOST_OF_A_GROUP: usize = 8;

/// Longer records are no forms, so that all of them do not take much memory.
const LONGEST: usize = 4 * 1024;

/// A record's name is looked for in so many bytes.
const NAME_WITHIN: usize = 8 * 1024;

/// What keeping a form costs, where recognising a record by one earns 1: in a log whose records are
/// all different, not much is spent.
const COST: u32 = 16;

/// What can be spent without having earned it.
const CREDIT: u32 = 64 * COST;

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
    key: memmem::Finder<'static>,
    /// What was before the last name that was looked for.
    before: [u8; 8],
    /// Where names were before.
    starts: [usize; 4],
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
        Some(Recognised::new(form, &self.differences))
    }

    /// Keeps a record as a form, if it can be one and there have not been too many in vain; if it was
    /// recognised, in place of the form that it has. Its text must be ASCII, and its members
    /// found by names of which the first is the one that tells most of a record. The first `telling`
    /// members may not differ. Whether it was kept, and so is JSON.
    pub(super) fn keep(
        &mut self,
        name: &[u8],
        text: &[u8],
        members: &[Place],
        telling: usize,
        about: Option<u32>,
    ) -> bool {
        if self.credit < COST || text.len() > LONGEST {
            return false;
        }
        let name = self.name.get_or_insert_with(|| NameFinder::new(name));
        let Some((group, name)) = name.group(text) else { return false };
        // There is less to be gained of which nothing can be said: not at the first of its name.
        let met = self.met >> group & 1 != 0;
        self.met |= 1 << group;
        if about.is_none() && !met {
            return false;
        }
        self.credit -= COST;
        let Some(form) = Form::new(text, name, members, telling, about) else { return false };
        if self.groups.is_empty() {
            self.groups.resize_with(GROUPS, Vec::new);
        }
        let Some(forms) = self.groups.get_mut(group) else { return false };
        match self.last.and_then(|(_, at)| forms.get_mut(at)) {
            Some(known) => *known = form,
            None => {
                forms.truncate(MOST_OF_A_GROUP - 1);
                forms.push(form);
            }
        }
        self.last = None;
        true
    }
}

impl NameFinder {
    fn new(name: &[u8]) -> Self {
        let key = memmem::Finder::new(&[b"\"", name, b"\""].concat()).into_owned();
        Self { key, before: [0; 8], starts: [0; 4] }
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
        let is_at = |start: &&usize| text.get(..**start).and_then(<[u8]>::last_chunk) == Some(&self.before);
        match self.starts.iter().find(is_at) {
            Some(&start) => Some(start),
            None => self.search(text),
        }
    }

    #[cold]
    fn search(&mut self, text: &[u8]) -> Option<usize> {
        let text = text.get(..NAME_WITHIN).unwrap_or(text);
        let key_end = self.key.find(text)? + self.key.needle().len();
        let colon = skip_space(text, key_end);
        let quote = skip_space(text, colon + 1);
        let start =
            (text.get(colon) == Some(&b':') && text.get(quote) == Some(&b'"')).then_some(quote + 1)?;
        self.before = *text.get(..start)?.last_chunk()?;
        self.starts.rotate_right(1);
        self.starts[0] = start;
        Some(start)
    }
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
    fn white_space_is_part_of_the_form() {
        let spaced = FORM.replace("\":", "\": ").replace(",\"", ",\n \"");
        let mut outline = knowing(&spaced);
        assert_eq!(differing(&mut outline, &spaced.replace("some text", "some more text")), Some(vec![2]));
        assert!(outline.has_lines());
        assert_eq!(differing(&mut outline, FORM), None);
        assert!(!outline.has_lines());
        assert_eq!(differing(&mut outline, &spaced.replace("some text", "some\n text")), None);
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
