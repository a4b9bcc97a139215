//! What was written can be read back.

mod support;

use std::io::Cursor;

use eyas_engine::finding::Finding;
use eyas_report::read::read_findings;
use eyas_report::{Format, Style};

fn read(text: &str) -> (Vec<Finding>, Vec<String>) {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    let end = read_findings(Cursor::new(text.as_bytes()), |f| found.push(f), |e| errors.push(e.to_string()));
    errors.extend(end.err().map(|e| e.to_string()));
    (found, errors)
}

#[test]
fn json_lines_and_reports_come_back_as_they_were() {
    for format in [Format::Jsonl, Format::Json] {
        let (found, errors) = read(&support::rendered_all(format, Style::default()));
        assert_eq!(found, support::findings());
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn a_single_finding_and_an_array_are_read() {
    let one = serde_json::to_string_pretty(&support::event()).expect("findings serialise");
    assert_eq!(read(&one).0, [support::event()]);
    let all = serde_json::to_string_pretty(&support::findings()).expect("findings serialise");
    assert_eq!(read(&all).0, support::findings());
    assert_eq!(read("[]\n").0, []);
    assert_eq!(read("").0, []);
}

#[test]
fn a_broken_line_is_named_and_the_rest_is_read() {
    let line = serde_json::to_string(&support::event()).expect("findings serialise");
    let (found, errors) = read(&format!("{line}\n{{\"schema\":1}}\nno json\n\n{line}\n"));
    assert_eq!(found.len(), 2);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("line 2: "), "{errors:?}");
    assert!(errors[1].starts_with("line 3: "), "{errors:?}");
}

#[test]
fn a_report_that_breaks_off_yields_what_stands_before_the_break() {
    let text = support::rendered(Format::Json, Style::default());
    let cut = text.find("aws.odd").expect("the second finding is there");
    let (found, errors) = read(&text[..cut]);
    assert_eq!(found, [support::event()]);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("line 3: "), "{errors:?}");
}

#[test]
fn another_version_of_the_format_is_refused_by_name() {
    let line = serde_json::to_string(&support::event())
        .expect("findings serialise")
        .replace("eyas.finding/1", "eyas.finding/9");
    let (found, errors) = read(&line);
    assert!(found.is_empty());
    assert_eq!(
        errors,
        ["line 1: this finding has the format `eyas.finding/9`, this version reads `eyas.finding/1`"]
    );
}
