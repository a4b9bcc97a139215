//! `refers_to` and the changes that mend a resource.

use super::{rule, said};

fn said_of_changes(changes: &str) -> String {
    said(&format!(
        "rule r on AWS::EC2::SecurityGroup {{\n  severity: high\n  \
         when: any r in SecurityGroupIngress (r.CidrIp = \"0.0.0.0/0\" and any p in [1, 2] (r.FromPort = p))\n    \
         and not any n in SecurityGroupEgress (n.FromPort = 1)\n    \
         and any o in resources(AWS::EC2::Instance) (o.ImageId exists)\n{changes}\n}}\n"
    ))
}

#[test]
fn a_change_needs_one_definite_place() {
    insta::assert_snapshot!(said_of_changes(
        "  set id = a\n  set tags.Name = a\n  set GroupId = a\n  set SecurityGroupIngres = []\n  set r.CidrIpp = a\n  \
         set SecurityGroupIngress.CidrIp = a\n  set SecurityGroupIngress[*].CidrIp = a\n  remove n\n  remove o.ImageId\n  \
         set p = 3\n  remove GroupDescription\n  set o = 1\n  add GroupName = a\n  remove nothing.at.all"
    ));
}

#[test]
fn a_change_needs_a_value_of_the_propertys_kind() {
    insta::assert_snapshot!(said_of_changes(
        "  set r.FromPort = http\n  set GroupName = 22\n  set GroupName = null\n  set GroupName = [a]\n  \
         set SecurityGroupIngress = { CidrIp: \"10.0.0.0/8\" }\n  \
         set SecurityGroupIngress = [{ CidrIp: \"10.0.0.0/8\", FromPortt: 1, ToPort: [1] }]\n  \
         add SecurityGroupIngress = { IpProtocol: tcp, FromPort: \"22\" }\n  add Tags = { Key: unknown(\"x\") }"
    ));
    insta::assert_snapshot!(said(
        "rule r on AWS::S3::Bucket {\n  severity: high\n  when: not VersioningConfiguration.Status = Enabled\n  \
         set VersioningConfiguration.Status = enabled\n  set VersioningConfiguration = { Status: On }\n}\n"
    ));
}

#[test]
fn a_change_may_hang_on_a_condition() {
    insta::assert_snapshot!(said_of_changes(
        "  set r.CidrIp = \"10.0.0.0/8\" if r.FromPortt = 1\n  remove r.CidrIp if not no_macro\n  \
         set GroupName = a if GroupDescription = 22 and o.ImageId exists"
    ));
}

#[test]
fn changes_belong_to_resources() {
    insta::assert_snapshot!(said(
        "rule r on cloudtrail {\n  severity: high\n  when: ct.name = X\n  set ct.name = Y\n}\n"
    ));
}

#[test]
fn changes_are_lowered_to_places_in_the_record() {
    let rule = rule(
        "rule r on AWS::S3::Bucket {\n  severity: high\n  \
         when: any l in LifecycleConfiguration.Rules (any t in l.Transitions (t.TransitionInDays < 30))\n  \
         set t.TransitionInDays = 30\n  set BucketEncryption.ServerSideEncryptionConfiguration = \
         [{ ServerSideEncryptionByDefault: { SSEAlgorithm: aws:kms } }]\n  remove l\n  add Tags = { Key: a, Value: b }\n}\n",
    );
    let shown: Vec<String> = rule
        .edits
        .iter()
        .map(|e| format!("{:?} {:?} {:?} {:?}", e.kind, e.var, e.path, e.value.kind))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

fn said_of_references(condition: &str) -> String {
    said(&format!("rule r on AWS::S3::Bucket {{\n  severity: high\n  when: {condition}\n}}\n"))
}

#[test]
fn only_resources_are_referred_to() {
    insta::assert_snapshot!(said_of_references(
        "any p in resources(AWS::S3::BucketPolicy) (p.Bucket refers_to self or p.Bucket refers_to p.Bucket\n    \
         or p.Bucket refers_to \"x\" or p.Bucket refers_to slef or p.PolicyDocument refers_to p)\n    \
         or any t in Tags (BucketName refers_to t) or ObjectLockEnabled refers_to self"
    ));
    insta::assert_snapshot!(said(
        "rule r on cloudtrail {\n  severity: high\n  when: ct.user refers_to self\n}\n"
    ));
}

#[test]
fn cases_set_parameters_that_exist_to_values_they_can_have() {
    insta::assert_snapshot!(said(
        "param ports: list<int> = [22]\nparam limit: int = 3\n\
         rule r on AWS::S3::Bucket {\n  severity: high\n  when: len(BucketName) > limit or len(BucketName) in (ports)\n}\n\
         sample log on cloudtrail { eventName: X }\n\
         test r {\n  fires \"a\" {} with params { limits: 3 }\n  fires \"b\" {} with params { limit: many, ports: [1, x] }\n  \
         fires \"c\" {} beside AWS::S3::BucketPolice {}\n  fires \"d\" {} beside cloudtrail {}\n  \
         fires \"e\" {} beside AWS::S3::BucketPolicy { Buckett: x }\n  fires \"f\" {} beside AWS::S3::BucketPolicy log\n  \
         fires \"g\" {} with params { limit: { a: 1 } }\n  passes \"h\" {} with params { limit: unknown(\"x\") }\n}\n"
    ));
}
