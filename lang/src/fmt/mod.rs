//! The one canonical layout of `.eyas` text.
//!
//! The printer walks the tree and writes what it means, so a tree that came from another
//! surface syntax prints as well. Where the tree was read from `.eyas` text, literals keep the
//! spelling that they have there, comments are put back, and single blank lines are kept where
//! they set things apart.
//!
//! Each construct is written on one line where it fits into [`WIDTH`] columns and holds no
//! comment, otherwise over several.

mod condition;
mod data;
mod decl;
mod flat;
mod keys;
mod page;

use crate::syntax::ast::File;
use crate::syntax::{outline, parse};

use page::Page;

/// How wide a line may be before it is broken.
pub const WIDTH: usize = 100;

/// The file in canonical layout, or `None` where it has errors: there is no layout for what
/// could not be read. `text` is what the tree was read from.
///
/// Formatting what it returns changes nothing more, and never changes what a file means.
pub fn format(file: &File, text: &str) -> Option<String> {
    if file.diagnostics.iter().any(|d| d.is_error()) {
        return None;
    }
    // Places in the tree are only of use where it was read from this very text as `.eyas`.
    let meaning = outline(file);
    if outline(&parse(file.file, text)) != meaning {
        return Some(lay_out(file, None));
    }
    let mut formatted = lay_out(file, Some(text));
    for _ in 0..PASSES {
        let read = parse(file.file, &formatted);
        if outline(&read) != meaning {
            debug_assert!(false, "formatting changed what this means:\n{text}\n→\n{formatted}");
            return Some(text.to_owned());
        }
        let again = if file.comments.is_empty() { break } else { lay_out(&read, Some(&formatted)) };
        if again == formatted {
            break;
        }
        formatted = again;
    }
    Some(formatted)
}

/// A comment where none can stay, such as inside a call, goes to the end of the line. What was
/// broken for its sake may then fit into one line, so the layout is made again until it stands
/// still.
const PASSES: usize = 4;

fn lay_out(file: &File, source: Option<&str>) -> String {
    let mut page = Page::new(source, &file.comments);
    page.file(file);
    page.finish()
}

#[cfg(test)]
mod tests;
