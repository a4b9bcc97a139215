//! The rules, each with its page.

use eyas_lang::checked::Severity;

use super::SchemaRule;

/// All rules, sorted by id.
pub const RULES: &[SchemaRule] = &[
    BAD_ENUM_VALUE,
    BAD_NAME,
    BAD_PARAMETER,
    CIRCULAR_DEPENDENCY,
    DEPRECATED_PROPERTY,
    DUPLICATE_KEY,
    LIMITS,
    MISSING_REQUIRED,
    MISSING_SUB,
    READ_ONLY_PROPERTY,
    UNDEFINED_REFERENCE,
    UNKNOWN_ATTRIBUTE,
    UNKNOWN_PROPERTY,
    UNKNOWN_SECTION,
    UNKNOWN_TYPE,
    UNUSED_CONDITION,
    UNUSED_MAPPING,
    UNUSED_PARAMETER,
    VISIBLE_SECRET,
    WRONG_INTRINSIC,
    WRONG_KIND,
];

/// A property has a value that is none of those it can have.
pub const BAD_ENUM_VALUE: SchemaRule = SchemaRule {
    id: "template.bad_enum_value",
    title: "a property has a value that it cannot have",
    doc: "The property takes one of a closed set of values, and this is none of them. Deployment \
          fails when it comes to the resource.\n\nWrite one of the values that the finding names. \
          Case matters.",
    severity: Severity::Medium,
};

/// A logical id has other characters than letters and digits.
pub const BAD_NAME: SchemaRule = SchemaRule {
    id: "template.bad_name",
    title: "a name with other characters than letters and digits",
    doc: "Names of parameters, mappings, resources and outputs are letters and digits. The \
          template is rejected as a whole.\n\nRename it, and everything that refers to it.",
    severity: Severity::Medium,
};

/// A parameter's declaration contradicts itself.
pub const BAD_PARAMETER: SchemaRule = SchemaRule {
    id: "template.bad_parameter",
    title: "a parameter whose declaration cannot be right",
    doc: "The parameter has a type that does not exist, or a default that it would not take as a \
          value: none of `AllowedValues`, against `AllowedPattern`, or beyond a limit. The \
          template is rejected, or deployed only where another value is given.\n\nCorrect the \
          type, the default or the constraint.",
    severity: Severity::Medium,
};

/// Resources wait for each other.
pub const CIRCULAR_DEPENDENCY: SchemaRule = SchemaRule {
    id: "template.circular_dependency",
    title: "resources that depend on each other in a circle",
    doc: "Each of the resources refers to the next with `Ref`, `Fn::GetAtt`, `Fn::Sub` or \
          `DependsOn`, so that none can be made first. The template is rejected as a whole. \
          References under `Fn::If` are not counted.\n\nBreak the circle: drop a `DependsOn`, or \
          move a reference into a resource of its own (`AWS::EC2::SecurityGroupIngress`, \
          `AWS::IAM::Policy`, `AWS::Lambda::Permission`).",
    severity: Severity::Medium,
};

/// A property is still understood, but no longer to be used.
pub const DEPRECATED_PROPERTY: SchemaRule = SchemaRule {
    id: "template.deprecated_property",
    title: "a property that is no longer to be used",
    doc: "The resource type still takes the property, but its schema marks it as deprecated: it \
          may stop working.\n\nThe documentation of the resource type names what replaces it.",
    severity: Severity::Info,
};

/// A key stands twice in a map.
pub const DUPLICATE_KEY: SchemaRule = SchemaRule {
    id: "template.duplicate_key",
    title: "a key that stands twice",
    doc: "A key stands twice in one map, or a name is declared both as a parameter and as a \
          resource. Of two keys the last one counts and the other is lost without a \
          word.\n\nRemove or rename one of them.",
    severity: Severity::Medium,
};

