//! The text that findings point into, for the formats that show it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Whoever holds the text of the files that findings are in.
pub trait SourceText: Send + Sync {
    /// Line `line` (from 1) of `file`, without its line end. None where it is not at hand.
    fn line(&self, file: &str, line: u64) -> Option<String>;
}

/// A [`SourceText`], or none.
#[derive(Clone, Default)]
pub struct Sources(Option<Arc<dyn SourceText>>);

impl Sources {
    /// The text that `source` holds.
    pub fn new(source: Arc<dyn SourceText>) -> Self {
        Self(Some(source))
    }

    pub(crate) fn line(&self, file: &str, line: u64) -> Option<String> {
        self.0.as_ref()?.line(file, line)
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Sources(..)" } else { "Sources(none)" })
    }
}

/// Texts in memory, by the name that findings give their file.
#[derive(Debug, Default)]
pub struct Texts(Mutex<HashMap<String, Text>>);

#[derive(Debug)]
struct Text {
    text: Arc<str>,
    /// Where each line starts; found when the first line is asked for.
    starts: Vec<usize>,
}

impl Texts {
    /// Holds the text of `file` from now on.
    pub fn insert(&self, file: &str, text: Arc<str>) {
        self.lock().insert(file.to_owned(), Text { text, starts: Vec::new() });
    }

    /// Lets go of the text of `file`.
    pub fn remove(&self, file: &str) {
        self.lock().remove(file);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Text>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SourceText for Texts {
    fn line(&self, file: &str, line: u64) -> Option<String> {
        self.lock().get_mut(file)?.line(line)
    }
}

impl Text {
    fn line(&mut self, line: u64) -> Option<String> {
        if self.starts.is_empty() {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            self.starts = std::iter::once(0).chain(breaks).collect();
        }
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        let start = *self.starts.get(index)?;
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end)?;
        Some(text.trim_end_matches(['\n', '\r']).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_without_their_ends() {
        let texts = Texts::default();
        texts.insert("a.yaml", Arc::from("one\r\ntwo\n\nfour"));
        let line = |n| texts.line("a.yaml", n);
        assert_eq!(line(1).as_deref(), Some("one"));
        assert_eq!(line(2).as_deref(), Some("two"));
        assert_eq!(line(3).as_deref(), Some(""));
        assert_eq!(line(4).as_deref(), Some("four"));
        assert_eq!((line(0), line(5), texts.line("b.yaml", 1)), (None, None, None));
        texts.remove("a.yaml");
        assert_eq!(texts.line("a.yaml", 1), None);
    }
}
