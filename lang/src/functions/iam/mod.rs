//! Functions on IAM policy documents, by the rules of policy evaluation.
//!
//! A document may be JSON text (URL-encoded too, as IAM hands it out), a JSON object, a tree of a
//! template with parts that are not known, or a list of documents, whose statements then count
//! together. What conditions or unknown parts decide is unknown, never guessed.

mod condition;
mod decide;
mod document;
mod exposure;
mod paths;
mod pattern;
mod truth;

pub(super) mod allows;
pub(super) mod escalations;
pub(super) mod is_admin;
pub(super) mod public;
pub(super) mod unknown_actions;
pub(super) mod wide;

#[cfg(test)]
mod tests;
