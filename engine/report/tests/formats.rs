//! Every format over the same three findings, one of them full of other people's tricks.

mod support;

use eyas_report::{Format, Style};
use support::{findings, rendered, rules, summary};

#[test]
fn terminal() {
    insta::assert_snapshot!(rendered(Format::Terminal, Style { width: Some(72), ..Style::default() }));
}

#[test]
fn terminal_in_brief() {
    insta::assert_snapshot!(rendered(Format::Terminal, Style { brief: true, ..Style::default() }));
}

#[test]
fn terminal_in_colour_differs_only_in_its_sequences() {
    let plain = rendered(Format::Terminal, Style::default());
    let colored = rendered(Format::Terminal, Style { color: true, ..Style::default() });
    assert_ne!(plain, colored);
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((text, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(text);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    assert_eq!(stripped + rest, plain);
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(Format::Json, Style::default()));
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(rendered(Format::Jsonl, Style::default()));
}

#[test]
fn csv() {
    insta::assert_snapshot!(rendered(Format::Csv, Style::default()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(rendered(Format::Markdown, Style::default()));
}

#[test]
fn html() {
    let text = rendered(Format::Html, Style::default());
    let start = text.find("<body>").expect("there is a body");
    let end = text.find("<script>").expect("the script comes last");
    insta::assert_snapshot!(&text[start..end]);
}

#[test]
fn junit() {
    insta::assert_snapshot!(support::rendered_all(Format::Junit, Style::default()));
}

#[test]
fn github() {
    insta::assert_snapshot!(rendered(Format::Github, Style::default()));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(rendered(Format::Gitlab, Style::default()));
}

#[test]
fn sarif() {
    let text = rendered(Format::Sarif, Style::default());
    let value: serde_json::Value = serde_json::from_str(&text).expect("SARIF output is JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).expect("a value prints"));
}

#[test]
fn no_format_lets_control_characters_through() {
    for format in Format::ALL {
        let text = rendered(format, Style::default());
        let bad = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None, "{format}");
    }
}

#[test]
fn every_machine_format_of_an_empty_run_is_well_formed() {
    for format in [Format::Json, Format::Sarif, Format::Gitlab] {
        let text = support::render(format, Style::default(), &rules(), &[], summary());
        serde_json::from_str::<serde_json::Value>(&text).expect("an empty report is a JSON document");
    }
    assert_eq!(support::render(Format::Jsonl, Style::default(), &rules(), &[], summary()), "");
    assert!(!findings().is_empty());
}
