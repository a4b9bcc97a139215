//! Ignoring findings and comparing them with a baseline.

mod support;

use std::io::Cursor;

use eyas_engine::finding::{BaselineState, Finding};
use eyas_report::{
    Baseline, Format, IdleWhy, IgnoreEntry, Ignores, Report, Run, Style, Summary, open, read::read_findings,
};
use jiff::civil::{Date, date};
use support::{Shared, event, rules, template};

const TODAY: Date = date(2026, 6, 1);

fn entry(place: &str) -> IgnoreEntry {
    IgnoreEntry { place: place.into(), reason: "known".into(), ..IgnoreEntry::default() }
}

/// What an entry says of the example in a template.
fn covers(entry: IgnoreEntry) -> bool {
    Ignores::new(vec![entry], TODAY).judge(&template()).is_some()
}

/// Runs findings through a report into JSON Lines.
fn run(mut report: impl FnMut(Report) -> Report, findings: &[Finding]) -> (Vec<Finding>, Summary) {
    let out = Shared::default();
    let mut report = report(Report::new(vec![open(Format::Jsonl, out.clone(), Style::default())]));
    report.begin(&Run { rules: rules(), ..Run::default() }).expect("memory takes everything");
    for finding in findings {
        report.finding(finding).expect("memory takes everything");
    }
    let summary = report.end(Summary::default()).expect("memory takes everything");
    let mut written = Vec::new();
    read_findings(Cursor::new(out.text()), |f| written.push(f), |e| panic!("{e}")).expect("it is readable");
    (written, summary)
}

fn baseline(findings: &[Finding]) -> Baseline {
    let lines = findings.iter().map(|f| serde_json::to_string(f).expect("findings serialise") + "\n");
    Baseline::read(Cursor::new(lines.collect::<String>())).expect("it is readable")
}

#[test]
fn all_of_an_entry_must_match() {
    assert!(covers(IgnoreEntry { rule: Some("aws.ec2.*".into()), ..entry("") }));
    assert!(!covers(IgnoreEntry { rule: Some("aws.s3.*".into()), ..entry("") }));
    assert!(covers(IgnoreEntry {
        rule: Some("aws.ec2.open_ssh".into()),
        resource: Some("W*".into()),
        path: Some("cfn/*.yaml".into()),
        ..entry("")
    }));
    assert!(!covers(IgnoreEntry {
        rule: Some("aws.ec2.open_ssh".into()),
        path: Some("other/**".into()),
        ..entry("")
    }));
    let account = IgnoreEntry { account: Some("111122223333".into()), ..entry("") };
    assert!(!covers(account.clone()), "a finding without an account matches no account");
    assert!(Ignores::new(vec![account], TODAY).judge(&event()).is_some());
}

#[test]
fn an_entry_holds_up_to_its_last_day() {
    let until = |day| IgnoreEntry { rule: Some("*".into()), until: Some(day), ..entry("") };
    assert!(covers(until(TODAY)));
    assert!(!covers(until(date(2026, 5, 31))));
}

#[test]
fn paths_start_at_the_folder_of_the_configuration() {
    let judge = |file: &str, here: &str| {
        let entry = IgnoreEntry { path: Some("legacy/*.yaml".into()), ..entry("") };
        let mut finding = template();
        finding.location.as_mut().expect("it has one").file = file.into();
        Ignores::new(vec![entry], TODAY).from_folder("/srv/project", here).judge(&finding).is_some()
    };
    assert!(judge("legacy/a.yaml", "/srv/project"));
    assert!(judge("./legacy/a.yaml", "/srv/project"));
    assert!(judge("/srv/project/legacy/a.yaml", "/tmp"));
    assert!(judge("a.yaml", "/srv/project/legacy"));
    assert!(judge("../legacy/a.yaml", "/srv/project/other"));
    assert!(!judge("legacy/a.yaml", "/srv/project/other"));
    assert!(!judge("legacy/a.yaml", "/tmp"));
}

