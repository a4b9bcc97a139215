//! Text of which parts may not be known.

use eyas_lang::value::{Tree, TreeKind, Unknown};
use smol_str::SmolStr;

use super::Resolver;
use crate::document::Span;

/// The parts of a text in order.
pub(super) struct Parts {
    parts: Vec<Option<SmolStr>>,
    reasons: Vec<String>,
    refers_to: Option<SmolStr>,
    /// How the text is put together; `None` once a part has no spelling.
    spelling: Option<String>,
}

impl Default for Parts {
    fn default() -> Self {
        Self { parts: Vec::new(), reasons: Vec::new(), refers_to: None, spelling: Some(String::new()) }
    }
}

impl Parts {
    pub(super) fn push_text(&mut self, text: &str) {
        if let Some(spelling) = &mut self.spelling {
            // Literal text must not look like a name's spelling.
            spelling.push_str(&text.replace('$', "$$"));
        }
        self.add_text(text);
    }

    fn add_text(&mut self, text: &str) {
        if let Some(Some(last)) = self.parts.last_mut() {
            *last = smol_str::format_smolstr!("{last}{text}");
        } else if !text.is_empty() {
            self.parts.push(Some(text.into()));
        }
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
                    self.parts.push(None);
                } else {
                    for part in &unknown.parts {
                        match part {
                            Some(text) => self.add_text(text),
                            None => self.parts.push(None),
                        }
                    }
                }
                match (&mut self.spelling, &unknown.spelling) {
                    (Some(spelling), Some(part)) => spelling.push_str(part),
                    (spelling, _) => *spelling = None,
                }
                self.refers_to = self.refers_to.take().or_else(|| unknown.refers_to.clone());
                self.reasons.push(unknown.reason.clone());
            }
            TreeKind::Null | TreeKind::List(_) | TreeKind::Map(_) => return false,
        }
        true
    }

    /// The text, or an unknown that tells what is known of it.
    pub(super) fn finish(self, resolver: &Resolver<'_>, span: Span) -> Tree {
        match self.reasons.into_iter().next() {
            None => {
                let text = self.parts.into_iter().flatten().next().unwrap_or_default();
                resolver.tree(TreeKind::Str(text), span)
            }
            Some(reason) => {
                let unknown = Unknown {
                    parts: self.parts,
                    refers_to: self.refers_to,
                    spelling: self.spelling.map(SmolStr::from),
                    ..Unknown::present(reason)
                };
                resolver.unknown(span, unknown)
            }
        }
    }
}
