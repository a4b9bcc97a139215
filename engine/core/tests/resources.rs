//! Rules over resources: what refers to what, every item a finding, changes that mend.

use std::sync::Arc;

use eyas_engine::Plan;
use eyas_engine::eval::Session;
use eyas_engine::finding::{Finding, Outcome};
use eyas_engine::plan::PlanOptions;
use eyas_engine::testing::{self, CaseResult, FixtureLoader, Neighbour, Scene};
use eyas_engine::tree::{self, TreeRecord};
use eyas_engine::world::TreeWorld;
use eyas_lang::value::{Tree, TreeKind, Unknown};

mod support;

/// The tree of JSON text; `{"Ref": …}` and `{"Fn": …}` become what a template's resolver makes of
/// a reference and of a computed text.
fn template_tree(json: &str) -> Tree {
    references(tree::from_json(json))
}

fn references(tree: Tree) -> Tree {
    let kind = match tree.kind {
        TreeKind::Map(members) => match members.as_slice() {
            [(key, Tree { kind: TreeKind::Str(text), .. })] if key == "Ref" || key == "Fn" => {
                let id =
                    text.split("${").last().unwrap_or_default().split(['.', '}']).next().unwrap_or_default();
                // Resources are in capitals, parameters are not.
                let resource = id.starts_with(|c: char| c.is_uppercase());
                TreeKind::Unknown(Arc::new(Unknown {
                    refers_to: resource.then(|| id.into()),
                    spelling: Some(if key == "Ref" { format!("${{{text}}}").into() } else { text.clone() }),
                    parts: if key == "Ref" { Vec::new() } else { parts(text) },
                    ..Unknown::present(format!("`{id}` is known only when it is deployed"))
                }))
            }
            _ => TreeKind::Map(members.into_iter().map(|(k, v)| (k, references(v))).collect()),
        },
        TreeKind::List(items) => TreeKind::List(items.into_iter().map(references).collect()),
        other => other,
    };
    Tree { kind, place: tree.place }
}

fn parts(text: &str) -> Vec<Option<smol_str::SmolStr>> {
    let mut out = Vec::new();
    for (i, piece) in text.split("${").enumerate() {
        let rest = match i {
            0 => piece,
            _ => {
                out.push(None);
                piece.split_once('}').map_or("", |(_, rest)| rest)
            }
        };
        out.extend((!rest.is_empty()).then(|| Some(rest.into())));
    }
    out
}

fn findings(text: &str, record: &str, others: &[(&str, &str)]) -> Vec<Finding> {
    let (sources, set) = support::checked(text);
    let (plan, _) = Plan::new(&set, &sources, PlanOptions::default());
    let others: Vec<(&str, Tree)> = others.iter().map(|(kind, json)| (*kind, template_tree(json))).collect();
    let world = TreeWorld::new(others.iter().map(|(kind, tree)| (*kind, tree)));
    let root = template_tree(record);
    let kind = &set.rules[0].record;
    let mut found = Vec::new();
    let mut session = Session::new(&plan);
    session.judge(&TreeRecord::new(kind, &root), &world, &mut |_, finding| found.push(finding));
    let counted = session.tally().total();
    assert_eq!(counted.violations + counted.unknown, u64::from(!found.is_empty()), "one judgement");
    found
}

