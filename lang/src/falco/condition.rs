//! Falco's condition grammar, read by recursive descent.
//!
//! Falco's parser has no token stream and no reserved words: what a word means depends on what
//! may stand at its place, and a few accidents of that (`a or(b) and c` is an error,
//! `x.y existsand z` is none) are part of the language that people's rule files are written in.
//! This reader takes the same decisions in the same order, so that it accepts what Falco
//! accepts; only the messages are better.

use std::ops::Range;

use super::complain::Complain;
use super::lex;
use super::operand;
use super::text::Text;
use super::value;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Expr, ExprKind, Modifier, Operand, OperandKind, Path, Spanned};

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

pub(super) type Read<T> = Result<T, Diagnostic>;

pub(super) struct Reader<'t> {
    pub(super) text: &'t Text,
    src: &'t str,
    pub(super) pos: usize,
    /// The token that was read last.
    pub(super) last: Range<usize>,
    depth: u32,
    /// Where bare words stand as items of a parenthesised list.
    pub(super) items: Vec<Range<usize>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t Text, pos: usize) -> Self {
        Self { text, src: text.as_str(), pos, last: pos..pos, depth: 0, items: Vec::new() }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.src.get(self.pos..).unwrap_or("")
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.text.span(range)
    }

    /// The place from `start` to the end of the last token.
    pub(super) fn since(&self, start: usize) -> Span {
        self.text.span(start..self.last.end.max(start))
    }

    pub(super) fn complain(&self) -> Complain<'_> {
        Complain { text: self.text, pos: self.pos, last: self.last.clone() }
    }

    /// Skips blanks; whether there were any.
    pub(super) fn blank(&mut self) -> bool {
        let n = lex::blank(self.rest());
        self.pos += n;
        n > 0
    }

    /// Takes `n` bytes as a token.
    pub(super) fn take(&mut self, n: usize) -> Range<usize> {
        self.last = self.pos..self.pos + n;
        self.pos += n;
        self.last.clone()
    }

    /// Takes this text if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> Option<Range<usize>> {
        self.rest().starts_with(text).then(|| self.take(text.len()))
    }

    pub(super) fn eat_with(&mut self, token: fn(&str) -> Option<usize>) -> Option<Range<usize>> {
        token(self.rest()).map(|n| self.take(n))
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> &'t str {
        self.src.get(range.clone()).unwrap_or("")
    }

    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
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
        let right = match operand::is_json(&left) && !NUMBER_OPS.iter().any(|(_, o)| *o == op.node) {
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
}
