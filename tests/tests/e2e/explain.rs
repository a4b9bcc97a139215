//! `eyas explain`

use eyas_tests::Place;

use crate::data::{RULES, log};

#[test]
fn every_code_that_check_prints_is_explained() {
    let place = Place::new();
    place.file("a.eyas", "rule x on cloudtrail {\n  when: ct.nmae = A\n}\n");
    let diagnostics = place.eyas("check a.eyas -f json").json();
    for diagnostic in diagnostics["diagnostics"].as_array().expect("diagnostics") {
        let code = diagnostic["code"].as_str().expect("a code");
        let page = place.eyas(&format!("explain {code}"));
        assert_eq!(page.code(), 0, "{code}");
        assert!(page.stdout().starts_with(&format!("# {code}")), "{}", page.stdout());
    }
}

#[test]
fn a_finding_is_explained_by_its_values_and_its_rule() {
    let place = Place::new();
    place.file("own.eyas", RULES).file("log.jsonl", log());
    assert_eq!(place.eyas("hunt log.jsonl --rules own.eyas -f jsonl=found.jsonl -q").code(), 1);
    let found: serde_json::Value =
        serde_json::from_str(place.read("found.jsonl").lines().next().expect("a finding")).expect("JSON");
    let start = &found["fingerprint"].as_str().expect("a fingerprint")[..8];
    insta::assert_snapshot!(place.eyas(&format!("explain {start} found.jsonl --rules own.eyas")).shown());
    std::fs::remove_file(place.path().join("log.jsonl")).expect("the file can go");
    let piped = place.eyas_with("explain - --rules own.eyas", place.read("found.jsonl"));
    assert_eq!(piped.stdout().matches("it came out so because of").count(), 2);
}

#[test]
fn what_is_nothing_gets_the_nearest() {
    let place = Place::new();
    insta::assert_snapshot!(place.eyas("explain unkown-field").shown());
    insta::assert_snapshot!(place.eyas("explain 5f1d6f9ce0").shown());
    place.file("found.jsonl", "{}\nnothing\n");
    insta::assert_snapshot!(place.eyas("explain abc found.jsonl").shown());
}
