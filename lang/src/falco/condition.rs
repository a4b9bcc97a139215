//! Falco's condition grammar, read by recursive descent.
//!
//! Falco's parser has no token stream and no reserved words: what a word means depends on what
//! may stand at its place, and a few accidents of that (`a or(b) and c` is an error,
//! `x.y existsand z` is none) are part of the language that people's rule files are written in.
//! This reader takes the same decisions in the same order, so that it accepts what Falco
//! accepts; only the messages are better.

use std::ops::Range;

use smol_str::SmolStr;

use super::complain::Complain;
use super::lex::{self, QuoteError};
use super::names::is_word;
use super::text::Text;
use super::value;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{
    CompareOp, Expr, ExprKind, Modifier, Name, Operand, OperandKind, Path, Segment, Spanned,
};

/// How deep parentheses and transformers may be nested.
const MAX_DEPTH: u32 = 100;

/// Transformers on either side; each is followed by `(` without a blank.
pub(super) const TRANSFORMERS: &[&str] =
    &["tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt"];

const NUMBER_OPS: &[(&str, CompareOp)] =
    &[("<=", CompareOp::Le), ("<", CompareOp::Lt), (">=", CompareOp::Ge), (">", CompareOp::Gt)];

const SYMBOL_OPS: &[(&str, CompareOp)] =
    &[("==", CompareOp::Eq), ("=", CompareOp::Eq), ("!=", CompareOp::Ne)];

/// Text operators that are words, and so need a blank after them.
const WORD_OPS: &[(&str, CompareOp)] = &[
    ("glob", CompareOp::Glob),
    ("iglob", CompareOp::IGlob),
    ("contains", CompareOp::Contains),
    ("icontains", CompareOp::IContains),
    ("bcontains", CompareOp::BContains),
    ("startswith", CompareOp::StartsWith),
    ("bstartswith", CompareOp::BStartsWith),
    ("endswith", CompareOp::EndsWith),
    ("regex", CompareOp::Regex),
];

const SET_OPS: &[(&str, CompareOp)] =
    &[("intersects", CompareOp::Intersects), ("in", CompareOp::In), ("pmatch", CompareOp::PMatch)];

const MODIFIERS: &[(&str, Modifier)] =
    &[("oneof", Modifier::OneOf), ("anyof", Modifier::AnyOf), ("allof", Modifier::AllOf)];

/// Every operator as it is written.
pub(super) fn operators() -> impl Iterator<Item = &'static str> {
    let binary = [NUMBER_OPS, SYMBOL_OPS, WORD_OPS, SET_OPS].into_iter().flatten().map(|(t, _)| *t);
    binary.chain(["exists"])
}

/// The operator that is written like this.
pub(super) fn operator(text: &str) -> Option<CompareOp> {
    [NUMBER_OPS, SYMBOL_OPS, WORD_OPS, SET_OPS]
        .into_iter()
        .flatten()
        .find(|(t, _)| *t == text)
        .map(|(_, op)| *op)
}

/// A condition that was read.
#[derive(Debug)]
pub(super) struct Condition {
    /// Its tree.
    pub(super) expr: Expr,
    /// Where in the text bare words stand as items of a parenthesised list.
    pub(super) items: Vec<Range<usize>>,
}

/// Reads a whole text as a condition.
pub(super) fn parse(text: &Text) -> Result<Condition, Diagnostic> {
    let mut reader = Reader::new(text, 0);
    if reader.src.trim().is_empty() {
        return Err(reader.complain().empty());
    }
    let expr = reader.or()?;
    if reader.pos < reader.src.len() {
        return Err(reader.complain().after_condition(false));
    }
    Ok(Condition { expr, items: reader.items })
}

/// Reads a whole text as a field or a transformer.
pub(super) fn operand(text: &Text) -> Result<Operand, Diagnostic> {
    let (operand, end) = operand_at(text, 0)?;
    let reader = Reader::new(text, end);
    match reader.rest().trim().is_empty() {
        true => Ok(operand),
        false => Err(reader.complain().after_operand()),
    }
}

