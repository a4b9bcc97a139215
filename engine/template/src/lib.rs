//! CloudFormation text → places → resolved resources → resource records.

pub mod document;
pub mod inputs;
pub mod records;
mod resolve;
pub mod scenario;
pub mod template;
pub mod when;
