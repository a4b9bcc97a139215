//! `eyas demo`
use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;
use clap::Args;
/// demo
#[derive(Debug, Args)]
pub(crate) struct Demo {}
pub(crate) fn run(_: &Demo, _: &Global, _: &Screen) -> Result<Exit, Failure> {
    Err(Failure::usage("later"))
}
