//! Findings made of other people's tricks: none of them becomes markup.

mod support;

use std::sync::Arc;

use eyas_engine::finding::{Evidence, Finding, Ignored, Location, RuleInfo};
use eyas_report::{Broken, Format, IdleIgnore, IdleWhy, NotRun, Reason, Style, Summary};
use serde_json::json;
use support::{event, render, template};

const TRICK: &str = "\"'><img src=x onerror=alert(1)></td></script></style></title><!-- ]]> &lt; \u{1b}]0;x\u{7}\u{0}\u{ffff}\u{202e}\r\n::error::x";

/// Every text of a finding is a trick.
fn tricked(of: Finding) -> Finding {
    let trick = || TRICK.to_owned();
    let mut finding = of;
    finding.fingerprint = trick();
    finding.rule = Arc::new(RuleInfo {
        id: trick(),
        title: trick(),
        maps: vec![format!("{TRICK}/{TRICK}")],
        tags: vec![trick()],
        refs: vec![format!("https://x/{TRICK}"), format!("javascript:{TRICK}")],
    });
    finding.message = trick();
    finding.fix = Some(trick());
    finding.when = Some(trick());
    finding.subject.kind = TRICK.into();
    finding.subject.id = Some(TRICK.into());
    finding.subject.account = Some(TRICK.into());
    finding.subject.region = Some(TRICK.into());
    finding.location = Some(Location { path: Some(trick()), ..finding.location.unwrap_or_default() });
    if let Some(event) = &mut finding.event {
        event.time = Some(TRICK.into());
        event.name = Some(TRICK.into());
        event.source = Some(TRICK.into());
        event.error = Some(TRICK.into());
        event.access_key = Some(TRICK.into());
        event.source_ip = Some(TRICK.into());
    }
    finding.evidence = vec![Evidence {
        field: TRICK.into(),
        value: Some(json!({ TRICK: TRICK }).into()),
        unknown: None,
        test: TRICK.into(),
        place: None,
    }];
    finding
}

fn findings() -> Vec<Finding> {
    let mut elsewhere = tricked(template());
    elsewhere.location = Some(Location { file: TRICK.into(), ..Location::default() });
    let mut ignored = tricked(template());
    ignored.ignored =
        Some(Ignored { by: TRICK.into(), reason: Some(TRICK.into()), until: Some(TRICK.into()) });
    vec![tricked(event()), tricked(template()), elsewhere, ignored]
}

fn summary() -> Summary {
    let trick = || TRICK.to_owned();
    Summary {
        unknown_because: vec![Reason { reason: trick(), count: 1 }],
        not_run: vec![NotRun { rule: trick(), reason: trick() }],
        broken: 2,
        broken_at: vec![Broken { file: trick(), reason: trick(), ..Broken::default() }],
        skipped: vec![Reason { reason: trick(), count: 1 }],
        idle_ignores: vec![IdleIgnore { place: trick(), what: trick(), why: IdleWhy::Expired(trick()) }],
        ..Summary::default()
    }
}

fn rendered(format: Format) -> String {
    render(format, Style::default(), &[], &findings(), summary())
}

/// The names of all tags, in their order.
fn tags(text: &str) -> Vec<&str> {
    let after = text.split('<').skip(1);
    after.map(|rest| rest.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or(rest)).collect()
}

#[test]
fn html_has_no_tag_that_is_not_ours() {
    let page = rendered(Format::Html);
    let (body, script) = page.split_once("<script>").expect("the script comes last");
    assert_eq!(script.matches("</script").count(), 1);
    assert_eq!(page.matches("</style").count(), 1);
    let body = body.split_once("</style>").expect("the style comes first").1;
    let ours = [
        "head", "body", "a", "header", "h1", "h2", "h3", "p", "nav", "ul", "li", "main", "section", "b",
        "table", "thead", "tbody", "tr", "th", "td", "div", "span", "details", "summary", "dl", "dt", "dd",
        "pre", "mark", "code", "form", "label", "input", "fieldset", "legend", "button", "caption", "footer",
    ];
    for tag in tags(body) {
        assert!(ours.contains(&tag.trim_start_matches('/')), "<{tag}");
    }
    assert!(!body.contains("href=\"javascript:"));
    assert!(!body.contains(['\u{0}', '\u{1b}', '\u{202e}']));
}

#[test]
fn xml_has_no_tag_that_is_not_ours_and_no_forbidden_character() {
    let xml = rendered(Format::Junit);
    for tag in tags(&xml) {
        let ours = ["?xml", "testsuites", "testsuite", "testcase", "failure", "skipped", "error"];
        assert!(ours.contains(&tag.trim_start_matches('/')), "<{tag}");
    }
    assert!(!xml.chars().any(|c| (c < ' ' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}')));
}

#[test]
fn a_finding_is_one_workflow_command() {
    let text = rendered(Format::Github);
    for line in text.lines() {
        let command = line.strip_prefix("::").unwrap_or_else(|| panic!("{line}"));
        let (head, _) = command.split_once("::").unwrap_or_else(|| panic!("{line}"));
        let (level, properties) = head.split_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(["error", "warning", "notice"].contains(&level), "{line}");
        for property in properties.split(',') {
            let (name, _) = property.split_once('=').unwrap_or_else(|| panic!("{line}"));
            assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&name), "{line}");
        }
    }
    assert!(!text.contains('\r'));
}

#[test]
fn fingerprints_of_a_code_quality_report_are_distinct() {
    let items: Vec<serde_json::Value> =
        serde_json::from_str(&rendered(Format::Gitlab)).expect("the report is JSON");
    let mut prints: Vec<&str> = items.iter().filter_map(|i| i["fingerprint"].as_str()).collect();
    assert_eq!(prints.len(), items.len());
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), items.len());
}
