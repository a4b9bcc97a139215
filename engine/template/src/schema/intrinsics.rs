//! Intrinsic functions with the wrong number or kind of arguments.

use super::near::near;
use super::{Checker, names, place, rules};
use crate::document::{Entry, Node, NodeKind};

/// Functions, with the least and the most arguments where these are a list.
const FUNCTIONS: [(&str, usize, usize); 24] = [
    ("Fn::And", 2, 10),
    ("Fn::Base64", 0, 0),
    ("Fn::Cidr", 2, 3),
    ("Fn::Contains", 2, 2),
    ("Fn::EachMemberEquals", 2, 2),
    ("Fn::EachMemberIn", 2, 2),
    ("Fn::Equals", 2, 2),
    ("Fn::FindInMap", 3, 4),
    ("Fn::GetAZs", 0, 0),
    ("Fn::GetAtt", 0, 0),
    ("Fn::GetStackOutput", 0, 0),
    ("Fn::If", 3, 3),
    ("Fn::ImportValue", 0, 0),
    ("Fn::Join", 2, 2),
    ("Fn::Length", 0, 0),
    ("Fn::Not", 1, 1),
    ("Fn::Or", 2, 10),
    ("Fn::RefAll", 0, 0),
    ("Fn::Select", 2, 2),
    ("Fn::Split", 2, 2),
    ("Fn::Sub", 0, 0),
    ("Fn::ToJsonString", 0, 0),
    ("Fn::Transform", 0, 0),
    ("Fn::ValueOf", 0, 0),
];

/// Also functions, of which no more is known here.
const FREE: [&str; 1] = ["Fn::ValueOfAll"];

/// Checks every intrinsic of a template.
pub(super) fn check(checker: &mut Checker<'_>) {
    let root = &checker.template.document.root;
    for section in ["Resources", "Conditions", "Rules", "Outputs", "Globals"] {
        if let Some(node) = root.get(section) {
            walk(checker, node);
        }
    }
}

fn walk(checker: &mut Checker<'_>, node: &Node) {
    if let [entry] = node.entries() {
        intrinsic(checker, entry, node);
    } else if let Some(entry) = node.entries().iter().find(|entry| is_lone(&entry.key)) {
        let message = format!("`{}` must be the only member of its map", entry.key);
        checker.report(&rules::WRONG_INTRINSIC, entry.key_span, message);
    }
    node.items().iter().for_each(|item| walk(checker, item));
    node.entries().iter().for_each(|entry| walk(checker, &entry.value));
}

/// Functions whose value takes the place of their map.
fn is_lone(key: &str) -> bool {
    key != "Fn::Transform" && FUNCTIONS.iter().any(|(name, _, _)| *name == key)
}

fn intrinsic(checker: &mut Checker<'_>, entry: &Entry, node: &Node) {
    let (key, arg) = (entry.key.as_str(), &entry.value);
    if key == "Ref" {
        return reference(checker, arg, node);
    }
    if !key.starts_with("Fn::") {
        return;
    }
    if matches!(key, "Fn::Length" | "Fn::ToJsonString") || key.starts_with("Fn::ForEach::") {
        if !names::is_extended(checker.template) {
            let name = key.split("::").take(2).collect::<Vec<_>>().join("::");
            wrong(checker, node, entry, &format!("`{name}` needs `Transform: AWS::LanguageExtensions`"));
        }
        return;
    }
    match FUNCTIONS.iter().find(|(name, _, _)| *name == key) {
        Some((_, 0, 0)) => single(checker, entry, node),
        Some((_, least, most)) => arguments(checker, entry, node, *least, *most),
        None if FREE.contains(&key) => {}
        None => unknown(checker, entry),
    }
}

fn wrong(checker: &mut Checker<'_>, node: &Node, entry: &Entry, message: &str) {
    // The whole of a long intrinsic is too much to point at.
    let lines = place::source(checker.template.document, node.span).contains('\n');
    let span = if lines { entry.key_span } else { node.span };
    checker.report(&rules::WRONG_INTRINSIC, span, message.to_owned());
}

fn unknown(checker: &mut Checker<'_>, entry: &Entry) {
    let key = entry.key.as_str();
    let short = key.trim_start_matches("Fn::");
    let near = near(short, FUNCTIONS.iter().map(|(name, _, _)| name.trim_start_matches("Fn::")));
    let source = place::source(checker.template.document, entry.key_span);
    // A short tag is written without `Fn::`.
    let edit = near.clone().map(|near| near.map(|near| source.replace(short, near)));
    let message = format!("there is no intrinsic function `{key}`");
    let finding = checker.report(&rules::WRONG_INTRINSIC, entry.key_span, message);
    let near = near.map(|near| near.map(|near| format!("Fn::{near}")));
    finding.suggest(near.as_ref(), edit, entry.key_span);
}

