//! Test results for programs.

use std::fmt::Write as _;
use std::io::{self, Write};

use eyas_engine::testing::{CaseReport, CaseResult, RuleReport, TestReport};
use serde_json::{Value, json};

use super::text::message;
use crate::commands::rules::show::expected;
use crate::compile::Compiled;

/// One document.
pub(super) fn json(report: &TestReport, compiled: &Compiled, out: &mut dyn Write) -> io::Result<()> {
    let (passed, all) = report.counts();
    let rules: Vec<Value> = report.rules.iter().map(|rule| rule_json(rule, compiled)).collect();
    let document = json!({
        "schema": "eyas.tests/1",
        "rules": rules,
        "untested": report.untested.iter().map(|rule| &rule.rule).collect::<Vec<_>>(),
        "summary": { "tests": all, "passed": passed, "failed": all - passed },
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn rule_json(rule: &RuleReport, compiled: &Compiled) -> Value {
    let (seen, all) = rule.coverage.counts();
    let gaps = rule.coverage.gaps().map(|gap| {
        let (line, column) = compiled.sources.line_column(gap.span);
        json!({
            "comparison": gap.text,
            "file": compiled.sources.get(gap.span.file).name,
            "line": line,
            "column": column,
            "true": gap.made_true,
            "false": gap.made_false,
        })
    });
    json!({
        "rule": rule.rule,
        "tests": rule.cases.iter().map(|case| case_json(rule, case, compiled)).collect::<Vec<_>>(),
        "coverage": { "seen": seen, "of": all, "gaps": gaps.collect::<Vec<_>>() },
    })
}

fn case_json(rule: &RuleReport, case: &CaseReport, compiled: &Compiled) -> Value {
    let (line, _) = compiled.sources.line_column(case.span);
    let mut value = json!({
        "title": case.title,
        "expects": expected(case.expect),
        "passed": matches!(case.result, CaseResult::Passed),
        "file": compiled.sources.get(case.span.file).name,
        "line": line,
    });
    if let Some(message) = message(rule, case) {
        value["message"] = json!(message);
    }
    if let CaseResult::Failed(failure) = &case.result {
        value["got"] = json!(failure.got);
        value["why"] = json!(failure.why);
    }
    value
}

/// JUnit's XML, as continuous integration reads it.
pub(super) fn junit(report: &TestReport, compiled: &Compiled, out: &mut dyn Write) -> io::Result<()> {
    let (passed, all) = report.counts();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"eyas\" tests=\"{all}\" failures=\"{}\">", all - passed);
    for rule in &report.rules {
        let failed = rule.cases.iter().filter(|c| !matches!(c.result, CaseResult::Passed)).count();
        let (name, cases) = (attribute(&rule.rule), rule.cases.len());
        let _ = writeln!(xml, "  <testsuite name=\"{name}\" tests=\"{cases}\" failures=\"{failed}\">");
        for case in &rule.cases {
            xml.push_str(&case_xml(rule, case, compiled));
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    out.write_all(xml.as_bytes())
}

fn case_xml(rule: &RuleReport, case: &CaseReport, compiled: &Compiled) -> String {
    let (line, _) = compiled.sources.line_column(case.span);
    let file = attribute(&compiled.sources.get(case.span.file).name);
    let title = attribute(&format!("{} {}", expected(case.expect), case.title));
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{title}\" file=\"{file}\" line=\"{line}\"",
        attribute(&rule.rule)
    );
    let Some(message) = message(rule, case) else { return format!("{head}/>\n") };
    let why = match &case.result {
        CaseResult::Failed(failure) => failure.why.lines().join("\n"),
        _ => String::new(),
    };
    format!(
        "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
        attribute(&message),
        attribute(&why)
    )
}

/// Text in XML. Characters that XML cannot hold are left out.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
