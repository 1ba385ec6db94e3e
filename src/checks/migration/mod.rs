//! `migration: {file: data/migration.yaml, judge: old}`: the learner's steps, with the old and the new version at work.
//!
//! Steps are records: what is done (`do`: migrate, deploy, test, switch, wait, stop, other), with which SQL (`sql`,
//! `undo`, `repeat`), in which environment (`environment`, `version`, `to`), and how one goes back from there
//! (`back`: undo, switch, none). They are done one after the other on a database with rows in it. After every
//! statement the versions that have traffic write and read; a ledger holds what each record must be. From every step
//! the way back that is declared is tried on a copy. `judge` picks what the criterion is about.
//!
//! ```yaml
//! record: user                            # what one row is called
//! dialect: /database                      # pointers into the submission
//! steps: /steps
//! no_return: /point_of_no_return/step
//! versions: /versions                     # name -> {create, read, ...}
//! old:
//!   version: v1
//!   schema: CREATE TABLE ...              # in every dialect alike
//!   shows: {id: id, name: name}           # column or parameter -> field of the ledger
//!   statements: {create: INSERT ..., read: SELECT ..., rename: UPDATE ...}
//! new:
//!   shows: {id: id, display_name: name, language: language}
//!   operations: {create: [id, display_name, language], read: [id], rename: [id, display_name]}
//! unknown: {language: en}                 # what a row of the old version's must be read as
//! required: [language]                    # fields that may not be null in the end
//! rows: [{id: 1, name: Ada}]              # there before the first step
//! fresh: {name: ['Ada {n}'], language: [fr, de]}   # what is written; {n} counts
//! ```

mod back;
mod lasting;
mod plan;
mod replay;
mod story;
#[cfg(test)]
mod tests;
mod traffic;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value as Json;

use self::plan::Plan;
use self::replay::Run;
use super::{Context, Outcome, Place, Problem, Verdict};
use crate::course::Error;
use crate::sql::Dialect;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationCheck {
    /// A file of the exercise.
    pub file: String,
    pub judge: Judge,
}

/// What a criterion is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// The steps can be read and their SQL runs.
    Runs,
    /// The old version's statements work whenever it may get traffic.
    Old,
    /// The new version's statements work from its deployment on.
    New,
    /// Whatever is written is read, by whichever version.
    Data,
    /// The declared way back works from every step.
    Back,
    /// The point of no return is where it is said to be.
    NoReturn,
    /// In the end nothing of the old version is left.
    Arrives,
    /// Traffic moves to what was tested.
    Order,
}

/// The exercise's situation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    pub record: String,
    pub dialect: String,
    pub steps: String,
    pub no_return: String,
    pub versions: String,
    pub old: Old,
    pub new: New,
    pub unknown: BTreeMap<String, Json>,
    pub required: Vec<String>,
    pub rows: Vec<BTreeMap<String, Json>>,
    pub fresh: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Old {
    pub version: String,
    pub schema: String,
    pub shows: BTreeMap<String, String>,
    pub statements: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    pub shows: BTreeMap<String, String>,
    /// Each with its parameters, in the order in which statements without names take them.
    pub operations: BTreeMap<String, Vec<String>>,
}

impl MigrationCheck {
    pub fn run(&self, context: &Context) -> Result<Verdict, Error> {
        let situation: Situation = context.exercise.typed(&self.file)?;
        Ok(judged(&situation, context.document, self.judge))
    }
}

type Known = (Situation, Json, Rc<Run>);

thread_local! {
    /// The latest replay: a rubric's criteria judge the same one, which is a function of what it was made from.
    static LATEST: RefCell<Option<Known>> = const { RefCell::new(None) };
}

fn replayed(situation: &Situation, document: &Json, plan: &Plan) -> Result<Rc<Run>, Box<Problem>> {
    let known = LATEST.with_borrow(|latest| {
        let same = latest.as_ref().filter(|(known, text, _)| known == situation && text == document);
        same.map(|(.., run)| Rc::clone(run))
    });
    if let Some(run) = known {
        return Ok(run);
    }
    let run = Rc::new(replay::replay(situation, plan)?);
    LATEST.set(Some((situation.clone(), document.clone(), Rc::clone(&run))));
    Ok(run)
}

fn judged(situation: &Situation, document: &Json, judge: Judge) -> Verdict {
    let name = document.pointer(&situation.dialect).and_then(Json::as_str).unwrap_or_default();
    let Some(dialect) = Dialect::from_name(name) else {
        return Verdict::not_gradable(vec![Problem {
            message: format!("there is no dialect {name:?} here"),
            help: Some("use postgresql, mysql or sqlite".into()),
            place: Place::field(&situation.dialect),
            ..Problem::default()
        }]);
    };
    let plan = match plan::read(situation, document, dialect) {
        Ok(plan) => plan,
        Err(problem) => return Verdict::not_gradable(vec![*problem]),
    };
    let run = match replayed(situation, document, &plan) {
        Ok(run) => run,
        Err(problem) => return Verdict::not_gradable(vec![*problem]),
    };
    let mut problems: Vec<Problem> =
        run.found.iter().filter(|(kind, _)| *kind == judge).map(|(_, problem)| problem.clone()).collect();
    problems.truncate(3);
    let executed = Some(format!(
        "did {} step{} with {} statements of the versions between them, and went back from {}",
        plan.steps.len(),
        if plan.steps.len() == 1 { "" } else { "s" },
        run.statements,
        run.returns
    ));
    if run.stopped && judge != Judge::Runs {
        return Verdict {
            outcome: Outcome::NotGradable,
            problems: vec![Problem {
                message: "the steps do not run to their end".into(),
                place: Place::field(&situation.steps),
                slip: true,
                ..Problem::default()
            }],
            executed,
        };
    }
    let outcome = if problems.is_empty() { Outcome::Passed } else { Outcome::Failed { earned: 0, of: 1 } };
    Verdict { outcome, problems, executed }
}
