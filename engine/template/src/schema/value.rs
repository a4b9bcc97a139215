//! What a value is as far as the template tells without deploying it.

use eyas_lang::catalog::RecordType;
use eyas_lang::types::Type;

use super::Checker;
use super::properties::is_checked;
use crate::document::Node;

/// What a value is known to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'n> {
    /// What is written; no intrinsic.
    Plain,
    /// `AWS::NoValue`: as if it were not written.
    Removed,
    /// One of two values, by a condition.
    Either(&'n Node, &'n Node),
    /// A text that an intrinsic makes.
    Text,
    /// A list that an intrinsic makes.
    List,
    /// A map that an intrinsic, a macro or a loop is a part of.
    Mixed,
    /// Nothing is known of it.
    Unknown,
}

/// Parameter types whose value is a list.
pub(super) fn is_list_parameter(kind: &str) -> bool {
    let kind = kind.strip_prefix("AWS::SSM::Parameter::Value<").unwrap_or(kind);
    kind.starts_with("List<") || kind.starts_with("CommaDelimitedList")
}

impl Checker<'_> {
    /// What `node` is.
    pub(super) fn given<'n>(&self, node: &'n Node) -> Given<'n> {
        let entry = match node.entries() {
            [entry] => entry,
            // An intrinsic beside other members is malformed, and reported as that.
            entries if entries.iter().any(|entry| entry.key.starts_with("Fn::")) => return Given::Mixed,
            _ => return Given::Plain,
        };
        let arg = &entry.value;
        match entry.key.as_str() {
            "Ref" => arg.as_str().map_or(Given::Unknown, |name| self.given_by_reference(name)),
            "Fn::If" => match arg.items() {
                [_, yes, no] => Given::Either(yes, no),
                _ => Given::Unknown,
            },
            "Fn::Sub" | "Fn::Join" | "Fn::Base64" | "Fn::ToJsonString" => Given::Text,
            "Fn::Split" | "Fn::GetAZs" | "Fn::Cidr" => Given::List,
            "Fn::GetAtt" => self.given_by_attribute(arg),
            // Not ours, or a directive of another tool (`Rain::Embed`).
            key if key.contains("::") => Given::Unknown,
            _ => Given::Plain,
        }
    }

    fn given_by_attribute(&self, arg: &Node) -> Given<'static> {
        let (resource, attribute) = match (arg.as_str(), arg.items()) {
            (Some(text), _) => text.split_once('.').unwrap_or((text, "")),
            (None, [resource, attribute]) => {
                (resource.as_str().unwrap_or(""), attribute.as_str().unwrap_or(""))
            }
            _ => return Given::Unknown,
        };
        let resource = self.resources.get(resource).filter(|resource| is_checked(resource.kind));
        let record = resource.and_then(|resource| self.catalog.record_type(resource.kind));
        match record.and_then(|record| attribute_type(record, attribute)) {
            Some(Type::List(_)) => Given::List,
            Some(Type::String | Type::Int | Type::Float | Type::Bool) => Given::Text,
            _ => Given::Unknown,
        }
    }

    fn given_by_reference(&self, name: &str) -> Given<'static> {
        match name {
            "AWS::NoValue" => return Given::Removed,
            "AWS::NotificationARNs" => return Given::List,
            _ => {}
        }
        match self.template.parameters.get(name) {
            Some(parameter) if is_list_parameter(parameter.kind) => Given::List,
            Some(_) => Given::Text,
            None if self.resources.contains_key(name) => Given::Text,
            None => Given::Unknown,
        }
    }
}

/// The type of what AWS sets under the name of an attribute.
fn attribute_type<'r>(record: &'r RecordType, attribute: &str) -> Option<&'r Type> {
    let (parents, last) = attribute.rsplit_once('.').unwrap_or(("", attribute));
    let mut shape = &record.shape;
    for step in parents.split('.').filter(|step| !step.is_empty()) {
        match &shape.field(step)?.ty {
            Type::Record(name) => shape = record.shape(name)?,
            _ => return None,
        }
    }
    shape.field(last).map(|field| &field.ty)
}

/// A text that is looked up at deployment.
pub(super) fn is_dynamic_reference(text: &str) -> bool {
    text.contains("{{resolve:")
}

/// What is due, in words.
pub(super) fn due(ty: &Type) -> &'static str {
    match ty {
        Type::Int => "a whole number",
        Type::Float => "a number",
        Type::Bool => "`true` or `false`",
        Type::List(_) => "a list",
        Type::Record(_) => "a map",
        Type::Dynamic => "a value",
        _ => "a string",
    }
}
