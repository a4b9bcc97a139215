//! Messages with their values filled in.

use eyas_lang::value::Fetched;

use super::state::Eval;
use crate::coerce;
use crate::plan::MessagePart;

impl<'p> Eval<'p, '_> {
    /// Renders a message; quantifiers' variables must be bound to what is to be shown.
    pub(super) fn render(&mut self, parts: &'p [MessagePart]) -> String {
        let mut out = String::new();
        for part in parts {
            let found = match part {
                MessagePart::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                MessagePart::Value { value, needs } => {
                    self.ensure(needs);
                    self.own(value)
                }
                MessagePart::Cel { cel, needs } => {
                    self.ensure(needs);
                    self.run_cel(cel)
                }
            };
            match &found {
                Fetched::Absent => out.push_str("<NA>"),
                Fetched::Unknown(_) => out.push_str("<unknown>"),
                Fetched::Present(value) => match coerce::text(value) {
                    Some(text) => out.push_str(&text),
                    None => out.push_str("<unknown>"),
                },
            }
        }
        out
    }
}
