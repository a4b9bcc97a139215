//! `eyas hunt`

use std::io::{Read, Write};
use std::process::Stdio;

use eyas_tests::{Place, corpus};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::data::{RULES, event, log};

fn place() -> Place {
    let place = Place::new();
    place.file("own.eyas", RULES).file("logs/a.jsonl", log());
    place
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(text.as_bytes()).expect("memory takes everything");
    out.finish().expect("memory takes everything")
}

#[test]
fn findings_tell_who_what_when_and_where() {
    insta::assert_snapshot!(place().eyas("hunt logs --rules own.eyas").shown());
}

#[test]
fn brief_output_is_two_lines_a_finding() {
    insta::assert_snapshot!(place().eyas("hunt logs --rules own.eyas -q").shown());
}

#[test]
fn the_exit_code_follows_fail_on() {
    let place = place();
    assert_eq!(place.eyas("hunt logs --rules own.eyas").code(), 1);
    assert_eq!(place.eyas("hunt logs --rules own.eyas --fail-on high").code(), 1);
    assert_eq!(place.eyas("hunt logs --rules own.eyas --fail-on critical").code(), 0);
    assert_eq!(place.eyas("hunt logs --rules own.eyas --disable own.user_made").code(), 0);
    assert_eq!(place.eyas("hunt logs --rules own.eyas --disable own.user_made --fail-on info").code(), 1);
}

#[test]
fn standard_input_gzip_and_folders_give_the_same_findings() {
    let place = place();
    place.file("zip/b.json.gz", gzip(&log()));
    let names = |line: &str, input: &str| -> Vec<String> {
        let lines = place.eyas_with(line, input).json_lines();
        lines.iter().map(|f| f["fingerprint"].as_str().expect("a fingerprint").to_owned()).collect()
    };
    let file = names("hunt logs/a.jsonl --rules own.eyas -f jsonl", "");
    assert_eq!(file.len(), 2);
    assert_eq!(names("hunt zip --rules own.eyas -f jsonl", ""), file);
    assert_eq!(names("hunt - --rules own.eyas -f jsonl", &log()), file);
}

#[test]
fn only_events_of_the_time_asked_for_are_judged() {
    let place = place();
    let ran = place.eyas("hunt logs --rules own.eyas -f json --from 2026-03-01T12:00:02Z --to 2026-03-02");
    let json = ran.json();
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["summary"]["input"]["outside_time"], 1);
    assert_eq!(place.eyas("hunt logs --rules own.eyas --from 2026-03-02 --to 2026-03-01").code(), 2);
}

#[test]
fn findings_can_be_sorted_by_time() {
    let place = Place::new();
    let lines = [event(9, "CreateUser", "iam", ""), event(1, "CreateUser", "iam", "")];
    place.file("own.eyas", RULES).file("log.jsonl", lines.join("\n"));
    let times = |line: &str| -> Vec<String> {
        let lines = place.eyas(line).json_lines();
        lines.iter().map(|f| f["event"]["time"].as_str().expect("a time").to_owned()).collect()
    };
    assert_eq!(
        times("hunt log.jsonl --rules own.eyas -f jsonl --order time"),
        ["2026-03-01T12:00:01Z", "2026-03-01T12:00:09Z"]
    );
    assert_eq!(times("hunt log.jsonl --rules own.eyas -f jsonl")[0], "2026-03-01T12:00:09Z");
}

#[test]
fn broken_records_are_named_and_the_rest_is_judged() {
    let place = Place::new();
    let mut lines: Vec<String> = log().lines().map(str::to_owned).collect();
    lines.insert(1, r#"{"eventName":"CreateUser","eventSource":"#.to_owned());
    place.file("own.eyas", RULES).file("log.jsonl", lines.join("\n"));
    insta::assert_snapshot!(place.eyas("hunt log.jsonl --rules own.eyas -f csv").shown());
    assert_eq!(place.eyas("hunt log.jsonl --rules own.eyas --strict-unknown").code(), 4);
}

#[test]
fn a_truncated_gzip_yields_what_stands_before_the_break() {
    let place = Place::new();
    let many: String = (0..50).map(|_| log()).collect();
    let mut bytes = gzip(&many);
    bytes.truncate(bytes.len() - 20);
    place.file("own.eyas", RULES).file("log.json.gz", bytes);
    let ran = place.eyas("hunt log.json.gz --rules own.eyas -f json");
    assert_eq!(ran.code(), 1);
    let json = ran.json();
    assert!(json["findings"].as_array().is_some_and(|f| !f.is_empty()));
    assert_eq!(json["summary"]["broken"], 1);
}

#[test]
fn a_run_that_could_read_nothing_fails() {
    let place = Place::new();
    place.file("own.eyas", RULES).file("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0");
    insta::assert_snapshot!(place.eyas("hunt picture.png --rules own.eyas").shown());
    assert_eq!(place.eyas("hunt nowhere --rules own.eyas").code(), 4);
    std::fs::create_dir(place.path().join("empty")).expect("folders can be made");
    let empty = place.eyas("hunt empty --rules own.eyas");
    assert_eq!(empty.code(), 4);
    assert!(empty.stderr().contains("there is no file to read"), "{}", empty.stderr());
    assert_eq!(place.eyas_with("hunt - --rules own.eyas", "").code(), 0);
}

#[test]
fn rules_over_other_records_are_told_apart() {
    let place = place();
    place.file(
        "vol.eyas",
        "rule v on AWS::EC2::Volume {\n  severity: low\n  when: not Encrypted = true\n  message: \"x\"\n}\n",
    );
    let alone = place.eyas("hunt logs --rules vol.eyas");
    assert!(alone.stderr().contains("no rule is on `cloudtrail` records"), "{}", alone.stderr());
    let both = place.eyas("hunt logs --rules vol.eyas --rules own.eyas");
    assert!(both.stderr().contains("1 rule on other records"), "{}", both.stderr());
    assert!(both.stdout().contains("judged by 2 rules"), "{}", both.stdout());
}

#[test]
fn very_deep_json_costs_only_its_record() {
    let place = Place::new();
    let deep =
        format!("{{\"eventName\":\"CreateUser\",\"x\":{}{}}}\n", "[".repeat(10_000), "]".repeat(10_000));
    place.file("own.eyas", RULES).file("log.jsonl", deep + &log());
    let json = place.eyas("hunt log.jsonl --rules own.eyas -f json").json();
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["summary"]["broken"], 1);
}

