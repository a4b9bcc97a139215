//! Something that is wrong with a text of the user's, in the form that is rendered: rule
//! diagnostics and configuration errors alike.

use std::ops::Range;
use std::sync::Arc;

use eyas_lang::diagnostics::{Diagnostic, Level};
use eyas_lang::source::Sources;

/// A place in a text.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The file's name as the user knows it.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// Bytes of the text.
    pub(crate) range: Range<usize>,
    /// What is said there; may be empty.
    pub(crate) label: String,
}

impl Place {
    /// Line and column of the start, both from 1; the column counts characters.
    pub(crate) fn line_column(&self) -> (usize, usize) {
        let mut at = self.range.start.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}

/// Something that is wrong.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// `error` or `warning`.
    pub(crate) level: Level,
    /// The stable code, where there is one.
    pub(crate) code: Option<&'static str>,
    /// One line.
    pub(crate) message: String,
    /// Places; the first is the main one.
    pub(crate) places: Vec<Place>,
    /// The next step.
    pub(crate) help: Option<String>,
}

impl Problem {
    /// What a diagnostic says, with the text that it is about.
    pub(crate) fn of(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let places = diagnostic.labels().iter().map(|label| {
            let file = sources.get(label.span.file);
            Place {
                file: file.name.clone(),
                text: Arc::clone(&file.text),
                range: label.span.start as usize..label.span.end as usize,
                label: label.text.clone(),
            }
        });
        Self {
            level: diagnostic.level,
            code: Some(diagnostic.code.as_str()),
            message: diagnostic.message.clone(),
            places: places.collect(),
            help: diagnostic.help.clone(),
        }
    }
}
