//! Messages: text with values in it.

use super::lower::Lower;
use super::scope::Scope;
use crate::checked::{Aggregate, Template, TemplatePart, Term};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, Operand, OperandKind};
use crate::value::Value;

/// What a message can name besides what a condition can.
#[derive(Debug, Default)]
pub(crate) struct Around<'x> {
    /// The rule counts over a group: `{count}` and `{distinct(field)}` mean something.
    pub(crate) grouped: bool,
    /// The text of `within`.
    pub(crate) within: Option<&'x str>,
    /// The steps of a sequence.
    pub(crate) steps: Vec<&'x Ident>,
}

impl Lower<'_, '_> {
    /// A message.
    pub(crate) fn template(
        &mut self,
        template: &ast::Template,
        around: &Around<'_>,
        scope: &Scope<'_>,
    ) -> Template {
        let mut parts = Vec::with_capacity(template.parts.len());
        for part in &template.parts {
            parts.extend(match part {
                ast::TemplatePart::Text(text) => {
                    self.warn_percent(text, template.span);
                    Some(TemplatePart::Text(text.clone()))
                }
                ast::TemplatePart::Cel(cel) => self.cel(cel, scope).map(TemplatePart::Cel),
                ast::TemplatePart::Value(operand) => self.template_value(operand, around, scope),
            });
        }
        Template { parts }
    }

    fn template_value(
        &mut self,
        operand: &Operand,
        around: &Around<'_>,
        scope: &Scope<'_>,
    ) -> Option<TemplatePart> {
        if around.grouped
            && let Some(of) = self.aggregate(operand, scope)
        {
            return of.map(TemplatePart::Aggregate);
        }
        let more_names = around.within.is_some() || !around.steps.is_empty();
        if more_names && let Some(segments) = Self::name_segments(&operand.kind, operand.span) {
            let (first, rest) = segments.split_first()?;
            if let (Some(within), "within", []) = (around.within, first.name.as_str(), rest) {
                return Some(TemplatePart::Text(within.to_owned()));
            }
            if let Some(step) = around.steps.iter().position(|s| s.name == first.name) {
                let Some(next) = rest.first() else {
                    self.report(
                        Diagnostic::new(
                            Code::UnknownField,
                            operand.span,
                            format!("`{}` is a step, not a value", first.name),
                        )
                        .help(format!("name a field of its record: `{{{}.FIELD}}`", first.name)),
                    );
                    return None;
                };
                let span = if next.span.file == operand.span.file {
                    next.span.to(operand.span)
                } else {
                    operand.span
                };
                let typed = self.read_path(rest, Span { end: operand.span.end, ..span }, scope)?;
                return Some(TemplatePart::Step(step as u32, typed.term));
            }
        }
        let typed = self.read_of_witnesses(operand, scope)?;
        Some(match typed.term {
            Term::Const(Value::Str(text)) => TemplatePart::Text(text.into_owned()),
            term => TemplatePart::Value(term),
        })
    }

    /// `count` or `distinct(field)`; `None` where the operand is neither.
    pub(crate) fn aggregate(&mut self, operand: &Operand, scope: &Scope<'_>) -> Option<Option<Aggregate>> {
        match &operand.kind {
            OperandKind::Path(path) if path.text() == "count" => Some(Some(Aggregate::Count)),
            OperandKind::Word(word) if word == "count" => Some(Some(Aggregate::Count)),
            OperandKind::Call { name, args } if name.text == "count" && args.is_empty() => {
                Some(Some(Aggregate::Count))
            }
            OperandKind::Call { name, args } if name.text == "distinct" => {
                let [field] = args.as_slice() else {
                    self.report(
                        Diagnostic::new(
                            Code::WrongArguments,
                            operand.span,
                            format!("`distinct` takes 1 argument, {} given", args.len()),
                        )
                        .help("write `distinct(field)`"),
                    );
                    return Some(None);
                };
                Some(self.read(field, scope).map(|t| Aggregate::Distinct(t.term)))
            }
            _ => None,
        }
    }
}
