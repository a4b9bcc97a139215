//! The built binary, as users see it.

mod check;
mod config;
mod convert;
mod data;
mod demo;
mod explain;
mod fix;
mod fmt;
mod hunt;
mod integrations;
mod lint;
mod outputs;
mod pack;
mod report;
mod rules;
mod testing;
mod usage;
