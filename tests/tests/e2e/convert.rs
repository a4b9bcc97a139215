//! `eyas convert`

use eyas_tests::{Place, corpus};

use crate::data::log;

const FALCO: &str = r#"- list: makers
  items: [CreateUser, CreateRole]

- macro: went_through
  condition: not ct.error exists

# Somebody new.
- rule: User Or Role Made
  desc: A user or a role was made.
  condition: ct.name in (makers) and went_through
  output: made (by=%ct.user in=%ct.region)
  priority: WARNING
  source: aws_cloudtrail
  tags: [iam]
"#;

#[test]
fn a_falco_file_becomes_eyas() {
    let place = Place::new();
    place.file("falco.yaml", FALCO).file("log.jsonl", log());
    insta::assert_snapshot!(place.eyas("convert falco.yaml").shown());
    assert_eq!(place.eyas_with("convert -", FALCO).stdout(), place.eyas("convert falco.yaml").stdout());
    assert_eq!(place.eyas("convert falco.yaml -o own.eyas").code(), 0);
    let prints = |rules: &str| -> Vec<String> {
        let found = place.eyas(&format!("hunt log.jsonl --rules {rules} -f jsonl")).json_lines();
        found.iter().map(|f| format!("{} {}", f["rule"]["id"], f["message"])).collect()
    };
    assert_eq!(prints("own.eyas"), prints("falco.yaml"));
    assert_eq!(prints("own.eyas"), [r#""falco.user_or_role_made" "made (by=alice in=us-east-1)""#]);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_converted() {
    let place = Place::new();
    place.file("falco.yaml", format!("{FALCO}\n- rule: Broken\n  desc: x\n  condition: ct.name = (\n  output: x\n  priority: WARNING\n  source: aws_cloudtrail\n"));
    let ran = place.eyas("convert falco.yaml");
    assert_eq!(ran.code(), 3);
    assert!(ran.stdout().contains("rule user_or_role_made"), "{}", ran.stdout());
    assert!(ran.stderr().contains("falco.yaml:"), "{}", ran.stderr());
}

#[test]
fn falcos_own_file_converts_and_the_result_checks() {
    let Some(corpus) = corpus() else { return };
    let place = Place::new();
    let file = corpus.join("falco/aws_cloudtrail_rules.yaml");
    assert_eq!(place.eyas(&format!("convert {} -o own.eyas", file.display())).code(), 0);
    let checked = place.eyas("check own.eyas");
    assert_eq!(checked.code(), 0, "{}", checked.stdout());
}
