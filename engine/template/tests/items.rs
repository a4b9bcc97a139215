//! Where findings are: several items of one resource each at its own line and under its own
//! conditions, a value that is wrong at that value, one that is missing where it would be.

use eyas_engine::eval::Session;
use eyas_engine::plan::{Plan, PlanOptions};
use eyas_lang::catalog::Catalog;
use eyas_lang::source::{SourceFile, SourceKind, Sources};
use eyas_lang::types::{CheckOptions, load};
use eyas_template::inputs::Inputs;
use eyas_template::judge::{Context, judge_text};
use eyas_template::nested::NothingNearby;
use eyas_template::suppress::Peers;
use jiff::civil::date;

const RULE: &str = r#"
## Open.
rule open on AWS::EC2::SecurityGroup {
  severity: high
  when:     GroupDescription exists and any r in SecurityGroupIngress (r.CidrIp = "0.0.0.0/0")
  message:  "{id} opens {r.FromPort}"
}
"#;

/// Line, message and condition of each finding; no two have one fingerprint.
fn told(rule: &str, template: &str) -> String {
    let mut sources = Sources::default();
    sources.add(SourceFile {
        name: "t.eyas".into(),
        text: rule.into(),
        kind: SourceKind::Eyas,
        default_package: "t".into(),
        builtin: false,
    });
    let checked = load(&sources, Catalog::builtin(), &CheckOptions::default());
    assert!(checked.is_ok(), "{:?}", checked.diagnostics);
    let (plan, _) = Plan::new(&checked.rules, &sources, PlanOptions::default());
    let context = Context {
        inputs: &Inputs::default(),
        nearby: &NothingNearby,
        schema: false,
        disabled: &|_| false,
        peers: &Peers::from_csv("tool,theirs,ours\n"),
        today: date(2026, 6, 1),
    };
    let judged = judge_text("t.yaml", template, &context, &mut Session::new(&plan)).expect("a template");
    let mut prints: Vec<&str> = judged.findings.iter().map(|f| f.fingerprint.as_str()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), judged.findings.len(), "fingerprints differ");
    let line = |f: &eyas_engine::finding::Finding| {
        let line = f.location.as_ref().and_then(|place| place.line).unwrap_or(0);
        format!("{line}: {}{}", f.message, f.when.as_ref().map_or(String::new(), |w| format!(" where {w}")))
    };
    judged.findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_item_has_its_line_and_its_conditions() {
    let template = |yes: &str, no: &str| {
        format!(
            "Parameters: {{Stage: {{Type: String}}}}\nConditions: {{Prod: !Equals [!Ref Stage, prod]}}\n\
             Resources:\n  G:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: g\n      \
             SecurityGroupIngress:\n        {yes}\n        - {{FromPort: 2, CidrIp: 0.0.0.0/0}}\n        {no}\n        \
             - {{FromPort: 4, CidrIp: 0.0.0.0/0}}\n"
        )
    };
    let first = template("- !If [Prod, {FromPort: 1, CidrIp: 0.0.0.0/0}, !Ref AWS::NoValue]", "");
    insta::assert_snapshot!(told(RULE, &first), @r"
    9: G opens 1 where `Prod` is true
    10: G opens 2
    12: G opens 4
    ");
    let last = template("", "- !If [Prod, !Ref AWS::NoValue, {FromPort: 3, CidrIp: 0.0.0.0/0}]");
    insta::assert_snapshot!(told(RULE, &last), @r"
    10: G opens 2
    11: G opens 3 where `Prod` is false
    12: G opens 4
    ");
}

#[test]
fn a_finding_is_where_what_is_wrong_stands() {
    let rule = r#"
## Unencrypted.
rule open on AWS::RDS::DBInstance {
  severity: high
  where:    not DBClusterIdentifier exists and Engine = mysql
  when:     not StorageEncrypted = true
  message:  "{StorageEncrypted}"
}
## Public.
rule acls on AWS::S3::Bucket {
  severity: low
  when:     PublicAccessBlockConfiguration exists and not PublicAccessBlockConfiguration.BlockPublicAcls = true
  message:  "{id} takes public ACLs"
}
## In the clear.
rule clear on AWS::Lambda::Function {
  severity: low
  let names = cel"Environment.Variables.filter(k, k == 'KEY')"
  where:    Runtime exists
  when:     len(names) > 0
  message:  "{names}"
}
"#;
    let told = |resources: &str| told(rule, &format!("Resources:\n{resources}"));
    let database = |more: &str| {
        format!("  D:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: mysql\n{more}")
    };
    insta::assert_snapshot!(told(&database("")), @"2: <NA>");
    insta::assert_snapshot!(told(&database("      StorageEncrypted: false\n")), @"6: false");
    let bucket = |block: &str| {
        format!(
            "  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      PublicAccessBlockConfiguration:\n{block}"
        )
    };
    let (missing, wrong) = ("        BlockPublicPolicy: true\n", "        BlockPublicAcls: false\n");
    insta::assert_snapshot!(told(&bucket(missing)), @"5: B takes public ACLs");
    insta::assert_snapshot!(told(&bucket(&(missing.to_owned() + wrong))), @"7: B takes public ACLs");
    let function = "  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.13\n      \
                    Environment: {Variables: {KEY: x}}\n";
    insta::assert_snapshot!(told(function), @r#"6: ["KEY"]"#);
}

#[test]
fn what_another_resource_keeps_from_knowing_is_told_at_the_own_one() {
    let rule = r#"
## No firewall.
rule firewall on AWS::ApiGateway::Stage {
  severity: low
  when:     no w in resources(AWS::WAFv2::WebACLAssociation) (w.ResourceArn refers_to self)
  message:  "{id} has no firewall"
}
"#;
    let template = "Parameters: {Arn: {Type: String}}\nResources:\n  Web:\n    Type: AWS::WAFv2::WebACLAssociation\n    \
                    Properties:\n      ResourceArn: !Ref Arn\n  Prod:\n    Type: AWS::ApiGateway::Stage\n    \
                    Properties: {StageName: prod}\n";
    insta::assert_snapshot!(told(rule, template), @"7: Prod has no firewall");
}
