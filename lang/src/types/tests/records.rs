//! Records in tests and samples.

use insta::assert_snapshot;

use super::{check_files, said};
use crate::checked::TestInput;
use crate::value::{Tree, TreeKind};

fn show(tree: &Tree) -> String {
    match &tree.kind {
        TreeKind::Null => "null".into(),
        TreeKind::Bool(b) => b.to_string(),
        TreeKind::Int(i) => i.to_string(),
        TreeKind::Float(f) => format!("{f:?}"),
        TreeKind::Str(s) => format!("{s:?}"),
        TreeKind::Unknown(why) => format!("unknown({})", why.reason),
        TreeKind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        TreeKind::Map(members) => {
            let members: Vec<_> = members.iter().map(|(k, v)| format!("{k}: {}", show(v))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

#[test]
fn samples_and_changes_become_one_record() {
    let text = "sample base on cloudtrail { eventName: RunInstances, awsRegion: us-east-1, userIdentity: { type: Root, arn: \"a\" }, readOnly: false }\n\
        rule r on cloudtrail { severity: low when: ct.name = RunInstances }\n\
        test r {\n  fires \"as is\" base\n  silent \"changed\" base with { eventName: 22, readOnly: null, userIdentity: { arn: null, n: 1.5 }, items: [\"1\", x, true] }\n  unknown \"by itself\" { eventName: unknown(\"why\"), gone: null }\n}\n";
    assert_eq!(said(text), "");
    let (_, checked) = check_files(&[("rules.eyas", text)]);
    let cases = &checked.rules.tests[0].cases;
    let lines: Vec<String> = cases
        .iter()
        .map(|c| match &c.input {
            TestInput::Record(tree) => format!("{:?} {}: {}", c.expect, c.title, show(tree)),
            other => format!("{other:?}"),
        })
        .collect();
    assert_snapshot!(lines.join("\n"));
}

#[test]
fn values_know_where_they_stand() {
    let text = "rule r on cloudtrail { severity: low when: ct.name = A }\ntest r {\n  fires \"x\" { eventName: A }\n}\n";
    let (_, checked) = check_files(&[("rules.eyas", text)]);
    let TestInput::Record(tree) = &checked.rules.tests[0].cases[0].input else { panic!("no record") };
    let place = tree.get("eventName").and_then(|t| t.place).map(|p| (p.line, p.column, p.len));
    assert_eq!(place, Some((3, 26, 1)));
}

#[test]
fn misspelt_keys_are_pointed_out_and_unknown_ones_are_not() {
    assert_snapshot!(said(
        "rule r on AWS::EC2::SecurityGroup { severity: low when: GroupName = x }\n\
         test r {\n  fires \"x\" { GroupNam: x, Unheard: 1, SecurityGroupIngress: [{ CidrIP: \"0.0.0.0/0\" }, { Whatever: 2 }] }\n}\n"
    ));
}

#[test]
fn tests_of_broken_rules_are_left_out_without_a_word() {
    let text =
        "rule r on cloudtrail { severity: low when: ct.nmae = A }\ntest r { fires \"x\" { eventName: A } }\n";
    let (_, checked) = check_files(&[("rules.eyas", text)]);
    assert_eq!(checked.diagnostics.len(), 1);
    assert!(checked.rules.tests.is_empty());
    assert_eq!(checked.left_out, ["rules.r"]);
}
