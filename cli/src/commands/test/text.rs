//! Test results for people: every failure with its place and its reason, then the totals.

use std::io::{self, Write};
use std::sync::Arc;

use anstyle::AnsiColor;
use eyas_engine::finding::Outcome;
use eyas_engine::testing::{CaseReport, CaseResult, Covered, RuleReport, TestReport};
use eyas_lang::diagnostics::Level;
use eyas_lang::source::Span;
use eyas_report::escape;

use crate::commands::rules::show::expected;
use crate::compile::{Compiled, counted};
use crate::problem::{Place, Problem};
use crate::render;
use crate::screen::{Screen, paint};

pub(super) fn write(
    report: &TestReport,
    compiled: &Compiled,
    coverage: bool,
    screen: &Screen,
    out: &mut dyn Write,
) -> io::Result<()> {
    let look = screen.out_look();
    for diagnostic in &report.diagnostics {
        writeln!(out, "{}\n", render::problem(&Problem::of(diagnostic, &compiled.sources), look))?;
    }
    for rule in &report.rules {
        for case in &rule.cases {
            failure(rule, case, compiled, screen, out)?;
        }
    }
    if coverage {
        table(report, compiled, screen, out)?;
    }
    let (passed, all) = report.counts();
    let failed = all - passed;
    let verdict = if all == 0 {
        paint(look, AnsiColor::Yellow.on_default(), "nothing was tested")
    } else if failed == 0 {
        paint(look, AnsiColor::Green.on_default(), "all passed")
    } else {
        paint(look, AnsiColor::Red.on_default().bold(), &format!("{failed} failed"))
    };
    let rules = counted(report.rules.len(), "rule");
    let untested = match report.untested.len() {
        0 => String::new(),
        n => format!(", {} without a test", counted(n, "rule")),
    };
    if !screen.quiet || failed > 0 {
        writeln!(out, "{} of {rules}: {verdict}{untested}", counted(all, "test"))?;
    }
    if screen.verbose {
        report.untested.iter().try_for_each(|rule| writeln!(out, "  no test: {}", rule.rule))?;
    }
    Ok(())
}

/// One line: what was expected and what came.
pub(super) fn message(rule: &RuleReport, case: &CaseReport) -> Option<String> {
    let title = escape::terminal(&case.title);
    let name = &rule.rule;
    match &case.result {
        CaseResult::Passed => None,
        CaseResult::Broken(why) => Some(format!("the test \"{title}\" of `{name}` cannot run: {why}")),
        CaseResult::Failed(failure) => {
            let got = match failure.got {
                Outcome::Violation => "fires",
                Outcome::Pass => "is silent",
                Outcome::Unknown => "is unknown",
                Outcome::NotApplicable => "is not applicable",
            };
            Some(format!("`{name}` {got}, but the test \"{title}\" says {}", expected(case.expect)))
        }
    }
}

fn failure(
    rule: &RuleReport,
    case: &CaseReport,
    compiled: &Compiled,
    screen: &Screen,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(message) = message(rule, case) else { return Ok(()) };
    let problem = Problem {
        level: Level::Error,
        code: None,
        message,
        places: vec![first_line(case.span, compiled)],
        help: None,
    };
    writeln!(out, "{}", render::problem(&problem, screen.out_look()))?;
    if let CaseResult::Failed(failure) = &case.result {
        writeln!(out, "  because")?;
        for line in failure.why.lines() {
            writeln!(out, "    {}", escape::terminal(&line))?;
        }
    }
    writeln!(out)
}

/// The case's first line: its record may be long.
fn first_line(span: Span, compiled: &Compiled) -> Place {
    let file = compiled.sources.get(span.file);
    let text = compiled.sources.text(span);
    let start = span.start as usize;
    let len = text.lines().next().map_or(0, str::len);
    Place {
        file: file.name.clone(),
        text: Arc::clone(&file.text),
        range: start..start + len,
        label: String::new(),
    }
}

/// What tests never did, rule by rule, and how much they did in all.
fn table(report: &TestReport, compiled: &Compiled, screen: &Screen, out: &mut dyn Write) -> io::Result<()> {
    let (mut seen, mut all) = (0, 0);
    for rule in report.rules.iter().chain(&report.untested) {
        let (rule_seen, rule_all) = rule.coverage.counts();
        seen += rule_seen;
        all += rule_all;
        if rule_seen == rule_all {
            continue;
        }
        writeln!(out, "{}  {rule_seen} of {rule_all}", rule.rule)?;
        for gap in rule.coverage.gaps() {
            let (line, _) = compiled.sources.line_column(gap.span);
            let file = &compiled.sources.get(gap.span.file).name;
            let text = escape::terminal(&gap.text);
            writeln!(out, "  {}  {text}  ({}:{line})", never(gap, screen), escape::terminal(file))?;
        }
    }
    let percent = (seen * 100).checked_div(all).unwrap_or(100);
    writeln!(out, "coverage: {seen} of {all} outcomes of comparisons ({percent} %)")
}

fn never(gap: &Covered, screen: &Screen) -> String {
    let text = match (gap.made_true, gap.made_false) {
        (false, false) => "never judged",
        (false, true) => "never true  ",
        _ => "never false ",
    };
    paint(screen.out_look(), AnsiColor::Yellow.on_default(), text)
}
