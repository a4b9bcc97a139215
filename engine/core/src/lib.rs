//! Checked rules become a plan; a plan judges records; every hit becomes a finding.
//!
//! [`record`] says what a record is, [`plan`] how rules are lowered (dispatch, shared atoms),
//! [`eval`] how they are judged in three-valued logic with evidence, [`finding`] what comes
//! out, [`testing`] runs rules' own tests and coverage on exactly that path. No I/O, no async,
//! and no knowledge of where records come from.

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

pub mod coerce;
pub mod eval;
pub mod extract;
pub mod finding;
pub mod json;
pub mod plan;
pub mod record;
pub mod testing;
pub mod tree;
pub mod walk;
pub mod world;

pub use eval::{Session, Truth};
pub use plan::{Plan, PlanOptions, RuleIx};
