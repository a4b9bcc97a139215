//! Every shape in which people have CloudTrail, and every way in which it can be broken.

use std::io::{self, Cursor, Read, Write};

use eyas_cloudtrail::{ProblemKind, Summary, read};
use eyas_engine::record::Record;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

fn event(name: &str) -> Value {
    json!({
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "userName": "ann", "accountId": "123456789012"},
        "eventTime": "2024-01-02T03:04:05Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "requestParameters": {"text": "a } and a { and a \" and a \\ and \u{e9}"},
        "eventID": format!("id-{name}"),
    })
}

/// The events' names with their offsets, and the summary.
fn names(bytes: impl Into<Vec<u8>>) -> (Vec<(String, u64)>, Summary) {
    from(Cursor::new(bytes.into()))
}

fn from(bytes: impl Read + Send + 'static) -> (Vec<(String, u64)>, Summary) {
    let mut all = Vec::new();
    let summary = read("logs/a.json", bytes, &mut |event| {
        let name = event.event().unwrap().name.unwrap_or_default();
        let id = event.subject().id.unwrap_or_default();
        assert_eq!(id, format!("id-{name}"));
        all.push((name.to_string(), event.location().unwrap().offset.unwrap()));
    })
    .unwrap();
    assert_eq!(summary.records, all.len() as u64);
    (all, summary)
}

fn only_names(text: &str) -> Vec<String> {
    let (all, summary) = names(text);
    assert_eq!(summary.problems.first, [], "{text}");
    assert_eq!(summary.foreign.first, [], "{text}");
    all.into_iter().map(|(name, _)| name).collect()
}

fn problems(summary: &Summary) -> Vec<String> {
    summary.problems.first.iter().map(ToString::to_string).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn files_of_cloudtrail_itself() {
    let (a, b) = (event("A"), event("B"));
    let file = json!({"Records": [a, b]});
    assert_eq!(only_names(&file.to_string()), ["A", "B"]);
    assert_eq!(only_names(&format!("{file:#}")), ["A", "B"]);
    assert_eq!(only_names(&format!("{file}{file}\n{file:#}")), ["A", "B", "A", "B", "A", "B"]);
    assert_eq!(only_names(&json!({"Records": []}).to_string()), [""; 0]);
}

#[test]
fn lines_arrays_and_single_events() {
    let (a, b) = (event("A"), event("B"));
    assert_eq!(only_names(&format!("{a}\n{b}\n")), ["A", "B"]);
    assert_eq!(only_names(&format!("{a}\r\n\r\n{b}")), ["A", "B"]);
    assert_eq!(only_names(&a.to_string()), ["A"]);
    assert_eq!(only_names(&format!("{a:#}")), ["A"]);
    assert_eq!(only_names(&format!("\u{feff}{a:#}\n{b:#}")), ["A", "B"]);
    assert_eq!(only_names(&format!("{a}{b}\n{b} {a}\n{a}{b}")), ["A", "B", "B", "A", "A", "B"]);
    assert_eq!(only_names(&json!([a, b]).to_string()), ["A", "B"]);
    assert_eq!(only_names(&format!("{:#}", json!([a, b]))), ["A", "B"]);
    assert_eq!(only_names(&format!("{a},\n{b},\n")), ["A", "B"]);
    assert_eq!(only_names(&json!([a.to_string(), b.to_string()]).to_string()), ["A", "B"]);
    assert_eq!(only_names(&json!([{"Records": [a]}, {"Records": [b]}]).to_string()), ["A", "B"]);
}

#[test]
fn envelopes() {
    let (a, b) = (event("A"), event("B"));
    let bridge = json!({"version": "0", "source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail", "detail": a});
    assert_eq!(only_names(&format!("{bridge}\n{bridge}")), ["A", "A"]);
    let message = |event: &Value| json!({"id": "3", "timestamp": 1, "message": event.to_string()});
    let subscription = json!({
        "messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": [message(&a), message(&b)],
    });
    assert_eq!(only_names(&format!("{subscription}{subscription}")), ["A", "B", "A", "B"]);
    let control = json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}]});
    assert_eq!(only_names(&format!("{control}{subscription}")), ["A", "B"]);
    let looked_up = json!({"Events": [{"EventId": "id-A", "EventName": "A", "CloudTrailEvent": a.to_string()}], "NextToken": "x"});
    assert_eq!(only_names(&format!("{looked_up:#}")), ["A"]);
    assert_eq!(only_names(&json!({"technique": "t", "event": a}).to_string()), ["A"]);
}

