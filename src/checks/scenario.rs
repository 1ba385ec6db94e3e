//! `scenario: file.yaml`: the learner's code under every schedule and fault within the scenario's bounds.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Context, Reading, Verdict, known};
use crate::course::Error;
use crate::sim::{self, Scenario, Trouble};

/// The exercise's common world; scenarios say what they change.
pub const WORLD_FILE: &str = "world.yaml";

/// The scenario's file, relative to the exercise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct ScenarioCheck {
    pub file: String,
}

impl ScenarioCheck {
    pub fn run(&self, context: &Context) -> Result<Verdict, Error> {
        self.run_with(context, &BTreeMap::new())
    }

    /// JSON pointer of the code it runs.
    pub fn code(&self, context: &Context) -> Result<String, Error> {
        Ok(context.exercise.typed::<Scenario>(&self.file)?.code)
    }

    /// The scenario with some of its text replaced.
    pub fn run_with(&self, context: &Context, changes: &BTreeMap<String, String>) -> Result<Verdict, Error> {
        let changed = format!("{changes:?} {:?}", context.detail);
        known::verdict(context, &["scenario", &self.file, &changed], |document| self.run_on(context, document, changes))
    }

    fn run_on(
        &self,
        context: &Context,
        document: &Reading,
        changes: &BTreeMap<String, String>,
    ) -> Result<Verdict, Error> {
        let mut scenario: Scenario = context.exercise.typed_with(&self.file, changes)?;
        scenario.driver.insert_str(0, &context.shared(scenario.driver_file.as_deref(), &self.file)?);
        let world: BTreeMap<String, Json> = context.exercise.typed(WORLD_FILE)?;
        let files = |name: &str| context.text_file(name);
        match sim::run::run(&scenario, &world, document, context.detail, &files) {
            Ok(verdict) => Ok(verdict),
            Err(Trouble::Submission(problem)) => Ok(Verdict::not_gradable(vec![*problem])),
            Err(Trouble::Author(message)) => Err(context.broken(&self.file, message)),
        }
    }
}
