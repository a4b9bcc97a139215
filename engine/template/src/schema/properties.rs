//! Resources against the catalog of resource types: types, properties, kinds, values.

use std::fmt;

use eyas_lang::catalog::{Field, RecordType, Shape};
use eyas_lang::types::Type;
use smol_str::SmolStr;

use super::near::{Near, near};
use super::report::one_of;
use super::sections::RESOURCE;
use super::value::{Given, due, is_dynamic_reference};
use super::{Checker, names, place, policies, rules};
use crate::document::{Entry, Node, NodeKind, Span};
use crate::template::{Parameter, Resource, Template};

/// How properties end that hold a secret.
const SECRETS: [&str; 10] = [
    "Password",
    "AuthToken",
    "AccessToken",
    "OauthToken",
    "RefreshToken",
    "SecretToken",
    "HECToken",
    "SecretString",
    "ClientSecret",
    "PrivateKey",
];

/// Properties that packaging tools take as a local path where deployment wants a map.
const PACKAGED: [(&str, &str); 10] = [
    ("AWS::ApiGateway::RestApi", "BodyS3Location"),
    ("AWS::AppSync::FunctionConfiguration", "RequestMappingTemplateS3Location"),
    ("AWS::AppSync::FunctionConfiguration", "ResponseMappingTemplateS3Location"),
    ("AWS::AppSync::GraphQLSchema", "DefinitionS3Location"),
    ("AWS::CodeCommit::Repository", "S3"),
    ("AWS::CloudFormation::ModuleVersion", "ModulePackage"),
    ("AWS::ElasticBeanstalk::ApplicationVersion", "SourceBundle"),
    ("AWS::Lambda::Function", "Code"),
    ("AWS::Lambda::LayerVersion", "Content"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location"),
];

/// Checks every resource of `template`: the checker's own, or what its loops come to.
pub(super) fn check<'t>(checker: &mut Checker<'t>, template: &'t Template<'t>) {
    for resource in template.resources.iter().filter(|resource| is_checked(resource.kind)) {
        checker.current = Some(*resource);
        match checker.catalog.record_type(resource.kind) {
            Some(record) => {
                Properties { checker: &mut *checker, record, conditional: resource.condition.is_some() }
                    .resource(resource)
            }
            None => unknown_type(checker, resource),
        }
    }
    checker.current = None;
}

/// Whether the catalog knows the properties of a type. Third parties' types, custom resources and
/// modules have any; SAM's own are made into others, and `Globals` adds to them.
pub(super) fn is_checked(kind: &str) -> bool {
    kind.starts_with("AWS::")
        && !names::is_sam_type(kind)
        && !kind.ends_with("::MODULE")
        && kind != "AWS::CloudFormation::CustomResource"
}

fn unknown_type(checker: &mut Checker<'_>, resource: &Resource<'_>) {
    let kind = resource.kind;
    let message = format!("there is no resource type `{kind}`");
    let near = checker.may_suggest().then(|| near_type(checker.type_names(), kind)).flatten();
    let span = resource.kind_node.span;
    let document = checker.template.document;
    let edit = near.clone().map(|near| near.map(|near| place::requoted(document, span, &near)));
    let finding = checker.report(&rules::UNKNOWN_TYPE, span, message);
    finding.suggest(near.as_ref(), edit, span);
}

/// A type of the same service with a like name, or of a like service with the same name: what is
/// shared does not count as likeness.
fn near_type(names: &[&str], kind: &str) -> Option<Near<String>> {
    let (service, last) = kind.rsplit_once("::")?;
    let known = || names.iter().filter_map(|name| name.rsplit_once("::"));
    let tails = known().filter(|(other, _)| *other == service).map(|(_, tail)| tail);
    if let Some(near) = near(last, tails) {
        return Some(near.map(|near| format!("{service}::{near}")));
    }
    let services = known().filter(|(_, tail)| *tail == last);
    let services = services.filter_map(|(other, _)| other.strip_prefix("AWS::"));
    let near = near(service.strip_prefix("AWS::")?, services)?;
    Some(near.map(|near| format!("AWS::{near}::{last}")))
}

