//! Commands on hashes, sets and lists. A collection that becomes empty is no key any more.

use std::rc::Rc;

use super::data::{Args, Data, Entry, Kind, wrong_type};
use crate::sim::components::table::Method;
use crate::sim::value::Value;

pub const METHODS: &[Method] = &[
    (
        "hset(key, field=None, value=None, mapping=None) -> int",
        "stores one field, or those of a dict; how many fields are new",
    ),
    ("hsetnx(key, field, value) -> bool", "stores the field if it is missing"),
    ("hget(key, field) -> value or None", "one field"),
    ("hmget(key, *fields) -> list", "several fields, None for missing ones"),
    ("hgetall(key) -> dict", "all fields; {} without the key"),
    ("hincrby(key, field, amount=1) -> int", "adds to a whole number, 0 if missing, and gives the sum"),
    ("hincrbyfloat(key, field, amount=1.0) -> float", "adds to any number"),
    ("hdel(key, *fields) -> int", "how many fields there were to delete"),
    ("hexists(key, field) -> bool", "whether the field exists"),
    ("hlen(key) -> int", "number of fields"),
    ("hkeys(key) -> list", "the fields"),
    ("hvals(key) -> list", "the values"),
    ("sadd(key, *members) -> int", "adds; how many are new"),
    ("srem(key, *members) -> int", "removes; how many there were"),
    ("sismember(key, member) -> bool", "whether it is in the set"),
    ("smembers(key) -> set", "all members"),
    ("scard(key) -> int", "number of members"),
    ("rpush(key, *values) -> int", "adds at the end; the new length"),
    ("lpush(key, *values) -> int", "adds at the front, one after the other; the new length"),
    ("lpop(key, count=None) -> value, list or None", "takes from the front"),
    ("rpop(key, count=None) -> value, list or None", "takes from the end"),
    ("lrange(key, start, end) -> list", "items from start to end, both included; -1 is the last"),
    ("ltrim(key, start, end) -> True", "keeps only these"),
    ("lindex(key, index) -> value or None", "one item"),
    ("lrem(key, count, value) -> int", "removes count of these from the front (all if 0, from the end if negative)"),
    ("llen(key) -> int", "number of items"),
];

/// The command, if it is one of [`METHODS`].
pub fn run(data: &mut Data, args: &Args) -> Option<Result<Value, String>> {
    let method = args.call.method.as_str();
    let known = METHODS.iter().any(|(signature, _)| signature.split('(').next() == Some(method));
    if !known {
        return None;
    }
    Some(match method.as_bytes()[0] {
        b'h' => hash(data, args),
        b's' => set(data, args),
        _ => list(data, args),
    })
}

/// The collection at the call's key, made when missing; the key is removed when it ends empty.
fn with<T: Clone>(
    data: &mut Data,
    args: &Args,
    empty: Kind,
    pick: fn(&mut Kind) -> Option<&mut T>,
    is_empty: fn(&T) -> bool,
    act: impl FnOnce(&mut T) -> Result<Value, String>,
) -> Result<Value, String> {
    let key = args.key()?;
    let entry = data.entry(key.clone()).or_insert_with(|| Entry { kind: Rc::new(empty), until: None });
    let kind = Rc::make_mut(&mut entry.kind);
    let Some(held) = pick(kind) else { return Err(wrong_type(args, &key, kind)) };
    let answer = act(held);
    if is_empty(held) {
        data.remove(&key);
    }
    answer
}

fn hash(data: &mut Data, args: &Args) -> Result<Value, String> {
    with(
        data,
        args,
        Kind::Hash(Default::default()),
        |kind| if let Kind::Hash(fields) = kind { Some(fields) } else { None },
        |fields| fields.is_empty(),
        |fields| {
            Ok(match args.call.method.as_str() {
                "hset" => {
                    let mut pairs = match args.value(3) {
                        Value::None => Vec::new(),
                        Value::Dict(pairs) => pairs.clone(),
                        other => return Err(format!("hset() takes mapping= as a dict, not {other}")),
                    };
                    match args.value(1) {
                        Value::None => {}
                        Value::Dict(_) => return Err("hset() takes a dict as mapping=".into()),
                        field => pairs.insert(0, (field.clone(), args.value(2).clone())),
                    }
                    if pairs.is_empty() {
                        return Err("hset() takes a field and a value, or mapping=".into());
                    }
                    let mut added = 0;
                    for (field, value) in pairs {
                        let (text, value) = (args.member(&field)?, args.stored(&value)?);
                        match fields.get_mut(&text) {
                            Some((_, held)) => *held = value,
                            None => {
                                fields.insert(text, (field, value));
                                added += 1;
                            }
                        }
                    }
                    Value::Int(added)
                }
                "hsetnx" => {
                    let (field, value) = (args.member(args.value(1))?, args.stored(args.value(2))?);
                    let missing = !fields.contains_key(&field);
                    if missing {
                        fields.insert(field, (args.value(1).clone(), value));
                    }
                    Value::Bool(missing)
                }
                "hget" => fields.get(&args.member(args.value(1))?).map_or(Value::None, |(_, value)| value.clone()),
                "hmget" => {
                    let get = |field: &Value| {
                        Ok(fields.get(&args.member(field)?).map_or(Value::None, |(_, value)| value.clone()))
                    };
                    Value::List(args.spread(1).iter().map(get).collect::<Result<_, String>>()?)
                }
                "hgetall" => Value::Dict(fields.values().cloned().collect()),
                "hincrby" | "hincrbyfloat" => {
                    let field = args.member(args.value(1))?;
                    let held = fields.get(&field).map_or(Value::Int(0), |(_, value)| value.clone());
                    let sum = if args.call.method == "hincrby" {
                        let held = match &held {
                            Value::Int(number) => Some(*number),
                            Value::Str(text) => text.parse().ok(),
                            _ => None,
                        };
                        let held = held.ok_or("hincrby(): hash value is not a whole number")?;
                        Value::Int(held.checked_add(args.int(2)?).ok_or("increment or decrement would overflow")?)
                    } else {
                        Value::float(args.number_of(&held)? + args.number(2)?)
                    };
                    let name = fields.get(&field).map_or_else(|| args.value(1).clone(), |(name, _)| name.clone());
                    fields.insert(field, (name, sum.clone()));
                    sum
                }
                "hdel" => {
                    let mut removed = 0;
                    for field in args.spread(1) {
                        removed += i64::from(fields.remove(&args.member(&field)?).is_some());
                    }
                    Value::Int(removed)
                }
                "hexists" => Value::Bool(fields.contains_key(&args.member(args.value(1))?)),
                "hlen" => Value::Int(fields.len() as i64),
                "hkeys" => Value::List(fields.values().map(|(field, _)| field.clone()).collect()),
                _ => Value::List(fields.values().map(|(_, value)| value.clone()).collect()),
            })
        },
    )
}

