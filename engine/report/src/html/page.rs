//! The page around the findings.

use std::io::{self, Write};

use eyas_lang::checked::Severity;

use super::{Page, row, text};
use crate::fact;
use crate::summary::{Summary, grouped, plural, records};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Nothing from the network, whatever a finding holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// How many reasons and places each list has.
const MOST_LISTED: usize = 200;

/// What the filter can choose, in the order of the rows.
const KINDS: [&str; 6] = ["critical", "high", "medium", "low", "info", "unknown"];

pub(super) fn write(page: &Page, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    head(page, out)?;
    totals(&page.run.command, summary, out)?;
    if !page.frameworks.is_empty() {
        writeln!(out, "<section aria-labelledby=frameworks><h2 id=frameworks>Frameworks</h2>")?;
        writeln!(out, "{}</section>", page.frameworks.html())?;
    }
    findings(page, out)?;
    rules(page, out)?;
    not_judged(summary, out)?;
    ignored(page, summary, out)?;
    let version = text(&page.run.version);
    writeln!(
        out,
        "</main>\n<footer><p>Made by eyas {version}.</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>"
    )
}

fn head(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let name =
        if page.run.command.is_empty() { String::new() } else { format!(" {}", text(&page.run.command)) };
    let time = page.run.time.as_ref().map_or(String::new(), |t| format!("<p class=soft>{}</p>", text(t)));
    writeln!(
        out,
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=Content-Security-Policy content=\"{POLICY}\">\n\
         <meta name=referrer content=no-referrer>\n\
         <title>eyas{name}: findings</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=skip href=#findings>Skip to the findings</a>\n\
         <header><h1>eyas{name}: findings</h1>{time}\n<nav aria-label=Sections><ul>\
         <li><a href=#summary>Summary</a><li><a href=#findings>Findings</a><li><a href=#rules>Rules</a>\
         <li><a href=#unjudged>Not judged</a><li><a href=#ignored>Ignored</a></ul></nav></header>\n<main>"
    )
}

fn totals(command: &str, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=summary><h2 id=summary>Summary</h2>\n<ul class=tiles>")?;
    for severity in Severity::ALL.into_iter().rev() {
        tile(severity.as_str(), severity.as_str(), summary.findings.of(severity), out)?;
    }
    tile("unknown", "not known", summary.findings.unknown, out)?;
    writeln!(out, "</ul>")?;
    let judged = summary.passed + summary.findings.violations() + summary.findings.unchanged;
    if summary.passed > 0 {
        // Rounded down: "all" is said only where it is all.
        let share = summary.passed * 100 / judged.max(1);
        writeln!(
            out,
            "<p><b>{share} %</b> passed: {} of {} judgements that could be made</p>\
             <div class=bar aria-hidden=true><span style=\"width:{share}%\"></span></div>",
            grouped(summary.passed),
            grouped(judged),
        )?;
    }
    let input = summary.input;
    if input.files > 0 || input.records > 0 {
        let [one, many] = records(command);
        let (records, files) = (plural(input.records, one, many), plural(input.files, "file", "files"));
        let (n, f, r) = (grouped(input.records), grouped(input.files), grouped(summary.rules));
        writeln!(out, "<p>{n} {records} from {f} {files}, judged by {r} rules</p>")?;
    }
    let counts = summary.findings;
    if counts.new + counts.unchanged > 0 || summary.fixed.is_some() {
        let fixed = summary.fixed.map_or(String::new(), |n| format!(", {} fixed", grouped(n)));
        let (new, unchanged) = (grouped(counts.new), grouped(counts.unchanged));
        writeln!(
            out,
            "<p>Since the baseline: {new} new, {unchanged} unchanged (not counted above){fixed}</p>"
        )?;
    }
    if counts.ignored > 0 {
        writeln!(out, "<p>{} <a href=#ignored>ignored</a> (not counted above)</p>", grouped(counts.ignored))?;
    }
    if summary.interrupted {
        writeln!(out, "<p><b>Interrupted:</b> what was not read by then is not judged.</p>")?;
    }
    writeln!(out, "</section>")
}

fn tile(class: &str, label: &str, count: u64, out: &mut dyn Write) -> io::Result<()> {
    let none = if count == 0 { " none" } else { "" };
    writeln!(out, "<li class=\"{class}{none}\"><b>{}</b> {label}</li>", grouped(count))
}

