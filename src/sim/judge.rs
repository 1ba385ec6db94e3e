//! The judge: a scenario's invariants and goals as one Python program, asked about states.

use std::time::Duration;

use super::client::{Forest, Next};
use super::python::{Program, Reply, Turn, f_string, patiently};
use super::run::{DRIVER, with_helpers};
use super::scenario::{Invariant, Scenario, Trouble};
use super::state::{ClientState, Judge, State, Status, Violation};
use super::value::Value;
use super::world::{Map, World};
use super::{errors, pure};
use crate::checks::Reading;

/// Processor time one judgement may use.
const MAX_DURATION: Duration = Duration::from_secs(2);

/// Judges nothing, for runs that only set the world up.
pub struct Nothing;

impl Judge for Nothing {
    fn always(&mut self, _: &mut World, _: &Forest, _: &State) -> Option<Violation> {
        None
    }
    fn end(&mut self, _: &mut World, _: &Forest, _: &State) -> Option<Violation> {
        None
    }
}

/// The number of an expectation that does not hold, and what it says.
pub type Broken = (usize, String);

/// The scenario's invariants and goals as one program.
pub struct Expectations {
    program: Program,
    always: Vec<usize>,
    end: Vec<usize>,
    /// Numbers of the goals, and whether some run reached them.
    goals: Vec<(usize, bool)>,
    /// Components and clients it names: nobody else need be shown.
    components: Vec<usize>,
    clients: Vec<usize>,
    /// The document, so that behaviour can be held against what the design claims; only where somebody asks for it.
    submission: Value,
    may_block: bool,
    /// Verdicts of `always` by what they can depend on.
    seen: Map<(Vec<u32>, i64), Option<Broken>>,
}

impl Expectations {
    pub fn compile(scenario: &Scenario, world: &World, document: &Reading) -> Result<Expectations, Trouble> {
        let all: Vec<&Invariant> = scenario.invariants.iter().chain(&scenario.goals).collect();
        let mut text = String::from("def rows(name, sql):\n    return _belt_call('rows', name, [sql])\n");
        text.push_str(DRIVER);
        text.push_str(&with_helpers(&scenario.judge));
        text.push_str("\n_belt_checks = [\n");
        for invariant in &all {
            let otherwise = f_string(&with_helpers(&invariant.otherwise));
            text.push_str(&format!(
                "    (lambda: ({}), lambda: {otherwise}),\n",
                with_helpers(invariant.expect.trim())
            ));
        }
        text.push_str(
            "]\n_belt_found = None\nfor _belt_i in _belt_which:\n    if not _belt_checks[_belt_i][0]():\n        \
             _belt_found = (_belt_i, _belt_checks[_belt_i][1]())\n        break\n_belt_found\n",
        );
        let components: Vec<usize> = (0..world.len()).filter(|index| text.contains(world.name(*index))).collect();
        let client_names: Vec<&str> = scenario.clients.iter().map(|client| client.name.as_str()).collect();
        let clients: Vec<usize> = (0..client_names.len()).filter(|index| text.contains(client_names[*index])).collect();
        let mut inputs: Vec<&str> = components.iter().map(|index| world.name(*index)).collect();
        inputs.extend(clients.iter().map(|index| client_names[*index]));
        inputs.extend(["submission", "_belt_which"]);
        let prelude = format!("{}{}", errors::PRELUDE, pure::PRELUDE);
        let program = Program::compile(&prelude, "", &text, &inputs)
            .map_err(|error| Trouble::Author(format!("{}: an invariant cannot be read: {error}", scenario.title)))?;
        let count = scenario.invariants.len();
        Ok(Expectations {
            program,
            always: (0..count).filter(|index| all[*index].always).collect(),
            end: (0..count).collect(),
            goals: (count..all.len()).map(|index| (index, false)).collect(),
            components,
            clients,
            submission: if text.contains("submission") { Value::from_json(document.whole()) } else { Value::None },
            may_block: scenario.may_block,
            seen: Map::default(),
        })
    }

