//! Our own small rules files: what they become, and what is said about wrong ones.

use std::fmt::Write;

use super::conditions::{expr_shape, operand_shape};
use super::render;
use crate::falco::read_all;
use crate::source::FileId;
use crate::syntax::ast::{DeclKind, Except, File, Rule, RuleValue, TemplatePart};

/// What the files become, with what is said about them.
fn report(sources: &[&str]) -> String {
    let ids: Vec<_> = sources.iter().enumerate().map(|(i, s)| (FileId(i as u32), *s)).collect();
    let mut out = String::new();
    for file in read_all(&ids) {
        dump(&file, &mut out);
        out += &render(sources, &file.diagnostics);
    }
    out
}

fn dump(file: &File, out: &mut String) {
    for decl in &file.decls {
        let _ = match &decl.kind {
            DeclKind::List(list) => {
                let items: Vec<_> = list.items.iter().map(operand_shape).collect();
                writeln!(out, "list {} = [{}]", list.name.name, items.join(", "))
            }
            DeclKind::Macro(m) => writeln!(out, "macro {} = {}", m.name.name, expr_shape(&m.body)),
            DeclKind::Broken(name) => writeln!(out, "broken {}", name.name),
            DeclKind::Rule(rule) => {
                let doc = decl.doc.iter().flat_map(|d| &d.lines);
                doc.for_each(|line| _ = writeln!(out, "## {line}"));
                dump_rule(rule, out);
                Ok(())
            }
            other => writeln!(out, "{other:?}"),
        };
    }
    out.push('\n');
}

fn dump_rule(rule: &Rule, out: &mut String) {
    let _ = writeln!(out, "rule {} on {}", rule.name.name, rule.record.text);
    for key in &rule.keys {
        let value = match &key.value {
            RuleValue::Severity(severity) => operand_shape(&severity.otherwise),
            RuleValue::When(expr) => expr_shape(expr),
            RuleValue::Message(template) => template.parts.iter().map(part).collect(),
            RuleValue::Tags(tags) => tags.iter().map(operand_shape).collect::<Vec<_>>().join(", "),
            RuleValue::Enabled(operand) => operand_shape(operand),
            RuleValue::Except(except) => dump_except(except),
            other => format!("{other:?}"),
        };
        let _ = writeln!(out, "  {}: {value}", key.key.name);
    }
}

fn part(part: &TemplatePart) -> String {
    match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Value(operand) => format!("{{{}}}", operand_shape(operand)),
        TemplatePart::Cel(cel) => cel.text.clone(),
    }
}

fn dump_except(except: &Except) -> String {
    let fields = except.fields.iter().map(|(field, op)| match op {
        Some(op) => format!("{} {:?}", operand_shape(field), op.node),
        None => operand_shape(field),
    });
    let rows: Vec<_> = except.rows.iter().map(operand_shape).collect();
    format!("{}({}) in [{}]", except.name.name, fields.collect::<Vec<_>>().join(", "), rows.join(", "))
}