/// Checks the properties of one resource.
struct Properties<'c, 't> {
    checker: &'c mut Checker<'t>,
    record: &'static RecordType,
    /// Whether what is looked at counts only under a condition.
    conditional: bool,
}

impl Properties<'_, '_> {
    fn resource(&mut self, resource: &Resource<'_>) {
        let id = resource.entry.key_span;
        match resource.properties {
            Some(properties) => {
                let ty = Type::Record(self.record.name.clone());
                self.value(Name::of("Properties"), &ty, None, properties, id);
            }
            None => self.required(&self.record.shape, &[], id, resource.entry.value.span),
        }
    }

    /// Checks a value that should be of type `ty`. `name` is the property it belongs to, `at` the
    /// place to point to where the value itself is too large.
    fn value(&mut self, name: Name<'_>, ty: &Type, field: Option<&Field>, node: &Node, at: Span) {
        match self.checker.given(node) {
            Given::Either(yes, no) => {
                let conditional = std::mem::replace(&mut self.conditional, true);
                self.value(name, ty, field, yes, at);
                self.value(name, ty, field, no, at);
                self.conditional = conditional;
            }
            Given::Text if matches!(ty, Type::List(_) | Type::Record(_)) => {
                self.wrong_kind(name, ty, node, "a string");
            }
            Given::List if !matches!(ty, Type::List(_) | Type::Dynamic) => {
                self.wrong_kind(name, ty, node, "a list");
            }
            Given::List if field.is_some_and(|field| field.free_map) => self.not_a_map(name, node),
            Given::Plain => self.plain(name, ty, field, node, at),
            Given::Mixed if matches!(ty, Type::Record(_)) => self.plain(name, ty, field, node, at),
            Given::Text => self.parameter(name, ty, field, node),
            Given::Removed | Given::List | Given::Mixed | Given::Unknown => {}
        }
    }

