//! CloudFormation text → places → resolved resources → resource records.

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

pub mod document;
mod evaluate;
mod expand;
pub mod fix;
pub mod inputs;
pub mod judge;
mod mentions;
pub mod nested;
pub mod note;
pub mod records;
mod resolve;
mod sam;
pub mod scenario;
pub mod schema;
pub mod suppress;
pub mod template;
pub mod when;
