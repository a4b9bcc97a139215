//! Findings in every output format.
//!
//! A [`Report`] takes findings one by one and hands each to every open [`Sink`]: one per
//! requested output, one file per format in this crate. Nothing is kept but counts, so memory
//! stays flat however many findings there are. [`read`] is the way back: saved findings (JSON
//! or JSON Lines) as [`eyas_engine::finding::Finding`]s.
//!
//! What comes from a record is somebody else's text. Each format defends its reader: control
//! characters never reach a terminal, a CSV cell never starts a formula, Markdown shows text
//! and not markup.

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

pub mod baseline;
mod csv;
pub mod escape;
mod fact;
mod format;
mod github;
mod gitlab;
mod glob;
mod html;
pub mod ignore;
mod json;
mod jsonl;
mod junit;
mod markdown;
pub mod read;
mod redact;
mod sarif;
mod sink;
mod snippet;
pub mod source;
mod summary;
mod terminal;
mod wrap;

pub use baseline::Baseline;
pub use format::{Format, Output, ParseOutputError};
pub use ignore::{IgnoreEntry, Ignores};
pub use sink::{Report, RuleMeta, Run, Sink, Style, open};
pub use source::{SourceText, Sources, Texts};
pub use summary::{Broken, Counts, IdleIgnore, IdleWhy, Input, NotRun, Reason, Standing, Summary};
