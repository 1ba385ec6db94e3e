//! What a key-value store holds: typed values under text keys, some with an end in virtual time.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::sim::value::{Float, Value};
use crate::sim::world::{Call, MICROS_PER_SECOND, Micros};

/// The keys and what they hold.
pub type Data = BTreeMap<String, Entry>;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    pub kind: Rc<Kind>,
    /// The key is gone from this time on.
    pub until: Option<Micros>,
}

/// Fields and members are told apart by their text, as on the wire (1 and "1" are one), and given back as first stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    Plain(Value),
    Hash(BTreeMap<String, (Value, Value)>),
    Set(BTreeMap<String, Value>),
    List(Vec<Value>),
    Sorted(BTreeMap<String, (Value, Float)>),
}

impl Kind {
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Plain(_) => "a plain value",
            Kind::Hash(_) => "a hash",
            Kind::Set(_) => "a set",
            Kind::List(_) => "a list",
            Kind::Sorted(_) => "a sorted set",
        }
    }

    /// As Python data, for invariants.
    pub fn view(&self) -> Value {
        match self {
            Kind::Plain(value) => value.clone(),
            Kind::Hash(fields) => Value::Dict(fields.values().cloned().collect()),
            Kind::Set(members) => Value::Set(members.values().cloned().collect()),
            Kind::List(items) => Value::List(items.clone()),
            Kind::Sorted(members) => {
                Value::Dict(members.values().map(|(member, score)| (member.clone(), Value::Float(*score))).collect())
            }
        }
    }
}

/// A call's arguments, with errors that name the command.
pub struct Args<'a> {
    pub call: &'a Call,
    pub now: Micros,
}

impl Args<'_> {
    pub fn value(&self, index: usize) -> &Value {
        self.call.arg(index)
    }

    fn wrong(&self, what: &str, value: &Value) -> String {
        format!("{}() takes {what}, not {value}", self.call.method)
    }

    pub fn key(&self) -> Result<String, String> {
        self.text_of(self.value(0), "a key as text")
    }

    /// The text by which keys, fields and members are known.
    pub fn text_of(&self, value: &Value, what: &str) -> Result<String, String> {
        match value {
            Value::Str(text) => Ok(text.clone()),
            Value::Int(_) | Value::Float(_) => Ok(value.to_string()),
            Value::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
            other => Err(self.wrong(what, other)),
        }
    }

    pub fn member(&self, value: &Value) -> Result<String, String> {
        self.text_of(value, "fields and members as text or numbers (json.dumps() makes text of anything)")
    }

    /// A value that can be stored.
    pub fn stored(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::None => Err(format!(
                "{}() cannot store None: reading it back could not be told from a missing key",
                self.call.method
            )),
            Value::Record(..) | Value::Other(_) => Err(self.wrong("text, numbers or plain data", value)),
            other => Ok(other.clone()),
        }
    }

    pub fn int(&self, index: usize) -> Result<i64, String> {
        match self.value(index) {
            Value::Int(number) => Ok(*number),
            other => other.as_int().ok_or_else(|| self.wrong("a whole number here", other)),
        }
    }

    pub fn number(&self, index: usize) -> Result<f64, String> {
        self.number_of(self.value(index))
    }

    pub fn number_of(&self, value: &Value) -> Result<f64, String> {
        let number = match value {
            Value::Str(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        number.filter(|n: &f64| !n.is_nan()).ok_or_else(|| self.wrong("a number here", value))
    }

    pub fn flag(&self, index: usize) -> bool {
        self.value(index).truthy()
    }

    /// The values of a `*rest` parameter.
    pub fn rest(&self, index: usize) -> &[Value] {
        self.call.args.get(index..).unwrap_or_default()
    }

    /// The same where a list given as one argument means what is in it.
    pub fn spread(&self, index: usize) -> Vec<Value> {
        let spread = self.rest(index).iter().flat_map(|item| match item {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => items.clone(),
            one => vec![one.clone()],
        });
        spread.collect()
    }

    /// When a key ends that lives for the argument's time from now; `unit_s` is how long one unit is.
    pub fn until(&self, index: usize, unit_s: f64) -> Result<Option<Micros>, String> {
        match self.value(index) {
            Value::None => Ok(None),
            _ => {
                let seconds = (self.number(index)? * unit_s).min(1e12);
                Ok(Some(self.now.saturating_add((seconds * MICROS_PER_SECOND).round() as Micros)))
            }
        }
    }
}

/// As redis says it, and what the key holds.
pub fn wrong_type(args: &Args, key: &str, held: &Kind) -> String {
    format!("WRONGTYPE {}() on key '{key}', which holds {}", args.call.method, held.name())
}
