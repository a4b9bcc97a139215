//! CloudFormation text → places → resolved resources → resource records.

pub mod document;
