//! From a resource schema (JSON Schema with CloudFormation's additions) to a record type.

use std::collections::{BTreeMap, HashSet};

use eyas_lang::catalog::table::Entry;
use eyas_lang::catalog::{Field, Plane, RecordType, Shape};
use eyas_lang::types::Type;
use serde_json::Value as Json;
use smol_str::SmolStr;

/// References and alternatives nested deeper than this are taken as dynamic.
const MAX_DEPTH: u32 = 16;

/// Longer descriptions are cut at a sentence.
const MAX_DESCRIPTION: usize = 600;

/// Compiles a schema; `None` where it names no type. `readable` are the attributes that `GetAtt`
/// can return.
pub(crate) fn compile(schema: &Json, readable: &[String]) -> Option<Entry> {
    let name = schema.get("typeName")?.as_str()?;
    let mut compiler = Compiler { schema, name, shapes: BTreeMap::new() };
    let mut shape = compiler.shape(name.into(), schema, "");
    let mut shapes = compiler.shapes;
    for (key, mark) in [
        ("readOnlyProperties", (|f| f.read_only = true) as fn(&mut Field)),
        ("createOnlyProperties", |f| f.create_only = true),
        ("deprecatedProperties", |f| f.deprecated = true),
    ] {
        for path in schema.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            if let Some(field) = field_at(&mut shape, &mut shapes, path) {
                mark(field);
            }
        }
    }
    for attribute in readable {
        let path = attribute.replace('.', "/");
        if let Some(field) = field_at(&mut shape, &mut shapes, &path).filter(|field| !field.read_only) {
            field.readable = true;
        }
    }
    let definitions = shapes.into_values().collect();
    let record = RecordType { name: name.into(), plane: Plane::Resource, shape, definitions };
    Some(Entry { tags: tags(schema, &record), record })
}

/// How many fields a type has in all its shapes.
pub(crate) fn count_fields(record: &RecordType) -> usize {
    record.shape.fields.len() + record.definitions.iter().map(|shape| shape.fields.len()).sum::<usize>()
}

/// The property names of a path such as `/properties/Rules/*/Name`.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|step| !matches!(*step, "" | "*" | "properties" | "items"))
}

fn field_at<'f>(
    shape: &'f mut Shape,
    shapes: &'f mut BTreeMap<SmolStr, Shape>,
    path: &str,
) -> Option<&'f mut Field> {
    let steps: Vec<&str> = steps(path).collect();
    let (last, parents) = steps.split_last()?;
    let mut owner: Option<SmolStr> = None;
    for step in parents {
        let fields = owner.as_ref().map_or(Some(&*shape), |name| shapes.get(name))?;
        owner = Some(record_name(&fields.fields.iter().find(|f| f.name == *step)?.ty)?);
    }
    let fields = match &owner {
        None => shape,
        Some(name) => shapes.get_mut(name)?,
    };
    fields.fields.iter_mut().find(|f| f.name == *last)
}

fn record_name(ty: &Type) -> Option<SmolStr> {
    match ty {
        Type::Record(name) => Some(name.clone()),
        Type::List(item) => record_name(item),
        _ => None,
    }
}

/// The path to the tags: what the schema says, else a property of the usual name.
fn tags(schema: &Json, record: &RecordType) -> Vec<SmolStr> {
    let said = schema.pointer("/tagging/tagProperty").and_then(Json::as_str).unwrap_or("/properties/Tags");
    let path: Vec<SmolStr> = steps(said).map(SmolStr::new).collect();
    let there = path.first().is_some_and(|first| record.shape.fields.iter().any(|f| f.name == *first));
    if there { path } else { Vec::new() }
}

struct Compiler<'s> {
    schema: &'s Json,
    name: &'s str,
    /// Definitions by full name; one that is under way has no fields yet, for types may contain
    /// themselves.
    shapes: BTreeMap<SmolStr, Shape>,
}

/// A type, and the values it is limited to.
type Kind = (Type, Vec<SmolStr>);

const DYNAMIC: Kind = (Type::Dynamic, Vec::new());

/// Properties by name.
type Properties<'s> = BTreeMap<&'s str, &'s Json>;

impl<'s> Compiler<'s> {
    /// Compiles an object. `path` names the objects written in place inside it.
    fn shape(&mut self, name: SmolStr, object: &'s Json, path: &str) -> Shape {
        let mut properties = Properties::new();
        let mut required = HashSet::new();
        self.gather(object, &mut properties, &mut required, 0);
        let mut fields = Vec::new();
        for (key, property) in properties {
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let (ty, values) = self.kind(property, &path, 0);
            let mut field = Field::new(key, ty, self.description(property));
            field.values = values;
            field.free_map = field.ty == Type::Dynamic && self.is_free_map(property);
            field.required = required.contains(key);
            field.optional = !field.required;
            fields.push(field);
        }
        Shape { name, doc: self.description(object), fields, open: self.is_open(object) }
    }

