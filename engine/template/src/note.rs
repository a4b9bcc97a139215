//! What a user should know of a template besides its findings.

use crate::document::Span;

/// Something that limits what is known of a template as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub span: Span,
    /// What kind.
    pub kind: NoteKind,
    /// One line, lower case.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// The kinds of [`Note`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// A macro runs when the template is deployed and may change it.
    Macro,
    /// A loop could not be unrolled, or not wholly.
    Loop,
    /// A local nested stack could not be looked into.
    NestedStack,
    /// A module stands for resources that are not here.
    Module,
    /// A serverless resource could not be expanded, or not wholly.
    Serverless,
    /// There is too much in the template for all of it to be resolved.
    TooLarge,
}

impl Note {
    /// A note on a place.
    pub fn new(span: Span, kind: NoteKind, message: impl Into<String>) -> Self {
        Self { span, kind, message: message.into(), help: None }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
