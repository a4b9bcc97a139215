//! Messages and CEL.

use insta::assert_snapshot;

use super::{rule, said};

fn with(keys: &str) -> String {
    said(&format!(
        "rule r on cloudtrail {{\n  severity: low\n  when: any g in event.groups (g.name = x)\n{keys}\n}}\n"
    ))
}

#[test]
fn messages_name_fields_variables_lets_and_functions() {
    assert_eq!(
        with(
            "  let n = cel\"size(ct.name) + 1\"\n  message: \"{ct.user} {g.name} {n} {tolower(ct.name)} {{literal}} {account.ids}\""
        ),
        ""
    );
}

#[test]
fn unknown_names_in_messages_are_errors() {
    assert_snapshot!(with("  message: \"{ct.usr} {h.name}\"\n  fix: \"{count} {within}\""));
}

#[test]
fn cel_reads_what_conditions_read() {
    let rule = rule(
        "param limit: int = 3\nrule r on cloudtrail {\n  severity: low\n  when: ct.name = A\n  let a = cel\"ct.user.arn.startsWith('arn:') && size(event.requestParameters.items) > limit\"\n  let b = cel\"a ? event.x['odd key'] : [1, 2].exists(i, i > 1)\"\n  message: '{cel\"b\"}'\n}\n",
    );
    let reads: Vec<Vec<&str>> =
        rule.lets.iter().map(|l| l.cel.reads.iter().map(|(n, _)| n.as_str()).collect()).collect();
    assert_snapshot!(format!("{reads:?}"));
}

#[test]
fn errors_of_cel_point_into_the_rule_file() {
    assert_snapshot!(with(
        "  let a = cel\"ct.nmae == 'x'\"\n  let b = cel\"sise(ct.name) > 1\"\n  let c = cel\"1 +\"\n  let d = cel\"has(ct.user.arn)\"\n  let e = cel\"later + 1\"\n  let later = cel\"age(ct.time)\""
    ));
}
