//! Text into the JSON values that records are in, one after another.
//!
//! At the top there may be any number of values with or without white space between them: JSON
//! Lines, one pretty-printed object, arrays, `{"Records":[…]}`. Arrays and the lists of known
//! containers are not values but gone into, so that they can be of any size. A value that is
//! broken costs only itself: reading goes on at the next place where one can start.

use eyas_engine::json::{Extent, Outline};
use memchr::{memchr, memchr_iter, memmem};

use crate::container::{Container, list_of_container};
use crate::strict::{self, Fault, skip_space};

/// The largest record; a larger one is refused.
pub const MAX_RECORD: usize = 16 * 1024 * 1024;

/// How deep a record may nest before it is refused.
pub const MAX_DEPTH: usize = 256;

/// After this many breaks in lists, their items are read strictly: slower, but a break is then
/// noticed where it is and not where a wrong reading of it ends.
const PATIENCE: u32 = 16;

/// One step of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A value. Unless it was read by the grammar, its extent is that of its outline.
    Value {
        /// Where it starts.
        start: usize,
        /// One past its end.
        end: usize,
        /// Whether it was read by the grammar and found to be JSON.
        strict: bool,
    },
    /// Something that is no value.
    Broken {
        /// Where it starts.
        start: usize,
        /// Where reading goes on.
        end: usize,
        /// What is wrong.
        why: Why,
    },
}

/// What is wrong with a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It breaks the grammar of JSON, at this offset.
    Grammar(usize, &'static str),
    /// It ends in the middle.
    Unfinished,
    /// The text ends between the items of a list.
    Unclosed,
    /// It nests too deep.
    TooDeep,
    /// It is larger than [`MAX_RECORD`].
    TooLarge,
    /// There is something between values, or where one should start.
    NotJson,
}

/// Where in the structure the text at hand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between values.
    Top,
    /// In an array at the top, or in a container's list.
    List(List),
    /// In a container, behind its list.
    Tail,
    /// In something broken: up to the next place where a value can start, here or in a list.
    Lost { list: Option<List> },
}

/// Whose list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// An array at the top.
    Array,
    /// A container's.
    Container,
}

/// Reads text piece by piece. The text may come in parts: see [`Splitter::next`].
#[derive(Debug, Clone)]
pub(crate) struct Splitter {
    place: Place,
    breaks: u32,
    /// Whether the next value had better be read strictly.
    doubtful: bool,
    /// Whether the value before was followed by something on its own line: then lines are not
    /// what values come in.
    joined: bool,
    /// Whether the text may end inside a list, for it goes on elsewhere.
    partial: bool,
}

impl Splitter {
    /// At the start of a text.
    pub(crate) fn new() -> Self {
        Self { place: Place::Top, breaks: 0, doubtful: false, joined: false, partial: false }
    }

    /// In a list of a text that was split elsewhere.
    pub(crate) fn in_list() -> Self {
        Self { place: Place::List(List::Container), partial: true, ..Self::new() }
    }

    /// Told that a value it gave, without having read it strictly, is none: the next is read
    /// strictly, which is to be the same again.
    pub(crate) fn doubt(&mut self) {
        self.breaks += 1;
        self.doubtful = true;
    }

    /// Whether the text at hand is between values at the top.
    pub(crate) fn at_top(&self) -> bool {
        self.place == Place::Top
    }

    /// The next piece of `text` from `*at` on, which is moved behind it. `None`: there is no
    /// more, or more of the text is needed to tell, if this is not the `last` of it; what is
    /// before `*at` is then done with. What is not read strictly is outlined.
    pub(crate) fn next(
        &mut self,
        text: &[u8],
        at: &mut usize,
        last: bool,
        outline: &mut Outline,
    ) -> Option<Piece> {
        let piece = self.piece(text, at, last, outline);
        let open = matches!(self.place, Place::List(_) | Place::Tail) && !self.partial;
        if piece.is_none() && last && open {
            self.place = Place::Top;
            return Some(Piece::Broken { start: text.len(), end: text.len(), why: Why::Unclosed });
        }
        piece
    }

    fn piece(&mut self, text: &[u8], at: &mut usize, last: bool, outline: &mut Outline) -> Option<Piece> {
        loop {
            // Line breaks are what a lost place looks for.
            if !matches!(self.place, Place::Lost { .. }) {
                *at = skip_space(text, *at);
            }
            match self.place {
                Place::Top => match self.top(text, at, last, outline)? {
                    Step::Piece(piece) => return Some(piece),
                    Step::On => {}
                },
                Place::List(list) => match text.get(*at)? {
                    b',' => *at += 1,
                    b']' => {
                        *at += 1;
                        self.place = if list == List::Container { Place::Tail } else { Place::Top };
                    }
                    _ => return self.quickly(text, at, last, Some(list), outline),
                },
                Place::Tail => match self.tail(text, at, last)? {
                    Step::Piece(piece) => return Some(piece),
                    Step::On => {}
                },
                Place::Lost { list } => {
                    let from = *at;
                    if !self.find_way(text, at, from, last, list) {
                        return None;
                    }
                }
            }
        }
    }

