//! Falco files printed as `.eyas`.

use crate::checked::RuleSet;
use crate::falco::{convert, read};
use crate::fmt::format;
use crate::source::{FileId, SourceKind};
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
    let told = |rules: &RuleSet| {
        let rules = rules.rules.iter();
        rules.map(|r| (r.id.clone(), r.title.clone(), r.doc.clone(), r.enabled)).collect::<Vec<_>>()
    };
    let before = super::check(&[&text]);
    let after = super::check_as(SourceKind::Eyas, &[&converted(&text)]);
    assert!(after.is_ok(), "{:?}", after.diagnostics);
    assert_eq!(told(&before.rules), told(&after.rules));
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

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn conditions_keep_their_meaning(
        parts in proptest::collection::vec((0_usize..JOINTS.len(), 0_usize..CHECKS.len(), 0_usize..4), 1..8),
    ) {
        let mut condition = String::new();
        let mut open = 0;
        for (i, (joint, check, brackets)) in parts.iter().enumerate() {
            condition += if i == 0 { "" } else { JOINTS[*joint] };
            if *brackets == 1 {
                condition += "(";
                open += 1;
            }
            condition += CHECKS[*check];
            if *brackets == 2 && open > 0 {
                condition += ")";
                open -= 1;
            }
        }
        condition += &")".repeat(open);
        keeps_its_meaning(&format!("- macro: m\n  condition: |\n    {condition}\n"));
    }
}

const JOINTS: &[&str] = &[" and ", " or ", " and not ", " or not not ", " and not "];

const CHECKS: &[&str] = &[
    "known",
    "ct.error exists",
    "ct.x = a",
    "ct.x != 'it\\'s'",
    "ct.x == \"a \\\" \\\\ b\"",
    "ct.x in (a, 'b c', #d, {e}, in, 0x1F, -5.5, true, é)",
    "ct.x intersects ()",
    "ct.x pmatch (/etc, /var/log)",
    "ct.x contains oneof (a, b)",
    "ct.x = anyof names",
    "ct.x regex ^a/b[0-9]+$",
    "ct.x glob *a?[b]*",
    "ct.x[a.b] startswith /etc/",
    "json.value[/a/0/b~1c] = false",
    "json.value['/a b'] = \"x\\ty\"",
    "len(tolower(ct.x)) >= 5",
    "ct.x = val(ct.y)",
    "ct.x = concat(ct.y, ':', 5)",
    "join('-', (ct.x, \"y\")) bcontains 4142",
    "getopt(proc.args, 'n:')[n] = z",
    "ct.x = when: or known",
    "ct.x = a:b@c;d|e\\f",
    "ct.x = //",
    "ct.x startswith #",
];

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