    /// Collects the properties of an object and of its alternatives. Only what the object
    /// itself (or all of its parts) requires is required.
    fn gather(
        &self,
        object: &'s Json,
        properties: &mut Properties<'s>,
        required: &mut HashSet<&'s str>,
        depth: u32,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let object = self.resolve(object);
        for (key, property) in object.get("properties").and_then(Json::as_object).into_iter().flatten() {
            properties.entry(key).or_insert(property);
        }
        required.extend(texts(object, "required"));
        for part in parts(object, "allOf") {
            self.gather(part, properties, required, depth + 1);
        }
        for part in parts(object, "anyOf").chain(parts(object, "oneOf")) {
            self.gather(part, properties, &mut HashSet::new(), depth + 1);
        }
    }

    fn has_properties(&self, object: &'s Json) -> bool {
        let mut properties = Properties::new();
        self.gather(object, &mut properties, &mut HashSet::new(), 0);
        !properties.is_empty()
    }

    /// Whether an object may have other members than those that its schema names.
    fn is_open(&self, object: &'s Json) -> bool {
        let object = self.resolve(object);
        let patterns = object.get("patternProperties").and_then(Json::as_object);
        object.get("additionalProperties") != Some(&Json::Bool(false))
            || patterns.is_some_and(|p| !p.is_empty())
    }

    /// Whether a value is an object, and no object of which the schema names the members.
    fn is_free_map(&self, property: &'s Json) -> bool {
        let target = self.resolve(property);
        type_name(target) == Some("object") && !self.has_properties(target)
    }

    /// Follows a reference, once.
    fn resolve(&self, json: &'s Json) -> &'s Json {
        match reference(json) {
            Some(pointer) => self.schema.pointer(pointer).unwrap_or(json),
            None => json,
        }
    }

    fn kind(&mut self, json: &'s Json, path: &str, depth: u32) -> Kind {
        if depth > MAX_DEPTH {
            return DYNAMIC;
        }
        if let Some(pointer) = reference(json) {
            let Some(target) = self.schema.pointer(pointer) else { return DYNAMIC };
            return match pointer.strip_prefix("/definitions/") {
                Some(definition) if is_object(target) && self.has_properties(target) => {
                    self.record(definition, target)
                }
                _ => self.kind(target, path, depth + 1),
            };
        }
        match type_name(json) {
            Some("string") => string(json),
            Some("integer") => (Type::Int, numbers(json)),
            Some("number") => (Type::Float, numbers(json)),
            Some("boolean") => (Type::Bool, Vec::new()),
            Some("array") => {
                let (item, values) = match json.get("items") {
                    Some(items) => self.kind(items, path, depth + 1),
                    None => DYNAMIC,
                };
                (Type::List(Box::new(item)), values)
            }
            Some("object") if self.has_properties(json) => self.record(path, json),
            None if json.get("type").is_none() => self.alternatives(json, path, depth),
            _ => DYNAMIC,
        }
    }

    /// A value that is described by alternatives, or by its values alone.
    fn alternatives(&mut self, json: &'s Json, path: &str, depth: u32) -> Kind {
        if json.get("properties").is_some() {
            return self.record(path, json);
        }
        if json.get("enum").is_some() {
            return string(json);
        }
        let parts: Vec<&Json> = ["allOf", "anyOf", "oneOf"].iter().flat_map(|key| parts(json, key)).collect();
        let mut kinds = parts.into_iter().map(|part| self.kind(part, path, depth + 1));
        let Some((ty, mut values)) = kinds.next() else { return DYNAMIC };
        for (other, more) in kinds {
            if other != ty {
                return DYNAMIC;
            }
            // A free alternative makes the whole free.
            values = if more.is_empty() || values.is_empty() { Vec::new() } else { [values, more].concat() };
        }
        (ty, values)
    }

    /// A definition or an object written in place, as a shape of its own.
    fn record(&mut self, short: &str, object: &'s Json) -> Kind {
        let name = SmolStr::from(format!("{}.{short}", self.name));
        if !self.shapes.contains_key(&name) {
            self.shapes.insert(name.clone(), Shape { name: name.clone(), ..Shape::default() });
            let shape = self.shape(name.clone(), object, short);
            self.shapes.insert(name.clone(), shape);
        }
        (Type::Record(name), Vec::new())
    }

    /// The description of a property, or of the definition that it refers to.
    fn description(&self, json: &'s Json) -> String {
        let own = json.get("description").or_else(|| self.resolve(json).get("description"));
        tidy(own.and_then(Json::as_str).unwrap_or(""))
    }
}

fn reference(json: &Json) -> Option<&str> {
    json.get("$ref")?.as_str()?.strip_prefix('#')
}

/// The one type that a schema names.
fn type_name(json: &Json) -> Option<&str> {
    match json.get("type")? {
        Json::String(name) => Some(name),
        Json::Array(names) => match names.as_slice() {
            [name] => name.as_str(),
            _ => None,
        },
        _ => None,
    }
}

fn is_object(json: &Json) -> bool {
    json.get("type").is_none() || type_name(json) == Some("object")
}

fn parts<'s>(json: &'s Json, key: &str) -> impl Iterator<Item = &'s Json> {
    json.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn texts<'s>(json: &'s Json, key: &str) -> impl Iterator<Item = &'s str> {
    parts(json, key).filter_map(Json::as_str)
}

