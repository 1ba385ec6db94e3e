//! Mistakes in a course that would mislead a learner: what `belt rubric lint` refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::exercise::{API_FILE, Exercise, RUBRIC, SCHEMA, TEXT, template_path};
use super::{CaseKind, Course, Criterion, Error, Pack, cases};
use crate::checks::scenario::WORLD_FILE;
use crate::checks::{Check, Place};
use crate::submission::{Document, Limits, Validator};

mod checks;

/// First line of a template: what lets an editor complete and check the file.
const MODELINE: &str = "# yaml-language-server: $schema=";
/// Points of an exercise, in all.
const TOTAL_POINTS: u32 = 100;
/// Prose may carry at most this share of an exercise's points.
const MAX_PROSE_SHARE: f64 = 0.25;
const HINT_LEVELS: usize = 3;
/// The reflection asks for words; it needs fewer cases.
const REFLECTION: &str = "reflection";

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LintFinding {
    pub path: String,
    /// From 1.
    pub line: u32,
    pub message: String,
}

/// Everything that is wrong with a course, by path and line.
pub fn lint(pack: &Pack) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    match Course::load(pack.clone()) {
        Err(error) => findings.push(from_error(error)),
        Ok(course) => {
            lint_course(&course, &mut findings);
            for id in course.titles.keys().filter(|id| course.is_written(id)) {
                match course.exercise(id) {
                    Err(error) => findings.push(from_error(error)),
                    Ok(exercise) => Lint::of(&course, exercise).run(&mut findings),
                }
            }
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

fn from_error(error: Error) -> LintFinding {
    match error {
        Error::Invalid { path, line, message, .. } => LintFinding { path, line, message },
        Error::Missing { ref path } => {
            LintFinding { path: path.clone(), line: 1, message: "the course needs this file".to_owned() }
        }
        Error::UnknownExercise { .. } | Error::NotWritten { .. } => {
            LintFinding { path: super::COURSE_FILE.to_owned(), line: 1, message: error.to_string() }
        }
    }
}

fn lint_course(course: &Course, findings: &mut Vec<LintFinding>) {
    let document =
        Document::parse(super::COURSE_FILE, course.pack.get(super::COURSE_FILE).unwrap_or_default(), &Limits::course());
    let Ok(document) = document else { return };
    let mut seen = BTreeSet::new();
    for (week, listed) in course.weeks.iter().enumerate() {
        for (at, id) in listed.exercises.iter().enumerate() {
            if !seen.insert(id) {
                let line = document.locate(&Place::field(format!("/weeks/{week}/exercises/{at}/id"))).line;
                findings.push(LintFinding {
                    path: document.name().to_owned(),
                    line,
                    message: format!("the exercise `{id}` is listed twice"),
                });
            }
        }
    }
    for path in course.pack.paths().filter(|path| path.ends_with("/rubric.yaml")) {
        let id = path.strip_prefix("rubrics/").and_then(|path| path.strip_suffix("/rubric.yaml")).unwrap_or(path);
        // A course within the directory, as tests have, is not part of this one.
        if !id.contains("/rubrics/") && !course.titles.contains_key(id) {
            findings.push(LintFinding {
                path: path.to_owned(),
                line: 1,
                message: format!("the exercise `{id}` is not listed in course.yaml"),
            });
        }
    }
}

struct Lint<'a> {
    course: &'a Course,
    exercise: &'a Exercise,
    rubric: Option<Arc<Document>>,
    found: Vec<LintFinding>,
}

impl<'a> Lint<'a> {
    fn of(course: &'a Course, exercise: &'a Exercise) -> Self {
        Lint { course, exercise, rubric: exercise.document(RUBRIC).ok(), found: Vec::new() }
    }

    fn run(mut self, findings: &mut Vec<LintFinding>) {
        self.criteria();
        self.needs();
        self.checks();
        self.hint_style();
        self.prose();
        self.schema_and_template();
        self.cases();
        self.orphans();
        self.tenfold();
        findings.append(&mut self.found);
    }

    /// A finding at a field of the rubric.
    fn rubric(&mut self, pointer: &str, message: String) {
        let line = self.rubric.as_ref().map_or(1, |document| document.locate(&Place::field(pointer)).line);
        self.found.push(LintFinding { path: self.exercise.path_of(RUBRIC), line, message });
    }

    fn file(&mut self, path: String, line: u32, message: impl Into<String>) {
        self.found.push(LintFinding { path, line, message: message.into() });
    }

    fn criteria(&mut self) {
        let exercise = self.exercise;
        let criteria = &exercise.rubric.criteria;
        let total: u32 = criteria.iter().map(|criterion| criterion.points).sum();
        if total != TOTAL_POINTS {
            self.rubric("/criteria", format!("the points sum to {total}, expected {TOTAL_POINTS}"));
        }
        let mut seen = BTreeSet::new();
        for (at, criterion) in criteria.iter().enumerate() {
            let id = &criterion.id;
            if !seen.insert(id) {
                self.rubric(&format!("/criteria/{at}/id"), format!("the criterion `{id}` is given twice"));
            }
            if criterion.points == 0 {
                self.rubric(&format!("/criteria/{at}/points"), format!("the criterion `{id}` is worth nothing"));
            }
            if criterion.checks.is_empty() {
                self.rubric(&format!("/criteria/{at}/checks"), format!("the criterion `{id}` has no checks"));
            }
            self.hints(&format!("/criteria/{at}/hints"), &format!("the criterion `{id}`"), &criterion.hints);
            for (index, check) in criterion.checks.iter().enumerate() {
                if check.weight == 0 {
                    self.rubric(
                        &format!("/criteria/{at}/checks/{index}/weight"),
                        format!("a check of `{id}` weighs nothing"),
                    );
                }
                if let Some(hints) = &check.hints {
                    self.hints(&format!("/criteria/{at}/checks/{index}/hints"), &format!("a check of `{id}`"), hints);
                }
            }
            for (index, number) in criterion.lessons.iter().enumerate() {
                if !self.course.lessons.contains_key(number) {
                    self.rubric(&format!("/criteria/{at}/lessons/{index}"), format!("there is no lesson {number}"));
                }
            }
        }
    }

    fn hints(&mut self, pointer: &str, whose: &str, hints: &[String]) {
        let filled = hints.iter().filter(|hint| !hint.trim().is_empty()).count();
        if hints.len() != HINT_LEVELS || filled != HINT_LEVELS {
            self.rubric(
                pointer,
                format!("{whose} has {filled} hints that say something, expected {HINT_LEVELS} levels"),
            );
        }
    }

    fn needs(&mut self) {
        let exercise = self.exercise;
        let criteria = &exercise.rubric.criteria;
        let needs: BTreeMap<&str, &[String]> =
            criteria.iter().map(|criterion| (criterion.id.as_str(), criterion.needs.as_slice())).collect();
        for (at, criterion) in criteria.iter().enumerate() {
            for (index, need) in criterion.needs.iter().enumerate() {
                let pointer = format!("/criteria/{at}/needs/{index}");
                if !needs.contains_key(need.as_str()) {
                    self.rubric(&pointer, format!("`{}` needs `{need}`, which is not a criterion", criterion.id));
                } else if reaches(&needs, need, &criterion.id) {
                    self.rubric(&pointer, format!("`{}` and `{need}` need each other", criterion.id));
                } else if criteria.iter().skip(at).any(|later| later.id == *need) {
                    // Criteria are graded in order.
                    let message =
                        format!("`{}` needs `{need}`, which comes later, so it is never graded", criterion.id);
                    self.rubric(&pointer, message);
                }
            }
        }
    }

    fn prose(&mut self) {
        let prose = prose_points(&self.exercise.rubric.criteria);
        let most = f64::from(TOTAL_POINTS) * MAX_PROSE_SHARE;
        if prose > most {
            self.rubric("/criteria", format!("prose carries {prose:.1} points, expected at most {most}"));
        }
    }

    fn schema_and_template(&mut self) {
        if let Err(error) = Validator::new(&self.exercise.schema) {
            self.file(self.exercise.path_of(SCHEMA), 1, format!("{error} (at `{}`)", error.pointer));
        }
        let path = template_path(&self.exercise.id);
        let template = self.exercise.template.as_str();
        if !template.lines().any(|line| line.starts_with(MODELINE)) {
            self.file(path.clone(), 1, format!("expected a line `{MODELINE}...` for editors"));
        }
        if let Err(errors) = Document::parse(&path, template.as_bytes(), &Limits::submission()) {
            for error in errors {
                self.file(path.clone(), error.location.line, error.message);
            }
        }
    }

    fn cases(&mut self) {
        let path = self.exercise.path_of(cases::MANIFEST);
        let cases = match self.exercise.cases(self.course.pack()) {
            Ok(cases) => cases,
            Err(error) => return self.found.push(from_error(error)),
        };
        let reflection = self.exercise.id == REFLECTION;
        let fewest = if reflection { 6 } else { 12 };
        if cases.len() < fewest {
            self.file(path.clone(), 1, format!("{} cases, expected at least {fewest}", cases.len()));
        }
        let (variants, bugs) = if reflection { (1, 1) } else { (3, 6) };
        for (kind, least, name) in [
            (CaseKind::Model, 1, "model"),
            (CaseKind::Variant, variants, "variant"),
            (CaseKind::Bug, bugs, "bug"),
            (CaseKind::Blank, 1, "blank"),
            (CaseKind::Keywords, 1, "keywords"),
        ] {
            let count = cases.iter().filter(|case| case.kind == kind).count();
            if count < least {
                self.file(path.clone(), 1, format!("{count} cases of kind `{name}`, expected at least {least}"));
            }
        }
        let manifest = self.exercise.document(cases::MANIFEST).ok();
        let line =
            |pointer: String| manifest.as_ref().map_or(1, |document| document.locate(&Place::field(pointer)).line);
        let exercise = self.exercise;
        let criteria = &exercise.rubric.criteria;
        let mut names = BTreeSet::new();
        for (at, case) in cases.iter().enumerate() {
            if !names.insert(&case.name) {
                self.file(path.clone(), line(format!("/{at}")), format!("the case `{}` is given twice", case.name));
            }
            for (index, id) in case.loses.iter().enumerate() {
                if !criteria.iter().any(|criterion| criterion.id == *id) {
                    let message = format!("the case `{}` loses `{id}`, which is not a criterion", case.name);
                    self.file(path.clone(), line(format!("/{at}/loses/{index}")), message);
                }
            }
            if (case.kind == CaseKind::Bug) == case.loses.is_empty() {
                let message = format!("the case `{}`: a bug names what it loses, no other case does", case.name);
                self.file(path.clone(), line(format!("/{at}")), message);
            }
            if matches!(case.kind, CaseKind::Blank | CaseKind::Keywords) && case.at_most.is_none() {
                self.file(path.clone(), line(format!("/{at}")), format!("the case `{}` needs `at_most`", case.name));
            }
        }
        for (at, criterion) in criteria.iter().enumerate() {
            if !cases.iter().any(|case| case.kind == CaseKind::Bug && case.loses.contains(&criterion.id)) {
                self.rubric(&format!("/criteria/{at}/id"), format!("no bug case loses `{}`", criterion.id));
            }
        }
    }

    /// Files that nothing names: forgotten, or a name that was mistyped where it is used.
    fn orphans(&mut self) {
        let exercise = self.exercise;
        let fixed = [TEXT, RUBRIC, SCHEMA, cases::MANIFEST, WORLD_FILE, API_FILE];
        let mut named = BTreeSet::new();
        for (name, _) in exercise.files.iter().filter(|(name, _)| is_yaml(name)) {
            // Submissions among the cases name nothing.
            if !name.starts_with("cases/") || name == cases::MANIFEST {
                match exercise.document(name) {
                    Ok(document) => strings(document.json(), &mut named),
                    Err(error) => self.found.push(from_error(error)),
                }
            }
        }
        for name in exercise.files.keys().filter(|name| !fixed.contains(&name.as_str())) {
            let inside = name.split_once('/').map_or(name.as_str(), |(_, inside)| inside);
            if !named.contains(name) && !named.contains(inside) {
                self.file(exercise.path_of(name), 1, "nothing in the exercise names this file");
            }
        }
    }
}

/// What the lint says of files that speak of other exercises.
impl Lint<'_> {
    fn tenfold(&mut self) {
        let exercise = self.exercise;
        let checks = exercise.rubric.criteria.iter().flat_map(|criterion| &criterion.checks);
        for weighted in checks {
            let Check::Tenfold(check) = &weighted.check else { continue };
            match check.faults(self.course, exercise) {
                Ok(faults) => faults.into_iter().for_each(|fault| self.file(exercise.path_of(&check.file), 1, fault)),
                Err(error) => self.found.push(from_error(error)),
            }
        }
    }
}

/// Points that hang on prose checks.
pub(super) fn prose_points(criteria: &[Criterion]) -> f64 {
    let points = |criterion: &Criterion| {
        let weight = |prose_only: bool| -> u32 {
            let checks = criterion.checks.iter().filter(|check| !prose_only || check.kind == "prose");
            checks.map(|check| check.weight).sum()
        };
        if weight(false) == 0 {
            return 0.0;
        }
        f64::from(criterion.points) * f64::from(weight(true)) / f64::from(weight(false))
    };
    criteria.iter().map(points).sum()
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

fn strings(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether following `needs` from one criterion leads to another.
fn reaches(needs: &BTreeMap<&str, &[String]>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            open.extend(needs.get(id).copied().unwrap_or_default().iter().map(String::as_str));
        }
    }
    false
}
