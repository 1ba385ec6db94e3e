//! What services with one text have answered: in the same books, the same call gets the same answer in every scenario,
//! whoever's code makes it. Most calls of a scenario were made in another before.

use std::cell::RefCell;
use std::rc::Rc;

use super::Method;
use crate::recent::Recent;
use crate::sim::errors::{self, Fault};
use crate::sim::pure;
use crate::sim::python::{ErrorKind, Program, PyError, Reply};
use crate::sim::value::Value;
use crate::sim::world::{Call, Caller, Depends, EPOCH_S, Effect, Interner, MICROS_PER_SECOND, Map, Micros};

const BLOCK: &str = "_belt_block";
/// Ledgers that are kept.
const LEDGERS_MAX: usize = 32;
/// Answers in a ledger, after which the next service begins a new one.
const SERVED_MAX: usize = 20_000;

/// Books, calls and answers, each under a number.
pub(super) struct Ledger {
    program: Program,
    /// The books as the text has them.
    pub(super) initial: Vec<(Value, Value)>,
    pub(super) books: Interner<Value>,
    calls: Interner<(String, Vec<Value>)>,
    served: Map<(u32, u32, Micros, u32), (Effect, u32)>,
}

impl Ledger {
    /// The ledger that services with this text share.
    pub(super) fn of(source: &str, methods: &[Method], depends: Depends) -> Result<Rc<RefCell<Ledger>>, PyError> {
        thread_local! {
            static KNOWN: RefCell<Recent<Rc<RefCell<Ledger>>>> = RefCell::default();
        }
        let key = crate::recent::key(&[source]);
        let full = |ledger: &Rc<RefCell<Ledger>>| ledger.borrow().served.len() >= SERVED_MAX;
        if let Some(known) = KNOWN.with_borrow_mut(|known| known.get(LEDGERS_MAX, key)).filter(|ledger| !full(ledger)) {
            return Ok(known);
        }
        let ledger = Rc::new(RefCell::new(Ledger::new(source, methods, depends)?));
        KNOWN.with_borrow_mut(|known| known.keep(LEDGERS_MAX, key, Rc::clone(&ledger)));
        Ok(ledger)
    }

    fn new(source: &str, methods: &[Method], depends: Depends) -> Result<Ledger, PyError> {
        let table: String = methods.iter().map(|m| format!("'{0}': {0}, ", m.name)).collect();
        let prelude = format!("{}{}BLOCK = '{BLOCK}'\n", errors::PRELUDE, pure::PRELUDE);
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
        let Some(Value::Dict(initial)) = answer.into_iter().nth(1) else {
            return Err(broken("`books` must be a dict"));
        };
        Ok(Ledger {
            program,
            initial,
            books: Interner::new(Value::None),
            calls: Interner::new((String::new(), Vec::new())),
            served: Map::default(),
        })
    }

    /// What the service does with a call in books number `books`, and the number of the books afterwards. The caller is
    /// masked: what the service does not ask for is the same in all of them.
    pub(super) fn served(&mut self, books: u32, call: &Call, caller: &Caller) -> (Effect, u32) {
        let number = self.calls.intern((call.method.clone(), call.args.clone()));
        let key = (books, number, caller.now, caller.client);
        if let Some(known) = self.served.get(&key) {
            return known.clone();
        }
        let (effect, after) = self.serve(books, call, caller);
        let after = after.map_or(books, |after| self.books.intern(after));
        self.served.insert(key, (effect.clone(), after));
        (effect, after)
    }

    /// The answer, and the books afterwards where they may have changed.
    fn serve(&self, books: u32, call: &Call, caller: &Caller) -> (Effect, Option<Value>) {
        let misuse = |message: String| (Effect::Reply(Reply::Raise(Fault::Misuse, message)), None);
        let inputs = [
            self.books.get(books),
            &Value::str(call.method.clone()),
            &Value::List(call.args.clone()),
            &Value::float(EPOCH_S + caller.now as f64 / MICROS_PER_SECOND),
            &Value::Int(i64::from(caller.client)),
        ];
        match self.program.run(&inputs) {
            // ((answer,), books), or ((error, message), books): a service that refuses may have written that down.
            Ok(Value::Tuple(mut pair)) => {
                let (Some(books @ Value::Dict(_)), Some(Value::Tuple(answer))) = (pair.pop(), pair.pop()) else {
                    return misuse("the service lost its books".into());
                };
                match answer.as_slice() {
                    [value] if value.as_str() == Some(BLOCK) => (Effect::Block, None),
                    [value] => (Effect::Reply(Reply::Return(value.clone())), Some(books)),
                    [Value::Str(name), message] => {
                        let fault = Fault::from_name(name).unwrap_or(Fault::Misuse);
                        let message = message.as_str().unwrap_or_default();
                        (Effect::Reply(Reply::Raise(fault, message.to_owned())), Some(books))
                    }
                    _ => misuse("the service gave no answer".into()),
                }
            }
            Ok(other) => misuse(format!("the service answered {other}")),
            // A mistake in the service itself.
            Err(error) => misuse(error.to_string()),
        }
    }
}

fn broken(message: &str) -> PyError {
    PyError { kind: ErrorKind::Syntax, name: "Service".into(), message: message.into(), frames: Vec::new(), help: None }
}
