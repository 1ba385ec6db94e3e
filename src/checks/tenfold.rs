//! Is a design of another day thought through at ten times its load?
//!
//! The learner takes one of their days. Its numbers are worked out again by that day's own rules, and its scenarios are
//! run again on the code handed in for it. A file of the exercise says, day by day, what the load is:
//!
//! ```yaml
//! day15:
//!   load: items that Extract delivers a second            # "ten times the ..."
//!   figures: {1000/s: 10000/s}                            # the load, where the day's rules name it
//!   numbers:                                              # what can be asked about
//!     /quantities/backlog_growth: {}                      # by the day's rule for this field
//!     /quantities/throughput: {times: 1, why: ...}        # or as said here
//!     /codes/length: {holds: was <= now <= was + 2}       # or Python over was, now and submission
//!     lag of a replica: {was: 0.2 s, unit: s, times: 10}  # a figure of the task, in no field
//!   breaks:                                               # what may break first
//!     memory: {about: ..., scenario: scenarios/x.yaml, with: {"sleep(0.01)": "sleep(0.001)"}}
//!     codes: {about: ..., when: Python over submission}
//!     night: {about: ..., number: /estimate/hours, most: 6 hours}   # one of the numbers, as it has grown
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Context, Place, Problem, Verdict, quote};
use crate::course::{Case, CaseKind, Course, Error, Exercise};
use crate::sim::{self, value::Value};
use crate::submission::{Document, Limits};

