//! What fixes make of texts: minimal edits in the author's style, and none where it is not safe.

use eyas_engine::finding::{Edit, EditOp, PathStep};
use eyas_template::document::{Document, Entry, parse};
use eyas_template::fix::{apply, text_edits};
use serde_json::{Value, json};

fn path(text: &str) -> Vec<PathStep> {
    let step = |part: &str| match part.parse() {
        Ok(index) => PathStep::Index(index),
        Err(_) => PathStep::Key(part.to_owned()),
    };
    text.split('.').map(step).collect()
}

fn edit(op: EditOp, at: &str, value: Value) -> Edit {
    Edit { op, path: path(at), value: (!value.is_null()).then_some(value) }
}

fn set(at: &str, value: Value) -> Edit {
    edit(EditOp::Set, at, value)
}

fn resource(document: &Document) -> &Entry {
    document.root.get("Resources").and_then(|r| r.entries().first()).expect("a resource")
}

/// The text after the edits to its first resource; `unchanged` where there are none.
fn fixed(text: &str, edits: &[Edit]) -> String {
    let document = parse(text).expect("a document");
    let edits = text_edits(&document, resource(&document), edits);
    if edits.is_empty() {
        return "unchanged".to_owned();
    }
    let after = apply(text, &edits);
    parse(&after).expect("still a document");
    after
}

const VOLUME: &str = "\
Resources:
  Data:
    Type: AWS::EC2::Volume  # the data
    Properties:
      Size: 8   # GiB
      Encrypted: 'false'

  # The other one.
  Other:
    Type: AWS::EC2::Volume
";

#[test]
fn a_literal_keeps_its_quotes_and_comments_stay() {
    insta::assert_snapshot!(fixed(VOLUME, &[set("Encrypted", json!(true)), set("Size", json!(16))]));
}

#[test]
fn members_that_are_missing_are_put_below_the_others() {
    insta::assert_snapshot!(fixed(VOLUME, &[set("KmsKeyId", json!("alias/data"))]));
    insta::assert_snapshot!(fixed(VOLUME, &[set("A.B", json!({"C": [1, {"D": "x", "E": {}}]}))]));
}

#[test]
fn properties_are_made_where_there_are_none() {
    let bare = "Resources:\n    Q:\n        Type: AWS::SQS::Queue\n        DeletionPolicy: Retain\n";
    insta::assert_snapshot!(fixed(bare, &[set("SqsManagedSseEnabled", json!(true))]));
    let empty = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: # none\n  R:\n    Type: AWS::SQS::Queue\n";
    insta::assert_snapshot!(fixed(empty, &[set("SqsManagedSseEnabled", json!(true))]));
    insta::assert_snapshot!(fixed(bare, &[set("DeletionPolicy", json!("Snapshot"))]));
}

