//! Checks: each kind is one file, one variant of [`Check`] and one arm of [`Check::run`].
//!
//! A check sees the document and the exercise's files and answers with a [`Verdict`]. It speaks of places as JSON
//! pointers plus offsets inside a field ([`Place`]); `grade` turns those into lines and columns.

pub mod choice;
pub mod code;
pub mod expression;
pub mod function;
pub mod graph;
mod known;
pub mod migration;
pub mod prose;
pub mod quantity;
pub mod query;
mod rows;
pub mod scenario;
pub mod schema_probe;
pub mod series;
pub mod state_machine;
pub mod tenfold;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::course::{Course, Error, Exercise};
use crate::diagram::DiagramError;
use crate::portfolio::Portfolio;
use crate::report::Explored;
use crate::sim::value::Value;
use crate::submission::nearest;

pub use known::Reading;

/// A check of a rubric, written as `{kind: arguments}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    Code(code::CodeCheck),
    Expression(expression::ExpressionCheck),
    Choice(choice::ChoiceCheck),
    Function(function::FunctionCheck),
    Graph(graph::GraphCheck),
    Migration(migration::MigrationCheck),
    Prose(prose::ProseCheck),
    Quantity(quantity::QuantityCheck),
    Query(query::QueryCheck),
    Scenario(scenario::ScenarioCheck),
    SchemaProbe(schema_probe::SchemaProbe),
    Series(series::SeriesCheck),
    StateMachine(state_machine::StateMachineCheck),
    Tenfold(tenfold::TenfoldCheck),
}

impl Check {
    /// Whether it asks if code can be run at all.
    pub fn is_code(&self) -> bool {
        matches!(self, Check::Code(_))
    }

    /// Files of the exercise that it names.
    pub fn files(&self) -> Vec<&str> {
        match self {
            Check::Expression(check) => check.helpers_file.as_deref().into_iter().collect(),
            Check::Function(check) => check.driver_file.as_deref().into_iter().collect(),
            Check::Scenario(check) => vec![&check.file],
            Check::Tenfold(check) => vec![&check.file],
            Check::Migration(check) => vec![&check.file],
            Check::Series(check) => check.replay.as_deref().into_iter().collect(),
            Check::Code(_)
            | Check::Choice(_)
            | Check::Graph(_)
            | Check::Prose(_)
            | Check::Quantity(_)
            | Check::Query(_)
            | Check::SchemaProbe(_)
            | Check::StateMachine(_) => Vec::new(),
        }
    }

    /// JSON pointer of the learner's code that it reads or runs, if it does.
    ///
    /// # Errors
    /// When the scenario's file is wrong.
    pub fn code(&self, context: &Context) -> Result<Option<String>, Error> {
        let here = |at: &Option<String>| at.as_deref().or(context.at).map(str::to_owned);
        Ok(match self {
            Check::Code(check) => here(&check.at),
            Check::Function(check) => here(&check.at),
            Check::Scenario(check) => Some(check.code(context)?),
            Check::Expression(_)
            | Check::Choice(_)
            | Check::Graph(_)
            | Check::Migration(_)
            | Check::Prose(_)
            | Check::Quantity(_)
            | Check::Query(_)
            | Check::SchemaProbe(_)
            | Check::Series(_)
            | Check::StateMachine(_)
            | Check::Tenfold(_) => None,
        })
    }

    /// # Errors
    /// When the rubric or one of the exercise's files is wrong; a wrong submission is a verdict.
    pub fn run(&self, context: &Context) -> Result<Verdict, Error> {
        match self {
            Check::Code(check) => self.remembered(context, |document| check.run(context, document)),
            Check::Expression(check) => check.run(context),
            Check::Choice(check) => Ok(check.run(context.document, context.at)),
            Check::Function(check) => self.remembered(context, |document| check.run(context, document)),
            Check::Graph(check) => Ok(check.run(context.document, context.at)),
            Check::Migration(check) => check.run(context),
            Check::Prose(check) => {
                self.remembered(context, |document| Ok(check.run(document, context.at, &context.originals())))
            }
            Check::Quantity(check) => Ok(check.among(&context.exercise.rubric).run(context.document, context.at)),
            Check::Query(check) => Ok(check.run(context.document)),
            Check::Scenario(check) => check.run(context),
            Check::SchemaProbe(check) => Ok(check.run(context.document)),
            Check::Series(check) => check.run(context),
            Check::StateMachine(check) => Ok(check.run(context.document, context.at)),
            Check::Tenfold(check) => check.run(context),
        }
    }

