//! `eyas explain`
use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;
use clap::Args;
/// explain
#[derive(Debug, Args)]
pub(crate) struct Explain {}
pub(crate) fn run(_: &Explain, _: &Global, _: &Screen) -> Result<Exit, Failure> {
    Err(Failure::usage("later"))
}