#[test]
fn a_file_with_every_item() {
    insta::assert_snapshot!(report(&[r#"
- required_engine_version: 0.31.0
- required_plugin_versions:
    - name: cloudtrail
      version: 0.10.0
      alternatives:
        - { name: cloudtrail-next, version: 1.0.0-rc1 }

- list: regions
  items: [eu-west-1, "two words", '"quoted"', more-regions, 22]
- list: more-regions
  items:
    - eu-central-1

- macro: by_root
  condition: (ct.user.identitytype = Root)
- macro: never
  condition: >
    ct.name = x
    and by_root

- rule: Root Login
  desc: |
    Root logged in.

    Nobody should.
  condition: >
    ct.name = ConsoleLogin
      and not ct.error exists
    and by_root and not ct.region in (regions, more-regions)
  output: "root from %ct.srcip[0] (user=%tolower(ct.user), at=%json.value[/a b/0]) 5%% {x}"
  priority: Emergency
  source: aws_cloudtrail
  tags: [aws, "two words", T1078]
  enabled: no
  warn_evttypes: false
  skip-if-unknown-filter: true
  capture: true
  capture_duration: 5000
  exceptions:
    - name: known_users
      fields: ct.user
      values: [alice, regions, "bob smith"]
    - name: user and place
      fields: [ct.user, tolower(ct.region)]
      comps: [startswith, in]
      values:
        - [svc-, [eu-west-1, regions]]
        - ["a b", x]
    - name: one
      fields: [ct.name]
      values: [[A], [B]]
    - name: empty
      fields: [ct.name]
- rule: root-login!
  desc: d
  condition: by_root
  output: o
  priority: debug
  source: aws_cloudtrail
"#]));
}

#[test]
fn later_files_change_what_earlier_ones_declare() {
    let base = "
- list: users
  items: [alice]
- macro: quiet
  condition: ct.error exists
- rule: Login
  desc: A login.
  condition: ct.name = ConsoleLogin
  output: login by %ct.user
  priority: INFO
  source: aws_cloudtrail
  tags: [a]
  exceptions:
    - name: ours
      fields: [ct.user]
      values: [[alice]]
- rule: Off
  desc: d
  condition: quiet
  output: o
  priority: INFO
  source: aws_cloudtrail
";
    let local = "
- list: users
  items: [bob]
  append: true
- macro: quiet
  condition: or ct.user in (users)
  override: { condition: append }
- rule: Login
  condition: and not quiet
  output: from %ct.srcip
  desc: And more.
  tags: [a, b]
  priority: critical
  exceptions:
    - name: ours
      values: [[carol]]
    - name: robots
      fields: ct.user
      values: [r2]
  override:
    condition: append
    output: append
    desc: append
    tags: append
    priority: replace
    exceptions: append
- rule: Login
  append: true
  condition: and ct.region exists
- rule: Off
  enabled: false
";
    insta::assert_snapshot!(report(&[base, local]));
}

#[test]
fn appends_that_bind_otherwise_than_they_look() {
    let rule = |name: &str, condition: &str| {
        format!(
            "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: info\n  source: aws_cloudtrail\n"
        )
    };
    let append = |name: &str, condition: &str| {
        format!("- rule: {name}\n  condition: {condition}\n  override: {{ condition: append }}\n")
    };
    let file = [
        rule("a", "ct.x = 1 and ct.y = 2"),
        append("a", "or ct.z = 3"),
        rule("b", "ct.x = 1 or ct.y = 2"),
        append("b", "and ct.z = 3"),
        rule("c", "ct.x = 1"),
        append("c", "and ct.y = 2 or ct.z = 3"),
        rule("fine", "ct.x = 1 or ct.y = 2"),
        append("fine", "or ct.z = 3 and ct.w = 4"),
        append("fine", "or ct.v = 5"),
        rule("fine too", "ct.x = 1"),
        append("fine too", "and (ct.y = 2 or ct.z = 3)"),
    ]
    .concat();
    insta::assert_snapshot!(report(&[&file]));
}

#[test]
fn lists_that_falco_puts_in_as_text() {
    insta::assert_snapshot!(report(&[r#"
- list: admin
  items: [alice, bob]
- list: root
  items: ["Root"]
- list: ConsoleLogin
  items: [ConsoleLogin]
- list: tricky
  items: [">= 5 or ct.a"]
- macro: one_value
  condition: ct.user = root and ct.name = ConsoleLogin
- macro: in_quotes
  condition: ct.user = "the admin user" and ct.user in (root, "admin")
- macro: two_values
  condition: ct.user = admin
- macro: no_parentheses
  condition: ct.user in admin
"#]));
}

#[test]
fn wrong_items_are_all_named_at_once() {
    insta::assert_snapshot!(report(&["
- rule: No Keys
- rule: Bad Values
  desc: [a]
  condition: {a: b}
  output: 5 % of %user and %ct.
  priority: urgent
  source: aws_cloudtrail
  enabled: maybe
  tags: aws
  conditon: x
  desc: again
- rule: Other Source
  desc: d
  condition: evt.type = open and
  output: o
  priority: INFO
  source: k8s_audit
- rule: No Source
  desc: d
  condition: evt.type = open
  output: o
  priority: WARN
- rule:
- macro: m
- list: l
- list: l2
  items: x
- rulle: typo
- 5
- [a]
- ? [a]
  : b
- required_engine_version: many
- required_plugin_versions:
    - version: one
"]));
}

#[test]
fn what_only_rules_for_other_events_use_is_left_out() {
    insta::assert_snapshot!(report(&["
- list: shells
  items: [sh, bash]
- list: users
  items: [root]
- list: nobody
  items: [x]
- macro: shell
  condition: proc.name in (shells) and by_root
- macro: by_root
  condition: ct.user in (users)
- macro: any
  condition: ct.user exists
- rule: Shell
  desc: d
  condition: shell
  output: o
  priority: INFO
  source: syscall
- rule: Root
  desc: d
  condition: by_root and any and ct.name = any
  output: o
  priority: INFO
  source: aws_cloudtrail
"]));
}

#[test]
fn wrong_changes_are_all_named_at_once() {
    insta::assert_snapshot!(report(&["
- rule: A
  desc: d
  condition: ct.x = 1
  output: o
  priority: INFO
  source: aws_cloudtrail
  exceptions:
    - name: e
      fields: [ct.a, ct.b]
      values: [[x, y]]
- rule: B
  append: true
  condition: and ct.y = 2
- rule: A
  append: true
  output: more
  override: { condition: append }
- rule: A
  condition: and ct.y = 2
  output: p
  override:
    condition: add
    priority: append
    tags: append
    conditon: append
- rule: C
  desc: d
  condition: ct.x = 1
  output: o
  priority: INFO
  source: aws_cloudtrail
  exceptions:
    - name: e
      fields: [ct.a, ct.b]
- rule: C
  exceptions:
    - name: e
      fields: [ct.a]
      values: [[x, y, z], w]
    - name: f
      fields: ct.c
      comps: startswith
      values: [[x]]
    - fields: [ct.c]
    - name: g
      values: [x]
    - name: h
      fields: [ct.c, user]
      comps: [=]
  override: { exceptions: append }
- rule: A
  desc: d
  condition: ct.x = 1
  output: o
  priority: INFO
  source: aws_cloudtrail
- macro: gone
  condition: or a
  append: true
- list: gone
  items: [a]
  override: { items: append }
- rule: Gone
  enabled: true
"]));
}

#[test]
fn errors_in_conditions_point_into_the_yaml() {
    insta::assert_snapshot!(report(&[r#"
- macro: plain
  condition: ct.name = a
    and ct.region = two words
- macro: folded
  condition: >-
    ct.name = a

      and ct.region equals b
- macro: literal
  condition: |
    ct.name = a
    and (ct.region = b
- macro: single
  condition: 'ct.name = ''a''
    and ct.region = ''b'
- macro: double
  condition: "ct.name = \"a\\qb\"\n
    and x"
- macro: appended
  condition: ct.name = a
- macro: appended
  condition: or or ct.name = b
  append: true
"#]));
}

#[test]
fn the_checker_speaks_of_the_file_that_a_part_came_from() {
    let base = "
- list: users
  items: [alice]
- rule: Login
  desc: d
  condition: ct.name = ConsoleLogin
  output: \"%ct.foo\"
  priority: INFO
  source: aws_cloudtrail
  exceptions:
    - name: ours
      fields: [ct.user, ct.region]
      comps: [startswith, in]
      values: [[al, [us-east-1, users]], [b, us-west-1]]
";
    let local = "
- rule: Login
  condition: and ct.usr = x
  override: { condition: append }
";
    let files = [base, local];
    insta::assert_snapshot!(render(&files, &super::check(&files).diagnostics));
}

#[test]
fn exceptions_are_checked_in_every_form() {
    let files = ["
- list: users
  items: [alice]
- rule: Login
  desc: d
  condition: ct.name = ConsoleLogin or ct.name = GetSessionToken
  output: login
  priority: INFO
  source: aws_cloudtrail
  exceptions:
    - name: several
      fields: [ct.user, ct.region]
      comps: [startswith, in]
      values: [[al, [us-east-1, users]], [b, us-west-1]]
    - name: one
      fields: ct.user
      values: [users, carol]
    - name: prefixes
      fields: ct.user
      comps: pmatch
      values: [/a, /b]
    - name: list of one
      fields: [tolower(ct.user)]
      values: [[x], [y]]
"];
    let checked = super::check(&files);
    assert_eq!(render(&files, &checked.diagnostics), "");
    assert_eq!(checked.rules.rules.len(), 1);
}
