//! `eyas rules list`

use std::io::{self, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use clap::Args;
use eyas_lang::checked::{Rule, Severity};
use eyas_report::{RuleMeta, escape};
use serde_json::{Value, json};

use crate::args::{Global, RuleArgs, severity};
use crate::compile;
use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::pack;
use crate::screen::{Screen, paint};

/// List the rules that are loaded
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas rules list\n  eyas rules list --severity high --tag iam\n  eyas rules list --rules my-rules --json"
)]
pub(super) struct List {
    /// Only rules of this severity or worse
    #[arg(long, value_name = "LEVEL", value_parser = severity)]
    severity: Option<Severity>,

    /// Only rules with this tag or mapping (`iam`, `attack/T1098`); may be repeated
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    rules: RuleArgs,
}

pub(super) fn run(args: &List, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?.with_rules(&args.rules)?;
    let screen = &screen.with_color(settings.color.value);
    let compiled = compile::load(&args.rules, &settings, screen)?;
    compiled.note_errors(screen);
    let wanted = |meta: &RuleMeta| {
        args.severity.is_none_or(|least| meta.severity >= least)
            && args.tag.iter().all(|tag| meta.tags.contains(tag) || meta.maps.contains(tag))
    };
    let of_rule = |rule: &Arc<Rule>| (RuleMeta::of(rule), rule.record.to_string());
    let mut rules: Vec<(RuleMeta, String)> = compiled.runnable(&settings).map(of_rule).collect();
    if settings.has_pack(pack::TEMPLATE, &args.rules) {
        let enabled = |meta: &RuleMeta| !settings.disable.value.contains(&meta.id);
        let checks = pack::template_checks().filter(enabled);
        rules.extend(checks.map(|meta| (meta, "AWS::CloudFormation::Template".to_owned())));
    }
    rules.retain(|(meta, _)| wanted(meta));
    rules.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let mut out = io::stdout().lock();
    if args.json {
        let rules: Vec<Value> = rules.iter().map(|(meta, record)| describe(meta, record)).collect();
        serde_json::to_writer_pretty(&mut out, &rules).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(exit::OK);
    }
    let width = rules.iter().map(|(r, _)| r.id.chars().count()).filter(|w| *w <= 60).max().unwrap_or(0);
    for (rule, _) in &rules {
        let level = rule.severity;
        let name = paint(screen.out_look(), color(level), &format!("{:<8}", level.as_str()));
        writeln!(out, "{name} {:<width$}  {}", rule.id, escape::terminal(&rule.title))?;
    }
    drop(out);
    screen.tell(&compile::counted(rules.len(), "rule"));
    Ok(exit::OK)
}

fn color(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => AnsiColor::Blue.on_default(),
    }
}

fn describe(meta: &RuleMeta, record: &str) -> Value {
    json!({
        "id": meta.id,
        "title": meta.title,
        "doc": meta.doc,
        "severity": meta.severity.as_str(),
        "record": record,
        "maps": meta.maps,
        "tags": meta.tags,
        "refs": meta.refs,
    })
}
