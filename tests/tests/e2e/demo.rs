//! `eyas demo`

use eyas_tests::Place;

#[test]
fn the_story_is_found_whatever_is_configured() {
    let place = Place::new();
    place.file("eyas.toml", "[nonsense]\n");
    let ran = place.eyas("demo");
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    assert_eq!(ran.stderr(), "");
    for part in ["critical ", "who       support-svc", "Next:"] {
        assert!(ran.stdout().contains(part), "{part} is not in\n{}", ran.stdout());
    }
}

#[test]
fn the_rules_tell_the_intruder_from_the_people_at_work() {
    let findings = Place::new().eyas("demo -f jsonl").json_lines();
    let of = |ip: &str| findings.iter().filter(|f| f["event"]["source_ip"] == ip).count();
    assert!(of("203.0.113.66") >= 12, "{}", of("203.0.113.66"));
    let work = findings.iter().filter(|f| f["event"]["source_ip"] != "203.0.113.66");
    assert!(
        work.clone().all(|f| !["high", "critical"].contains(&f["severity"].as_str().expect("a severity")))
    );
}

#[test]
fn the_events_can_be_hunted_through() {
    let place = Place::new();
    let events = place.eyas("demo --events").stdout();
    place.file("events.json", events);
    let demo = place.eyas("demo -f jsonl").json_lines();
    let hunted = place.eyas("hunt events.json --order time -f jsonl").json_lines();
    let prints = |findings: &[serde_json::Value]| -> Vec<String> {
        findings.iter().map(|f| f["fingerprint"].to_string()).collect()
    };
    assert_eq!(prints(&demo), prints(&hunted));
}
