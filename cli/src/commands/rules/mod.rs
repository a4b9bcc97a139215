//! `eyas rules`

mod docs;
mod fields;
mod list;
mod reads;
pub(crate) mod show;

use clap::{Args, Subcommand};

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;

/// What is loaded, one rule explained, the fields there are
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  eyas rules list --severity high --tag iam\n  eyas rules show aws.ec2.authorize_security_group_ingress\n  eyas rules fields cloudtrail ct.user\n  eyas rules docs --rules my-rules --out site/"
)]
pub(crate) struct Rules {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::List),
    Show(show::Show),
    Fields(fields::Fields),
    Docs(docs::Docs),
}

pub(crate) fn run(args: &Rules, global: &Global, screen: &Screen) -> Result<Exit, Failure> {
    match &args.action {
        Action::List(args) => list::run(args, global, screen),
        Action::Show(args) => show::run(args, global, screen),
        Action::Fields(args) => fields::run(args, screen),
        Action::Docs(args) => docs::run(args, global, screen),
    }
}
