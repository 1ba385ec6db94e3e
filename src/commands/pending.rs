//! Placeholder for `course`, `submission` and `grade`, with their agreed shapes and just enough behaviour to run the
//! commands and the workers against. To be deleted, and its uses pointed at the real modules.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::Error;
use crate::report;

/// Whether a check is to be run. The worker's parent decides: a check that has killed a worker is not tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckControl {
    Run,
    Killed(String),
}

pub struct Week {
    pub title: String,
    pub exercises: Vec<String>,
}

pub struct Lesson {
    pub number: u32,
    pub title: String,
    pub text: String,
}

pub struct Course {
    pub id: String,
    pub title: String,
    pub version: String,
    pub pass_mark: f64,
    pub weeks: Vec<Week>,
    pub lessons: BTreeMap<u32, Lesson>,
}

pub struct Exercise {
    pub id: String,
    pub title: String,
    pub text: String,
    pub template: String,
    pub schema: serde_json::Value,
    pub rubric: Rubric,
    pub cases: Vec<Case>,
    pub sha256: String,
}

#[derive(Default)]
pub struct Rubric {
    pub pass_mark: Option<f64>,
    pub criteria: Vec<Criterion>,
}

pub struct Criterion {
    pub id: String,
    pub title: String,
    pub points: u32,
    pub needs: Vec<String>,
    pub lessons: Vec<u32>,
    pub hints: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseKind {
    Model,
    Variant,
    Bug,
    Blank,
    Keywords,
}

pub struct Case {
    /// `file`, or `name` for one made from another.
    pub name: String,
    pub kind: CaseKind,
    pub about: String,
    pub loses: Vec<String>,
    pub at_most: Option<f64>,
}

/// The course: embedded, or read from a directory. Exercises are loaded when they are asked for.
pub fn open_course(dir: Option<&Path>) -> Result<Course, Error> {
    if let Some(dir) = dir.filter(|dir| !dir.join("course.yaml").is_file()) {
        return Err(Error::Course(format!("{} has no course.yaml", dir.display())));
    }
    let weeks = (0..4).map(|week| Week {
        title: format!("Week {}", week + 1),
        exercises: (1..=7).map(|day| format!("day{:02}", week * 7 + day)).collect(),
    });
    let lesson = Lesson { number: 8, title: "Idempotency and retries".into(), text: "Retries happen.\n".into() };
    Ok(Course {
        id: "purple".into(),
        title: "Purple Belt".into(),
        version: "1".into(),
        pass_mark: 70.0,
        weeks: weeks.collect(),
        lessons: BTreeMap::from([(8, lesson)]),
    })
}

/// Whether the exercise has a rubric, without parsing it.
pub fn is_written(_course: &Course, id: &str) -> bool {
    ["day02", "day06", "day19"].contains(&id)
}

/// The title of an exercise, cheaply (for lists).
pub fn title(_course: &Course, id: &str) -> String {
    format!("Exercise {id}")
}

/// One exercise. The caller has made sure that it is written.
pub fn exercise(_course: &Course, id: &str) -> Result<Exercise, Error> {
    let criteria = (1..=5).map(|number| Criterion {
        id: format!("c{number}"),
        title: format!("Criterion {number}"),
        points: 20,
        needs: vec![],
        lessons: vec![8],
        hints: vec!["nudge".into(), "concept".into(), "nearly the answer".into()],
    });
    Ok(Exercise {
        id: id.into(),
        title: format!("Exercise {id}"),
        text: "# The task\n".into(),
        template: format!("exercise: {id}\ncheck: fail\n"),
        schema: serde_json::json!({"type": "object"}),
        rubric: Rubric { criteria: criteria.collect(), ..Rubric::default() },
        cases: vec![],
        sha256: String::new(),
    })
}

/// The text of a case, made from the model where it says so.
pub fn case_text(_exercise: &Exercise, _case: &Case) -> Result<Vec<u8>, Error> {
    Ok(Vec::new())
}

/// The template as JSON.
pub fn template_as_json(exercise: &Exercise) -> Result<String, Error> {
    Ok(format!("{{\n  \"exercise\": \"{}\"\n}}\n", exercise.id))
}

/// What the pseudocode may call.
pub fn api_text(_course: &Course, exercise: &Exercise) -> String {
    format!("{} has no pseudocode\n", exercise.id)
}

/// Only the form: schema and YAML. No criteria, no points; `passed` when nothing was found.
pub fn check_schema(course: &Course, exercise: &Exercise, path: &str, bytes: &[u8]) -> report::Report {
    let mut report = empty(course, exercise, path, bytes);
    if std::str::from_utf8(bytes).is_err() {
        report.findings.push(finding(path, 1, None, "the file is not UTF-8"));
    }
    report.passed = report.findings.is_empty();
    report
}

/// Grades: every line `check: WORD` is a check of the criterion with its number.
pub fn grade(
    course: &Course,
    exercise: &Exercise,
    path: &str,
    bytes: &[u8],
    _seed: u64,
    on_check: &mut dyn FnMut(&str) -> CheckControl,
) -> report::Report {
    let mut report = empty(course, exercise, path, bytes);
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<(u32, &str)> =
        (1..).zip(text.lines()).filter_map(|(line, text)| Some((line, text.strip_prefix("check: ")?.trim()))).collect();
    for (criterion, (line, word)) in exercise.rubric.criteria.iter().zip(words) {
        let killed = match on_check(&format!("{}/0", criterion.id)) {
            CheckControl::Killed(reason) => Some(format!("grading was stopped: {reason}")),
            CheckControl::Run => misbehave(word),
        };
        let (status, points) = match (&killed, word) {
            (Some(_), _) => (report::Status::NotGradable, 0.0),
            (None, "pass") => (report::Status::Passed, f64::from(criterion.points)),
            (None, _) => (report::Status::Failed, 0.0),
        };
        if status != report::Status::Passed {
            let message = killed.unwrap_or_else(|| format!("the check says `{word}`"));
            report.findings.push(finding(path, line, Some(criterion), &message));
        }
        report.score += points;
        report.max_score += f64::from(criterion.points);
        report.criteria.push(report::Criterion {
            id: criterion.id.clone(),
            title: criterion.title.clone(),
            points,
            max_points: f64::from(criterion.points),
            status,
            lessons: vec![],
            needs: vec![],
            executed: vec![],
        });
    }
    report.percent = if report.max_score > 0.0 { report.score / report.max_score * 100.0 } else { 0.0 };
    report.passed = report.percent >= report.pass_mark;
    for (number, finding) in (1..).zip(&mut report.findings) {
        finding.number = number;
    }
    report
}

/// The report where not even reading the submission came to an end: nothing is gradable, and one finding says why.
pub fn not_graded(course: &Course, exercise: &Exercise, path: &str, bytes: &[u8], reason: &str) -> report::Report {
    let mut report = empty(course, exercise, path, bytes);
    for criterion in &exercise.rubric.criteria {
        report.max_score += f64::from(criterion.points);
        report.criteria.push(report::Criterion {
            id: criterion.id.clone(),
            title: criterion.title.clone(),
            points: 0.0,
            max_points: f64::from(criterion.points),
            status: report::Status::NotGradable,
            lessons: vec![],
            needs: vec![],
            executed: vec![],
        });
    }
    report.findings.push(finding(path, 1, None, &format!("the submission could not be graded: {reason}")));
    report
}

fn misbehave(word: &str) -> Option<String> {
    match word {
        "spin" => loop {
            std::hint::black_box(0);
        },
        "sleep" => std::thread::sleep(std::time::Duration::from_secs(3600)),
        "memory" => {
            std::hint::black_box(vec![1u8; 1 << 36]);
        }
        "abort" => std::process::abort(),
        "stack" => {
            std::hint::black_box(dive(0));
        }
        _ => {}
    }
    None
}

#[expect(unconditional_recursion, reason = "it stands for a submission that overflows the stack")]
fn dive(_depth: u64) -> u64 {
    std::hint::black_box(dive(_depth + 1)) + 1
}

fn empty(course: &Course, exercise: &Exercise, path: &str, bytes: &[u8]) -> report::Report {
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    report::Report {
        exercise: report::ExerciseRef {
            id: exercise.id.clone(),
            title: exercise.title.clone(),
            sha256: exercise.sha256.clone(),
        },
        course: report::CourseRef {
            id: course.id.clone(),
            title: course.title.clone(),
            version: course.version.clone(),
        },
        submission: report::SubmissionRef { path: path.into(), sha256 },
        score: 0.0,
        max_score: 0.0,
        percent: 0.0,
        pass_mark: exercise.rubric.pass_mark.unwrap_or(course.pass_mark),
        passed: false,
        criteria: vec![],
        findings: vec![],
    }
}

fn finding(path: &str, line: u32, criterion: Option<&Criterion>, message: &str) -> report::Finding {
    report::Finding {
        number: 1,
        criterion: criterion.map(|criterion| criterion.id.clone()),
        points_lost: criterion.map_or(0.0, |criterion| f64::from(criterion.points)),
        message: message.into(),
        expected: None,
        actual: None,
        location: report::Location {
            path: path.into(),
            line,
            column: 1,
            end_line: line,
            end_column: 1,
            pointer: String::new(),
            source: vec![],
        },
        label: None,
        related: vec![],
        notes: vec![],
        help: None,
        hint: criterion.and_then(|criterion| criterion.hints.first().cloned()),
        hints: criterion.map(|criterion| criterion.hints.clone()).unwrap_or_default(),
        counterexample: None,
    }
}
