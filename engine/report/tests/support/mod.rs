//! Findings to render, and an output to render them into.

#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use eyas_engine::finding::{
    BaselineState, Edit, EditOp, EventInfo, Evidence, Finding, Ignored, Location, Outcome, PathStep,
    RuleInfo, Subject, TextEdit,
};
use eyas_lang::checked::Severity;
use eyas_lang::value::Place;
use eyas_report::{
    Broken, Format, IdleIgnore, IdleWhy, Input, NotRun, Reason, Report, RuleMeta, Run, Sources, Style,
    Summary, Texts, open,
};
use serde_json::json;

/// A writer whose content can be read after it was given away.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    /// What was written so far.
    pub(crate) fn text(&self) -> String {
        let bytes = self.0.lock().expect("no test panics while writing").clone();
        String::from_utf8(bytes).expect("reports are UTF-8")
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no test panics while writing").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn render(
    format: Format,
    style: Style,
    rules: &[RuleMeta],
    findings: &[Finding],
    summary: Summary,
) -> String {
    render_with(false, format, style, rules, findings, summary)
}

/// The same, with the findings that are ignored or unchanged too.
pub(crate) fn rendered_all(format: Format, style: Style) -> String {
    render_with(true, format, style, &rules(), &findings(), summary())
}

fn render_with(
    show_all: bool,
    format: Format,
    style: Style,
    rules: &[RuleMeta],
    findings: &[Finding],
    summary: Summary,
) -> String {
    let out = Shared::default();
    let mut report = Report::new(vec![open(format, out.clone(), style)]).show_all(show_all);
    let run = Run {
        version: "0.0.0".into(),
        rules: rules.to_vec(),
        command: "lint".into(),
        time: Some("2026-06-01 12:00 UTC".into()),
        sources: sources(),
    };
    report.begin(&run).expect("memory takes everything");
    for finding in findings {
        report.finding(finding).expect("memory takes everything");
    }
    report.end(summary).expect("memory takes everything");
    out.text()
}

pub(crate) fn rendered(format: Format, style: Style) -> String {
    render(format, style, &rules(), &findings(), summary())
}

pub(crate) fn rules() -> Vec<RuleMeta> {
    vec![RuleMeta {
        id: "aws.iam.root_access_key".into(),
        title: "An access key of the root user".into(),
        doc: "Root cannot be limited by any policy.".into(),
        severity: Severity::Critical,
        maps: vec!["attack/T1098.001".into()],
        tags: vec!["iam".into()],
        refs: vec!["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html".into()],
    }]
}

pub(crate) fn findings() -> Vec<Finding> {
    vec![event(), hostile(), unknown(), template(), ignored()]
}

fn finding(rule: &str, severity: Severity, message: &str) -> Finding {
    let rule = RuleInfo {
        id: rule.into(),
        title: "A title".into(),
        maps: vec!["attack/T1098.001".into()],
        tags: vec!["iam".into()],
        refs: vec!["https://example.com/".into()],
    };
    Finding {
        fingerprint: "5f1d6f9ce0a34a4bb2c7".into(),
        ..Finding::new(rule.into(), Outcome::Violation, severity, message.into())
    }
}

/// An event with everything.
pub(crate) fn event() -> Finding {
    Finding {
        fix: Some(
            "Delete the key, then look for what it was used for in the hours since it was made.".into(),
        ),
        subject: Subject {
            kind: "cloudtrail".into(),
            id: Some("7f2a3c1e-0000-4000-8000-000000000001".into()),
            account: Some("111122223333".into()),
            region: Some("us-east-1".into()),
        },
        location: Some(Location {
            file: "logs/a b.json.gz".into(),
            offset: Some(4096),
            line: None,
            column: None,
            ..Location::default()
        }),
        event: Some(EventInfo {
            time: Some("2024-05-01T10:02:03Z".into()),
            name: Some("CreateAccessKey".into()),
            source: Some("iam.amazonaws.com".into()),
            error: Some("AccessDenied".into()),
            user: Some("root".into()),
            principal: Some("arn:aws:iam::111122223333:root".into()),
            access_key: Some("AKIAEXAMPLE".into()),
            source_ip: Some("203.0.113.7".into()),
            user_agent: Some("aws-cli/2.15".into()),
        }),
        evidence: vec![
            Evidence {
                field: "ct.name".into(),
                value: Some(json!("CreateAccessKey").into()),
                unknown: None,
                test: "ct.name = CreateAccessKey".into(),
                place: None,
            },
            Evidence {
                field: "ct.request.username".into(),
                value: None,
                unknown: None,
                test: "not ct.request.username exists".into(),
                place: None,
            },
        ],
        ..finding("aws.iam.root_access_key", Severity::Critical, "root made an access key for itself")
    }
}

