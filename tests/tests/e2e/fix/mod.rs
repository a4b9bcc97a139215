//! `--fix` over what the rules' own tests judge: each record on which a rule with changes fires, as
//! a template in every style.

mod cases;
mod styles;

use std::collections::{BTreeMap, BTreeSet};

use eyas_lang::catalog::Catalog;
use eyas_lang::types::Type;
use eyas_tests::Place;
use serde_json::Value;

use cases::{Case, cases};
use styles::Style;

/// Types whose resources CloudFormation may replace: they hold no data.
const REPLACEABLE: [&str; 3] =
    ["AWS::AutoScaling::LaunchConfiguration", "AWS::EC2::FlowLog", "AWS::ECS::TaskDefinition"];

/// Findings by file.
type Found = BTreeMap<String, Vec<Value>>;

fn lint(place: &Place) -> Found {
    let mut found = Found::new();
    for finding in place.eyas("lint . -f jsonl --fail-on critical").json_lines() {
        let file = finding["location"]["file"].as_str().unwrap_or_default().to_owned();
        found.entry(file).or_default().push(finding);
    }
    found
}

/// How many findings there are of each rule over each resource; those of the template itself by
/// what they say.
fn counts(found: Option<&Vec<Value>>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for finding in found.into_iter().flatten() {
        let rule = finding["rule"]["id"].as_str().unwrap_or_default();
        let said = if rule.starts_with("template.") { &finding["message"] } else { &Value::Null };
        *counts.entry(format!("{} {rule} {} {said}", finding["outcome"], finding["subject"])).or_insert(0) +=
            1;
    }
    counts
}

/// The changes of the text that a rule proposes.
fn mendable<'f>(found: Option<&'f Vec<Value>>, rule: &'f str) -> impl Iterator<Item = &'f Value> {
    let of_rule = move |finding: &&Value| finding["rule"]["id"] == rule && finding["text_edits"].is_array();
    found.into_iter().flatten().filter(of_rule)
}

#[test]
fn what_rules_propose_ends_their_findings_and_brings_no_others() {
    let cases = cases();
    let rules: BTreeSet<&str> = cases.iter().map(|case| case.rule.as_str()).collect();
    assert!(rules.len() > 60, "{} rules with changes", rules.len());
    for style in Style::ALL {
        let mended = check(style, &cases);
        let never: Vec<&&str> = rules.iter().filter(|rule| !mended.contains(**rule)).collect();
        assert!(never.is_empty(), "never mended as {style:?}: {never:?}");
    }
}

/// Resources whose findings are true, and whose changes are for people to decide.
const DECISIONS: &str = r#"
Parameters: { Flag: { Type: String } }
Conditions: { Flagged: !Equals [!Ref Flag, a] }
Resources:
  Acl: { Type: AWS::S3::Bucket, Properties: { AccessControl: PublicRead } }
  Site: { Type: AWS::S3::Bucket, Properties: { WebsiteConfiguration: { IndexDocument: i.html } } }
  Open: { Type: AWS::S3::Bucket, Properties: { PublicAccessBlockConfiguration: { BlockPublicPolicy: false } } }
  OpenPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Open
      PolicyDocument: { Statement: [{ Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: "*" }] }
  Custom: { Type: AWS::RDS::DBInstance, Properties: { Engine: custom-oracle-ee } }
  Replica: { Type: AWS::RDS::DBInstance, Properties: { SourceDBInstanceIdentifier: shop } }
  Volume: { Type: AWS::EC2::Volume, Properties: { Size: 8 } }
  Files: { Type: AWS::EFS::FileSystem }
  Queries: { Type: AWS::Athena::WorkGroup, Properties: { Name: all } }
  Search: { Type: AWS::OpenSearchService::Domain, Properties: { EngineVersion: Elasticsearch_5.6 } }
  Site2: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true, ViewerCertificate: { CloudFrontDefaultCertificate: true } } } }
  Web:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      LoadBalancerAttributes:
        - !If [Flagged, { Key: deletion_protection.enabled, Value: "true" }, !Ref AWS::NoValue]
