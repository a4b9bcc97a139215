//! The packs that ship with eyas check without a word.

use std::path::Path;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::diagnostics::plain;
use crate::source::{SourceFile, SourceKind, Sources};
use crate::types::{CheckOptions, load};

fn add_folder(sources: &mut Sources, root: &Path, folder: &Path) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            add_folder(sources, root, &path);
        } else if path.extension().is_some_and(|e| e == "eyas") {
            let relative = path.strip_prefix(root).expect("below the root");
            let package = relative.parent().expect("a parent").to_string_lossy().replace('/', ".");
            sources.add(SourceFile {
                name: relative.to_string_lossy().into_owned(),
                text: Arc::from(std::fs::read_to_string(&path).expect("a rule file")),
                kind: SourceKind::Eyas,
                default_package: package,
                builtin: true,
            });
        }
    }
}

pub(super) fn policies() -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let mut sources = Sources::default();
    add_folder(&mut sources, &root, &root);
    sources
}

#[test]
fn the_packs_check_without_a_word() {
    let sources = policies();
    let checked = load(&sources, Catalog::builtin(), &CheckOptions::default());
    let text = plain(&checked.diagnostics, &sources);
    assert!(checked.diagnostics.is_empty(), "{text}");
    assert!(checked.left_out.is_empty());
}
