//! Names that a node mentions: conditions, and whatever `Ref`, `Fn::GetAtt` and `Fn::Sub` name.

use rustc_hash::FxHashSet;

use crate::document::{Node, NodeKind};

/// Names found in a node and below.
#[derive(Debug, Default)]
pub(crate) struct Mentions<'n> {
    /// Conditions, by `Fn::If` or `Condition`.
    pub(crate) conditions: FxHashSet<&'n str>,
    /// Parameters, pseudo parameters and resources.
    pub(crate) names: FxHashSet<&'n str>,
}

/// The names in a node.
pub(crate) fn mentions(node: &Node) -> Mentions<'_> {
    let mut found = Mentions::default();
    found.collect(node);
    found
}

impl<'n> Mentions<'n> {
    fn collect(&mut self, node: &'n Node) {
        match &node.kind {
            NodeKind::List(items) => items.iter().for_each(|item| self.collect(item)),
            NodeKind::Map(entries) => {
                for entry in entries {
                    let (text, first) = (entry.value.as_str(), entry.value.items().first());
                    match entry.key.as_str() {
                        "Fn::If" => self.conditions.extend(first.and_then(Node::as_str)),
                        "Condition" => self.conditions.extend(text),
                        "Ref" => self.names.extend(text),
                        "Fn::GetAtt" => {
                            let name = text.or(first.and_then(Node::as_str));
                            self.names.extend(name.map(before_dot));
                        }
                        "Fn::Sub" => {
                            if let Some(text) = text.or(first.and_then(Node::as_str)) {
                                self.names.extend(placeholders(text).map(before_dot));
                            }
                        }
                        _ => {}
                    }
                    self.collect(&entry.value);
                }
            }
            _ => {}
        }
    }
}

fn before_dot(name: &str) -> &str {
    name.split_once('.').map_or(name, |(resource, _)| resource)
}

/// The names between `${` and `}`, without the literal `${!…}`.
pub(crate) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        (!name.starts_with('!')).then(|| name.trim())
    })
}
