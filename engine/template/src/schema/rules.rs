//! The rules, each with its page.

use eyas_lang::checked::Severity;

use super::SchemaRule;

/// All rules, sorted by id.
pub const RULES: &[SchemaRule] =
    &[BAD_ENUM_VALUE, MISSING_REQUIRED, READ_ONLY_PROPERTY, UNKNOWN_PROPERTY, UNKNOWN_TYPE, WRONG_KIND];

/// A property has a value that is none of those it can have.
pub const BAD_ENUM_VALUE: SchemaRule = SchemaRule {
    id: "template.bad_enum_value",
    title: "a property has a value that it cannot have",
    doc: "The property takes one of a closed set of values, and this is none of them. Deployment \
          fails when it comes to the resource.\n\nWrite one of the values that the finding names. \
          Case matters.",
    severity: Severity::Medium,
};

/// A property that must be given is not.
pub const MISSING_REQUIRED: SchemaRule = SchemaRule {
    id: "template.missing_required",
    title: "something that must be given is missing",
    doc: "A resource, or a part of one, lacks a property that it must have in every case. \
          Deployment fails when it comes to the resource.\n\nAdd the property. What is required \
          only in some cases is not looked for here.",
    severity: Severity::Medium,
};

/// A property is given that only AWS sets.
pub const READ_ONLY_PROPERTY: SchemaRule = SchemaRule {
    id: "template.read_only_property",
    title: "a property is given that only AWS sets",
    doc: "The property is an attribute that exists once the resource does, such as its ARN. \
          Deployment fails where it is given.\n\nRemove it. Its value can be read with \
          `Fn::GetAtt`.",
    severity: Severity::Medium,
};

/// A resource type has no property of this name.
pub const UNKNOWN_PROPERTY: SchemaRule = SchemaRule {
    id: "template.unknown_property",
    title: "a property that the resource type does not have",
    doc: "The resource type, or a part of it, has no property of this name. Deployment fails when \
          it comes to the resource. Often the name is misspelt, in the wrong case, or one level \
          too high or too deep.\n\nRename or move it.",
    severity: Severity::Medium,
};

/// There is no such resource type.
pub const UNKNOWN_TYPE: SchemaRule = SchemaRule {
    id: "template.unknown_type",
    title: "a resource type that does not exist",
    doc: "AWS has no resource type of this name. The template is rejected as a whole.\n\nCorrect \
          the name. Custom resources, types of third parties, modules and SAM's own types are not \
          reported.",
    severity: Severity::Medium,
};

/// A value is of a kind that the property cannot have.
pub const WRONG_KIND: SchemaRule = SchemaRule {
    id: "template.wrong_kind",
    title: "a value of the wrong kind",
    doc: "A string stands where a list is due, a list where a map is due, or a word where a number \
          is due. Deployment fails when it comes to the resource.\n\nGive a value of the kind that \
          the finding names. As in CloudFormation, `\"22\"` is a number and `\"true\"` a boolean; \
          a single value is not taken for a list of one.",
    severity: Severity::Medium,
};
