//! `eyas.toml` and `eyas config`

use eyas_tests::Place;

use crate::data::{RULES, log};

#[test]
fn what_is_in_force_and_where_it_came_from() {
    let place = Place::new();
    place.file(
        "eyas.toml",
        "[rules]\npaths = [\"rules\"]\npacks = []\n\n[params]\n\"own.limit\" = 3\n\n[output]\nfail_on = \"high\"\n",
    );
    place.file("rules/own.eyas", RULES).file("below/x", "");
    let shown = place.eyas("config show --fail-on low --set own.names=a,b");
    insta::assert_snapshot!(shown.shown());
    let below = place
        .command(&["config", "show"])
        .current_dir(place.path().join("below"))
        .output()
        .expect("eyas runs");
    assert!(String::from_utf8_lossy(&below.stdout).contains("eyas.toml:9"));
}

#[test]
fn mistakes_are_located_all_at_once() {
    let place = Place::new();
    place.file(
        "eyas.toml",
        "[rules]\npakcs = [\"aws\"]\npaths = 3\n\n[ouput]\nx = 1\n\n[output]\nfail_on = \"hgih\"\nformat = [\"sarf\"]\n",
    );
    insta::assert_snapshot!(place.eyas("check").shown());
    place.file("eyas.toml", "[rules\n");
    insta::assert_snapshot!(place.eyas("check").shown());
}

#[test]
fn configured_rules_run_beside_flags_that_win() {
    let place = Place::new();
    place.file(
        "eyas.toml",
        "[rules]\npaths = [\"rules\"]\npacks = []\n[output]\nfail_on = \"critical\"\nformat = [\"jsonl\"]\n",
    );
    place.file("rules/own.eyas", RULES).file("log.jsonl", log());
    let ran = place.eyas("hunt log.jsonl");
    assert_eq!((ran.code(), ran.json_lines().len()), (0, 2));
    assert_eq!(place.eyas("hunt log.jsonl --fail-on high").code(), 1);
    assert_eq!(place.eyas("hunt log.jsonl --no-config --fail-on high --rules rules").code(), 1);
    assert_eq!(place.eyas("hunt log.jsonl --config nowhere.toml").code(), 2);
}

#[test]
fn parameters_come_from_the_file_or_a_flag() {
    let place = Place::new();
    let rule = "param names: list<string> = []\n\nrule named on cloudtrail {\n  severity: high\n  when: ct.name in (names)\n  message: \"{ct.name}\"\n}\n";
    place.file("own.eyas", rule).file("log.jsonl", log());
    let hits = |line: &str| place.eyas(line).json_lines().len();
    assert_eq!(hits("hunt log.jsonl --rules own.eyas -f jsonl"), 0);
    assert_eq!(hits("hunt log.jsonl --rules own.eyas -f jsonl --set names=CreateUser,DescribeInstances"), 3);
    place.file("eyas.toml", "[params]\n\"own.names\" = [\"CreateUser\"]\n");
    assert_eq!(hits("hunt log.jsonl --rules own.eyas -f jsonl"), 2);
    let wrong = place.eyas("hunt log.jsonl --rules own.eyas --set nmaes=x");
    assert_eq!(wrong.code(), 2);
    insta::assert_snapshot!(wrong.stderr());
}
