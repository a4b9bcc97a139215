//! The records of tests and samples.

use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::literal;

use super::flat::{is_bare_text, is_key};
use super::page::Page;

impl Page<'_> {
    /// A record or a value in one; its further lines start at `indent`.
    pub(super) fn data(&mut self, data: &Data, indent: usize) {
        let flat = self.flat_data(data);
        if !self.has_comments(data.span) && self.fits(&flat, 1) {
            self.push(&flat);
            self.wrote(data.span);
            return;
        }
        match &data.kind {
            DataKind::Object(members) if !members.is_empty() || self.has_comments(data.span) => {
                self.push("{");
                for (key, value) in members {
                    self.comments_before(key.span.start, indent + 2);
                    self.line(indent + 2);
                    let key = self.data_key(key);
                    self.push(&key);
                    self.push(": ");
                    self.data(value, indent + 2);
                    self.push(",");
                }
                self.close(data.span, "}", indent);
            }
            DataKind::List(items) if !items.is_empty() || self.has_comments(data.span) => {
                self.push("[");
                for item in items {
                    self.comments_before(item.span.start, indent + 2);
                    self.line(indent + 2);
                    self.data(item, indent + 2);
                    self.push(",");
                }
                self.close(data.span, "]", indent);
            }
            _ => self.push(&flat),
        }
        self.wrote(data.span);
    }

    fn close(&mut self, span: Span, bracket: &str, indent: usize) {
        self.comments_before(span.end.saturating_sub(1), indent + 2);
        self.line(indent);
        self.push(bracket);
    }

    fn flat_data(&self, data: &Data) -> String {
        match &data.kind {
            DataKind::Null => "null".to_owned(),
            DataKind::Bool(value) => value.to_string(),
            DataKind::Number(number) => number.to_string(),
            DataKind::Text { text, quoted: false } if is_bare_text(text) => text.clone(),
            DataKind::Text { text, quoted: false } if self.spelling(data.span) == Some(text) => text.clone(),
            DataKind::Text { text, .. } => self.text(text, data.span),
            DataKind::Unknown(why) => match self.spelling(data.span) {
                Some(written) if !written.contains('\n') => written.to_owned(),
                _ => format!("unknown({})", literal::quote(why)),
            },
            DataKind::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flat_data(item)).collect();
                format!("[{}]", items.join(", "))
            }
            DataKind::Object(members) if members.is_empty() => "{}".to_owned(),
            DataKind::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.data_key(key), self.flat_data(value)))
                    .collect();
                format!("{{ {} }}", members.join(", "))
            }
        }
    }

    /// The key of a member, in the author's quotes if it had any.
    fn data_key(&self, key: &Ident) -> String {
        let bare = match self.spelling(key.span) {
            Some(written) => written == key.name,
            None => is_key(&key.name),
        };
        if bare { key.name.to_string() } else { self.text(&key.name, key.span) }
    }
}
