//! What is wrong with a rule, as plain data: a stable code, a message, places, a next step.
//!
//! Style: lower-case start, no final period, the user's text in backticks, never the name of a
//! grammar rule; a place always; a help line when there is a next step. Each code has a page
//! under `lang/src/diagnostics/pages/` that `eyas explain CODE` prints and the documentation
//! includes.

use std::fmt;

use crate::source::Span;

mod codes;
mod render;

pub use codes::Code;
pub use render::{Report, plain};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The rule set still runs.
    Warning,
    /// The declaration cannot run.
    Error,
}

/// A place with what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub text: String,
}

/// A replacement of text that would mend the problem, for editors and `--fix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to replace.
    pub span: Span,
    /// With what.
    pub replacement: String,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// Error or warning. Starts as the code's own level.
    pub level: Level,
    /// One line.
    pub message: String,
    // INVARIANT: never empty; the first is the main one.
    labels: Vec<Label>,
    /// The next step.
    pub help: Option<String>,
    /// A mechanical mend.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// A problem at one place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            level: code.level(),
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            suggestion: None,
        }
    }

    /// Sets what is said at the main place.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.main_mut().text = text.into();
        self
    }

    /// Adds a second place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Sets the next step.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Labels the main place `did you mean …?` and records the replacement, where there is a
    /// near name.
    pub fn did_you_mean(mut self, near: Option<&str>) -> Self {
        if let Some(near) = near {
            self.suggestion = Some(Suggestion { span: self.span(), replacement: near.to_owned() });
            self.main_mut().text = format!("did you mean `{near}`?");
        }
        self
    }

    /// The main place.
    pub fn span(&self) -> Span {
        self.main().span
    }

    /// Its places; the first is the main one.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Makes another place the main one, before what has been said.
    pub(crate) fn led_by(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.insert(0, Label { span, text: text.into() });
        self
    }

    #[expect(clippy::indexing_slicing, reason = "there is a first label from the start")]
    fn main(&self) -> &Label {
        &self.labels[0]
    }

    #[expect(clippy::indexing_slicing, reason = "there is a first label from the start")]
    fn main_mut(&mut self) -> &mut Label {
        &mut self.labels[0]
    }

    /// Whether it keeps its declaration from running.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// The candidate nearest to `name`, if one is near enough to be what was meant (Damerau–
/// Levenshtein distance at most a third of the length, case folded).
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        // The distance is at least the difference in length, which is cheap to know.
        .filter(|c| c.chars().count().abs_diff(length) <= limit)
        .map(|c| (strsim::damerau_levenshtein(&folded, &c.to_lowercase()), c))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, c)| (*d, c.len()))
        .map(|(_, c)| c)
}
