//! Making the table and the descriptions; what `cargo xtask catalog` calls.

use std::collections::HashMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use smol_str::SmolStr;

use super::bytes::{put_u32, put_var};
use super::{MAGIC, flag, kind};
use crate::catalog::{Field, RecordType, Shape};
use crate::types::Type;

/// Types are put into one block until its text is this long.
const BLOCK: usize = 96 << 10;

/// A type to be written.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The type, without the fields that every resource has.
    pub record: RecordType,
    /// The path to its tags; empty where it has none.
    pub tags: Vec<SmolStr>,
}

/// Writes types as table and descriptions. Types and the fields of each shape are sorted here.
///
/// # Errors
/// Says what the format cannot hold: a type of a field that no schema has, or too much of
/// anything.
pub fn write(mut entries: Vec<Entry>) -> Result<(Vec<u8>, Vec<u8>), String> {
    entries.sort_by(|a, b| a.record.name.cmp(&b.record.name));
    for entry in &mut entries {
        for shape in shapes_mut(&mut entry.record) {
            shape.fields.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }
    let strings = Strings::of(&entries);
    Ok((table(&entries, &strings)?, descriptions(&entries)?))
}

fn shapes(record: &RecordType) -> impl Iterator<Item = &Shape> {
    std::iter::once(&record.shape).chain(&record.definitions)
}

fn shapes_mut(record: &mut RecordType) -> impl Iterator<Item = &mut Shape> {
    std::iter::once(&mut record.shape).chain(&mut record.definitions)
}

/// A definition's name without its owner's.
fn short<'s>(owner: &str, shape: &'s Shape) -> &'s str {
    shape.name.strip_prefix(owner).and_then(|rest| rest.strip_prefix('.')).unwrap_or("")
}

/// Every string with its number; the most frequent ones come first.
struct Strings<'e> {
    sorted: Vec<&'e str>,
    numbers: HashMap<&'e str, u32>,
}

impl<'e> Strings<'e> {
    fn of(entries: &'e [Entry]) -> Self {
        let mut counts: HashMap<&'e str, u32> = HashMap::new();
        let mut count = |text: &'e str| *counts.entry(text).or_default() += 1;
        for entry in entries {
            count(&entry.record.name);
            entry.tags.iter().for_each(|step| count(step));
            for shape in shapes(&entry.record) {
                count(short(&entry.record.name, shape));
                for field in &shape.fields {
                    count(&field.name);
                    field.values.iter().for_each(|value| count(value));
                }
            }
        }
        let mut counted: Vec<(&str, u32)> = counts.into_iter().collect();
        counted.sort_by(|(a, uses_of_a), (b, uses_of_b)| uses_of_b.cmp(uses_of_a).then(a.cmp(b)));
        let sorted: Vec<&str> = counted.into_iter().map(|(text, _)| text).collect();
        let numbers = sorted.iter().zip(0u32..).map(|(text, number)| (*text, number)).collect();
        Self { sorted, numbers }
    }

    fn number(&self, text: &str) -> u32 {
        // Every string was counted by `of`.
        self.numbers.get(text).copied().unwrap_or(0)
    }
}

fn size(len: usize) -> Result<u32, String> {
    u32::try_from(len).map_err(|_| "the table is too large".to_owned())
}

fn table(entries: &[Entry], strings: &Strings<'_>) -> Result<Vec<u8>, String> {
    let text_len: usize = strings.sorted.iter().map(|s| s.len()).sum();
    let bodies_at = MAGIC.len() + 8 + (strings.sorted.len() + 1) * 4 + entries.len() * 8 + text_len;
    let mut bodies = Vec::new();
    let mut index = Vec::new();
    for entry in entries {
        put_u32(&mut index, strings.number(&entry.record.name));
        put_u32(&mut index, size(bodies_at + bodies.len())?);
        body(&mut bodies, entry, strings)?;
    }
    let mut out = MAGIC.to_vec();
    put_u32(&mut out, size(strings.sorted.len())?);
    put_u32(&mut out, size(entries.len())?);
    let mut start = 0;
    for text in &strings.sorted {
        put_u32(&mut out, size(start)?);
        start += text.len();
    }
    put_u32(&mut out, size(start)?);
    out.extend(index);
    strings.sorted.iter().for_each(|text| out.extend(text.as_bytes()));
    out.extend(bodies);
    Ok(out)
}

