//! Names that stand for nothing, attributes that are not there, declarations that nothing uses.

use eyas_lang::catalog::RecordType;
use eyas_lang::types::Type;
use rustc_hash::FxHashSet;

use super::near::near;
use super::report::one_of;
use super::uses::{From, Use, Uses, What};
use super::{Checker, names, place, rules};
use crate::document::{Node, Span};

/// Reports names and attributes that stand for nothing.
pub(super) fn check(checker: &mut Checker<'_>, uses: &Uses<'_>) {
    let makers = checker.template.resources.iter().filter(|resource| names::is_maker(resource));
    let makers: Vec<&str> = makers.map(|resource| resource.entry.key.as_str()).collect();
    for used in &uses.found {
        checker.current = match used.from {
            From::Resource(i) | From::Metadata(i) => checker.template.resources.get(i).copied(),
            From::Logic | From::Other => None,
        };
        match used.what {
            What::Value(name) => value(checker, used, name, &makers, uses.generated),
            What::Attribute(resource, _) if used.from == From::Logic => {
                let message = format!("conditions and rules cannot ask for an attribute of `{resource}`");
                checker.report(&rules::UNDEFINED_REFERENCE, used.span, message);
            }
            What::Attribute(resource, attribute) => match attribute {
                _ if !checker.ids.contains(resource) => {
                    resource_name(checker, used, resource, &makers, uses.generated);
                }
                Some((attribute, span)) => self::attribute(checker, resource, attribute, span),
                None => {}
            },
            What::Dependency(name) => resource_name(checker, used, name, &makers, uses.generated),
            What::Condition(name) if !uses.generated => condition(checker, used, name),
            What::Mapping(Some(name), keys) if !uses.generated => mapping(checker, used, name, keys),
            What::Condition(_) | What::MaybeCondition(_) | What::Mapping(..) | What::ParametersOf(_) => {}
        }
    }
    checker.current = None;
}

/// Whether SAM or a module makes a resource of this name.
fn is_made(checker: &Checker<'_>, makers: &[&str], name: &str) -> bool {
    name.starts_with("Serverless") && names::is_sam(checker.template)
        || makers.iter().any(|id| name.len() > id.len() && name.starts_with(id))
}

fn value(checker: &mut Checker<'_>, used: &Use<'_>, name: &str, makers: &[&str], generated: bool) {
    if names::PSEUDO.contains(&name) || checker.template.parameters.contains_key(name) {
        return;
    }
    if checker.ids.contains(name) {
        if used.from == From::Logic {
            let message = format!("`{name}` is a resource; conditions and rules know parameters only");
            checker.report(&rules::UNDEFINED_REFERENCE, used.span, message);
        }
        return;
    }
    // What is no name at all is the intrinsic's fault.
    if generated || is_made(checker, makers, name) || !names::is_name(name) {
        return;
    }
    let template = checker.template;
    if name.starts_with("AWS::") {
        let message = format!("there is no pseudo parameter `{name}`");
        return undefined(checker, used, message, name, &names::PSEUDO);
    }
    let parameters = template.parameters.keys().copied();
    if used.from == From::Logic {
        let known = checker.candidates(parameters);
        return undefined(checker, used, format!("there is no parameter `{name}`"), name, &known);
    }
    let known = checker.candidates(parameters.chain(checker.ids.iter().copied()));
    undefined(checker, used, format!("there is no parameter or resource `{name}`"), name, &known);
}

fn resource_name(checker: &mut Checker<'_>, used: &Use<'_>, name: &str, makers: &[&str], generated: bool) {
    if generated || checker.ids.contains(name) || is_made(checker, makers, name) {
        return;
    }
    let known = checker.candidates(checker.ids.iter().copied());
    let message = match checker.template.parameters.contains_key(name) {
        true => format!("`{name}` is a parameter, not a resource"),
        false => format!("there is no resource `{name}`"),
    };
    undefined(checker, used, message, name, &known);
}

fn condition(checker: &mut Checker<'_>, used: &Use<'_>, name: &str) {
    if !checker.template.conditions.contains_key(name) {
        let known = checker.candidates(checker.template.conditions.keys().copied());
        undefined(checker, used, format!("there is no condition `{name}`"), name, &known);
    }
}

fn mapping(checker: &mut Checker<'_>, used: &Use<'_>, name: &str, keys: [Option<&Node>; 2]) {
    let mappings = checker.template.mappings;
    if mappings.is_some_and(names::has_loops) {
        return;
    }
    let Some(map) = mappings.and_then(|mappings| mappings.get(name)) else {
        let known: Vec<&str> =
            mappings.map(Node::entries).unwrap_or_default().iter().map(|e| e.key.as_str()).collect();
        return undefined(checker, used, format!("there is no mapping `{name}`"), name, &known);
    };
    let [Some(first), second] = keys else { return };
    let (Some(key), false) = (first.scalar_text(), names::has_loops(map)) else { return };
    let Some(row) = map.get(&key) else {
        return missing_key(checker, first, &key, &format!("mapping `{name}`"), map);
    };
    let Some(second) = second else { return };
    let (Some(last), false) = (second.scalar_text(), names::has_loops(row)) else { return };
    if row.get(&last).is_none() {
        missing_key(checker, second, &last, &format!("`{key}` of mapping `{name}`"), row);
    }
}

