//! `eyas report`, and keeping known findings quiet.

use eyas_tests::Place;

use crate::data::{RULES, event, log};

const TEMPLATE: &str = "\
Resources:
  Disk:
    Type: AWS::EC2::Volume
    Properties:
      Encrypted: false # for now
      Size: 10
";

const RULE: &str = "\
## A volume is not encrypted.
rule clear on AWS::EC2::Volume {
  severity: high
  when:     not Encrypted = true
  message:  \"{id} is not encrypted\"
  maps:     [cis_aws_7_0/5.1.1]
}
";

/// A template and findings about it.
fn linted() -> Place {
    let place = Place::new();
    place.file("own.eyas", RULE).file("cfn/disk.yaml", TEMPLATE);
    let ran = place.eyas("lint cfn --rules own.eyas -f json=saved.json -f jsonl=saved.jsonl");
    assert_eq!(ran.code(), 1, "{}", ran.stderr());
    place
}

/// Events, findings about which are known or not.
fn hunted() -> Place {
    let place = Place::new();
    place.file("own.eyas", RULES).file("log.jsonl", log());
    place
}

#[test]
fn saved_findings_become_another_format() {
    let place = linted();
    insta::assert_snapshot!(place.eyas("report saved.json --sources .").shown());
    insta::assert_snapshot!(place.eyas("report saved.jsonl -f junit").stdout());
    let html = place.eyas("report saved.json -f html --sources .");
    assert!(html.stdout().contains("Encrypted: <mark>false</mark> # for now"), "{}", html.stdout());
    assert!(html.stdout().contains("CIS AWS 7.0"), "{}", html.stdout());
}

#[test]
fn findings_come_from_standard_input_and_several_files() {
    let place = linted();
    let both = place.eyas_with("report - saved.json -f jsonl", place.read("saved.jsonl"));
    assert_eq!((both.code(), both.json_lines().len()), (1, 2));
    assert_eq!(place.eyas("report saved.json --fail-on critical -f csv").code(), 0);
    let before = place.read("saved.json");
    let over = place.eyas("report saved.json -f json=./saved.json");
    assert_eq!((over.code(), place.read("saved.json")), (2, before), "{}", over.stderr());
}

#[test]
fn what_is_no_finding_is_located_and_the_rest_is_reported() {
    let place = linted();
    let good = place.read("saved.jsonl");
    place.file("mixed.jsonl", format!("{good}{{\"schema\": 1}}\nno json\n{good}"));
    insta::assert_snapshot!(place.eyas("report mixed.jsonl -f github").shown());
    assert_eq!(place.eyas("report mixed.jsonl --strict-unknown").code(), 4);
    place.file("none.jsonl", "no json\n");
    assert_eq!(place.eyas("report none.jsonl").code(), 4);
    assert_eq!(place.eyas("report nowhere.json").code(), 4);
    assert_eq!(place.eyas("report").code(), 2);
}

#[test]
fn no_file_outside_of_the_folder_is_shown() {
    let place = linted();
    place.file("secret.yaml", "one\ntwo\nthree\nfour\nthe secret\n");
    let elsewhere = place.read("saved.jsonl").replace("cfn/disk.yaml", "../secret.yaml");
    place.file("elsewhere.jsonl", elsewhere);
    let shown = place.eyas("report elsewhere.jsonl --sources cfn");
    assert!(shown.stdout().contains("../secret.yaml:5"), "{}", shown.stdout());
    assert!(!shown.stdout().contains("the secret"), "{}", shown.stdout());
}

#[test]
fn a_baseline_knows_findings_whose_line_moved() {
    let place = linted();
    place.file("cfn/disk.yaml", format!("# moved\n\n{TEMPLATE}"));
    let ran = place.eyas("lint cfn --rules own.eyas --baseline saved.json");
    assert_eq!(ran.code(), 0, "{}", ran.stdout());
    assert!(ran.stdout().contains("since the baseline: 0 new, 1 unchanged, 0 fixed"), "{}", ran.stdout());
}

