//! Operands of conditions: fields, transformers and values.

use std::ops::Range;

use smol_str::SmolStr;

use super::condition::{Read, Reader, TRANSFORMERS};
use super::lex::{self, QuoteError};
use super::names::is_word;
use super::text::Text;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Name, Operand, OperandKind, Path, Segment};

/// Reads a whole text as a field or a transformer.
pub(super) fn read(text: &Text) -> Result<Operand, Diagnostic> {
    let (operand, end) = read_at(text, 0)?;
    let reader = Reader::new(text, end);
    match reader.rest().trim().is_empty() {
        true => Ok(operand),
        false => Err(reader.complain().after_operand()),
    }
}

/// Reads a field or a transformer that begins at a place of the text; yields its end too.
pub(super) fn read_at(text: &Text, at: usize) -> Result<(Operand, usize), Diagnostic> {
    let mut reader = Reader::new(text, at);
    let operand = if let Some(name) = reader.eat_with(lex::field) {
        reader.field(name)?
    } else if let Some(name) = reader.transformer_name() {
        reader.transformer(name)?
    } else {
        return Err(reader.complain().no_field());
    };
    Ok((operand, reader.pos))
}

/// Whether a field is a value out of the record's JSON. It has no type of its own: Falco compares
/// it as text, where a bare number or truth value of ours would decide the type.
pub(super) fn is_json(field: &Operand) -> bool {
    match &field.kind {
        OperandKind::Path(path) => match path.segments.as_slice() {
            [first, value, ..] => (first.name == "json" || first.name == "jevt") && value.name == "value",
            _ => false,
        },
        _ => false,
    }
}

/// A field as an item of a list, where our own lists have text: `val(field)`.
fn read_field(item: Operand) -> Operand {
    if !matches!(item.kind, OperandKind::Path(_)) {
        return item;
    }
    let span = item.span;
    let name = Name { text: SmolStr::new_static("val"), span };
    Operand { kind: OperandKind::Call { name, args: vec![item] }, span }
}

