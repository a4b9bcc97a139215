//! `eyas test`
use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;
use clap::Args;
/// test
#[derive(Debug, Args)]
pub(crate) struct Test {}
pub(crate) fn run(_: &Test, _: &Global, _: &Screen) -> Result<Exit, Failure> {
    Err(Failure::usage("later"))
}