#[test]
fn what_eyas_toml_ignores_is_counted_and_listed_on_request() {
    let place = hunted();
    place.file(
        "eyas.toml",
        "[[ignore]]\nrule = \"own.user_*\"\naccount = \"111122223333\"\nreason = \"the pipeline makes users\"\nuntil = 2999-12-31\n\n[[ignore]]\nrule = \"own.listed\"\npath = \"elsewhere/**\"\nreason = \"moved\"\n\n[[ignore]]\nrule = \"own.listed\"\nreason = \"over\"\nuntil = \"2020-01-31\"\n",
    );
    let ran = place.eyas("hunt log.jsonl --rules own.eyas");
    insta::assert_snapshot!(ran.shown());
    let all = place.eyas("hunt log.jsonl --rules own.eyas -f jsonl --show-ignored").json_lines();
    assert_eq!(all[0]["ignored"]["reason"], "the pipeline makes users");
    let sarif = place.eyas("hunt log.jsonl --rules own.eyas -f sarif").json();
    assert_eq!(sarif["runs"][0]["results"][0]["suppressions"][0]["kind"], "external");
    assert_eq!(place.eyas("hunt log.jsonl --rules own.eyas --no-config").code(), 1);
    insta::assert_snapshot!(place.eyas("config show").stdout());
    place.file("eyas.toml", "[[ignore]]\nrule = \"own.user_mad\"\nreason = \"x\"\n");
    let mistyped = place.eyas("hunt log.jsonl --rules own.eyas").stderr();
    let told = "eyas.toml:1: there is no rule `own.user_mad` to ignore, did you mean `own.user_made`?";
    assert!(mistyped.contains(told), "{mistyped}");
}

#[test]
fn mistakes_in_ignores_are_located() {
    let place = hunted();
    place.file(
        "eyas.toml",
        "[[ignore]]\nrule = \"a.b\"\n\n[[ignore]]\nreason = \"x\"\n\n[[ignore]]\nrlue = \"a.b\"\nreason = \"\"\nuntil = \"soon\"\n\n[[ignore]]\nrule = 3\nreason = \"x\"\n",
    );
    insta::assert_snapshot!(place.eyas("hunt log.jsonl --rules own.eyas").shown());
    place.file("eyas.toml", "ignore = \"a.b\"\n");
    assert_eq!(place.eyas("hunt log.jsonl --rules own.eyas").code(), 2);
}

#[test]
fn only_what_is_new_since_the_baseline_counts() {
    let place = hunted();
    let missing = place.eyas("hunt log.jsonl --rules own.eyas --baseline known.jsonl");
    assert_eq!(missing.code(), 2);
    assert!(missing.stderr().contains("`--write-baseline known.jsonl`"), "{}", missing.stderr());
    let made = place.eyas("hunt log.jsonl --rules own.eyas --write-baseline known.jsonl -f jsonl");
    assert_eq!((made.code(), place.read("known.jsonl")), (1, made.stdout()));
    let same = place.eyas("hunt log.jsonl --rules own.eyas --baseline known.jsonl -f jsonl=known.jsonl");
    assert_eq!(same.code(), 0, "the baseline is read before it is written over");
    let fewer: String = log().lines().take(2).map(|line| format!("{line}\n")).collect();
    place.file("log.jsonl", fewer + &event(9, "CreateUser", "iam", ""));
    let changed = place.eyas("hunt log.jsonl --rules own.eyas --baseline known.jsonl");
    insta::assert_snapshot!(changed.shown());
    place.file("eyas.toml", "[output]\nbaseline = \"known.jsonl\"\nshow_ignored = true\n");
    let all = place.eyas("hunt log.jsonl --rules own.eyas -f jsonl").json_lines();
    let states: Vec<_> = all.iter().map(|f| f["baseline"].as_str().unwrap_or_default()).collect();
    assert_eq!(states, ["unchanged", "new"]);
    place.file("known.jsonl", "no json\n");
    assert_eq!(place.eyas("hunt log.jsonl --rules own.eyas --baseline known.jsonl").code(), 2);
}
