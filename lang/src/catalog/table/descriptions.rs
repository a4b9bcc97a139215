//! The compressed descriptions.

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::bytes::Cursor;
use crate::catalog::{RecordType, Shape};

/// Longer blocks are malformed.
const MAX_BLOCK: u32 = 4 << 20;

/// The descriptions, opened in place.
#[derive(Debug, Clone, Copy)]
pub struct Descriptions<'b> {
    bytes: &'b [u8],
    blocks: usize,
    types: usize,
}

impl<'b> Descriptions<'b> {
    /// Opens descriptions; `None` where the bytes are none.
    pub fn open(bytes: &'b [u8]) -> Option<Self> {
        let mut head = Cursor::new(bytes, 0);
        let blocks = usize::try_from(head.u32()?).ok()?;
        let types = usize::try_from(head.u32()?).ok()?;
        Some(Self { bytes, blocks, types })
    }

    /// Fills in the descriptions of a type as it was decoded: its number in the table, and the
    /// type without the fields that every resource has.
    pub fn describe(&self, number: usize, record: &mut RecordType) -> Option<()> {
        let (text, at) = self.text_of(number)?;
        let mut text = Cursor::new(&text, at);
        describe_shape(&mut text, &mut record.shape)?;
        record.definitions.iter_mut().try_for_each(|shape| describe_shape(&mut text, shape))
    }

    /// The text of the block that describes a type, and where the type starts in it.
    fn text_of(&self, number: usize) -> Option<(Vec<u8>, usize)> {
        if number >= self.types {
            return None;
        }
        let mut row = Cursor::new(self.bytes, 8 + self.blocks * 12 + number * 8);
        let block = usize::try_from(row.u32()?).ok().filter(|b| *b < self.blocks)?;
        let at = usize::try_from(row.u32()?).ok()?;
        let mut row = Cursor::new(self.bytes, 8 + block * 12);
        let (start, len, text_len) = (row.u32()?, row.u32()?, row.u32()?.min(MAX_BLOCK));
        let start = usize::try_from(start).ok()?;
        let compressed = self.bytes.get(start..start.checked_add(usize::try_from(len).ok()?)?)?;
        let mut text = Vec::with_capacity(usize::try_from(text_len).ok()?);
        DeflateDecoder::new(compressed).take(u64::from(text_len)).read_to_end(&mut text).ok()?;
        Some((text, at))
    }
}

fn describe_shape(text: &mut Cursor<'_>, shape: &mut Shape) -> Option<()> {
    shape.doc = next(text)?;
    for field in &mut shape.fields {
        field.doc = next(text)?;
    }
    Some(())
}

fn next(text: &mut Cursor<'_>) -> Option<String> {
    let len = text.len()?;
    Some(std::str::from_utf8(text.take(len)?).ok()?.to_owned())
}