"#;

#[test]
fn what_people_have_to_decide_is_left_to_them() {
    let place = Place::new();
    place.file("t.yaml", DECISIONS);
    let found = lint(&place);
    for (rule, id) in [
        ("aws.s3.bucket_without_public_access_block", "Acl"),
        ("aws.s3.bucket_without_public_access_block", "Site"),
        ("aws.s3.bucket_takes_public_policy", "Open"),
        ("aws.rds.instance_without_minor_upgrades", "Custom"),
        ("aws.rds.instance_backups_off", "Replica"),
        ("aws.ec2.volume_unencrypted", "Volume"),
        ("aws.efs.file_system_unencrypted", "Files"),
        ("aws.athena.workgroup_not_enforced", "Queries"),
        ("aws.opensearch.domain_without_node_encryption", "Search"),
        ("aws.cloudfront.distribution_old_tls", "Site2"),
        ("aws.elb.load_balancer_deletable", "Web"),
    ] {
        let is_it = |f: &&Value| f["rule"]["id"] == rule && f["subject"]["id"] == id;
        let finding = found["t.yaml"].iter().find(is_it).unwrap_or_else(|| panic!("{rule} finds {id}"));
        assert!(finding["text_edits"].is_null(), "{rule} changes {id}: {}", finding["text_edits"]);
        assert!(finding["fix"].is_string(), "{rule} says what to do");
    }
}

/// Mends all cases in one style; the rules that did.
fn check(style: Style, cases: &[Case]) -> BTreeSet<String> {
    let place = Place::new();
    let files: Vec<(String, String, &Case)> = cases
        .iter()
        .enumerate()
        .map(|(n, case)| (format!("{n}.{}", style.extension()), style.text(&case.template()), case))
        .collect();
    for (name, text, _) in &files {
        place.file(name, text);
    }
    let before = lint(&place);
    place.eyas("lint . --fix -q");
    let after = lint(&place);
    let mut mended = BTreeSet::new();
    for (name, text, case) in &files {
        let (was, is) = (before.get(name), after.get(name));
        let told = || format!("{} {:?} {style:?}\n{}", case.rule, case.title, place.read(name));
        let (old, new) = (counts(was), counts(is));
        for (what, count) in &new {
            assert!(old.get(what) >= Some(count), "a new finding: {what}\n{}", told());
        }
        let mut proposed = 0;
        for finding in mendable(was, &case.rule) {
            let kind = finding["subject"]["type"].as_str().unwrap_or_default();
            let replaces = replaces(kind, &finding["edits"]);
            assert!(!replaces || REPLACEABLE.contains(&kind), "replaces what holds data\n{}", told());
            proposed += 1;
        }
        if proposed > 0 {
            assert_eq!(mendable(is, &case.rule).count(), 0, "still found\n{}", told());
            mended.insert(case.rule.clone());
        }
        style.assert_kept(text, &place.read(name), &told);
    }
    let once: Vec<String> = files.iter().map(|(name, ..)| place.read(name)).collect();
    place.eyas("lint . --fix -q");
    let twice: Vec<String> = files.iter().map(|(name, ..)| place.read(name)).collect();
    assert!(once == twice, "a second run changes more");
    mended
}

/// Whether a change is one of a property that can be set at creation only.
fn replaces(kind: &str, edits: &Value) -> bool {
    let Some(record) = Catalog::builtin().record_type(kind) else { return false };
    let create_only = |edit: &Value| {
        let mut shape = Some(&record.shape);
        let names = edit["path"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut steps = names.map_while(|name| {
            let field = shape?.field(name)?;
            let mut ty = &field.ty;
            while let Type::List(item) = ty {
                ty = item;
            }
            shape = if let Type::Record(below) = ty { record.shape(below) } else { None };
            Some(field.create_only)
        });
        steps.any(|create_only| create_only)
    };
    edits.as_array().into_iter().flatten().any(create_only)
}
