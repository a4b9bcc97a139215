//! What the names of a template can stand for.

use crate::document::Node;
use crate::template::{Resource, Template};

/// Pseudo parameters.
pub(super) const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

const SAM: &str = "AWS::Serverless-";

/// Transforms of AWS of which it is known what they do; they leave the rest of the template alone.
const KNOWN_TRANSFORMS: [&str; 4] =
    [SAM, "AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-"];

/// Sections of templates that other tools make into CloudFormation's before they deploy them.
const FOREIGN_SECTIONS: [&str; 4] = ["Constants", "Modules", "Packages", "Rain"];

/// Whether the template is made into another one by a macro or a tool, so that what it says is not
/// what is deployed.
pub(super) fn is_rewritten(template: &Template<'_>) -> bool {
    template.transforms.iter().any(|t| !KNOWN_TRANSFORMS.iter().any(|known| t.name.starts_with(known)))
        || template.document.root.entries().iter().any(|entry| FOREIGN_SECTIONS.contains(&entry.key.as_str()))
}

/// Whether a key is a directive of another tool, which replaces it before deployment.
pub(super) fn is_directive(key: &str) -> bool {
    key.contains("Rain::")
}

/// Whether SAM is to make the template's resources into others.
pub(super) fn is_sam(template: &Template<'_>) -> bool {
    has_sam_transform(template) || template.resources.iter().any(|resource| is_sam_type(resource.kind))
}

/// Whether the template says so.
pub(super) fn has_sam_transform(template: &Template<'_>) -> bool {
    template.transforms.iter().any(|transform| transform.name.starts_with(SAM))
}

/// Whether SAM makes other resources of this type.
pub(super) fn is_sam_type(kind: &str) -> bool {
    kind.starts_with("AWS::Serverless::")
}

/// Whether the language extensions are on.
pub(super) fn is_extended(template: &Template<'_>) -> bool {
    template.transforms.iter().any(|transform| transform.name.starts_with("AWS::LanguageExtensions"))
}

/// Whether SAM or a module makes further resources of this one, named after it: `FunctionRole`,
/// `FunctionAliaslive`, `Function.Version`, `ApiStage`, ….
pub(super) fn is_maker(resource: &Resource<'_>) -> bool {
    is_sam_type(resource.kind)
        || resource.kind.ends_with("::MODULE")
        || resource.entry.value.get("Connectors").is_some()
}

/// Whether `Fn::Sub` takes a text for a name, with an attribute or without.
pub(super) fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | ' ' | '&'))
}

/// What stands between `${` and `}`, without what is escaped (`${!X}`).
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(inside, _)| inside));
    parts.filter(|inside| !inside.trim_start().starts_with('!') && !inside.trim().is_empty())
}

/// Whether anything in a node is made by a macro or a loop, as far as its own members go.
pub(super) fn has_loops(node: &Node) -> bool {
    node.entries().iter().any(|entry| entry.key.starts_with("Fn::"))
}