fn findings(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=findings><h2 id=findings tabindex=-1>Findings</h2>")?;
    if page.rows.iter().all(Vec::is_empty) {
        return writeln!(out, "<p>There is none.</p></section>");
    }
    if page.left_out > 0 {
        writeln!(
            out,
            "<p>{} more, none worse than those here, are not listed: <code>-f jsonl</code> has all.</p>",
            grouped(page.left_out)
        )?;
    }
    // Without the script there is nothing to filter with, so the form is hidden until it runs.
    writeln!(
        out,
        "<form id=filter hidden role=search aria-label=\"Filter the findings\">\
         <label class=text>Words <input id=search type=search autocomplete=off></label><fieldset><legend>Severity</legend>"
    )?;
    for (kind, rows) in KINDS.into_iter().zip(&page.rows).filter(|(_, rows)| !rows.is_empty()) {
        let label = if kind == "unknown" { "not known" } else { kind };
        writeln!(
            out,
            "<label><input type=checkbox name=kind value={kind} checked> {label} ({})</label>",
            grouped(rows.len() as u64)
        )?;
    }
    writeln!(
        out,
        "</fieldset><button type=reset>Show all</button></form>\n<p id=shown role=status aria-live=polite></p>\n\
         <div class=wide><table id=list><caption class=soft>The worst first; each unfolds</caption><thead><tr>\
         <th scope=col class=c1>severity</th><th scope=col>finding</th><th scope=col class=c3>subject</th>\
         <th scope=col class=c4>where</th></tr></thead><tbody>"
    )?;
    page.rows.iter().flatten().try_for_each(|row| out.write_all(row.as_bytes()))?;
    writeln!(out, "</tbody></table></div></section>")
}

fn rules(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=rules><h2 id=rules>Rules with findings</h2>")?;
    let with_findings = page.rules.iter().enumerate().filter(|(_, rule)| rule.violations + rule.unknown > 0);
    let mut rules: Vec<_> = with_findings.collect();
    if rules.is_empty() {
        return writeln!(out, "<p>There is none.</p></section>");
    }
    rules.sort_by_key(|(_, rule)| std::cmp::Reverse((rule.meta.severity, rule.violations, rule.unknown)));
    writeln!(
        out,
        "<div class=wide><table><thead><tr><th scope=col>severity</th><th scope=col>rule</th>\
         <th scope=col>maps to</th><th scope=col>violations</th><th scope=col>not known</th></tr></thead><tbody>"
    )?;
    for (number, rule) in rules {
        out.write_all(row::rule(number, &rule.meta, rule.violations, rule.unknown).as_bytes())?;
    }
    writeln!(out, "</tbody></table></div></section>")
}

fn not_judged(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=unjudged><h2 id=unjudged>What could not be judged</h2>")?;
    let unknown = summary.unknown_because.iter();
    let unknown = unknown.map(|r| format!("{} × {}", grouped(r.count), r.reason)).collect();
    let not_run = summary.not_run.iter().map(|r| format!("{}: {}", r.rule, r.reason)).collect();
    let broken: Vec<String> =
        summary.broken_at.iter().map(|b| format!("{}: {}", fact::broken_at(b), b.reason)).collect();
    let more = summary.broken.saturating_sub(broken.len() as u64);
    let more = (more > 0).then(|| format!("… and {} more", grouped(more)));
    let broken = broken.into_iter().chain(more).collect();
    let skipped = summary.skipped.iter().map(|r| format!("{} {}", grouped(r.count), r.reason)).collect();
    let lists: [(&str, Vec<String>); 4] = [
        ("Values that are not known", unknown),
        ("Rules that did not run", not_run),
        ("What could not be read", broken),
        ("Left out on purpose", skipped),
    ];
    if lists.iter().all(|(_, items)| items.is_empty()) {
        return writeln!(out, "<p>Nothing: all was judged.</p></section>");
    }
    for (title, items) in lists.iter().filter(|(_, items)| !items.is_empty()) {
        list(title, items, out)?;
    }
    writeln!(out, "</section>")
}

fn list(title: &str, items: &[String], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h3>{title}</h3><ul>")?;
    items.iter().take(MOST_LISTED).try_for_each(|item| writeln!(out, "<li>{}</li>", text(item)))?;
    if items.len() > MOST_LISTED {
        writeln!(out, "<li>… and {} more</li>", grouped((items.len() - MOST_LISTED) as u64))?;
    }
    writeln!(out, "</ul>")
}

fn ignored(page: &Page, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=ignored><h2 id=ignored>Ignored</h2>")?;
    if page.ignored.is_empty() {
        writeln!(out, "<p>No finding is ignored.</p>")?;
    } else {
        let heads = ["rule", "reason", "by", "until", "severity", "subject", "where"];
        let heads: Vec<String> = heads.iter().map(|head| format!("<th scope=col>{head}</th>")).collect();
        writeln!(out, "<div class=wide><table><thead><tr>{}</tr></thead><tbody>", heads.concat())?;
        page.ignored.iter().try_for_each(|row| out.write_all(row.as_bytes()))?;
        writeln!(out, "</tbody></table></div>")?;
        let more = summary.findings.ignored.saturating_sub(page.ignored.len() as u64);
        if more > 0 {
            writeln!(out, "<p>{} more are not listed.</p>", grouped(more))?;
        }
    }
    let idle: Vec<String> = summary.idle_ignores.iter().map(fact::idle).collect();
    if !idle.is_empty() {
        list("Ignores that do nothing", &idle, out)?;
    }
    writeln!(out, "</section>")
}
