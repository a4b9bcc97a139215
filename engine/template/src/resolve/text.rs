//! Text of which parts may not be known.

use eyas_lang::value::{Tree, TreeKind, Unknown};
use smol_str::SmolStr;

use super::Resolver;
use crate::document::Span;

/// The parts of a text in order.
#[derive(Default)]
pub(super) struct Parts {
    parts: Vec<Option<SmolStr>>,
    reasons: Vec<String>,
    refers_to: Option<SmolStr>,
}

impl Parts {
    pub(super) fn push_text(&mut self, text: &str) {
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
                            Some(text) => self.push_text(text),
                            None => self.parts.push(None),
                        }
                    }
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
                let unknown =
                    Unknown { parts: self.parts, refers_to: self.refers_to, ..Unknown::present(reason) };
                resolver.unknown(span, unknown)
            }
        }
    }
}
