//! Conditions over several lines.

use crate::source::Span;
use crate::syntax::ast::*;

use super::flat::is_joined;
use super::page::Page;

impl Page<'_> {
    /// A condition that starts in the current column. Its further lines start at `indent`.
    pub(super) fn condition(&mut self, e: &Expr, indent: usize) {
        if self.try_flat(e, 0) {
            return;
        }
        match &e.kind {
            ExprKind::Or(parts) => self.chain(parts, "or ", indent),
            ExprKind::And(parts) => self.chain(parts, "and ", indent),
            ExprKind::Not(inner) => {
                self.push("not ");
                self.part(inner, indent);
            }
            ExprKind::Quant(quant) => {
                let head = format!("{} ", self.quantifier(quant));
                self.push(&head);
                self.group(&quant.body, indent);
                let count = self.count(quant);
                self.push(&count);
            }
            ExprKind::Compare { right: Operand { kind: OperandKind::List(items), span }, .. } => {
                let head = self.comparison(e);
                self.push(&head);
                self.list(items, *span, ('(', ')'), indent);
            }
            _ => {
                let flat = self.flat(e);
                self.push(&flat);
            }
        }
        self.wrote(e.span);
    }

    /// Writes a condition on the current line, if it fits there.
    fn try_flat(&mut self, e: &Expr, more: usize) -> bool {
        if self.has_comments(e.span) {
            return false;
        }
        let flat = self.flat(e);
        let fits = self.fits(&flat, more);
        if fits {
            self.push(&flat);
            self.wrote(e.span);
        }
        fits
    }

    fn chain(&mut self, parts: &[Expr], joint: &str, indent: usize) {
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.comments_before(part.span.start, indent);
                self.line(indent);
                self.push(joint);
            }
            self.part(part, indent);
        }
    }

    /// A condition inside another.
    fn part(&mut self, e: &Expr, indent: usize) {
        if is_joined(e) {
            self.group(e, indent);
        } else {
            self.condition(e, indent);
        }
    }

    /// A condition in parentheses.
    fn group(&mut self, e: &Expr, indent: usize) {
        self.push("(");
        if self.try_flat(e, 1) {
            self.push(")");
            return;
        }
        self.comments_before(e.span.start, indent + 2);
        self.line(indent + 2);
        self.condition(e, indent + 2);
        self.line(indent);
        self.push(")");
    }

    /// A list between two brackets: on one line, or filled up line by line, or, where it holds
    /// comments or lists, an item a line.
    pub(super) fn list(&mut self, items: &[Operand], span: Span, brackets: (char, char), indent: usize) {
        let (open, close) = (brackets.0.to_string(), brackets.1.to_string());
        self.push(&open);
        let flat = self.operands(items);
        let fits = items.is_empty() || self.fits(&flat, 1);
        if !self.has_comments(span) && fits {
            self.push(&flat);
        } else {
            let nested = items.iter().any(|item| matches!(item.kind, OperandKind::List(_)));
            if nested || self.has_comments(span) {
                self.tall(items, indent + 2, close == "]");
            } else {
                self.filled(items, indent + 2, close == "]");
            }
            self.comments_before(span.end.saturating_sub(1), indent + 2);
            self.line(indent);
        }
        self.push(&close);
        self.wrote(span);
    }

    fn tall(&mut self, items: &[Operand], indent: usize, last_comma: bool) {
        for (i, item) in items.iter().enumerate() {
            self.comments_before(item.span.start, indent);
            self.line(indent);
            match &item.kind {
                OperandKind::List(inner) => self.list(inner, item.span, ('(', ')'), indent),
                _ => {
                    let flat = self.operand(item);
                    self.push(&flat);
                }
            }
            if i + 1 < items.len() || last_comma {
                self.push(",");
            }
            self.wrote(item.span);
        }
    }

    fn filled(&mut self, items: &[Operand], indent: usize, last_comma: bool) {
        self.line(indent);
        for (i, item) in items.iter().enumerate() {
            let flat = self.operand(item);
            if i > 0 {
                if self.fits(&flat, 2) {
                    self.push(" ");
                } else {
                    self.line(indent);
                }
            }
            self.push(&flat);
            if i + 1 < items.len() || last_comma {
                self.push(",");
            }
        }
    }
}