/// An event whose author tries to fool the reader of the report.
pub(crate) fn hostile() -> Finding {
    let trick = "=cmd|' /C calc'!A0 \u{1b}[2J\u{1b}]0;owned\u{7}\r\n<script>alert(1)</script> [x](javascript:1) `a` | {0}";
    Finding {
        subject: Subject { kind: "cloudtrail".into(), id: Some(trick.into()), account: None, region: None },
        location: Some(Location {
            file: "logs/\u{1b}[31m #1?.json".into(),
            offset: None,
            line: Some(3),
            column: None,
            ..Location::default()
        }),
        event: Some(EventInfo {
            user: Some(trick.into()),
            user_agent: Some(trick.into()),
            ..EventInfo::default()
        }),
        evidence: vec![Evidence {
            field: "ct.useragent".into(),
            value: Some(json!({ "text": trick }).into()),
            unknown: None,
            test: "ct.useragent contains cmd".into(),
            place: Some(Place { offset: 10, len: 3, line: 4, column: 5 }),
        }],
        ..finding("aws.odd", Severity::Medium, trick)
    }
}

/// A resource that could not be judged.
pub(crate) fn unknown() -> Finding {
    Finding {
        outcome: Outcome::Unknown,
        subject: Subject {
            kind: "AWS::EC2::SecurityGroup".into(),
            id: Some("Front".into()),
            account: None,
            region: None,
        },
        location: Some(Location {
            file: "/srv/t.yaml".into(),
            offset: None,
            line: Some(12),
            column: Some(7),
            ..Location::default()
        }),
        evidence: vec![Evidence {
            field: "SecurityGroupIngress".into(),
            value: None,
            unknown: Some("parameter `Cidr` has no default".into()),
            test: "r.CidrIp in world".into(),
            place: None,
        }],
        ..finding("aws.ec2.open", Severity::High, "Front may be open to the world")
    }
}

/// The text that [`template`] and [`ignored`] are in.
pub(crate) const TEMPLATE: &str = "\
Resources:
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        - { FromPort: 22, CidrIp: 0.0.0.0/0 } # for now
";

/// The texts that findings are in.
pub(crate) fn sources() -> Sources {
    let texts = Texts::default();
    texts.insert("cfn/a b.yaml", Arc::from(TEMPLATE));
    Sources::new(Arc::new(texts))
}

/// A resource of a template, with everything.
pub(crate) fn template() -> Finding {
    Finding {
        fingerprint: "0b54c1d2e3f4a5b6c7d8".into(),
        fix: Some("Name the networks that need it.".into()),
        subject: Subject {
            kind: "AWS::EC2::SecurityGroup".into(),
            id: Some("Web".into()),
            account: None,
            region: Some("eu-west-1".into()),
        },
        location: Some(Location {
            file: "cfn/a b.yaml".into(),
            offset: Some(130),
            line: Some(6),
            column: Some(35),
            end_line: Some(6),
            end_column: Some(44),
            path: Some("Resources.Web.Properties.SecurityGroupIngress[0].CidrIp".into()),
        }),
        when: Some("`IsProd` is true".into()),
        evidence: vec![Evidence {
            field: "r.CidrIp".into(),
            value: Some(json!("0.0.0.0/0").into()),
            unknown: None,
            test: "r.CidrIp in world".into(),
            place: Some(Place { offset: 130, len: 9, line: 6, column: 35 }),
        }],
        edits: vec![Edit {
            op: EditOp::Set,
            path: vec![
                PathStep::Key("SecurityGroupIngress".into()),
                PathStep::Index(0),
                PathStep::Key("CidrIp".into()),
            ],
            value: Some(json!("10.0.0.0/8")),
        }],
        text_edits: vec![TextEdit {
            offset: 130,
            len: 9,
            line: 6,
            column: 35,
            end_line: 6,
            end_column: 44,
            text: "10.0.0.0/8".into(),
        }],
        baseline: Some(BaselineState::New),
        ..finding("aws.ec2.open_ssh", Severity::High, "Web lets everybody reach port 22")
    }
}

/// One that its owner knows about.
pub(crate) fn ignored() -> Finding {
    Finding {
        fingerprint: "11111111111111111111".into(),
        ignored: Some(Ignored {
            by: "comment".into(),
            reason: Some("the partner's <network> changes daily".into()),
            until: Some("2027-01-31".into()),
        }),
        baseline: None,
        text_edits: Vec::new(),
        edits: Vec::new(),
        ..template()
    }
}

pub(crate) fn summary() -> Summary {
    Summary {
        input: Input { files: 3, bytes: 46_137_344, records: 30_477, outside_time: 12 },
        rules: 143,
        passed: 7,
        unknown: 1,
        unknown_because: vec![Reason { reason: "parameter `Cidr` has no default".into(), count: 1 }],
        not_run: vec![NotRun { rule: "mine.spree".into(), reason: "windows are not evaluated yet".into() }],
        broken: 12,
        broken_at: vec![Broken {
            file: "logs/b.json".into(),
            offset: Some(77),
            reason: "expected `,` or `}`".into(),
            ..Broken::default()
        }],
        idle_ignores: vec![
            IdleIgnore { place: "eyas.toml:3".into(), what: "rule `aws.*`".into(), why: IdleWhy::Unused },
            IdleIgnore {
                place: "cfn/a b.yaml:2".into(),
                what: "rule `aws.odd`".into(),
                why: IdleWhy::Expired("2026-01-31".into()),
            },
        ],
        skipped: vec![Reason { reason: "digest files".into(), count: 3 }],
        interrupted: true,
        ..Summary::default()
    }
}
