//! Tests of the whole of reading: messages, conformance with Falco, damage of every kind.

mod conformance;
mod errors;
