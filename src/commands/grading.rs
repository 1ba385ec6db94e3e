//! Where the commands meet the pure modules: the course from the binary or a directory, bytes to a report.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::error::Error;
use super::history::sha256;
use crate::checks::Detail;
use crate::checks::scenario::WORLD_FILE;
use crate::course::{self, API_FILE, Course, Exercise, Pack};
use crate::grade::{self, Control};
use crate::portfolio::Portfolio;
use crate::report::{Location, Report};
use crate::sim::{self, world::ApiEntry};
use crate::submission::{Document, Limits, LoadError};

/// A part of what an exercise says of what there is to work with, such as the series that rules may ask for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiSection {
    title: String,
    entries: Vec<ApiEntry>,
}

impl From<course::Error> for Error {
    fn from(error: course::Error) -> Self {
        match error {
            course::Error::NotWritten { id } => Error::NotWritten { id },
            course::Error::UnknownExercise { id, nearest } => {
                Error::UnknownExercise { asked: id, near: nearest.into_iter().collect() }
            }
            error @ (course::Error::Invalid { .. } | course::Error::Missing { .. }) => Error::Course(error.to_string()),
        }
    }
}

/// Every file of the course: embedded, or read from a directory.
pub fn pack(dir: Option<&Path>) -> Result<Pack, Error> {
    let Some(dir) = dir else { return Ok(Pack::embedded()) };
    let mut entries = BTreeMap::new();
    let mut directories = vec![dir.to_path_buf()];
    while let Some(directory) = directories.pop() {
        let broken = |error: std::io::Error| Error::Course(format!("cannot read {}: {error}", directory.display()));
        for entry in std::fs::read_dir(&directory).map_err(broken)? {
            let entry = entry.map_err(broken)?;
            let path = entry.path();
            let Ok(name) = path.strip_prefix(dir) else { continue };
            let name = name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            // Links are not followed, so a course cannot contain itself; hidden files are an editor's or git's.
            let kind = entry.file_type().map_err(broken)?;
            if entry.file_name().to_string_lossy().starts_with('.') || name == "target" {
                continue;
            }
            if kind.is_dir() {
                directories.push(path);
            } else if kind.is_file() {
                entries.insert(name, std::fs::read(&path).map_err(broken)?);
            }
        }
    }
    Ok(Pack::from_entries(entries))
}

pub fn open_course(dir: Option<&Path>) -> Result<Course, Error> {
    Ok(Course::load(pack(dir)?)?)
}

/// The template as JSON, without its comments.
pub fn template_as_json(exercise: &Exercise) -> Result<String, Error> {
    let name = format!("{}.yaml", exercise.id);
    let document = Document::parse(&name, exercise.template.as_bytes(), &Limits::submission())
        .map_err(|errors| Error::Course(format!("the template of {}: {}", exercise.id, first_message(&errors))))?;
    Ok(format!("{:#}\n", document.json()))
}

fn first_message(errors: &[LoadError]) -> &str {
    errors.first().map_or("cannot be read", |error| error.message.as_str())
}

/// What the pseudocode may call, object by object; nothing where the exercise runs no world.
pub fn api(exercise: &Exercise) -> Result<Vec<(String, Vec<ApiEntry>)>, Error> {
    let mut sections = Vec::new();
    if exercise.file(API_FILE).is_ok() {
        let written: Vec<ApiSection> = exercise.typed(API_FILE)?;
        sections.extend(written.into_iter().map(|section| (section.title, section.entries)));
    }
    if exercise.file(WORLD_FILE).is_err() {
        return Ok(sections);
    }
    let files = |name: &str| exercise.file(name).ok().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    sections.extend(sim::inspect::api(&exercise.typed(WORLD_FILE)?, &files).map_err(Error::Course)?);
    Ok(sections)
}

/// Only the form: no criteria, no points; `passed` when nothing was found.
pub fn check_schema(course: &Course, exercise: &Exercise, path: &str, bytes: &[u8]) -> Result<Report, Error> {
    let mut report = match Document::parse(path, bytes, &Limits::submission()) {
        Err(errors) => grade::unreadable(course, exercise, path, &sha256(bytes), &errors),
        Ok(document) => {
            let problems = exercise.validator()?.validate(&document);
            let errors: Vec<LoadError> = problems
                .into_iter()
                .map(|problem| LoadError {
                    span: document.span_of(&problem.place),
                    location: document.locate(&problem.place),
                    message: problem.message,
                    help: problem.help,
                })
                .collect();
            grade::unreadable(course, exercise, path, document.sha256(), &errors)
        }
    };
    report.criteria.clear();
    (report.score, report.max_score, report.percent) = (0.0, 0.0, 0.0);
    report.passed = report.findings.is_empty();
    Ok(report)
}

/// Reads and grades.
pub fn grade(
    course: &Course,
    exercise: &Exercise,
    path: &str,
    bytes: &[u8],
    portfolio: &Portfolio,
    detail: Detail,
    on_check: &mut dyn FnMut(&str) -> Control,
) -> Result<Report, Error> {
    match Document::parse(path, bytes, &Limits::submission()) {
        Ok(document) => Ok(grade::grade(course, exercise, &document, portfolio, detail, on_check)?),
        Err(errors) => Ok(grade::unreadable(course, exercise, path, &sha256(bytes), &errors)),
    }
}

/// The report where not even reading the submission came to an end: nothing is gradable, and one finding says why.
pub fn not_graded(course: &Course, exercise: &Exercise, path: &str, bytes: &[u8], reason: &str) -> Report {
    let location = Location {
        path: path.to_owned(),
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
        pointer: String::new(),
        source: Vec::new(),
    };
    let message = format!("reading this submission {reason}, and belt stopped it");
    let error = LoadError { message, help: None, span: 0..0, location };
    grade::unreadable(course, exercise, path, &sha256(bytes), &[error])
}