fn reference(checker: &mut Checker<'_>, arg: &Node, node: &Node) {
    let extended = names::is_extended(checker.template) && matches!(arg.kind, NodeKind::Map(_));
    if arg.as_str().is_none() && !extended {
        let message = format!("`Ref` takes a name, not {}", arg.kind_name());
        checker.report(&rules::WRONG_INTRINSIC, node.span, message);
    }
}

/// Functions whose argument is one value, or a list of a form of its own.
fn single(checker: &mut Checker<'_>, entry: &Entry, node: &Node) {
    let arg = &entry.value;
    let message = match (entry.key.as_str(), &arg.kind) {
        ("Fn::GetAtt", NodeKind::Str(text))
            if text.split('.').filter(|part| !part.is_empty()).count() < 2 =>
        {
            "`Fn::GetAtt` takes a resource and an attribute, as in `Resource.Attribute`"
        }
        ("Fn::GetAtt", NodeKind::List(items)) if items.len() < 2 => {
            "`Fn::GetAtt` takes a resource and an attribute"
        }
        ("Fn::GetAtt", NodeKind::Null | NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_)) => {
            "`Fn::GetAtt` takes a resource and an attribute"
        }
        ("Fn::Sub", _) => return substitute(checker, entry, node),
        ("Fn::Base64" | "Fn::ImportValue" | "Fn::GetAZs", NodeKind::List(_)) => {
            return wrong(checker, node, entry, &format!("`{}` takes one value, not a list", entry.key));
        }
        ("Fn::Transform", NodeKind::Map(members)) if !members.iter().any(|m| m.key == "Name") => {
            "`Fn::Transform` needs the `Name` of a macro"
        }
        _ => return,
    };
    wrong(checker, node, entry, message);
}

fn substitute(checker: &mut Checker<'_>, entry: &Entry, node: &Node) {
    let arg = &entry.value;
    let text = match (&arg.kind, arg.items()) {
        (NodeKind::Str(text), _) => text,
        (_, [text, names]) if matches!(names.kind, NodeKind::Map(_)) => match text.as_str() {
            Some(text) => text,
            None => return wrong(checker, node, entry, "`Fn::Sub` takes a string first"),
        },
        (NodeKind::Null, _) => return,
        _ => return wrong(checker, node, entry, "`Fn::Sub` takes a string, or a string and a map"),
    };
    if let Some(name) = names::placeholders(text).find(|name| !names::is_name(name)) {
        let message = format!("`${{{name}}}` is no name; write `${{!{name}}}` if it is meant as text");
        wrong(checker, node, entry, &message);
    }
}

/// Functions that take a list of arguments.
fn arguments(checker: &mut Checker<'_>, entry: &Entry, node: &Node, least: usize, most: usize) {
    let key = entry.key.as_str();
    let items = match &entry.value.kind {
        NodeKind::List(items) => items.as_slice(),
        // With the language extensions, an intrinsic may make the list.
        NodeKind::Map(_) if names::is_extended(checker.template) => return,
        _ => {
            let message = format!("`{key}` takes a list, not {}", entry.value.kind_name());
            return wrong(checker, node, entry, &message);
        }
    };
    if items.len() < least || items.len() > most {
        let due = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let plural = if most == 1 { "" } else { "s" };
        let message = format!("`{key}` takes {due} argument{plural}, not {}", items.len());
        return wrong(checker, node, entry, &message);
    }
    let message = match (key, items) {
        ("Fn::If", [condition, ..]) if condition.as_str().is_none() => {
            "`Fn::If` takes a condition's name first".to_owned()
        }
        ("Fn::Join" | "Fn::Split", [delimiter, _]) if delimiter.scalar_text().is_none() => {
            format!("`{key}` takes a delimiter first, not {}", delimiter.kind_name())
        }
        ("Fn::Join", [_, list]) if list.scalar_text().is_some() => {
            "`Fn::Join` takes a list second, not a single value".to_owned()
        }
        ("Fn::Split", [_, text]) if matches!(text.kind, NodeKind::List(_)) => {
            "`Fn::Split` takes a string second, not a list".to_owned()
        }
        ("Fn::Select", [index, list]) => match select(index, list) {
            Some(message) => message,
            None => return,
        },
        _ => return,
    };
    wrong(checker, node, entry, &message);
}

fn select(index: &Node, list: &Node) -> Option<String> {
    if list.scalar_text().is_some() {
        return Some("`Fn::Select` takes a list second, not a single value".to_owned());
    }
    let text = index.scalar_text()?;
    let Ok(number) = text.parse::<usize>() else {
        return Some(format!("`Fn::Select` takes an index first, not `{text}`"));
    };
    let NodeKind::List(items) = &list.kind else { return None };
    (number >= items.len())
        .then(|| format!("`Fn::Select` asks for item {number} of {}, counted from 0", items.len()))
}
