//! One finding as a row of the table, with everything that is known of it to unfold.

use eyas_engine::finding::{EventInfo, Finding, Location, Outcome};

use super::text;
use crate::escape;
use crate::fact;
use crate::snippet::Snippet;
use crate::source::Sources;
use crate::{RuleMeta, Standing};

/// Columns of a source line that are shown.
const SOURCE_WIDTH: usize = 110;

/// The row of a finding whose rule is number `rule` of the report.
pub(super) fn row(finding: &Finding, rule: usize, sources: &Sources) -> String {
    let kind = kind(finding);
    let state = match (Standing::of(finding), finding.outcome) {
        (Standing::Unchanged, _) => "<span class=state>in the baseline</span>",
        (_, Outcome::Unknown) => "<span class=state>not known</span>",
        _ => "",
    };
    let severity = finding.severity.as_str();
    let place = finding.location.as_ref().map_or(String::new(), |l| text(&fact::spot(l)));
    format!(
        "<tr data-kind={kind} data-maps=\"{}\"><td><span class=\"badge {kind}\">{severity}</span>{state}</td>\
         <td><details><summary>{}</summary>{}</details></td><td>{}</td><td>{place}</td></tr>\n",
        text(&finding.rule.maps.join(" ")),
        text(&finding.message),
        details(finding, rule, sources),
        text(&fact::subject(finding)),
    )
}

/// How the table's filter calls it.
pub(super) fn kind(finding: &Finding) -> &'static str {
    if finding.outcome == Outcome::Unknown { "unknown" } else { finding.severity.as_str() }
}

fn details(finding: &Finding, rule: usize, sources: &Sources) -> String {
    let mut out = String::from("<dl>");
    let id = text(&finding.rule.id);
    entry(&mut out, "rule", &format!("<a href=\"#rule-{rule}\">{id}</a>"));
    if let Some(location) = &finding.location {
        place(&mut out, finding, location, sources);
    }
    optional(&mut out, "only if", &finding.when);
    if let Some(event) = &finding.event {
        happened(&mut out, event);
    }
    optional(&mut out, "account", &finding.subject.account);
    optional(&mut out, "region", &finding.subject.region);
    let facts: Vec<String> =
        fact::all_evidence(finding).iter().map(|fact| format!("<li>{}</li>", text(fact))).collect();
    if !facts.is_empty() {
        entry(&mut out, "evidence", &format!("<ul>{}</ul>", facts.concat()));
    }
    optional(&mut out, "fix", &finding.fix);
    if !finding.text_edits.is_empty() {
        entry(
            &mut out,
            if finding.fix.is_some() { "" } else { "fix" },
            "<code>eyas lint --fix</code> can do this",
        );
    }
    out.push_str("</dl>");
    out
}

fn place(out: &mut String, finding: &Finding, location: &Location, sources: &Sources) {
    let path = location.path.as_ref().map_or(String::new(), |path| format!("\n{}", text(path)));
    entry(out, "where", &format!("{}{path}", text(&fact::spot(location))));
    if let Some(Snippet { line, parts: [before, marked, after], .. }) =
        Snippet::of_finding(finding, sources, SOURCE_WIDTH)
    {
        let code = format!("{}<mark>{}</mark>{}", text(&before), text(&marked), text(&after));
        entry(out, &format!("line {line}"), &format!("<pre>{code}</pre>"));
    }
}

fn happened(out: &mut String, event: &EventInfo) {
    let EventInfo { time, name, source, error, user, principal, access_key, source_ip, user_agent } = event;
    let rows = [
        ("when", [time, &None, &None]),
        ("who", [user, principal, access_key]),
        ("what", [name, source, error]),
        ("from", [source_ip, user_agent, &None]),
    ];
    for (label, values) in rows {
        let values: Vec<&str> = values.into_iter().flatten().map(|value| value.as_str()).collect();
        if !values.is_empty() {
            entry(out, label, &text(&values.join("\n")));
        }
    }
}

fn optional(out: &mut String, label: &str, value: &Option<impl AsRef<str>>) {
    if let Some(value) = value {
        entry(out, label, &text(value.as_ref()));
    }
}

fn entry(out: &mut String, label: &str, html: &str) {
    out.push_str(&format!("<dt>{label}</dt><dd>{html}</dd>"));
}

/// An ignored finding as a row of the table of those.
pub(super) fn ignored(finding: &Finding) -> Option<String> {
    let ignored = finding.ignored.as_ref()?;
    let cells = [
        text(ignored.reason.as_deref().unwrap_or_default()),
        text(&ignored.by),
        text(ignored.until.as_deref().unwrap_or("no end")),
        finding.severity.as_str().to_owned(),
        text(&fact::subject(finding)),
        finding.location.as_ref().map_or(String::new(), |l| text(&fact::spot(l))),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
    Some(format!("<tr><th scope=row>{}</th>{}</tr>\n", text(&finding.rule.id), cells.concat()))
}

/// A rule with findings, its number being its anchor.
pub(super) fn rule(number: usize, rule: &RuleMeta, violations: u64, unknown: u64) -> String {
    let severity = rule.severity.as_str();
    let mut about = format!("<code>{}</code>\n{}", text(&rule.id), text(&rule.title));
    if !rule.doc.trim().is_empty() {
        about.push_str(&format!("\n{}", text(rule.doc.trim())));
    }
    for link in rule.refs.iter().filter_map(|link| escape::link(link)).map(|link| text(&link)) {
        about.push_str(&format!("\n<a href=\"{link}\" rel=\"noopener noreferrer\">{link}</a>"));
    }
    format!(
        "<tr id=rule-{number}><td><span class=\"badge {severity}\">{severity}</span></td>\
         <th scope=row><div class=lines>{about}</div></th><td>{}</td><td class=n>{violations}</td><td class=n>{unknown}</td></tr>\n",
        text(&rule.maps.join(", ")),
    )
}
