//! `eyas rules show`

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::Style;
use clap::Args;
use eyas_lang::checked::{Expect, Rule};
use eyas_lang::diagnostics::nearest;
use eyas_lang::source::SourceKind;
use eyas_report::{RuleMeta, escape};

use super::reads;
use crate::args::{Global, RuleArgs};
use crate::compile::{self, Compiled};
use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::pack;
use crate::screen::{Look, Screen, paint};

/// Explain one rule: what it is about, what it says, what it reads, how it is tested
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas rules show aws.ec2.authorize_security_group_ingress\n  eyas rules show key_for_another_user --rules my-rules"
)]
pub(super) struct Show {
    /// The rule's id; its last part will do where only one rule has it
    id: String,

    #[command(flatten)]
    rules: RuleArgs,
}

pub(super) fn run(args: &Show, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?.with_rules(&args.rules)?;
    let screen = &screen.with_color(settings.color.value);
    if let Some(page) = check_page(&args.id) {
        io::stdout().lock().write_all(page.as_bytes())?;
        return Ok(exit::OK);
    }
    let compiled = compile::load_with_tests(&args.rules, &settings, screen)?;
    let rule = find(&compiled, &args.id)?;
    io::stdout().lock().write_all(page(rule, &compiled, screen.out_look()).as_bytes())?;
    Ok(exit::OK)
}

/// What there is to say of a check of templates themselves, if that is what the id names.
pub(crate) fn check_page(id: &str) -> Option<String> {
    let check = pack::template_checks().find(|check| check.id == id)?;
    let RuleMeta { id, title, doc, severity, .. } = check;
    Some(format!(
        "{id}: {title}\n\nseverity  {}\nrecord    a CloudFormation template\n\n{doc}\n",
        severity.as_str()
    ))
}

/// The rule with this id, or the only one with this name.
pub(crate) fn find<'c>(compiled: &'c Compiled, id: &str) -> Result<&'c Rule, Failure> {
    let rules = &compiled.set.rules;
    if let Some(rule) = rules.iter().find(|r| r.id == id) {
        return Ok(rule);
    }
    let named: Vec<&Rule> = rules.iter().map(AsRef::as_ref).filter(|r| last(&r.id) == id).collect();
    match named.as_slice() {
        [rule] => Ok(rule),
        [] if compiled.left_out.iter().any(|left| left == id || last(left) == id) => {
            Err(Failure::usage_help(format!("the rule `{id}` does not compile"), "`eyas check` says why"))
        }
        [] => {
            let near = nearest(id, rules.iter().map(|r| r.id.as_str()))
                .or_else(|| nearest(last(id), rules.iter().map(|r| last(&r.id))));
            let help =
                near.map_or("`eyas rules list` lists them".to_owned(), |n| format!("did you mean `{n}`?"));
            Err(Failure::usage_help(format!("there is no rule `{id}`"), help))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|r| r.id.as_str()).collect();
            Err(Failure::usage_help(format!("several rules are named `{id}`"), ids.join(", ")))
        }
    }
}

fn last(id: &str) -> &str {
    id.rsplit('.').next().unwrap_or(id)
}

