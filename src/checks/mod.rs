//! Checks: each kind is one file, one variant of [`Check`] and one arm of [`Check::run`].
//!
//! A check sees the document and the exercise's files and answers with a [`Verdict`]. It speaks of places as JSON
//! pointers plus offsets inside a field ([`Place`]); `grade` turns those into lines and columns.

use std::ops::Range;

use crate::report::Explored;

/// A place in a submission: a field, or a stretch of text inside a string field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// JSON pointer, `""` for the document.
    pub pointer: String,
    /// Byte offsets into the *value* of the string at `pointer` (after YAML decoding).
    pub range: Option<Range<usize>>,
    /// Mark the key rather than the value.
    pub key: bool,
}

impl Place {
    pub fn field(pointer: impl Into<String>) -> Self {
        Place { pointer: pointer.into(), ..Place::default() }
    }

    pub fn inside(pointer: impl Into<String>, range: Range<usize>) -> Self {
        Place { pointer: pointer.into(), range: Some(range), key: false }
    }
}

/// Something a check found wrong. `grade` turns it into a `report::Finding`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Problem {
    /// One sentence, no full stop, lower case first letter.
    pub message: String,
    pub expected: Option<String>,
    pub actual: Option<String>,
    pub place: Place,
    pub label: Option<String>,
    pub related: Vec<(Place, String)>,
    pub notes: Vec<String>,
    pub help: Option<String>,
    pub story: Option<Story>,
}

/// A counterexample before its places have been turned into lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub scenario: String,
    pub faults: u32,
    pub preemptions: u32,
    pub clients: Vec<String>,
    pub steps: Vec<StoryStep>,
    pub explored: Explored,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StoryStep {
    pub client: String,
    pub time: f64,
    pub call: String,
    pub result: String,
    pub fault: Option<String>,
    pub remark: Option<String>,
    pub place: Option<Place>,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Passed,
    /// The share of the check's weight that was earned all the same, as `(earned, of)`; `(0, 1)` for nothing.
    Failed {
        earned: u32,
        of: u32,
    },
    NotGradable,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    pub problems: Vec<Problem>,
    /// What was executed, for the report.
    pub executed: Option<String>,
}

impl Verdict {
    pub fn passed() -> Self {
        Verdict { outcome: Outcome::Passed, problems: Vec::new(), executed: None }
    }

    pub fn failed(problems: Vec<Problem>) -> Self {
        Verdict { outcome: Outcome::Failed { earned: 0, of: 1 }, problems, executed: None }
    }

    pub fn not_gradable(problems: Vec<Problem>) -> Self {
        Verdict { outcome: Outcome::NotGradable, problems, executed: None }
    }
}
