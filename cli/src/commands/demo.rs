//! `eyas demo`

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use eyas_cloudtrail::{Source, TimeRange};
use eyas_engine::finding::Finding;

use crate::args::{Global, OutputArgs, RuleArgs};
use crate::commands::hunt::{self, Options};
use crate::commands::lint;
use crate::config::{Order, Settings};
use crate::exit::{self, Exit, Failure};
use crate::plan::{self, Judging, Planned};
use crate::screen::Screen;
use crate::{compile, output};

/// A morning in an account whose deployment key leaked, as CloudTrail recorded it.
const EVENTS: &[u8] = include_bytes!("../../demo/leaked-key.json");

/// The template that the story's machine came from.
const TEMPLATE: &str = include_str!("../../demo/pipeline.yaml");

/// What the events are called in findings.
const NAME: &str = "leaked-key.json";

/// Run the built-in rules over a bundled story of a leaked key; offline, in a moment
///
/// First over what CloudTrail recorded, then, where people read, over the template that the key
/// leaked from.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas demo\n  eyas demo -f jsonl\n  eyas demo --events > leaked-key.json && eyas hunt leaked-key.json\n  eyas demo --template > pipeline.yaml && eyas lint pipeline.yaml"
)]
pub(crate) struct Demo {
    /// Print the events instead of judging them
    #[arg(long)]
    events: bool,

    /// Print the template instead of judging it
    #[arg(long, conflicts_with = "events")]
    template: bool,

    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &Demo, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    if args.events {
        io::stdout().lock().write_all(EVENTS)?;
        return Ok(exit::OK);
    }
    if args.template {
        io::stdout().lock().write_all(TEMPLATE.as_bytes())?;
        return Ok(exit::OK);
    }
    // Whatever is configured here has no part in the story.
    let global = Global { config: None, no_config: true, ..global.clone() };
    let settings = Settings::load(&global)?.with_output(&args.output);
    let folded = settings.clone().with_info_folded(screen.verbose);
    let compiled = compile::load(&RuleArgs::default(), &settings, screen)?;
    let planned = plan::plan(compiled, Judging::Events, &settings, screen)?;
    let report = output::report(&settings, screen)?;
    let options = Options {
        range: TimeRange::default(),
        order: Order::Time,
        threads: 1,
        watched: false,
        interrupt: Arc::new(AtomicBool::new(false)),
    };
    let for_people = output::person_on_stdout(&settings) && !screen.quiet;
    if for_people {
        io::stdout().lock().write_all(STORY.as_bytes())?;
    }
    hunt::hunt(vec![events()], &planned, &options, report)?;
    if for_people {
        io::stdout().lock().write_all(CAUSE.as_bytes())?;
        lint::text("pipeline.yaml", TEMPLATE, &folded, screen)?;
        io::stdout().lock().write_all(NEXT.as_bytes())?;
    }
    Ok(exit::OK)
}

/// The bundled events as a source.
fn events() -> Source {
    Source::Bytes { name: NAME.into(), bytes: EVENTS.into() }
}

/// The story's first finding by this rule, for the documentation.
pub(crate) fn finding_of(rule: &str, planned: &Planned) -> Option<Finding> {
    let mut found = None;
    eyas_cloudtrail::hunt(
        vec![events()],
        &planned.plan,
        &eyas_cloudtrail::Options::default(),
        &mut |finding| {
            if finding.rule.id != rule {
                return ControlFlow::Continue(());
            }
            found = Some(finding);
            ControlFlow::Break(())
        },
    );
    found
}

const STORY: &str = "\
The deployment key of an account has leaked. Somebody finds it, looks around, takes over, blinds
the account, spends and takes. This is what CloudTrail recorded that morning, as eyas reads it.

";

const CAUSE: &str = "
How did the key get out? It stood in the template of a build machine that the world could reach.
The same rules' neighbours read templates before anything is deployed:

";

const NEXT: &str = "
Next:
  eyas rules show aws.ec2.run_instances    what a rule says, reads and is tested with
  eyas demo -f jsonl                       the same findings for programs
  eyas demo --events                       the events themselves
  eyas hunt logs/                          your own CloudTrail logs
  eyas lint templates/                     your own CloudFormation templates
";
