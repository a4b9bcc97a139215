//! `Metadata: { eyas: { ignore: [...] } }`, and what other tools write there.

use jiff::civil::Date;

use super::{Peers, Request};
use crate::document::{Node, Span};
use crate::template::Template;

/// The requests in the template's metadata and in those of its resources.
pub(super) fn requests(template: &Template<'_>, peers: &Peers) -> Vec<Request> {
    let mut found = Vec::new();
    if let Some(metadata) = template.document.root.get("Metadata") {
        of_metadata(metadata, None, peers, &mut found);
    }
    for resource in &template.resources {
        let entry = resource.entry;
        if let Some(metadata) = entry.value.get("Metadata") {
            let covers = Span { start: entry.key_span.start, end: entry.value.span.end };
            of_metadata(metadata, Some(covers), peers, &mut found);
        }
    }
    found
}

fn of_metadata(metadata: &Node, covers: Option<Span>, peers: &Peers, found: &mut Vec<Request>) {
    let request = |at: Span, id: &str, reason: Option<String>| Request {
        rules: peers.rules(id),
        written: id.to_owned(),
        by: "metadata",
        reason,
        until: None,
        covers,
        at,
        own: false,
    };
    let list = |tool: &str, key: &str| {
        metadata.get(tool).and_then(|t| t.get(key)).map(Node::items).unwrap_or_default()
    };
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::scalar_text).map(String::from);

    if let Some(ignore) = metadata.get("eyas").and_then(|eyas| eyas.get("ignore")) {
        let items = if ignore.items().is_empty() { std::slice::from_ref(ignore) } else { ignore.items() };
        found.extend(items.iter().map(|item| own(item, covers)));
    }
    for item in list("checkov", "skip") {
        found.extend(text(item, "id").map(|id| request(item.span, &id, text(item, "comment"))));
    }
    for item in list("cfn_nag", "rules_to_suppress") {
        found.extend(text(item, "id").map(|id| request(item.span, &id, text(item, "reason"))));
    }
    for item in list("guard", "SuppressedRules") {
        // Either the name alone, or the name with a reason.
        match item.entries() {
            [only] => {
                let reason = only.value.scalar_text().map(String::from);
                found.push(request(item.span, &only.key, reason));
            }
            _ => found.extend(item.as_str().map(|id| request(item.span, id, None))),
        }
    }
    let config = metadata.get("cfn-lint").and_then(|lint| lint.get("config"));
    let checks = config.and_then(|config| config.get("ignore_checks")).map(Node::items).unwrap_or_default();
    found.extend(checks.iter().filter_map(|item| Some(request(item.span, item.as_str()?, None))));
}

/// `{ rule: …, reason: …, until: … }`; `rule` may be a list.
fn own(item: &Node, covers: Option<Span>) -> Request {
    let rule = item.get("rule").or_else(|| item.get("rules"));
    let mut rules: Vec<String> = match rule {
        Some(node) if !node.items().is_empty() => {
            node.items().iter().filter_map(Node::as_str).map(str::to_owned).collect()
        }
        Some(node) => node.as_str().map(str::to_owned).into_iter().collect(),
        // `ignore: [rule]` names a rule and no reason.
        None => item.as_str().map(str::to_owned).into_iter().collect(),
    };
    rules.dedup();
    let text = |key: &str| item.get(key).and_then(Node::scalar_text).map(String::from);
    Request {
        written: rules.join(" "),
        rules,
        by: "metadata",
        reason: text("reason").filter(|reason| !reason.trim().is_empty()),
        until: text("until").and_then(|day| day.parse::<Date>().ok()),
        covers,
        at: item.span,
        own: true,
    }
}
