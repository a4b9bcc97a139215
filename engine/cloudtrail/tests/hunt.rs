//! Rules over files and folders.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use eyas_cloudtrail::{Options, Order, Progress, Source, Summary, TimeRange, hunt};
use eyas_engine::finding::Finding;
use eyas_engine::plan::{Plan, PlanOptions};
use eyas_lang::catalog::Catalog;
use eyas_lang::source::{SourceFile, SourceKind, Sources};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::{Value, json};

const RULES: &str = r#"
package test

rule stop on cloudtrail {
  severity: high
  when: ct.name in ("StopLogging", "DeleteTrail")
  message: "{ct.user} stopped {ct.name}"
}

rule root on cloudtrail {
  severity: medium
  when: ct.user.identitytype = "Root" and ct.src = "ec2.amazonaws.com"
  message: "root"
}

rule unnamed on cloudtrail {
  severity: low
  when: not ct.name in ("DescribeTrails", "StopLogging") and ct.user.identitytype = "Root"
  message: "another"
}

rule odd_agent on cloudtrail {
  severity: low
  when: ct.useragent contains "kali"
  message: "kali"
}
"#;

fn plan() -> Plan {
    plan_of(RULES)
}

fn plan_of(rules: &str) -> Plan {
    let mut sources = Sources::default();
    sources.add(SourceFile {
        name: "test.eyas".into(),
        text: rules.into(),
        kind: SourceKind::Eyas,
        default_package: "test".into(),
        builtin: false,
    });
    let checked = eyas_lang::types::load(&sources, Catalog::builtin(), &Default::default());
    assert!(checked.is_ok(), "{:?}", checked.diagnostics);
    let (plan, diagnostics) = Plan::new(&checked.rules, &sources, PlanOptions::default());
    assert!(diagnostics.is_empty());
    plan
}

fn event(id: u64, name: &str) -> Value {
    json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "userName": "ann"},
        "eventTime": format!("2024-01-{:02}T03:04:05Z", 1 + id % 28),
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "userAgent": "aws-cli",
        "eventID": id.to_string(),
    })
}

fn run(root: &Path, plan: &Plan, options: &Options<'_>) -> (Vec<Finding>, Summary) {
    let mut findings = Vec::new();
    let mut sink = |finding| {
        findings.push(finding);
        ControlFlow::Continue(())
    };
    let summary = hunt(vec![Source::Path(root.to_owned())], plan, options, &mut sink);
    (findings, summary)
}

