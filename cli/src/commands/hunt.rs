//! `eyas hunt`
use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::screen::Screen;
use clap::Args;
/// hunt
#[derive(Debug, Args)]
pub(crate) struct Hunt {}
pub(crate) fn run(_: &Hunt, _: &Global, _: &Screen) -> Result<Exit, Failure> {
    Err(Failure::usage("later"))
}