#[test]
fn rows_of_athena_and_lake() {
    let row = json!({
        "eventversion": "1.08", "useridentity": {"type": "IAMUser", "username": "ann"}, "eventname": "A",
        "eventid": "id-A", "eventtime": "2024-01-02T03:04:05Z", "requestparameters": "{\"a\":1}",
    });
    let mut users = Vec::new();
    let lake = json!({
        "eventName": "A", "eventID": "id-A", "userIdentity": "{\"type\":\"IAMUser\",\"userName\":\"ann\"}",
    });
    let text = format!("{row}\n{lake}\n");
    let summary = read("-", Cursor::new(text), &mut |event| users.push(event.event().unwrap().user)).unwrap();
    assert_eq!(users, [Some("ann".into()), Some("ann".into())]);
    assert_eq!((summary.records, summary.problems.total), (2, 0));
}

#[test]
fn insight_events_are_events_and_digests_are_not() {
    let insight = json!({
        "eventVersion": "1.09", "eventTime": "2024-01-02T03:04:05Z", "awsRegion": "eu-west-1", "eventID": "id-",
        "eventType": "AwsCloudTrailInsight",
        "insightDetails": {"state": "Start", "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances"},
    });
    assert_eq!(only_names(&json!({"Records": [insight]}).to_string()), [""]);
    let digest = json!({"awsAccountId": "1", "digestStartTime": "x", "digestS3Bucket": "b", "logFiles": []});
    let (all, summary) = names(digest.to_string());
    assert!(all.is_empty());
    assert_eq!((summary.digests, summary.foreign.total, summary.problems.total), (1, 0, 0));
}

#[test]
fn what_is_no_cloudtrail_is_named() {
    let (_, summary) = names("# A readme\n\nwith text.\n");
    assert_eq!(summary.foreign.first[0].why, "it is not JSON");
    assert_eq!(summary.problems.total, 0);
    for mark in [&[0xff, 0xfe][..], &[]] {
        let wide: Vec<u8> = "{\"Records\":[]}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_, summary) = names([mark, &wide].concat());
        assert_eq!(summary.foreign.first[0].why, "it is UTF-16 text: convert it to UTF-8");
    }
    let (_, summary) = names(json!({"name": "x"}).to_string());
    assert_eq!(summary.foreign.first[0].why, "its JSON holds no CloudTrail events");
    let (_, summary) = names(&[0u8, 1, 2, 0xff, b'\n', 7][..]);
    assert_eq!(summary.foreign.total, 1);
    let (_, summary) = names("");
    assert_eq!((summary.files, summary.empty_files, summary.foreign.total), (1, 1, 0));
}

#[test]
fn a_broken_record_is_located_and_the_rest_is_read() {
    let (a, b) = (event("A").to_string(), event("B").to_string());
    let half = &a[..a.len() / 2];
    let second = a.len() as u64 + 1;
    for broken in [half, &a[..a.len() - 1], "{\"eventName\":", "not json", "{\"eventName\": nope}", "{]"] {
        let (all, summary) = names(format!("{a}\n{broken}\n{b}\n"));
        let third = second + broken.len() as u64 + 1;
        assert_eq!(all, [("A".to_owned(), 0), ("B".to_owned(), third)], "{broken}");
        assert_eq!(summary.problems.first.len(), 1, "{broken}: {:?}", problems(&summary));
        assert_eq!(summary.problems.first[0].offset, Some(second), "{broken}");
        assert_eq!(summary.problems.first[0].kind, ProblemKind::Record);
    }
}

#[test]
fn a_broken_record_in_a_list_is_located_and_the_rest_is_read() {
    let (a, b) = (event("A").to_string(), event("B").to_string());
    let a = a.replace("{\"awsRegion\"", "{\"eventVersion\":\"1.08\",\"awsRegion\"");
    let order = |text: &str| format!("{{\"eventVersion\":\"1.08\",{}", &text[1..]);
    let (a, b) = (order(&a), order(&b));
    let half = &a[..a.len() / 2];
    for broken in [half, &a[..a.len() - 1], "{\"eventName\": nope}", "{\"a\":{}", "{\"a\":\"}"] {
        let head = "{\"Records\":[";
        let (all, summary) = names(format!("{head}{a},{broken},{b},{b}]}}"));
        let second = (head.len() + a.len() + 1) as u64;
        assert_eq!(all.len(), 3, "{broken}: {all:?} {:?}", problems(&summary));
        assert_eq!(summary.problems.first[0].offset, Some(second), "{broken}");
        assert!(summary.problems.first.len() <= 2, "{broken}: {:?}", problems(&summary));
    }
}