fn ids(findings: &[Finding]) -> Vec<u64> {
    findings.iter().map(|f| f.subject.id.as_deref().unwrap().parse().unwrap()).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A folder of files of every kind; every 50th event stops a trail.
fn folder() -> (tempfile::TempDir, u64) {
    folder_with(0)
}

/// One in which two files are too large to be read whole.
fn large_folder() -> (tempfile::TempDir, u64) {
    folder_with(3_000)
}

fn folder_with(padding: usize) -> (tempfile::TempDir, u64) {
    let root = tempfile::tempdir().unwrap();
    let mut id = 0;
    let mut events = |count: u64, padding: usize| -> Vec<Value> {
        let from = id;
        id += count;
        let one = |id| {
            let mut event = event(id, if id % 50 == 7 { "StopLogging" } else { "DescribeTrails" });
            event["requestParameters"] = json!({"padding": "x".repeat(padding)});
            event
        };
        (from..id).map(one).collect()
    };
    let lines = |events: Vec<Value>| events.iter().map(|e| format!("{e}\n")).collect::<String>().into_bytes();
    for n in 0..40 {
        let file = json!({"Records": events(60, 0)}).to_string().into_bytes();
        fs::write(root.path().join(format!("a{n:02}.json.gz")), gzip(&file)).unwrap();
    }
    fs::write(root.path().join("b.jsonl"), lines(events(3_000, padding))).unwrap();
    let members: Vec<u8> = (0..5).flat_map(|_| gzip(&lines(events(200, 10)))).collect();
    fs::write(root.path().join("c.gz"), members).unwrap();
    let large = json!({"Records": events(3_000, padding)}).to_string().into_bytes();
    fs::write(root.path().join("d.json.gz"), gzip(&large)).unwrap();
    fs::write(root.path().join("e.json"), format!("{:#}", json!({"Records": events(100, 5)}))).unwrap();
    fs::write(root.path().join("empty"), "").unwrap();
    fs::write(root.path().join("readme.md"), "# Logs\n").unwrap();
    (root, id)
}

#[test]
fn any_number_of_threads_gives_the_same_findings_in_the_order_of_the_input() {
    let (root, count) = large_folder();
    let plan = plan();
    let (one, summary) = run(root.path(), &plan, &Options::default());
    assert_eq!(summary.problems.first, []);
    assert_eq!((summary.records, summary.files, summary.empty_files), (count, 46, 1));
    assert_eq!(summary.foreign.first.len(), 1);
    assert_eq!(ids(&one), (0..count).filter(|id| id % 50 == 7).collect::<Vec<_>>());
    assert_eq!(summary.findings_total(), one.len() as u64);
    assert_eq!(summary.skipped, count - one.len() as u64);
    assert_eq!(summary.first_time.as_deref(), Some("2024-01-01T03:04:05Z"));
    assert_eq!(summary.last_time.as_deref(), Some("2024-01-28T03:04:05Z"));
    for threads in [2, 5] {
        let (many, again) = run(root.path(), &plan, &Options { threads, ..Options::default() });
        assert_eq!(many, one, "{threads} threads");
        assert_eq!(
            (again.records, again.skipped, again.bytes),
            (summary.records, summary.skipped, summary.bytes)
        );
        assert_eq!(again.tally, summary.tally);
    }
}

#[test]
fn findings_point_to_their_line_and_offset() {
    let (root, _) = large_folder();
    let (findings, _) = run(root.path(), &plan(), &Options { threads: 2, ..Options::default() });
    let text = fs::read_to_string(root.path().join("b.jsonl")).unwrap();
    let mut seen = 0;
    for finding in findings.iter().filter(|f| f.location.as_ref().unwrap().file.ends_with("b.jsonl")) {
        let location = finding.location.as_ref().unwrap();
        let offset = location.offset.unwrap() as usize;
        let event: Value = serde_json::from_str(text[offset..].lines().next().unwrap()).unwrap();
        assert_eq!(event["eventID"].as_str(), finding.subject.id.as_deref());
        assert_eq!(location.line.unwrap() as usize, 1 + text[..offset].matches('\n').count());
        seen += 1;
    }
    assert_eq!(seen, 60);
}

#[test]
fn findings_can_be_had_in_the_order_of_time() {
    let (root, _) = folder();
    let (findings, _) =
        run(root.path(), &plan(), &Options { threads: 2, order: Order::Time, ..Options::default() });
    let times: Vec<_> = findings.iter().map(|f| f.event.as_ref().unwrap().time.clone()).collect();
    assert!(times.is_sorted());
    let first: Vec<_> = ids(&findings).into_iter().take_while(|id| id % 28 == 7).collect();
    assert!(first.is_sorted(), "equal times stay in the order of the input");
}

#[test]
fn events_out_of_range_are_counted_but_not_judged() {
    let (root, count) = folder();
    let range =
        TimeRange { from: "2024-01-08T00:00:00Z".parse().ok(), to: "2024-01-09T00:00:00Z".parse().ok() };
    let plan = plan();
    for judge_all in [false, true] {
        let (findings, summary) =
            run(root.path(), &plan, &Options { range, judge_all, ..Options::default() });
        let wanted = |id: &u64| id % 28 == 7;
        assert_eq!(ids(&findings), (0..count).filter(|id| id % 50 == 7 && wanted(id)).collect::<Vec<_>>());
        assert_eq!(summary.out_of_range, (0..count).filter(|id| !wanted(id)).count() as u64);
    }
}

#[test]
fn it_ends_when_no_more_findings_are_wanted() {
    let (root, _) = folder();
    let mut findings = Vec::new();
    let mut sink = |finding: Finding| {
        findings.push(finding);
        if findings.len() == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = Options { threads: 2, ..Options::default() };
    let summary = hunt(vec![Source::Path(root.path().to_owned())], &plan(), &options, &mut sink);
    assert!(summary.interrupted);
    assert_eq!(findings.len(), 10);
    assert_eq!(summary.findings_total(), 10);
}

#[test]
fn an_interruption_gives_out_what_was_judged() {
    let (root, count) = folder();
    let (flag, seen) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let progress = |progress: &Progress| {
        seen.lock().unwrap().push(*progress);
        flag.store(progress.files >= 10, Ordering::Relaxed);
    };
    let options =
        Options { threads: 2, interrupt: Some(&flag), progress: Some(&progress), ..Options::default() };
    let (findings, summary) = run(root.path(), &plan(), &options);
    assert!(summary.interrupted);
    assert!(summary.records >= 600 && summary.records < count, "{}", summary.records);
    let ids = ids(&findings);
    assert!(ids.is_sorted() && ids.len() as u64 >= summary.records / 50);
    let mut steps = seen.into_inner().unwrap();
    steps.sort_by_key(|p| p.records);
    assert!(steps.iter().map(|p| p.bytes).is_sorted());
}

#[test]
fn what_cannot_be_opened_is_told() {
    let root = tempfile::tempdir().unwrap();
    let missing = root.path().join("missing.json");
    let (findings, summary) = run(&missing, &plan(), &Options::default());
    assert!(findings.is_empty());
    let problem = &summary.problems.first[0];
    assert_eq!((problem.file.as_str(), problem.offset), (missing.to_str().unwrap(), None));
}

/// JSON that means the same, or nearly, in many ways.
fn odd_event() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("\"StopLogging\""),
        Just("\"DescribeTrails\""),
        Just("\"Stop\\u004cogging\""),
        Just("\"Delete\\/Trail\""),
        Just("null"),
        Just("7"),
        Just("[\"StopLogging\"]"),
    ];
    let key = prop_oneof![Just("\"eventName\""), Just("\"event\\u004eame\""), Just("\"EventName\"")];
    let colon = prop_oneof![Just(":"), Just(" : "), Just("\t:")];
    let named = (key, colon, name).prop_map(|(key, colon, name)| format!("{key}{colon}{name}"));
    let member = prop_oneof![
        4 => named.clone(),
        1 => named.prop_map(|member| format!("\"requestParameters\":{{{member}}}")),
        1 => Just("\"eventSource\":\"ec2.amazonaws.com\"".to_owned()),
        1 => Just("\"eventSource\":\"s3.amazonaws.com\"".to_owned()),
        1 => Just("\"userIdentity\":{\"type\":\"Root\"}".to_owned()),
        1 => Just("\"userIdentity\":{\"type\":\"R\\u006fot\"}".to_owned()),
        1 => Just("\"userIdentity\":\"{\\\"type\\\":\\\"Root\\\"}\"".to_owned()),
        1 => Just("\"resources\":[{\"ARN\":\"é]}\"}]".to_owned()),
        1 => Just("\"userAgent\":\"kali\"".to_owned()),
        1 => Just("\"userAgent\":\"a \\\"eventName\\\":\\\"X\\\" k\\u0061li }{\"".to_owned()),
        1 => Just("\"eventTime\":\"2024-01-08T10:00:00Z\"".to_owned()),
        1 => Just("\"eventTime\":\"2024-02-08T10:00:00Z\"".to_owned()),
        1 => Just("\"detail\":{\"eventTime\":\"2023-02-08T10:00:00Z\"}".to_owned()),
    ];
    let comma = prop_oneof![Just(","), Just(" , ")];
    (proptest::collection::vec(member, 0..7), comma)
        .prop_map(|(members, comma)| format!("{{\"eventVersion\":\"1.08\"{comma}{}}}", members.join(comma)))
        .prop_map(|text| text.replace(",}", "}").replace(", }", "}"))
}

