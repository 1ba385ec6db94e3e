//! Values and faults as the interpreter has them, and back. Faults travel as exceptions no design raises itself.

use monty_types::{ExcType, MontyObject};

use crate::sim::errors::Fault;
use crate::sim::value::Value;

pub(super) fn exception_type(fault: Fault) -> ExcType {
    match fault {
        Fault::UniqueViolation => ExcType::FileExistsError,
        Fault::ForeignKeyViolation => ExcType::FileNotFoundError,
        Fault::NotNullViolation => ExcType::IsADirectoryError,
        Fault::CheckViolation => ExcType::NotADirectoryError,
        Fault::SerializationFailure => ExcType::BinasciiError,
        Fault::Deadlock => ExcType::UnicodeEncodeError,
        Fault::LockNotAvailable => ExcType::UnicodeDecodeError,
        Fault::Timeout => ExcType::RePatternError,
        Fault::ServiceUnavailable => ExcType::FrozenInstanceError,
        Fault::Rejected => ExcType::ModuleNotFoundError,
        Fault::SqlError => ExcType::OverflowError,
        Fault::Misuse => ExcType::TypeError,
    }
}

pub(super) fn fault_of(exception: ExcType) -> Option<Fault> {
    Fault::ALL.into_iter().find(|fault| *fault != Fault::Misuse && exception_type(*fault) == exception)
}

/// The attribute of an object that derives from a container, with what it holds.
const HELD: &str = "_belt_data";

pub(super) fn to_monty(value: &Value) -> MontyObject {
    match value {
        Value::None => MontyObject::None,
        Value::Bool(b) => MontyObject::Bool(*b),
        Value::Int(i) => MontyObject::Int(*i),
        Value::Float(f) => MontyObject::Float(f.0),
        Value::Str(s) | Value::Other(s) => MontyObject::String(s.clone()),
        Value::Bytes(b) => MontyObject::Bytes(b.clone()),
        Value::List(items) => MontyObject::List(items.iter().map(to_monty).collect()),
        Value::Tuple(items) => MontyObject::Tuple(items.iter().map(to_monty).collect()),
        Value::Set(items) => MontyObject::Set(items.iter().map(to_monty).collect()),
        Value::Dict(pairs) => {
            MontyObject::dict(pairs.iter().map(|(k, v)| (to_monty(k), to_monty(v))).collect::<Vec<_>>())
        }
        Value::Record(name, fields) => MontyObject::NamedTuple {
            type_name: name.clone(),
            field_names: fields.iter().map(|(field, _)| field.clone()).collect(),
            values: fields.iter().map(|(_, value)| to_monty(value)).collect(),
        },
    }
}

pub(super) fn from_monty(object: MontyObject) -> Value {
    match object {
        MontyObject::None => Value::None,
        MontyObject::Bool(b) => Value::Bool(b),
        MontyObject::Int(i) => Value::Int(i),
        MontyObject::Float(f) => Value::float(f),
        MontyObject::String(s) => Value::Str(if s.contains('\0') { without_numbers(&s) } else { s }),
        MontyObject::Bytes(b) => Value::Bytes(b),
        MontyObject::List(items) => Value::List(items.into_iter().map(from_monty).collect()),
        MontyObject::Tuple(items) => Value::Tuple(items.into_iter().map(from_monty).collect()),
        MontyObject::NamedTuple { type_name, field_names, values } => {
            Value::Record(type_name, field_names.into_iter().zip(values.into_iter().map(from_monty)).collect())
        }
        MontyObject::Dict(pairs) => {
            Value::Dict(pairs.into_iter().map(|(k, v)| (from_monty(k), from_monty(v))).collect())
        }
        MontyObject::Set(items) | MontyObject::FrozenSet(items) => {
            Value::Set(items.into_iter().map(from_monty).collect())
        }
        // What derives from a container is what it holds.
        MontyObject::ClassInstance(instance) => {
            let is_held = |name: &MontyObject| matches!(name, MontyObject::String(name) if name == HELD);
            match (&instance.attrs).into_iter().find(|(name, _)| is_held(name)) {
                Some((_, held)) => from_monty(held.clone()),
                None => Value::Other(MontyObject::ClassInstance(instance).to_string()),
            }
        }
        other => Value::Other(other.to_string()),
    }
}

/// A text without the numbers of objects behind exceptions, which begin with a sign nobody writes.
pub(super) fn without_numbers(text: &str) -> String {
    let mut parts = text.split('\0');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.trim_start_matches(|sign: char| sign.is_ascii_digit()))
}