mod breaks;
mod numbers;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenfoldCheck {
    /// The exercise's file that says what can be asked of which day.
    pub file: String,
    pub part: Part,
    /// JSON pointer of `{day, numbers, breaks_first}`; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The day's estimates at ten times the load.
    Numbers,
    /// What breaks first.
    Breaks,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    /// What there is ten times as much of.
    load: String,
    /// Words of the day's own rules, and what stands there at ten times the load.
    #[serde(default)]
    figures: BTreeMap<String, String>,
    /// By JSON pointer in that day's submission, or by name where the task gives the figure.
    #[serde(default)]
    numbers: BTreeMap<String, Number>,
    #[serde(default)]
    breaks: BTreeMap<String, Break>,
    /// Python that stands before `holds` and `when`.
    #[serde(default)]
    helpers: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Number {
    /// The figure, where no field of the submission has it.
    #[serde(default)]
    was: Option<String>,
    /// Where the day has no rule with a unit for it.
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    times: Option<f64>,
    #[serde(default)]
    holds: Option<String>,
    /// Told to whoever gets it wrong.
    #[serde(default)]
    why: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Break {
    /// What has happened when it broke.
    about: String,
    /// A scenario of that day, which fails when it breaks.
    #[serde(default)]
    scenario: Option<String>,
    /// What is written in it in place of what.
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// Or Python over that day's submission, true when it breaks.
    #[serde(default)]
    when: Option<String>,
    /// Or one of the numbers, which breaks when it has grown beyond `most`, a quantity or another number as it stands.
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    most: Option<String>,
}

/// The day the learner took.
struct Chosen<'a> {
    id: &'a str,
    day: &'a Day,
    exercise: &'a Exercise,
    /// What was handed in for it.
    document: &'a Json,
    /// JSON pointer of the answer.
    at: &'a str,
}

impl TenfoldCheck {
    pub fn run(&self, context: &Context) -> Result<Verdict, Error> {
        let days: BTreeMap<String, Day> = context.exercise.typed(&self.file)?;
        let at = self.at.as_deref().or(context.at).unwrap_or_default();
        let given = context.document.pointer(at).unwrap_or(&Json::Null);
        let said = given.get("day").and_then(Json::as_str).unwrap_or_default().trim().to_lowercase();
        let refuse = |message: String, expected: Option<String>| {
            let place = Place::field(format!("{at}/day"));
            // Both parts meet it, and it is told once.
            Ok(Verdict::failed(vec![Problem { message, expected, place, slip: true, ..Problem::default() }]))
        };
        let Some((id, day)) = days.get_key_value(&said) else {
            let message = match context.course.titles.get(&said) {
                Some(title) => format!("{said} ({title}) has no load that ten times could be taken of"),
                None if matches!(said.as_str(), "" | "todo") => "no day is taken yet".to_owned(),
                None => format!("{} is no day of the course; they are written `day06`", quote(&said)),
            };
            let done: Vec<&str> =
                days.keys().map(String::as_str).filter(|id| context.portfolio.answer(id).is_some()).collect();
            let expected = match done.as_slice() {
                [] => format!("one of {}", days.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
                done => format!("one of {}, which you have done", done.join(", ")),
            };
            return refuse(message, Some(expected));
        };
        let Some(document) = context.portfolio.answer(id) else {
            return refuse(format!("{id} is not among your submissions, so there is nothing to recompute"), None);
        };
        let chosen = Chosen { id, day, exercise: context.course.exercise(id)?, document, at };
        match self.part {
            Part::Numbers => numbers::run(context, &self.file, &chosen, given),
            Part::Breaks => breaks::run(context, &self.file, &chosen, given),
        }
    }
}

impl TenfoldCheck {
    /// Mistakes of the file that would mislead a learner: numbers that are nowhere or do not follow from anything, scenarios
    /// that cannot be changed so, days and words that the task keeps to itself.
    pub fn faults(&self, course: &Course, exercise: &Exercise) -> Result<Vec<String>, Error> {
        let days: BTreeMap<String, Day> = exercise.typed(&self.file)?;
        let mut faults = Vec::new();
        for (id, day) in days.iter().filter(|(id, _)| course.is_written(id)) {
            let other = course.exercise(id)?;
            let cases = other.cases(course.pack())?;
            let model = cases.iter().find(|case| case.kind == CaseKind::Model);
            let read = |case: &Case| Document::parse(&case.path, &case.bytes, &Limits::submission()).ok();
            let Some(document) = model.and_then(read) else { continue };
            let chosen = Chosen { id, day, exercise: other, document: document.json(), at: "" };
            faults.extend(chosen.faults().into_iter().map(|fault| format!("{id}: {fault}")));
            let told =
                day.breaks.keys().chain(day.numbers.iter().filter(|(_, n)| n.was.is_some()).map(|(name, _)| name));
            for word in told.chain([id]).filter(|word| !exercise.text.contains(word.as_str())) {
                faults.push(format!("{id}: the task does not name `{word}`"));
            }
        }
        Ok(faults)
    }
}

impl Chosen<'_> {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, number) in &self.day.numbers {
            if !self.has(name, number) {
                faults.push(format!("the model answer has no `{name}`"));
            } else if number.holds.is_none() && self.growth(name, &mut BTreeSet::new()).is_none() {
                faults.push(format!("nothing says how `{name}` grows"));
            }
        }
        for (name, part) in &self.day.breaks {
            if let Some(scenario) = &part.scenario {
                let changed = self.exercise.typed_with::<sim::Scenario>(scenario, &part.with);
                faults.extend(changed.err().map(|error| format!("`{name}`: {error}")));
            }
            let (Some(number), Some(most)) = (&part.number, &part.most) else { continue };
            if self.beyond(number, most).is_none() {
                faults.push(format!("`{name}`: {number} and {most} cannot be compared"));
            }
        }
        faults
    }

    /// A condition of the file's.
    fn python(&self, context: &Context, file: &str, sum: &str, named: &[(&str, Value)]) -> Result<bool, Error> {
        let mut named = named.to_vec();
        named.push(("submission", Value::from_json(self.document)));
        match sim::python::evaluate_program(&format!("{}\n({})\n", self.day.helpers, sum.trim()), &named) {
            Ok(value) => Ok(value.truthy()),
            Err(error) if error.kind == sim::python::ErrorKind::Syntax => {
                Err(context.broken(file, format!("`{sum}` cannot be read: {error}")))
            }
            // The other submission has not the shape it should have, which its own report says.
            Err(_) => Ok(false),
        }
    }
}
