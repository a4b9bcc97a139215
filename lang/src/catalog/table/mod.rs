//! The compact table of resource types.
//!
//! Nearly two thousand published types are too many to read at start, so they are kept as two
//! blobs that are part of the program and are looked into in place. Finding a type is a binary
//! search over names; only the type that is asked for is decoded.
//!
//! **Table** (little endian; `v` is a LEB128 number):
//!
//! ```text
//! "EYASCAT2"
//! u32 strings, u32 types
//! u32[strings + 1]        where each string starts in the string bytes, and where the last ends
//! (u32, u32)[types]       name (a string's number) and place of the body, sorted by name
//! string bytes            common strings have low numbers
//! bodies
//!
//! body:  v steps of the path to the tags, that many v strings; v shapes, then the shapes; the
//!        first is the type's own
//! shape: v name (0 for the type's own); u8 flags; v fields, then the fields, sorted by name
//! field: v name, kind, u8 flags; if it has values: v count, that many v strings
//! kind:  u8; then for a record v shape (its number in the body), for a list another kind
//! ```
//!
//! **Descriptions** are most of the text and are needed for hover and for the reference pages
//! only, so they are compressed, in blocks of a few types:
//!
//! ```text
//! u32 blocks, u32 types
//! (u32, u32, u32)[blocks] start and length of the compressed bytes, length of the text
//! (u32, u32)[types]       block, and place in its text; in the order of the table
//! compressed bytes
//!
//! text of a type: for each shape its description, then that of each field, in the order of the
//!                 body; each is v length and UTF-8
//! ```

mod bytes;
mod descriptions;
mod read;
mod write;

pub use descriptions::Descriptions;
pub use read::Table;
pub(in crate::catalog) use read::{add_attributes, add_common_fields};
pub use write::{Entry, write};

const MAGIC: &[u8; 8] = b"EYASCAT2";

/// Numbers of the kinds.
mod kind {
    pub(super) const STRING: u8 = 0;
    pub(super) const INT: u8 = 1;
    pub(super) const FLOAT: u8 = 2;
    pub(super) const BOOL: u8 = 3;
    pub(super) const TIME: u8 = 4;
    pub(super) const CIDR: u8 = 5;
    pub(super) const DYNAMIC: u8 = 6;
    pub(super) const RECORD: u8 = 7;
    pub(super) const LIST: u8 = 8;
}

/// Bits of a field's flags.
mod flag {
    pub(super) const REQUIRED: u8 = 1;
    pub(super) const READ_ONLY: u8 = 2;
    pub(super) const CREATE_ONLY: u8 = 4;
    pub(super) const DEPRECATED: u8 = 8;
    pub(super) const VALUES: u8 = 16;
    pub(super) const READABLE: u8 = 32;
    pub(super) const FREE_MAP: u8 = 64;

    /// Of a shape: it may have other members than its fields.
    pub(super) const OPEN: u8 = 1;
}

#[cfg(test)]
mod tests;
