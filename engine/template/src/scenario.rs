//! Which combinations of conditions a resource can be deployed under.
//!
//! Conditions are never multiplied out. Evaluation starts with nothing assumed and asks for an
//! assumption only where an answer hangs on one: which of its candidate values a parameter has,
//! or whether two texts that only deployment knows are equal. Each assumption branches; what
//! contradicts an earlier one is never reached. A budget bounds the branches.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::document::{Node, NodeKind};
use crate::inputs::Inputs;
use crate::template::Template;
use crate::when::Conditions;

/// More combinations than this for one resource are not looked at; its conditions are then
/// unknown.
pub const BUDGET: usize = 128;

/// What a parameter is assumed to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Assumed {
    /// This text.
    Text(SmolStr),
    /// None of the texts that the template compares it with.
    Other,
}

/// Assumptions, and what the resource's conditions come to under them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scenario {
    /// Parameters.
    pub(crate) parameters: BTreeMap<SmolStr, Assumed>,
    /// Comparisons that only deployment can decide, by their text.
    atoms: BTreeMap<String, bool>,
    /// The named conditions that the resource uses.
    pub(crate) conditions: Conditions,
}

impl Scenario {
    /// The truth of a named condition, if the scenario settles it.
    pub fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied()
    }
}

/// Every combination that the conditions reachable from `nodes` allow, or `None` where there are
/// more than [`BUDGET`].
pub(crate) fn scenarios(template: &Template<'_>, inputs: &Inputs, nodes: &[&Node]) -> Option<Vec<Scenario>> {
    let mut used = FxHashSet::default();
    for node in nodes {
        collect_conditions(node, &mut used);
    }
    let mut names: Vec<&str> =
        used.into_iter().filter(|name| template.conditions.contains_key(name)).collect();
    names.sort_unstable();
    let mut found = Vec::new();
    let mut open = vec![Scenario::default()];
    while let Some(scenario) = open.pop() {
        match settle(template, inputs, &names, &scenario) {
            Ok(conditions) => {
                found.push(Scenario { conditions, ..scenario });
                if found.len() > BUDGET {
                    return None;
                }
            }
            Err(Ask::Parameter(name)) => {
                for value in candidates(template, inputs, &name) {
                    let mut next = scenario.clone();
                    next.parameters.insert(name.clone(), value);
                    open.push(next);
                }
            }
            Err(Ask::Atom(text)) => {
                for truth in [true, false] {
                    let mut next = scenario.clone();
                    next.atoms.insert(text.clone(), truth);
                    open.push(next);
                }
            }
        }
        if open.len() > BUDGET {
            return None;
        }
    }
    // Different assumptions often settle the conditions alike.
    found.sort_by(|a, b| (&a.conditions, &a.parameters).cmp(&(&b.conditions, &b.parameters)));
    Some(found)
}

/// The conditions that `Fn::If` and `Condition` name anywhere below.
fn collect_conditions<'n>(node: &'n Node, used: &mut FxHashSet<&'n str>) {
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| collect_conditions(item, used)),
        NodeKind::Map(entries) => {
            for entry in entries {
                if entry.key == "Fn::If" {
                    used.extend(entry.value.items().first().and_then(Node::as_str));
                } else if entry.key == "Condition" {
                    used.extend(entry.value.as_str());
                }
                collect_conditions(&entry.value, used);
            }
        }
        _ => {}
    }
}

/// What evaluation needs to know before it can go on.
enum Ask {
    Parameter(SmolStr),
    Atom(String),
}

fn settle(
    template: &Template<'_>,
    inputs: &Inputs,
    names: &[&str],
    scenario: &Scenario,
) -> Result<Conditions, Ask> {
    let evaluator = Evaluator { template, inputs, scenario };
    let mut conditions = Conditions::new();
    for name in names {
        conditions.insert(SmolStr::from(*name), evaluator.named(name, 0)?);
    }
    Ok(conditions)
}

/// The values that matter for a parameter: those it may have, or those the template compares it
/// with, its default, and any other.
fn candidates(template: &Template<'_>, inputs: &Inputs, name: &str) -> Vec<Assumed> {
    let parameter = template.parameters.get(name);
    if let Some(allowed) = parameter.and_then(|p| p.allowed) {
        return allowed.iter().filter_map(Node::scalar_text).map(Assumed::Text).collect();
    }
    let mut texts = FxHashSet::default();
    texts.extend(parameter.and_then(|p| inputs.default_of(name, p)));
    for condition in template.conditions.values() {
        compared_with(&condition.value, name, &mut texts);
    }
    let mut values: Vec<Assumed> = texts.into_iter().map(Assumed::Text).collect();
    values.sort();
    values.push(Assumed::Other);
    values
}

/// Texts that stand beside the parameter in an `Fn::Equals`.
fn compared_with(node: &Node, name: &str, texts: &mut FxHashSet<SmolStr>) {
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| compared_with(item, name, texts)),
        NodeKind::Map(entries) => {
            for entry in entries {
                if entry.key == "Fn::Equals"
                    && let [a, b] = entry.value.items()
                {
                    let is_it = |node: &Node| node.get("Ref").and_then(Node::as_str) == Some(name);
                    if is_it(a) {
                        texts.extend(b.scalar_text());
                    } else if is_it(b) {
                        texts.extend(a.scalar_text());
                    }
                }
                compared_with(&entry.value, name, texts);
            }
        }
        _ => {}
    }
}

struct Evaluator<'s> {
    template: &'s Template<'s>,
    inputs: &'s Inputs,
    scenario: &'s Scenario,
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

impl Evaluator<'_> {
    fn named(&self, name: &str, depth: usize) -> Result<bool, Ask> {
        match self.template.conditions.get(name) {
            // A cycle or an absurd chain: undecidable here, and a schema finding elsewhere.
            Some(entry) if depth < 50 => self.truth(&entry.value, depth + 1),
            _ => self.atom(format!("condition {name}")),
        }
    }

    fn atom(&self, text: String) -> Result<bool, Ask> {
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
                    (Operand::Other(_), Operand::Known(_)) | (Operand::Known(_), Operand::Other(_)) => {
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
        self.template.mappings?.get(map)?.get(first)?.get(second)?.scalar_text()
    }

    fn reference(&self, name: &str, node: &Node) -> Result<Operand, Ask> {
        if let Some(given) = self.inputs.value(name) {
            return Ok(Operand::Known(given));
        }
        let free = match self.template.parameters.get(name) {
            Some(parameter) => !parameter.kind.starts_with("AWS::SSM::"),
            None => matches!(name, "AWS::Region" | "AWS::AccountId" | "AWS::Partition" | "AWS::StackName"),
        };
        if !free {
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
