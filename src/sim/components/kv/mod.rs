//! A key-value store in memory, under redis-py's names: one command is one step, keys expire in virtual time.
//!
//! Unlike redis, which keeps text only, values come back as they were stored: numbers as numbers, a dict as a dict. Type errors
//! are redis's own. `with kv.atomic():` gives what a script or MULTI gives: nobody else's commands run between its first
//! command and its end, and an exception or a crash inside undoes what it did.

mod collections;
mod data;
mod plain;
mod sorted;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use self::data::{Args, Data, Entry, Kind};
use super::table;
use crate::sim::errors::Fault;
use crate::sim::value::{Float, Value};
use crate::sim::world::{
    ApiEntry, Call, Caller, Component, Depends, Interner, MICROS_PER_SECOND, Micros, StateId, Transition,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Held {
    data: Rc<Data>,
    /// Clients inside `with kv.atomic()`, with how deep.
    open: Vec<(u32, u32)>,
    /// The client whose block has begun to run commands, and what the store held before.
    holder: Option<(u32, Rc<Data>)>,
}

pub struct Kv {
    states: Interner<Held>,
}

impl Kv {
    /// A store that holds `keys` (a list is a list, an object a hash) and the sets and sorted sets `{member: score}` named.
    ///
    /// # Errors
    /// When a set is no list or a sorted set no object of numbers.
    pub fn new(keys: &Map<String, Json>, sets: &Map<String, Json>, sorted: &Map<String, Json>) -> Result<Kv, String> {
        let mut data = Data::new();
        let mut put = |key: &str, kind| data.insert(key.to_owned(), Entry { kind: Rc::new(kind), until: None });
        for (key, value) in keys {
            let kind = match Value::from_json(value) {
                Value::List(items) => Kind::List(items),
                Value::Dict(pairs) => Kind::Hash(
                    pairs.into_iter().map(|(k, v)| (k.as_str().unwrap_or_default().to_owned(), (k, v))).collect(),
                ),
                plain => Kind::Plain(plain),
            };
            put(key, kind);
        }
        for (key, members) in sets {
            let members = members.as_array().ok_or_else(|| format!("sets: {key} must be a list"))?;
            let member = |json| {
                let value = Value::from_json(json);
                (value.as_str().map_or_else(|| value.to_string(), str::to_owned), value)
            };
            put(key, Kind::Set(members.iter().map(member).collect()));
        }
        for (key, scores) in sorted {
            let wrong = || format!("sorted: {key} must be an object of members and scores");
            let score = |(member, score): (&String, &Json)| {
                Some((member.clone(), (Value::str(member), Float(score.as_f64()? + 0.0))))
            };
            let scores = scores.as_object().ok_or_else(wrong)?.iter().map(score).collect::<Option<_>>();
            put(key, Kind::Sorted(scores.ok_or_else(wrong)?));
        }
        Ok(Kv { states: Interner::new(Held { data: Rc::new(data), ..Held::default() }) })
    }

    fn command(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        let mut held = self.states.get(state).clone();
        if held.holder.as_ref().is_some_and(|(holder, _)| *holder != caller.client) {
            return Transition::blocks(state);
        }
        if held.holder.is_none() && held.open.iter().any(|(client, _)| *client == caller.client) {
            held.holder = Some((caller.client, Rc::clone(&held.data)));
        }
        let mut data = (*held.data).clone();
        data.retain(|_, entry| entry.until.is_none_or(|until| until > caller.now));
        let args = Args { call, now: caller.now };
        let answer = plain::run(&mut data, &args)
            .or_else(|| collections::run(&mut data, &args))
            .or_else(|| sorted::run(&mut data, &args))
            .unwrap_or_else(|| Err(format!("there is no command {}", call.method)));
        match answer {
            Ok(value) => {
                held.data = Rc::new(data);
                Transition::returns(value, self.states.intern(held))
            }
            Err(message) => Transition::raises(Fault::Misuse, message, state),
        }
    }

    fn begin(&mut self, state: StateId, client: u32) -> StateId {
        let mut held = self.states.get(state).clone();
        match held.open.iter_mut().find(|(open, _)| *open == client) {
            Some((_, depth)) => *depth += 1,
            None => {
                held.open.push((client, 1));
                held.open.sort_unstable();
            }
        }
        self.states.intern(held)
    }

    /// Ends the innermost block of `client`, or all of them when what they did is not kept.
    fn end(&mut self, state: StateId, client: u32, keep: bool) -> StateId {
        let mut held = self.states.get(state).clone();
        let Some(position) = held.open.iter().position(|(open, _)| *open == client) else { return state };
        held.open[position].1 -= 1;
        if held.open[position].1 == 0 || !keep {
            held.open.remove(position);
            if let Some((holder, before)) = held.holder.take_if(|(holder, _)| *holder == client)
                && !keep
            {
                debug_assert_eq!(holder, client);
                held.data = before;
            }
        }
        self.states.intern(held)
    }
}

fn commands() -> Vec<table::Method> {
    [plain::METHODS, collections::METHODS, sorted::METHODS].concat()
}

impl Component for Kv {
    fn stub(&self, name: &str) -> String {
        // The end of a block can fail like any call. Unless it was executed, the store gives the block up; `discard` is not
        // a step of its own, so that a lost connection does not hold the store for ever.
        format!(
            "class _belt_{name}_atomic:\n    def __enter__(self):\n        _belt_call('{name}', 'multi', [])\n        return {name}\n    \
             def __exit__(self, kind, error, trace):\n        if kind:\n            _belt_call('{name}', 'discard', [])\n            return False\n        \
             try:\n            _belt_call('{name}', 'exec', [])\n        except Exception:\n            _belt_call('{name}', 'discard', [])\n            raise\n        \
             return False\n\
             class _belt_{name}:\n    def atomic(self):\n        return _belt_{name}_atomic()\n{}{name} = _belt_{name}()\n",
            table::methods(name, "", &commands())
        )
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        let mut entries = vec![ApiEntry {
            signature: format!("with {name}.atomic():"),
            meaning: "what a script or MULTI gives: from its first command to its end nobody else's commands run; an \
                      exception or a crash inside undoes it"
                .into(),
        }];
        entries.extend(table::api(name, &commands()));
        entries
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        match call.method.as_str() {
            "multi" => Transition::returns(Value::None, self.begin(state, caller.client)),
            "exec" => Transition::returns(Value::None, self.end(state, caller.client, true)),
            "discard" => Transition::returns(Value::None, self.end(state, caller.client, false)),
            _ => self.command(state, call, caller),
        }
    }

    fn depends(&self) -> Depends {
        Depends { client: true, now: true, ..Depends::default() }
    }

    fn is_local(&self, method: &str) -> bool {
        matches!(method, "multi" | "discard")
    }

    fn crashed(&mut self, state: StateId, client: u32) -> StateId {
        self.end(state, client, false)
    }

    /// `evict`: memory was short, and the key went just before the command.
    fn inject(&mut self, fault: &str, state: StateId, call: &Call, caller: &Caller) -> Option<Transition> {
        let mut held = self.states.get(state).clone();
        if fault != "evict" || held.holder.is_some() {
            return None;
        }
        let mut data = (*held.data).clone();
        data.remove(call.arg(0).as_str()?)?;
        held.data = Rc::new(data);
        let state = self.states.intern(held);
        Some(self.command(state, call, caller))
    }

    fn ages(&self) -> bool {
        true
    }

    fn view(&mut self, state: StateId, now: Micros) -> Value {
        let held = self.states.get(state);
        let alive = || held.data.iter().filter(|(_, entry)| entry.until.is_none_or(|until| until > now));
        let left = |until: Micros| Value::float((until - now) as f64 / MICROS_PER_SECOND);
        let ttl = alive().filter_map(|(key, entry)| Some((Value::str(key), left(entry.until?))));
        Value::Record(
            "kv".into(),
            vec![
                (
                    "data".into(),
                    Value::Dict(alive().map(|(key, entry)| (Value::str(key), entry.kind.view())).collect()),
                ),
                ("ttl".into(), Value::Dict(ttl.collect())),
                ("busy".into(), Value::Bool(held.holder.is_some())),
            ],
        )
    }
}
