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

const GROUP: &str = r#"
Parameters:
  Env: { Type: String, Default: dev }
  Cidr: { Type: String }
Conditions:
  Prod: !Equals [!Ref Env, prod]
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: ssh
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: SOURCE }
"#;

#[test]
fn templates_are_resolved_and_judged() {
    let place = Place::new();
    let sources = [
        ("open", "0.0.0.0/0"),
        ("host", "203.0.113.7/32"),
        ("parameter", "!Ref Cidr"),
        ("condition", "!If [Prod, 0.0.0.0/0, 10.0.0.0/8]"),
    ];
    for (name, source) in sources {
        place.file(&format!("{name}.yaml"), GROUP.replace("SOURCE", source));
    }
    place.file("broken.yaml", "Resources:\n  A: [\n");
    let rule = r#"
rule ssh_open on AWS::EC2::SecurityGroup {
  severity: high
  when: any r in SecurityGroupIngress (r.CidrIp = "0.0.0.0/0")
  message: "{id} is open to {r.CidrIp}"
}
test ssh_open {
  fires   "to the world"          template "open.yaml"
  passes  "one host"              template "host.yaml"
  unknown "cidr from a parameter" template "parameter.yaml"
  fires   "in production only"    template "condition.yaml"
}
"#;
    place.file("own.eyas", rule);
    let ran = place.eyas("test own.eyas");
    assert_eq!((ran.code(), ran.stdout().trim()), (0, "4 tests of 1 rule: all passed"));
    place.file("own.eyas", rule.replace("open.yaml", "broken.yaml"));
    let ran = place.eyas("test own.eyas");
    assert_eq!(ran.code(), 1);
    assert!(
        ran.stderr().contains("broken.yaml` at line") || ran.stdout().contains("at line"),
        "{}",
        ran.stderr()
    );
}
