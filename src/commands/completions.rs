//! `belt completions`: completions for a shell.

use clap::CommandFactory;

use super::context::print;
use super::error::{Error, exit};
use crate::cli::Cli;

pub fn run(shell: clap_complete::Shell) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "belt", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(exit::PASSED)
}
