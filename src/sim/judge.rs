//! The judge: a scenario's invariants and goals as one Python program, asked about states.

use std::time::Duration;

use super::client::{Forest, Next};
use super::python::{Program, Reply, Turn, f_string, patiently};
use super::run::{DRIVER, with_helpers};
use super::scenario::{Invariant, Scenario, Trouble};
use super::state::{ClientState, Judge, State, Status, Violation};
use super::value::Value;
use super::world::{Map, Micros, World};
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
    /// What the program is shown.
    shown: Shown,
    /// What those of `always` look at.
    always_shown: Shown,
    /// The document, so that behaviour can be held against what the design claims; only where somebody asks for it.
    submission: Value,
    may_block: bool,
    /// Verdicts by what they can depend on.
    seen: Map<Key, Option<Broken>>,
}

/// Components and clients that expectations name: nobody else need be shown, or looked at.
struct Shown {
    components: Vec<usize>,
    clients: Vec<usize>,
    /// Whether one of them changes as time goes on.
    ages: bool,
}

impl Shown {
    fn named_in(text: &str, scenario: &Scenario, world: &World) -> Shown {
        let components: Vec<usize> = (0..world.len()).filter(|index| text.contains(world.name(*index))).collect();
        let clients =
            (0..scenario.clients.len()).filter(|index| text.contains(&scenario.clients[*index].name)).collect();
        let ages = components.iter().any(|component| world.ages(*component));
        Shown { components, clients, ages }
    }

    /// All that can be told apart of a state by whoever is shown these.
    fn key(&self, which: &[usize], state: &State) -> Key {
        let mut key: Vec<u32> = self.components.iter().map(|component| state.world[*component]).collect();
        for client in self.clients.iter().map(|client| &state.clients[*client]) {
            key.extend(match client.status {
                Status::Ended => [2, client.node],
                Status::Dead => [1, 0],
                Status::Ready | Status::Sleeping { .. } | Status::Waiting => [0, 0],
            });
            key.push(client.incarnation);
        }
        (which.to_vec(), key, if self.ages { state.now } else { 0 })
    }
}

/// Which expectations, the numbers of what they look at, and the time where it matters.
type Key = (Vec<usize>, Vec<u32>, Micros);

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
        let shown = Shown::named_in(&text, scenario, world);
        let mut looked_at = scenario.judge.clone();
        for invariant in scenario.invariants.iter().filter(|invariant| invariant.always) {
            looked_at.push_str(&format!("{}\n{}\n", invariant.expect, invariant.otherwise));
        }
        let mut inputs: Vec<&str> = shown.components.iter().map(|index| world.name(*index)).collect();
        inputs.extend(shown.clients.iter().map(|index| scenario.clients[*index].name.as_str()));
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
            always_shown: Shown::named_in(&looked_at, scenario, world),
            shown,
            submission: if text.contains("submission") { Value::from_json(document.whole()) } else { Value::None },
            may_block: scenario.may_block,
            seen: Map::default(),
        })
    }

    /// The goals that no run reached, by number among all expectations.
    pub fn unreached(&self) -> Vec<usize> {
        self.goals.iter().filter(|(_, reached)| !reached).map(|(index, _)| *index).collect()
    }

    /// As [`Self::broken`], worked out once for all states that look the same.
    fn broken_once(
        &mut self,
        key: Key,
        which: &[usize],
        world: &mut World,
        forest: &Forest,
        state: &State,
    ) -> Option<Broken> {
        if let Some(known) = self.seen.get(&key) {
            return known.clone();
        }
        let found = self.broken(which, world, forest, state);
        self.seen.insert(key, found.clone());
        found
    }

    /// The first of the given expectations that does not hold, and what it says.
    pub fn broken(&mut self, which: &[usize], world: &mut World, forest: &Forest, state: &State) -> Option<Broken> {
        let mut inputs = Vec::with_capacity(self.shown.components.len() + self.shown.clients.len() + 2);
        for component in &self.shown.components {
            inputs.push(world.view(*component, state.world[*component], state.now));
        }
        inputs.extend(self.shown.clients.iter().map(|client| client_record(forest, &state.clients[*client])));
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
        let which = self.always.clone();
        let key = self.always_shown.key(&which, state);
        let (index, message) = self.broken_once(key, &which, world, forest, state)?;
        Some(Violation::Invariant { index, message })
    }

    fn end(&mut self, world: &mut World, forest: &Forest, state: &State) -> Option<Violation> {
        for goal in 0..self.goals.len() {
            let (index, reached) = self.goals[goal];
            if reached {
                continue;
            }
            let key = self.shown.key(&[index], state);
            self.goals[goal].1 = self.broken_once(key, &[index], world, forest, state).is_none();
        }
        let which = self.end.clone();
        let key = self.shown.key(&which, state);
        let (index, message) = self.broken_once(key, &which, world, forest, state)?;
        Some(Violation::Invariant { index, message })
    }

    fn may_block(&self) -> bool {
        self.may_block
    }
}
