//! What conditions come to under assumptions.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::document::{Node, NodeKind};
use crate::scenario::{Assumed, Scenario, Space};
use crate::template::Parameter;

/// Named conditions deeper in one another than this are not followed.
const MAX_DEPTH: usize = 200;

/// What evaluation needs to know before it can go on.
pub(crate) enum Ask {
    /// What a parameter is.
    Parameter(SmolStr),
    /// Whether a comparison that only deployment can decide holds; by its text.
    Atom(SmolStr),
}

/// Evaluates conditions under one scenario.
pub(crate) struct Evaluator<'s> {
    space: &'s Space<'s>,
    scenario: &'s Scenario,
    /// Named conditions that were evaluated; none for those that are being evaluated.
    settled: RefCell<FxHashMap<&'s str, Option<bool>>>,
}

/// A text in a comparison.
#[derive(PartialEq, Eq)]
enum Operand {
    Known(SmolStr),
    /// A parameter with none of the compared values.
    Other(SmolStr),
    /// Only deployment knows; by its spelling.
    Opaque(String),
}

impl<'s> Evaluator<'s> {
    pub(crate) fn new(space: &'s Space<'s>, scenario: &'s Scenario) -> Self {
        Self { space, scenario, settled: RefCell::default() }
    }

    /// The truth of a named condition, or what has to be assumed for it to have one.
    pub(crate) fn named(&self, name: &str, depth: usize) -> Result<bool, Ask> {
        let Some((name, entry)) = self.space.template.conditions.get_key_value(name) else {
            return self.atom(format!("condition {name}"));
        };
        match self.settled.borrow().get(name) {
            Some(Some(truth)) => return Ok(*truth),
            // A cycle: undecidable here, and a schema finding elsewhere.
            Some(None) => return self.atom(format!("condition {name}")),
            None => {}
        }
        if depth > MAX_DEPTH {
            return self.atom(format!("condition {name}"));
        }
        self.settled.borrow_mut().insert(name, None);
        let truth = self.truth(&entry.value, depth + 1)?;
        self.settled.borrow_mut().insert(name, Some(truth));
        Ok(truth)
    }

    fn atom(&self, text: String) -> Result<bool, Ask> {
        let text = SmolStr::from(text);
        self.scenario.atoms.get(&text).copied().ok_or(Ask::Atom(text))
    }

    fn truth(&self, node: &Node, depth: usize) -> Result<bool, Ask> {
        if let NodeKind::Bool(value) = node.kind {
            return Ok(value);
        }
        let [entry] = node.entries() else { return self.atom(spelling(node)) };
        let args = entry.value.items();
        match entry.key.as_str() {
            "Condition" => match entry.value.as_str() {
                Some(name) => self.named(name, depth),
                None => self.atom(spelling(node)),
            },
            "Fn::Not" => match args {
                [only] => Ok(!self.truth(only, depth + 1)?),
                _ => self.atom(spelling(node)),
            },
            "Fn::And" => {
                for arg in args {
                    if !self.truth(arg, depth + 1)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            "Fn::Or" => {
                for arg in args {
                    if self.truth(arg, depth + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            "Fn::Equals" => match args {
                [a, b] => match (self.operand(a)?, self.operand(b)?) {
                    (Operand::Known(a), Operand::Known(b)) => Ok(a == b),
                    (Operand::Other(a), Operand::Other(b)) if a == b => Ok(true),
                    // A text that the parameter was not asked about is not ruled out.
                    (Operand::Other(name), Operand::Known(text))
                    | (Operand::Known(text), Operand::Other(name))
                        if self.space.rules_out(&name, &text) =>
                    {
                        Ok(false)
                    }
                    (Operand::Opaque(a), Operand::Opaque(b)) if a == b => Ok(true),
                    _ => self.atom(spelling(node)),
                },
                _ => self.atom(spelling(node)),
            },
            _ => self.atom(spelling(node)),
        }
    }

    fn operand(&self, node: &Node) -> Result<Operand, Ask> {
        if let Some(text) = node.scalar_text() {
            return Ok(Operand::Known(text));
        }
        if matches!(node.kind, NodeKind::Null) {
            return Ok(Operand::Known(SmolStr::default()));
        }
        if let Some(name) = node.get("Ref").and_then(Node::as_str) {
            return self.reference(name, node);
        }
        if let Some([map, first, second]) = node.get("Fn::FindInMap").map(Node::items)
            && let (Operand::Known(map), Operand::Known(first), Operand::Known(second)) =
                (self.operand(map)?, self.operand(first)?, self.operand(second)?)
            && let Some(value) = self.mapped(&map, &first, &second)
        {
            return Ok(Operand::Known(value));
        }
        if let Some([delimiter, list]) = node.get("Fn::Join").map(Node::items)
            && let Some(text) = self.joined(delimiter, list)?
        {
            return Ok(Operand::Known(text));
        }
        Ok(Operand::Opaque(spelling(node)))
    }

    fn joined(&self, delimiter: &Node, list: &Node) -> Result<Option<SmolStr>, Ask> {
        let Some(delimiter) = delimiter.scalar_text() else { return Ok(None) };
        // A list parameter joined with nothing is how templates ask whether it is empty.
        if list.items().is_empty() {
            return match self.operand(list)? {
                Operand::Known(text) => Ok(Some(text.replace(',', &delimiter).into())),
                _ => Ok(None),
            };
        }
        let mut parts = Vec::new();
        for item in list.items() {
            match self.operand(item)? {
                Operand::Known(text) => parts.push(text),
                _ => return Ok(None),
            }
        }
        Ok(Some(parts.join(delimiter.as_str()).into()))
    }

    fn mapped(&self, map: &str, first: &str, second: &str) -> Option<SmolStr> {
        self.space.template.mapped(map, first, second)?.scalar_text()
    }

    fn reference(&self, name: &str, node: &Node) -> Result<Operand, Ask> {
        let parameter = self.space.template.parameters.get(name);
        if parameter.is_some_and(Parameter::is_stored) {
            return Ok(Operand::Opaque(spelling(node)));
        }
        if let Some(given) = self.space.inputs.value(name) {
            return Ok(Operand::Known(given));
        }
        let pseudo = ["AWS::Region", "AWS::AccountId", "AWS::Partition", "AWS::StackName"];
        if parameter.is_none() && !pseudo.contains(&name) {
            return Ok(Operand::Opaque(spelling(node)));
        }
        match self.scenario.parameters.get(name) {
            Some(Assumed::Text(text)) => Ok(Operand::Known(text.clone())),
            Some(Assumed::Other) => Ok(Operand::Other(name.into())),
            None => Err(Ask::Parameter(name.into())),
        }
    }
}

/// A node's content without its place: equal texts are the same comparison.
fn spelling(node: &Node) -> String {
    let mut out = String::new();
    spell(node, &mut out);
    out
}

fn spell(node: &Node, out: &mut String) {
    use std::fmt::Write;
    match &node.kind {
        NodeKind::List(items) => {
            out.push('[');
            for item in items {
                spell(item, out);
                out.push(',');
            }
            out.push(']');
        }
        NodeKind::Map(entries) => {
            out.push('{');
            for entry in entries {
                out.push_str(&entry.key);
                out.push(':');
                spell(&entry.value, out);
                out.push(',');
            }
            out.push('}');
        }
        scalar => {
            // Writing to a String does not fail.
            let _ = write!(out, "{scalar:?}");
        }
    }
}
