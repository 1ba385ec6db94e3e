//! Commands on plain values and on keys of any type.

use std::rc::Rc;

use super::data::{Args, Data, Entry, Kind, wrong_type};
use crate::sim::components::table::Method;
use crate::sim::value::Value;
use crate::sim::world::{EPOCH_S, MICROS_PER_SECOND, Micros};

const SECOND: Micros = MICROS_PER_SECOND as Micros;

pub const METHODS: &[Method] = &[
    ("get(key) -> value or None", "the value, as it was stored: numbers come back as numbers"),
    (
        "set(key, value, ex=None, px=None, nx=False, xx=False, keepttl=False, get=False) -> True or None",
        "stores text, a number or plain data; ex seconds or px milliseconds to live; nx only if the key is missing, xx only \
         if it exists (None when refused); forgets an earlier expiry unless keepttl; get=True gives the old value instead",
    ),
    ("setnx(key, value) -> bool", "stores if the key is missing"),
    ("setex(key, time, value) -> True", "stores for so many seconds"),
    ("psetex(key, time_ms, value) -> True", "stores for so many milliseconds"),
    ("getset(key, value) -> value or None", "stores and gives the old value"),
    ("getdel(key) -> value or None", "gives the value and deletes the key"),
    ("mget(*keys) -> list", "the values of several keys, None for missing ones"),
    ("mset(mapping) -> True", "stores several at once"),
    (
        "incr(key, amount=1) -> int",
        "adds to a whole number, 0 if missing, and gives the sum; one step, keeps the expiry",
    ),
    ("incrby(key, amount=1) -> int", "as incr"),
    ("decr(key, amount=1) -> int", "subtracts"),
    ("decrby(key, amount=1) -> int", "as decr"),
    ("incrbyfloat(key, amount=1.0) -> float", "adds to any number"),
    (
        "compare_and_set(key, expected, new, ex=None) -> bool",
        "stores new if the value is expected (None: if the key is missing); one step",
    ),
    ("delete(*keys) -> int", "how many keys there were to delete"),
    ("exists(*keys) -> int", "how many of the keys exist"),
    ("expire(key, seconds, nx=False) -> bool", "the key ends after so many seconds; nx: only if it has no end yet"),
    ("pexpire(key, milliseconds, nx=False) -> bool", "the same in milliseconds"),
    ("persist(key) -> bool", "takes the end away"),
    ("ttl(key) -> int", "seconds left, -1 without an end, -2 without the key"),
    ("pttl(key) -> int", "milliseconds left, -1 without an end, -2 without the key"),
    ("keys(pattern='*') -> list", "the keys that match, where * stands for anything"),
    ("type(key) -> str", "string, hash, set, list, zset or none"),
    ("time() -> (seconds, microseconds)", "the store's clock, whole seconds since 1970 and what is left"),
];

