//! What the components' tests share: calls written as Python writes them, and whole scenarios.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::checks::Verdict;
use crate::sim::python::{Program, Reply, Turn};
use crate::sim::run::run;
use crate::sim::scenario::Scenario;
use crate::sim::value::Value;
use crate::sim::world::{Call, Caller, Component, Effect, MICROS_PER_SECOND, Micros, StateId};

/// A component with a current state, time and caller.
pub struct Session<C> {
    pub component: C,
    pub state: StateId,
    pub client: u32,
    pub now_s: f64,
}

impl<C: Component> Session<C> {
    pub fn new(component: C) -> Self {
        Session { component, state: 0, client: 0, now_s: 0.0 }
    }

    pub fn now(&self) -> Micros {
        (self.now_s * MICROS_PER_SECOND).round() as Micros
    }

    pub fn caller(&self) -> Caller {
        Caller { client: self.client, incarnation: 0, made: 0, now: self.now() }
    }

    /// The answer to one call as text: a `repr`, `Error: message` or `(waits)`.
    pub fn call(&mut self, method: &str, args: Vec<Json>) -> String {
        self.make(Call {
            object: "it".into(),
            method: method.into(),
            args: args.iter().map(Value::from_json).collect(),
        })
        .1
    }

    fn make(&mut self, call: Call) -> (Option<Reply>, String) {
        let transition = self.component.call(self.state, &call, &self.caller());
        self.state = transition.state;
        match transition.effect {
            Effect::Reply(reply) => {
                let text = match &reply {
                    Reply::Return(value) => value.to_string(),
                    Reply::Raise(fault, message) => format!("{}: {message}", fault.name()),
                };
                (Some(reply), text)
            }
            Effect::Block => (None, "(waits)".into()),
            Effect::Sleep(until) => (Some(Reply::Return(Value::None)), format!("(sleeps until {until})")),
        }
    }

    /// Runs `expression` on the component through its Python class, as the learner's code would.
    pub fn python(&mut self, expression: &str) -> String {
        let internal = ["begin()", "end()", "abandon()"].contains(&expression);
        if internal {
            return self.call(expression.trim_end_matches("()"), Vec::new());
        }
        let code = format!("it.{expression}\n");
        let program =
            Program::compile(&self.component.stub("it"), "", &code, &[]).expect("the class and the call compile");
        let mut turn = program.start(&[]);
        loop {
            turn = match turn {
                Turn::Done(value) => return value.to_string(),
                Turn::Raised(error) => return error.to_string(),
                Turn::Call(mut live) => {
                    let args = std::mem::take(&mut live.args);
                    let call = Call { object: "it".into(), method: live.method.clone(), args };
                    match self.make(call) {
                        (Some(reply), _) => live.resume(&reply),
                        (None, text) => return text,
                    }
                }
            };
        }
    }

    /// Asserts lines `call(...) -> answer`.
    pub fn check(&mut self, lines: &str) {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (expression, expected) = line.split_once(" -> ").expect("`call -> answer`");
            assert_eq!(self.python(expression), expected, "{line}");
        }
    }

    /// A field of the view, as text.
    pub fn view(&mut self, field: &str) -> String {
        let now = self.now();
        match self.component.view(self.state, now) {
            Value::Record(_, fields) => {
                fields.iter().find(|(name, _)| name == field).map_or_else(String::new, |(_, value)| value.to_string())
            }
            other => other.to_string(),
        }
    }
}

/// The verdict on `code` in a world of these components.
pub fn grade(code: &str, world: &Json, scenario: Json) -> Verdict {
    let scenario: Scenario = serde_json::from_value(scenario).expect("the scenario is well formed");
    let world: BTreeMap<String, Json> =
        world.as_object().into_iter().flatten().map(|(name, spec)| (name.clone(), spec.clone())).collect();
    run(&scenario, &world, &serde_json::json!({"code": code}), &|_| None).expect("the scenario can be run")
}

/// The first problem's message, faults and calls.
pub fn story(verdict: &Verdict) -> (String, u32, Vec<String>) {
    let Some(problem) = verdict.problems.first() else { return ("passed".into(), 0, Vec::new()) };
    let Some(story) = &problem.story else { return (problem.message.clone(), 0, Vec::new()) };
    (problem.message.clone(), story.faults, story.steps.iter().map(|step| step.call.clone()).collect())
}
