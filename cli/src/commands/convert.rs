//! `eyas convert`
use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;
use clap::Args;
/// convert
#[derive(Debug, Args)]
pub(crate) struct Convert {}
pub(crate) fn run(_: &Convert, _: &Global, _: &Screen) -> Result<Exit, Failure> {
    Err(Failure::usage("later"))
}
