//! What a template declares: parameters, mappings, conditions, resources, outputs.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::document::{Document, Entry, Node, NodeKind, Span};

/// A document that was recognised as a CloudFormation template.
#[derive(Debug)]
pub struct Template<'d> {
    /// The document.
    pub document: &'d Document,
    /// Parameters by name.
    pub parameters: FxHashMap<&'d str, Parameter<'d>>,
    /// `Mappings`.
    pub mappings: Option<&'d Node>,
    /// Conditions by name.
    pub conditions: FxHashMap<&'d str, &'d Entry>,
    /// Resources in the order of the text.
    pub resources: Vec<Resource<'d>>,
    /// `Outputs`.
    pub outputs: Option<&'d Node>,
    /// The transforms (`AWS::Serverless-2016-10-31`, `AWS::LanguageExtensions`, macros).
    pub transforms: Vec<Transform<'d>>,
    /// The ids of the resources.
    ids: FxHashSet<&'d str>,
    /// Where each map and each of its rows stands, once it is asked for.
    rows: OnceCell<Rows>,
}

/// Where each map stands among the mappings, and each of its rows in it.
type Rows = FxHashMap<SmolStr, (usize, FxHashMap<SmolStr, usize>)>;

/// A transform that the template asks for.
#[derive(Debug, Clone, Copy)]
pub struct Transform<'d> {
    /// Its name.
    pub name: &'d str,
    /// Where.
    pub span: Span,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter<'d> {
    /// Its declaration.
    pub entry: &'d Entry,
    /// `String`, `Number`, `CommaDelimitedList`, `AWS::SSM::Parameter::Value<String>`, …
    pub kind: &'d str,
    /// `Default`.
    pub default: Option<&'d Node>,
    /// `AllowedValues`.
    pub allowed: Option<&'d [Node]>,
}

impl Parameter<'_> {
    /// Whether its value is only the name of what deployment reads from the parameter store.
    pub fn is_stored(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value<")
    }
}

/// A resource.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'d> {
    /// Its logical id and whole declaration.
    pub entry: &'d Entry,
    /// Its type.
    pub kind: &'d str,
    /// Where the type stands.
    pub kind_node: &'d Node,
    /// The condition under which it exists.
    pub condition: Option<&'d Node>,
    /// `Properties`.
    pub properties: Option<&'d Node>,
}

impl Resource<'_> {
    /// The logical id.
    pub fn id(&self) -> &SmolStr {
        &self.entry.key
    }
}

/// Why a document is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    /// The root is no map.
    #[error("its root is {0}, not a map")]
    NoMap(&'static str),
    /// Nothing in it looks like a template.
    #[error("it has no `Resources` and no `AWSTemplateFormatVersion`")]
    NoResources,
    /// `Resources` holds something else than CloudFormation resources.
    #[error("its `Resources` hold nothing with a CloudFormation `Type`")]
    OtherResources,
}

/// Recognises a template by its content.
///
/// # Errors
/// What is missing for the document to be one.
pub fn recognise(document: &Document) -> Result<Template<'_>, NotATemplate> {
    let root = &document.root;
    if !matches!(root.kind, NodeKind::Map(_)) {
        return Err(NotATemplate::NoMap(root.kind_name()));
    }
    let template = Template::read(document, root);
    let section = root.get("Resources");
    let loops = section.is_some_and(|section| section.entries().iter().any(is_loop));
    let declared = root.get("AWSTemplateFormatVersion").is_some()
        || (section.is_some() && !template.transforms.is_empty());
    if template.resources.is_empty() && !declared && !loops {
        return Err(if section.is_some() { NotATemplate::OtherResources } else { NotATemplate::NoResources });
    }
    Ok(template)
}

impl<'d> Template<'d> {
    /// What a mapping holds under two keys.
    pub(crate) fn mapped(&self, map: &str, first: &str, second: &str) -> Option<&'d Node> {
        let maps = self.mappings.map(Node::entries).unwrap_or_default();
        let rows = self.rows.get_or_init(|| {
            let rows = |map: &Entry| {
                map.value.entries().iter().enumerate().map(|(at, row)| (row.key.clone(), at)).collect()
            };
            maps.iter().enumerate().map(|(at, map)| (map.key.clone(), (at, rows(map)))).collect()
        });
        let (at, rows) = rows.get(map)?;
        maps.get(*at)?.value.entries().get(*rows.get(first)?)?.value.get(second)
    }

    /// Whether there is a resource of this id.
    pub fn has_resource(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// The template with this root, whose places are the document's.
    pub(crate) fn read(document: &'d Document, root: &'d Node) -> Self {
        let resources: Vec<Resource<'d>> = entries(root, "Resources").iter().filter_map(resource).collect();
        Self {
            ids: resources.iter().map(|resource| resource.entry.key.as_str()).collect(),
            document,
            parameters: entries(root, "Parameters").iter().map(|e| (e.key.as_str(), parameter(e))).collect(),
            mappings: root.get("Mappings"),
            rows: OnceCell::new(),
            conditions: entries(root, "Conditions").iter().map(|e| (e.key.as_str(), e)).collect(),
            resources,
            outputs: root.get("Outputs"),
            transforms: transforms(root),
        }
    }
}

fn is_loop(entry: &Entry) -> bool {
    entry.key.starts_with("Fn::ForEach")
}

fn entries<'d>(root: &'d Node, section: &str) -> &'d [Entry] {
    root.get(section).map(Node::entries).unwrap_or_default()
}

fn resource(entry: &Entry) -> Option<Resource<'_>> {
    let kind_node = entry.value.get("Type")?;
    let kind = kind_node.as_str().filter(|kind| kind.contains("::"))?;
    Some(Resource {
        entry,
        kind,
        kind_node,
        condition: entry.value.get("Condition"),
        properties: entry.value.get("Properties"),
    })
}

fn parameter(entry: &Entry) -> Parameter<'_> {
    Parameter {
        entry,
        kind: entry.value.get("Type").and_then(Node::as_str).unwrap_or("String"),
        default: entry.value.get("Default"),
        allowed: entry.value.get("AllowedValues").map(Node::items).filter(|items| !items.is_empty()),
    }
}

/// `Transform` is a name, a list of names, or maps with a `Name`.
fn transforms(root: &Node) -> Vec<Transform<'_>> {
    fn named(node: &Node) -> Option<Transform<'_>> {
        let name = node.as_str().or_else(|| node.get("Name").and_then(Node::as_str))?;
        Some(Transform { name, span: node.span })
    }
    let Some(transform) = root.get("Transform") else { return Vec::new() };
    match &transform.kind {
        NodeKind::List(items) => items.iter().filter_map(named).collect(),
        _ => named(transform).into_iter().collect(),
    }
}
