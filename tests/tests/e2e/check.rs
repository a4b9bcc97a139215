//! `eyas check`

use eyas_tests::Place;

use crate::data::RULES;

const BROKEN: &str = r#"rule one on cloudtrail {
  severity: high
  when:     ct.nmae = CreateUser
  message:  "{ct.user}"
}

rule two on cloudtrail {
  severity: hihg
  when:     ct.name = CreateUser and
  message:  "x"
}

rule three on cloudtrail {
  severity: low
  when:     ct.name != CreateUser and not ct.error != AccessDenied
  message:  "x"
}
"#;

#[test]
fn clean_rules_are_counted() {
    let place = Place::new();
    place.file("rules/own.eyas", RULES);
    insta::assert_snapshot!(place.eyas("check rules").shown());
}

#[test]
fn every_error_of_every_file_is_located() {
    let place = Place::new();
    place
        .file("rules/a.eyas", BROKEN)
        .file("rules/b.eyas", "rule x on cloudtral {\n  when: ct.name = A\n}\n");
    insta::assert_snapshot!(place.eyas("check rules").shown());
}

#[test]
fn machines_get_the_same_as_json() {
    let place = Place::new();
    place.file("a.eyas", BROKEN);
    let ran = place.eyas("check a.eyas -f json");
    assert_eq!(ran.code(), 3);
    let json = ran.json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json["diagnostics"][0]).expect("a value prints"));
    assert_eq!(json["summary"]["files"], 1);
    assert_eq!(json["summary"]["rules"], 3);
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let place = Place::new();
    let rule = "rule x on cloudtrail {\n  severity: low\n  when:     ct.error != AccessDenied\n  message:  \"x\"\n}\n";
    place.file("a.eyas", rule);
    assert_eq!(place.eyas("check a.eyas").code(), 0);
    let denied = place.eyas("check a.eyas --deny-warnings");
    assert_eq!(denied.code(), 3);
    assert!(denied.stdout().contains("warning[not-equal-absent]"), "{}", denied.stdout());
}

#[test]
fn escape_sequences_of_a_rule_file_do_not_reach_the_terminal() {
    let place = Place::new();
    place.file("a.eyas", "rule \u{1b}[31mx on cloudtrail {}\n");
    let ran = place.eyas("check a.eyas");
    assert_eq!(ran.code(), 3);
    assert!(!ran.stdout().contains('\u{1b}'), "{}", ran.stdout());
}

#[test]
fn a_file_that_is_no_text_is_named_and_the_rest_is_checked() {
    let place = Place::new();
    place.file("rules/a.eyas", b"rule \xff").file("rules/b.eyas", RULES);
    insta::assert_snapshot!(place.eyas("check rules").shown());
}

#[test]
fn falco_rules_are_checked_and_other_yaml_in_a_folder_is_left_out() {
    let place = Place::new();
    place.file(
        "rules/falco.yaml",
        "- rule: A User\n  desc: A user was made.\n  condition: ct.name=\"CreateUser\"\n  output: by %ct.user\n  priority: WARNING\n  source: aws_cloudtrail\n",
    );
    place.file("rules/template.yaml", "Resources: {}\n");
    insta::assert_snapshot!(place.eyas("check rules").shown());
}

#[test]
fn a_path_that_is_not_there_is_a_usage_error() {
    insta::assert_snapshot!(Place::new().eyas("check nowhere").shown());
}

#[test]
fn a_very_long_line_is_not_printed() {
    let place = Place::new();
    let long = format!("rule x on cloudtrail {{ when: ct.nmae = {} message: \"x\" }}\n", "a".repeat(100_000));
    place.file("a.eyas", long);
    let ran = place.eyas("check a.eyas");
    assert_eq!(ran.code(), 3);
    assert!(ran.stdout().len() < 5_000, "{} bytes", ran.stdout().len());
    assert!(ran.stdout().contains("a.eyas:1:"), "{}", ran.stdout());
}

#[cfg(unix)]
#[test]
fn a_folder_that_links_back_to_itself_is_named() {
    let place = Place::new();
    place.file("rules/deep/own.eyas", RULES);
    std::os::unix::fs::symlink("..", place.path().join("rules/deep/up")).expect("links can be made");
    let ran = place.eyas("check rules");
    assert_eq!(ran.code(), 3);
    assert!(
        ran.stderr().contains("cannot read `rules/deep/up`: it links back to `rules`"),
        "{}",
        ran.stderr()
    );
    assert!(
        ran.stdout().starts_with("checked 2 rules in 1 file: no problems; not every file"),
        "{}",
        ran.stdout()
    );
}

#[test]
fn thousands_of_errors_are_counted_and_the_first_shown() {
    let place = Place::new();
    let rule = |n| {
        format!(
            "rule r{n} on cloudtrail {{\n  severity: low\n  when:     ct.nmae = A\n  message:  \"x\"\n}}\n"
        )
    };
    place.file("a.eyas", (0..2_000).map(rule).collect::<String>());
    let ran = place.eyas("check a.eyas");
    assert_eq!(ran.stdout().matches("error[unknown-field]").count(), 500);
    assert!(ran.stdout().contains("… and 1500 more"), "{}", ran.stdout());
    assert!(ran.stdout().ends_with("checked 2000 rules in 1 file: 2000 errors\n"));
    assert_eq!(place.eyas("check a.eyas -f json").json()["summary"]["errors"], 2_000);
}
