//! What can keep belt from doing its job, whose fault that is, and the exit code that says so.

use std::io;
use std::path::PathBuf;

/// Exit codes, which scripts and CI rely on.
pub mod exit {
    /// Every submission passed, or the command did what it was asked to.
    pub const PASSED: u8 = 0;
    /// Graded, and at least one submission is below its pass mark; malformed submissions too.
    pub const BELOW_PASS_MARK: u8 = 1;
    /// Wrong usage, or a file that could not be read or written.
    pub const USAGE: u8 = 2;
    /// The course is broken: an instructor has to mend it.
    pub const BROKEN_COURSE: u8 = 3;
}

/// A failure of belt or of its surroundings. A wrong answer is never one: that is a finding in a report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no exercise `{asked}`{}; `belt list` names them all", nearest(.near))]
    UnknownExercise { asked: String, near: Vec<String> },
    #[error("{id} is not written yet: this course has no rubric for it; `belt list` shows which exercises it has")]
    NotWritten { id: String },
    #[error("no submission for {id}: looked for submissions/{id}.yaml, .yml and .json; `belt new {id}` starts one")]
    NoSubmission { id: String },
    #[error("two submissions for {id}: {}; keep one of them, or name the file to check", .paths.join(" and "))]
    TwoSubmissions { id: String, paths: Vec<String> },
    #[error("cannot tell which exercise {path} belongs to: begin it with `exercise: dayNN`, or name it dayNN.yaml")]
    WhichExercise { path: String },
    #[error("{path} is there already, and is left as it is; `belt check {id}` grades it")]
    Exists { path: String, id: String },
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write to standard output: {0}")]
    Output(#[source] io::Error),
    #[error("{0}")]
    Usage(String),
    #[error("cannot start a grading process: {0}")]
    Worker(#[source] io::Error),
    #[error("the course is broken: {0}")]
    Course(String),
}

impl Error {
    pub fn exit_code(&self) -> u8 {
        match self {
            // Whoever read the output has seen enough (`belt show day06 | head`).
            Error::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::PASSED,
            Error::Course(_) => exit::BROKEN_COURSE,
            Error::UnknownExercise { .. }
            | Error::NotWritten { .. }
            | Error::NoSubmission { .. }
            | Error::TwoSubmissions { .. }
            | Error::WhichExercise { .. }
            | Error::Exists { .. }
            | Error::Read { .. }
            | Error::Write { .. }
            | Error::Output(_)
            | Error::Usage(_)
            | Error::Worker(_) => exit::USAGE,
        }
    }
}

fn nearest(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!(": did you mean {}?", near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")),
    }
}

/// The names most like `asked`, best first.
pub fn near(asked: &str, names: &[String]) -> Vec<String> {
    let lower = asked.to_lowercase();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    similar::get_close_matches(lower.as_str(), &names, 3, 0.6).into_iter().map(str::to_owned).collect()
}