    fn top(&mut self, text: &[u8], at: &mut usize, last: bool, outline: &mut Outline) -> Option<Step> {
        let start = *at;
        match text.get(start)? {
            b'[' => {
                self.place = Place::List(List::Array);
                *at += 1;
                return Some(Step::On);
            }
            b'{' => {}
            // Items cut out of an array.
            b',' => {
                *at += 1;
                return Some(Step::On);
            }
            // A byte order mark, as some shells put before what they write.
            0xef if text.get(start..)?.starts_with(b"\xef\xbb\xbf") => {
                *at += 3;
                return Some(Step::On);
            }
            _ if !last && memchr(b'\n', text.get(start..)?).is_none() && text.len() - start < MAX_RECORD => {
                return None;
            }
            _ => return Some(Step::Piece(self.broken(text, at, last, Why::NotJson, None))),
        }
        match list_of_container(text, start) {
            Container::List(inside) => {
                self.place = Place::List(List::Container);
                *at = inside;
                return Some(Step::On);
            }
            Container::Undecided if !last => return None,
            _ => {}
        }
        let piece = if self.joined || self.doubtful {
            self.quickly(text, at, last, None, outline)
        } else if let Some(end) = whole_line(text, start, last, outline) {
            *at = end;
            return Some(Step::Piece(Piece::Value { start, end, strict: false }));
        } else {
            self.strictly(text, at, last, None)
        };
        if matches!(piece, Some(Piece::Value { .. })) {
            let behind =
                text.get(*at..).unwrap_or_default().iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
            self.joined = behind.is_some_and(|&b| b != b'\n');
        }
        piece.map(Step::Piece)
    }

    /// Reads an object without looking at its grammar, unless there is reason to.
    fn quickly(
        &mut self,
        text: &[u8],
        at: &mut usize,
        last: bool,
        list: Option<List>,
        outline: &mut Outline,
    ) -> Option<Piece> {
        let start = *at;
        if self.doubtful || self.breaks >= PATIENCE || text.get(start) != Some(&b'{') {
            return self.strictly(text, at, last, list);
        }
        let window = text.get(..text.len().min(start + MAX_RECORD)).unwrap_or(text);
        match outline.read(window.get(start..).unwrap_or_default(), MAX_DEPTH) {
            Extent::To(len) => {
                let end = start + len;
                *at = end;
                Some(Piece::Value { start, end, strict: false })
            }
            Extent::Unfinished if !last && window.len() == text.len() => None,
            _ => self.strictly(text, at, last, list),
        }
    }

    /// Reads a value by the grammar.
    fn strictly(&mut self, text: &[u8], at: &mut usize, last: bool, list: Option<List>) -> Option<Piece> {
        let start = *at;
        let window = text.get(..text.len().min(start + MAX_RECORD)).unwrap_or(text);
        let why = match strict::value_end(window, start) {
            Ok(end) => {
                *at = end;
                self.doubtful = false;
                return Some(Piece::Value { start, end, strict: true });
            }
            Err(Fault::Unfinished) if window.len() < text.len() => Why::TooLarge,
            Err(Fault::Unfinished) if !last => return None,
            Err(Fault::Unfinished) => Why::Unfinished,
            Err(Fault::Bad { at, why }) => Why::Grammar(at, why),
            Err(Fault::TooDeep { .. }) => Why::TooDeep,
        };
        Some(self.broken(text, at, last, why, list))
    }

    /// What follows a container's list, up to the container's end.
    fn tail(&mut self, text: &[u8], at: &mut usize, last: bool) -> Option<Step> {
        let start = *at;
        match text.get(start)? {
            b',' => *at += 1,
            b'}' => {
                *at += 1;
                self.place = Place::Top;
            }
            b'"' => {
                let end =
                    strict::string_end(text, start).map(|key| skip_space(text, key)).and_then(|colon| {
                        let value = if text.get(colon) == Some(&b':') { colon + 1 } else { colon };
                        strict::value_end(text, value)
                    });
                match end {
                    Ok(end) => *at = end,
                    Err(Fault::Unfinished) if !last && text.len() - start < MAX_RECORD => return None,
                    Err(_) => return Some(Step::Piece(self.broken(text, at, last, Why::NotJson, None))),
                }
            }
            _ => return Some(Step::Piece(self.broken(text, at, last, Why::NotJson, None))),
        }
        Some(Step::On)
    }

