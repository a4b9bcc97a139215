//! Conditions and operands.

use smol_str::SmolStr;

use super::super::MAX_NESTING;
use super::super::advice::unusual_character;
use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::super::literal;
use super::{Builder, Children, too_deep};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

impl Builder {
    pub(in super::super) fn only_condition(&mut self, root: Option<Pair<'_>>) -> Option<Expr> {
        self.condition(Children::of(root?).child(Rule::condition)?)
    }

    /// `a and b or c`: a row of negations, in which `and` binds tighter than `or`.
    pub(super) fn condition(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let mut alternatives = Vec::new();
        let mut row = Vec::new();
        for child in Children::of(pair) {
            match child.as_rule() {
                Rule::and_kw => {}
                Rule::or_kw => alternatives.push(joined(std::mem::take(&mut row), ExprKind::And)?),
                _ => {
                    let span = self.span(&child);
                    row.push((self.negation(child)?, span));
                }
            }
        }
        let last = joined(row, ExprKind::And)?;
        if alternatives.is_empty() {
            return Some(last.0);
        }
        alternatives.push(last);
        joined(alternatives, ExprKind::Or).map(|(expr, _)| expr)
    }

    fn negation(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let end = pair.as_span().end();
        let mut inner = Children::of(pair);
        let mut starts = Vec::new();
        while let Some(not) = inner.child(Rule::not_kw) {
            starts.push(not.as_span().start());
        }
        let mut out = self.primary(inner.next()?)?;
        if let (true, Some(&at)) = (starts.len() > MAX_NESTING, starts.get(MAX_NESTING)) {
            let span = self.place(at, at + 3);
            self.push(too_deep(span));
            return Some(Expr { kind: ExprKind::Error, span });
        }
        for start in starts.into_iter().rev() {
            out = Expr { kind: ExprKind::Not(Box::new(out)), span: self.place(start, end) };
        }
        Some(out)
    }

    fn primary(&mut self, pair: Pair<'_>) -> Option<Expr> {
        match pair.as_rule() {
            Rule::group => self.condition(Children::of(pair).child(Rule::condition)?),
            Rule::quantified => self.quantified(pair),
            _ => self.check(pair),
        }
    }

    fn quantified(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        let word = inner.child(Rule::quantifier)?;
        let node = match word.as_str() {
            "any" => QuantKind::Any,
            "all" => QuantKind::All,
            "no" => QuantKind::No,
            _ => QuantKind::Count,
        };
        let kind = Spanned { node, span: self.span(&word) };
        let var = self.new_name(inner.child(Rule::ident))?;
        inner.child(Rule::in_kw)?;
        let list = self.operand(inner.next()?)?;
        let body = self.condition(Children::of(inner.child(Rule::group)?).child(Rule::condition)?)?;
        let count = match inner.child(Rule::counted) {
            Some(counted) => {
                let mut counted = Children::of(counted);
                Some((self.operator(&counted.next()?)?, self.value(counted.next()?)?))
            }
            None => None,
        };
        self.check_count(&kind, count.as_ref());
        Some(Expr { kind: ExprKind::Quant(Box::new(Quant { kind, var, list, body, count })), span })
    }

    /// `count` needs a number to compare with, the other quantifiers take none.
    fn check_count(&mut self, kind: &Spanned<QuantKind>, count: Option<&(Spanned<CompareOp>, Operand)>) {
        match (kind.node, count) {
            (QuantKind::Count, None) => self.push(
                Diagnostic::new(Code::Syntax, kind.span, "`count` needs a number to compare with")
                    .help("add a comparison after the closing parenthesis: `count x in LIST (…) >= 2`"),
            ),
            (QuantKind::Any | QuantKind::All | QuantKind::No, Some((op, _))) => self.push(
                Diagnostic::new(Code::Syntax, op.span, "only `count` is compared with a number")
                    .also(kind.span, "this quantifier is true or false by itself")
                    .help("write `count` for it, or remove the comparison"),
            ),
            _ => {}
        }
    }

    fn check(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        let left = self.operand(inner.child(Rule::reference)?)?;
        let Some(next) = inner.next() else {
            return Some(Expr { kind: ExprKind::Truth(left), span });
        };
        if next.as_rule() == Rule::exists {
            return Some(Expr { kind: ExprKind::Exists(left), span });
        }
        let op = self.operator(&next)?;
        let modifier = inner.child(Rule::modifier).map(|word| Spanned {
            node: match word.as_str() {
                "oneof" => Modifier::OneOf,
                "anyof" => Modifier::AnyOf,
                _ => Modifier::AllOf,
            },
            span: self.span(&word),
        });
        let right = self.value(inner.next()?)?;
        Some(Expr { kind: ExprKind::Compare { left, op, modifier, right }, span })
    }

    pub(super) fn operator(&self, pair: &Pair<'_>) -> Option<Spanned<CompareOp>> {
        let node = CompareOp::parse(pair.as_str())?;
        Some(Spanned { node, span: self.span(pair) })
    }