fn body(out: &mut Vec<u8>, entry: &Entry, strings: &Strings<'_>) -> Result<(), String> {
    put_var(out, size(entry.tags.len())?);
    entry.tags.iter().for_each(|step| put_var(out, strings.number(step)));
    let owner = &entry.record.name;
    let numbers: HashMap<&str, u32> =
        shapes(&entry.record).zip(0u32..).map(|(shape, number)| (shape.name.as_str(), number)).collect();
    put_var(out, size(numbers.len())?);
    for shape in shapes(&entry.record) {
        put_var(out, strings.number(short(owner, shape)));
        out.push(if shape.open { flag::OPEN } else { 0 });
        put_var(out, size(shape.fields.len())?);
        for f in &shape.fields {
            field(out, f, strings, &numbers)?;
        }
    }
    Ok(())
}

fn field(
    out: &mut Vec<u8>,
    field: &Field,
    strings: &Strings<'_>,
    shapes: &HashMap<&str, u32>,
) -> Result<(), String> {
    put_var(out, strings.number(&field.name));
    put_kind(out, &field.ty, shapes)?;
    let flags = [
        (field.required, flag::REQUIRED),
        (field.read_only, flag::READ_ONLY),
        (field.create_only, flag::CREATE_ONLY),
        (field.deprecated, flag::DEPRECATED),
        (!field.values.is_empty(), flag::VALUES),
        (field.readable, flag::READABLE),
        (field.free_map, flag::FREE_MAP),
    ];
    out.push(flags.iter().filter(|(on, _)| *on).map(|(_, bit)| bit).sum());
    if !field.values.is_empty() {
        put_var(out, size(field.values.len())?);
        field.values.iter().for_each(|value| put_var(out, strings.number(value)));
    }
    Ok(())
}

fn put_kind(out: &mut Vec<u8>, ty: &Type, shapes: &HashMap<&str, u32>) -> Result<(), String> {
    out.push(match ty {
        Type::String => kind::STRING,
        Type::Int => kind::INT,
        Type::Float => kind::FLOAT,
        Type::Bool => kind::BOOL,
        Type::Time => kind::TIME,
        Type::Cidr => kind::CIDR,
        Type::Dynamic => kind::DYNAMIC,
        Type::Record(_) => kind::RECORD,
        Type::List(_) => kind::LIST,
        Type::Ip | Type::Host | Type::Duration | Type::Size => {
            return Err(format!("no schema has the type {ty}"));
        }
    });
    match ty {
        Type::Record(name) => {
            let number = shapes.get(name.as_str()).ok_or_else(|| format!("no shape `{name}`"))?;
            put_var(out, *number);
            Ok(())
        }
        Type::List(item) => put_kind(out, item, shapes),
        _ => Ok(()),
    }
}

fn descriptions(entries: &[Entry]) -> Result<Vec<u8>, String> {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    let mut places = Vec::new();
    for entry in entries {
        if blocks.last().is_none_or(|block| block.len() >= BLOCK) {
            blocks.push(Vec::new());
        }
        put_u32(&mut places, size(blocks.len() - 1)?);
        if let Some(block) = blocks.last_mut() {
            put_u32(&mut places, size(block.len())?);
            for shape in shapes(&entry.record) {
                put_text(block, &shape.doc)?;
                shape.fields.iter().try_for_each(|field| put_text(block, &field.doc))?;
            }
        }
    }
    let mut compressed = Vec::new();
    let mut index = Vec::new();
    let data_at = 8 + blocks.len() * 12 + places.len();
    for block in &blocks {
        let start = compressed.len();
        let mut encoder = DeflateEncoder::new(&mut compressed, Compression::best());
        encoder.write_all(block).and_then(|()| encoder.finish().map(|_| ())).map_err(|e| e.to_string())?;
        put_u32(&mut index, size(data_at + start)?);
        put_u32(&mut index, size(compressed.len() - start)?);
        put_u32(&mut index, size(block.len())?);
    }
    let mut out = Vec::new();
    put_u32(&mut out, size(blocks.len())?);
    put_u32(&mut out, size(entries.len())?);
    out.extend(index);
    out.extend(places);
    out.extend(compressed);
    Ok(out)
}

fn put_text(out: &mut Vec<u8>, text: &str) -> Result<(), String> {
    put_var(out, size(text.len())?);
    out.extend(text.as_bytes());
    Ok(())
}