/// There is more in the template than there may be.
pub const LIMITS: SchemaRule = SchemaRule {
    id: "template.limits",
    title: "more than a template may hold",
    doc: "CloudFormation takes at most 500 resources, 200 parameters, 200 mappings, 200 outputs, \
          names of 255 characters, a description of 1,024 bytes and 1 MB of text.\n\nSplit the \
          template into nested stacks, or into stacks that share values by exports.",
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

/// A text has a placeholder, but is not substituted.
pub const MISSING_SUB: SchemaRule = SchemaRule {
    id: "template.missing_sub",
    title: "a placeholder that nothing substitutes",
    doc: "A text has a placeholder such as `${AWS::Region}` that names a parameter, a resource or a \
          pseudo parameter of the template, but it is not in `Fn::Sub`, so that it is deployed as \
          it is written. Scripts, definitions and other texts with placeholders of their own are \
          not looked at.\n\nPut the text into `Fn::Sub`; write `${!Name}` for what is meant \
          literally.",
    severity: Severity::Low,
};

/// A property is given that only AWS sets.
pub const READ_ONLY_PROPERTY: SchemaRule = SchemaRule {
    id: "template.read_only_property",
    title: "a property is given that only AWS sets",
    doc: "The property is an attribute that exists once the resource does, such as its ARN. What \
          the template gives for it has no effect, shows as drift, or makes deployment fail, \
          depending on the resource type.\n\nRemove it. Its value can be read with `Fn::GetAtt`.",
    severity: Severity::Low,
};

/// A name stands for nothing.
pub const UNDEFINED_REFERENCE: SchemaRule = SchemaRule {
    id: "template.undefined_reference",
    title: "a name that stands for nothing",
    doc: "`Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn`, `Condition`, `Fn::If` or `Fn::FindInMap` \
          names a parameter, resource, condition, mapping or mapping's key that the template does \
          not declare. The template is rejected as a whole. Nothing is reported where a macro, a \
          loop or SAM may declare it.\n\nCorrect the name, or declare what it means.",
    severity: Severity::Medium,
};

/// A resource type has no attribute of this name.
pub const UNKNOWN_ATTRIBUTE: SchemaRule = SchemaRule {
    id: "template.unknown_attribute",
    title: "an attribute that the resource does not have",
    doc: "`Fn::GetAtt` or `${Resource.Attribute}` asks for an attribute that the resource type \
          does not have. Deployment fails. Outputs of nested stacks and attributes of custom \
          resources are free.\n\nAsk for one of the attributes that the finding names; what `Ref` \
          returns is often what is wanted.",
    severity: Severity::Medium,
};

/// A resource type has no property of this name.
pub const UNKNOWN_PROPERTY: SchemaRule = SchemaRule {
    id: "template.unknown_property",
    title: "a property that the resource type does not have",
    doc: "The resource type, or a part of it, has no property of this name; or a policy no such element. Deployment fails when \
          it comes to the resource. Often the name is misspelt, in the wrong case, or one level \
          too high or too deep.\n\nRename or move it.",
    severity: Severity::Medium,
};

/// A template has no section of this name.
pub const UNKNOWN_SECTION: SchemaRule = SchemaRule {
    id: "template.unknown_section",
    title: "a section that templates do not have",
    doc: "The template has a key at its top that is no section. The template is rejected as a \
          whole.\n\nCorrect the name, or move it into `Metadata`.",
    severity: Severity::Medium,
};

/// There is no such resource type.
pub const UNKNOWN_TYPE: SchemaRule = SchemaRule {
    id: "template.unknown_type",
    title: "a resource type that does not exist",
    doc: "AWS has no resource type of this name, or no longer. The template is rejected as a whole.\n\nCorrect \
          the name. Custom resources, types of third parties, modules and SAM's own types are not \
          reported.",
    severity: Severity::Medium,
};

/// Nothing uses a condition.
pub const UNUSED_CONDITION: SchemaRule = SchemaRule {
    id: "template.unused_condition",
    title: "a condition that nothing uses",
    doc: "No resource, output, `Fn::If` or other condition names the condition. It does no harm, \
          but what it was meant to guard is perhaps deployed always.\n\nUse it or remove it.",
    severity: Severity::Low,
};

/// Nothing uses a mapping.
pub const UNUSED_MAPPING: SchemaRule = SchemaRule {
    id: "template.unused_mapping",
    title: "a mapping that nothing uses",
    doc: "No `Fn::FindInMap` looks into the mapping.\n\nUse it or remove it.",
    severity: Severity::Low,
};

/// Nothing uses a parameter.
pub const UNUSED_PARAMETER: SchemaRule = SchemaRule {
    id: "template.unused_parameter",
    title: "a parameter that nothing uses",
    doc: "Nothing refers to the parameter, so that its value changes nothing: who sets it believes \
          otherwise. The interface in `Metadata` does not count as a use; `Rules` does.\n\nUse it \
          or remove it.",
    severity: Severity::Low,
};

/// A secret comes from a parameter that everyone sees.
pub const VISIBLE_SECRET: SchemaRule = SchemaRule {
    id: "template.visible_secret",
    title: "a secret comes from a parameter that is shown",
    doc: "A password, token or other secret is the value of a parameter without `NoEcho`. Whoever may \
          describe the stack reads it, in the console as with `DescribeStacks`.\n\nSet `NoEcho: true`. Better \
          still, keep the secret out of the stack: a dynamic reference (`{{resolve:secretsmanager:…}}`) or a \
          secret that the service manages itself.",
    severity: Severity::Medium,
};

/// An intrinsic function has arguments that it cannot take.
pub const WRONG_INTRINSIC: SchemaRule = SchemaRule {
    id: "template.wrong_intrinsic",
    title: "an intrinsic function with the wrong arguments",
    doc: "The function does not exist, has too few or too many arguments, or one of another kind \
          than it takes. The template is rejected as a whole.\n\nGive the arguments that the \
          finding names.",
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
