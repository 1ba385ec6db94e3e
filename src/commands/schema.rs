//! `belt schema`: the JSON Schema of an exercise's submissions.

use super::context::{Context, print};
use super::error::{Error, exit};
use super::submissions;

pub fn run(context: &Context, asked: &str) -> Result<u8, Error> {
    let course = context.course()?;
    let exercise = course.exercise(&submissions::known(&course, asked)?)?;
    print(&format!("{:#}\n", exercise.schema))?;
    Ok(exit::PASSED)
}
