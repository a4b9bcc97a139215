//! YAML and JSON text as one tree with places.
//!
//! Short intrinsics (`!Ref x`) become the long form (`{"Ref": x}`) while the tree is built, so
//! that nothing after this has to know two spellings; [`Node::style`] remembers how the author
//! wrote it.

mod decode;
mod json;
mod node;
mod yaml;

pub use decode::decode;
pub use node::{Comment, Document, Entry, LineIndex, Node, NodeKind, Problem, ProblemKind, Span, Style};

/// Text larger than this is refused: CloudFormation itself takes at most 1 MB.
pub const MAX_BYTES: usize = 8 << 20;
/// Trees with more nodes than this are refused (aliases count as what they stand for).
pub const MAX_NODES: usize = 2_000_000;
/// Nesting deeper than this is refused.
pub const MAX_DEPTH: usize = 200;

/// Reads `text`. JSON is told by its first character; what JSON rejects is read as YAML, of which
/// JSON is nearly a subset.
///
/// # Errors
/// The place and reason where the text is neither.
pub fn parse(text: &str) -> Result<Document, Problem> {
    if text.len() > MAX_BYTES {
        return Err(Problem::new(
            Span::at(0),
            ProblemKind::TooLarge,
            format!("the text has {} bytes; more than {MAX_BYTES} are not read", text.len()),
        ));
    }
    if text.trim_start().starts_with(['{', '[']) {
        match json::parse(text) {
            Ok(document) => return Ok(document),
            // Flow-style YAML also starts with a brace. If it is not that either, the JSON
            // parser's message is the helpful one.
            Err(problem) => {
                return yaml::parse(text).map_err(|_| problem);
            }
        }
    }
    yaml::parse(text)
}
