//! `belt new`: writes the template of an exercise, never over a file.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};

use super::context::{Context, print};
use super::error::{Error, exit};
use super::{grading, submissions};
use crate::cli::SubmissionFormat;

/// Where editors find the schemas; belt may write here what it likes.
const SCHEMAS: &str = ".belt/schema";

pub fn run(context: &Context, asked: &str, format: SubmissionFormat) -> Result<u8, Error> {
    let course = context.course()?;
    let id = submissions::known(&course, asked)?;
    let exercise = course.exercise(&id)?;
    // Another extension counts as well: two submissions for one exercise are an error later on.
    if let Some(path) = submissions::find(&id)? {
        return Err(Error::Exists { path, id });
    }
    let (extension, text) = match format {
        SubmissionFormat::Yaml => ("yaml", exercise.template.clone()),
        SubmissionFormat::Json => ("json", grading::template_as_json(exercise)?),
    };
    let path = format!("{}/{id}.{extension}", submissions::DIRECTORY);
    let failed = |source| Error::Write { path: path.clone().into(), source };
    fs::create_dir_all(submissions::DIRECTORY).map_err(failed)?;
    // `create_new` refuses an existing file in the same step that creates it.
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(Error::Exists { path, id }),
        Err(error) => return Err(failed(error)),
    };
    file.write_all(text.as_bytes()).map_err(failed)?;
    // The template's first line points editors at it: completion and checks as one types.
    let schema = format!("{SCHEMAS}/{id}.json");
    let failed = |source| Error::Write { path: schema.clone().into(), source };
    fs::create_dir_all(SCHEMAS).map_err(failed)?;
    fs::write(&schema, format!("{:#}\n", exercise.schema)).map_err(failed)?;
    print(&format!("wrote {path}\n\nread the task: belt show {id}\ngrade it:      belt check {id}\n"))?;
    Ok(exit::PASSED)
}
