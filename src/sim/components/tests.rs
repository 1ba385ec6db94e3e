//! What the components' tests share: calls written as Python writes them, and whole scenarios.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::checks::{Detail, Reading, Verdict};
use crate::sim::errors::Fault;
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
        let internal = ["multi()", "exec()", "discard()"].contains(&expression);
        if internal {
            return self.call(expression.trim_end_matches("()"), Vec::new());
        }
        let code = format!("it.{expression}\n");
        let program =
            Program::compile(&self.component.stub("it"), "", &code, &[]).expect("the class and the call compile");
        let mut turn = program.start::<Value>(&[], std::time::Duration::from_secs(2));
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
    let document = json!({"code": code});
    run(&scenario, &world, &Reading::new(&document), Detail::Stories, &|_| None).expect("the scenario can be run")
}

/// The first problem's message, faults and calls.
pub fn story(verdict: &Verdict) -> (String, u32, Vec<String>) {
    let Some(problem) = verdict.problems.first() else { return ("passed".into(), 0, Vec::new()) };
    let Some(story) = &problem.story else { return (problem.message.clone(), 0, Vec::new()) };
    (problem.message.clone(), story.faults, story.steps.iter().map(|step| step.call.clone()).collect())
}

/// What code might pass by mistake, besides what it should.
fn odd_value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec!["a", "b", "", "*", "(1", "+inf", "9223372036854775807", "c0", "m1"]);
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        prop::sample::select(vec![0, 1, 2, -1, -7, i64::MAX, i64::MIN]).prop_map(Value::Int),
        prop::sample::select(vec![0.0, -0.0, 0.5, -3.0, 1e300, f64::NAN, f64::INFINITY]).prop_map(Value::float),
        text.prop_map(Value::str),
        Just(Value::Bytes(vec![0xff])),
        Just(Value::Other("<function>".into())),
    ];
    let pair = (leaf.clone(), leaf.clone());
    prop_oneof![
        4 => leaf.clone(),
        1 => prop::collection::vec(leaf, 0..3).prop_map(Value::List),
        1 => prop::collection::vec(pair, 0..3).prop_map(Value::Dict),
    ]
}

/// The components under test and the faults that are theirs.
fn all() -> Vec<(Box<dyn Component>, Vec<&'static str>)> {
    let spec = |json: Json| -> Box<dyn Component> {
        let spec: crate::sim::scenario::Spec = serde_json::from_value(json).expect("a spec");
        spec.build(&Reading::new(&Json::Null), &|_| None).unwrap_or_else(|trouble| panic!("{trouble:?}")).component
    };
    vec![
        (spec(json!({"component": "kv", "keys": {"a": 1, "l": [1, 2], "h": {"f": 1}}})), vec!["evict"]),
        (
            spec(
                json!({"component": "queue", "messages": ["a", "b"], "max_receives": 2, "fifo": true, "faults": ["duplicate"]}),
            ),
            vec!["duplicate", "reorder", "drop_ack"],
        ),
        (spec(json!({"component": "topic", "partitions": 3, "groups": {"g": ["c0", "c1"]}})), vec!["rebalance"]),
        (spec(json!({"component": "buffer", "capacity": 2})), vec![]),
        (
            spec(json!({
                "component": "replicas", "lags_s": [0, 5], "rows": {"a": 1}, "failover": {"at_s": 20, "to": 1},
                "down": [{"from_s": 10}, {"replica": 0, "from_s": 3, "to_s": 6}],
                "slow": [{"replica": 1, "from_s": 2, "to_s": 4, "lag_s": 100}],
            })),
            vec![],
        ),
    ]
}

/// Method names in a component's Python class, and those its helpers call.
fn methods(component: &dyn Component) -> Vec<String> {
    let stub = component.stub("it");
    let mut names: Vec<String> = stub
        .split("_belt_call('it', ")
        .skip(1)
        .filter_map(|rest| Some(rest.split(", [").next()?.replace("self.node + '", "'primary").replace('\'', "")))
        .collect();
    names.push("replica(1).read".into());
    names.push("replica(9).read".into());
    names
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is called with whatever, nothing panics, a refused call changes nothing it could have begun, and the same
    /// call in the same state gives the same answer.
    #[test]
    fn components_are_functions_of_odd_calls(
        calls in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(odd_value(), 0..4), 0_u32..3, 0_i64..3), 1..25),
    ) {
        for (mut component, faults) in all() {
            let names = methods(component.as_ref());
            let (mut state, mut now) = (0, 0);
            for (which, args, client, pause_s) in &calls {
                now += pause_s * 2_000_000;
                let call = Call { object: "it".into(), method: which.get(&names).clone(), args: args.clone() };
                let caller = Caller { client: *client, incarnation: 0, made: 0, now };
                for fault in &faults {
                    let _ = component.inject(fault, state, &call, &caller);
                }
                let first = component.call(state, &call, &caller);
                prop_assert_eq!(&first, &component.call(state, &call, &caller));
                if let Effect::Reply(Reply::Raise(Fault::Misuse, _)) | Effect::Block = first.effect {
                    prop_assert_eq!(first.state, state, "{:?}", call);
                }
                let _ = component.view(first.state, now);
                state = component.crashed(first.state, 7);
                if *pause_s == 0 && which.index(5) == 0 {
                    state = component.crashed(state, *client);
                }
            }
        }
    }
}
