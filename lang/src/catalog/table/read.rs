//! Finding and decoding a type.

use std::sync::Arc;

use smol_str::SmolStr;

use super::bytes::Cursor;
use super::{MAGIC, flag, kind};
use crate::catalog::{Extract, Field, Plane, RecordType, Shape, Step};
use crate::types::Type;

/// A list of lists deeper than this is malformed.
const MAX_LIST_DEPTH: u32 = 8;

/// The table, opened in place.
#[derive(Debug, Clone, Copy)]
pub struct Table<'b> {
    bytes: &'b [u8],
    strings: usize,
    types: usize,
    /// Where the parts start.
    index_at: usize,
    text_at: usize,
}

/// A decoded type, and where its tags are.
type Body = (RecordType, Vec<Step>);

impl<'b> Table<'b> {
    /// Opens a table; `None` where the bytes are none.
    pub fn open(bytes: &'b [u8]) -> Option<Self> {
        let mut head = Cursor::new(bytes, 0);
        if head.take(MAGIC.len())? != MAGIC {
            return None;
        }
        let strings = usize::try_from(head.u32()?).ok()?;
        let types = usize::try_from(head.u32()?).ok()?;
        let starts_at = MAGIC.len() + 8;
        let index_at = strings.checked_add(1)?.checked_mul(4)?.checked_add(starts_at)?;
        let text_at = types.checked_mul(8)?.checked_add(index_at)?;
        (text_at <= bytes.len()).then_some(Self { bytes, strings, types, index_at, text_at })
    }

    /// How many types there are.
    pub fn len(&self) -> usize {
        self.types
    }

    /// Whether there is no type.
    pub fn is_empty(&self) -> bool {
        self.types == 0
    }

    /// The name of the type with this number.
    pub fn name(&self, number: usize) -> Option<&'b str> {
        self.string(self.index(number)?.0)
    }

    /// The number of the type with this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.types);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(middle)?.cmp(name) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Decodes the type with this number, without descriptions, and says where its tags are.
    pub fn decode(&self, number: usize) -> Option<Body> {
        let (name, at) = self.index(number)?;
        let name = SmolStr::new(self.string(name)?);
        let mut body = Cursor::new(self.bytes, usize::try_from(at).ok()?);
        let tags =
            (0..body.len()?).map(|_| self.word(&mut body).map(Step::Key)).collect::<Option<Vec<_>>>()?;
        let shapes = body.len()?;
        let names = self.shape_names(&name, body, shapes)?;
        let mut decoded = Vec::new();
        for shape in &names {
            body.var()?;
            let open = body.u8()? & flag::OPEN != 0;
            let fields =
                (0..body.len()?).map(|_| self.field(&mut body, &names)).collect::<Option<Vec<_>>>()?;
            decoded.push(Shape { name: shape.clone(), doc: String::new(), fields, open });
        }
        let mut decoded = decoded.into_iter();
        let shape = decoded.next()?;
        let definitions = decoded.collect();
        Some((RecordType { name, plane: Plane::Resource, shape, definitions }, tags))
    }

    fn index(&self, number: usize) -> Option<(u32, u32)> {
        if number >= self.types {
            return None;
        }
        let mut row = Cursor::new(self.bytes, self.index_at + number * 8);
        Some((row.u32()?, row.u32()?))
    }

    fn string(&self, number: u32) -> Option<&'b str> {
        let number = usize::try_from(number).ok().filter(|n| *n < self.strings)?;
        let mut starts = Cursor::new(self.bytes, MAGIC.len() + 8 + number * 4);
        let start = usize::try_from(starts.u32()?).ok()?;
        let end = usize::try_from(starts.u32()?).ok()?;
        let text = self.bytes.get(self.text_at.checked_add(start)?..self.text_at.checked_add(end)?)?;
        std::str::from_utf8(text).ok()
    }

    fn word(&self, body: &mut Cursor<'_>) -> Option<SmolStr> {
        self.string(body.var()?).map(SmolStr::new)
    }

    /// The full names of a type's shapes, read ahead because kinds refer to later shapes.
    fn shape_names(&self, owner: &SmolStr, mut body: Cursor<'_>, count: usize) -> Option<Vec<SmolStr>> {
        let mut names = Vec::new();
        for number in 0..count {
            let short = body.var()?;
            names.push(match number {
                0 => owner.clone(),
                _ => format!("{owner}.{}", self.string(short)?).into(),
            });
            body.u8()?;
            for _ in 0..body.len()? {
                skip_field(&mut body)?;
            }
        }
        Some(names)
    }

    fn field(&self, body: &mut Cursor<'_>, shapes: &[SmolStr]) -> Option<Field> {
        let name = self.word(body)?;
        let ty = read_kind(body, shapes, 0)?;
        let flags = body.u8()?;
        let mut field = Field::new(name, ty, String::new());
        field.required = flags & flag::REQUIRED != 0;
        field.optional = !field.required;
        field.readable = flags & flag::READABLE != 0;
        field.free_map = flags & flag::FREE_MAP != 0;
        field.read_only = flags & flag::READ_ONLY != 0;
        field.create_only = flags & flag::CREATE_ONLY != 0;
        field.deprecated = flags & flag::DEPRECATED != 0;
        if flags & flag::VALUES != 0 {
            field.values = (0..body.len()?).map(|_| self.word(body)).collect::<Option<_>>()?;
        }
        Some(field)
    }
}

