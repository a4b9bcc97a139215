//! Text of which parts may not be known.

use eyas_lang::value::{Tree, TreeKind, Unknown};
use smol_str::SmolStr;

use super::{Budget, Resolver};
use crate::document::Span;

/// The parts of a text in order.
pub(super) struct Parts<'b> {
    budget: &'b Budget,
    /// Whether there is more text than the budget allows; what came after is not there.
    too_long: bool,
    parts: Vec<Option<SmolStr>>,
    /// Known text that is not among the parts yet.
    text: String,
    /// Why the first unknown part is not known.
    reason: Option<String>,
    refers_to: Option<SmolStr>,
    /// How the text is put together, once a part is unknown; `None` once one has no spelling.
    spelling: Option<String>,
}

impl<'b> Parts<'b> {
    pub(super) fn new(budget: &'b Budget) -> Self {
        Self {
            budget,
            too_long: false,
            parts: Vec::new(),
            text: String::new(),
            reason: None,
            refers_to: None,
            spelling: Some(String::new()),
        }
    }

    pub(super) fn push_text(&mut self, text: &str) {
        if self.may_take(text.len()) {
            if self.reason.is_some() {
                self.spell(text);
            }
            self.text.push_str(text);
        }
    }

    fn may_take(&mut self, length: usize) -> bool {
        self.too_long = self.too_long || !self.budget.text(length);
        !self.too_long
    }

    /// Literal text must not look like a name's spelling.
    fn spell(&mut self, text: &str) {
        let Some(spelling) = &mut self.spelling else { return };
        for piece in text.split_inclusive('$') {
            spelling.push_str(piece);
            if piece.ends_with('$') {
                spelling.push('$');
            }
        }
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
            TreeKind::Unknown(unknown) => self.push_unknown(unknown),
            TreeKind::Null | TreeKind::List(_) | TreeKind::Map(_) => return false,
        }
        true
    }

    fn push_unknown(&mut self, unknown: &Unknown) {
        let known = unknown.parts.iter().flatten().map(|part| part.len()).sum::<usize>();
        if !self.may_take(known + unknown.spelling.as_ref().map_or(0, |spelling| spelling.len())) {
            return;
        }
        if self.reason.is_none() {
            // All text so far is known.
            let text = std::mem::take(&mut self.text);
            self.spell(&text);
            self.text = text;
            self.reason = Some(unknown.reason.clone());
        }
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
    }

    /// The text, or an unknown that tells what is known of it.
    pub(super) fn finish(mut self, resolver: &Resolver<'_>, span: Span) -> Tree {
        if self.too_long {
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
