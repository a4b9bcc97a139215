//! Record types written by hand as TOML tables: one table a field.

use std::sync::Arc;

use std::collections::BTreeMap;

use serde::Deserialize;
use smol_str::SmolStr;

use super::{Argument, Field, Plane, RecordType, Shape, notation};
use crate::types::Type;

/// What is wrong with a written record type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The text is no TOML of the expected form.
    #[error("{0}")]
    Toml(String),
    /// A field is at fault.
    #[error("field `{field}`: {problem}")]
    Field {
        /// Its name.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A file that describes several record types.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "type")]
    types: BTreeMap<SmolStr, TypeTable>,
}

/// A file that describes the records which functions make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShapeFile {
    shape: BTreeMap<SmolStr, DefinitionTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeTable {
    name: Option<SmolStr>,
    plane: PlaneName,
    doc: String,
    field: BTreeMap<SmolStr, FieldTable>,
    #[serde(default)]
    definition: BTreeMap<SmolStr, DefinitionTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefinitionTable {
    doc: String,
    field: BTreeMap<SmolStr, FieldTable>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum PlaneName {
    Event,
    Resource,
    Block,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum ArgumentName {
    Index,
    Pointer,
    Key,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldTable {
    #[serde(rename = "type")]
    ty: Option<String>,
    at: Option<String>,
    doc: String,
    #[serde(default)]
    always: bool,
    #[serde(default)]
    differs: String,
    argument: Option<ArgumentName>,
    #[serde(default)]
    dispatch: bool,
    #[serde(default)]
    values: Vec<SmolStr>,
}

/// Reads a file with one record type at its top level.
pub(super) fn read_one(text: &str) -> Result<RecordType, CatalogError> {
    let table: TypeTable = toml::from_str(text).map_err(|e| CatalogError::Toml(e.to_string()))?;
    let name = table.name.clone().ok_or_else(|| CatalogError::Toml("`name` is missing".into()))?;
    record_type(name, table)
}

/// Reads a file with a table `[type."NAME"]` for each record type.
pub(super) fn read_many(text: &str) -> Result<Vec<RecordType>, CatalogError> {
    let file: File = toml::from_str(text).map_err(|e| CatalogError::Toml(e.to_string()))?;
    file.types.into_iter().map(|(name, table)| record_type(name, table)).collect()
}

/// Reads a file with a table `[shape.NAME]` for each shape that belongs to no record type.
pub(super) fn read_shapes(text: &str) -> Result<Vec<Shape>, CatalogError> {
    let file: ShapeFile = toml::from_str(text).map_err(|e| CatalogError::Toml(e.to_string()))?;
    let shape = |(name, table): (SmolStr, DefinitionTable)| {
        Ok(Shape { name, fields: fields(&table.field, &|_| None)?, doc: table.doc, open: false })
    };
    file.shape.into_iter().map(shape).collect()
}

fn record_type(name: SmolStr, table: TypeTable) -> Result<RecordType, CatalogError> {
    let plane = match table.plane {
        PlaneName::Event => Plane::Event,
        PlaneName::Resource => Plane::Resource,
        PlaneName::Block => Plane::Block,
    };
    let known: Vec<SmolStr> = table.definition.keys().cloned().collect();
    let named = |short: &str| -> Option<Type> {
        known.iter().any(|k| k == short).then(|| Type::Record(format!("{name}.{short}").into()))
    };
    let shape =
        Shape { name: name.clone(), doc: table.doc, fields: fields(&table.field, &named)?, open: false };
    let definitions = table
        .definition
        .iter()
        .map(|(short, definition)| {
            Ok(Shape {
                name: format!("{name}.{short}").into(),
                doc: definition.doc.clone(),
                fields: fields(&definition.field, &named)?,
                open: false,
            })
        })
        .collect::<Result<_, CatalogError>>()?;
    Ok(RecordType { name, plane, shape, definitions })
}

fn fields(
    tables: &BTreeMap<SmolStr, FieldTable>,
    named: &dyn Fn(&str) -> Option<Type>,
) -> Result<Vec<Field>, CatalogError> {
    let notation_of = |name: &str| tables.get(name).and_then(|t| t.at.as_deref());
    tables
        .iter()
        .map(|(name, table)| {
            let wrong = |problem| CatalogError::Field { field: name.to_string(), problem };
            let ty = match &table.ty {
                None => Type::String,
                Some(text) => read_type(text, named).ok_or_else(|| wrong(format!("no type `{text}`")))?,
            };
            let mut field = Field::new(name.clone(), ty, table.doc.clone());
            if let Some(at) = &table.at {
                field.at = Arc::new(notation::parse(at, &notation_of).map_err(wrong)?);
            }
            field.optional = !table.always;
            field.argument = match table.argument {
                None => Argument::None,
                Some(ArgumentName::Index) => Argument::OptionalIndex,
                Some(ArgumentName::Pointer) => Argument::Pointer,
                Some(ArgumentName::Key) => Argument::Key,
            };
            field.values = table.values.clone();
            field.differs = table.differs.clone();
            field.dispatch = table.dispatch;
            Ok(field)
        })
        .collect()
}

/// Reads a type; `named` knows the record type's own definitions.
fn read_type(text: &str, named: &dyn Fn(&str) -> Option<Type>) -> Option<Type> {
    if let Some(item) = text.strip_prefix("list<").and_then(|t| t.strip_suffix('>')) {
        return Some(Type::List(Box::new(read_type(item, named)?)));
    }
    Some(match text {
        "string" => Type::String,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "ip" => Type::Ip,
        "cidr" => Type::Cidr,
        "host" => Type::Host,
        "time" => Type::Time,
        "duration" => Type::Duration,
        "size" => Type::Size,
        "dynamic" => Type::Dynamic,
        other => return named(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_field_at_fault() {
        let text = "name = 'x'\nplane = 'event'\ndoc = ''\n[field.a]\ndoc = ''\nat = 'b('\n";
        assert_eq!(
            read_one(text).map(|_| ()),
            Err(CatalogError::Field {
                field: "a".into(),
                problem: "expected a form (there is no `b`) at byte 2 of `b(`".into()
            })
        );
        let text = "name = 'x'\nplane = 'event'\ndoc = ''\n[field.a]\ndoc = ''\ntype = 'list<text>'\n";
        assert_eq!(
            read_one(text).map(|_| ()).map_err(|e| e.to_string()),
            Err("field `a`: no type `list<text>`".into())
        );
    }

    #[test]
    fn definitions_are_types() {
        let text = "[type.X]\nplane = 'resource'\ndoc = ''\n[type.X.field.rows]\ndoc = ''\ntype = 'list<Row>'\n\
                    [type.X.definition.Row]\ndoc = ''\n[type.X.definition.Row.field.a]\ndoc = ''\n";
        let types = read_many(text).expect("well-formed");
        assert_eq!(types[0].shape.fields[0].ty, Type::List(Box::new(Type::Record("X.Row".into()))));
        assert!(types[0].shape("X.Row").is_some_and(|shape| shape.field("a").is_some()));
    }
}
