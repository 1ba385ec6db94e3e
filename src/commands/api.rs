//! `belt api`: what the pseudocode may call.

use super::context::{Context, print};
use super::error::{Error, exit};
use super::{grading, submissions};
use crate::checks::scenario::WORLD_FILE;
use crate::render::excerpt::wrap;

const INDENT: &str = "      ";

pub fn run(context: &Context, asked: &str) -> Result<u8, Error> {
    let course = context.course()?;
    let exercise = course.exercise(&submissions::known(&course, asked)?)?;
    let sections = grading::api(exercise)?;
    let mut out = String::new();
    for (title, entries) in &sections {
        out.push_str(&format!("{title}\n"));
        for entry in entries {
            out.push_str(&format!("  {}\n", entry.signature));
            for line in wrap(&entry.meaning, context.style.width.saturating_sub(INDENT.len())) {
                out.push_str(&format!("{INDENT}{line}\n"));
            }
        }
        out.push('\n');
    }
    if exercise.file(WORLD_FILE).is_ok() {
        out.push_str("Every call is one step: between two calls anything may happen to the others.\n");
    } else if sections.is_empty() {
        out.push_str("The code of this exercise calls nothing outside itself.\n");
    }
    print(&out)?;
    Ok(exit::PASSED)
}