#[test]
fn rules_that_do_not_compile_stop_the_run_unless_it_is_to_go_on() {
    let place = place();
    place.file(
        "bad.eyas",
        "rule bad on cloudtrail {\n  when: ct.nmae = A\n  message: \"x\"\n  severity: low\n}\n",
    );
    let stopped = place.eyas("hunt logs --rules own.eyas --rules bad.eyas");
    assert_eq!((stopped.code(), stopped.stdout().as_str()), (3, ""));
    assert!(stopped.stderr().contains("error[unknown-field]"), "{}", stopped.stderr());
    let went_on = place.eyas("hunt logs --rules own.eyas --rules bad.eyas --keep-going -f json");
    assert_eq!(went_on.code(), 1);
    assert_eq!(went_on.json()["summary"]["not_run"][0]["rule"], "bad.bad");
}

#[test]
fn a_rule_that_cannot_run_yet_is_an_error_and_never_silence() {
    let place = place();
    place.file(
        "spree.eyas",
        "rule spree on cloudtrail {\n  severity: high\n  when: ct.name = CreateUser\n  group: ct.user.arn\n  within: 10m\n  having: count >= 3\n  message: \"x\"\n}\n",
    );
    let stopped = place.eyas("hunt logs --rules spree.eyas");
    assert_eq!(stopped.code(), 3);
    assert!(stopped.stderr().contains("error[not-runnable-yet]"), "{}", stopped.stderr());
    let went_on = place.eyas("hunt logs --rules spree.eyas --rules own.eyas --keep-going");
    assert_eq!(went_on.code(), 1);
    assert!(went_on.stdout().contains("spree.spree: "), "{}", went_on.stdout());
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    let place = Place::new();
    let many: String = (0..5_000).map(|_| log()).collect();
    place.file("own.eyas", RULES).file("log.jsonl", many);
    let mut child = place
        .command(&["hunt", "log.jsonl", "--rules", "own.eyas", "-f", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("eyas starts");
    let mut stdout = child.stdout.take().expect("standard output is piped");
    stdout.read_exact(&mut [0; 10]).expect("there is output");
    drop(stdout);
    let output = child.wait_with_output().expect("eyas ends");
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_flushes_and_says_so() {
    let place = Place::new();
    place.file("own.eyas", RULES);
    let mut child = place
        .command(&["hunt", "-", "--rules", "own.eyas", "-f", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("eyas starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let mut stdout = child.stdout.take().expect("standard output is piped");
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    // Enough for a first chunk to be judged while the input stays open.
    let many: String = (0..5_000).map(|_| log()).collect();
    stdin.write_all(many.as_bytes()).expect("eyas reads");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    // The next bytes let a blocked read return; the flag is seen before the next chunk.
    drop(stdin.write_all(many.as_bytes()));
    drop(stdin);
    let output = child.wait_with_output().expect("eyas ends");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
    for line in reader.join().expect("the reader ends").expect("findings are UTF-8").lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("every line is whole");
    }
}

#[cfg(unix)]
#[test]
fn odd_file_names_are_read_and_shown_safely() {
    let place = Place::new();
    place.file("own.eyas", RULES).file("logs/new\nline \u{1b}[31m.jsonl", log());
    let ran = place.eyas("hunt logs --rules own.eyas");
    assert_eq!(ran.code(), 1);
    assert!(ran.stdout().contains(r"new\nline \u{1b}[31m.jsonl"), "{}", ran.stdout());
    let sarif = place.eyas("hunt logs --rules own.eyas -f sarif").json();
    let uri = &sarif["runs"][0]["artifacts"][0]["location"]["uri"];
    assert_eq!(uri, "logs/new%0Aline%20%1B%5B31m.jsonl");
}

#[test]
fn falcos_own_file_runs_unchanged() {
    let Some(corpus) = corpus() else { return };
    let place = Place::new();
    let rules = corpus.join("falco/aws_cloudtrail_rules.yaml");
    let log = corpus.join("cloudtrail/invictus.jsonl.gz");
    let line = format!("hunt {} --rules {} -f json", log.display(), rules.display());
    let ran = place.eyas(&line);
    assert!(matches!(ran.code(), 0 | 1), "{}", ran.stderr());
    let json = ran.json();
    assert_eq!(json["summary"]["input"]["records"], 2_900);
    assert!(json["findings"].as_array().is_some_and(|f| !f.is_empty()));
}
