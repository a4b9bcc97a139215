//! `exceptions` of a rule.

use std::rc::Rc;

use smol_str::SmolStr;

use super::condition;
use super::keys::{Reader, Word};
use super::names::{count, fold};
use super::operand;
use super::text::Text;
use super::value;
use super::yaml::{Node, NodeKind};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Except, Ident, Operand, OperandKind, Spanned};

/// One exception as it is written.
#[derive(Debug)]
pub(super) struct Exception {
    pub(super) name: Word,
    pub(super) fields: Option<Words>,
    pub(super) comps: Option<Words>,
    /// The rows of `values`.
    pub(super) rows: Vec<Operand>,
    span: Span,
}

/// One word, or a list of words.
#[derive(Debug)]
pub(super) struct Words {
    words: Vec<Word>,
    is_list: bool,
    span: Span,
}

const KEYS: &[&str] = &["name", "fields", "comps", "values"];
const SET_COMPS: &[&str] = &["in", "pmatch", "intersects"];

/// Reads the value of `exceptions`.
pub(super) fn read(reader: &mut Reader<'_>, nodes: &[Rc<Node>]) -> Vec<Exception> {
    nodes.iter().filter_map(|node| read_one(reader, node)).collect()
}

fn read_one(reader: &mut Reader<'_>, node: &Rc<Node>) -> Option<Exception> {
    let keys = reader.keys(node)?;
    let name = keys.word(reader, "name");
    if !keys.has("name") {
        reader.report(Diagnostic::new(Code::FalcoItem, keys.span(), "an exception has no `name`"));
    }
    let fields = keys.node("fields").and_then(|n| words(reader, &n));
    let comps = keys.node("comps").and_then(|n| words(reader, &n));
    let rows = match keys.node("values") {
        Some(node) if !node.is_null() => {
            let nodes = reader.sequence("a list of values", &node).unwrap_or_default();
            nodes.iter().filter_map(|n| row(reader, n, 2)).collect()
        }
        _ => Vec::new(),
    };
    keys.finish(reader, "an exception", KEYS);
    Some(Exception { name: name?, fields, comps, rows, span: keys.span() })
}

fn words(reader: &mut Reader<'_>, node: &Node) -> Option<Words> {
    let span = reader.place(node);
    let (words, is_list) = match &node.kind {
        NodeKind::Sequence(nodes) => (nodes.iter().filter_map(|n| reader.scalar("text", n)).collect(), true),
        _ => (vec![reader.scalar("text or a list of texts", node)?], false),
    };
    Some(Words { words, is_list, span })
}

/// A value: text, or a list at most `depth` deep.
fn row(reader: &mut Reader<'_>, node: &Node, depth: u32) -> Option<Operand> {
    match &node.kind {
        NodeKind::Sequence(nodes) if depth > 0 => {
            let items = nodes.iter().filter_map(|n| row(reader, n, depth - 1)).collect();
            Some(Operand { kind: OperandKind::List(items), span: node.span })
        }
        _ => reader.scalar("a value", node).map(|word| value::operand(&word)),
    }
}

impl Exception {
    /// Adds the rows of an exception that is appended to this one.
    pub(super) fn append(&mut self, other: Exception, out: &mut Vec<Diagnostic>) {
        for extra in [("fields", &other.fields), ("comps", &other.comps)] {
            if let (key, Some(words)) = extra {
                let message = format!(
                    "exception `{}` has its `{key}` already; only `values` can be appended",
                    self.name.text
                );
                out.push(
                    Diagnostic::new(Code::FalcoOverride, words.span, message)
                        .also(self.name.span, "first given here"),
                );
            }
        }
        self.rows.extend(other.rows);
    }

    /// The exception in our tree; `None` where it cannot be, or excepts nothing.
    pub(super) fn lower(&self, out: &mut Vec<Diagnostic>) -> Option<Except> {
        let Some(fields) = self.fields.as_ref().filter(|f| !f.words.is_empty()) else {
            let message = format!("exception `{}` has no `fields`", self.name.text);
            out.push(Diagnostic::new(Code::FalcoItem, self.name.span, message));
            return None;
        };
        let ops = self.ops(fields, out)?;
        let mut operands = Vec::new();
        for (field, op) in fields.words.iter().zip(&ops) {
            match operand::read(&Text::piece(&field.text, field.span)) {
                Ok(operand) => operands.push((operand, op.clone())),
                Err(wrong) => out.push(wrong),
            }
        }
        let before = out.len();
        let mut rows: Vec<_> = self.rows.iter().filter_map(|r| self.row(r, fields, &ops, out)).collect();
        if operands.len() != fields.words.len() || out.len() > before || rows.is_empty() {
            return None;
        }
        if operands.iter().any(|(field, _)| operand::is_json(field)) {
            rows = rows.into_iter().map(value::as_text).collect();
        }
        let name = Ident { name: SmolStr::new(fold(&self.name.text, "exception")), span: self.name.span };
        Some(Except { name, fields: operands, rows })
    }

