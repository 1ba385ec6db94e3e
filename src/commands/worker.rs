//! The grading process: `belt worker`, started by [`super::pool`] and talking to it over standard input and output.
//!
//! A request is one line of JSON ([`Request`]) followed by the submission's bytes and those of its others. Answers are lines of JSON
//! ([`Event`]): one before each check, and the report at the end. The next request may follow. The process puts limits
//! on itself before it reads anything, so whatever a submission does to it, it does within them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::grading;
use super::limits;
use crate::checks::Detail;
use crate::course::Course;
use crate::grade::Control;
use crate::portfolio::{Portfolio, Standing};
use crate::report::Report;

/// One submission to grade; its `bytes` bytes follow the line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// `None` for the course inside belt.
    pub course: Option<PathBuf>,
    pub exercise: String,
    pub path: String,
    /// Length of the submission in bytes.
    pub bytes: usize,
    pub detail: Detail,
    /// Checks that ended a worker before, and how.
    pub killed: BTreeMap<String, String>,
    /// When set: run no other checks than these, and say this of the others.
    pub only: Option<(BTreeSet<String>, String)>,
    /// Whether nothing is worked out for several checks at once: one of them ended a worker, and it is not known which.
    pub alone: bool,
    /// The submissions beside it, for an exercise that looks back on them; their bytes follow, in this order.
    pub others: Vec<Beside>,
}

/// A submission beside the one to grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    pub exercise: String,
    pub path: String,
    pub bytes: usize,
    pub standing: Option<Standing>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The check with this id begins.
    Running(String),
    Report(Box<Report>),
    /// The course is broken: nobody's submission can be graded.
    Broken(String),
}

/// Grades what arrives until there is no more.
pub fn run() -> Result<(), Error> {
    limits::apply().map_err(Error::Worker)?;
    serve(&mut io::stdin().lock(), &mut io::stdout().lock()).map_err(Error::Worker)
}

fn serve(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let mut course: Option<(Option<PathBuf>, Course)> = None;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        limits::renew()?;
        let request: Request = serde_json::from_str(&line)?;
        let mut bytes = vec![0; request.bytes];
        input.read_exact(&mut bytes)?;
        let mut others = Vec::new();
        for other in &request.others {
            let mut bytes = vec![0; other.bytes];
            input.read_exact(&mut bytes)?;
            others.push((other, bytes));
        }
        if course.as_ref().is_none_or(|(dir, _)| *dir != request.course) {
            match grading::open_course(request.course.as_deref()) {
                Ok(opened) => course = Some((request.course.clone(), opened)),
                Err(error) => {
                    send(output, &Event::Broken(broken(&error)))?;
                    continue;
                }
            }
        }
        let Some((_, course)) = &course else { continue };
        let event = match course.exercise(&request.exercise) {
            Ok(exercise) => {
                let mut portfolio = Portfolio::default();
                for (other, bytes) in &others {
                    portfolio.add(course, &other.exercise, &other.path, bytes, other.standing.clone());
                }
                let mut on_check = |id: &str| control(&request, id, output);
                match grading::grade(course, exercise, &request.path, &bytes, &portfolio, request.detail, &mut on_check)
                {
                    Ok(report) => Event::Report(Box::new(report)),
                    Err(error) => Event::Broken(broken(&error)),
                }
            }
            Err(error) => Event::Broken(error.to_string()),
        };
        send(output, &event)?;
    }
}

fn control(request: &Request, id: &str, output: &mut impl Write) -> Control {
    if let Some(reason) = request.killed.get(id) {
        return Control::Killed(reason.clone());
    }
    if let Some((_, reason)) = request.only.as_ref().filter(|(only, _)| !only.contains(id)) {
        return Control::Killed(reason.clone());
    }
    match send(output, &Event::Running(id.to_owned())) {
        Ok(()) if request.alone => Control::Alone,
        Ok(()) => Control::Run,
        // The parent is gone, and with it whoever wanted to know.
        Err(_) => Control::Killed("grading was interrupted".to_owned()),
    }
}

fn send(output: &mut impl Write, event: &Event) -> io::Result<()> {
    let mut line = serde_json::to_string(event)?;
    line.push('\n');
    output.write_all(line.as_bytes())?;
    output.flush()
}

fn broken(error: &Error) -> String {
    match error {
        Error::Course(message) => message.clone(),
        error => error.to_string(),
    }
}
