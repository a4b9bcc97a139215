//! Messages with their values filled in.

use eyas_lang::value::Fetched;

use super::state::Eval;
use crate::coerce;
use crate::plan::MessagePart;

/// Most messages are no longer.
const USUAL: usize = 192;

impl<'p> Eval<'p, '_> {
    /// Renders a message; quantifiers' variables must be bound to what is to be shown.
    pub(super) fn render(&mut self, parts: &'p [MessagePart]) -> String {
        let mut out = String::with_capacity(USUAL);
        for part in parts {
            let found = match part {
                MessagePart::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                MessagePart::Value { value, needs } => {
                    self.ensure(needs);
                    push(&mut out, &self.get(value));
                    continue;
                }
                MessagePart::Cel { cel, needs } => {
                    self.ensure(needs);
                    self.run_cel(cel)
                }
            };
            push(&mut out, &found);
        }
        out
    }
}

/// Adds a value as people read it.
fn push(out: &mut String, found: &Fetched<'_>) {
    match found {
        Fetched::Absent => out.push_str("<NA>"),
        Fetched::Unknown(_) => out.push_str("<unknown>"),
        Fetched::Present(value) => match coerce::text(value) {
            Some(text) => out.push_str(&text),
            None => out.push_str("<unknown>"),
        },
    }
}
