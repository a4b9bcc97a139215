//! Why a rule says of a record what it says, as a tree that can be shown.

use eyas_lang::source::Span;
use eyas_lang::value::Fetched;
use serde::Serialize;
use smol_str::SmolStr;

use super::evidence::for_leaves;
use super::state::{Bound, Eval};
use super::{Truth, reason};
use crate::coerce;
use crate::plan::{Node, PlannedRule};

/// A part of a condition with its truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `when`, `where`, `all of`, `any of`, `not`, or the text of a comparison.
    pub text: String,
    /// `true`, `false`, `unknown`.
    pub truth: &'static str,
    /// The values that a comparison looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ExplainedValue>,
    /// Its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Explanation>,
    /// Where it stands in the rule.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// A value that a comparison looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedValue {
    /// The field as the rule writes it.
    pub field: String,
    /// Its value as text, `<NA>` where it is absent, `<unknown>` where it is not known.
    pub value: String,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// How many items of a list are shown.
const ITEMS: usize = 20;

impl Explanation {
    fn new(text: impl Into<String>, truth: Truth) -> Self {
        Self { text: text.into(), truth: truth.as_str(), values: Vec::new(), parts: Vec::new(), span: None }
    }

    pub(super) fn not_concerned(record_type: &str) -> Self {
        Self::new(format!("the rule is not on records of type `{record_type}`"), Truth::False)
    }

    /// The tree as indented lines.
    pub fn lines(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.write(0, &mut out);
        out
    }

    fn write(&self, depth: usize, out: &mut Vec<String>) {
        let values: Vec<String> = self
            .values
            .iter()
            .map(|v| match &v.unknown {
                Some(why) => format!("{} is not known: {why}", v.field),
                None => format!("{} is {}", v.field, v.value),
            })
            .collect();
        let values = if values.is_empty() { String::new() } else { format!("   ({})", values.join("; ")) };
        out.push(format!("{:indent$}{:<7} {}{values}", "", self.truth, self.text, indent = depth * 2));
        for part in &self.parts {
            part.write(depth + 1, out);
        }
    }
}

impl<'p> Eval<'p, '_> {
    /// Every part of a rule's condition with its truth.
    pub(super) fn explain(&mut self, rule: &'p PlannedRule) -> Explanation {
        let mut root = Explanation::new(format!("rule {}", rule.rule.id), Truth::Unknown);
        self.rule = Some(rule);
        root.truth = match self.outcome(rule) {
            crate::finding::Outcome::Violation => "true",
            crate::finding::Outcome::Unknown => "unknown",
            _ => "false",
        };
        if let Some(scope) = &rule.scope {
            root.parts.push(self.labelled("where", scope));
        }
        root.parts.push(self.labelled("when", &rule.when));
        root
    }

    fn labelled(&mut self, label: &str, node: &'p Node) -> Explanation {
        let inner = self.explain_node(node);
        let mut out = Explanation::new(label, self.truth(node));
        out.parts.push(inner);
        out
    }

    fn explain_node(&mut self, node: &'p Node) -> Explanation {
        let truth = self.truth(node);
        let (text, each): (&str, &'p [Node]) = match node {
            Node::Const(b) => return Explanation::new(b.to_string(), truth),
            Node::All(each) => ("all of", each),
            Node::Any(each) => ("any of", each),
            Node::Not(of) => ("not", std::slice::from_ref(of)),
            Node::Atom(site) => {
                let mut out = Explanation::new(&*site.text, truth);
                out.span = Some(site.source.span);
                let mut terms = Vec::new();
                for_leaves(&site.source.test, &mut |term| terms.push(term));
                out.values = terms
                    .into_iter()
                    .filter_map(|t| self.leaf(t, &[]))
                    .map(|(f, v, _)| shown(f, &v))
                    .collect();
                return out;
            }
            Node::Quant(quant) => {
                let mut out = Explanation::new(&*quant.text, truth);
                out.span = Some(quant.span);
                out.values =
                    self.leaf(&quant.source, &[]).map(|(f, v, _)| shown(f, &v)).into_iter().collect();
                let mut over = self.over(quant);
                while let Some(item) = over.next() {
                    if out.parts.len() == ITEMS {
                        break;
                    }
                    self.bind(quant.var.0, item);
                    let mut part = self.explain_node(&quant.body);
                    if let Some(index) = over.index() {
                        part.text = format!("{} = item {index}: {}", quant.name, part.text);
                    }
                    out.parts.push(part);
                }
                self.bind(quant.var.0, Bound::None);
                return out;
            }
        };
        let mut out = Explanation::new(text, truth);
        out.parts = each.iter().map(|one| self.explain_node(one)).collect();
        out
    }
}

fn shown(field: SmolStr, found: &Fetched<'_>) -> ExplainedValue {
    let value = match found {
        Fetched::Absent => "<NA>".to_owned(),
        Fetched::Unknown(_) => "<unknown>".to_owned(),
        Fetched::Present(value) => match coerce::text(value) {
            Some(text) if text.len() <= 200 => text.into_owned(),
            Some(text) => format!("{}…", text.get(..text.floor_char_boundary(200)).unwrap_or_default()),
            None => "<unknown>".to_owned(),
        },
    };
    ExplainedValue { field: field.to_string(), value, unknown: reason(found).map(str::to_owned) }
}
