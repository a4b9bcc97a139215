//! Everything that is written on one line.

use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::{bare, literal};

use super::page::Page;

impl Page<'_> {
    /// A condition on one line.
    pub(super) fn flat(&self, e: &Expr) -> String {
        match &e.kind {
            ExprKind::Or(parts) => self.flat_chain(parts, " or "),
            ExprKind::And(parts) => self.flat_chain(parts, " and "),
            ExprKind::Not(inner) => format!("not {}", self.flat_part(inner)),
            ExprKind::Exists(left) => format!("{} exists", self.operand(left)),
            ExprKind::Truth(operand) => self.operand(operand),
            ExprKind::Compare { right, .. } => self.comparison(e) + &self.operand(right),
            ExprKind::Quant(quant) => {
                let count = self.count(quant);
                format!("{} ({}){count}", self.quantifier(quant), self.flat(&quant.body))
            }
            // Files with errors are not formatted.
            ExprKind::Error => String::new(),
        }
    }

    fn flat_chain(&self, parts: &[Expr], joint: &str) -> String {
        parts.iter().map(|part| self.flat_part(part)).collect::<Vec<_>>().join(joint)
    }

    /// A condition inside another: in parentheses where it joins conditions itself.
    pub(super) fn flat_part(&self, e: &Expr) -> String {
        if is_joined(e) { format!("({})", self.flat(e)) } else { self.flat(e) }
    }

    /// What stands before the right side of a comparison.
    pub(super) fn comparison(&self, e: &Expr) -> String {
        let ExprKind::Compare { left, op, modifier, .. } = &e.kind else { return String::new() };
        let mut out = format!("{} {} ", self.operand(left), op.node.as_str());
        if let Some(modifier) = modifier {
            out.push_str(match modifier.node {
                Modifier::OneOf => "oneof ",
                Modifier::AnyOf => "anyof ",
                Modifier::AllOf => "allof ",
            });
        }
        out
    }

    /// `any x in LIST`
    pub(super) fn quantifier(&self, quant: &Quant) -> String {
        let kind = match quant.kind.node {
            QuantKind::Any => "any",
            QuantKind::All => "all",
            QuantKind::No => "no",
            QuantKind::Count => "count",
        };
        let list = match &quant.list.kind {
            OperandKind::List(items) => format!("[{}]", self.operands(items)),
            _ => self.operand(&quant.list),
        };
        format!("{kind} {} in {list}", quant.var.name)
    }

    /// ` >= 2` after a `count`.
    pub(super) fn count(&self, quant: &Quant) -> String {
        match &quant.count {
            Some((op, n)) => format!(" {} {}", op.node.as_str(), self.operand(n)),
            None => String::new(),
        }
    }

    /// Operands with commas between them.
    pub(super) fn operands(&self, items: &[Operand]) -> String {
        items.iter().map(|item| self.operand(item)).collect::<Vec<_>>().join(", ")
    }

    /// An operand; lists stand in parentheses.
    pub(super) fn operand(&self, operand: &Operand) -> String {
        match &operand.kind {
            OperandKind::Path(path) => self.steps(&path.segments, true),
            OperandKind::Word(word) if is_word(word) || self.spelling(operand.span) == Some(word) => {
                word.to_string()
            }
            OperandKind::Word(word) => literal::quote(word),
            OperandKind::Text(text) => self.text(text, operand.span),
            OperandKind::Regex(regex) => literal::quote_regex(regex),
            OperandKind::Call { name, args } => format!("{}({})", name.text, self.operands(args)),
            OperandKind::Project { base, segments } => self.operand(base) + &self.steps(segments, false),
            OperandKind::List(items) => format!("({})", self.operands(items)),
        }
    }

    /// The steps of a path, or what follows a call.
    pub(super) fn steps(&self, segments: &[Segment], leads: bool) -> String {
        let mut out = String::new();
        for (i, step) in segments.iter().enumerate() {
            if !step.name.is_empty() {
                if i > 0 || !leads {
                    out.push('.');
                }
                out.push_str(&step.name);
            }
            if let Some(arg) = &step.arg {
                out.push('[');
                out.push_str(&self.key(arg, step.span));
                out.push(']');
            }
        }
        out
    }

    /// What stands in brackets, in the author's quotes if it had any.
    fn key(&self, arg: &str, step: Span) -> String {
        let written = self.spelling(step);
        let bracket = written.and_then(|w| w.get(w.find('[')? + 1..)?.strip_suffix(']'));
        match bracket.and_then(|quoted| Some((quoted, literal::read(quoted)?))) {
            Some((quoted, read)) if read.text == arg => quoted.to_owned(),
            _ if is_index(arg) => arg.to_owned(),
            _ => literal::quote(arg),
        }
    }

    /// A quoted string.
    pub(super) fn text(&self, text: &str, span: Span) -> String {
        match self.spelling(span).and_then(|quoted| Some((quoted, literal::read(quoted)?))) {
            Some((quoted, read)) if read.text == text => quoted.to_owned(),
            _ => literal::quote(text),
        }
    }

    /// CEL in its quotes.
    pub(super) fn cel(&self, cel: &Cel) -> String {
        if self.before(cel.span, 3) == Some("\"\"\"") {
            return format!("cel\"\"\"{}\"\"\"", cel.text);
        }
        if self.before(cel.span, 1) == Some("'") && self.spelling(cel.span).is_some_and(|s| s == cel.text) {
            return format!("cel'{}'", cel.text);
        }
        if cel.text.contains('\n') {
            return format!("cel\"\"\"{}\"\"\"", cel.text);
        }
        format!("cel{}", literal::quote_raw(&cel.text))
    }

    /// A message in its quotes.
    pub(super) fn template(&self, template: &Template) -> String {
        if let Some(written) = self.spelling(template.span) {
            return written.to_owned();
        }
        let mut out = String::new();
        for part in &template.parts {
            match part {
                TemplatePart::Text(text) => out.push_str(&text.replace('{', "{{").replace('}', "}}")),
                TemplatePart::Value(operand) => out.push_str(&format!("{{{}}}", self.operand(operand))),
                TemplatePart::Cel(cel) => out.push_str(&format!("{{{}}}", self.cel(cel))),
            }
        }
        literal::quote(&out)
    }
}

/// Whether a condition needs parentheses inside another.
pub(super) fn is_joined(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Or(_) | ExprKind::And(_))
}

/// Whether the grammar reads this as one bare word wherever a value may stand.
fn is_word(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('#') && !word.ends_with(':') && word.chars().all(is_word_char)
}

fn is_word_char(c: char) -> bool {
    !c.is_whitespace()
        && !c.is_control()
        && !matches!(c, '"' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | '=' | ',')
        && (c.is_ascii() || c.is_alphanumeric())
}

/// Whether this may stand in brackets without quotes.
fn is_index(arg: &str) -> bool {
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '[' | ']' | '{' | '}' | '"' | '\'');
    !arg.is_empty() && arg.chars().all(plain)
}

/// Whether a data key may stand without quotes.
pub(super) fn is_key(key: &str) -> bool {
    !key.is_empty() && !key.starts_with('#') && key.chars().all(|c| c != ':' && is_word_char(c))
}

/// Whether text in data may stand without quotes and is text then.
pub(super) fn is_bare_text(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('#')
        && text.chars().all(|c| c == '=' || is_word_char(c))
        && matches!(bare(text), DataKind::Text { .. })
}
