//! Where the members of an object stand, found by its quotes, brackets, colons and commas alone.
//!
//! A pass over the bytes notes what stands at the object's own level, and a second one looks at
//! that. Little is proved about what is deeper: what an outline says holds if the text is JSON.

use std::ops::Range;

use fearless_simd::{Level, dispatch};

use super::blocks::{self, Marks};
use super::form::Recognised;
use super::forms::Forms;
use super::members::{Members, Names, mark};
use super::scan::{skip_space, skip_string};

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
    marks: Marks,
    members: Members,
    /// Records that others are recognised by; none but those that were kept.
    forms: Forms,
    /// Whether every byte is ASCII.
    ascii: bool,
    lines: bool,
    escapes: bool,
    /// Whether there may be a backslash in a key.
    own_escapes: bool,
    /// Whether there is no white space beside strings.
    compact: bool,
    /// Where the object's last brace is, if that was found.
    close: Option<usize>,
}

/// Where something starts and ends.
pub(super) type Place = (u32, u32);

/// Members of an object that have the names that were looked for.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    text: &'a [u8],
    members: FoundMembers<'a>,
    escapes: bool,
}

#[derive(Debug, Clone, Copy)]
enum FoundMembers<'a> {
    Listed(&'a [Place]),
    Recognised(Recognised<'a>),
}

/// Room for [`Found`], used for one object after another.
#[derive(Debug, Default)]
pub struct Places(Vec<Place>);

impl<'a> Found<'a> {
    /// The text of the whole object.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Whether there may be a backslash in it.
    pub fn has_escapes(&self) -> bool {
        self.escapes
    }

    /// The text of a member as [`Found::member`] gives it, unless it is the same as in the object that
    /// this one was recognised by and of which something was said.
    #[inline]
    pub fn change(&self, number: usize) -> Option<&'a [u8]> {
        match &self.members {
            FoundMembers::Recognised(by) if by.about().is_some() => by.change(number, self.text),
            _ => self.member(number),
        }
    }

    /// What was said of the object that this one was recognised by, if that was anything.
    #[inline]
    pub fn about(&self) -> Option<u32> {
        match &self.members {
            FoundMembers::Listed(_) => None,
            FoundMembers::Recognised(by) => by.about(),
        }
    }

    /// The text of the value of the member that has the name with this number; the last of equal
    /// keys counts.
    #[inline]
    pub fn member(&self, number: usize) -> Option<&'a [u8]> {
        let (start, end) = match &self.members {
            FoundMembers::Listed(places) => *places.get(number)?,
            FoundMembers::Recognised(by) => by.place(number)?,
        };
        // No value starts where the object does.
        if start == 0 { None } else { self.text.get(start as usize..end as usize) }
    }

    /// Whether one of these values is a string.
    #[inline]
    pub fn any_string(&self, mut numbers: Range<usize>) -> bool {
        match &self.members {
            FoundMembers::Listed(places) => {
                numbers.any(|n| places.get(n).is_some_and(|at| self.text.get(at.0 as usize) == Some(&b'"')))
            }
            FoundMembers::Recognised(by) => numbers.any(|number| by.is_string(number)),
        }
    }
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            level: Level::new(),
            marks: Marks::default(),
            members: Members::default(),
            forms: Forms::default(),
            ascii: false,
            lines: false,
            escapes: false,
            own_escapes: false,
            compact: false,
            close: None,
        }
    }
}

impl Outline {
    /// Finds the end of the object that `text` starts with. Of text of 4 GiB and more only the
    /// beginning is looked at. An object that is recognised by one that was kept is not refused for
    /// its depth.
    #[inline]
    pub fn read(&mut self, text: &[u8], deepest: usize) -> Extent {
        let text = text.get(..u32::MAX as usize).unwrap_or(text);
        match self.forms.recognise(self.level, text) {
            Some(end) => {
                (self.ascii, self.close) = (true, None);
                self.lines = self.forms.last().is_some_and(|by| by.has_lines());
                Extent::To(end)
            }
            None => self.read_unknown(text, deepest),
        }
    }

    #[inline(never)]
    fn read_unknown(&mut self, text: &[u8], deepest: usize) -> Extent {
        let passed = dispatch!(self.level, simd => blocks::pass(simd, text, deepest, &mut self.marks));
        let object = match passed.extent {
            Extent::To(end) => text.get(..end).unwrap_or(text),
            _ => text,
        };
        self.ascii = passed.plain || object.is_ascii();
        self.lines = !passed.plain && memchr::memchr(b'\n', object).is_some();
        self.escapes = passed.escapes;
        self.own_escapes = passed.own_escapes;
        self.compact = passed.compact;
        self.close = if let Extent::To(end) = passed.extent { end.checked_sub(1) } else { None };
        passed.extent
    }