    fn plain(&mut self, name: Name<'_>, ty: &Type, field: Option<&Field>, node: &Node, at: Span) {
        match (ty, &node.kind) {
            (Type::Dynamic, NodeKind::List(_)) if field.is_some_and(|field| field.free_map) => {
                self.not_a_map(name, node);
            }
            (Type::Dynamic, _) if policies::is_policy(name.0, node) => policies::check(self.checker, node),
            (Type::Dynamic, _) => {}
            (Type::Record(shape), NodeKind::Map(_)) => {
                let record = self.record;
                if let Some(shape) = record.shape(shape) {
                    self.object(shape, node, at);
                }
            }
            (Type::List(item), NodeKind::List(items)) => {
                for node in items {
                    let at = node.entries().first().map_or(node.span, |entry| entry.key_span);
                    self.value(name.item(), item, field, node, at);
                }
            }
            (Type::Record(_) | Type::List(_), NodeKind::Str(text)) if is_dynamic_reference(text) => {}
            (Type::Record(_), NodeKind::Str(_)) if self.packaged(name.0) => {}
            // A whole template as a map is taken for its JSON text.
            (Type::String, NodeKind::Map(_)) if name.0 == "TemplateBody" => {}
            (Type::List(_) | Type::Record(_), _) => self.wrong_kind(name, ty, node, node.kind_name()),
            (_, NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_)) => {
                self.wrong_kind(name, ty, node, node.kind_name());
            }
            _ => self.scalar(name, ty, field, node),
        }
    }

    fn packaged(&self, name: &str) -> bool {
        PACKAGED.contains(&(self.record.name.as_str(), name))
    }

    fn scalar(&mut self, name: Name<'_>, ty: &Type, field: Option<&Field>, node: &Node) {
        let Some(text) = node.scalar_text() else { return };
        // `${…}` is the name of a loop of which it is not known what it goes over.
        if is_dynamic_reference(&text) || text.contains("${") {
            return;
        }
        if !fits(ty, &text) {
            let given = match node.kind {
                NodeKind::Str(_) => format!("the string `{text}`"),
                _ => format!("`{text}`"),
            };
            return self.wrong_kind(name, ty, node, &given);
        }
        let text = text.trim();
        if let Some(field) = field.filter(|field| !allows(field, text)) {
            let message = format!("{name} cannot be `{text}`");
            let values = field.values.iter().map(|value| value.as_str());
            self.checker.report_name(&rules::BAD_ENUM_VALUE, node.span, message, text, values);
        }
    }

    /// A parameter's value, where it is given or has a default. An empty one is no value but a way
    /// to say that there is none.
    fn parameter(&mut self, name: Name<'_>, ty: &Type, field: Option<&Field>, node: &Node) {
        let Some(parameter) = node.get("Ref").and_then(Node::as_str).filter(|_| !self.conditional) else {
            return;
        };
        let checker = &*self.checker;
        let Some(declared) = checker.template.parameters.get(parameter) else { return };
        if SECRETS.iter().any(|ending| name.0.ends_with(ending)) && !is_hidden(declared) {
            let message =
                format!("parameter `{parameter}`, a secret, is shown to everyone who sees the stack");
            let fix = format!("add `NoEcho: true` to `{parameter}`, or take a dynamic reference");
            self.checker.report(&rules::VISIBLE_SECRET, node.span, message).fix = Some(fix);
            return;
        }
        let checker = &*self.checker;
        let given = checker.inputs.parameters.get(parameter).cloned();
        let Some(text) = given.or_else(|| declared.default.and_then(Node::scalar_text)) else { return };
        if declared.kind.starts_with("AWS::SSM::") || text.is_empty() || is_dynamic_reference(&text) {
            return;
        }
        let what = format!("`{text}`, the value of parameter `{parameter}`");
        if !fits(ty, &text) {
            let message = format!("{name} must be {}, not {what}", due(ty));
            self.checker.report(&rules::WRONG_KIND, node.span, message);
        } else if let Some(field) = field.filter(|field| !allows(field, &text)) {
            let values = field.values.iter().map(SmolStr::as_str);
            let fix = one_of(values);
            let message = format!("{name} cannot be {what}");
            self.checker.report(&rules::BAD_ENUM_VALUE, node.span, message).fix = fix;
        }
    }

    /// A list where a map of free shape is due, such as tags of some types. Text is not judged: it
    /// may be the map's JSON.
    fn not_a_map(&mut self, name: Name<'_>, node: &Node) {
        let message = format!("{name} must be a map, not a list");
        self.checker.report(&rules::WRONG_KIND, node.span, message);
    }

    fn wrong_kind(&mut self, name: Name<'_>, ty: &Type, node: &Node, given: &str) {
        let due = due(ty);
        let message = format!("{name} must be {due}, not {given}");
        let list = matches!(ty, Type::List(item) if is_scalar(item));
        let single = list && !matches!(node.kind, NodeKind::Null) && given != "a map";
        let edit = single.then(|| place::bracketed(self.checker.template.document, node)).flatten();
        let finding = self.checker.report(&rules::WRONG_KIND, node.span, message);
        if single {
            finding.fix = Some("put the value into a list".to_owned());
        }
        finding.text_edit = edit.map(|text| (node.span, text));
    }

    fn object(&mut self, shape: &Shape, node: &Node, at: Span) {
        let entries = node.entries();
        // What a macro, a loop or a directive of another tool makes of this is not known.
        let made = |key: &str| key.contains("::") && !is_loop(key) || key.contains("${");
        if entries.iter().any(|entry| made(&entry.key)) {
            return;
        }
        let mut meant = Vec::new();
        for entry in entries.iter().filter(|entry| !is_loop(&entry.key)) {
            match shape.field(&entry.key).filter(|field| !field.common) {
                Some(field) => {
                    // Of a nested shape, it may be read-only in one place and not in another.
                    if field.read_only && !field.required && shape.name == self.record.name {
                        self.read_only(field, entry.key_span);
                    }
                    if field.deprecated && !field.required && shape.name == self.record.name {
                        self.deprecated(field, entry.key_span);
                    }
                    self.value(Name::of(&field.name), &field.ty, Some(field), &entry.value, entry.key_span);
                }
                None if shape.open => {}
                None => meant.extend(self.unknown_property(shape, entry, node)),
            }
        }
        if !entries.iter().any(|entry| is_loop(&entry.key)) {
            let given =
                entries.iter().filter(|entry| !matches!(self.checker.given(&entry.value), Given::Removed));
            // What is misspelt is not missing as well.
            let given: Vec<&str> = given.map(|entry| entry.key.as_str()).chain(meant).collect();
            self.required(shape, &given, at, node.span);
        }
    }

    /// `at` is the place to point to for the object at `whole`.
    fn required(&mut self, shape: &Shape, given: &[&str], at: Span, whole: Span) {
        for field in shape.fields.iter().filter(|field| field.required) {
            if !given.contains(&field.name.as_str()) {
                let message = format!("{} has no `{}`, which it must have", self.owner(shape), field.name);
                let fix = format!("add `{}`: {}", field.name, due(&field.ty));
                let path = place::path(&self.checker.template.document.root, whole);
                let finding = self.checker.report(&rules::MISSING_REQUIRED, at, message);
                finding.fix = Some(fix);
                finding.path = path;
            }
        }
    }

    /// Gives back the property that was probably meant.
    fn unknown_property<'s>(&mut self, shape: &'s Shape, entry: &Entry, object: &Node) -> Option<&'s str> {
        let (key, span) = (entry.key.as_str(), entry.key_span);
        let message = format!("{} has no property `{key}`", self.owner(shape));
        let known = shape
            .fields
            .iter()
            // What is given already was not meant once more.
            .filter(|field| !field.common && !field.read_only && object.get(&field.name).is_none())
            .map(|field| field.name.as_str());
        let meant = self.checker.report_name(&rules::UNKNOWN_PROPERTY, span, message, key, known);
        if shape.name == self.record.name && RESOURCE.contains(&key) {
            self.checker.advise("move it beside `Properties`");
        }
        meant
    }

    fn read_only(&mut self, field: &Field, span: Span) {
        let message = format!("`{}` is set by AWS; what is given here has no effect", field.name);
        self.checker.report(&rules::READ_ONLY_PROPERTY, span, message).fix =
            Some(format!("remove `{}`; read it with `Fn::GetAtt`", field.name));
    }

    fn deprecated(&mut self, field: &Field, span: Span) {
        let message =
            format!("`{}` of {} is no longer to be used", field.name, self.owner(&self.record.shape));
        self.checker.report(&rules::DEPRECATED_PROPERTY, span, message);
    }

    /// What a shape is called in messages.
    fn owner(&self, shape: &Shape) -> String {
        format!("`{}`", shape.name)
    }
}

