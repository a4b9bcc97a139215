//! Files written by others, where they are at hand.

use smol_str::SmolStr;

use crate::falco::read;
use crate::source::FileId;
use crate::syntax::ast::{DeclKind, RuleValue};

#[test]
fn the_upstream_cloudtrail_rules_are_read_without_a_complaint() {
    let path = super::data().join("falco/aws_cloudtrail_rules.yaml");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("no corpus at {}: skipped", path.display());
        return;
    };
    let file = read(FileId(0), &text);
    assert_eq!(super::render(&[&text], &file.diagnostics), "");
    let rules: Vec<_> = file
        .decls
        .iter()
        .filter_map(|d| match &d.kind {
            DeclKind::Rule(rule) => Some(rule),
            _ => None,
        })
        .collect();
    assert_eq!(rules.len(), 22);
    assert!(rules.iter().all(|r| r.record.text == "cloudtrail"));
    let off = |value: &RuleValue| matches!(value, RuleValue::Enabled(_));
    assert_eq!(rules.iter().filter(|r| r.keys.iter().any(|k| off(&k.value))).count(), 2);
}

#[test]
fn the_upstream_cloudtrail_rules_can_run() {
    let path = super::data().join("falco/aws_cloudtrail_rules.yaml");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("no corpus at {}: skipped", path.display());
        return;
    };
    let checked = super::check(&[&text]);
    assert_eq!(checked.left_out, Vec::<SmolStr>::new());
    assert!(checked.is_ok(), "{}", super::render(&[&text], &checked.diagnostics));
    assert_eq!(checked.rules.rules.len(), 22);
    assert!(checked.rules.rules.iter().any(|r| r.id == "falco.list_buckets" && r.title == "List Buckets"));
}
