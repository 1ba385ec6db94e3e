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

mod ledger;

use std::cell::RefCell;
use std::rc::Rc;

use crate::sim::python::PyError;
use crate::sim::value::Value;
use crate::sim::world::{ApiEntry, Call, Caller, Component, Depends, Interner, Micros, StateId, Transition};
use ledger::Ledger;

pub struct Service {
    methods: Vec<Method>,
    ledger: Rc<RefCell<Ledger>>,
    /// The ledger's numbers of the books this service has had.
    books: Interner<u32>,
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
        let depends = Depends { client: source.contains("\"caller\""), draws: false, now: source.contains("\"now\"") };
        let ledger = Ledger::of(source, &methods, depends)?;
        let mut books = ledger.borrow().initial.clone();
        for (key, value) in state {
            let value = Value::from_json(value);
            match books.iter_mut().find(|(k, _)| k.as_str() == Some(key)) {
                Some((_, held)) => *held = value,
                None => books.push((Value::str(key.clone()), value)),
            }
        }
        let first = ledger.borrow_mut().books.intern(Value::Dict(books));
        Ok(Service { methods, ledger, books: Interner::new(first), depends })
    }
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
        let (effect, books) = self.ledger.borrow_mut().served(*self.books.get(state), call, caller);
        Transition { effect, state: self.books.intern(books) }
    }

    fn depends(&self) -> Depends {
        self.depends
    }

    fn view(&mut self, state: StateId, _now: Micros) -> Value {
        match self.ledger.borrow().books.get(*self.books.get(state)) {
            Value::Dict(books) => Value::Record(
                "service".into(),
                books.iter().filter_map(|(k, v)| Some((k.as_str()?.to_owned(), v.clone()))).collect(),
            ),
            other => other.clone(),
        }
    }
}
