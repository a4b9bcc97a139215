//! Every output format of a run.

use eyas_tests::Place;

use crate::data::{RULES, log};

fn place() -> Place {
    let place = Place::new();
    place.file("own.eyas", RULES).file("log.jsonl", log());
    place
}

#[test]
fn markdown() {
    insta::assert_snapshot!(place().eyas("hunt log.jsonl --rules own.eyas -f markdown").shown());
}

#[test]
fn csv() {
    insta::assert_snapshot!(place().eyas("hunt log.jsonl --rules own.eyas -f csv").stdout());
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(place().eyas("hunt log.jsonl --rules own.eyas -f jsonl").stdout());
}

#[test]
fn json() {
    insta::assert_snapshot!(place().eyas("hunt log.jsonl --rules own.eyas -f json").stdout());
}

#[test]
fn sarif() {
    let sarif = place().eyas("hunt log.jsonl --rules own.eyas -f sarif").json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&sarif).expect("a value prints"));
}

#[test]
fn several_formats_at_once() {
    let place = place();
    let ran = place.eyas("hunt log.jsonl --rules own.eyas -f jsonl -f sarif=out.sarif -f markdown=out.md");
    assert_eq!(ran.json_lines().len(), 2);
    let sarif: serde_json::Value = serde_json::from_str(&place.read("out.sarif")).expect("SARIF is JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(2));
    assert!(place.read("out.md").starts_with("# eyas findings"));
    let mixed = place.eyas("hunt log.jsonl --rules own.eyas -f jsonl -f sarif");
    assert_eq!(mixed.code(), 2, "{}", mixed.stderr());
}

#[test]
fn colour_only_where_it_is_asked_for() {
    let place = place();
    assert!(!place.eyas("hunt log.jsonl --rules own.eyas").stdout().contains('\u{1b}'));
    assert!(place.eyas("hunt log.jsonl --rules own.eyas --color always").stdout().contains('\u{1b}'));
    let forced = |name: &str| {
        let mut command = place.command(&["hunt", "log.jsonl", "--rules", "own.eyas"]);
        let output = command.env(name, "1").output().expect("eyas runs");
        output.stdout.contains(&0x1b)
    };
    assert!(forced("CLICOLOR_FORCE"));
    assert!(!forced("NO_COLOR"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_with_a_message() {
    let place = place();
    let ran = place.eyas("hunt log.jsonl --rules own.eyas -f jsonl=/dev/full");
    assert_eq!(ran.code(), 4);
    assert!(ran.stderr().contains("cannot write the output: no space left on device"), "{}", ran.stderr());
}