/// Events that are much alike, as those of a log are.
fn alike() -> impl Strategy<Value = String> {
    let name = prop_oneof![8 => Just("DescribeTrails"), 4 => Just("GetTrail"), 1 => Just("StopLogging")];
    let source = prop_oneof![9 => Just("cloudtrail"), 1 => Just("ec2")];
    let kind = prop_oneof![8 => Just("AssumedRole"), 1 => Just("Root"), 1 => Just("Ro\\u006ft")];
    let agent = prop_oneof![
        6 => "aws-cli/[0-9.]{1,12}",
        1 => Just("kali".to_owned()),
        1 => Just("Mozilla (kali)".to_owned()),
        1 => Just("k\\u0061li".to_owned()),
        1 => Just("é".to_owned()),
    ];
    let day = 7u32..10;
    let bytes = prop_oneof!["[1-9][0-9]{0,5}", "[1-9][0-9]{0,2}\\.[0-9]"];
    (name, source, kind, agent, day, bytes).prop_map(|(name, source, kind, agent, day, bytes)| {
        format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"{kind}"}},"eventTime":"2024-01-0{day}T10:00:00Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","userAgent":"{agent}","requestParameters":{{"bytes":{bytes}}}}}"#
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Passing over records never changes a finding.
    #[test]
    fn passing_over_changes_nothing(
        events in prop_oneof![
            proptest::collection::vec(odd_event(), 1..8),
            proptest::collection::vec(alike(), 20..60),
            proptest::collection::vec(prop_oneof![3 => alike(), 1 => odd_event()], 20..60),
        ],
        in_list in any::<bool>(),
        ranged in any::<bool>(),
    ) {
        let root = tempfile::tempdir().unwrap();
        let text = if in_list { format!("{{\"Records\":[{}]}}", events.join(",")) } else { events.join("\n") };
        let file = root.path().join("a.json");
        fs::write(&file, &text).unwrap();
        let plan = plan();
        let range = match ranged {
            true => TimeRange { from: "2024-01-08T00:00:00Z".parse().ok(), to: "2024-01-09T00:00:00Z".parse().ok() },
            false => TimeRange::default(),
        };
        let (quick, summary) = run(&file, &plan, &Options { range, ..Options::default() });
        let (thorough, all) = run(&file, &plan, &Options { range, judge_all: true, ..Options::default() });
        prop_assert_eq!(quick, thorough);
        prop_assert_eq!(summary.records, events.len() as u64);
        prop_assert_eq!((all.records, all.out_of_range), (summary.records, summary.out_of_range));
        prop_assert_eq!((summary.problems.total, all.problems.total), (0, 0));
        prop_assert!(summary.first_time.is_none() || all.first_time.is_some());
    }

    /// Damage of any kind never ends in a panic, and never hides the records around it.
    #[test]
    fn damage_hides_nothing_behind_it(at in 0usize..2000, bytes in proptest::collection::vec(any::<u8>(), 0..6), cut in 0usize..30) {
        let root = tempfile::tempdir().unwrap();
        let lines = |from: u64| (from..from + 8).map(|id| format!("{}\n", event(id, "StopLogging"))).collect::<String>();
        let mut middle = lines(8).into_bytes();
        let at = at % middle.len();
        let cut = cut.min(middle.len() - at);
        middle.splice(at..at + cut, bytes);
        let file = root.path().join("a.json");
        fs::write(&file, [lines(0).as_bytes(), &middle, b"\n", lines(16).as_bytes()].concat()).unwrap();
        let (findings, _) = run(&file, &plan(), &Options::default());
        prop_assert_eq!(ids(&findings[..8]), (0..8).collect::<Vec<_>>());
        prop_assert_eq!(ids(&findings[findings.len() - 8..]), (16..24).collect::<Vec<_>>());
    }
}
