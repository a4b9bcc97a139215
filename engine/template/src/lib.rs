//! CloudFormation text → places → resolved resources → resource records.

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
