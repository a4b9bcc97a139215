//! Quoted strings, CEL and messages.

use pest::Parser as _;
use smol_str::SmolStr;

use super::super::ast::*;
use super::super::grammar::{Grammar, Pair, Rule};
use super::super::literal::{self, Literal};
use super::{Base, Builder, Children};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;

impl Builder {
    /// A quoted string's text.
    pub(super) fn string(&mut self, pair: &Pair<'_>) -> Option<Spanned<String>> {
        let read = self.literal(pair)?;
        Some(Spanned { node: read.text, span: self.span(pair) })
    }

    fn literal(&mut self, pair: &Pair<'_>) -> Option<Literal> {
        let read = literal::read(pair.as_str())?;
        let start = pair.as_span().start();
        for &(from, to) in &read.bad_escapes {
            let escape = pair.as_str().get(from..to).unwrap_or_default();
            self.push(
                Diagnostic::new(
                    Code::BadEscape,
                    self.place(start + from, start + to),
                    format!("`{escape}` is no escape"),
                )
                .help("write `\\\\` for a backslash; the escapes are \\b \\f \\n \\r \\t \\\\ \\/ \\xHH \\uHHHH and the quote itself"),
            );
        }
        Some(read)
    }

    /// `cel"…"`
    pub(super) fn cel(&mut self, pair: Pair<'_>) -> Option<Cel> {
        let string = Children::of(pair).child(Rule::string)?;
        let (text, skip) = literal::read_raw(string.as_str())?;
        let span = string.as_span();
        Some(Cel { text, span: self.place(span.start() + skip, span.end() - skip) })
    }

    /// A message: text with `{…}` in it.
    pub(super) fn template(&mut self, pair: &Pair<'_>) -> Option<Template> {
        let span = self.span(pair);
        let read = self.literal(pair)?;
        let at = span.start as usize;
        let place =
            |from: usize, to: usize| Span::new(span.file, at + read.origin.of(from), at + read.origin.of(to));
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut from = 0;
        while let Some(c) = read.text.get(from..).and_then(|rest| rest.chars().next()) {
            let rest = read.text.get(from + 1..).unwrap_or_default();
            match c {
                '{' | '}' if rest.starts_with(c) => {
                    text.push(c);
                    from += 2;
                }
                '{' => {
                    let Some(len) = interpolation(rest) else {
                        self.push(open_interpolation(place(from, from + 1)));
                        break;
                    };
                    if !text.is_empty() {
                        parts.push(TemplatePart::Text(std::mem::take(&mut text)));
                    }
                    let inner = rest.get(..len).unwrap_or_default();
                    let origin = match &read.origin {
                        literal::Origin::Shifted(by) => literal::Origin::Shifted(by + from + 1),
                        table => {
                            literal::Origin::Table((0..=len).map(|i| table.of(from + 1 + i) as u32).collect())
                        }
                    };
                    parts.extend(self.interpolated(inner, at, origin));
                    from += len + 2;
                }
                '}' => {
                    self.push(
                        Diagnostic::new(
                            Code::BadInterpolation,
                            place(from, from + 1),
                            "this `}` closes nothing",
                        )
                        .help("write `}}` for a brace in the text"),
                    );
                    from += 1;
                }
                c => {
                    text.push(c);
                    from += c.len_utf8();
                }
            }
        }
        if !text.is_empty() {
            parts.push(TemplatePart::Text(text));
        }
        Some(Template { parts, span })
    }

    /// What stands between the braces of a message.
    fn interpolated(&mut self, inner: &str, at: usize, origin: literal::Origin) -> Option<TemplatePart> {
        let mut part = Builder::new(self.file, 0);
        part.base = Base::Literal { at, origin, from: 0 };
        if let Some(segments) = part.names(inner) {
            let kind = OperandKind::Path(Path { segments });
            return Some(TemplatePart::Value(Operand { kind, span: part.place(0, inner.len()) }));
        }
        let readable = super::super::nesting::limit(inner);
        part.report_nesting(&readable);
        let value = match Grammar::parse(Rule::only_value, &readable.text) {
            Ok(mut pairs) => pairs.next().and_then(|root| {
                let value = Children::of(root).next()?;
                if value.as_rule() == Rule::cel {
                    return part.cel(value).map(TemplatePart::Cel);
                }
                part.operand(value).map(TemplatePart::Value)
            }),
            Err(_) => {
                part.push(part.bad_interpolation(inner));
                None
            }
        };
        self.diagnostics.append(&mut part.diagnostics);
        value
    }

    /// The steps of a path that is nothing but names and dots, as nearly all in messages are: what
    /// the grammar would say of it, without asking it.
    fn names(&self, text: &str) -> Option<Vec<Segment>> {
        let mut from = 0;
        let each = text.split('.').map(|name| {
            let start = from;
            from += name.len() + 1;
            let letter = |b: u8| b.is_ascii_alphabetic() || b == b'_';
            let is_name = name.bytes().next().is_some_and(letter)
                && name.bytes().all(|b| letter(b) || b.is_ascii_digit());
            let span = self.place(start, start + name.len());
            is_name.then(|| Segment { name: SmolStr::new(name), arg: None, span })
        });
        each.collect()
    }

    fn bad_interpolation(&self, inner: &str) -> Diagnostic {
        let span = self.place(0, inner.len());
        if inner.trim().is_empty() {
            return Diagnostic::new(Code::BadInterpolation, span, "there is nothing between these braces")
                .help("name a field, as in `{ct.user}`, or write `{{` and `}}` for braces in the text");
        }
        Diagnostic::new(
            Code::BadInterpolation,
            span,
            format!("`{}` is neither a field, a call nor CEL", inner.trim()),
        )
        .help("braces in a message hold `{field}`, `{function(field)}` or `{cel\"…\"}`; `{{` and `}}` are braces in the text")
    }
}

fn open_interpolation(span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadInterpolation, span, "this `{` is never closed")
        .label("opened here")
        .help("add the `}`, or write `{{` for a brace in the text")
}

/// The length of what stands before the closing brace, quotes skipped.
fn interpolation(rest: &str) -> Option<usize> {
    let mut quote: Option<&str> = None;
    let mut at = 0;
    while let Some(c) = rest.get(at..).and_then(|tail| tail.chars().next()) {
        let tail = rest.get(at..).unwrap_or_default();
        at += match quote {
            Some(_) if c == '\\' => 1 + tail.chars().nth(1).map_or(0, char::len_utf8),
            Some(end) if tail.starts_with(end) => {
                quote = None;
                end.len()
            }
            Some(_) => c.len_utf8(),
            None if c == '}' => return Some(at),
            None => {
                quote = ["\"\"\"", "\"", "'"].into_iter().find(|start| tail.starts_with(start));
                quote.map_or(c.len_utf8(), str::len)
            }
        };
    }
    None
}
