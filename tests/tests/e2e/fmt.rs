//! `eyas fmt`

use eyas_tests::Place;

const UNTIDY: &str =
    "rule   a   on cloudtrail {\n severity:   high\n   when: ct.name=CreateUser\n message: \"x\"\n}\n";

#[test]
fn files_are_rewritten_and_named() {
    let place = Place::new();
    place.file("r/a.eyas", UNTIDY);
    insta::assert_snapshot!(place.eyas("fmt r").shown());
    let once = place.read("r/a.eyas");
    assert_ne!(once, UNTIDY);
    insta::assert_snapshot!(place.eyas("fmt r").shown());
    assert_eq!(place.read("r/a.eyas"), once);
}

#[test]
fn check_shows_the_difference_and_changes_nothing() {
    let place = Place::new();
    place.file("a.eyas", UNTIDY);
    insta::assert_snapshot!(place.eyas("fmt a.eyas --check").shown());
    assert_eq!(place.read("a.eyas"), UNTIDY);
}

#[test]
fn a_file_with_syntax_errors_is_left_alone() {
    let place = Place::new();
    place.file("r/a.eyas", "rule a on {\n").file("r/b.eyas", UNTIDY);
    let ran = place.eyas("fmt r");
    assert_eq!(ran.code(), 3);
    assert_eq!(place.read("r/a.eyas"), "rule a on {\n");
    assert_ne!(place.read("r/b.eyas"), UNTIDY);
    assert!(ran.stderr().contains("2 files: 1 changed, 1 left alone"), "{}", ran.stderr());
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let place = Place::new();
    place.file("a.eyas", UNTIDY);
    assert_eq!(place.eyas("fmt a.eyas").code(), 0);
    let ran = place.eyas_with("fmt -", UNTIDY);
    assert_eq!(ran.stdout(), place.read("a.eyas"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.file("real.eyas", UNTIDY);
    let real = place.path().join("real.eyas");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("permissions can be set");
    std::os::unix::fs::symlink("real.eyas", place.path().join("link.eyas")).expect("links can be made");
    assert_eq!(place.eyas("fmt link.eyas").code(), 0);
    assert_ne!(place.read("real.eyas"), UNTIDY);
    let link = std::fs::symlink_metadata(place.path().join("link.eyas")).expect("the link is there");
    assert!(link.is_symlink());
    assert_eq!(real.metadata().expect("the file is there").permissions().mode() & 0o777, 0o640);
}