fn read_kind(body: &mut Cursor<'_>, shapes: &[SmolStr], depth: u32) -> Option<Type> {
    Some(match body.u8()? {
        kind::STRING => Type::String,
        kind::INT => Type::Int,
        kind::FLOAT => Type::Float,
        kind::BOOL => Type::Bool,
        kind::TIME => Type::Time,
        kind::CIDR => Type::Cidr,
        kind::DYNAMIC => Type::Dynamic,
        kind::RECORD => Type::Record(shapes.get(body.len()?)?.clone()),
        kind::LIST if depth < MAX_LIST_DEPTH => Type::List(Box::new(read_kind(body, shapes, depth + 1)?)),
        _ => return None,
    })
}

fn skip_field(body: &mut Cursor<'_>) -> Option<()> {
    body.var()?;
    loop {
        match body.u8()? {
            kind::LIST => continue,
            kind::RECORD => body.var()?,
            _ => 0,
        };
        break;
    }
    if body.u8()? & flag::VALUES != 0 {
        for _ in 0..body.len()? {
            body.var()?;
        }
    }
    Some(())
}

/// Adds the fields that every resource has. A property of the same name goes first.
pub(in crate::catalog) fn add_common_fields(shape: &mut Shape, tags: Vec<Step>) {
    let text = |name: &str, doc: &str| Field::new(name, Type::String, doc);
    let mut tags_field =
        Field::new("tags", Type::Dynamic, "The resource's tags: `tags.Name`, `tags[\"odd key\"]`.");
    if !tags.is_empty() {
        let given = Arc::unwrap_or_clone(tags_field.at);
        tags_field.at = Arc::new(Extract::First(vec![given, Extract::Tags(Box::new(Extract::Path(tags)))]));
    }
    let mut origin = text("origin", "Where the record came from: a template, the live account, or an event.");
    origin.values = ["template", "live", "event"].map(SmolStr::new_static).to_vec();
    let mut id =
        text("id", "What names the resource: its physical id in an account, its logical id in a template.");
    id.optional = false;
    let mut ty = text("type", "The record type, such as `AWS::EC2::Instance`.");
    ty.optional = false;
    let common = [
        text("account", "The id of the account that the resource is in."),
        id,
        origin,
        text("region", "The region that the resource is in; absent for global resources."),
        tags_field,
        ty,
    ];
    add(shape, common);
}

/// Adds what a template says of a resource beside its properties. A property of the same name goes
/// first.
pub(in crate::catalog) fn add_attributes(shape: &mut Shape) {
    let policy = |name: &str, doc: &str, values: &[&'static str]| {
        let mut field = Field::new(name, Type::String, doc);
        field.values = values.iter().copied().map(SmolStr::new_static).collect();
        field
    };
    let depends_on = Type::List(Box::new(Type::String));
    add(
        shape,
        [
            policy(
                "DeletionPolicy",
                "In a template: what becomes of the resource when it is taken out, or its stack deleted.",
                &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"],
            ),
            Field::new(
                "DependsOn",
                depends_on,
                "In a template: the resources that are made before this one.",
            ),
            Field::new("Metadata", Type::Dynamic, "In a template: what is noted about the resource."),
            policy(
                "UpdateReplacePolicy",
                "In a template: what becomes of the old resource when an update replaces it.",
                &["Delete", "Retain", "Snapshot"],
            ),
        ],
    );
}

fn add(shape: &mut Shape, common: impl IntoIterator<Item = Field>) {
    for mut field in common {
        field.common = true;
        if let Err(place) = shape.fields.binary_search_by(|f| f.name.cmp(&field.name)) {
            shape.fields.insert(place, field);
        }
    }
}
