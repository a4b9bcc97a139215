//! Real templates, where the corpus is at hand.

use std::path::PathBuf;

use eyas_template::document::{decode, parse};

/// Every file of a folder given in `EYAS_TEMPLATES` is read or its problem has a place.
#[test]
fn every_real_template_is_read_or_located() {
    let Some(root) = std::env::var_os("EYAS_TEMPLATES").map(PathBuf::from) else {
        eprintln!("skipped: EYAS_TEMPLATES names no folder");
        return;
    };
    let (mut read, mut failed) = (0, Vec::new());
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("a file");
            match decode(bytes).and_then(|text| parse(&text).map(|_| ())) {
                Ok(()) => read += 1,
                Err(problem) => failed.push((path, problem)),
            }
        }
    }
    for (path, problem) in &failed {
        eprintln!("{}: {} at {:?} ({:?})", path.display(), problem.message, problem.span, problem.help);
    }
    eprintln!("{read} read, {} not", failed.len());
    assert!(read > failed.len() * 20);
}