/// Reads a field or a transformer that begins at a place of the text; yields its end too.
pub(super) fn operand_at(text: &Text, at: usize) -> Result<(Operand, usize), Diagnostic> {
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

type Read<T> = Result<T, Diagnostic>;

struct Reader<'t> {
    text: &'t Text,
    src: &'t str,
    pos: usize,
    /// The token that was read last.
    last: Range<usize>,
    depth: u32,
    items: Vec<Range<usize>>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t Text, pos: usize) -> Self {
        Self { text, src: text.as_str(), pos, last: pos..pos, depth: 0, items: Vec::new() }
    }

    fn rest(&self) -> &'t str {
        self.src.get(self.pos..).unwrap_or("")
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.text.span(range)
    }

    /// The place from `start` to the end of the last token.
    fn since(&self, start: usize) -> Span {
        self.text.span(start..self.last.end.max(start))
    }

    fn complain(&self) -> Complain<'_> {
        Complain { text: self.text, pos: self.pos, last: self.last.clone() }
    }

    /// Skips blanks; whether there were any.
    fn blank(&mut self) -> bool {
        let n = lex::blank(self.rest());
        self.pos += n;
        n > 0
    }

    /// Takes `n` bytes as a token.
    fn take(&mut self, n: usize) -> Range<usize> {
        self.last = self.pos..self.pos + n;
        self.pos += n;
        self.last.clone()
    }

    /// Takes this text if it comes next.
    fn eat(&mut self, text: &str) -> Option<Range<usize>> {
        self.rest().starts_with(text).then(|| self.take(text.len()))
    }

    fn eat_with(&mut self, token: fn(&str) -> Option<usize>) -> Option<Range<usize>> {
        token(self.rest()).map(|n| self.take(n))
    }

    fn slice(&self, range: &Range<usize>) -> &'t str {
        self.src.get(range.clone()).unwrap_or("")
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.complain().too_deep(MAX_DEPTH));
        }
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn or(&mut self) -> Read<Expr> {
        self.blank();
        let start = self.pos;
        let mut parts = vec![self.and()?];
        self.blank();
        while self.eat("or").is_some() {
            parts.push(self.joined(Self::and)?);
            self.blank();
        }
        Ok(self.chain(start, parts, ExprKind::Or))
    }

    fn and(&mut self) -> Read<Expr> {
        self.blank();
        let start = self.pos;
        let mut parts = vec![self.not()?];
        self.blank();
        while self.eat("and").is_some() {
            parts.push(self.joined(Self::not)?);
            self.blank();
        }
        Ok(self.chain(start, parts, ExprKind::And))
    }

    /// What follows `and` or `or`: after a blank another part, else only a parenthesis.
    fn joined(&mut self, part: fn(&mut Self) -> Read<Expr>) -> Read<Expr> {
        if self.blank() {
            return part(self);
        }
        match self.eat("(") {
            Some(open) => self.embedded(open),
            None => Err(self.complain().after_joint()),
        }
    }

    fn chain(&self, start: usize, mut parts: Vec<Expr>, kind: fn(Vec<Expr>) -> ExprKind) -> Expr {
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            Some(last) => {
                parts.push(last);
                Expr { kind: kind(parts), span: self.since(start) }
            }
            None => Expr { kind: ExprKind::Error, span: self.since(start) },
        }
    }

    fn not(&mut self) -> Read<Expr> {
        self.blank();
        let start = self.pos;
        let mut negated = false;
        while lex::not_word(self.rest()).is_some() {
            self.take(3);
            self.pos += self.rest().len() - self.rest().trim_start_matches(lex::is_space).len();
            negated = !negated;
        }
        let inner = if self.rest().starts_with("not(") {
            self.take(3);
            negated = !negated;
            let open = self.take(1);
            self.embedded(open)?
        } else {
            self.check()?
        };
        if !negated {
            return Ok(inner);
        }
        Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span: self.since(start) })
    }

    /// The rest of a parenthesised condition whose `(` was read.
    fn embedded(&mut self, open: Range<usize>) -> Read<Expr> {
        self.nested(|r| {
            let inner = r.or()?;
            r.blank();
            match r.eat(")") {
                Some(_) => Ok(inner),
                None if r.rest().is_empty() => Err(r.complain().unclosed(open, ")")),
                None => Err(r.complain().after_condition(true)),
            }
        })
    }

    fn check(&mut self) -> Read<Expr> {
        self.blank();
        if let Some(open) = self.eat("(") {
            return self.embedded(open);
        }
        let start = self.pos;
        if let Some(name) = self.eat_with(lex::field) {
            let left = self.field(name)?;
            return self.comparison(start, left);
        }
        if let Some(name) = self.transformer_name() {
            let left = self.transformer(name)?;
            return self.comparison(start, left);
        }
        let Some(name) = self.eat_with(lex::identifier) else {
            return Err(self.complain().no_check());
        };
        if let Some(wrong) = self.complain().after_macro() {
            return Err(wrong);
        }
        let segment = self.segment(name.clone(), None);
        let path = OperandKind::Path(Path { segments: vec![segment] });
        let span = self.span(name);
        Ok(Expr { kind: ExprKind::Truth(Operand { kind: path, span }), span })
    }

    fn segment(&self, name: Range<usize>, arg: Option<SmolStr>) -> Segment {
        Segment { name: SmolStr::new(self.slice(&name)), arg, span: self.span(name) }
    }

    /// The rest of a field whose name was read.
    fn field(&mut self, name: Range<usize>) -> Read<Operand> {
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
    fn transformer_name(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let name =
            TRANSFORMERS.iter().find(|t| rest.strip_prefix(**t).is_some_and(|r| r.starts_with('(')))?;
        let range = self.take(name.len());
        self.take(1);
        Some(range)
    }

    /// The rest of a transformer whose `name(` was read.
    fn transformer(&mut self, name: Range<usize>) -> Read<Operand> {
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

    /// A comparison whose left side was read.
    fn comparison(&mut self, start: usize, left: Operand) -> Read<Expr> {
        self.blank();
        if self.eat("exists").is_some() {
            return Ok(Expr { kind: ExprKind::Exists(left), span: self.since(start) });
        }
        let mut modifier = None;
        let (op, right) = if let Some(op) = self.eat_op(NUMBER_OPS) {
            (op, self.number_value()?)
        } else if let Some(op) = self.text_op() {
            if self.blank() || WORD_OPS.iter().any(|(_, o)| *o == op.node) {
                modifier = self.modifier();
            }
            let right = if modifier.is_some() { self.set()? } else { self.text_value(op.node)? };
            (op, right)
        } else if let Some(op) = self.eat_op(SET_OPS) {
            (op, self.set()?)
        } else {
            return Err(self.complain().no_operator());
        };
        let right = match is_json(&left) && !NUMBER_OPS.iter().any(|(_, o)| *o == op.node) {
            true => value::as_text(right),
            false => right,
        };
        let kind = ExprKind::Compare { left, op, modifier, right };
        Ok(Expr { kind, span: self.since(start) })
    }

    fn eat_op(&mut self, table: &[(&str, CompareOp)]) -> Option<Spanned<CompareOp>> {
        let (text, op) = table.iter().find(|(t, _)| self.rest().starts_with(t))?;
        let range = self.take(text.len());
        Some(Spanned { node: *op, span: self.span(range) })
    }

    /// A text operator. One that is a word and lacks its blank is passed over: what follows it
    /// may still be a set operator (`containsin (…)` is `in`), as in Falco.
    fn text_op(&mut self) -> Option<Spanned<CompareOp>> {
        self.eat_op(SYMBOL_OPS).or_else(|| self.eat_op(WORD_OPS).filter(|_| self.blank()))
    }

    /// `oneof`, `anyof` or `allof`, where a list follows; else the word is a value.
    fn modifier(&mut self) -> Option<Spanned<Modifier>> {
        let (text, modifier) = MODIFIERS.iter().find(|(t, _)| self.rest().starts_with(t))?;
        let after = self.rest().get(text.len()..)?;
        let blank = lex::blank(after);
        let list = after.get(blank..)?;
        let named = lex::identifier(list).and_then(|n| list.get(..n));
        let follows = list.starts_with('(') || named.is_some_and(|n| n != "and" && n != "or");
        if blank == 0 || !follows {
            return None;
        }
        let range = self.take(text.len());
        Some(Spanned { node: *modifier, span: self.span(range) })
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

    fn number_value(&mut self) -> Read<Operand> {
        if let Some(computed) = self.computed()? {
            return Ok(computed);
        }
        match self.eat_with(lex::number) {
            Some(range) => Ok(self.word(range)),
            None => Err(self.complain().no_number()),
        }
    }

    fn text_value(&mut self, op: CompareOp) -> Read<Operand> {
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
    fn set(&mut self) -> Read<Operand> {
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
