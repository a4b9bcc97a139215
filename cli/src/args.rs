//! What can be typed: the command tree and the options that several commands share. A command's
//! own options stand with the command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use eyas_lang::checked::Severity;
use eyas_report::Output;

use crate::commands::{
    check, completions, config, convert, demo, explain, fmt, hunt, lint, man, report, rules, test,
};

/// Policy as code for AWS: one rule language over events, accounts, templates and snapshots.
#[derive(Debug, Parser)]
#[command(
    name = "eyas",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Start with:\n  eyas demo                      the built-in rules over a bundled story, offline\n  eyas lint templates/           the built-in rules over your CloudFormation templates
  eyas hunt logs/                the built-in rules over your CloudTrail logs\n  eyas explain unknown-field     what a diagnostic means\n\n`eyas COMMAND --help` shows examples of each."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Check),
    Fmt(fmt::Fmt),
    Test(test::Test),
    Rules(rules::Rules),
    Explain(explain::Explain),
    Lint(lint::Lint),
    Hunt(hunt::Hunt),
    Report(report::Report),
    Convert(convert::Convert),
    Demo(demo::Demo),
    Config(config::Config),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for every command")]
pub(crate) struct Global {
    /// Colour: auto (on a terminal; NO_COLOR and CLICOLOR_FORCE count), always, never
    #[arg(long, global = true, value_name = "WHEN", value_enum, hide_possible_values = true)]
    pub(crate) color: Option<Color>,

    /// Say only what was asked for: no progress, no notes
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Read this configuration file instead of looking for eyas.toml upwards from here
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,

    /// Read no configuration file
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What is known of the deployment of templates.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Deployment")]
pub(crate) struct DeploymentArgs {
    /// A file of parameter values: the AWS CLI's list, CodePipeline's map, or a plain map; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Vec<PathBuf>,

    /// The value of a template parameter; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) parameter: Vec<String>,

    /// The region that the templates are deployed to
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// The account that the templates are deployed to: 12 digits
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(crate) account: Option<String>,
}

/// The id of an account.
pub(crate) fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has 12 digits".to_owned())
    }
}

/// Which rules.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArgs {
    /// Rules to load: files or folders, .eyas or Falco YAML; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,

    /// With --rules: the built-in packs too
    #[arg(long, requires = "rules", conflicts_with = "no_packs")]
    pub(crate) with_packs: bool,

    /// Leave out the rule with this id; may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) disable: Vec<String>,

    #[command(flatten)]
    pub(crate) set: SetArgs,
}

/// Which packs, which parameters.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct SetArgs {
    /// Load only this built-in pack; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "no_packs")]
    pub(crate) pack: Vec<String>,

    /// Load no built-in pack (the standard library stays)
    #[arg(long)]
    pub(crate) no_packs: bool,

    /// Set a parameter: `aws.ec2.approved_regions=eu-west-1,us-east-1`; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
}

/// Where findings go and what they mean for the exit code.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Format: terminal, json, jsonl, sarif, csv, markdown, html, junit, github, gitlab; FORMAT=FILE writes a file; may be repeated
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub(crate) format: Vec<Output>,

    /// Exit with 1 for findings at or above: critical, high, medium (default), low, info
    #[arg(long, value_name = "LEVEL", value_parser = severity)]
    pub(crate) fail_on: Option<Severity>,

    /// Exit with 4 when anything could not be read or judged
    #[arg(long)]
    pub(crate) strict_unknown: bool,

    /// Count only what is new since this earlier run: a file that --write-baseline made, or any
    /// saved findings (JSON or JSON Lines)
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Save the findings for --baseline of the next runs
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,

    /// Write secrets out instead of their first characters
    #[arg(long)]
    pub(crate) reveal: bool,

    /// List the findings that are ignored or in the baseline too
    #[arg(long)]
    pub(crate) show_ignored: bool,
}

/// Machine-readable output of the commands that report on rules rather than findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum TextOrJson {
    /// For people.
    #[default]
    Terminal,
    /// One JSON document.
    Json,
}

/// A severity by name.
pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    Severity::ALL.into_iter().find(|s| s.as_str() == text.to_lowercase()).ok_or_else(|| {
        let names = Severity::ALL.map(Severity::as_str);
        let near = eyas_lang::diagnostics::nearest(text, names).map(|n| format!(", did you mean `{n}`?"));
        format!("severities are critical, high, medium, low, info{}", near.unwrap_or_default())
    })
}