    /// Looks for members by their names in the object that was read; `text` is what was read.
    /// `None` where that might not say what a parser would say: where the object is not made of
    /// keys and values, or a key has escapes.
    #[inline]
    pub fn find<'a>(&'a self, text: &'a [u8], names: &Names, places: &'a mut Places) -> Option<Found<'a>> {
        match self.forms.last() {
            Some(by) => {
                Some(Found { text, escapes: by.has_escapes(), members: FoundMembers::Recognised(by) })
            }
            None => self.find_unknown(text, names, places),
        }
    }

    #[inline(never)]
    fn find_unknown<'a>(
        &'a self,
        text: &'a [u8],
        names: &Names,
        places: &'a mut Places,
    ) -> Option<Found<'a>> {
        places.0.clear();
        places.0.resize(names.count(), (0, 0));
        self.each_member(text, |key, _, value| {
            if let Some(place) = names.find(key).and_then(|number| places.0.get_mut(number)) {
                *place = (value.start as u32, value.end as u32);
            }
        })?;
        let members = FoundMembers::Listed(&places.0);
        Some(Found { text, members, escapes: self.escapes })
    }

    /// Keeps the object that was read last, whose members were found, and what is to be said of it, so
    /// that others are recognised that differ from it only inside strings and numbers, though not in
    /// the members with the first `telling` numbers. From then on the same names must be looked for.
    /// If it was recognised itself it takes the place of the other. Whether it was kept, and so is JSON.
    pub fn keep(
        &mut self,
        text: &[u8],
        names: &Names,
        places: &Places,
        telling: usize,
        about: Option<u32>,
    ) -> bool {
        let Some(name) = names.first().filter(|_| self.ascii) else { return false };
        let recognised = self.forms.last().map(|by| (0..names.count()).map_while(|n| by.place(n)).collect());
        let members: Vec<Place> = recognised.unwrap_or_else(|| places.0.clone());
        self.forms.keep(name, text, &members, telling, about)
    }

    /// How the object that was read last was recognised; `None` if it was not.
    #[inline]
    pub(super) fn recognised(&self) -> Option<Recognised<'_>> {
        self.forms.last()
    }

    /// Whether the object that was read last was recognised, and so is JSON.
    pub fn is_recognised(&self) -> bool {
        self.forms.last().is_some()
    }

    #[cfg(test)]
    pub(super) fn forms(&self) -> &Forms {
        &self.forms
    }

    /// Lists all members of the object that was read, with the same proviso.
    pub(super) fn list(&mut self, text: &[u8]) -> Option<()> {
        let mut members = std::mem::take(&mut self.members);
        members.clear();
        let listed = self.each_member(text, |key, at, value| {
            let end = at + key.len();
            members.push(mark(key), at as u32..end as u32, value.start as u32..value.end as u32)
        });
        self.members = members;
        listed
    }

    /// What [`Outline::list`] listed.
    pub(super) fn members(&self) -> &Members {
        &self.members
    }

    /// The second pass, over the marks: a colon, and a comma but for the last member.
    #[inline(always)]
    fn each_member(&self, text: &[u8], mut each: impl FnMut(&[u8], usize, Range<usize>)) -> Option<()> {
        let close = self.close?;
        let mut marks = self.marks.get()?;
        let mut start = 1;
        while let [colon, rest @ ..] = marks {
            let colon = *colon as usize;
            let (end, ends_with) = rest.first().map_or((close, b'}'), |&comma| (comma as usize, b','));
            let (key, value) = text.get(start..end)?.split_at_checked(colon.wrapping_sub(start))?;
            let ([b':', value @ ..], true) = (value, text.get(end) == Some(&ends_with)) else { return None };
            let (key, value) = match (key, value) {
                ([b'"', name @ .., b'"'], value) if self.compact && is_value(value) => {
                    ((start + 1, name), colon + 1..end)
                }
                _ => {
                    let key = apart(text, start..colon)?;
                    let value = apart(text, colon + 1..end)?;
                    let [b'"', name @ .., b'"'] = text.get(key.clone())? else { return None };
                    if !is_value(text.get(value.clone())?) {
                        return None;
                    }
                    ((key.start + 1, name), value)
                }
            };
            if self.own_escapes && key.1.contains(&b'\\') {
                return None;
            }
            each(key.1, key.0, value);
            let [_, next @ ..] = rest else { return Some(()) };
            marks = next;
            start = end + 1;
        }
        // There is none, and no comma behind the last.
        text.get(1..close)?.trim_ascii().is_empty().then_some(())
    }

    /// Whether there is a line break in the object.
    pub fn has_lines(&self) -> bool {
        self.lines
    }
}

