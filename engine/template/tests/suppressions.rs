//! Which findings a template asks to ignore.

use eyas_engine::finding::{Finding, Location, Outcome, RuleInfo};
use eyas_lang::checked::Severity;
use eyas_template::document::parse;
use eyas_template::suppress::{IdleReason, Peers, suppress};
use eyas_template::template::recognise;
use jiff::civil::date;

/// A finding of a rule at the first place of a text.
fn finding(rule: &str, template: &str, at: &str) -> Finding {
    let offset = template.find(at).expect("the place") as u64;
    let rule = RuleInfo { id: rule.into(), ..RuleInfo::default() };
    Finding {
        location: Some(Location { file: "t".into(), offset: Some(offset), ..Location::default() }),
        ..Finding::new(rule.into(), Outcome::Violation, Severity::Medium, String::new())
    }
}

/// What becomes of findings (`rule` at the first occurrence of a text) on 2026-06-01.
fn told(template: &str, findings: &[(&str, &str)]) -> String {
    let document = parse(template).expect("a document");
    let read = recognise(&document).expect("a template");
    let mut found: Vec<Finding> = findings.iter().map(|(rule, at)| finding(rule, template, at)).collect();
    let peers = Peers::from_csv(
        "tool,theirs,ours\ncheckov,CKV_AWS_18,s3.logs\ncfn_nag,W35,s3.logs\nkics,4552b71f-0a2a,s3.logs\n",
    );
    let idle = suppress(&read, &mut found, date(2026, 6, 1), &peers, &|_| true);
    let mut out = String::new();
    for finding in &found {
        let how =
            finding.ignored.as_ref().map(|i| format!("{} ({})", i.by, i.reason.as_deref().unwrap_or("-")));
        out.push_str(&format!("{}: {}\n", finding.rule.id, how.as_deref().unwrap_or("stands")));
    }
    for one in idle {
        let why = match one.why {
            IdleReason::Unused => "unused".to_owned(),
            IdleReason::Expired(day) => format!("expired {day}"),
            IdleReason::NoReason => "no reason".to_owned(),
        };
        out.push_str(&format!("{}:{} {}: {why}\n", one.line, one.column, one.what));
    }
    out
}

const COMMENTS: &str = r#"
Resources:
  # eyas:ignore s3.logs reason="written by the pipeline"
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      # eyas:ignore s3.acl,s3.other reason='asked for' until=2026-12-31
      AccessControl: PublicRead
      BucketName: logs  # eyas:ignore s3.name reason=legacy
  Data:
    # checkov:skip=CKV_AWS_18:not worth it
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: Private
  # eyas:ignore s3.logs until=2030-01-01
  # eyas:ignore s3.acl reason="until then" until=2026-05-31
  Old:
    Type: AWS::S3::Bucket
"#;

#[test]
fn comments_cover_what_they_stand_before() {
    let findings = [
        ("s3.logs", "Logs:"),
        ("s3.acl", "AccessControl: PublicRead"),
        ("s3.name", "BucketName"),
        ("s3.logs", "Data:"),
        ("s3.acl", "AccessControl: Private"),
        ("s3.logs", "Old:"),
        ("s3.acl", "Old:"),
    ];
    insta::assert_snapshot!(told(COMMENTS, &findings));
}

#[test]
fn what_kics_is_told_is_about_the_whole_file() {
    let text = "Resources:\n  Logs:\n    Type: AWS::S3::Bucket\n  # kics-scan disable=4552b71f-0a2a, s3.name\n  Data:\n    Type: AWS::S3::Bucket\n";
    let findings = [("s3.logs", "Logs:"), ("s3.logs", "Data:"), ("s3.name", "Logs:"), ("s3.acl", "Data:")];
    let lines: Vec<String> = told(text, &findings).lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        ["s3.logs: comment (-)", "s3.logs: comment (-)", "s3.name: comment (-)", "s3.acl: stands"]
    );
}

const METADATA: &str = r#"
Metadata:
  eyas: { ignore: [{ rule: s3.tags, reason: "tagged elsewhere" }] }
Resources:
  A:
    Type: AWS::S3::Bucket
    Metadata:
      eyas: { ignore: [{ rule: [s3.logs, s3.acl], reason: "public site" }, { rule: s3.gone, reason: x }, s3.bare] }
  B:
    Type: AWS::S3::Bucket
    Metadata:
      cfn_nag: { rules_to_suppress: [{ id: W35, reason: "no logs of logs" }] }
      checkov: { skip: [{ id: s3.acl, comment: "ours" }] }
      guard: { SuppressedRules: [s3.name, { s3.tags: "why" }] }
"#;

#[test]
fn metadata_covers_its_resource_or_the_whole_template() {
    let findings = [
        ("s3.tags", "A:"),
        ("s3.logs", "A:"),
        ("s3.acl", "A:"),
        ("s3.bare", "A:"),
        ("s3.logs", "B:"),
        ("s3.acl", "B:"),
        ("s3.name", "B:"),
        ("s3.other", "B:"),
    ];
    insta::assert_snapshot!(told(METADATA, &findings));
}
