//! `eyas test`

use eyas_tests::Place;

use crate::data::RULES;

#[test]
fn passing_tests_are_counted() {
    let place = Place::new();
    place.file("r/own.eyas", RULES);
    insta::assert_snapshot!(place.eyas("test r").shown());
}

#[test]
fn a_failure_says_what_each_comparison_came_to() {
    let place = Place::new();
    place.file("own.eyas", RULES.replace("silent \"refused\"", "fires \"refused\""));
    insta::assert_snapshot!(place.eyas("test own.eyas").shown());
}

#[test]
fn coverage_lists_what_no_test_did() {
    let place = Place::new();
    place.file(
        "own.eyas",
        RULES.replace("  silent \"refused\"    call with { errorCode: AccessDenied }\n", ""),
    );
    insta::assert_snapshot!(place.eyas("test own.eyas --coverage").shown());
}

#[test]
fn a_filter_picks_by_rule_or_title() {
    let place = Place::new();
    place.file("own.eyas", RULES);
    assert!(place.eyas("test own.eyas --filter listed").stdout().starts_with("2 tests of 1 rule"));
    assert!(place.eyas("test own.eyas --filter refused").stdout().starts_with("1 test of 1 rule"));
}

#[test]
fn rules_that_do_not_compile_are_told_and_the_others_tested() {
    let place = Place::new();
    place.file(
        "own.eyas",
        format!("{RULES}\nrule broken on cloudtrail {{ when: ct.nmae = A message: \"x\" }}\n"),
    );
    let ran = place.eyas("test own.eyas");
    assert_eq!(ran.code(), 3);
    assert!(ran.stderr().contains("error[unknown-field]"), "{}", ran.stderr());
    assert!(ran.stdout().contains("5 tests of 2 rules: all passed"), "{}", ran.stdout());
}

#[test]
fn programs_get_json_or_junit() {
    let place = Place::new();
    place.file("own.eyas", RULES.replace("silent \"refused\"", "fires \"refused\""));
    let json = place.eyas("test own.eyas -f json");
    assert_eq!(json.code(), 1);
    assert_eq!(json.json()["summary"], serde_json::json!({ "tests": 5, "passed": 4, "failed": 1 }));
    insta::assert_snapshot!(place.eyas("test own.eyas -f junit").stdout());
}