/// A range without the white space at its ends, if it is not more than one string.
#[cold]
fn apart(text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let start = skip_space(text, range.start);
    let end = start + text.get(start..range.end)?.trim_ascii_end().len();
    (text.get(start) != Some(&b'"') || skip_string(text, start).0 == end).then_some(start..end)
}

/// Whether something could be a value by its ends.
#[inline(always)]
fn is_value(text: &[u8]) -> bool {
    match text {
        [b'"', .., b'"'] | [b'{', .., b'}'] | [b'[', .., b']'] => true,
        _ => is_scalar(text),
    }
}

/// Whether something is a word of JSON's, or could be a number.
fn is_scalar(text: &[u8]) -> bool {
    match text {
        b"null" | b"true" | b"false" => true,
        [b'-' | b'0'..=b'9', rest @ ..] => {
            rest.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        }
        _ => false,
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
            let object = value.as_object().unwrap();
            let names = Names::new(object.keys().map(String::as_str));
            let mut places = Places::default();
            let members = outline.find(longer.as_bytes(), &names, &mut places).unwrap();
            prop_assert_eq!(outline.has_lines(), text.contains('\n'));
            for (key, value) in object {
                let raw = members.member(names.number(key).unwrap()).unwrap();
                prop_assert_eq!(&serde_json::from_slice::<serde_json::Value>(raw).unwrap(), value);
                let number = names.number(key).unwrap();
                prop_assert_eq!(members.any_string(number..number + 1), value.is_string());
            }
            outline.list(longer.as_bytes()).unwrap();
            let listed = outline.members().iter().map(|m| &longer[m.key.start as usize..m.key.end as usize]);
            prop_assert_eq!(listed.collect::<Vec<_>>(), object.keys().collect::<Vec<_>>());
            let others = Names::new(["d", "eventName"]);
            let members = outline.find(longer.as_bytes(), &others, &mut places).unwrap();
            prop_assert!(members.member(0).is_none() && members.member(1).is_none() && !members.any_string(0..2));
        }
    }

    #[test]
    fn what_could_mean_something_else_has_no_members() {
        for text in [
            r#"{"a\u0062":1}"#,
            r#"{"a" 1}"#,
            r#"{"a"}"#,
            r#"{[1]}"#,
            r#"{"b":}"#,
            r#"{"a":,"b":1}"#,
            r#"{"a":"b" "c":1}"#,
            r#"{"a":1 2}"#,
            r#"{"a":nulls}"#,
            r#"{"a":"b"c}"#,
            r#"{"a":"b" "c"}"#,
            r#"{"a" "b":1}"#,
            r#"{"a":1,}"#,
            r#"{"a":1,"b"}"#,
            r#"{"a":1:2}"#,
            r#"{"a":{}[]}"#,
        ] {
            let mut outline = Outline::default();
            outline.read(text.as_bytes(), DEEPEST);
            assert!(outline.list(text.as_bytes()).is_none(), "{text}");
        }
        let (mut outline, mut places) = (Outline::default(), Places::default());
        let twice = br#"{"a":1,"a":{"a":2}}"#;
        assert_eq!(outline.read(twice, DEEPEST), Extent::To(twice.len()));
        let found = outline.find(twice, &Names::new(["a"]), &mut places).unwrap();
        assert_eq!(found.member(0), Some(&br#"{"a":2}"#[..]));
        let many = format!("{{{}\"a\":1}}", r#""a":"b","#.repeat(100_000));
        assert_eq!(outline.read(many.as_bytes(), DEEPEST), Extent::To(many.len()));
        assert!(outline.list(many.as_bytes()).is_none(), "too many marks are not kept");
    }

    #[test]
    fn depth_is_bounded() {
        let text = "{\"a\":".repeat(DEEPEST + 1);
        assert_eq!(Outline::default().read(text.as_bytes(), DEEPEST), Extent::TooDeep);
    }
}
