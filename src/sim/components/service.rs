//! A service written in Python by the exercise's author: functions over `books`, the dict in which it keeps what happened.
//!
//! ```python
//! books = {"charges": []}
//!
//! def charge(books, amount, idempotency_key=None):
//!     """Takes the money and returns the receipt's number."""
//!     books["charges"].append(amount)
//!     return len(books["charges"])
//! ```
//!
//! Every function whose name does not begin with `_` is a method. `books["now"]` is the virtual time in seconds since 1970 and
//! `books["caller"]` the calling client's number, where the text mentions them. `raise Rejected("why")` refuses; `return BLOCK`
//! makes the caller wait until something changes.

use crate::sim::errors::{self, Fault};
use crate::sim::pure;
use crate::sim::python::{ErrorKind, Program, PyError};
use crate::sim::value::Value;
use crate::sim::world::{
    ApiEntry, Call, Caller, Component, Depends, EPOCH_S, Interner, MICROS_PER_SECOND, Micros, StateId, Transition,
};

const BLOCK: &str = "_belt_block";

pub struct Service {
    methods: Vec<Method>,
    program: Program,
    books: Interner<Value>,
    depends: Depends,
}

struct Method {
    name: String,
    /// As in the source, without `books`.
    parameters: String,
    /// Names to pass on, in order.
    arguments: Vec<String>,
    meaning: String,
}

impl Service {
    /// `state` overrides entries of the initial `books`.
    pub fn new(source: &str, state: &serde_json::Map<String, serde_json::Value>) -> Result<Service, PyError> {
        let methods = methods(source);
        let table: String = methods.iter().map(|m| format!("'{0}': {0}, ", m.name)).collect();
        let prelude = format!("{}{}BLOCK = '{BLOCK}'\n", errors::PRELUDE, pure::PRELUDE);
        let depends = Depends { client: source.contains("\"caller\""), draws: false, now: source.contains("\"now\"") };
        // What the service may read beside its books is put there for the time of the call.
        let (mut lent, mut taken) = (String::new(), String::new());
        for (name, lend) in [("now", depends.now), ("caller", depends.client)] {
            if lend {
                lent.push_str(&format!("    held['{name}'] = _{name}\n"));
                taken.push_str(&format!("    held.pop('{name}', None)\n"));
            }
        }
        let refusals: String = Fault::ALL
            .iter()
            .filter(|fault| **fault != Fault::Misuse)
            .map(|fault| format!("    except {0} as error:\n        answer = ('{0}', str(error))\n", fault.name()))
            .collect();
        let epilogue = format!(
            "def _belt_serve(held, method, args):\n    if method == '':\n        return ((None,), books)\n{lent}    try:\n        \
             answer = ({{{table}}}[method](held, *args),)\n{refusals}{taken}    return (answer, held)\n\
             _belt_serve(_held, _method, _args)\n"
        );
        let inputs = ["_held", "_method", "_args", "_now", "_caller"];
        let program = Program::compile(&prelude, source, &epilogue, &inputs)?;
        let nothing = [Value::None, Value::str(""), Value::List(Vec::new()), Value::None, Value::None];
        let Value::Tuple(answer) = program.run(&nothing)? else {
            return Err(broken("the service gave no books"));
        };
        let Some(Value::Dict(mut books)) = answer.into_iter().nth(1) else {
            return Err(broken("`books` must be a dict"));
        };
        for (key, value) in state {
            let value = Value::from_json(value);
            match books.iter_mut().find(|(k, _)| k.as_str() == Some(key)) {
                Some((_, held)) => *held = value,
                None => books.push((Value::str(key.clone()), value)),
            }
        }
        Ok(Service { methods, program, books: Interner::new(Value::Dict(books)), depends })
    }

    fn serve(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        let inputs = [
            self.books.get(state),
            &Value::str(call.method.clone()),
            &Value::List(call.args.clone()),
            &Value::float(EPOCH_S + caller.now as f64 / MICROS_PER_SECOND),
            &Value::Int(i64::from(caller.client)),
        ];
        match self.program.run(&inputs) {
            // ((answer,), books), or ((error, message), books): a service that refuses may have written that down.
            Ok(Value::Tuple(mut pair)) => {
                let (Some(books @ Value::Dict(_)), Some(Value::Tuple(answer))) = (pair.pop(), pair.pop()) else {
                    return Transition::raises(Fault::Misuse, "the service lost its books", state);
                };
                match answer.as_slice() {
                    [value] if value.as_str() == Some(BLOCK) => Transition::blocks(state),
                    [value] => Transition::returns(value.clone(), self.books.intern(books)),
                    [Value::Str(name), message] => {
                        let fault = Fault::from_name(name).unwrap_or(Fault::Misuse);
                        let message = message.as_str().unwrap_or_default();
                        Transition::raises(fault, message, self.books.intern(books))
                    }
                    _ => Transition::raises(Fault::Misuse, "the service gave no answer", state),
                }
            }
            Ok(other) => Transition::raises(Fault::Misuse, format!("the service answered {other}"), state),
            // A mistake in the service itself.
            Err(error) => Transition::raises(Fault::Misuse, error.to_string(), state),
        }
    }
}

fn broken(message: &str) -> PyError {
    PyError { kind: ErrorKind::Syntax, name: "Service".into(), message: message.into(), frames: Vec::new(), help: None }
}

/// The functions of the source that clients may call.
fn methods(source: &str) -> Vec<Method> {
    let mut found = Vec::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix("def ") else { continue };
        let Some((name, rest)) = rest.split_once('(') else { continue };
        let Some((parameters, _)) = rest.rsplit_once(')') else { continue };
        if name.starts_with('_') {
            continue;
        }
        let parameters: Vec<&str> = split_parameters(parameters).into_iter().skip(1).collect();
        let arguments = parameters
            .iter()
            .map(|p| p.split(['=', ':']).next().unwrap_or_default().trim().to_owned())
            .filter(|p| !p.is_empty() && p != "*")
            .collect();
        let meaning = lines.peek().map(|l| l.trim().trim_matches('"').to_owned()).unwrap_or_default();
        found.push(Method { name: name.to_owned(), parameters: parameters.join(", "), arguments, meaning });
    }
    found
}

/// Splits at commas outside brackets.
pub fn split_parameters(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

impl Component for Service {
    fn stub(&self, name: &str) -> String {
        let mut text = format!("class _belt_{name}:\n    belt_name = '{name}'\n");
        for method in &self.methods {
            let comma = if method.parameters.is_empty() { "" } else { ", " };
            text.push_str(&format!(
                "    def {}(self{comma}{}):\n        return _belt_call('{name}', '{}', [{}])\n",
                method.name,
                method.parameters,
                method.name,
                method.arguments.join(", ")
            ));
        }
        text.push_str(&format!("{name} = _belt_{name}()\n"));
        text
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        self.methods
            .iter()
            .map(|m| ApiEntry { signature: format!("{name}.{}({})", m.name, m.parameters), meaning: m.meaning.clone() })
            .collect()
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        self.serve(state, call, caller)
    }

    fn depends(&self) -> Depends {
        self.depends
    }

    fn view(&mut self, state: StateId, _now: Micros) -> Value {
        match self.books.get(state) {
            Value::Dict(books) => Value::Record(
                "service".into(),
                books.iter().filter_map(|(k, v)| Some((k.as_str()?.to_owned(), v.clone()))).collect(),
            ),
            other => other.clone(),
        }
    }
}
