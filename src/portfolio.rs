//! The learner's other submissions and how they stood: what an exercise that looks back on them is graded against.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::course::Course;
use crate::report::{Report, Status};
use crate::submission::{Document, Limits};

/// What a report said, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub points: f64,
    pub of: f64,
    pub passed: bool,
    /// State of each criterion, by its id.
    pub criteria: BTreeMap<String, Status>,
}

impl From<&Report> for Standing {
    fn from(report: &Report) -> Self {
        let criteria = report.criteria.iter().map(|criterion| (criterion.id.clone(), criterion.status)).collect();
        Standing { points: report.score, of: report.max_score, passed: report.passed, criteria }
    }
}

/// A submission that lies beside the one that is graded.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    pub path: String,
    pub answer: Answer,
    /// Its report; only where it was needed.
    pub standing: Option<Standing>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Given(Json),
    /// Nothing has been filled in.
    Template,
    Unreadable,
}

/// By exercise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portfolio(BTreeMap<String, Other>);

impl Portfolio {
    /// Adds what lies beside. A file that says no more than its template answers nothing.
    pub fn add(&mut self, course: &Course, exercise: &str, path: &str, bytes: &[u8], standing: Option<Standing>) {
        let read = |name: &str, bytes: &[u8]| {
            Document::parse(name, bytes, &Limits::submission()).ok().map(|document| document.json().clone())
        };
        let template = course.exercise(exercise).ok().and_then(|e| read("template.yaml", e.template.as_bytes()));
        let answer = match read(path, bytes) {
            None => Answer::Unreadable,
            Some(json) if Some(&json) == template.as_ref() => Answer::Template,
            Some(json) => Answer::Given(json),
        };
        self.0.insert(exercise.to_owned(), Other { path: path.to_owned(), answer, standing });
    }

    /// The submission of an exercise, where one was given.
    pub fn answer(&self, exercise: &str) -> Option<&Json> {
        match &self.0.get(exercise)?.answer {
            Answer::Given(json) => Some(json),
            Answer::Template | Answer::Unreadable => None,
        }
    }

    pub fn exercises(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What Python of an exercise may ask for, by name; every exercise of the course has its entry:
    ///
    /// - `submissions`: the document, or `None`
    /// - `reports`: `{points, of, passed, criteria: {id: state}}`, or `None`
    /// - `not_done`: why there is no submission, or `None`
    /// - `titles`: of the exercises
    pub fn in_python(&self, course: &Course) -> [(&'static str, Json); 4] {
        let each = |of: &dyn Fn(&str) -> Json| course.exercise_ids().map(|id| (id.to_owned(), of(id))).collect();
        let not_done = |id: &str| match self.0.get(id).map(|other| (&other.path, &other.answer)) {
            None => json!(format!("no submission of {id} lies beside this file")),
            Some((path, Answer::Template)) => json!(format!("{path} is still the template")),
            Some((path, Answer::Unreadable)) => json!(format!("{path} cannot be read; `belt check {id}` says where")),
            Some((_, Answer::Given(_))) => Json::Null,
        };
        [
            ("submissions", each(&|id| self.answer(id).cloned().unwrap_or_default())),
            ("reports", each(&|id| json!(self.0.get(id).and_then(|other| other.standing.as_ref())))),
            ("not_done", each(&not_done)),
            ("titles", each(&|id| json!(course.titles.get(id)))),
        ]
    }
}
