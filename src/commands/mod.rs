//! The commands: one file each, and all of belt's dealings with files, the terminal and other processes.

mod api;
mod beside;
mod check;
mod completions;
mod context;
mod error;
mod grading;
mod hint;
mod history;
mod lesson;
mod limits;
mod list;
mod man;
mod new;
mod pool;
mod replay;
mod rubric;
mod schema;
mod show;
mod status;
mod submissions;
mod worker;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::cli::{Cli, Command};
use crate::render::sanitize;
use context::Context;
pub use error::{Error, exit};

/// The whole program: what was typed, what is done about it, the exit code.
pub fn main() -> ExitCode {
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let code = run(&cli, &matches).unwrap_or_else(|error| {
        let code = error.exit_code();
        if code != exit::PASSED {
            complain(&error);
        }
        code
    });
    ExitCode::from(code)
}

fn run(cli: &Cli, matches: &clap::ArgMatches) -> Result<u8, Error> {
    // The worker is told everything by its parent and must not look around by itself.
    if let Some(Command::Worker) = cli.command {
        return worker::run().map(|()| exit::PASSED);
    }
    let context = Context::resolve(&cli.global)?;
    match &cli.command {
        None => status::run(&context),
        Some(Command::List) => list::run(&context),
        Some(Command::Show(args)) => show::run(&context, &args.exercise),
        Some(Command::New { exercise, format }) => new::run(&context, &exercise.exercise, *format),
        Some(Command::Check(args)) => {
            let typed = matches.subcommand_matches("check").expect("this is the subcommand that was parsed");
            check::run(&context, args, typed)
        }
        Some(Command::Hint { target, criterion, level }) => hint::run(&context, target, criterion.as_deref(), *level),
        Some(Command::Api(args)) => api::run(&context, &args.exercise),
        Some(Command::Schema(args)) => schema::run(&context, &args.exercise),
        Some(Command::Replay { target, finding }) => replay::run(&context, target, *finding),
        Some(Command::Lesson { number }) => lesson::run(&context, *number),
        Some(Command::Rubric(command)) => rubric::run(&context, command),
        Some(Command::Completions { shell }) => completions::run(*shell),
        Some(Command::Man) => man::run(),
        Some(Command::Worker) => worker::run().map(|()| exit::PASSED),
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // `--help` and `--version` come this way too, and a closed pipe is no reason to complain.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::PASSED })
}

/// Says on standard error what went wrong.
fn complain(error: &Error) {
    // With nobody left to read it there is nothing better to do.
    let _ = writeln!(std::io::stderr(), "belt: {}", sanitize::line(&error.to_string()));
}
