//! The clock: virtual seconds, and waiting that takes none of the machine's time.

use crate::sim::errors::Fault;
use crate::sim::value::Value;
use crate::sim::world::{
    ApiEntry, Call, Caller, Component, Depends, EPOCH_S, Effect, MICROS_PER_SECOND, Micros, StateId, Transition,
};

pub struct Clock;

impl Component for Clock {
    fn stub(&self, name: &str) -> String {
        format!(
            "class _belt_{name}:\n    def now(self):\n        return _belt_call('{name}', 'now', [])\n    \
             def time(self):\n        return _belt_call('{name}', 'now', [])\n    \
             def monotonic(self):\n        return _belt_call('{name}', 'now', [])\n    \
             def sleep(self, seconds):\n        return _belt_call('{name}', 'sleep', [seconds])\n{name} = _belt_{name}()\n"
        )
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        vec![
            ApiEntry {
                signature: format!("{name}.now() -> float"),
                meaning: "seconds since 1970, in virtual time; the database's now() says the same".into(),
            },
            ApiEntry {
                signature: format!("{name}.sleep(seconds)"),
                meaning: "waits in virtual time; others run meanwhile".into(),
            },
        ]
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        match call.method.as_str() {
            "now" => Transition::returns(Value::float(EPOCH_S + caller.now as f64 / MICROS_PER_SECOND), state),
            _ => match call.arg(0).as_f64() {
                Some(seconds) if seconds.is_finite() && seconds >= 0.0 => {
                    let until = caller.now.saturating_add((seconds.min(1e9) * MICROS_PER_SECOND) as Micros);
                    Transition { effect: Effect::Sleep(until), state }
                }
                _ => Transition::raises(
                    Fault::Misuse,
                    format!("sleep() takes a number of seconds that is not negative, not {}", call.arg(0)),
                    state,
                ),
            },
        }
    }

    fn depends(&self) -> Depends {
        Depends { now: true, ..Depends::default() }
    }

    fn is_local(&self, _method: &str) -> bool {
        true
    }

    fn ages(&self) -> bool {
        true
    }

    fn view(&mut self, _state: StateId, now: Micros) -> Value {
        Value::Record("clock".into(), vec![("elapsed".into(), Value::float(now as f64 / MICROS_PER_SECOND))])
    }
}
