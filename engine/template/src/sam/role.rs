//! The role that a function or state machine gets where it is given none.

use super::make::Make;
use super::policies::Policies;
use super::{Item, Sam};
use crate::document::Node;

/// Adds the role `<Id>Role` that a service (`lambda`, `states`) may take, and is the reference to it.
pub(super) fn add(sam: &mut Sam<'_>, item: &Item<'_>, service: &str, mut policies: Policies) -> Node {
    let make = item.make();
    if let Some(own) = item.get("Policies") {
        policies.take(own);
    }
    let mut properties = vec![match item.entry("AssumeRolePolicyDocument") {
        Some(own) => own.clone(),
        None => make.entry("AssumeRolePolicyDocument", make.trust(&format!("{service}.amazonaws.com"))),
    }];
    let at = item.entry("Policies").map_or(make, |entry| Make(entry.key_span));
    if !policies.managed.is_empty() {
        properties.push(at.entry("ManagedPolicyArns", at.list(policies.managed)));
    }
    if !policies.inline.is_empty() {
        let name = |number: usize| format!("{}RolePolicy{number}", item.id);
        let named = policies.inline.into_iter().enumerate().map(|(number, document)| {
            let make = Make(document.span);
            make.map([("PolicyName", make.text(name(number))), ("PolicyDocument", document)])
        });
        properties.push(at.entry("Policies", at.list(named)));
    }
    properties.extend(item.carry(&["PermissionsBoundary"]));
    properties.extend(item.renamed("RolePath", "Path"));
    let noun = if service == "states" { "stateMachine:createdBy" } else { "lambda:createdBy" };
    properties.push(item.tags_and(noun));
    let id = item.named("Role");
    let reference = make.attribute(&id, "Arn");
    sam.beside(item, id, "AWS::IAM::Role", at.0, properties);
    reference
}