fn missing_key(checker: &mut Checker<'_>, node: &Node, key: &str, owner: &str, map: &Node) {
    let known = map.entries().iter().map(|entry| entry.key.as_str());
    let message = format!("{owner} has no `{key}`");
    checker.report_name(&rules::UNDEFINED_REFERENCE, node.span, message, key, known);
}

fn undefined(checker: &mut Checker<'_>, used: &Use<'_>, message: String, name: &str, known: &[&str]) {
    let near = checker.suggest(name, known.iter().copied());
    let finding = checker.report(&rules::UNDEFINED_REFERENCE, used.span, message);
    let alike = near.clone().filter(|near| used.exact && !another_word(name, near.name));
    let edit = alike.map(|near| near.map(str::to_owned));
    finding.suggest(near.as_ref(), edit, used.span);
}

/// Whether a letter in place of another may make a name of the author's own a different one:
/// `SomeRole` is no slip for `SomeRule`, as `SomRole` and `SomeRoel` are for `SomeRole`.
fn another_word(name: &str, known: &str) -> bool {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    name.len() == known.len() && letters(name) != letters(known)
}

/// Reports an attribute that the resource does not have.
fn attribute(checker: &mut Checker<'_>, resource: &str, attribute: &str, span: Span) {
    let Some(target) = checker.resources.get(resource).copied() else { return };
    // The outputs of a nested stack are its own.
    let free = !super::properties::is_checked(target.kind) || attribute.starts_with("Outputs.");
    let Some(record) = checker.catalog.record_type(target.kind).filter(|_| !free) else { return };
    if has_attribute(record, attribute) {
        return;
    }
    let mut known = Vec::new();
    attributes(record, &record.shape.name, "", 0, &mut known);
    let near = near(attribute, known.iter().map(String::as_str));
    let message = format!("`{}` has no attribute `{attribute}`", target.kind);
    let exact = place::source(checker.template.document, span) == attribute;
    let finding = checker.report(&rules::UNKNOWN_ATTRIBUTE, span, message);
    if near.is_none() {
        finding.fix = match known.as_slice() {
            [] => Some(format!("`{}` has none", target.kind)),
            known => one_of(known.iter().map(String::as_str)),
        };
    }
    let edit = near.clone().filter(|_| exact).map(|near| near.map(str::to_owned));
    finding.suggest(near.as_ref(), edit, span);
}

/// Whether an attribute, or what it is a part of, can be read.
fn has_attribute(record: &RecordType, attribute: &str) -> bool {
    let (mut shape, mut readable) = (&record.shape, false);
    for step in attribute.split('.') {
        let Some(field) = shape.field(step) else { return shape.open };
        readable |= field.read_only || field.readable;
        match &field.ty {
            Type::Record(name) => match record.shape(name) {
                Some(inner) => shape = inner,
                None => return true,
            },
            _ => return readable,
        }
    }
    // A group of attributes as a whole.
    true
}

/// The attributes that only AWS sets, as `Fn::GetAtt` writes them.
fn attributes(record: &RecordType, shape: &str, prefix: &str, depth: usize, out: &mut Vec<String>) {
    let Some(shape) = record.shape(shape).filter(|_| depth < 3) else { return };
    for field in &shape.fields {
        let path = format!("{prefix}{}", field.name);
        match &field.ty {
            Type::Record(inner) => attributes(record, inner, &format!("{path}."), depth + 1, out),
            _ if field.read_only || field.readable => out.push(path),
            _ => {}
        }
    }
}

/// Reports parameters, conditions and mappings that nothing uses.
pub(super) fn check_unused(checker: &mut Checker<'_>, uses: &Uses<'_>) {
    if uses.generated {
        return;
    }
    let (mut values, mut conditions, mut maps) =
        (FxHashSet::default(), FxHashSet::default(), FxHashSet::default());
    let (mut any_map, mut kinds) = (false, Vec::new());
    for used in &uses.found {
        match used.what {
            What::Value(name) => drop(values.insert(name)),
            What::Condition(name) | What::MaybeCondition(name) => drop(conditions.insert(name)),
            What::Mapping(Some(name), _) => drop(maps.insert(name)),
            What::Mapping(None, _) => any_map = true,
            What::ParametersOf(kind) => kinds.push(kind),
            What::Attribute(..) | What::Dependency(_) => {}
        }
    }
    let parameters = checker.template.parameters.iter();
    values.extend(
        parameters.filter(|(_, p)| kinds.iter().any(|kind| p.kind.contains(kind))).map(|(name, _)| *name),
    );
    let root = &checker.template.document.root;
    for (section, rule, used) in [
        ("Parameters", &rules::UNUSED_PARAMETER, values),
        ("Conditions", &rules::UNUSED_CONDITION, conditions),
        ("Mappings", &rules::UNUSED_MAPPING, maps),
    ] {
        if section == "Mappings" && any_map {
            continue;
        }
        for entry in root.get(section).map(Node::entries).unwrap_or_default() {
            if !used.contains(entry.key.as_str()) && !entry.key.starts_with("Fn::") {
                let kind = section.trim_end_matches('s').to_lowercase();
                let message = format!("nothing uses {kind} `{}`", entry.key);
                checker.report(rule, entry.key_span, message).fix = Some("remove it".to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::another_word;

    #[test]
    fn a_letter_for_another_may_make_another_name() {
        assert!(another_word("SomeRole", "SomeRule"));
        for slip in ["SomRole", "SomeRoel", "someRole", "SomeRolle"] {
            assert!(!another_word(slip, "SomeRole"), "{slip}");
        }
    }
}