#[test]
fn what_is_ignored_is_counted_and_left_out() {
    let ignore = || {
        let used = IgnoreEntry { rule: Some("aws.iam.*".into()), ..entry("eyas.toml:1") };
        let unused = IgnoreEntry {
            rule: Some("aws.iam.root_*".into()),
            path: Some("x".into()),
            ..entry("eyas.toml:5")
        };
        let ended = IgnoreEntry { until: Some(date(2026, 1, 1)), ..used.clone() };
        let elsewhere = IgnoreEntry { rule: Some("aws.s3.*".into()), ..entry("eyas.toml:9") };
        Ignores::new(vec![used, unused, ended, elsewhere], TODAY)
    };
    let (written, summary) = run(|r| r.with_ignores(ignore()), &[event(), template()]);
    assert_eq!(written, [template()]);
    assert_eq!((summary.findings.ignored, summary.findings.violations()), (1, 1));
    let idle: Vec<_> = summary.idle_ignores.iter().map(|i| (i.place.as_str(), i.why.clone())).collect();
    // The last one is about rules that this run does not have, so nothing is known of it.
    assert_eq!(
        idle,
        [("eyas.toml:5", IdleWhy::Unused), ("eyas.toml:1", IdleWhy::Expired("2026-01-01".into()))]
    );
    let (written, _) = run(|r| r.with_ignores(ignore()).show_all(true), &[event()]);
    assert_eq!(written[0].ignored.as_ref().and_then(|i| i.reason.as_deref()), Some("known"));
}

#[test]
fn only_what_is_new_counts() {
    let mut again = template();
    again.fingerprint = "ffff".into();
    let known = baseline(&[event(), event(), again]);
    let (written, summary) = run(|r| r.with_baseline(known.clone()), &[event(), template()]);
    let states: Vec<_> = written.iter().map(|f| f.baseline).collect();
    assert_eq!(states, [Some(BaselineState::Unchanged), Some(BaselineState::New)]);
    assert_eq!((summary.findings.new, summary.findings.unchanged, summary.fixed), (1, 1, Some(2)));
    assert_eq!(summary.findings.violations(), 1);
}

#[test]
fn a_finding_counts_as_known_as_often_as_the_baseline_has_it() {
    let (_, summary) = run(|r| r.with_baseline(baseline(&[event()])), &[event(), event()]);
    assert_eq!((summary.findings.new, summary.findings.unchanged, summary.fixed), (1, 1, Some(0)));
}

#[test]
fn what_is_ignored_is_neither_new_nor_fixed() {
    let ignores = Ignores::new(vec![IgnoreEntry { rule: Some("*".into()), ..entry("") }], TODAY);
    let known = baseline(&[event()]);
    let report = |r: Report| r.with_baseline(known.clone()).with_ignores(ignores.clone()).show_all(true);
    let (written, summary) = run(report, &[event(), template()]);
    assert!(written.iter().all(|f| f.baseline.is_none() && f.ignored.is_some()));
    assert_eq!((summary.findings.new, summary.findings.unchanged, summary.fixed), (0, 0, Some(0)));
}

#[test]
fn what_need_not_be_known_is_no_longer_missing() {
    let report = |known: Baseline| {
        let mut report = Report::new(Vec::new()).with_baseline(known);
        report.begin(&Run::default()).expect("there is no output");
        report.finding(&support::unknown()).expect("there is no output");
        report.end(Summary { unknown: 1, ..Summary::default() }).expect("there is no output").unknown
    };
    assert_eq!(report(baseline(&[])), 1);
    assert_eq!(report(baseline(&[support::unknown()])), 0);
}

#[test]
fn a_broken_baseline_is_refused() {
    assert!(Baseline::read(Cursor::new("{\"schema\":\"eyas.finding/1\"}\n")).is_err());
    assert_eq!(Baseline::read(Cursor::new("")).expect("an empty one is one").fixed(), 0);
}