    pub(super) fn references(&mut self, pair: Pair<'_>) -> Vec<Operand> {
        Children::of(pair).filter_map(|p| self.operand(p)).collect()
    }

    /// The items of a list literal.
    pub(super) fn entries(&mut self, pair: Pair<'_>) -> Vec<Operand> {
        Children::of(pair).filter_map(|p| self.value(p)).collect()
    }

    /// What stands where a value is expected.
    pub(super) fn value(&mut self, pair: Pair<'_>) -> Option<Operand> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::word => self.word(&pair),
            Rule::string => OperandKind::Text(self.string(&pair)?.node),
            Rule::regex => OperandKind::Regex(literal::read_regex(pair.as_str())?),
            Rule::tuple | Rule::array => OperandKind::List(self.entries(pair)),
            _ => return self.operand(pair),
        };
        Some(Operand { kind, span })
    }

    /// A bare word, which may hold anything but what word processors make of quotes and blanks.
    fn word(&mut self, pair: &Pair<'_>) -> OperandKind {
        let text = pair.as_str();
        if let Some((at, c, advice)) = unusual_character(text) {
            let start = pair.as_span().start() + at;
            let span = self.place(start, start + c.len_utf8());
            let message = format!("`{}` in a bare word", c.escape_debug());
            self.push(Diagnostic::new(Code::Syntax, span, message).help(advice));
        }
        if text.len() > 1 && text.ends_with(';') {
            let end = pair.as_span().end();
            let message = format!("`{text}` ends with a semicolon");
            self.push(
                Diagnostic::new(Code::Syntax, self.place(end - 1, end), message)
                    .help("nothing ends a condition or a key; remove it, or put the value in quotes"),
            );
        }
        OperandKind::Word(SmolStr::new(text))
    }

    /// A field, variable, macro or call, or a list literal.
    pub(super) fn operand(&mut self, pair: Pair<'_>) -> Option<Operand> {
        if pair.as_rule() != Rule::reference {
            return self.value(pair);
        }
        let span = self.span(&pair);
        let mut inner = Children::of(pair);
        let path = inner.child(Rule::path)?;
        let path_span = self.span(&path);
        let segments = self.segments(path)?;
        let Some(arguments) = inner.child(Rule::arguments) else {
            return Some(Operand { kind: OperandKind::Path(Path { segments }), span });
        };
        let end = self.place(0, arguments.as_span().end()).end;
        let name = Name { text: SmolStr::new(Path { segments }.text()), span: path_span };
        let args = Children::of(arguments).filter_map(|arg| self.argument(arg)).collect();
        let kind = OperandKind::Call { name, args };
        let Some(projection) = inner.child(Rule::projection) else {
            return Some(Operand { kind, span });
        };
        let base = Box::new(Operand { kind, span: Span { end, ..span } });
        let segments = self.segments(projection)?;
        Some(Operand { kind: OperandKind::Project { base, segments }, span })
    }

    /// An argument: names are paths, `true` and `false` are words.
    fn argument(&mut self, pair: Pair<'_>) -> Option<Operand> {
        let text = pair.as_str();
        if matches!(text, "true" | "false") {
            return Some(Operand { kind: OperandKind::Word(SmolStr::new(text)), span: self.span(&pair) });
        }
        match pair.as_rule() {
            Rule::tuple | Rule::array => {
                let span = self.span(&pair);
                let items = Children::of(pair).filter_map(|p| self.value(p)).collect();
                Some(Operand { kind: OperandKind::List(items), span })
            }
            _ => self.operand(pair),
        }
    }

    /// The steps of a path: each name with its bracket, further brackets as steps without a
    /// name.
    pub(super) fn segments(&mut self, pair: Pair<'_>) -> Option<Vec<Segment>> {
        let mut out: Vec<Segment> = Vec::new();
        for part in Children::of(pair) {
            let span = part.as_span();
            let name = match part.as_rule() {
                Rule::ident => {
                    let span = self.place(span.start(), span.end());
                    out.push(Segment { name: SmolStr::new(part.as_str()), arg: None, span });
                    continue;
                }
                Rule::string => SmolStr::new(self.string(&part)?.node),
                _ => SmolStr::new(part.as_str()),
            };
            // The brackets belong to the step.
            let bracket = self.place(span.start() - 1, span.end() + 1);
            match out.last_mut() {
                Some(step) if step.arg.is_none() => {
                    step.arg = Some(name);
                    step.span.end = bracket.end;
                }
                _ => out.push(Segment { name: SmolStr::default(), arg: Some(name), span: bracket }),
            }
        }
        Some(out)
    }
}

/// Conditions and the places where they stand, brackets included, as one: what stands alone
/// stays what it is.
fn joined(mut row: Vec<(Expr, Span)>, kind: fn(Vec<Expr>) -> ExprKind) -> Option<(Expr, Span)> {
    let (first, last) = (row.first()?.1, row.last()?.1);
    if row.len() == 1 {
        return row.pop();
    }
    let span = first.to(last);
    let parts = row.into_iter().map(|(part, _)| part).collect();
    Some((Expr { kind: kind(parts), span }, span))
}
