//! Templates in `tests/cases`, each with a snapshot of the records that come of it.

mod common;

use common::told;
use eyas_template::inputs::Inputs;
use eyas_template::nested::NothingNearby;

#[test]
fn records_are_what_deployment_would_see() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a template");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        insta::assert_snapshot!(name, told(&text, &Inputs::default(), &NothingNearby));
    }
}
