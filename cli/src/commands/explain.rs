//! `eyas explain`

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use eyas_engine::eval::{Explanation, Session};
use eyas_engine::finding::Finding;
use eyas_engine::plan::{Plan, PlanOptions};
use eyas_engine::record::{NoWorld, Record};
use eyas_lang::diagnostics::{Code, nearest};
use eyas_report::read::{ReadError, read_findings};
use eyas_report::{Format, Style, escape, open};

use crate::args::{Global, RuleArgs};
use crate::commands::rules::show;
use crate::compile::{self, Compiled};
use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::screen::Screen;

/// Explain a diagnostic code, a rule, or why a finding came out as it did
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas explain unknown-field                       what a diagnostic means and how to mend it\n  eyas explain aws.iam.create_access_key           a rule\n  eyas explain 5f1d6f9c findings.jsonl             a finding, by the start of its fingerprint\n  eyas hunt logs/ -f jsonl | head -1 | eyas explain -"
)]
pub(crate) struct Explain {
    /// A diagnostic code, a rule's id, a finding's fingerprint (or its start), or a file of findings
    #[arg(value_name = "CODE|RULE|FINDING")]
    topic: String,

    /// The findings (JSON or JSON Lines) that the fingerprint is looked up in; `-` for standard input
    #[arg(value_name = "FINDINGS")]
    findings: Option<PathBuf>,

    #[command(flatten)]
    rules: RuleArgs,
}

pub(crate) fn run(args: &Explain, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    if let (Some(code), None) = (Code::parse(&args.topic), &args.findings) {
        io::stdout().lock().write_all(code_page(code).as_bytes())?;
        return Ok(exit::OK);
    }
    if let (Some(page), None) = (show::check_page(&args.topic), &args.findings) {
        io::stdout().lock().write_all(page.as_bytes())?;
        return Ok(exit::OK);
    }
    let settings = Settings::load(global)?.with_rules(&args.rules)?;
    let screen = &screen.with_color(settings.color.value);
    let compiled = compile::load_with_tests(&args.rules, &settings, screen)?;
    let file = args.findings.clone().or_else(|| findings_file(&args.topic));
    match file {
        Some(file) => {
            let wanted = args.findings.is_some().then_some(args.topic.as_str());
            findings(&file, wanted, &compiled, screen)
        }
        None => rule(&args.topic, &compiled, screen),
    }
}

fn code_page(code: Code) -> String {
    format!("{}\n", code.page().trim_end())
}

/// The topic as a file, where it is one.
fn findings_file(topic: &str) -> Option<PathBuf> {
    (topic == "-" || Path::new(topic).is_file()).then(|| PathBuf::from(topic))
}

fn rule(topic: &str, compiled: &Compiled, screen: &Screen) -> Result<Exit, Failure> {
    match show::find(compiled, topic) {
        Ok(rule) => {
            io::stdout().lock().write_all(show::page(rule, compiled, screen.out_look()).as_bytes())?;
            Ok(exit::OK)
        }
        Err(failure) => Err(match nearest(topic, Code::ALL.iter().map(|c| c.as_str())) {
            Some(near) => Failure::usage_help(
                format!("`{topic}` is no diagnostic code and no rule"),
                format!("did you mean `{near}`?"),
            ),
            None if looks_like_fingerprint(topic) => Failure::usage_help(
                format!("`{topic}` is no diagnostic code and no rule"),
                "a finding is looked up in a file: `eyas explain FINGERPRINT findings.jsonl`",
            ),
            None => failure,
        }),
    }
}

fn looks_like_fingerprint(topic: &str) -> bool {
    topic.len() >= 6 && topic.chars().all(|c| c.is_ascii_hexdigit())
}

