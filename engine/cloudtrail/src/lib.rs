//! CloudTrail logs as records: bytes, from wherever they come, become events, and events meet
//! rules.
//!
//! In the order of the pipeline: `source` finds files, `decompress` and `stream` make text
//! of them, `split` (with `container` and `strict`) finds the records in it, `peek` sees which
//! of them no rule can fire on, `shape` and `columns` unwrap events from what they came in,
//! `event` is one event as the engine sees it, `reader` ties these together, `judge` lets
//! the rules at it, `hunt` drives it all over many files and threads, `order` puts what
//! comes out in order, and `summary` tells of what was read and what could not be.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::string_slice
    )
)]

mod columns;
mod container;
mod decompress;
mod event;
mod hunt;
mod judge;
mod order;
mod peek;
mod read;
mod reader;
mod shape;
mod source;
mod split;
mod stream;
mod strict;
mod summary;

pub use event::{EventRecord, PartOfFile, RECORD_TYPE};
pub use hunt::{Options, hunt};
pub use order::{Order, Progress};
pub use read::read;
pub use source::{Source, TimeRange};
pub use split::{MAX_DEPTH, MAX_RECORD};
pub use summary::{Foreign, Kept, MAX_KEPT, Problem, ProblemKind, Summary};
