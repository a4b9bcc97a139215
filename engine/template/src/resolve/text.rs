//! Text of which parts may not be known.

use eyas_lang::value::{Tree, TreeKind, Unknown};
use smol_str::SmolStr;

use super::Resolver;
use crate::document::Span;

/// The parts of a text in order.
pub(super) struct Parts {
    parts: Vec<Option<SmolStr>>,
    /// Known text that is not among the parts yet.
    text: String,
    /// Why the first unknown part is not known.
    reason: Option<String>,
    refers_to: Option<SmolStr>,
    /// How the text is put together; `None` once a part has no spelling.
    spelling: Option<String>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            text: String::new(),
            reason: None,
            refers_to: None,
            spelling: Some(String::new()),
        }
    }
}

impl Parts {
    pub(super) fn push_text(&mut self, text: &str) {
        if let Some(spelling) = &mut self.spelling {
            // Literal text must not look like a name's spelling.
            for piece in text.split_inclusive('$') {
                spelling.push_str(piece);
                if piece.ends_with('$') {
                    spelling.push('$');
                }
            }
        }
        self.text.push_str(text);
    }

    /// A part that is not known.
    fn add_hole(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Some(self.text.as_str().into()));
            self.text.clear();
        }
        self.parts.push(None);
    }

    /// Adds a value; false if it is no text.
    pub(super) fn push(&mut self, tree: &Tree) -> bool {
        match &tree.kind {
            TreeKind::Str(text) => self.push_text(text),
            TreeKind::Int(value) => self.push_text(&value.to_string()),
            TreeKind::Float(value) => self.push_text(&value.to_string()),
            TreeKind::Bool(value) => self.push_text(if *value { "true" } else { "false" }),
            TreeKind::Unknown(unknown) => {
                if unknown.parts.is_empty() {
                    self.add_hole();
                }
                for part in &unknown.parts {
                    match part {
                        Some(text) => self.text.push_str(text),
                        None => self.add_hole(),
                    }
                }
                match (&mut self.spelling, &unknown.spelling) {
                    (Some(spelling), Some(part)) => spelling.push_str(part),
                    (spelling, _) => *spelling = None,
                }
                self.refers_to = self.refers_to.take().or_else(|| unknown.refers_to.clone());
                self.reason.get_or_insert_with(|| unknown.reason.clone());
            }
            TreeKind::Null | TreeKind::List(_) | TreeKind::Map(_) => return false,
        }
        true
    }

    /// The text, or an unknown that tells what is known of it.
    pub(super) fn finish(mut self, resolver: &Resolver<'_>, span: Span) -> Tree {
        let length = self.text.len() + self.spelling.as_ref().map_or(0, String::len);
        if !resolver.ground.budget.text(length) {
            return resolver.unknown(span, Unknown::present("the text is too long to put together"));
        }
        let Some(reason) = self.reason else {
            return resolver.tree(TreeKind::Str(self.text.into()), span);
        };
        if !self.text.is_empty() {
            self.parts.push(Some(self.text.into()));
        }
        let unknown = Unknown {
            parts: self.parts,
            refers_to: self.refers_to,
            spelling: self.spelling.map(SmolStr::from),
            ..Unknown::present(reason)
        };
        resolver.unknown(span, unknown)
    }
}
