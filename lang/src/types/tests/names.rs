//! Names, packages and macros.

use insta::assert_snapshot;

use super::{said, said_of};

#[test]
fn what_cannot_be_read_may_use_any_name() {
    let rule = |when: &str| {
        format!(
            "use std.net\nparam p: int = 1\nlist l = [a]\nrule r on cloudtrail {{\n  severity: low\n  when: {when}\n}}\n"
        )
    };
    assert_eq!(said(&rule("ct.name = RunInstances")).matches("unused-name").count(), 2);
    assert_eq!(said(&rule("ct.name = RunInstances and")).matches("unused-name").count(), 0);
}

#[test]
fn names_of_used_packages_are_visible_and_full_names_always_are() {
    let net = "package std.net\nlist ports = [22, 3389]\nmacro open(c) = c = \"0.0.0.0/0\"\n";
    let used = "use std.net\nrule r on cloudtrail { severity: low when: ct.name = A and open(ct.user) and any p in event.ports (p in ports) }\n";
    let full = "rule s on cloudtrail { severity: low when: ct.name = A and std.net.open(ct.user) and event.port in std.net.ports }\n";
    assert_eq!(said_of(&[("net.eyas", net), ("a.eyas", used), ("b.eyas", full)]), "");
}

#[test]
fn files_of_one_package_see_each_other() {
    let one = "package p\nlist calls = [RunInstances]\n";
    let two = "package p\nrule r on cloudtrail { severity: low when: ct.name in calls }\n";
    assert_eq!(said_of(&[("one.eyas", one), ("two.eyas", two)]), "");
}

#[test]
fn a_name_of_a_package_that_is_not_used_says_which_to_use() {
    let net = "package std.net\nlist ports = [22, 3389]\nmacro open(c) = c = x\n";
    let text =
        "rule r on cloudtrail { severity: low when: open(ct.name) or ct.name in ports or opne(ct.name) }\n";
    assert_snapshot!(said_of(&[("net.eyas", net), ("a.eyas", text)]));
}

#[test]
fn every_kind_of_declaration_shares_one_space_of_names() {
    assert_snapshot!(said(
        "list a = [x]\nmacro a = ct.error exists\nrule b on cloudtrail { severity: low when: ct.name in a }\n\
         sample b on cloudtrail { eventName: A }\nparam b: int = 1\n"
    ));
}

#[test]
fn errors_in_macros_are_told_at_the_use_and_once() {
    assert_snapshot!(said(
        "macro inner(x) = x = RunInstances and ct.nam = x\nmacro outer(x) = inner(x)\n\
         rule r on cloudtrail { severity: low when: outer(ct.name) }\n\
         rule s on cloudtrail { severity: low when: outer(ct.name) or inner(ct.src) }\n"
    ));
}

#[test]
fn macros_see_nothing_of_their_callers_but_arguments() {
    assert_snapshot!(said(
        "macro small(x) = x.FromPort < 1024 and r.ToPort < 1024\n\
         rule a on AWS::EC2::SecurityGroup { severity: low when: any r in SecurityGroupIngress (small(r)) }\n"
    ));
}

#[test]
fn circles_are_reported_once_each() {
    assert_snapshot!(said(
        "macro a = b\nmacro b = c or ct.error exists\nmacro c = a\nmacro d = d\nlist x = [y, 1]\nlist y = [x]\n\
         rule r on cloudtrail { severity: low when: (a or d) and ct.name in x }\n"
    ));
}

#[test]
fn what_is_read_only_by_an_unused_name_is_not_reported_as_well() {
    assert_snapshot!(said(
        "list calls = [RunInstances]\nmacro started = ct.name in calls\nsample s on cloudtrail { eventName: A }\n\
         param limit: int = 3\nrule r on cloudtrail { severity: low when: ct.name = RunInstances }\n"
    ));
}

#[test]
fn parameters_of_macros_and_lets_that_nothing_reads_are_pointed_out() {
    assert_snapshot!(said(
        "macro m(a, b) = ct.name = a\nrule r on cloudtrail {\n  severity: low\n  let n = cel\"size(ct.name)\"\n  when: m(A, B)\n}\n"
    ));
}

#[test]
fn macros_are_no_values() {
    assert_snapshot!(said(
        "macro m = ct.name = A\nparam l: list<string> = [a]\nrule r on cloudtrail { severity: low when: m = true or len(m) > 3 or ct.name = l }\n"
    ));
}

#[test]
fn params_that_only_cel_reads_are_read() {
    assert_eq!(
        said(
            "param limit: int = 3\nrule r on cloudtrail { severity: low when: ct.name = A let double = cel\"limit * 2\" message: \"{double}\" }\n"
        ),
        ""
    );
}

#[test]
fn variables_that_hide_other_names_are_pointed_out() {
    assert_snapshot!(said(
        "rule r on AWS::EC2::SecurityGroup {\n  severity: low\n  when: any r in SecurityGroupIngress (any r in SecurityGroupEgress (r.IpProtocol = tcp))\n    or any GroupName in SecurityGroupIngress (GroupName.IpProtocol = tcp)\n}\n"
    ));
}

#[test]
fn tests_name_rules_and_samples() {
    assert_snapshot!(said(
        "rule run on cloudtrail { severity: low when: ct.name = RunInstances }\n\
         sample base on cloudtrail { eventName: RunInstances }\n\
         sample group on AWS::EC2::SecurityGroup { GroupName: web }\n\
         test rnu { fires \"a\" base }\n\
         test run {\n  fires \"b\" bsae with { awsRegion: x }\n  silent \"c\" group\n  fires \"d\" base\n}\n"
    ));
}
#[test]
fn nothing_follows_from_a_broken_declaration() {
    // The list and the macro cannot be read: their uses are no errors of their own.
    assert_snapshot!(said(
        "list calls = [RunInstances,, StartInstances\n\nmacro started = ct.name = = RunInstances\n\n\
         rule r on cloudtrail {\n  severity: low\n  when: ct.name in calls and started\n}\n\n\
         rule s on cloudtrail {\n  severity: low\n  when: ct.name = RunInstances\n}\n"
    ));
}