/// What a value is called in messages: its property, or an item of it.
#[derive(Clone, Copy)]
struct Name<'n>(&'n str, bool);

impl<'n> Name<'n> {
    fn of(property: &'n str) -> Self {
        Self(property, false)
    }

    fn item(self) -> Self {
        Self(self.0, true)
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}`{}`", if self.1 { "an item of " } else { "" }, self.0)
    }
}

/// Whether the value of a parameter is not shown. What stands for a stored parameter is a name.
fn is_hidden(parameter: &Parameter<'_>) -> bool {
    let hidden = parameter.entry.value.get("NoEcho").and_then(Node::scalar_text);
    parameter.kind.starts_with("AWS::SSM::") || hidden.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn is_loop(key: &str) -> bool {
    key.starts_with("Fn::ForEach::")
}

/// Whether a value is one of those that a field is limited to.
fn allows(field: &Field, text: &str) -> bool {
    field.values.is_empty() || field.values.iter().any(|value| value == text.trim())
}

fn is_scalar(ty: &Type) -> bool {
    !matches!(ty, Type::List(_) | Type::Record(_) | Type::Dynamic)
}

/// Whether CloudFormation takes the text of a scalar as a value of this type.
fn fits(ty: &Type, text: &str) -> bool {
    let text = text.trim();
    match ty {
        Type::Int => text.parse::<f64>().is_ok_and(|value| value.fract() == 0.0),
        Type::Float => text.parse::<f64>().is_ok_and(f64::is_finite),
        Type::Bool => ["true", "false", "0", "1"].iter().any(|known| known.eq_ignore_ascii_case(text)),
        _ => true,
    }
}