    /// Where the whole stands.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// The operator of each field; `None` for one that ours has by default too.
    fn ops(&self, fields: &Words, out: &mut Vec<Diagnostic>) -> Option<Vec<Option<Spanned<CompareOp>>>> {
        let wanted = fields.words.len();
        let Some(comps) = &self.comps else {
            // A list of one field is compared with `=`, where ours has `in` by default.
            let op =
                (fields.is_list && wanted == 1).then_some(Spanned { node: CompareOp::Eq, span: fields.span });
            return Some(vec![op; wanted]);
        };
        if comps.words.len() != wanted || comps.is_list != fields.is_list {
            let message = format!(
                "exception `{}` has {} for {}",
                self.name.text,
                count(comps.words.len(), "operator"),
                count(wanted, "field"),
            );
            out.push(
                Diagnostic::new(Code::FalcoItem, comps.span, message)
                    .also(fields.span, "the fields")
                    .help("give `comps` in the form that `fields` has, one operator a field"),
            );
            return None;
        }
        let known =
            |text: &str| condition::operator(text).filter(|_| fields.is_list || SET_COMPS.contains(&text));
        let ops: Vec<_> = comps
            .words
            .iter()
            .map(|word| {
                let op = known(&word.text);
                if op.is_none() {
                    let wrong = format!("`{}` cannot compare the field of an exception", word.text);
                    let wrong = Diagnostic::new(Code::FalcoItem, word.span, wrong);
                    out.push(match fields.is_list {
                        true => wrong.did_you_mean(nearest(&word.text, condition::operators())),
                        false => wrong.help("a single field takes `in`, `pmatch` or `intersects`"),
                    });
                }
                op.map(|node| Some(Spanned { node, span: word.span }))
            })
            .collect();
        ops.into_iter().collect()
    }

    /// One value of a row, in the form that its operator takes.
    fn cell(
        &self,
        value: &Operand,
        op: Option<&Spanned<CompareOp>>,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Operand> {
        let takes_set =
            op.is_some_and(|op| matches!(op.node, CompareOp::In | CompareOp::PMatch | CompareOp::Intersects));
        match (&value.kind, takes_set) {
            (OperandKind::List(_), false) => {
                let message = format!("exception `{}` takes a single value here", self.name.text);
                out.push(
                    Diagnostic::new(Code::FalcoItem, value.span, message)
                        .help("for several values give the field the operator `in` under `comps`"),
                );
                None
            }
            (OperandKind::List(_), true) | (_, false) => Some(value.clone()),
            (_, true) => Some(Operand { kind: OperandKind::List(vec![value.clone()]), span: value.span }),
        }
    }

    /// Checks one row against the fields.
    fn row(
        &self,
        row: &Operand,
        fields: &Words,
        ops: &[Option<Spanned<CompareOp>>],
        out: &mut Vec<Diagnostic>,
    ) -> Option<Operand> {
        let values = match &row.kind {
            OperandKind::List(values) => Some(values.len()),
            _ => None,
        };
        if let OperandKind::List(values) = &row.kind
            && fields.is_list
            && values.len() == fields.words.len()
        {
            let values: Option<Vec<_>> =
                values.iter().zip(ops).map(|(value, op)| self.cell(value, op.as_ref(), out)).collect();
            return Some(Operand { kind: OperandKind::List(values?), span: row.span });
        }
        let message = match (values, fields.is_list) {
            (None, false) => return Some(row.clone()),
            (Some(n), true) => format!(
                "exception `{}` has {} here for {}",
                self.name.text,
                count(n, "value"),
                count(fields.words.len(), "field")
            ),
            (None, true) => format!("exception `{}` takes a list of values here", self.name.text),
            (Some(_), false) => format!("exception `{}` takes a single value here", self.name.text),
        };
        out.push(Diagnostic::new(Code::FalcoItem, row.span, message).also(fields.span, "the fields"));
        None
    }
}