/// The command, if it is one of [`METHODS`].
pub fn run(data: &mut Data, args: &Args) -> Option<Result<Value, String>> {
    Some(match args.call.method.as_str() {
        "get" => get(data, args),
        "set" => set(data, args),
        "setnx" => args.key().and_then(|key| {
            let missing = !data.contains_key(&key);
            if missing {
                put(data, key, args.stored(args.value(1))?, None);
            }
            Ok(Value::Bool(missing))
        }),
        "time" => {
            let (seconds, micros) = (args.now.div_euclid(SECOND), args.now.rem_euclid(SECOND));
            Ok(Value::Tuple(vec![Value::Int(EPOCH_S as i64 + seconds), Value::Int(micros)]))
        }
        "setex" => set_for(data, args, 1.0),
        "psetex" => set_for(data, args, 1e-3),
        "getset" => get(data, args).and_then(|old| {
            put(data, args.key()?, args.stored(args.value(1))?, None);
            Ok(old)
        }),
        "getdel" => get(data, args).and_then(|old| {
            data.remove(&args.key()?);
            Ok(old)
        }),
        "mget" => mget(data, args),
        "mset" => mset(data, args),
        "incr" | "incrby" => args.int(1).and_then(|amount| increase(data, args, amount)),
        "decr" | "decrby" => args
            .int(1)
            .and_then(|amount| amount.checked_neg().ok_or_else(overflow))
            .and_then(|amount| increase(data, args, amount)),
        "incrbyfloat" => increase_float(data, args),
        "compare_and_set" => compare_and_set(data, args),
        "delete" => count(args, |key| data.remove(key).is_some()),
        "exists" => count(args, |key| data.contains_key(key)),
        "expire" => expire(data, args, 1.0),
        "pexpire" => expire(data, args, 1e-3),
        "persist" => args.key().map(|key| {
            let entry = data.get_mut(&key);
            Value::Bool(entry.is_some_and(|entry| entry.until.take().is_some()))
        }),
        "ttl" => left(data, args, MICROS_PER_SECOND as Micros),
        "pttl" => left(data, args, 1_000),
        "keys" => match args.value(0) {
            Value::Str(pattern) => {
                Ok(Value::List(data.keys().filter(|key| matches(pattern, key)).map(Value::str).collect()))
            }
            other => Err(format!("keys() takes a pattern such as 'user:*', not {other}")),
        },
        "type" => args.key().map(|key| {
            Value::str(match data.get(&key).map(|entry| &*entry.kind) {
                None => "none",
                Some(Kind::Plain(_)) => "string",
                Some(Kind::Hash(_)) => "hash",
                Some(Kind::Set(_)) => "set",
                Some(Kind::List(_)) => "list",
                Some(Kind::Sorted(_)) => "zset",
            })
        }),
        _ => return None,
    })
}

fn put(data: &mut Data, key: String, value: Value, until: Option<Micros>) {
    data.insert(key, Entry { kind: Rc::new(Kind::Plain(value)), until });
}

fn plain(data: &Data, args: &Args, key: &str) -> Result<Value, String> {
    match data.get(key).map(|entry| &*entry.kind) {
        None => Ok(Value::None),
        Some(Kind::Plain(value)) => Ok(value.clone()),
        Some(other) => Err(wrong_type(args, key, other)),
    }
}

fn get(data: &Data, args: &Args) -> Result<Value, String> {
    plain(data, args, &args.key()?)
}

fn set(data: &mut Data, args: &Args) -> Result<Value, String> {
    let (key, value) = (args.key()?, args.stored(args.value(1))?);
    let (ex, px, nx, xx, keep) = (args.until(2, 1.0)?, args.until(3, 1e-3)?, args.flag(4), args.flag(5), args.flag(6));
    if nx && xx {
        return Err("set() cannot have both nx and xx".into());
    }
    if (ex.is_some() && px.is_some()) || (keep && (ex.is_some() || px.is_some())) {
        return Err("set() takes one of ex, px and keepttl".into());
    }
    let mut until = ex.or(px);
    if until.is_some_and(|until| until <= args.now) {
        return Err("invalid expire time in set(): it must be above 0".into());
    }
    let old = if args.flag(7) { Some(plain(data, args, &key)?) } else { None };
    let held = data.get(&key);
    let refused = (nx && held.is_some()) || (xx && held.is_none());
    if keep {
        until = held.and_then(|entry| entry.until);
    }
    if !refused {
        put(data, key, value, until);
    }
    Ok(match old {
        Some(old) => old,
        None if refused => Value::None,
        None => Value::Bool(true),
    })
}

fn set_for(data: &mut Data, args: &Args, unit_s: f64) -> Result<Value, String> {
    let until = args.until(1, unit_s)?;
    if until.is_none_or(|until| until <= args.now) {
        return Err(format!("invalid expire time in {}(): it must be above 0", args.call.method));
    }
    put(data, args.key()?, args.stored(args.value(2))?, until);
    Ok(Value::Bool(true))
}

/// A key of another type reads as missing here, as in redis.
fn mget(data: &Data, args: &Args) -> Result<Value, String> {
    let one = |key: &Value| {
        let key = args.text_of(key, "keys as text")?;
        Ok(plain(data, args, &key).unwrap_or(Value::None))
    };
    args.spread(0).iter().map(one).collect::<Result<_, String>>().map(Value::List)
}

