//! Tables of documents and what they allow.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::functions::{CallContext, find};
use crate::value::{Fetched, JsonText, Tree, TreeKind, Unknown, Value};

fn call<'r>(function: &str, args: &[Value<'r>]) -> Fetched<'r> {
    (find(function).expect("a function").eval)(args, &CallContext::default())
}

fn text(text: &str) -> Value<'_> {
    Value::Str(Cow::Borrowed(text))
}

fn show(value: &Fetched<'_>) -> String {
    match value {
        Fetched::Absent => "absent".into(),
        Fetched::Unknown(why) => format!("unknown: {}", why.reason),
        Fetched::Present(Value::Bool(b)) => b.to_string(),
        Fetched::Present(Value::Str(text)) => text.to_string(),
        Fetched::Present(Value::List(items)) => items.iter().map(show).collect::<Vec<_>>().join(", "),
        Fetched::Present(other) => format!("{other:?}"),
    }
}

/// A document of these statements.
fn document(statements: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)
}

const ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
const S3: &str =
    r#"{"Effect": "Allow", "Action": ["s3:Get*", "S3:ListBucket"], "Resource": "arn:aws:s3:::logs/*"}"#;
const NOT_IAM: &str = r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#;
const NOT_LOGS: &str = r#"{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::logs/*"}"#;
const DENY_DELETE: &str = r#"{"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}"#;
const DENY_LOGS: &str =
    r#"{"Effect": "Deny", "Action": "*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]}"#;
const WITH_MFA: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}"#;
const DENY_WITHOUT_MFA: &str = r#"{"Effect": "Deny", "Action": "*", "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}"#;

#[test]
fn allows() {
    let mfa = "unknown: the condition on `aws:multifactorauthpresent` decides";
    for (statements, action, resource, expected) in [
        (vec![ALL], "ec2:RunInstances", "", "true"),
        (vec![ALL], "*", "*", "true"),
        (vec![S3], "S3:GETOBJECT", "", "true"),
        (vec![S3], "s3:listbucket", "", "true"),
        (vec![S3], "s3:PutObject", "", "false"),
        (vec![S3], "s3:GetObject", "arn:aws:s3:::logs/a", "true"),
        (vec![S3], "s3:GetObject", "arn:aws:s3:::LOGS/a", "false"),
        (vec![S3], "s3:GetObject", "arn:aws:s3:::other/a", "false"),
        (vec![S3], "s3:GetObject", "*", "false"),
        (vec![S3], "s3:Get*", "arn:aws:s3:::logs/*", "true"),
        (vec![S3], "s3:*", "arn:aws:s3:::logs/*", "false"),
        (vec![NOT_IAM], "ec2:RunInstances", "*", "true"),
        (vec![NOT_IAM], "iam:PassRole", "", "false"),
        (vec![NOT_IAM], "*", "", "false"),
        (vec![NOT_LOGS], "s3:GetObject", "arn:aws:s3:::other/a", "true"),
        (vec![NOT_LOGS], "s3:GetObject", "arn:aws:s3:::logs/a", "false"),
        (vec![ALL, DENY_DELETE], "s3:DeleteObject", "", "false"),
        (vec![ALL, DENY_DELETE], "s3:GetObject", "", "true"),
        (vec![ALL, DENY_LOGS], "s3:GetObject", "arn:aws:s3:::logs/a", "false"),
        (vec![ALL, DENY_LOGS], "s3:GetObject", "", "true"),
        (vec![S3, DENY_LOGS], "s3:GetObject", "", "false"),
        (vec![WITH_MFA], "s3:GetObject", "", mfa),
        (vec![WITH_MFA, S3], "s3:GetObject", "", "true"),
        (vec![WITH_MFA, DENY_DELETE], "s3:DeleteObject", "", "false"),
        (vec![ALL, DENY_WITHOUT_MFA], "s3:GetObject", "", mfa),
        (vec![DENY_WITHOUT_MFA], "s3:GetObject", "", "false"),
        (vec![], "s3:GetObject", "", "false"),
    ] {
        let document = document(&statements.join(","));
        let mut args = vec![text(&document), text(action)];
        args.extend((!resource.is_empty()).then(|| text(resource)));
        assert_eq!(show(&call("iam.allows", &args)), expected, "{statements:?} {action} {resource}");
    }
}

