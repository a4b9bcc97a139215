//! Falco files printed as `.eyas`.

use crate::falco::{convert, read};
use crate::fmt::format;
use crate::source::FileId;
use crate::syntax::ast::{DeclKind, File};
use crate::syntax::{outline, parse};

/// A file printed as `.eyas`.
fn converted(source: &str) -> String {
    convert(&read(FileId(0), source), source)
}

/// What a file means, without what `.eyas` cannot say: the name in Falco is the first line of
/// the documentation.
fn meaning(mut file: File) -> String {
    for decl in &mut file.decls {
        if let DeclKind::Rule(rule) = &mut decl.kind {
            rule.display_name = None;
        }
    }
    outline(&file)
}

/// That the printed file means what the Falco file means.
fn keeps_its_meaning(source: &str) {
    let printed = converted(source);
    let again = parse(FileId(0), &printed);
    assert_eq!(super::render(&[&printed], &again.diagnostics), "", "{printed}");
    let formatted = format(&again, &printed).unwrap_or_default();
    let tight = |text: &str| text.replace("\n\npackage ", "\npackage ");
    assert_eq!(tight(&formatted), tight(&printed), "is in the canonical layout");
    assert_eq!(meaning(again), meaning(read(FileId(0), source)), "{printed}");
}

#[test]
fn the_upstream_cloudtrail_rules_keep_their_meaning() {
    let path = super::data().join("falco/aws_cloudtrail_rules.yaml");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("no corpus at {}: skipped", path.display());
        return;
    };
    keeps_its_meaning(&text);
}

#[test]
fn a_converted_file() {
    keeps_its_meaning(FILE);
    insta::assert_snapshot!(converted(FILE));
}

#[test]
fn every_accepted_condition_keeps_its_meaning() {
    let corpus = super::conditions::corpus().unwrap_or_default();
    let corpus = corpus.iter().filter(|(_, accepted)| *accepted).map(|(text, _)| text.as_str());
    for condition in super::conditions::ACCEPTED.iter().copied().chain(corpus) {
        // A macro of this name is given another one; here it is not there.
        if condition != "and" {
            let lines = condition.replace('\n', "\n    ");
            keeps_its_meaning(&format!("- macro: m\n  condition: |-\n    {lines}\n"));
        }
    }
}

const FILE: &str = r##"# Our rules.
# Apache-2.0

# About the version.
- required_engine_version: 0.31.0
- list: regions
  items: [eu-west-1, "two words", '"quoted"', more-regions, 22, in, "a[b]", "#c", "x:"]
- list: more-regions
  items:
    - eu-central-1
# Who may do anything.
- macro: by_root
  condition: (ct.user.identitytype = Root)
- rule: Root Login
  desc: |
    Root logged in.

    Nobody should.
  condition: >
    ct.name = ConsoleLogin
      and (not ct.error exists or ct.error = "it's \"\\ {x}\"")
    and not (by_root and not ct.region in (regions, more-regions))
    and json.value["/a b"] regex /x+/
  output: "root {from} %ct.srcip[0] (user=%tolower(ct.user), at=%json.value['/a b/0']) \"5\" \\ \n and more"
  priority: Emergency
  source: aws_cloudtrail
  tags: [aws, "two words", T1078]
  enabled: no
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
# For containers.
- rule: Shell
  desc: d
  condition: shell
  output: o
  priority: info
  source: syscall

# ── Quiet ones ──

# Nothing to see.
- rule: Nothing
  desc: d
  condition: ct.name = A or ct.name = B and by_root
  output: o
  priority: info
  source: aws_cloudtrail
# The end.
"##;
