//! The course: what is asked, how it is graded, and the cases that test the grading.
//!
//! A course is data. It comes embedded ([`Pack::embedded`]) or from files that `commands` have read
//! ([`Pack::from_entries`]). Exercises are read one at a time, when asked for: checking one day does not parse the rest.

mod cases;
mod emit;
mod exercise;
pub mod lint;
mod pack;
mod read;
mod rubric;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::submission::nearest;

pub use cases::{Case, CaseKind};
pub use exercise::{API_FILE, Exercise};
pub use lint::{LintFinding, lint};
pub use pack::{Bytes, Pack};
pub use rubric::{Criterion, Rubric, Weighted};

/// Why something of the course cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{path}:{line}:{column}: {message}")]
    Invalid { path: String, line: u32, column: u32, message: String },
    #[error("{path}: the course needs this file")]
    Missing { path: String },
    #[error("there is no exercise `{id}`{}", did_you_mean(.nearest))]
    UnknownExercise { id: String, nearest: Option<String> },
    #[error("the exercise `{id}` is not written yet")]
    NotWritten { id: String },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |name| format!(", did you mean `{name}`?"))
}

impl Error {
    /// Whether the course is at fault (exit code 3), rather than what was asked of it (exit code 2).
    pub fn is_broken_pack(&self) -> bool {
        match self {
            Error::Invalid { .. } | Error::Missing { .. } => true,
            Error::UnknownExercise { .. } | Error::NotWritten { .. } => false,
        }
    }
}

#[derive(Debug)]
pub struct Course {
    pub id: String,
    pub title: String,
    pub version: String,
    /// Percent needed to pass, unless an exercise says otherwise.
    pub pass_mark: f64,
    pub weeks: Vec<Week>,
    /// By number, from 1.
    pub lessons: BTreeMap<u32, Lesson>,
    /// Markdown; empty when the course has none.
    pub principles: String,
    /// Title of every listed exercise, by id.
    pub titles: BTreeMap<String, String>,
    pack: Pack,
    exercises: BTreeMap<String, OnceLock<Result<Exercise, Error>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    pub title: String,
    /// Ids, in order.
    pub exercises: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    pub number: u32,
    pub title: String,
    /// Markdown, with the title's line.
    pub text: String,
}

/// `course.yaml` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseFile {
    id: String,
    title: String,
    version: String,
    pass_mark: f64,
    weeks: Vec<WeekFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WeekFile {
    title: String,
    exercises: Vec<ListedFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedFile {
    id: String,
    title: String,
}

const COURSE_FILE: &str = "rubrics/course.yaml";
const LESSONS: &str = "rubrics/lessons/";

impl Course {
    /// Reads `course.yaml` and the lessons; exercises follow when asked for.
    ///
    /// # Errors
    /// When one of those is missing or not as expected.
    pub fn load(pack: Pack) -> Result<Course, Error> {
        let (file, _): (CourseFile, _) = read::typed(COURSE_FILE, pack.require(COURSE_FILE)?)?;
        let mut lessons = BTreeMap::new();
        let mut principles = String::new();
        for (path, bytes) in pack.under(LESSONS) {
            let text = read::text(path, bytes)?;
            let name = &path[LESSONS.len()..];
            if name == "principles.md" {
                text.clone_into(&mut principles);
            } else if let Some(number) = lesson_number(name) {
                let lesson = Lesson { number, title: heading(path, text)?.to_owned(), text: text.to_owned() };
                lessons.insert(number, lesson);
            }
        }
        let listed = || file.weeks.iter().flat_map(|week| &week.exercises);
        Ok(Course {
            titles: listed().map(|exercise| (exercise.id.clone(), exercise.title.clone())).collect(),
            exercises: listed().map(|exercise| (exercise.id.clone(), OnceLock::new())).collect(),
            weeks: file
                .weeks
                .iter()
                .map(|week| Week {
                    title: week.title.clone(),
                    exercises: week.exercises.iter().map(|exercise| exercise.id.clone()).collect(),
                })
                .collect(),
            id: file.id,
            title: file.title,
            version: file.version,
            pass_mark: file.pass_mark,
            lessons,
            principles,
            pack,
        })
    }

    /// Ids of all exercises, in the course's order.
    pub fn exercise_ids(&self) -> impl Iterator<Item = &str> {
        self.weeks.iter().flat_map(|week| &week.exercises).map(String::as_str)
    }

    /// Whether the exercise has a rubric, without reading it.
    pub fn is_written(&self, id: &str) -> bool {
        self.exercises.contains_key(id) && self.pack.get(&exercise::rubric_path(id)).is_some()
    }

    /// The exercise, read at the first call.
    ///
    /// # Errors
    /// When there is no such exercise, when it is not written yet, or when its files are broken.
    pub fn exercise(&self, id: &str) -> Result<&Exercise, Error> {
        let Some(slot) = self.exercises.get(id) else {
            let nearest = nearest(id, self.exercise_ids()).map(str::to_owned);
            return Err(Error::UnknownExercise { id: id.to_owned(), nearest });
        };
        if !self.is_written(id) {
            return Err(Error::NotWritten { id: id.to_owned() });
        }
        slot.get_or_init(|| Exercise::load(&self.pack, id)).as_ref().map_err(Error::clone)
    }

    /// Percent needed to pass this exercise.
    pub fn pass_mark_of(&self, exercise: &Exercise) -> f64 {
        exercise.rubric.pass_mark.unwrap_or(self.pass_mark)
    }

    pub fn pack(&self) -> &Pack {
        &self.pack
    }
}

/// `07-distributed-transactions.md` is 7.
fn lesson_number(name: &str) -> Option<u32> {
    name.strip_suffix(".md")?.split('-').next()?.parse().ok()
}

/// The text of a Markdown file's first line, `# Title`.
fn heading<'a>(path: &str, text: &'a str) -> Result<&'a str, Error> {
    let title = text.lines().next().and_then(|line| line.strip_prefix("# ")).map(str::trim);
    title.filter(|title| !title.is_empty()).ok_or_else(|| Error::Invalid {
        path: path.to_owned(),
        line: 1,
        column: 1,
        message: "expected `# Title` on the first line".to_owned(),
    })
}
