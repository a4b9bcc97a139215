//! The eyas policy language: rule text becomes resolved, type-checked rules.
//!
//! A rule's life is the list of modules: [`syntax`] (grammar, tree, recovery) →
//! [`resolve`] (names, packages) → [`types`] (types, checker) → [`checked`] (the result,
//! which the engine lowers into a plan). Beside them stand [`falco`] (a second surface
//! syntax for the same tree), [`fmt`](mod@fmt), [`functions`] (one file each),
//! [`catalog`] (record types and fields as data) and [`diagnostics`].
//!
//! The crate does no I/O: callers hand in text and get plain data back.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

// What pest derives without its `std`, which would ask for the stack's end at every step: depth
// is bounded before parsing.
extern crate alloc;

pub mod catalog;
pub mod checked;
pub mod diagnostics;
pub mod expressions;
pub mod falco;
pub mod fmt;
pub mod functions;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod types;
pub mod value;
