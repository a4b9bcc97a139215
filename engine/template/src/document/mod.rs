//! YAML and JSON text as one tree with places.
//!
//! Short intrinsics (`!Ref x`) become the long form (`{"Ref": x}`) while the tree is built, so
//! that nothing after this has to know two spellings; [`Node::style`] remembers how the author
//! wrote it.

mod decode;
mod explain;
mod json;
mod node;
mod quoted;
mod yaml;

pub use decode::decode;
pub use node::{Comment, Document, Entry, LineIndex, Node, NodeKind, Problem, ProblemKind, Span, Style};

/// Text larger than this is refused: CloudFormation itself takes at most 1 MB.
pub const MAX_BYTES: usize = 2 << 20;
/// Trees with more nodes than this are refused (aliases count as what they stand for).
pub const MAX_NODES: usize = 500_000;
/// Nesting deeper than this is refused.
pub const MAX_DEPTH: usize = 200;

/// Reads `text`. JSON is told by its first character; what JSON rejects is read as YAML, of which
/// JSON is nearly a subset.
///
/// # Errors
/// The place and reason where the text is neither.
pub fn parse(text: &str) -> Result<Document, Problem> {
    if text.len() > MAX_BYTES {
        return Err(too_large(text.len()));
    }
    if let Some(at) = control_character(text.as_bytes()) {
        let code = text.as_bytes().get(at).copied().unwrap_or_default();
        let message = format!("the control character U+{code:04X} cannot be in a template");
        return Err(Problem::new(Span::new(at, at + 1), ProblemKind::Encoding, message));
    }
    if text.trim_start().starts_with(['{', '[']) {
        return match json::parse(text) {
            Ok(document) => Ok(document),
            // Flow-style YAML also starts with a brace. If it is not that either, the JSON
            // parser's message is the helpful one.
            Err(problem) => match yaml::parse(text) {
                Ok(document) if !broken_json(&document) => Ok(document),
                _ => Err(problem),
            },
        };
    }
    yaml::parse(text)
}

fn control_character(bytes: &[u8]) -> Option<usize> {
    let is_one = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Without a way out of the inner loop the compiler looks at many bytes at a time.
    let mut chunks = bytes.chunks(256).enumerate();
    let (number, chunk) =
        chunks.find(|(_, chunk)| chunk.iter().fold(false, |found, byte| found | is_one(byte)))?;
    Some(number * 256 + chunk.iter().position(is_one)?)
}

/// Whether YAML only made sense of broken JSON by taking quotes for text.
fn broken_json(document: &Document) -> bool {
    document.root.entries().iter().any(|entry| entry.key.contains('"'))
}

fn too_large(bytes: usize) -> Problem {
    let message = format!("the file has {bytes} bytes; more than {MAX_BYTES} are not read");
    Problem::new(Span::at(0), ProblemKind::TooLarge, message)
}
