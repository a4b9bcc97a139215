//! `eyas rules`
use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;
use clap::Args;
/// rules
#[derive(Debug, Args)]
pub(crate) struct Rules {}
pub(crate) fn run(_: &Rules, _: &Global, _: &Screen) -> Result<Exit, Failure> {
    Err(Failure::usage("later"))
}