impl Reader<'_> {
    pub(super) fn segment(&self, name: Range<usize>, arg: Option<SmolStr>) -> Segment {
        Segment { name: SmolStr::new(self.slice(&name)), arg, span: self.span(name) }
    }

    /// The rest of a field whose name was read.
    pub(super) fn field(&mut self, name: Range<usize>) -> Read<Operand> {
        let text = self.slice(&name);
        let arg = self.argument()?.map(|(arg, _)| arg);
        let last_at = name.start + text.rfind('.').map_or(0, |dot| dot + 1);
        let mut segments = Vec::new();
        let mut at = name.start;
        for part in text.split('.') {
            segments.push(match at == last_at {
                true => Segment { span: self.since(at), ..self.segment(at..name.end, arg.clone()) },
                false => self.segment(at..at + part.len(), None),
            });
            at += part.len() + 1;
        }
        Ok(Operand { kind: OperandKind::Path(Path { segments }), span: self.since(name.start) })
    }

    /// `[quoted or bare]`, if it comes next, with the place of the whole.
    fn argument(&mut self) -> Read<Option<(SmolStr, Span)>> {
        let Some(open) = self.eat("[") else { return Ok(None) };
        let arg = match self.quoted()? {
            Some((text, _)) => SmolStr::new(text),
            None => match self.eat_with(lex::bare_argument) {
                Some(range) => SmolStr::new(self.slice(&range)),
                None => return Err(self.complain().bad_argument()),
            },
        };
        match self.eat("]") {
            Some(close) => Ok(Some((arg, self.span(open.start..close.end)))),
            None => Err(self.complain().unclosed(open, "]")),
        }
    }

    /// Quoted text, if it comes next.
    fn quoted(&mut self) -> Read<Option<(String, Range<usize>)>> {
        match lex::quoted(self.rest()) {
            None => Ok(None),
            Some(Ok((n, text))) => Ok(Some((text, self.take(n)))),
            Some(Err(QuoteError::Open)) => Err(self.complain().open_quote()),
            Some(Err(QuoteError::Escape(at, n))) => {
                Err(self.complain().bad_escape(self.pos + at..self.pos + at + n))
            }
        }
    }

    /// The name of a transformer together with its `(`; yields the name's range.
    pub(super) fn transformer_name(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let name =
            TRANSFORMERS.iter().find(|t| rest.strip_prefix(**t).is_some_and(|r| r.starts_with('(')))?;
        let range = self.take(name.len());
        self.take(1);
        Some(range)
    }

    /// The rest of a transformer whose `name(` was read.
    pub(super) fn transformer(&mut self, name: Range<usize>) -> Read<Operand> {
        let open = self.last.clone();
        self.nested(|r| {
            let mut args = Vec::new();
            loop {
                r.blank();
                args.push(r.transformer_argument(true)?);
                r.blank();
                if r.eat(",").is_none() {
                    break;
                }
            }
            if r.eat(")").is_none() {
                return Err(r.complain().unclosed(open, ")"));
            }
            let callee = Name { text: SmolStr::new(r.slice(&name)), span: r.span(name.clone()) };
            let call = OperandKind::Call { name: callee, args };
            let call = Operand { kind: call, span: r.since(name.start) };
            let Some((arg, span)) = r.argument()? else { return Ok(call) };
            let segments = vec![Segment { name: SmolStr::default(), arg: Some(arg), span }];
            let kind = OperandKind::Project { base: Box::new(call), segments };
            Ok(Operand { kind, span: r.since(name.start) })
        })
    }

    /// One argument of a transformer, or one item of a list among the arguments.
    fn transformer_argument(&mut self, list_allowed: bool) -> Read<Operand> {
        if let Some(range) = self.eat_with(lex::number) {
            return Ok(self.word(range));
        }
        if let Some((text, range)) = self.quoted()? {
            return Ok(Operand { kind: OperandKind::Text(text), span: self.span(range) });
        }
        if list_allowed && let Some(open) = self.eat("(") {
            return self.argument_list(open);
        }
        if let Some(name) = self.transformer_name() {
            return self.transformer(name);
        }
        if let Some(name) = self.eat_with(lex::field) {
            return self.field(name);
        }
        Err(self.complain().bad_transformer_argument())
    }

    fn argument_list(&mut self, open: Range<usize>) -> Read<Operand> {
        let mut items = Vec::new();
        self.blank();
        if self.eat(")").is_none() {
            loop {
                self.blank();
                items.push(read_field(self.transformer_argument(false)?));
                self.blank();
                if self.eat(",").is_none() {
                    break;
                }
            }
            if self.eat(")").is_none() {
                return Err(self.complain().unclosed_list(open));
            }
        }
        Ok(Operand { kind: OperandKind::List(items), span: self.since(open.start) })
    }

    /// `val(field)` or a transformer, if one comes next.
    fn computed(&mut self) -> Read<Option<Operand>> {
        self.blank();
        let start = self.pos;
        if self.rest().starts_with("val(") {
            let name = self.take(3);
            let open = self.take(1);
            self.blank();
            let Some(field) = self.eat_with(lex::field) else {
                return Err(self.complain().val_of_field());
            };
            let field = self.field(field)?;
            self.blank();
            if self.eat(")").is_none() {
                return Err(self.complain().unclosed(open, ")"));
            }
            let name = Name { text: SmolStr::new_static("val"), span: self.span(name) };
            let kind = OperandKind::Call { name, args: vec![field] };
            return Ok(Some(Operand { kind, span: self.since(start) }));
        }
        self.transformer_name().map(|name| self.transformer(name)).transpose()
    }

    pub(super) fn number_value(&mut self) -> Read<Operand> {
        if let Some(computed) = self.computed()? {
            return Ok(computed);
        }
        match self.eat_with(lex::number) {
            Some(range) => Ok(self.word(range)),
            None => Err(self.complain().no_number()),
        }
    }

    pub(super) fn text_value(&mut self, op: CompareOp) -> Read<Operand> {
        if let Some(computed) = self.computed()? {
            return Ok(computed);
        }
        let Some(value) = self.plain_value()? else { return Err(self.complain().no_value()) };
        if let Some(wrong) = self.complain().after_value() {
            return Err(wrong);
        }
        // A bare pattern between slashes is one of our regex literals; in Falco it is text.
        let kind = match value.kind {
            OperandKind::Word(word) if op == CompareOp::Regex => OperandKind::Text(word.into()),
            kind => kind,
        };
        Ok(Operand { kind, ..value })
    }

    /// Quoted or bare text.
    fn plain_value(&mut self) -> Read<Option<Operand>> {
        if let Some((text, range)) = self.quoted()? {
            return Ok(Some(Operand { kind: OperandKind::Text(text), span: self.span(range) }));
        }
        Ok(self.eat_with(lex::bare_text).map(|range| self.word(range)))
    }

    /// Bare text. What our own bare words cannot hold becomes quoted text, which means the same.
    fn word(&self, range: Range<usize>) -> Operand {
        let text = self.slice(&range);
        let kind = match is_word(text) {
            true => OperandKind::Word(SmolStr::new(text)),
            false => OperandKind::Text(text.to_owned()),
        };
        Operand { kind, span: self.span(range) }
    }

    /// The right side of a set operator.
    pub(super) fn set(&mut self) -> Read<Operand> {
        self.blank();
        if let Some(open) = self.eat("(") {
            return self.set_items(open);
        }
        if let Some(computed) = self.computed()? {
            return Ok(computed);
        }
        match self.eat_with(lex::identifier) {
            Some(range) => Ok(self.word(range)),
            None => Err(self.complain().no_set()),
        }
    }

    fn set_items(&mut self, open: Range<usize>) -> Read<Operand> {
        let mut items = Vec::new();
        self.blank();
        if self.eat(")").is_none() {
            loop {
                self.blank();
                let Some(item) = self.plain_value()? else { return Err(self.complain().no_item()) };
                if matches!(item.kind, OperandKind::Word(_)) {
                    self.items.push(self.last.clone());
                }
                items.push(item);
                self.blank();
                if self.eat(",").is_none() {
                    break;
                }
            }
            if self.eat(")").is_none() {
                return Err(self.complain().unclosed_list(open));
            }
        }
        Ok(Operand { kind: OperandKind::List(items), span: self.since(open.start) })
    }
}
