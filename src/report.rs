//! The report: everything a renderer may know about a graded submission.
//!
//! Only these types are serialized, so no two outputs can disagree about a total. The JSON form is versioned by
//! [`FORMAT_VERSION`] and described by `docs/report.schema.json`.

use serde::{Deserialize, Serialize};

/// Version of the JSON form. A new optional field keeps it; a changed or removed one raises it.
pub const FORMAT_VERSION: u32 = 1;

/// What one run of `belt check` found, one [`Report`] a submission, in the order they were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reports {
    pub format_version: u32,
    /// Version of belt that wrote this.
    pub belt_version: String,
    pub reports: Vec<Report>,
}

/// The graded submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub exercise: ExerciseRef,
    pub course: CourseRef,
    pub submission: SubmissionRef,
    /// Points earned, the sum of the criteria's points.
    pub score: f64,
    pub max_score: f64,
    /// `score / max_score * 100`, rounded down to one decimal.
    pub percent: f64,
    /// Percent needed to pass.
    pub pass_mark: f64,
    pub passed: bool,
    pub criteria: Vec<Criterion>,
    /// Ranked by points lost, then in the order of the criteria.
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExerciseRef {
    pub id: String,
    pub title: String,
    /// SHA-256 (hex) over every file of the exercise.
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseRef {
    pub id: String,
    pub title: String,
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubmissionRef {
    /// The path as it was given or found.
    pub path: String,
    /// SHA-256 (hex) of the file's bytes.
    pub sha256: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Passed,
    Partial,
    Failed,
    /// A criterion it needs did not pass.
    Skipped,
    /// The answer could not be read as what the criterion grades; neither right nor wrong, and worth nothing.
    NotGradable,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub id: String,
    pub title: String,
    pub points: f64,
    pub max_points: f64,
    pub status: Status,
    pub lessons: Vec<Lesson>,
    /// For [`Status::Skipped`]: the criteria that did not pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// What was executed, one line a check ("explored 214 states, all within 3 preemptions and 1 fault").
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub executed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    pub number: u32,
    pub title: String,
}

/// One thing that is wrong, and the story of how it goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Number within the report, from 1, in ranked order: what `belt replay` takes.
    pub number: u32,
    /// The criterion that lost points, or `None` for a mistake of the file itself.
    pub criterion: Option<String>,
    /// Points lost through the check that found this.
    pub points_lost: f64,
    /// One sentence, no full stop.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    pub location: Location,
    /// What the primary excerpt says under the marked text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Other places in the file that belong to the story.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// Further facts, one line each: rows, arithmetic, a path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do next, for mistakes of form ("did you mean `schema`?").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// First hint; `belt hint` gives the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// All levels of hints for this finding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<Counterexample>,
}

/// A place in the submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    pub end_line: u32,
    /// Exclusive, from 1.
    pub end_column: u32,
    /// JSON pointer of the field.
    pub pointer: String,
    /// The lines `line..=end_line` as they stand in the file (at most three of them).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    pub location: Location,
    pub label: String,
}

/// The smallest run found in which the design breaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// Title of the scenario.
    pub scenario: String,
    pub faults: u32,
    pub preemptions: u32,
    /// Names of the clients, in the order of their columns.
    pub clients: Vec<String>,
    pub steps: Vec<Step>,
    pub explored: Explored,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// From 1.
    pub number: u32,
    pub client: String,
    /// Virtual seconds since the scenario began.
    pub time: f64,
    /// The call as the learner wrote it, arguments filled in.
    pub call: String,
    /// The call in a few words, for tables: `SELECT payments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What came back, or what was raised.
    pub result: String,
    /// The fault that was injected here, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// A remark for the reader, such as which step broke the invariant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Explored {
    /// Distinct states visited.
    pub states: u64,
    /// Steps executed.
    pub transitions: u64,
    /// Distinct ends reached.
    pub outcomes: u64,
    pub max_preemptions: u32,
    pub max_faults: u32,
    /// Whether that was everything within the bounds.
    pub complete: bool,
}
