//! Text that is not YAML, or YAML that is not a rules file.

use super::render;
use crate::falco::read;
use crate::source::FileId;
use crate::syntax::ast::{DeclKind, ExprKind, File};

/// The names that are declared, broken ones in parentheses, and what is said.
fn report(source: &str) -> String {
    let file = read(FileId(0), source);
    format!("{}\n{}", names(&file).join(" "), render(&[source], &file.diagnostics))
}

fn names(file: &File) -> Vec<String> {
    let name = |kind: &DeclKind| match kind {
        DeclKind::List(list) => list.name.name.to_string(),
        DeclKind::Macro(m) => m.name.name.to_string(),
        DeclKind::Rule(rule) => rule.name.name.to_string(),
        DeclKind::Broken(name) => format!("({})", name.name),
        other => format!("{other:?}"),
    };
    file.decls.iter().map(|d| name(&d.kind)).collect()
}

#[test]
fn an_error_costs_no_more_than_its_item() {
    let mut out = String::new();
    for (what, middle) in [
        ("tab", "- macro: b\n\tcondition: x\n"),
        ("open quote", "- macro: b\n  condition: \"ct.x = a\n"),
        ("open single quote", "- macro: b\n  condition: 'ct.x = a\n"),
        ("after quote", "- macro: b\n  condition: \"ct.x\" = a\n"),
        ("colon", "- macro: b\n  condition: ct.x = a: b\n"),
        ("key indented too far", "- macro: b\n    condition: x\n"),
        ("key not indented enough", "- macro: b\n condition: x\n"),
        ("percent", "- macro: b\n  condition: %x\n"),
        ("backtick", "- macro: b\n  condition: `x`\n"),
        ("escape", "- macro: b\n  condition: \"ct.x regex \\d+\"\n"),
        ("open bracket", "- list: b\n  items: [x, y\n"),
        ("missing comma", "- list: b\n  items: [\"x\" \"y\"]\n"),
        ("no anchor", "- list: b\n  items: *x\n"),
        ("key without colon", "- macro: b\n  condition x\n"),
    ] {
        let source = format!("# head\n\n- list: a\n  items: [x]\n{middle}- list: c\n  items: [y]\n");
        out += &format!("── {what}\n{}", report(&source));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn every_broken_item_is_named() {
    insta::assert_snapshot!(report(
        "---
- macro: a
  condition: 'x
- macro: good
  condition: a and b
- macro: b
  condition: [x
- rule: c d
\toutput: x
- macro: good_too
  condition: a
"
    ));
}

#[test]
fn what_is_not_a_list_of_items() {
    let mut out = String::new();
    for source in [
        "",
        "\n\n# only a comment\n",
        "---\n",
        "rule: x\n",
        "text",
        "[1, 2",
        "- macro: a\n  condition: x\nb: c\n",
    ] {
        out += &format!("── {source:?}\n{}", report(source));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn documents_and_anchors_are_read() {
    let source = "%YAML 1.2
---
- list: a
  items: &items [x, y]
- list: b
  items: *items
...
---
- macro: &name c
  condition: *name
";
    assert_eq!(report(source), "a b c\n");
    let file = read(FileId(0), source);
    let DeclKind::List(b) = &file.decls[1].kind else { panic!("{:?}", file.decls) };
    assert_eq!(b.items.len(), 2);
}

#[test]
fn aliases_cannot_grow_without_bound() {
    let mut bomb = "- list: a0\n  items: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
        bomb += &format!("- list: a{i}\n  items: &a{i} [{aliases}]\n");
    }
    let file = read(FileId(0), &bomb);
    assert!(file.diagnostics.iter().any(|d| d.message.contains("stand for more than")));
    assert!(file.diagnostics.len() < 200);
    let own = read(FileId(0), "- list: a\n  items: &a [*a]\n");
    assert!(own.diagnostics.iter().any(|d| d.message.contains("part of")), "{:?}", own.diagnostics);
}

#[test]
fn lists_cannot_grow_without_bound() {
    let mut source = "- list: l0\n  items: [x]\n".to_owned();
    for i in 1..60 {
        source += &format!("- list: l{i}\n  items: [l{0}, l{0}]\n", i - 1);
    }
    source += "- list: me\n  items: [me, us]\n- list: us\n  items: [me]\n";
    source += "- macro: m\n  condition: ct.x = l59 or ct.x = me\n";
    let file = read(FileId(0), &source);
    assert!(matches!(&file.decls.last().unwrap().kind, DeclKind::Macro(_)));
}

#[test]
fn depth_is_bounded() {
    for source in ["[".repeat(10_000), "- ".repeat(10_000), "{a: ".repeat(10_000), "? ".repeat(10_000)] {
        assert_eq!(read(FileId(0), &source).decls.len(), 0);
    }
    let deep = format!("- macro: a\n  condition: {}x{}\n", "(".repeat(5000), ")".repeat(5000));
    let file = read(FileId(0), &deep);
    assert!(file.diagnostics[0].message.contains("nested"));
}

#[test]
fn line_ends_of_every_system_are_read() {
    let source = "- macro: a\r\n  condition: ct.x = 1\r\n    and ct.y = 2\r\n";
    let file = read(FileId(0), source);
    assert_eq!(file.diagnostics, vec![]);
    let DeclKind::Macro(m) = &file.decls[0].kind else { panic!() };
    assert!(matches!(&m.body.kind, ExprKind::And(parts) if parts.len() == 2));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read(source in "\\PC{0,80}") {
        report(&source);
    }

    #[test]
    fn any_lines_like_a_rules_file_are_read(
        lines in proptest::collection::vec(
            (0_usize..7, proptest::sample::select(vec![
                "- rule: a", "- macro: b", "- list: c", "condition: ct.x = 1", "condition: >", "output: |", "items: [a, 'b",
                "items: &x [c, *x]", "output: %ct.x é %", "desc: 'it''s", "append: true", "override: { condition: append }",
                "exceptions:", "- name: e", "fields: [ct.x, ct.y]", "values: [[a, b], [c]]", "comps: [=, in]",
                "priority: INFO", "source: aws_cloudtrail", "\tx", "---", "...", "? a", "*x", "\"", "and ct.y in (c)", "or b",
                "\u{feff}", "\r", "tags: [c]", "enabled: false", "<<: *x", "!!str : &y", "condition: \"\\x41 \\",
            ])),
            0..25,
        ),
    ) {
        let source: String = lines.iter().map(|(by, line)| format!("{}{line}\n", " ".repeat(*by))).collect();
        report(&source);
    }

    #[test]
    fn any_part_of_a_rules_file_is_read(cut in 0_usize..GOOD.len(), len in 0_usize..30) {
        if GOOD.is_char_boundary(cut) {
            report(&GOOD[..cut]);
            if let Some(rest) = GOOD.get(cut + len..) {
                report(&format!("{}{rest}", &GOOD[..cut]));
            }
        }
    }
}

const GOOD: &str = r#"- required_engine_version: 0.31.0
- list: regions
  items: [eu-west-1, "two words"]
- macro: by_root
  condition: >
    ct.user.identitytype = Root
      and not ct.region in (regions)
- rule: Root Login é
  desc: 'it''s'
  condition: |
    by_root and ct.name = "x"
  output: "root \x41 %ct.srcip[0] (user=%tolower(ct.user))"
  priority: Emergency
  source: aws_cloudtrail
  tags: [aws]
  exceptions:
    - name: known
      fields: [ct.user, ct.region]
      comps: [startswith, in]
      values:
        - [svc-, [eu-west-1, regions]]
- rule: Root Login é
  condition: and ct.y = 2
  override: { condition: append }
"#;

#[test]
fn comments_between_items_are_kept() {
    let many = "# one of many\n".repeat(200);
    let source = format!(
        "# first\n## second\n{many}- list: a\n  items: # not this\n    # nor this\n    - x\n# third\n- macro: b\n  condition: |\n    c\n\n# last\n"
    );
    let file = read(FileId(0), &source);
    assert_eq!(file.diagnostics, vec![]);
    let texts: Vec<_> =
        file.comments.iter().map(|c| c.text.as_str()).filter(|t| !t.contains("many")).collect();
    assert_eq!(texts, ["# first", "# second", "# third", "# last"]);
    for decl in &file.decls {
        assert!(file.comments.iter().all(|c| c.span.end <= decl.span.start || decl.span.end <= c.span.start));
    }
}