/// Everything about a rule, for people.
pub(crate) fn page(rule: &Rule, compiled: &Compiled, look: Look) -> String {
    let heading = |text: &str| paint(look, Style::new().bold(), text);
    let mut out = format!("{}  {}\n", heading(&rule.id), escape::terminal(&rule.title));
    if !rule.doc.trim().is_empty() {
        let doc: Vec<_> = rule.doc.trim().lines().map(escape::terminal).collect();
        let _ = write!(out, "\n{}\n", doc.join("\n"));
    }
    let source = compiled.sources.get(rule.span.file);
    let (line, _) = compiled.sources.line_column(rule.span);
    let mut facts = vec![
        ("severity", severity(rule)),
        ("on", rule.record.to_string()),
        ("from", format!("{}:{line}", source.name)),
    ];
    let meta = RuleMeta::of(rule);
    facts.push(("maps", meta.maps.join(", ")));
    facts.push(("tags", meta.tags.join(", ")));
    facts.push(("refs", meta.refs.join("\n            ")));
    if !rule.enabled {
        facts.push(("enabled", "no".to_owned()));
    }
    out.push('\n');
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "{name:<12}{}", multi_line(value));
    }
    let text = compiled.sources.text(rule.span);
    let kind = if source.kind == SourceKind::Falco { "the rule, as written" } else { "the rule" };
    let _ = write!(out, "\n{}\n{}\n", heading(kind), indented(text));
    let fields: Vec<String> = reads::fields(rule).into_iter().collect();
    let _ = write!(out, "\n{}\n  {}\n", heading("reads"), fields.join(", "));
    out.push_str(&params(rule, compiled, &heading("parameters")));
    out.push_str(&tests(rule, compiled, &heading("tests")));
    out
}

fn severity(rule: &Rule) -> String {
    let otherwise = rule.severity.otherwise.as_str();
    if rule.severity.cases.is_empty() {
        return otherwise.to_owned();
    }
    let cases: Vec<&str> = rule.severity.cases.iter().map(|(level, _)| level.as_str()).collect();
    format!("{} by case, otherwise {otherwise}", cases.join(", "))
}

fn multi_line(text: &str) -> String {
    text.lines().map(escape::terminal).collect::<Vec<_>>().join("\n")
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("  {}", escape::terminal(&line.replace('\t', "  "))));
    lines.collect::<Vec<_>>().join("\n")
}

/// The parameters that the rule depends on, with the values in force.
fn params(rule: &Rule, compiled: &Compiled, heading: &str) -> String {
    let ids = compiled.params_of(rule);
    let used = compiled.set.params.iter().filter(|p| ids.contains(p.id.as_str()));
    let lines: Vec<String> = used
        .map(|p| {
            let value = p.value.as_ref().map_or("no value".to_owned(), value_text);
            let from = if p.given { "set" } else { "default" };
            format!("  {}: {} = {value}  ({from})\n", p.id, p.ty)
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("\n{heading}\n{}", lines.concat()) }
}

fn tests(rule: &Rule, compiled: &Compiled, heading: &str) -> String {
    let cases = compiled.set.tests.iter().filter(|t| t.rule == rule.id).flat_map(|t| &t.cases);
    let lines: Vec<String> =
        cases.map(|c| format!("  {:<8} {}\n", expected(c.expect), escape::terminal(&c.title))).collect();
    if lines.is_empty() { String::new() } else { format!("\n{heading}\n{}", lines.concat()) }
}

/// The word that a test case starts with.
pub(crate) fn expected(expect: Expect) -> &'static str {
    match expect {
        Expect::Fires => "fires",
        Expect::Silent => "silent",
        Expect::Unknown => "unknown",
        Expect::Passes => "passes",
        Expect::NotApplicable => "not_applicable",
    }
}

/// A value as a rule would write it.
pub(crate) fn value_text(value: &eyas_lang::value::Value<'_>) -> String {
    use eyas_lang::value::{Fetched, Value};
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
        Value::Str(text) => format!("{text:?}"),
        Value::Ip(ip) => ip.to_string(),
        Value::Net(net) => net.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Duration(duration) => format!("{duration:#}"),
        Value::Size(bytes) => bytes.to_string(),
        Value::List(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| match item {
                    Fetched::Present(value) => value_text(value),
                    Fetched::Absent => "absent".to_owned(),
                    Fetched::Unknown(_) => "unknown".to_owned(),
                })
                .collect();
            format!("[{}]", items.join(", "))
        }
        Value::Json(json) => json.0.to_owned(),
        Value::Tree(_) | Value::Object(_) => "{…}".to_owned(),
    }
}
