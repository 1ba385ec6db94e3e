//! Randomness: seeded per client and draw, so a run can be repeated; where a scenario asks for it (`faults: [collision]`)
//! the explorer may also choose that a draw repeats one that somebody else was given.

use sha2::{Digest, Sha256};

use crate::sim::errors::Fault;
use crate::sim::value::Value;
use crate::sim::world::{ApiEntry, Call, Caller, Component, Depends, Interner, Micros, StateId, Transition};

pub struct Rand {
    seed: u64,
    /// The draws given so far, remembered only where collisions are explored.
    drawn: Interner<Vec<(Call, Value)>>,
    collisions: bool,
}

impl Rand {
    pub fn new(seed: u64, collisions: bool) -> Self {
        Rand { seed, drawn: Interner::new(Vec::new()), collisions }
    }

    fn draw(&self, call: &Call, caller: &Caller) -> Result<Value, String> {
        let mut hash = Sha256::new();
        for part in [self.seed, u64::from(caller.client), u64::from(caller.incarnation), u64::from(caller.made)] {
            hash.update(part.to_le_bytes());
        }
        let digest = hash.finalize();
        let number = digest.iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
        let unit = (number >> 11) as f64 / (1_u64 << 53) as f64;
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        match call.method.as_str() {
            "random" => Ok(Value::float(unit)),
            "uniform" => match (call.arg(0).as_f64(), call.arg(1).as_f64()) {
                (Some(a), Some(b)) => Ok(Value::float(a + (b - a) * unit)),
                _ => Err("uniform(a, b) takes two numbers".into()),
            },
            "randint" => match (call.arg(0).as_int(), call.arg(1).as_int()) {
                (Some(a), Some(b)) if a <= b => {
                    let span = (i128::from(b) - i128::from(a) + 1) as u128;
                    Ok(Value::Int((i128::from(a) + (u128::from(number) % span) as i128) as i64))
                }
                _ => Err("randint(a, b) takes two whole numbers, a not above b".into()),
            },
            "token" => {
                const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
                let length = call.arg(0).as_int().unwrap_or(22).clamp(1, 32) as usize;
                Ok(Value::Str(digest.iter().take(length).map(|b| char::from(ALPHABET[usize::from(*b) % 62])).collect()))
            }
            _ => Ok(Value::Str(format!(
                "{}-{}-4{}-a{}-{}",
                &hex[0..8],
                &hex[8..12],
                &hex[13..16],
                &hex[17..20],
                &hex[20..32]
            ))),
        }
    }
}

impl Component for Rand {
    fn stub(&self, name: &str) -> String {
        let methods =
            [("random", "", ""), ("uniform", ", a, b", "a, b"), ("token", ", length=22", "length"), ("uuid", "", "")];
        let mut text = format!("class _belt_{name}:\n");
        for (method, parameters, arguments) in methods {
            text.push_str(&format!(
                "    def {method}(self{parameters}):\n        return _belt_call('{name}', '{method}', [{arguments}])\n"
            ));
        }
        // Beyond 64 bits a number is put together from several draws.
        text.push_str(&format!(
            "    def randint(self, a, b):\n        \
             if not (isinstance(a, int) and isinstance(b, int)) or -2 ** 62 < a and b < 2 ** 62:\n            \
             return _belt_call('{name}', 'randint', [a, b])\n        number = 0\n        drawn = 1\n        \
             while drawn <= b - a:\n            \
             number = number * 2 ** 32 + _belt_call('{name}', 'randint', [0, 2 ** 32 - 1])\n            \
             drawn = drawn * 2 ** 32\n        return a + number % (b - a + 1)\n"
        ));
        // An index is drawn, so that items may be anything, the world's objects too.
        text.push_str(&format!(
            "    def choice(self, items):\n        items = list(items)\n        if len(items) == 0:\n            \
             raise IndexError('choice() from nothing')\n        \
             return items[_belt_call('{name}', 'randint', [0, len(items) - 1])]\n"
        ));
        text.push_str(&format!("{name} = _belt_{name}()\n"));
        text
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        [
            ("random() -> float", "from 0 up to but not including 1"),
            ("uniform(a, b) -> float", "between a and b"),
            ("randint(a, b) -> int", "from a to b, both included"),
            ("choice(items)", "one of the items"),
            ("token(length=22) -> str", "letters and digits, at most 32; two tokens may be equal, as anywhere"),
            ("uuid() -> str", "a version 4 UUID"),
        ]
        .into_iter()
        .map(|(signature, meaning)| ApiEntry { signature: format!("{name}.{signature}"), meaning: meaning.into() })
        .collect()
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        match self.draw(call, caller) {
            Ok(value) if self.collisions => {
                let mut drawn = self.drawn.get(state).clone();
                drawn.push((call.clone(), value.clone()));
                Transition::returns(value, self.drawn.intern(drawn))
            }
            Ok(value) => Transition::returns(value, state),
            Err(message) => Transition::raises(Fault::Misuse, message, state),
        }
    }

    fn depends(&self) -> Depends {
        Depends { draws: true, ..Depends::default() }
    }

    fn is_local(&self, _method: &str) -> bool {
        !self.collisions
    }

    fn inject(&mut self, fault: &str, state: StateId, call: &Call, _caller: &Caller) -> Option<Transition> {
        if fault != "collision" {
            return None;
        }
        let (_, value) = self.drawn.get(state).iter().rev().find(|(earlier, _)| earlier == call)?;
        Some(Transition::returns(value.clone(), state))
    }

    fn view(&mut self, state: StateId, _now: Micros) -> Value {
        Value::Record("rand".into(), vec![("draws".into(), Value::Int(self.drawn.get(state).len() as i64))])
    }
}