    /// The goals that no run reached, by number among all expectations.
    pub fn unreached(&self) -> Vec<usize> {
        self.goals.iter().filter(|(_, reached)| !reached).map(|(index, _)| *index).collect()
    }

    /// The first of the given expectations that does not hold, and what it says.
    pub fn broken(&mut self, which: &[usize], world: &mut World, forest: &Forest, state: &State) -> Option<Broken> {
        let mut inputs = Vec::with_capacity(self.components.len() + self.clients.len() + 2);
        for component in &self.components {
            inputs.push(world.view(*component, state.world[*component], state.now));
        }
        inputs.extend(self.clients.iter().map(|client| client_record(forest, &state.clients[*client])));
        inputs.push(self.submission.clone());
        inputs.push(Value::List(which.iter().map(|index| Value::Int(*index as i64)).collect()));
        let turn = patiently(MAX_DURATION, |allowed| {
            let mut turn = self.program.start(&inputs, allowed);
            while let Turn::Call(call) = turn {
                let sql = call.args.first().and_then(Value::as_str).unwrap_or_default().to_owned();
                let name = call.method.clone();
                turn = match world.query(&name, &state.world, &sql, state.now) {
                    Ok(rows) => call.resume(&Reply::Return(rows)),
                    Err(message) => call.resume(&Reply::Raise(errors::Fault::SqlError, message)),
                };
            }
            turn
        });
        match turn {
            Turn::Done(Value::Tuple(found)) => match found.as_slice() {
                [Value::Int(index), Value::Str(message)] => Some((*index as usize, message.clone())),
                _ => None,
            },
            Turn::Done(_) | Turn::Call(_) => None,
            Turn::Raised(error) => {
                // What cannot be judged does not hold: answers have the shape the exercise asks for.
                let index = which.first().copied().unwrap_or_default();
                Some((index, format!("the outcome has not the shape the exercise asks for ({error})")))
            }
        }
    }
}

/// A client as invariants see it.
fn client_record(forest: &Forest, client: &ClientState) -> Value {
    let (mut value, mut error) = (Value::None, Value::None);
    if client.status == Status::Ended {
        match forest.next(client.node) {
            Next::Done(answer) => value = answer.clone(),
            Next::Raised(raised) => error = Value::Str(raised.to_string()),
            Next::Call(_) => {}
        }
    } else {
        error = Value::str(if client.status == Status::Dead {
            "a crash"
        } else {
            "nothing (it is still at work when time is up)"
        });
    }
    let done = client.status == Status::Ended && error == Value::None;
    Value::Record(
        "client".into(),
        vec![
            ("done".into(), Value::Bool(done)),
            ("value".into(), value),
            ("error".into(), error),
            ("crashes".into(), Value::Int(i64::from(client.incarnation))),
        ],
    )
}

impl Judge for Expectations {
    fn always(&mut self, world: &mut World, forest: &Forest, state: &State) -> Option<Violation> {
        if self.always.is_empty() {
            return None;
        }
        let mut key = state.world.clone();
        key.extend(state.clients.iter().map(|client| if client.status == Status::Ended { client.node + 1 } else { 0 }));
        let key = (key, state.now);
        if !self.seen.contains_key(&key) {
            let which = self.always.clone();
            let found = self.broken(&which, world, forest, state);
            self.seen.insert(key.clone(), found);
        }
        let found = self.seen.get(&key).cloned().flatten();
        found.map(|(index, message)| Violation::Invariant { index, message })
    }

    fn end(&mut self, world: &mut World, forest: &Forest, state: &State) -> Option<Violation> {
        for goal in 0..self.goals.len() {
            let (index, reached) = self.goals[goal];
            if !reached && self.broken(&[index], world, forest, state).is_none() {
                self.goals[goal].1 = true;
            }
        }
        let which = self.end.clone();
        let (index, message) = self.broken(&which, world, forest, state)?;
        Some(Violation::Invariant { index, message })
    }

    fn may_block(&self) -> bool {
        self.may_block
    }
}