    /// What `run` says, found once for all documents that agree in what it reads.
    fn remembered(
        &self,
        context: &Context,
        run: impl FnOnce(&Reading) -> Result<Verdict, Error>,
    ) -> Result<Verdict, Error> {
        known::verdict(context, &[&format!("{self:?}"), context.at.unwrap_or_default()], run)
    }
}

/// What a check may see.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub document: &'a Json,
    pub exercise: &'a Exercise,
    /// The criterion's own field.
    pub at: Option<&'a str>,
    /// For what is said of other exercises.
    pub course: &'a Course,
    /// The learner's other submissions; empty where the exercise does not ask for them.
    pub portfolio: &'a Portfolio,
    pub detail: Detail,
    /// What expressions of this exercise have said of this document; `None` where each is asked alone.
    pub answers: Option<&'a expression::Answers>,
}

/// How much is said of what went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// What earned points and what did not, in a sentence each: for whoever looks at the points alone.
    Points,
    /// The steps to each counterexample as well. Telling one can cost more than finding it.
    Stories,
}

impl Context<'_> {
    /// Texts whose repetition earns nothing: of this exercise, and of those the learner looks back on.
    fn originals(&self) -> Vec<&prose::Original> {
        let others = self.portfolio.exercises().filter_map(|id| self.course.exercise(id).ok());
        std::iter::once(self.exercise).chain(others).flat_map(Exercise::originals).collect()
    }

    /// A text file of the exercise.
    pub fn text_file(&self, name: &str) -> Option<String> {
        self.exercise.file(name).ok().and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
    }

    /// The text of a file that checks share, ending in a line of its own; empty when none is named.
    ///
    /// # Errors
    /// When there is no such file; `named_in` names it.
    pub fn shared(&self, file: Option<&str>, named_in: &str) -> Result<String, Error> {
        let Some(file) = file else { return Ok(String::new()) };
        match self.text_file(file) {
            Some(text) => Ok(text + "\n"),
            None => Err(self.broken(named_in, format!("there is no file {file}"))),
        }
    }

    /// What `python` names of the submission and of those beside it. They are handed over only where they are asked
    /// for: that costs time at every start.
    pub fn named_in(&self, python: &str, document: &Reading) -> Vec<(&'static str, Value)> {
        let mut named = Vec::new();
        if python.contains("submission") {
            named.push(("submission", Value::from_json(document.whole())));
        }
        if self.exercise.rubric.portfolio {
            let others = self.portfolio.in_python(self.course).into_iter();
            let asked = others.filter(|(name, _)| python.contains(name));
            named.extend(asked.map(|(name, value)| (name, Value::from_json(&value))));
        }
        named
    }

    /// The error that a file of the exercise is wrong.
    pub fn broken(&self, file: &str, message: String) -> Error {
        Error::Invalid { path: self.exercise.path_of(file), line: 1, column: 1, message }
    }
}

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
    /// A slip of the pen that many checks meet; it is told once.
    pub slip: bool,
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
    /// From 1; long stories leave steps out.
    pub number: u32,
    pub client: String,
    pub time: f64,
    pub call: String,
    /// The call in a few words.
    pub summary: Option<String>,
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

/// A diagram that could not be read, at the bytes of the field at `pointer`.
fn diagram_problem(pointer: &str, error: DiagramError) -> Problem {
    Problem {
        message: error.message,
        place: Place::inside(pointer, error.range),
        help: error.help,
        ..Problem::default()
    }
}

/// The learner's words in backquotes: one line, no control or direction characters, not long.
pub(crate) fn quote(text: &str) -> String {
    format!("`{}`", shown(text, 60))
}

/// Text of the learner's as it may stand in a message.
fn shown(text: &str, most_chars: usize) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '`')
    };
    let kept: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect();
    let line = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most_chars {
        return line;
    }
    let cut: String = line.chars().take(most_chars).collect();
    format!("{cut}...")
}

/// A few names in a row, the rest counted.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(quote).collect();
    match names.len() {
        0 => "none".to_string(),
        n if n <= 8 => names.join(", "),
        n => format!("{} and {} more", names[..8].join(", "), n - 8),
    }
}

/// The strings of a value that is one, or a list of them; numbers and the like are no strings.
fn strings(value: &Json) -> impl Iterator<Item = &str> {
    let many = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(many.iter().filter_map(Json::as_str))
}

/// A key as a step of a JSON pointer.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
