//! Falco's lists, which it puts into conditions as text.
//!
//! Wherever a list's name stands between delimiters, Falco replaces it by the list's items
//! before it reads the condition. For a name that is an item of a parenthesised list that is
//! the same as looking the name up, which is what we do. Anywhere else it is not: inside quoted
//! text, or where one value is expected. There the replacement is made as Falco makes it, and
//! a warning says so.

use std::collections::HashMap;
use std::ops::Range;

use super::condition::{self, Condition};
use super::keys::Word;
use super::text::Text;
use super::value;
use crate::diagnostics::{Code, Diagnostic};

/// How many bytes a list's items may have together where they are put into a condition.
const MAX_EXPANSION: usize = 100_000;

/// What ends a list's name in a condition's text.
fn is_delimiter(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '(' | ')' | ',' | '=')
}

/// The lists of a rule set.
#[derive(Debug, Default)]
pub(super) struct Lists {
    items: HashMap<String, Vec<Word>>,
}

impl Lists {
    /// Adds a list.
    pub(super) fn insert(&mut self, name: &str, items: Vec<Word>) {
        self.items.insert(name.to_owned(), items);
    }

    /// Reads a condition as Falco does, and notes where names are replaced by text.
    pub(super) fn read(&self, text: &Text, out: &mut Vec<Diagnostic>) -> Result<Condition, Diagnostic> {
        let by_name = condition::parse(text);
        let mut places = self.places(text.as_str());
        if let Ok(condition) = &by_name {
            places.retain(|place| !condition.items.contains(place));
        }
        if places.is_empty() {
            return by_name;
        }
        let by_text = self.replace(text, &places).ok_or(()).and_then(|t| condition::parse(&t).map_err(drop));
        match (by_name, by_text) {
            (_, Ok(condition)) => {
                out.extend(places.iter().map(|place| replaced(text, place)));
                Ok(condition)
            }
            (Ok(condition), Err(())) => {
                out.extend(places.iter().map(|place| kept(text, place)));
                Ok(condition)
            }
            (Err(wrong), Err(())) => Err(wrong),
        }
    }

    /// Where lists are named, between delimiters.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut start = 0;
        for (end, c) in text.char_indices().chain([(text.len(), ' ')]) {
            if !is_delimiter(c) {
                continue;
            }
            if text.get(start..end).is_some_and(|word| self.changes(word)) {
                places.push(start..end);
            }
            start = end + c.len_utf8();
        }
        places
    }

    /// Whether a word names a list whose items are other than just that word.
    fn changes(&self, word: &str) -> bool {
        match self.items.get(word).map(Vec::as_slice) {
            None => false,
            Some([item]) => item.text != word,
            Some(_) => true,
        }
    }

    /// The text with the items in these places; `None` where they are too many.
    fn replace(&self, text: &Text, places: &[Range<usize>]) -> Option<Text> {
        let mut out = Text::new(text.whole());
        let mut at = 0;
        for place in places {
            out.push_range(text, at..place.start);
            let mut items = String::new();
            self.expand(text.as_str().get(place.clone())?, &mut items, 0)?;
            if out.as_str().len() + items.len() > MAX_EXPANSION {
                return None;
            }
            out.push(&items, text.span(place.clone()));
            at = place.end;
        }
        out.push_range(text, at..text.as_str().len());
        Some(out)
    }

    /// Writes the items of a list, those of lists in it included.
    fn expand(&self, name: &str, out: &mut String, depth: u32) -> Option<()> {
        if depth > 64 || out.len() > MAX_EXPANSION {
            return None;
        }
        for item in self.items.get(name)? {
            match self.changes(&item.text) {
                true => self.expand(&item.text, out, depth + 1)?,
                false => {
                    if !out.is_empty() {
                        out.push_str(", ");
                    }
                    out.push_str(&value::in_text(item));
                }
            }
            if out.len() > MAX_EXPANSION {
                return None;
            }
        }
        Some(())
    }
}

fn replaced(text: &Text, place: &Range<usize>) -> Diagnostic {
    let name = text.as_str().get(place.clone()).unwrap_or("");
    let message = format!("`{name}` is replaced here by the items of the list of that name");
    Diagnostic::new(Code::FalcoListText, text.span(place.clone()), message)
        .help("if the text itself is meant, give the list another name")
}

fn kept(text: &Text, place: &Range<usize>) -> Diagnostic {
    let name = text.as_str().get(place.clone()).unwrap_or("");
    let message =
        format!("Falco puts the items of list `{name}` here as text, and then cannot read the condition");
    let before = text.as_str().get(..place.start).unwrap_or("").trim_end();
    let as_list =
        ["in", "intersects", "pmatch", "oneof", "anyof", "allof"].iter().any(|op| before.ends_with(op));
    Diagnostic::new(Code::FalcoListText, text.span(place.clone()), message)
        .label(if as_list { "taken as the list here" } else { "taken as text here" })
        .help(format!("a list stands in parentheses: `in ({name})`"))
}
