//! `eyas lint`

mod files;
mod fix;
mod inputs;
mod run;

use std::collections::HashSet;
use std::path::PathBuf;

use clap::Args;
use eyas_template::inputs::Inputs;
use jiff::{Timestamp, tz::TimeZone};

use crate::args::{DeploymentArgs, Global, OutputArgs, RuleArgs};
use crate::compile;
use crate::config::Settings;
use crate::exit::{self, Exit, Failure};
use crate::output;
use crate::pack;
use crate::plan::{self, Judging};
use crate::rules::Types;
use crate::screen::Screen;

use files::Candidate;
use run::Run;

/// With more files than this every rule is loaded; with fewer, those for the types they name.
const FEW_FILES: usize = 16;

/// Judge CloudFormation templates
///
/// Reads YAML and JSON templates, told by their content; folders all the way down, without
/// hidden files. Each resource is judged in every way in which the template's conditions let it
/// be deployed. What only a deployment can tell is reported as unknown, never as fine.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas lint templates/\n  eyas lint app.yaml --parameters prod.json --region eu-west-1 -f github\n  eyas lint . -f terminal -f sarif=lint.sarif --fail-on high\n  eyas lint app.yaml --parameter Environment=prod\n  eyas lint app.yaml --fix --dry-run\n  git diff --name-only | eyas lint --files-from -\n  aws cloudformation get-template --stack-name s --query TemplateBody | eyas lint -\n\nExit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage, 3 rules do not compile, 4 nothing could be read (with --strict-unknown: anything could not be read or judged), 130 interrupted."
)]
pub(crate) struct Lint {
    /// Templates, folders, or `-` for standard input
    #[arg(required_unless_present = "files_from", value_name = "TEMPLATE")]
    templates: Vec<PathBuf>,

    /// Read the paths of templates from this file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,

    /// Pass over files that are no templates, also those named here: for hooks that hand on every file
    #[arg(long)]
    skip_non_templates: bool,

    /// Mend what rules can mend, in the files; what is conditional or computed is left alone
    #[arg(long)]
    fix: bool,

    /// With --fix: show what would change, and change nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,

    /// Threads; 0 is one a core, the default
    #[arg(long, value_name = "N")]
    threads: Option<usize>,

    /// Run the rules that compile although others do not
    #[arg(long)]
    keep_going: bool,

    #[command(flatten)]
    deployment: DeploymentArgs,

    #[command(flatten)]
    rules: RuleArgs,

    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Lint, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    let settings = Settings::load(global)?
        .with_rules(&args.rules)?
        .with_output(&args.output)
        .with_deployment(&args.deployment)
        .with_keep_going(args.keep_going)
        .with_hunt(None, args.threads)
        .with_info_folded(screen.verbose);
    let screen = &screen.with_color(settings.color.value);
    let inputs = inputs::inputs(&settings, &args.deployment.parameter)?;
    let mut found = files::find(&args.templates);
    if let Some(list) = &args.files_from {
        let listed = files::listed(list)?;
        if listed.is_empty() && args.templates.is_empty() {
            screen.tell("no file is listed, so there is nothing to judge");
            return Ok(exit::OK);
        }
        // A diff lists files of all kinds; only those that are templates concern us.
        found.files.extend(listed.into_iter().map(|path| Candidate { path, named: false }));
    }
    if args.skip_non_templates {
        found.files.iter_mut().for_each(|file| file.named = false);
    }
    let compiled = compile::load_for(&types(&found.files), &args.rules, &settings, screen)?;
    let planned = plan::plan(compiled, Judging::Templates, &settings, screen)?;
    let report = output::report(&settings, screen)?;
    let run = Run {
        planned: &planned,
        inputs: &inputs,
        peers: &pack::peers(),
        disabled: &|id| settings.disable.value.iter().any(|disabled| disabled == id),
        schema: settings.has_pack(pack::TEMPLATE, &args.rules),
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
        settings: &settings,
        screen,
    };
    if args.fix {
        fix::check(&found.files, args.dry_run)?;
        run.fix(&found.files, args.dry_run)?;
    }
    run.judge(found, report)
}

/// Judges one template that is at hand by the built-in rules, and reports to standard output.
pub(crate) fn text(name: &str, text: &str, settings: &Settings, screen: &Screen) -> Result<(), Failure> {
    let args = RuleArgs::default();
    let compiled = compile::load_for(&Types::Resources, &args, settings, screen)?;
    let planned = plan::plan(compiled, Judging::Templates, settings, screen)?;
    let report = output::report(settings, screen)?;
    let run = Run {
        planned: &planned,
        inputs: &Inputs::default(),
        peers: &pack::peers(),
        disabled: &|_| false,
        schema: true,
        today: Timestamp::now().to_zoned(TimeZone::UTC).date(),
        settings,
        screen,
    };
    run.judge_text(name, text, report)
}

/// The types whose rules are needed.
fn types(files: &[Candidate]) -> Types {
    if files.len() > FEW_FILES || files.iter().any(|file| files::is_stdin(&file.path)) {
        return Types::Resources;
    }
    let mut types = HashSet::new();
    for file in files {
        // What cannot be read is told when its turn comes.
        if let Ok(bytes) = files::read(&file.path) {
            files::types_in(&bytes, &mut types);
        }
    }
    // These become resources of types that the text does not name.
    let makes_others = |name: &String| {
        name.starts_with("AWS::Serverless") || name == "AWS::CloudFormation::Stack" || name.ends_with(':')
    };
    if types.iter().any(makes_others) { Types::Resources } else { Types::These(types) }
}