fn mset(data: &mut Data, args: &Args) -> Result<Value, String> {
    let Value::Dict(pairs) = args.value(0) else {
        return Err(format!("mset() takes a dict of keys and values, not {}", args.value(0)));
    };
    for (key, value) in pairs {
        put(data, args.text_of(key, "keys as text")?, args.stored(value)?, None);
    }
    Ok(Value::Bool(true))
}

fn overflow() -> String {
    "increment or decrement would overflow".into()
}

fn increase(data: &mut Data, args: &Args, amount: i64) -> Result<Value, String> {
    let key = args.key()?;
    let held = match plain(data, args, &key)? {
        Value::None => 0,
        Value::Int(number) => number,
        Value::Str(text) if text.parse::<i64>().is_ok() => text.parse().unwrap_or_default(),
        other => return Err(format!("{}() on key '{key}': {other} is not a whole number", args.call.method)),
    };
    let sum = held.checked_add(amount).ok_or_else(overflow)?;
    let until = data.get(&key).and_then(|entry| entry.until);
    put(data, key, Value::Int(sum), until);
    Ok(Value::Int(sum))
}

fn increase_float(data: &mut Data, args: &Args) -> Result<Value, String> {
    let key = args.key()?;
    let held = match plain(data, args, &key)? {
        Value::None => 0.0,
        other => args.number_of(&other)?,
    };
    let sum = held + args.number(1)?;
    if !sum.is_finite() {
        return Err("increment would produce NaN or Infinity".into());
    }
    let until = data.get(&key).and_then(|entry| entry.until);
    put(data, key, Value::float(sum), until);
    Ok(Value::float(sum))
}

/// Whether the store cannot tell the two apart: numbers by value, and a number equals its text.
fn same(held: &Value, expected: &Value) -> bool {
    held == expected
        || match (held, expected) {
            (Value::Str(text), number @ (Value::Int(_) | Value::Float(_)))
            | (number @ (Value::Int(_) | Value::Float(_)), Value::Str(text)) => number.to_string() == *text,
            _ => held.as_f64().is_some() && held.as_f64() == expected.as_f64(),
        }
}

fn compare_and_set(data: &mut Data, args: &Args) -> Result<Value, String> {
    let key = args.key()?;
    let swaps = same(&plain(data, args, &key)?, args.value(1));
    if swaps {
        let new = args.stored(args.value(2))?;
        let until = args.until(3, 1.0)?.or(data.get(&key).and_then(|entry| entry.until));
        put(data, key, new, until);
    }
    Ok(Value::Bool(swaps))
}

fn count(args: &Args, mut hit: impl FnMut(&str) -> bool) -> Result<Value, String> {
    let mut hits = 0;
    for key in args.spread(0) {
        hits += i64::from(hit(&args.text_of(&key, "keys as text")?));
    }
    Ok(Value::Int(hits))
}

fn expire(data: &mut Data, args: &Args, unit_s: f64) -> Result<Value, String> {
    let key = args.key()?;
    let Some(until) = args.until(1, unit_s)? else {
        return Err(format!("{}() takes a time", args.call.method));
    };
    let Some(entry) = data.get_mut(&key) else { return Ok(Value::Bool(false)) };
    if args.flag(2) && entry.until.is_some() {
        return Ok(Value::Bool(false));
    }
    entry.until = Some(until);
    // A time that has passed deletes at once.
    if until <= args.now {
        data.remove(&key);
    }
    Ok(Value::Bool(true))
}

fn left(data: &Data, args: &Args, unit: Micros) -> Result<Value, String> {
    let key = args.key()?;
    Ok(Value::Int(match data.get(&key) {
        None => -2,
        Some(Entry { until: None, .. }) => -1,
        Some(Entry { until: Some(until), .. }) => (until - args.now + unit / 2) / unit,
    }))
}

/// Glob with `*` and `?` only.
fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let tails = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            tails.into_iter().any(|at| matches(rest.as_str(), &text[at..]))
        }
        Some(first) => {
            let mut chars = text.chars();
            chars.next().is_some_and(|c| (first == '?' || c == first) && matches(rest.as_str(), chars.as_str()))
        }
    }
}
