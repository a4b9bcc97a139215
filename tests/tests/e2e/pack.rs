//! The built-in packs, through the binary.

use std::path::Path;

use eyas_tests::Place;

fn policies() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    folder.canonicalize().expect("the policies are there").display().to_string()
}

#[test]
fn the_built_in_rules_compile_without_a_warning() {
    let ran = Place::new().eyas(&format!("check {} --deny-warnings", policies()));
    assert_eq!(ran.code(), 0, "{}", ran.stdout());
}

#[test]
fn the_built_in_rules_pass_their_tests() {
    let ran = Place::new().eyas(&format!("test {}", policies()));
    assert_eq!(ran.code(), 0, "{}{}", ran.stdout(), ran.stderr());
}

#[test]
fn the_built_in_rules_are_formatted() {
    let ran = Place::new().eyas(&format!("fmt {} --check", policies()));
    assert_eq!(ran.code(), 0, "{}{}", ran.stdout(), ran.stderr());
}
