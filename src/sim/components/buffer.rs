//! A bounded buffer between two stages in memory: who finds it full or empty waits, without spinning.

use serde_json::Value as Json;

use super::table::{self, Method};
use crate::checks::{Place, Problem, Reading};
use crate::sim::errors::Fault;
use crate::sim::scenario::Trouble;
use crate::sim::value::Value;
use crate::sim::world::{ApiEntry, Call, Caller, Component, Interner, Micros, StateId, Transition};

const METHODS: &[Method] = &[
    ("put(item)", "adds at the end; waits while the buffer is full"),
    ("try_put(item) -> bool", "adds at the end, or gives False at once when the buffer is full"),
    (
        "get() -> item or None",
        "takes from the front; waits while the buffer is empty; None once it is closed and empty",
    ),
    ("try_get() -> item or None", "takes from the front, or gives None at once when the buffer is empty"),
    ("size() -> int", "items in it now"),
    ("capacity() -> int or None", "items it can hold; None: no limit"),
    ("close()", "no more put; what is in it can still be taken"),
    ("closed() -> bool", "whether it has been closed"),
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Held {
    items: Vec<Value>,
    closed: bool,
    puts: u32,
    gets: u32,
    refused: u32,
    /// The most that was ever in it.
    max: usize,
}

pub struct Buffer {
    capacity: Option<usize>,
    states: Interner<Held>,
}

impl Buffer {
    /// A buffer for `capacity` items, or for the number the submission gives at `capacity_at`; without either, for any number.
    ///
    /// # Errors
    /// When the submission's number is missing or not a whole number above 0.
    pub fn new(capacity: Option<usize>, capacity_at: Option<&str>, document: &Reading) -> Result<Buffer, Trouble> {
        let mut capacity = capacity;
        if let Some(pointer) = capacity_at {
            let given = document.pointer(pointer);
            let number = given.and_then(|number| number.as_u64().or_else(|| number.as_str()?.trim().parse().ok()));
            capacity = number.filter(|number| *number > 0).map(|number| number as usize);
            if capacity.is_none() {
                let given = given.map_or_else(|| "nothing".to_owned(), Json::to_string);
                return Err(Trouble::Submission(Box::new(Problem {
                    message: format!("the buffer's capacity must be a whole number above 0, not {given}"),
                    place: Place::field(pointer),
                    ..Problem::default()
                })));
            }
        }
        if capacity == Some(0) {
            return Err(Trouble::Author("a buffer's capacity must be above 0".into()));
        }
        Ok(Buffer { capacity, states: Interner::new(Held::default()) })
    }
}

/// What code may call; the same whatever the capacity.
pub fn api(name: &str) -> Vec<ApiEntry> {
    table::api(name, METHODS)
}

impl Component for Buffer {
    fn stub(&self, name: &str) -> String {
        format!("class _belt_{name}:\n{}{name} = _belt_{name}()\n", table::methods(name, "", METHODS))
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        api(name)
    }

    fn call(&mut self, state: StateId, call: &Call, _caller: &Caller) -> Transition {
        let mut held = self.states.get(state).clone();
        let full = self.capacity.is_some_and(|capacity| held.items.len() >= capacity);
        let answer = match call.method.as_str() {
            "put" | "try_put" => {
                if held.closed {
                    return Transition::raises(Fault::Rejected, "the buffer is closed", state);
                }
                if full && call.method == "put" {
                    return Transition::blocks(state);
                }
                if full {
                    // Once is enough to know: a count would make every try a new state, and hide a busy loop.
                    held.refused = 1;
                } else {
                    held.items.push(call.arg(0).clone());
                    held.puts += 1;
                    held.max = held.max.max(held.items.len());
                }
                if call.method == "put" { Value::None } else { Value::Bool(!full) }
            }
            "get" | "try_get" => {
                if held.items.is_empty() {
                    if call.method == "get" && !held.closed {
                        return Transition::blocks(state);
                    }
                    return Transition::returns(Value::None, state);
                }
                held.gets += 1;
                held.items.remove(0)
            }
            "size" => Value::Int(held.items.len() as i64),
            "capacity" => self.capacity.map_or(Value::None, |capacity| Value::Int(capacity as i64)),
            "close" => {
                held.closed = true;
                Value::None
            }
            _ => Value::Bool(held.closed),
        };
        Transition::returns(answer, self.states.intern(held))
    }

    fn is_local(&self, method: &str) -> bool {
        method == "capacity"
    }

    fn view(&mut self, state: StateId, _now: Micros) -> Value {
        let held = self.states.get(state);
        let int = |number: usize| Value::Int(number as i64);
        Value::Record(
            "buffer".into(),
            vec![
                ("items".into(), Value::List(held.items.clone())),
                ("left".into(), int(held.items.len())),
                ("max".into(), int(held.max)),
                ("capacity".into(), self.capacity.map_or(Value::None, int)),
                ("puts".into(), int(held.puts as usize)),
                ("gets".into(), int(held.gets as usize)),
                ("refused".into(), int(held.refused as usize)),
                ("closed".into(), Value::Bool(held.closed)),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::Outcome;
    use crate::sim::components::tests::{Session, grade, story};

    #[test]
    fn full_and_empty_wait_and_closed_ends() {
        let mut buffer = Session::new(Buffer::new(Some(2), None, &Reading::new(&json!({}))).expect("a capacity"));
        buffer.check(
            "capacity() -> 2
             get() -> (waits)
             try_get() -> None
             put('a') -> None
             try_put('b') -> True
             put('c') -> (waits)
             try_put('c') -> False
             size() -> 2
             get() -> 'a'
             put('c') -> None
             close() -> None
             put('d') -> Rejected: the buffer is closed
             get() -> 'b'
             try_get() -> 'c'
             get() -> None
             closed() -> True",
        );
        let seen = ["max", "puts", "gets", "refused", "left"].map(|field| buffer.view(field));
        assert_eq!(seen, ["2", "3", "3", "1", "0"]);
    }

    #[test]
    fn the_capacity_may_be_the_learners() {
        let document = json!({"queue": {"size": 3, "bad": 0}});
        assert!(
            Buffer::new(None, Some("/queue/size"), &Reading::new(&document))
                .is_ok_and(|buffer| buffer.capacity == Some(3))
        );
        for (pointer, said) in [("/queue/bad", "not 0"), ("/queue/none", "not nothing")] {
            let Err(Trouble::Submission(problem)) = Buffer::new(None, Some(pointer), &Reading::new(&document)) else {
                panic!("{pointer} is refused")
            };
            assert!(problem.message.ends_with(said), "{}", problem.message);
        }
    }

    #[test]
    fn its_calls_can_be_listed_before_the_learner_has_chosen_a_capacity() {
        let world = json!({"stage": {"component": "buffer", "capacity_at": "/queue/size"}});
        let world = world.as_object().expect("an object").iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let sections = crate::sim::inspect::api(&world, &|_| None).expect("a world");
        let stage = sections.iter().find(|(name, _)| name == "stage").expect("a section");
        assert!(stage.1.iter().any(|entry| entry.signature == "stage.put(item)"), "{stage:?}");
    }

    fn pipeline(code: &str, capacity: serde_json::Value) -> crate::checks::Verdict {
        grade(
            code,
            &json!({
                "buffer": {"component": "buffer", "capacity": capacity},
                "out": {"component": "buffer"},
            }),
            json!({
                "title": "A fast producer before a slow consumer",
                "code": "/code",
                "clients": [
                    {"name": "producer", "run": "produce(list(range(6)))"},
                    {"name": "consumer", "run": "consume()"},
                ],
                "invariants": [
                    {"expect": "buffer.max <= 2", "otherwise": "{buffer.max} items in memory", "always": true},
                    {"expect": "out.items == list(range(6))", "otherwise": "only {out.items} came through"},
                ],
            }),
        )
    }

    const CONSUME: &str = "def consume():\n    while True:\n        item = buffer.get()\n        if item is None:\n            return\n        out.put(item)\n";

    #[test]
    fn put_slows_the_producer_down_and_dropping_or_no_bound_is_caught() {
        let waits = "def produce(items):\n    for item in items:\n        buffer.put(item)\n    buffer.close()\n";
        let verdict = pipeline(&format!("{waits}{CONSUME}"), json!(2));
        assert_eq!(verdict.outcome, Outcome::Passed, "{:#?}", verdict.problems);
        let verdict = pipeline(&format!("{waits}{CONSUME}"), json!(null));
        assert_eq!(story(&verdict).0, "3 items in memory");
        let drops = "def produce(items):\n    for item in items:\n        buffer.try_put(item)\n    buffer.close()\n";
        let verdict = pipeline(&format!("{drops}{CONSUME}"), json!(2));
        assert!(story(&verdict).0.starts_with("only "), "{:?}", story(&verdict));
        let never_closes = "def produce(items):\n    for item in items:\n        buffer.put(item)\n";
        let verdict = pipeline(&format!("{never_closes}{CONSUME}"), json!(2));
        assert_eq!(story(&verdict).0, "consumer waits for ever");
    }
}
