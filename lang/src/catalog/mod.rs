//! Record types and their fields, as data.
//!
//! One row a field says its name, type, documentation and where it is in the record; type
//! check, completion, hover, the reference pages and the extraction follow from that row.
//! The same model carries the fields of CloudTrail events and CloudFormation-shaped resource
//! types with their nested definitions.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::types::Type;

pub mod actions;
mod builtin;
mod identity;
pub mod notation;
pub mod table;
mod written;

pub use builtin::Catalog;
pub use identity::identifying;
pub use written::CatalogError;

/// What kind of thing a record type describes, which decides what a false condition means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plane {
    /// Something that happened: a false condition is silence.
    Event,
    /// Something that is there: a false condition is a pass.
    Resource,
    /// Something found in the blocks of a disk: a false condition is silence.
    Block,
}

/// A record type that rules can be written `on`.
#[derive(Debug, Clone)]
pub struct RecordType {
    /// `cloudtrail`, `AWS::EC2::SecurityGroup`, `Account::…`
    pub name: SmolStr,
    /// What kind of thing.
    pub plane: Plane,
    /// Its own fields.
    pub shape: Shape,
    /// Nested definitions, referred to by [`Type::Record`].
    pub definitions: Vec<Shape>,
}

/// A set of fields.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Unique in the catalog: the record type's name, or `type.definition`.
    pub name: SmolStr,
    /// One paragraph; may be empty.
    pub doc: String,
    /// The fields, sorted by name.
    pub fields: Vec<Field>,
    /// Whether records may have members beside the fields.
    pub open: bool,
}

impl Shape {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let at = self.fields.binary_search_by(|f| f.name.as_str().cmp(name)).ok()?;
        self.fields.get(at)
    }
}

impl RecordType {
    /// The record type's own shape or nested definition with this name.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        if self.shape.name == name {
            return Some(&self.shape);
        }
        self.definitions.iter().find(|shape| shape.name == name)
    }
}

impl Field {
    /// A field that records may lack, at the member of the record that has its name.
    pub fn new(name: impl Into<SmolStr>, ty: Type, doc: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            at: Arc::new(Extract::Path(vec![Step::Key(name.clone())])),
            name,
            ty,
            optional: true,
            doc: doc.into(),
            argument: Argument::None,
            values: Vec::new(),
            differs: String::new(),
            read_only: false,
            readable: false,
            free_map: false,
            create_only: false,
            required: false,
            deprecated: false,
            dispatch: false,
            common: false,
        }
    }
}

/// One row of the catalog.
#[derive(Debug, Clone)]
pub struct Field {
    /// As rules write it.
    pub name: SmolStr,
    /// Its type.
    pub ty: Type,
    /// Whether a record may lack it.
    pub optional: bool,
    /// What it holds; Markdown, one paragraph.
    pub doc: String,
    /// Where it is in the record.
    pub at: Arc<Extract>,
    /// Whether it takes `[argument]`.
    pub argument: Argument,
    /// The values it can have, where they are a closed set.
    pub values: Vec<SmolStr>,
    /// How it differs from Falco's field of the same name; empty where it does not.
    pub differs: String,
    /// Set by AWS only: what `GetAtt` can return.
    pub read_only: bool,
    /// `GetAtt` can return it although it is not set by AWS only.
    pub readable: bool,
    /// A map whose keys are free; its type is dynamic.
    pub free_map: bool,
    /// Settable at creation only.
    pub create_only: bool,
    /// Must be given.
    pub required: bool,
    /// Still understood, no longer to be used.
    pub deprecated: bool,
    /// Rules are looked up by equality on this field.
    pub dispatch: bool,
    /// Beside a resource's properties: what every resource has.
    pub common: bool,
}

/// Whether a field takes an argument in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Argument {
    /// None.
    #[default]
    None,
    /// An index into its list.
    OptionalIndex,
    /// A JSON pointer (RFC 6901) into the record.
    Pointer,
    /// A key (`tags[Name]`).
    Key,
}

/// A step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// A member of an object; over a list it yields that member of every item.
    Key(SmolStr),
    /// An item of a list, from 0.
    Index(u32),
}

/// Where a field's value is in the raw record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Extract {
    /// At this path; the empty path is the whole record.
    Path(Vec<Step>),
    /// Text that is always the same.
    Text(SmolStr),
    /// The first that is present; a list without items counts as absent here.
    First(Vec<Extract>),
    /// By the text at `on` (a truth value reads as `true` or `false`): the first arm that lists
    /// it, else `otherwise`, else absent. Absent where `on` is.
    Case {
        /// What is looked at.
        on: Box<Extract>,
        /// `(values, extract)`
        arms: Vec<(Vec<SmolStr>, Extract)>,
        /// Where no arm lists the value.
        otherwise: Option<Box<Extract>>,
    },
    /// The texts joined (numbers and truth values as their text); absent where one is.
    Concat(Vec<Extract>),
    /// The sum of the numbers that are present; absent where none is.
    Sum(Vec<Extract>),
    /// The value as JSON text (a string as itself).
    Json(Box<Extract>),
    /// The text without this ending.
    WithoutSuffix(Box<Extract>, SmolStr),
    /// The `index`-th part of the text split at `separator`, where it has at least `parts` parts.
    Part {
        /// The text.
        of: Box<Extract>,
        /// What separates the parts.
        separator: SmolStr,
        /// Which one, from 0.
        index: u32,
        /// How many there must be; 0 for any number.
        parts: u32,
    },
    /// From the list at `list`, the `value` of the last item whose `key` is `equals`. `value` is
    /// read from that item.
    Lookup {
        /// The list.
        list: Box<Extract>,
        /// Path to the text that is compared, from an item.
        key: Vec<Step>,
        /// What it must be.
        equals: SmolStr,
        /// What is taken, from that item.
        value: Box<Extract>,
    },
    /// 1 where the text at `of` is one of `values` (or is none of them, if `negated`), else 0.
    /// An absent text is none of them.
    Flag {
        /// The text.
        of: Box<Extract>,
        /// The values.
        values: Vec<SmolStr>,
        /// Whether the sense is turned round.
        negated: bool,
    },
    /// The items of a list as text (objects as JSON text), joined; absent where there is none.
    Join(Box<Extract>, SmolStr),
    /// True where the text begins with one of these, else false; absent where the text is.
    Prefixed(Box<Extract>, Vec<SmolStr>),
    /// A list of `{Key, Value}` objects (or an object) seen as an object from key to value.
    Tags(Box<Extract>),
    /// The number of the record in its input, from 1.
    Ordinal,
    /// At the path that the field's argument names.
    Argument,
}