#[test]
fn documents_come_in_many_forms() {
    let json = document(ALL);
    let encoded: String = json.bytes().map(|b| format!("%{b:02X}")).collect();
    let single = format!(r#"{{"Statement": {ALL}}}"#);
    let parsed = Value::Str(Cow::Borrowed(json.as_str()));
    let Fetched::Present(object) = call("parse_json", std::slice::from_ref(&parsed)) else {
        panic!("is JSON")
    };
    let list = Value::List(vec![Fetched::Absent, Fetched::Present(object.clone())]);
    let forms = [text(&json), text(&encoded), text(&single), Value::Json(JsonText(&json)), object, list];
    for form in &forms {
        assert_eq!(show(&call("iam.is_admin", std::slice::from_ref(form))), "true", "{form:?}");
    }
    assert_eq!(show(&call("iam.is_admin", &[text(" ")])), "false");
    for odd in ["[", "{}", "7", "null text", r#"{"Statement": 7}"#] {
        let result = show(&call("iam.is_admin", &[text(odd)]));
        assert_eq!(result, "unknown: the value is no policy document", "{odd}");
    }
}

#[test]
fn admin() {
    let part = r#"{"Effect": "Allow", "Action": "*:*", "Resource": "arn:aws:s3:::*"}"#;
    let colons = r#"{"Effect": "Allow", "Action": ["*:*"], "Resource": ["*"]}"#;
    for (statements, expected) in [
        (vec![ALL], "true"),
        (vec![colons], "true"),
        (vec![ALL, DENY_DELETE], "true"),
        (vec![part], "false"),
        (vec![NOT_IAM], "false"),
        (vec![S3], "false"),
        (vec![WITH_MFA], "unknown: the condition on `aws:multifactorauthpresent` decides"),
    ] {
        let document = document(&statements.join(","));
        assert_eq!(show(&call("iam.is_admin", &[text(&document)])), expected, "{statements:?}");
    }
}

/// A statement of a template whose resource or effect is not known.
fn template(key: &str, unknown: Unknown) -> Tree {
    let word = |text: &str| Tree::new(TreeKind::Str(text.into()));
    let members = [("Effect", word("Allow")), ("Action", word("*")), ("Resource", word("*"))];
    let members = members.into_iter().map(|(name, value)| match name == key {
        true => (SmolStr::new(name), Tree::new(TreeKind::Unknown(Arc::new(unknown.clone())))),
        false => (SmolStr::new(name), value),
    });
    let statement = Tree::new(TreeKind::Map(members.collect()));
    Tree::new(TreeKind::Map(vec![("Statement".into(), Tree::new(TreeKind::List(vec![statement])))]))
}

#[test]
fn unknown_parts_leave_open_what_they_decide() {
    let unresolved = || Unknown::new("parameter `P` has no default");
    let bucket = Unknown { parts: vec![Some("arn:aws:s3:::".into()), None], ..unresolved() };
    for (key, unknown, resource, expected) in [
        ("Resource", unresolved(), "arn:aws:s3:::logs", "unknown: parameter `P` has no default"),
        ("Resource", bucket.clone(), "arn:aws:s3:::logs", "unknown: parameter `P` has no default"),
        ("Resource", bucket, "arn:aws:sqs:eu-central-1:111122223333:q", "false"),
        ("Resource", Unknown { refers_to: Some("B".into()), ..unresolved() }, "*", "false"),
        ("Resource", unresolved(), "*", "unknown: parameter `P` has no default"),
        ("Effect", unresolved(), "arn:aws:s3:::logs", "unknown: parameter `P` has no default"),
        ("Action", unresolved(), "arn:aws:s3:::logs", "unknown: parameter `P` has no default"),
        ("Other", unresolved(), "arn:aws:s3:::logs", "true"),
    ] {
        let tree = template(key, unknown);
        let args = [Value::Tree(&tree), text("s3:ListBucket"), text(resource)];
        assert_eq!(show(&call("iam.allows", &args)), expected, "{key} {resource}");
    }
}

#[test]
fn escalations() {
    let pass = |resource: &str, service: &str| {
        format!(
            r#"{{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "{resource}",
                 "Condition": {{"StringEquals": {{"iam:PassedToService": "{service}"}}}}}}"#
        )
    };
    let run = r#"{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}"#;
    let own_keys = r#"{"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:username}"}"#;
    let keys = r#"{"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "*"}"#;
    let own_policy = r#"{"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "arn:aws:iam::*:user/${aws:username}"}"#;
    let one_role = r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111122223333:role/app"}"#;
    let any_role = r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/*"}"#;
    let from_home = r#"{"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}"#;
    let no_keys = r#"{"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"}"#;
    for (statements, expected) in [
        (vec![pass("*", "ec2.amazonaws.com"), run.into()], "iam:PassRole + ec2:RunInstances"),
        (
            vec![pass("arn:aws:iam::*:role/*", "ec2.amazonaws.com"), run.into()],
            "iam:PassRole + ec2:RunInstances",
        ),
        (vec![pass("*", "lambda.amazonaws.com"), run.into()], ""),
        (vec![pass("arn:aws:iam::111122223333:role/app", "ec2.amazonaws.com"), run.into()], ""),
        (vec![own_keys.into()], ""),
        (vec![keys.into()], "iam:CreateAccessKey"),
        (vec![keys.into(), no_keys.into()], ""),
        (vec![own_policy.into()], "iam:PutUserPolicy"),
        (vec![one_role.into()], ""),
        (vec![any_role.into()], "sts:AssumeRole"),
        (vec![from_home.into()], "unknown: the condition on `aws:sourceip` decides"),
        (
            vec![keys.into(), from_home.into()],
            "iam:CreateAccessKey, unknown: the condition on `aws:sourceip` decides",
        ),
    ] {
        let document = document(&statements.join(","));
        assert_eq!(show(&call("iam.escalations", &[text(&document)])), expected, "{statements:?}");
    }
    let all_but_iam = document(NOT_IAM);
    let found = show(&call("iam.escalations", &[text(&all_but_iam)]));
    assert!(found.contains("sts:AssumeRole") && !found.contains("iam:"), "{found}");
}

#[test]
fn public() {
    let allow = |principal: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::b/*", "Condition": {condition}}}"#
        )
    };
    let deny = |condition: &str| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                 "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {condition}}}"#
        )
    };
    let open = || allow(r#""*""#, "{}");
    let with = |condition: &str| allow(r#""*""#, condition);
    for (statements, expected) in [
        (vec![open()], true),
        (vec![allow(r#"{"AWS": "*"}"#, "{}")], true),
        (vec![allow(r#"{"AWS": ["111122223333", "*"]}"#, "{}")], true),
        (vec![allow(r#"{"AWS": "arn:aws:iam::111122223333:root"}"#, "{}")], false),
        (vec![allow(r#"{"Service": "sns.amazonaws.com"}"#, "{}")], false),
        (vec![open().replace("Principal", "NotPrincipal")], true),
        (vec![ALL.into()], false),
        (vec![with(r#"{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#)], false),
        (vec![with(r#"{"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}"#)], true),
        (vec![with(r#"{"StringLike": {"aws:PrincipalOrgID": "*"}}"#)], true),
        (vec![with(r#"{"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}}"#)], false),
        (vec![with(r#"{"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}"#)], true),
        (vec![with(r#"{"ForAllValues:StringEquals": {"aws:SourceVpce": "vpce-1"}}"#)], true),
        (vec![with(r#"{"Bool": {"aws:SecureTransport": "true"}}"#)], true),
        (vec![with(r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}"#)], true),
        (vec![with(r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}"#)], false),
        (vec![open(), deny("{}")], false),
        (vec![open(), deny(r#"{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}"#)], false),
        (vec![open(), deny(r#"{"Bool": {"aws:SecureTransport": "false"}}"#)], true),
        (vec![open(), deny("{}").replace("s3:*", "s3:Put*")], true),
    ] {
        let document = document(&statements.join(","));
        let found = show(&call("iam.public", &[text(&document)]));
        assert_eq!(found, expected.to_string(), "{statements:?}");
    }
}

#[test]
fn hostile_documents_cost_little() {
    let stars = format!(r#"{{"Effect": "Allow", "Action": "{}b", "Resource": "*"}}"#, "*a".repeat(50_000));
    let many = vec![S3; 2_000].join(",");
    let deep = "[".repeat(100_000);
    for text_ in [document(&stars), document(&many), deep] {
        for function in ["iam.is_admin", "iam.escalations", "iam.public"] {
            call(function, &[text(&text_)]);
        }
    }
}