/// Explains the findings whose fingerprint starts with `wanted`, or all.
fn findings(
    file: &Path,
    wanted: Option<&str>,
    compiled: &Compiled,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let input: Box<dyn BufRead> = if file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file).map_err(Failure::file("read", file))?))
    };
    // A rule that cannot run is explained by the finding alone.
    let (plan, _) = Plan::new(&compiled.set, &compiled.sources, PlanOptions { include_disabled: true });
    let mut shown = 0;
    let mut failed = None;
    let mut broken = false;
    let each = |finding: Finding| {
        if failed.is_none() && wanted.is_none_or(|w| finding.fingerprint.starts_with(w)) {
            shown += 1;
            let again = (shown <= JUDGED_AGAIN).then_some(&plan);
            failed = explain(&finding, compiled, again, screen).err();
        }
    };
    let complain = |error: ReadError| screen.error(&format!("{}: {error}", file.display()), None);
    let result = read_findings(input, each, |error| {
        broken = true;
        complain(error);
    });
    if let Err(error) = result {
        broken = true;
        complain(error);
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    match (shown, wanted) {
        (0, Some(wanted)) => {
            Err(Failure::usage(format!("no finding in `{}` starts with `{wanted}`", file.display())))
        }
        _ if broken => Ok(exit::INPUT),
        _ => Ok(exit::OK),
    }
}

/// How many findings are judged again, which reads the file that each came from.
const JUDGED_AGAIN: usize = 20;

/// The finding, why it came out so, and the rule behind it. With a plan, its event is judged
/// again where it can be found.
fn explain(finding: &Finding, compiled: &Compiled, plan: Option<&Plan>, screen: &Screen) -> io::Result<()> {
    let look = screen.out_look();
    let mut sink = open(
        Format::Terminal,
        io::stdout(),
        Style { color: look.color, width: look.width, ..Style::default() },
    );
    sink.finding(finding)?;
    let mut out = io::stdout().lock();
    match plan.and_then(|plan| judge_again(finding, plan)) {
        Some(why) => {
            writeln!(out, "judged again, because")?;
            why.lines().iter().try_for_each(|line| writeln!(out, "  {}", escape::terminal(line)))?;
        }
        None => evidence(finding, &mut out)?,
    }
    match compiled.set.rules.iter().find(|r| r.id == finding.rule.id) {
        Some(rule) => writeln!(out, "\n{}", show::page(rule, compiled, look)),
        None => match show::check_page(&finding.rule.id) {
            Some(page) => writeln!(out, "\n{page}"),
            None => writeln!(out, "\nthe rule `{}` is not loaded here", escape::terminal(&finding.rule.id)),
        },
    }
}

/// Every part of the rule's condition over the finding's record, where the file that it came
/// from is still there and holds it.
fn judge_again(finding: &Finding, plan: &Plan) -> Option<Explanation> {
    let rule = plan.find(&finding.rule.id)?;
    finding.event.as_ref()?;
    let wanted = finding.subject.id.as_deref()?;
    let name = &finding.location.as_ref()?.file;
    let file = File::open(name).ok()?;
    let mut session = Session::new(plan);
    let mut found = None;
    eyas_cloudtrail::read(name, file, &mut |event| {
        if found.is_none() && event.subject().id.as_deref() == Some(wanted) {
            found = Some(session.explain(rule, event, &NoWorld));
        }
    })
    .ok()?;
    found
}

/// What the finding itself says: each value with the comparison that it met.
fn evidence(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    if !finding.evidence.is_empty() {
        writeln!(out, "it came out so because of")?;
    }
    for evidence in &finding.evidence {
        let value = match (&evidence.value, &evidence.unknown) {
            (_, Some(why)) => format!("is not known: {why}"),
            (Some(value), None) => format!("is {value}"),
            (None, None) => "is absent".to_owned(),
        };
        writeln!(out, "  {}", escape::terminal(&evidence.test))?;
        writeln!(out, "    {} {}", escape::terminal(&evidence.field), escape::terminal(&value))?;
    }
    Ok(())
}