/// Whether a bucket policy with this `Bucket` names a bucket with these properties.
fn names(value: &str, bucket: &str) -> &'static str {
    let text = "## P.\nrule p on AWS::S3::Bucket { severity: low\n  \
                when: any p in resources(AWS::S3::BucketPolicy) (p.Bucket refers_to self) message: \"m\" }";
    let policy = format!(r#"{{"id": "Policy", "Bucket": {value}}}"#);
    let bucket = format!(r#"{{"id": "Logs", {bucket}}}"#);
    match findings(text, &bucket, &[("AWS::S3::BucketPolicy", &policy)]).first() {
        Some(Finding { outcome: Outcome::Violation, .. }) => "yes",
        Some(_) => "unknown",
        None => "no",
    }
}

#[test]
fn a_value_names_a_resource_by_reference_id_name_or_arn() {
    let unnamed = r#""Tags": []"#;
    let named = r#""BucketName": "my-logs""#;
    let by_param = r#""BucketName": {"Fn": "${prefix}-logs"}"#;
    let cases = [
        (r#"{"Ref": "Logs"}"#, unnamed, "yes"),
        (r#"{"Ref": "Logs"}"#, named, "yes"),
        (r#"{"Fn": "${Logs}"}"#, unnamed, "yes"),
        (r#"{"Fn": "${Logs.Arn}"}"#, unnamed, "yes"),
        (r#"{"Fn": "arn:aws:s3:::${Logs}"}"#, unnamed, "yes"),
        (r#"{"Fn": "arn:aws:s3:::${Account}/${Logs}"}"#, unnamed, "yes"),
        (r#"{"Fn": "arn:aws:s3:::${Logs}/${Other}"}"#, unnamed, "no"),
        (r#"{"Ref": "Other"}"#, named, "no"),
        (r#"{"Fn": "${Logs}-x"}"#, unnamed, "no"),
        (r#""my-logs""#, named, "yes"),
        (r#""arn:aws:s3:::my-logs""#, named, "yes"),
        (r#""arn:aws:sns:eu-west-1:111122223333:my-logs""#, named, "no"),
        (r#""arn:aws:s3:::not-my-logs""#, named, "no"),
        (r#""others""#, named, "no"),
        (r#""my-logs""#, unnamed, "no"),
        (r#""Logs""#, unnamed, "yes"),
        (r#""my-logs""#, by_param, "unknown"),
        (r#""arn:aws:s3:::my-logs""#, by_param, "unknown"),
        (r#""my-data""#, by_param, "no"),
        (r#"{"Fn": "${prefix}-logs"}"#, by_param, "yes"),
        (r#"{"Fn": "arn:aws:s3:::${prefix}-logs"}"#, by_param, "yes"),
        (r#"{"Fn": "${prefix}-data"}"#, by_param, "unknown"),
        (r#"{"Fn": "${prefix}-logs"}"#, named, "unknown"),
        (r#"{"Fn": "${prefix}-data"}"#, named, "no"),
        (r#"{"Fn": "${bucket}"}"#, unnamed, "unknown"),
        (r#"{"Fn": "${bucket}-logs"}"#, unnamed, "no"),
        ("null", named, "no"),
        ("22", named, "no"),
        (r#"["others", "my-logs"]"#, named, "yes"),
        (r#"["others", {"Fn": "${bucket}"}]"#, named, "unknown"),
    ];
    for (value, bucket, expected) in cases {
        assert_eq!(names(value, bucket), expected, "{value} for {bucket}");
    }
}

#[test]
fn a_variable_over_resources_is_a_target_too() {
    let text = r#"
macro worn(ids, group) = ids refers_to group
## Open.
rule open on AWS::EC2::Instance {
  severity: high
  when: any g in resources(AWS::EC2::SecurityGroup) (worn(SecurityGroupIds, g) and g.GroupDescription = open)
  message: "{id} wears {g.id}"
}"#;
    let instance =
        r#"{"id": "Web", "SecurityGroupIds": [{"Fn": "${Closed.GroupId}"}, {"Fn": "${Open.GroupId}"}]}"#;
    let open = ("AWS::EC2::SecurityGroup", r#"{"id": "Open", "GroupDescription": "open"}"#);
    let closed = ("AWS::EC2::SecurityGroup", r#"{"id": "Closed", "GroupDescription": "closed"}"#);
    let found = findings(text, instance, &[closed, open]);
    assert_eq!(found.iter().map(|f| f.message.as_str()).collect::<Vec<_>>(), ["Web wears Open"]);
    let evidence: Vec<_> = found[0].evidence.iter().map(|e| format!("{} {}", e.field, e.test)).collect();
    assert_eq!(
        evidence,
        [
            "SecurityGroupIds ids refers_to group",
            "g.id ids refers_to group",
            "g.GroupDescription g.GroupDescription = open"
        ]
    );
    assert!(findings(text, instance, &[closed]).is_empty());
}

const INGRESS: &str = r#"
## Open.
rule open on AWS::EC2::SecurityGroup {
  severity: high
  when: GroupDescription exists and any r in SecurityGroupIngress (r.CidrIp = "0.0.0.0/0" and r.FromPort exists)
  message: "{id} opens {r.FromPort}"
  set r.CidrIp = "10.0.0.0/8"
  add Tags = { Key: reviewed, Value: "no" }
  remove r.Description
}"#;

#[test]
fn every_item_that_fires_is_a_finding_with_its_own_changes() {
    let group = r#"{"id": "g", "GroupDescription": "d", "SecurityGroupIngress": [
        {"CidrIp": "0.0.0.0/0", "FromPort": 22}, {"CidrIp": "192.0.2.0/24", "FromPort": 22},
        {"CidrIp": "0.0.0.0/0", "FromPort": 3389}, {"CidrIp": "0.0.0.0/0", "FromPort": 22}]}"#;
    let found = findings(INGRESS, group, &[]);
    let brief: Vec<String> = found
        .iter()
        .map(|f| {
            format!("{} {} {}", f.message, f.evidence[0].field, serde_json::to_string(&f.edits).unwrap())
        })
        .collect();
    insta::assert_snapshot!(brief.join("\n"), @r#"
    g opens 22 SecurityGroupIngress[0].CidrIp [{"op":"set","path":["SecurityGroupIngress",0,"CidrIp"],"value":"10.0.0.0/8"},{"op":"add","path":["Tags"],"value":{"Key":"reviewed","Value":"no"}},{"op":"remove","path":["SecurityGroupIngress",0,"Description"]}]
    g opens 3389 SecurityGroupIngress[2].CidrIp [{"op":"set","path":["SecurityGroupIngress",2,"CidrIp"],"value":"10.0.0.0/8"},{"op":"add","path":["Tags"],"value":{"Key":"reviewed","Value":"no"}},{"op":"remove","path":["SecurityGroupIngress",2,"Description"]}]
    g opens 22 SecurityGroupIngress[3].CidrIp [{"op":"set","path":["SecurityGroupIngress",3,"CidrIp"],"value":"10.0.0.0/8"},{"op":"add","path":["Tags"],"value":{"Key":"reviewed","Value":"no"}},{"op":"remove","path":["SecurityGroupIngress",3,"Description"]}]
    "#);
    let mut prints: Vec<&str> = found.iter().map(|f| f.fingerprint.as_str()).collect();
    let alone = r#"{"id": "g", "GroupDescription": "d", "SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "FromPort": 22}]}"#;
    assert_eq!(findings(INGRESS, alone, &[])[0].fingerprint, prints[0], "the first keeps the rule's own");
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 3, "equal items are told apart");
}

#[test]
fn more_items_than_anyone_reads_are_counted() {
    let item = r#"{"CidrIp": "0.0.0.0/0", "FromPort": 1}"#;
    let all = vec![item; 130].join(",");
    let group = format!(r#"{{"id": "g", "GroupDescription": "d", "SecurityGroupIngress": [{all}]}}"#);
    let found = findings(INGRESS, &group, &[]);
    assert_eq!(found.len(), 100);
    assert_eq!(found[98].message, "g opens 1");
    assert_eq!(found[99].message, "g opens 1 (and 30 more like it)");
}

#[test]
fn alternatives_over_lists_are_findings_of_their_own() {
    let text = r#"
## Open.
rule open on AWS::EC2::SecurityGroup {
  severity: high
  when: any r in SecurityGroupIngress (r.CidrIp = "0.0.0.0/0" or r.CidrIpv6 = "::/0")
    or any r in SecurityGroupEgress (r.CidrIp = "0.0.0.0/0")
  message: "{coalesce(r.CidrIp, r.CidrIpv6)} {r.Description} {len(r.CidrIp)} {r.SourceSecurityGroupId}"
  set r.Description = bad
  remove r.SourceSecurityGroupId
}"#;
    let group = r#"{"id": "g",
        "SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "Description": "in", "SourceSecurityGroupId": "s"}, {"CidrIpv6": "::/0"}],
        "SecurityGroupEgress": [{}, {"CidrIp": "0.0.0.0/0", "Description": "out"}]}"#;
    let found = findings(text, group, &[]);
    let brief = found.iter().map(|f| format!("{} {}", f.message, serde_json::to_string(&f.edits).unwrap()));
    insta::assert_snapshot!(brief.collect::<Vec<_>>().join("\n"), @r#"
    0.0.0.0/0 in 9 s [{"op":"set","path":["SecurityGroupIngress",0,"Description"],"value":"bad"},{"op":"remove","path":["SecurityGroupIngress",0,"SourceSecurityGroupId"]}]
    ::/0 <NA> <NA> <NA> [{"op":"set","path":["SecurityGroupIngress",1,"Description"],"value":"bad"},{"op":"remove","path":["SecurityGroupIngress",1,"SourceSecurityGroupId"]}]
    0.0.0.0/0 out 9 <NA> [{"op":"set","path":["SecurityGroupEgress",1,"Description"],"value":"bad"}]
    "#);
}

#[test]
fn changes_without_a_definite_place_are_left_out() {
    let text = r#"
## Admin.
rule admin on AWS::IAM::Role {
  severity: high
  when: any s in Policies.PolicyDocument.Statement (s.Effect = Allow)
  message: "m"
  set s.Effect = Deny
}"#;
    let edits = |policies: &str| {
        let role = format!(r#"{{"id": "r", "Policies": {policies}}}"#);
        let found = findings(text, &role, &[]);
        serde_json::to_string(&found[0].edits).unwrap()
    };
    // The item is found through lists of lists, and where a single value stands for a list.
    assert_eq!(
        edits(
            r#"[{"PolicyDocument": {"Statement": {"Effect": "Deny"}}}, {"PolicyDocument": {"Statement": [{"Effect": "Allow"}]}}]"#
        ),
        r#"[{"op":"set","path":["Policies",1,"PolicyDocument","Statement",0,"Effect"],"value":"Deny"}]"#
    );
    assert_eq!(
        edits(r#"[{"PolicyDocument": {"Statement": {"Effect": "Allow"}}}]"#),
        r#"[{"op":"set","path":["Policies",0,"PolicyDocument","Statement","Effect"],"value":"Deny"}]"#
    );
    // Unknown outcomes propose nothing.
    assert_eq!(edits(r#"[{"PolicyDocument": {"Fn": "${document}"}}]"#), "[]");
}

#[test]
fn changes_are_proposed_where_their_condition_holds() {
    let text = r#"
## Open.
rule open on AWS::EC2::SecurityGroup {
  severity: high
  when: any r in SecurityGroupIngress (r.CidrIp = "0.0.0.0/0")
  message: "m"
  remove r if r.FromPort = 22
  set r.CidrIp = "10.0.0.0/8" if not r.FromPort = 22
  set GroupName = closed
    if no i in resources(AWS::EC2::Instance) (i.SecurityGroupIds refers_to self)
}"#;
    let edits = |port: &str, others: &[(&str, &str)]| {
        let group = format!(
            r#"{{"id": "g", "GroupDescription": "d", "SecurityGroupIngress": [{{"CidrIp": "0.0.0.0/0", "FromPort": {port}}}]}}"#
        );
        serde_json::to_string(&findings(text, &group, others)[0].edits).unwrap()
    };
    let user = [("AWS::EC2::Instance", r#"{"id": "i", "SecurityGroupIds": [{"Ref": "g"}]}"#)];
    let (remove, set, name) = (
        r#"{"op":"remove","path":["SecurityGroupIngress",0]}"#,
        r#"{"op":"set","path":["SecurityGroupIngress",0,"CidrIp"],"value":"10.0.0.0/8"}"#,
        r#"{"op":"set","path":["GroupName"],"value":"closed"}"#,
    );
    assert_eq!(edits("22", &[]), format!("[{remove},{name}]"));
    assert_eq!(edits("80", &user), format!("[{set}]"));
    // Neither of two conditions that cannot be told holds.
    assert_eq!(edits(r#"{"Ref": "port"}"#, &[]), format!("[{name}]"));
}

/// A template with a bucket and, under a condition, a policy for it.
struct Templates;

impl FixtureLoader for Templates {
    fn file(&self, _: &str, path: &str) -> Result<String, String> {
        Err(format!("there is no `{path}`"))
    }

    fn template(&self, _: &str, path: &str, kind: &str) -> Result<Vec<Scene>, String> {
        assert_eq!(kind, "AWS::S3::Bucket");
        let policy = Neighbour {
            kind: "AWS::S3::BucketPolicy".into(),
            record: Arc::new(template_tree(r#"{"id": "P", "Bucket": {"Ref": "B"}}"#)),
            certain: path == "always.yaml",
        };
        let beside = if path == "never.yaml" { Vec::new() } else { vec![policy] };
        Ok(vec![Scene { record: Arc::new(template_tree(r#"{"id": "B"}"#)), beside }])
    }
}

#[test]
fn cases_say_what_else_is_there_and_which_parameters_are_set() {
    let text = r#"
param wanted: list<string> = [a]
param limit: int
## Bare.
rule bare on AWS::S3::Bucket {
  severity: low
  when: BucketName in (wanted) or no p in resources(AWS::S3::BucketPolicy) (p.Bucket refers_to self)
  message: "m"
}
## Long.
rule long on AWS::S3::Bucket { severity: low when: len(BucketName) > limit message: "m" }
sample policy on AWS::S3::BucketPolicy { id: P, Bucket: x }
test bare {
  fires  "alone"              { BucketName: x }
  fires  "another's policy"   { BucketName: x } beside AWS::S3::BucketPolicy { Bucket: y }
  passes "its policy"         { BucketName: x } beside AWS::S3::Bucket {} beside AWS::S3::BucketPolicy policy
  passes "by change"          { BucketName: z } beside AWS::S3::BucketPolicy policy with { Bucket: z }
  fires  "wanted by default"  { BucketName: a } beside AWS::S3::BucketPolicy policy with { Bucket: a }
  passes "not wanted"         { BucketName: a } beside AWS::S3::BucketPolicy policy with { Bucket: a } with params { wanted: [b] }
  fires  "wanted"             { BucketName: b } beside AWS::S3::BucketPolicy policy with { Bucket: b } with params { wanted: "b,c" }
  passes "always there"       template "always.yaml"
  fires  "never there"        template "never.yaml"
  unknown "sometimes there"   template "sometimes.yaml"
}
test long {
  unknown "no limit"  { BucketName: abc }
  fires   "over"      { BucketName: abc } with params { t.limit: 2 }
  passes  "under"     { BucketName: abc } with params { limit: 3 }
}"#;
    let (sources, set) = support::checked(text);
    let report = testing::run(&set, &sources, &Templates);
    let wrong: Vec<String> = report
        .rules
        .iter()
        .flat_map(|rule| &rule.cases)
        .filter(|case| !matches!(case.result, CaseResult::Passed))
        .map(|case| format!("{} {:?}", case.title, case.result))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(report.counts(), (13, 13));
    assert_eq!(report.rules[0].coverage.gaps().count(), 0, "{:?}", report.rules[0].coverage);
}

#[test]
fn items_of_items_are_findings_of_their_own() {
    let text = r#"
## Secret.
rule secret on AWS::ECS::TaskDefinition {
  severity: high
  when: any c in ContainerDefinitions (c.Image exists and any e in c.Environment (e.Value startswith AKIA))
  message: "{c.Name} {e.Name}"
  remove e
}"#;
    let task = r#"{"id": "t", "ContainerDefinitions": [
        {"Name": "a", "Image": "i", "Environment": [{"Name": "x", "Value": "AKIA1"}, {"Name": "y", "Value": "z"}, {"Name": "z", "Value": "AKIA1"}]},
        {"Name": "b", "Image": "i", "Environment": [{"Name": "x", "Value": "AKIA1"}]},
        {"Name": "c", "Environment": [{"Name": "x", "Value": "AKIA1"}]}]}"#;
    let found = findings(text, task, &[]);
    let brief = found.iter().map(|f| {
        let first = &f.evidence[0].field;
        format!("{} {first} {}", f.message, serde_json::to_string(&f.edits[0].path).unwrap())
    });
    insta::assert_snapshot!(brief.collect::<Vec<_>>().join("\n"), @r#"
    a x ContainerDefinitions[0].Environment[0].Value ["ContainerDefinitions",0,"Environment",0]
    a z ContainerDefinitions[0].Environment[2].Value ["ContainerDefinitions",0,"Environment",2]
    b x ContainerDefinitions[1].Environment[0].Value ["ContainerDefinitions",1,"Environment",0]
    "#);
    let mut prints: Vec<&str> = found.iter().map(|f| f.fingerprint.as_str()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 3);
}