fn set(data: &mut Data, args: &Args) -> Result<Value, String> {
    with(
        data,
        args,
        Kind::Set(Default::default()),
        |kind| if let Kind::Set(members) = kind { Some(members) } else { None },
        |members| members.is_empty(),
        |members| {
            let mut count = 0;
            Ok(match args.call.method.as_str() {
                "sadd" => {
                    for member in args.spread(1) {
                        let text = args.member(&member)?;
                        members.entry(text).or_insert_with(|| {
                            count += 1;
                            member
                        });
                    }
                    Value::Int(count)
                }
                "srem" => {
                    for member in args.spread(1) {
                        count += i64::from(members.remove(&args.member(&member)?).is_some());
                    }
                    Value::Int(count)
                }
                "sismember" => Value::Bool(members.contains_key(&args.member(args.value(1))?)),
                "smembers" => Value::Set(members.values().cloned().collect()),
                _ => Value::Int(members.len() as i64),
            })
        },
    )
}

/// Positions `start..=end` of `len` items as redis counts them: from the end when negative, cut to what is there.
pub fn span(start: i64, end: i64, len: usize) -> std::ops::Range<usize> {
    let at = |index: i64| if index < 0 { index.saturating_add(len as i64) } else { index };
    let (start, end) = (at(start).max(0), at(end).min(len as i64 - 1));
    if start > end { 0..0 } else { start as usize..end as usize + 1 }
}

fn list(data: &mut Data, args: &Args) -> Result<Value, String> {
    with(
        data,
        args,
        Kind::List(Vec::new()),
        |kind| if let Kind::List(items) = kind { Some(items) } else { None },
        |items| items.is_empty(),
        |items| {
            let method = args.call.method.as_str();
            Ok(match method {
                "rpush" | "lpush" => {
                    for value in args.rest(1) {
                        let value = args.stored(value)?;
                        if method == "rpush" { items.push(value) } else { items.insert(0, value) }
                    }
                    Value::Int(items.len() as i64)
                }
                "lpop" | "rpop" => {
                    let many = !matches!(args.value(1), Value::None);
                    let count = if many { args.int(1)?.clamp(0, items.len() as i64) as usize } else { 1 };
                    if items.is_empty() {
                        return Ok(Value::None);
                    }
                    let mut taken: Vec<Value> = if method == "lpop" {
                        items.drain(..count).collect()
                    } else {
                        items.drain(items.len() - count..).rev().collect()
                    };
                    if many { Value::List(taken) } else { taken.pop().unwrap_or(Value::None) }
                }
                "lrange" => Value::List(items[span(args.int(1)?, args.int(2)?, items.len())].to_vec()),
                "ltrim" => {
                    *items = items[span(args.int(1)?, args.int(2)?, items.len())].to_vec();
                    Value::Bool(true)
                }
                "lindex" => {
                    let index = args.int(1)?;
                    items[span(index, index, items.len())].first().cloned().unwrap_or(Value::None)
                }
                "lrem" => {
                    let (count, before) = (args.int(1)?, items.len());
                    let mut left = if count == 0 { usize::MAX } else { count.unsigned_abs() as usize };
                    let mut keep = |item: &Value| {
                        let goes = left > 0 && item == args.value(2);
                        left -= usize::from(goes);
                        !goes
                    };
                    if count < 0 {
                        items.reverse();
                        items.retain(&mut keep);
                        items.reverse();
                    } else {
                        items.retain(&mut keep);
                    }
                    Value::Int((before - items.len()) as i64)
                }
                _ => Value::Int(items.len() as i64),
            })
        },
    )
}