#[test]
fn maps_get_what_they_lack_and_keep_the_rest() {
    let text = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      PublicAccessBlockConfiguration:\n        BlockPublicAcls: false\n        Mine: 1\n";
    let all = json!({"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true});
    insta::assert_snapshot!(fixed(text, &[set("PublicAccessBlockConfiguration", all.clone())]));
    let flow = "Resources:\n  B: { Type: AWS::S3::Bucket, Properties: { PublicAccessBlockConfiguration: { BlockPublicAcls: no } } }\n";
    insta::assert_snapshot!(fixed(flow, &[set("PublicAccessBlockConfiguration", all)]));
}

#[test]
fn json_keeps_its_layout() {
    let text = "{\n  \"Resources\": {\n    \"V\": {\n      \"Type\": \"AWS::EC2::Volume\",\n      \"Properties\": {\n        \"Size\": 8\n      }\n    }\n  }\n}\n";
    insta::assert_snapshot!(fixed(text, &[set("Encrypted", json!(true)), set("Size", json!(9))]));
    insta::assert_snapshot!(fixed(text, &[set("A", json!({"B": {"C": "d"}, "E": [1, 2]}))]));
    let line = r#"{"Resources": {"V": {"Type": "AWS::EC2::Volume", "Properties": {}}}}"#;
    insta::assert_snapshot!(fixed(line, &[set("Encrypted", json!(true))]));
    let none = r#"{"Resources": {"V": {"Type": "AWS::EC2::Volume"}}}"#;
    insta::assert_snapshot!(fixed(none, &[set("Encrypted", json!(true))]));
}

const GROUP: &str = "\
Resources:
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        # ssh
        - IpProtocol: tcp
          CidrIp: 0.0.0.0/0
        # web
        - IpProtocol: tcp
          CidrIp: 10.0.0.0/8
      Tags: [a, b]
";

#[test]
fn items_are_removed_with_their_lines() {
    let remove = |at| edit(EditOp::Remove, at, Value::Null);
    insta::assert_snapshot!(fixed(GROUP, &[remove("SecurityGroupIngress.0")]));
    insta::assert_snapshot!(fixed(GROUP, &[remove("SecurityGroupIngress.1")]));
    insta::assert_snapshot!(fixed(GROUP, &[remove("SecurityGroupIngress.0.IpProtocol")]));
    insta::assert_snapshot!(fixed(GROUP, &[remove("SecurityGroupIngress.0.CidrIp")]));
    insta::assert_snapshot!(fixed(GROUP, &[remove("Tags.1")]));
    insta::assert_snapshot!(fixed(GROUP, &[remove("Tags")]));
}

#[test]
fn items_are_added_as_the_others_are_written() {
    let add = |at, value| edit(EditOp::Add, at, value);
    insta::assert_snapshot!(fixed(GROUP, &[add("SecurityGroupIngress", json!({"A": 1, "B": {"C": 2}}))]));
    insta::assert_snapshot!(fixed(GROUP, &[add("Tags", json!("c"))]));
    insta::assert_snapshot!(fixed(GROUP, &[add("New", json!("c"))]));
}

#[test]
fn what_is_computed_conditional_or_shared_is_left_alone() {
    let template = |properties: &str| {
        format!("Resources:\n  V:\n    Type: AWS::EC2::Volume\n    Properties:\n{properties}")
    };
    for properties in [
        "      Encrypted: !Ref Flag\n",
        "      Encrypted: !If [A, true, false]\n",
        "      Fn::If: [A, {Encrypted: false}, {}]\n",
        "      Encrypted: &no false\n      Other: *no\n",
        "      Fn::Transform: {Name: AWS::Include}\n",
        "      ? Size\n      : 8\n",
    ] {
        assert_eq!(
            fixed(&template(properties), &[set("Encrypted", json!(true))]),
            "unchanged",
            "{properties}"
        );
    }
    let list = "      L:\n        - !If [A, {X: 1}, !Ref AWS::NoValue]\n        - X: 1\n";
    assert_eq!(fixed(&template(list), &[set("L.1.X", json!(2))]), "unchanged");
    let add = |list: &str| fixed(&template(list), &[edit(EditOp::Add, "L", json!({"X": 1}))]);
    assert_eq!(add(list), "unchanged", "the condition may add the same");
    // One of several edits that is not safe stops all.
    let both = [set("Size", json!(9)), set("Encrypted", json!(true))];
    assert_eq!(fixed(&template("      Size: 8\n      Encrypted: !Ref Flag\n"), &both), "unchanged");
}

#[test]
fn what_others_share_stays_theirs() {
    let base = "Base: &base\n  Type: AWS::EC2::Volume\n  Properties: {Size: 8}\n";
    let with = |resource: &str| format!("{base}Resources:\n{resource}");
    for resource in
        ["  V: *base\n", "  V:\n    <<: *base\n", "  V: &v\n    Type: AWS::EC2::Volume\n  W: *v\n"]
    {
        for at in ["Encrypted", "DeletionPolicy"] {
            assert_eq!(fixed(&with(resource), &[set(at, json!("x"))]), "unchanged", "{resource}{at}");
        }
    }
    let own = with("  V:\n    <<: *base\n    Condition: C\n");
    assert_eq!(
        fixed(&own, &[set("DeletionPolicy", json!("Retain"))]),
        format!("{own}    DeletionPolicy: Retain\n")
    );
}

#[test]
fn line_ends_stay_as_they_are() {
    let text = VOLUME.replace('\n', "\r\n");
    let after = fixed(&text, &[set("T", json!({"A": 1})), set("U", json!(1))]);
    assert!(after.contains("T:\r\n        A: 1\r\n      U: 1\r\n"), "{after}");
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    let mixed = VOLUME.replace("Properties:\n", "Properties:\r\n");
    let after = fixed(&mixed, &[set("T", json!(1))]);
    assert_eq!(after.matches('\r').count(), 1, "as the lines around it");
}

#[test]
fn block_texts_stay_last() {
    let text = "Resources:\n  V:\n    Type: AWS::EC2::Instance\n    Properties:\n      ImageId: ami-1\n      UserData: |+\n        #!/bin/sh\n\n\n";
    insta::assert_snapshot!(fixed(text, &[set("EbsOptimized", json!(true))]));
}

#[test]
fn each_edit_sees_what_those_before_it_made() {
    let bare = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n";
    insta::assert_snapshot!(fixed(bare, &[set("A.B", json!(1)), set("A.C", json!(2)), set("D", json!([]))]));
    let noted = "Resources:\n  Q:\n    Type: AWS::SQS::Queue # the queue\n  R: 1\n";
    let after = fixed(noted, &[set("A.B", json!(1)), set("A.C", json!(2))]);
    assert_eq!(after, noted.replace("  R:", "    Properties:\n      A:\n        B: 1\n        C: 2\n  R:"));
}
