//! `Globals`: what serverless resources of a kind have in common.

use crate::document::{Entry, Node, NodeKind};

/// A resource's properties over the common ones: maps are merged, lists are joined, everything
/// else is the resource's own.
pub(super) fn merged(common: &Node, own: Option<&Node>, ignored: Option<&Node>) -> Node {
    let Some(own) = own else { return without(common, ignored) };
    merge(&without(common, ignored), own)
}

/// What is common but for what the resource does not want (`IgnoreGlobals`).
fn without(common: &Node, ignored: Option<&Node>) -> Node {
    let Some(ignored) = ignored else { return common.clone() };
    let all = ignored.as_str() == Some("*");
    let unwanted =
        |entry: &&Entry| all || ignored.items().iter().any(|name| name.as_str() == Some(entry.key.as_str()));
    let entries = common.entries().iter().filter(|entry| !unwanted(entry)).cloned().collect();
    Node { kind: NodeKind::Map(entries), ..common.hollow() }
}

fn merge(common: &Node, own: &Node) -> Node {
    match (&common.kind, &own.kind) {
        (NodeKind::List(first), NodeKind::List(then)) => {
            let items = first.iter().chain(then).cloned().collect();
            Node { kind: NodeKind::List(items), ..own.hollow() }
        }
        (NodeKind::Map(_), NodeKind::Map(_)) if !is_intrinsic(common) && !is_intrinsic(own) => {
            let mut entries: Vec<Entry> =
                common.entries().iter().filter(|entry| own.get(&entry.key).is_none()).cloned().collect();
            entries.extend(own.entries().iter().map(|entry| match common.get(&entry.key) {
                Some(value) => Entry { value: merge(value, &entry.value), ..entry.clone_key() },
                None => entry.clone(),
            }));
            Node { kind: NodeKind::Map(entries), ..own.hollow() }
        }
        _ => own.clone(),
    }
}

/// `{"Ref": …}`, `{"Fn::…": …}`: a value, not a map.
pub(super) fn is_intrinsic(node: &Node) -> bool {
    matches!(node.entries(), [only] if only.key == "Ref" || only.key == "Condition" || only.key.starts_with("Fn::"))
}