/// The values that a number is limited to, as text.
fn numbers(json: &Json) -> Vec<SmolStr> {
    parts(json, "enum").filter(|value| value.is_number()).map(|value| value.to_string().into()).collect()
}

/// A text, by its format; values whose case does not matter are no closed set.
fn string(json: &Json) -> Kind {
    let format = |json: &Json| match json.get("format").and_then(Json::as_str) {
        Some("date-time") => Type::Time,
        Some("ipv4-network" | "ipv6-network") => Type::Cidr,
        _ => Type::String,
    };
    let mut formats = parts(json, "anyOf").map(format);
    let ty = match formats.next() {
        Some(first) if formats.all(|other| other == first) => first,
        _ => format(json),
    };
    (ty, texts(json, "enum").map(SmolStr::new).collect())
}

/// One paragraph of Markdown.
fn tidy(text: &str) -> String {
    let text = text.replace("``", "`");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() <= MAX_DESCRIPTION {
        return text;
    }
    let mut end = MAX_DESCRIPTION;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (kept, _) = text.split_at(end);
    kept.rfind(". ").map_or(kept, |stop| kept.split_at(stop + 1).0).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(schema: Json) -> RecordType {
        compile(&schema, &["Mode".to_owned()]).expect("names a type").record
    }

    #[test]
    fn kinds_follow_references_and_alternatives() {
        let record = compiled(serde_json::json!({
            "typeName": "A::B::C",
            "additionalProperties": false,
            "required": ["Mode"],
            "readOnlyProperties": ["/properties/Rules/*/Id"],
            "properties": {
                "Mode": {"$ref": "#/definitions/Mode"},
                "Rules": {"type": "array", "items": {"$ref": "#/definitions/Rule"}},
                "Policy": {"type": ["object", "string"]},
                "Tags": {"type": "object", "patternProperties": {".*": {"type": "string"}}},
                "Days": {"type": "integer", "enum": [1, 30]},
                "Either": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
                "Inline": {"type": "object", "properties": {"When": {"type": "string", "format": "date-time"}}}
            },
            "definitions": {
                "Mode": {"type": "string", "enum": ["on", "off"], "description": "How it is."},
                "Rule": {"type": "object", "properties": {
                    "Id": {"type": "string"},
                    "Source": {"type": "string", "format": "ipv4-network"},
                    "Nested": {"$ref": "#/definitions/Rule"}
                }}
            }
        }));
        let rule = Type::Record("A::B::C.Rule".into());
        let ty = |name: &str| record.shape.field(name).map(|f| f.ty.clone());
        assert_eq!(ty("Rules"), Some(Type::List(Box::new(rule.clone()))));
        assert_eq!(ty("Policy"), Some(Type::Dynamic));
        assert_eq!(ty("Either"), Some(Type::Dynamic));
        assert_eq!(ty("Inline"), Some(Type::Record("A::B::C.Inline".into())));
        let mode = record.shape.field("Mode").expect("a field");
        assert_eq!((mode.required, mode.doc.as_str(), mode.values.len()), (true, "How it is.", 2));
        assert!(mode.readable && !mode.read_only);
        let shape = record.shape("A::B::C.Rule").expect("a shape");
        assert_eq!(shape.field("Nested").map(|f| f.ty.clone()), Some(rule));
        assert_eq!(shape.field("Source").map(|f| f.ty.clone()), Some(Type::Cidr));
        assert!(shape.field("Id").is_some_and(|f| f.read_only && !f.readable));
        assert!(record.shape.field("Days").is_some_and(|f| f.values == ["1", "30"]));
        assert!(shape.open && !record.shape.open);
        let free_map = |name: &str| record.shape.field(name).is_some_and(|f| f.free_map);
        assert!(free_map("Tags") && !free_map("Policy") && !free_map("Inline"));
        let inline = record.shape("A::B::C.Inline").expect("a shape");
        assert_eq!(inline.field("When").map(|f| f.ty.clone()), Some(Type::Time));
    }

    #[test]
    fn descriptions_are_one_short_paragraph() {
        assert_eq!(tidy("Use ``a``\n  or b."), "Use `a` or b.");
        let long = "A sentence that goes on for a while, é. ".repeat(40);
        assert!(tidy(&long).len() <= MAX_DESCRIPTION && tidy(&long).ends_with('.'));
    }
}