#[test]
fn text_that_is_not_utf8_is_refused_where_it_is() {
    let (a, b) = (event("A").to_string().into_bytes(), event("B").to_string());
    let mut bad = a.clone();
    let quote = bad.iter().position(|&b| b == b'1').unwrap();
    bad[quote] = 0xff;
    let text = [&a[..], b"\n", &bad, b"\n", b.as_bytes()].concat();
    let (all, summary) = names(text);
    assert_eq!(all.len(), 2);
    assert_eq!(
        problems(&summary),
        [format!("logs/a.json: at byte {}: the text is not UTF-8", a.len() + 1 + quote)]
    );
}

#[test]
fn deep_nesting_is_refused_for_that_record_alone() {
    let (a, b) = (event("A").to_string(), event("B").to_string());
    for deep in ["[", "{\"x\":"] {
        let close = if deep == "[" { "]" } else { "}" };
        let nested = format!("{{\"eventName\":{}1{}}}", deep.repeat(10_000), close.repeat(10_000));
        for text in [format!("{a}\n{nested}\n{b}\n"), format!("{{\"Records\":[{a},\n{nested},\n{b}]}}")] {
            let (all, summary) = names(text);
            assert_eq!(all.len(), 2, "{:?}", problems(&summary));
            assert_eq!(summary.problems.total, 1, "{:?}", problems(&summary));
            assert!(problems(&summary)[0].contains("deep"), "{:?}", problems(&summary));
        }
    }
}

#[test]
fn gzip_in_one_and_in_many_members() {
    let (a, b) = (event("A").to_string(), event("B").to_string());
    let text = format!("{a}\n{b}\n");
    assert_eq!(names(gzip(text.as_bytes())).0.len(), 2);
    let many = [gzip(format!("{a}\n").as_bytes()), gzip(b.as_bytes())].concat();
    let (all, summary) = names(many.clone());
    assert_eq!(all, [("A".to_owned(), 0), ("B".to_owned(), a.len() as u64 + 1)]);
    assert_eq!(summary.problems.total, 0);
    assert_eq!((summary.bytes, summary.text_bytes), (many.len() as u64, text.len() as u64 - 1));
    let (all, summary) = names([&many[..], b"garbage"].concat());
    assert_eq!(all.len(), 2);
    assert_eq!(summary.problems.first[0].kind, ProblemKind::Compression);
    assert!(
        problems(&summary)[0].contains(&format!("byte {} of the file", many.len())),
        "{:?}",
        problems(&summary)
    );
}

#[test]
fn a_cut_gzip_yields_what_is_before_the_cut() {
    let text: String = (0..2000).map(|n| format!("{}\n", event(&format!("N{}", n * 7919)))).collect();
    let gz = gzip(text.as_bytes());
    let (all, summary) = names(&gz[..gz.len() / 2]);
    assert!(all.len() > 500 && all.len() < 1500, "{}", all.len());
    assert_eq!(summary.problems.total, 1, "{:?}", problems(&summary));
    let problem = &summary.problems.first[0];
    assert_eq!(problem.kind, ProblemKind::Compression);
    let last = all.last().unwrap().1;
    assert!(problem.offset.unwrap() > last && problem.offset.unwrap() < last + 2000);
}

#[test]
fn reading_that_fails_in_the_middle_is_told() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let a = format!("{}\n", event("A"));
    let (all, summary) = from(Cursor::new(a).chain(Fails));
    assert_eq!(all.len(), 1);
    assert!(problems(&summary)[0].contains("the disk is gone"));
}

#[test]
fn problems_are_counted_but_not_all_are_kept() {
    let text = format!("{}\n{}", event("A"), "{nope}\n".repeat(5000));
    let (all, summary) = names(text);
    assert_eq!((all.len(), summary.problems.total), (1, 5000));
    assert_eq!((summary.problems.first.len(), summary.problems.more()), (1000, 4000));
}

/// The recorded logs that are not part of the project.
#[test]
fn recorded_logs_have_no_problems() {
    let data = std::env::var_os("EYAS_CORPUS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        std::path::PathBuf::from,
    );
    let folder = data.join("cloudtrail");
    if !folder.is_dir() {
        return;
    }
    for (file, records) in [
        ("invictus", 2900),
        ("sans504", 30_477),
        ("stratus_red_team", 310),
        ("otrf_ec2proxy", 103),
        ("traildiscover", 563),
    ] {
        let path = folder.join(format!("{file}.jsonl.gz"));
        let mut named = 0;
        let bytes = std::fs::File::open(path).unwrap();
        let summary =
            read(file, bytes, &mut |event| named += u64::from(event.event().unwrap().name.is_some()))
                .unwrap();
        assert_eq!(problems(&summary), [""; 0], "{file}");
        assert_eq!((summary.records, named), (records, records), "{file}");
    }
}
