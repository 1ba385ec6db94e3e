//! What the lint says of checks and of the scenarios they run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Lint;
use crate::checks::Check;
use crate::checks::scenario::WORLD_FILE;
use crate::sim::scenario::merge;
use crate::sim::{Scenario, Trouble};

/// Longest hint that is read to its end.
const MAX_HINT: usize = 300;

impl Lint<'_> {
    pub(super) fn checks(&mut self) {
        let exercise = self.exercise;
        for (at, criterion) in exercise.rubric.criteria.iter().enumerate() {
            for (index, weighted) in criterion.checks.iter().enumerate() {
                let pointer = format!("/criteria/{at}/checks/{index}");
                for file in weighted.check.files() {
                    if !exercise.files.contains_key(file) {
                        self.rubric(
                            &pointer,
                            format!("a check of `{}` names {file}, which is not there", criterion.id),
                        );
                    }
                }
                match &weighted.check {
                    Check::Prose(check) => {
                        for (pattern, error) in check.broken_patterns() {
                            let why = error.lines().last().unwrap_or_default().trim().to_owned();
                            self.rubric(&pointer, format!("`{pattern}` is no regular expression: {why}"));
                        }
                    }
                    Check::Scenario(check) if exercise.files.contains_key(&check.file) => self.scenario(&check.file),
                    _ => {}
                }
            }
        }
    }

    fn scenario(&mut self, file: &str) {
        let exercise = self.exercise;
        let path = exercise.path_of(file);
        let scenario: Scenario = match exercise.typed(file) {
            Ok(scenario) => scenario,
            Err(error) => return self.found.push(super::from_error(error)),
        };
        if let Some(shared) = scenario.driver_file.as_ref().filter(|shared| !exercise.files.contains_key(*shared)) {
            self.file(path.clone(), 1, format!("it names {shared}, which is not there"));
        }
        // A world that is missing is no mistake of the scenario, which may bring its own.
        let base: BTreeMap<String, Value> = match exercise.files.contains_key(WORLD_FILE) {
            true => match exercise.typed(WORLD_FILE) {
                Ok(world) => world,
                Err(error) => return self.found.push(super::from_error(error)),
            },
            false => BTreeMap::new(),
        };
        let world = match merge(&base, &scenario.world) {
            Ok(world) => world,
            Err(Trouble::Author(message)) => return self.file(path, 1, message),
            Err(Trouble::Submission(problem)) => return self.file(path, 1, problem.message),
        };
        for (name, spec) in &world {
            for fault in spec.unknown_faults() {
                self.file(path.clone(), 1, format!("`{fault}` is no fault that {name} knows, so it never happens"));
            }
        }
        let mut known: BTreeSet<&str> = ["submission", "rows", "clock"].into();
        known.extend(world.iter().map(|(name, _)| name.as_str()));
        known.extend(scenario.clients.iter().map(|client| client.name.as_str()));
        let helpers = scenario.judge.lines().filter_map(defined);
        known.extend(helpers);
        let judged = scenario.invariants.iter().chain(&scenario.goals);
        let says_something = |expect: &str| names(expect).any(|name| known.contains(name));
        if !judged.map(|invariant| invariant.expect.as_str()).any(says_something) {
            self.file(path, 1, "no invariant mentions a component, a client or the submission, so nothing can fail");
        }
    }

    /// Hints are short, and end as the others of the exercise do.
    pub(super) fn hint_style(&mut self) {
        let exercise = self.exercise;
        let mut hints: Vec<(String, &String)> = Vec::new();
        for (at, criterion) in exercise.rubric.criteria.iter().enumerate() {
            let of_checks = criterion.checks.iter().enumerate().flat_map(|(index, check)| {
                let own = check.hints.iter().flatten().enumerate();
                own.map(move |(level, hint)| (format!("/criteria/{at}/checks/{index}/hints/{level}"), hint))
            });
            let own = criterion.hints.iter().enumerate();
            hints.extend(own.map(|(level, hint)| (format!("/criteria/{at}/hints/{level}"), hint)).chain(of_checks));
        }
        let stops = |hint: &str| hint.trim_end().ends_with('.');
        let asks = |hint: &str| hint.trim_end().ends_with(['?', '!', ')', '`', '"']);
        let told = hints.iter().filter(|(_, hint)| !asks(hint) && !hint.trim().is_empty());
        let (with, without): (Vec<_>, Vec<_>) = told.partition(|(_, hint)| stops(hint));
        // Only where one way is the rule is the other a slip.
        let (odd, message) = if with.len() >= without.len() * 3 {
            (without, "this hint has no full stop, and the others have one")
        } else if without.len() >= with.len() * 3 {
            (with, "this hint ends in a full stop, and the others do not")
        } else {
            (Vec::new(), "")
        };
        for (pointer, _) in odd {
            self.rubric(pointer, message.to_owned());
        }
        for (pointer, hint) in &hints {
            let length = hint.chars().count();
            if length > MAX_HINT {
                self.rubric(pointer, format!("this hint has {length} characters, and {MAX_HINT} are plenty"));
            }
        }
    }
}

/// The name that a line of Python defines at its beginning.
fn defined(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("def ").or_else(|| line.split_once(" = ").map(|_| line))?;
    names(rest).next()
}

/// The names in an expression, those in its strings included.
fn names(python: &str) -> impl Iterator<Item = &str> {
    python.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| name.starts_with(|c: char| !c.is_numeric()))
}