    /// Tells of a break at `at` and gets lost there.
    fn broken(&mut self, text: &[u8], at: &mut usize, last: bool, why: Why, list: Option<List>) -> Piece {
        self.breaks += 1;
        self.doubtful = true;
        self.place = Place::Lost { list };
        let start = *at;
        // Not the start itself again.
        self.find_way(text, at, start + 1, last, list);
        Piece::Broken { start, end: *at, why }
    }

    /// Moves `at` to where reading can go on, from `from` on; false if that is not in sight.
    fn find_way(&mut self, text: &[u8], at: &mut usize, from: usize, last: bool, list: Option<List>) -> bool {
        let (found, next) = resume(text, from, list, last);
        *at = next;
        if found {
            self.place = list.map_or(Place::Top, Place::List);
        }
        found
    }
}

/// How [`Splitter::top`] and its like went.
enum Step {
    Piece(Piece),
    On,
}

/// The place from `from` on where reading can go on after a break: a line that starts with `{`
/// or `[`, or an object that starts as events do, where a value can start. If there is none:
/// false, and up to where nothing needs to be looked at again.
fn resume(text: &[u8], from: usize, list: Option<List>, last: bool) -> (bool, usize) {
    const IN_LIST: &[u8] = b",{\"eventVersion\"";
    const AT_TOP: &[u8] = b"}{\"eventVersion\"";
    let event = if list.is_some() { IN_LIST } else { AT_TOP };
    let rest = text.get(from..).unwrap_or_default();
    let keep_event = text.len().saturating_sub(event.len());
    let event = memmem::find(rest, event).map(|i| from + i + 1);
    let before = event.map_or(rest, |event| text.get(from..event).unwrap_or_default());
    let line = memchr_iter(b'\n', before).find_map(|newline| {
        let mut at = from + newline + 1;
        if list.is_some() {
            at = skip_space(text, at);
        }
        matches!(text.get(at), Some(b'{' | b'[')).then_some(at)
    });
    match line.or(event) {
        Some(at) => (true, at),
        // The last line break, or half of what events start with, may be all that is here.
        None if !last => {
            let line = memchr::memrchr(b'\n', rest).map_or(keep_event, |i| from + i);
            let far = text.len().saturating_sub(4096);
            (false, keep_event.min(line).max(far).max(from.min(text.len())))
        }
        None => (false, text.len()),
    }
}

