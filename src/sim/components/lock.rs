//! A lock service with leases: at most one holder a name, until release or until the lease's time is up.
//!
//! A crash does not release a lease; only its end does. Tokens grow with every grant, so a store can fence off late holders.

use std::collections::BTreeMap;

use crate::sim::errors::Fault;
use crate::sim::value::Value;
use crate::sim::world::{
    ApiEntry, Call, Caller, Component, Depends, Interner, MICROS_PER_SECOND, Micros, StateId, Transition,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Locks {
    granted: i64,
    held: BTreeMap<String, Lease>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Lease {
    token: i64,
    until: Option<Micros>,
}

pub struct Lock {
    states: Interner<Locks>,
}

impl Default for Lock {
    fn default() -> Self {
        Lock { states: Interner::new(Locks::default()) }
    }
}

impl Component for Lock {
    fn stub(&self, name: &str) -> String {
        format!(
            "class _belt_{name}:\n    def acquire(self, name, ttl=None):\n        return _belt_call('{name}', 'acquire', [name, ttl])\n    \
             def release(self, name, token):\n        return _belt_call('{name}', 'release', [name, token])\n{name} = _belt_{name}()\n"
        )
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        vec![
            ApiEntry {
                signature: format!("{name}.acquire(name, ttl=None) -> int or None"),
                meaning: "a token that is larger than every earlier one, or None while somebody holds it; a lease ends after ttl seconds".into(),
            },
            ApiEntry {
                signature: format!("{name}.release(name, token) -> bool"),
                meaning: "True if the token was still the holder's".into(),
            },
        ]
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        let mut locks = self.states.get(state).clone();
        locks.held.retain(|_, lease| lease.until.is_none_or(|until| until > caller.now));
        let name = call.arg(0).to_string();
        match call.method.as_str() {
            "acquire" => {
                if locks.held.contains_key(&name) {
                    return Transition::returns(Value::None, self.states.intern(locks));
                }
                let until = match call.arg(1) {
                    Value::None => None,
                    ttl => match ttl.as_f64() {
                        Some(seconds) if seconds > 0.0 => Some(caller.now + (seconds * MICROS_PER_SECOND) as Micros),
                        _ => {
                            return Transition::raises(
                                Fault::Misuse,
                                format!("ttl must be seconds above 0, not {ttl}"),
                                state,
                            );
                        }
                    },
                };
                locks.granted += 1;
                let token = locks.granted;
                locks.held.insert(name, Lease { token, until });
                Transition::returns(Value::Int(token), self.states.intern(locks))
            }
            _ => {
                let mine = locks.held.get(&name).is_some_and(|lease| Some(lease.token) == call.arg(1).as_int());
                if mine {
                    locks.held.remove(&name);
                }
                Transition::returns(Value::Bool(mine), self.states.intern(locks))
            }
        }
    }

    fn depends(&self) -> Depends {
        Depends { now: true, ..Depends::default() }
    }

    fn ages(&self) -> bool {
        true
    }

    fn view(&mut self, state: StateId, now: Micros) -> Value {
        let held = self.states.get(state).held.iter();
        let held = held.filter(|(_, lease)| lease.until.is_none_or(|until| until > now));
        Value::Record(
            "lock".into(),
            vec![("held".into(), Value::List(held.map(|(name, _)| Value::str(name.clone())).collect()))],
        )
    }
}
