//! `belt man`: the manual page, and below it one section for each command.

use clap::CommandFactory;

use super::context::print;
use super::error::{Error, exit};
use crate::cli::Cli;

pub fn run() -> Result<u8, Error> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(Error::Output)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(exit::PASSED)
}