/// The end of the line at `start`, without white space at its end, if it is one whole object by
/// its outline.
fn whole_line(text: &[u8], start: usize, last: bool, outline: &mut Outline) -> Option<usize> {
    let rest = text.get(start..)?;
    let window = rest.get(..MAX_RECORD).unwrap_or(rest);
    if let Extent::To(end) = outline.read(window, MAX_DEPTH)
        && !outline.has_lines()
        && (matches!(rest.get(end..), Some([b'\n', ..] | [b'\r', b'\n', ..])) || last && end == rest.len())
    {
        return Some(start + end);
    }
    // What is broken, or pretty, or the last of the text.
    let line = match memchr(b'\n', rest) {
        Some(newline) => rest.get(..newline)?,
        None if last => rest,
        None => return None,
    };
    let line = line.trim_ascii_end();
    if line.last() != Some(&b'}') || line.len() > MAX_RECORD {
        return None;
    }
    (outline.read(line, MAX_DEPTH) == Extent::To(line.len())).then_some(start + line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every piece of a text, given whole and then in parts of any size, which must agree.
    fn pieces(text: &str) -> Vec<String> {
        let whole = read(text.as_bytes(), usize::MAX);
        for part in [1, 2, 7, 64] {
            assert_eq!(read(text.as_bytes(), part), whole, "in parts of {part}");
        }
        whole
    }

    fn read(text: &[u8], part: usize) -> Vec<String> {
        let (mut splitter, mut at, mut out) = (Splitter::new(), 0, Vec::new());
        let mut outline = Outline::default();
        let mut seen = part.min(text.len());
        loop {
            match splitter.next(&text[..seen], &mut at, seen == text.len(), &mut outline) {
                Some(Piece::Value { start, end, .. }) => {
                    out.push(String::from_utf8_lossy(&text[start..end]).into())
                }
                Some(Piece::Broken { start, why, .. }) => out.push(format!("!{start} {why:?}")),
                None if seen == text.len() => return out,
                None => seen = seen.saturating_add(part).min(text.len()),
            }
        }
    }

    #[test]
    fn lines_and_pretty_objects_and_neighbours() {
        assert_eq!(pieces("{\"a\":1}\n\n {\"b\":2}\r\n{\"c\":3}"), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        assert_eq!(
            pieces("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n{\n}\n"),
            ["{\n  \"a\": {\n    \"b\": 1\n  }\n}", "{\n}"]
        );
        assert_eq!(pieces("\u{feff}{\"a\":\n1}{\"b\":2\n}"), ["{\"a\":\n1}", "{\"b\":2\n}"]);
        assert!(pieces("").is_empty());
        assert!(pieces(" \n").is_empty());
    }

    #[test]
    fn lists_and_containers_are_gone_into() {
        assert_eq!(pieces(r#"[{"a":[1]},{"b":"]}"}]"#), [r#"{"a":[1]}"#, r#"{"b":"]}"}"#]);
        assert_eq!(
            pieces("{\"Records\":[{\"a\":1},\n{\"b\":2}]}\n{\"Records\" : []}{\"c\":3}"),
            ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]
        );
        assert_eq!(
            pieces(r#"{"NextToken":"x","Events":[{"a":1}],"More":{"b":[]}} {"c":3}"#),
            ["{\"a\":1}", "{\"c\":3}"]
        );
        assert_eq!(
            pieces(r#"{"messageType":"DATA_MESSAGE","subscriptionFilters":["x"],"logEvents":[{"a":1}]}"#),
            ["{\"a\":1}"]
        );
        assert_eq!(pieces(r#"{"Records":{"a":1}}"#), [r#"{"Records":{"a":1}}"#]);
    }

    #[test]
    fn values_can_be_joined_without_anything_between_them() {
        let text = r#"{"eventVersion":"1"}{"a":{,}{"eventVersion":"2"}{"c":"}"}{"d":1}"#;
        let (mut splitter, mut at, mut found) = (Splitter::new(), 0, Vec::new());
        let mut outline = Outline::default();
        // Told, as a reader would, that the line is not one value.
        splitter.doubt();
        while let Some(piece) = splitter.next(text.as_bytes(), &mut at, true, &mut outline) {
            found.push(match piece {
                Piece::Value { start, end, .. } => &text[start..end],
                Piece::Broken { start, .. } => &text[start..start + 5],
            });
        }
        assert_eq!(
            found,
            [r#"{"eventVersion":"1"}"#, r#"{"a":"#, r#"{"eventVersion":"2"}"#, r#"{"c":"}"}"#, r#"{"d":1}"#]
        );
        assert_eq!(
            pieces("{\"a\":\n1} {\"b\":2}\n{\"c\":3}\n{\"d\":\n4}\n"),
            ["{\"a\":\n1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":\n4}"]
        );
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        assert_eq!(
            pieces("{\"a\":1}\n{\"b\":\n{\"c\":3}\n{\"d\":4}"),
            ["{\"a\":1}", "!8 Grammar(22, \"expected `,` or `}`\")", "{\"c\":3}", "{\"d\":4}"]
        );
        assert_eq!(
            pieces("{\"a\":\"x\n{\"c\":3}\n"),
            ["!0 Grammar(7, \"a control character inside a string\")", "{\"c\":3}"]
        );
        assert_eq!(pieces("{\"a\":1}\ngarbage\n{\"c\":3}\n"), ["{\"a\":1}", "!8 NotJson", "{\"c\":3}"]);
        assert_eq!(pieces("{\"a\":1}\n{\"c\":"), ["{\"a\":1}", "!8 Unfinished"]);
    }

    #[test]
    fn a_list_that_is_never_closed_is_told() {
        assert_eq!(pieces(r#"{"Records":[{"a":1}"#), [r#"{"a":1}"#, "!19 Unclosed"]);
        assert_eq!(pieces(r#"{"Records":[{"a":1},"#), [r#"{"a":1}"#, "!20 Unclosed"]);
        assert_eq!(pieces(r#"{"Records":[{"a":1}]"#), [r#"{"a":1}"#, "!20 Unclosed"]);
        assert_eq!(pieces("[{\"a\":1}\n"), [r#"{"a":1}"#, "!9 Unclosed"]);
        assert_eq!(pieces(r#"{"Records":[{"a":"#), ["!12 Unfinished"]);
    }

    #[test]
    fn a_broken_item_costs_only_itself() {
        let text = r#"{"Records":[{"eventVersion":"1","a":1},{"eventVersion":"1","a":{,{"eventVersion":"1","b":2},{"eventVersion":"1"}]}"#;
        let found = pieces(text);
        assert_eq!(found.first().unwrap(), r#"{"eventVersion":"1","a":1}"#);
        assert!(found.iter().any(|p| p.starts_with("!39 ")), "{found:?}");
        assert_eq!(&found[found.len() - 2..], [r#"{"eventVersion":"1","b":2}"#, r#"{"eventVersion":"1"}"#]);
    }
}
