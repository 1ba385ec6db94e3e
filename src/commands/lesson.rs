//! `belt lesson`: a lesson, or the list of them.

use super::context::{Context, print};
use super::error::{Error, exit};
use crate::render::sanitize;

pub fn run(context: &Context, number: Option<u32>) -> Result<u8, Error> {
    let course = context.course()?;
    let out = match number {
        None => course
            .lessons
            .values()
            .map(|lesson| format!("{:>3}  {}\n", lesson.number, sanitize::squeezed(&lesson.title)))
            .collect(),
        Some(number) => match course.lessons.get(&number) {
            Some(lesson) => lesson.text.trim_end().to_owned() + "\n",
            None => return Err(Error::Usage(format!("there is no lesson {number}; `belt lesson` lists them"))),
        },
    };
    print(&out)?;
    Ok(exit::PASSED)
}
