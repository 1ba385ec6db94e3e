//! Commands on sorted sets: members by score, and by their text where scores are equal.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::collections::span;
use super::data::{Args, Data, Entry, Kind, wrong_type};
use crate::sim::components::table::Method;
use crate::sim::value::{Float, Value};

pub const METHODS: &[Method] = &[
    (
        "zadd(key, mapping, nx=False, xx=False, gt=False, lt=False, ch=False, incr=False) -> int",
        "sets scores from {member: score}; how many members are new (ch: or changed); nx only new members, xx only known \
         ones, gt and lt only if the score grows or falls; incr adds and gives the new score",
    ),
    ("zincrby(key, amount, member) -> float", "adds to a score, 0 if missing, and gives the sum; one step"),
    ("zscore(key, member) -> float or None", "the score"),
    ("zmscore(key, members) -> list", "several scores, None for missing members"),
    ("zrank(key, member) -> int or None", "place from the lowest score, 0 first"),
    ("zrevrank(key, member) -> int or None", "place from the highest score, 0 first"),
    (
        "zrange(key, start, end, desc=False, withscores=False) -> list",
        "members from place start to end, both included, -1 is the last; (member, score) withscores",
    ),
    (
        "zrevrange(key, start, end, withscores=False) -> list",
        "the same from the highest score; equal scores in reverse order of text",
    ),
    (
        "zrangebyscore(key, min, max, start=None, num=None, withscores=False) -> list",
        "scores from min to max; '(5' leaves 5 out, '-inf' and '+inf' are no limit",
    ),
    (
        "zrevrangebyscore(key, max, min, start=None, num=None, withscores=False) -> list",
        "the same from the highest score",
    ),
    ("zcount(key, min, max) -> int", "how many scores are from min to max"),
    ("zcard(key) -> int", "number of members"),
    ("zrem(key, *members) -> int", "removes; how many there were"),
    ("zpopmin(key, count=1) -> list of (member, score)", "takes the lowest"),
    ("zpopmax(key, count=1) -> list of (member, score)", "takes the highest"),
    ("zremrangebyscore(key, min, max) -> int", "removes scores from min to max; how many"),
    ("zremrangebyrank(key, start, end) -> int", "removes places from start to end; how many"),
];

type Members = BTreeMap<String, (Value, Float)>;

/// The command, if it is one of [`METHODS`].
pub fn run(data: &mut Data, args: &Args) -> Option<Result<Value, String>> {
    let method = args.call.method.as_str();
    if !METHODS.iter().any(|(signature, _)| signature.split('(').next() == Some(method)) {
        return None;
    }
    Some(args.key().and_then(|key| {
        let empty = Members::new();
        let members = match data.get(&key).map(|entry| &*entry.kind) {
            None => &empty,
            Some(Kind::Sorted(members)) => members,
            Some(other) => return Err(wrong_type(args, &key, other)),
        };
        if let Some(answer) = read(members, args)? {
            return Ok(answer);
        }
        let entry = data.entry(key.clone());
        let entry = entry.or_insert_with(|| Entry { kind: Rc::new(Kind::Sorted(Members::new())), until: None });
        let Kind::Sorted(members) = Rc::make_mut(&mut entry.kind) else { return Ok(Value::None) };
        let answer = write(members, args);
        if members.is_empty() {
            data.remove(&key);
        }
        answer
    }))
}

/// Everything in order.
fn ordered(members: &Members) -> Vec<(&str, &Value, f64)> {
    let mut all: Vec<_> = members.iter().map(|(text, (member, score))| (text.as_str(), member, score.0)).collect();
    // By text already, so a stable sort by score keeps ties in the order of text.
    all.sort_by(|a, b| a.2.total_cmp(&b.2));
    all
}

/// Place of a member without sorting: how many come before it.
fn rank(members: &Members, text: &str, reverse: bool) -> Option<i64> {
    let score = members.get(text)?.1.0;
    let before = members.iter().filter(|(other, (_, s))| {
        let order = s.0.total_cmp(&score).then_with(|| other.as_str().cmp(text));
        if reverse { order.is_gt() } else { order.is_lt() }
    });
    Some(before.count() as i64)
}

/// A limit such as `5`, `"(5"` or `"+inf"`: the number and whether it is left out.
fn limit(args: &Args, index: usize) -> Result<(f64, bool), String> {
    match args.value(index) {
        Value::Str(text) => {
            let (number, open) = text.strip_prefix('(').map_or((text.as_str(), false), |rest| (rest, true));
            let number = number.parse::<f64>().ok().filter(|n| !n.is_nan());
            let wrong = || format!("{}(): min or max is not a number: '{text}'", args.call.method);
            number.map(|number| (number, open)).ok_or_else(wrong)
        }
        _ => Ok((args.number(index)?, false)),
    }
}

fn within(args: &Args, min: usize, max: usize) -> Result<impl Fn(f64) -> bool + use<>, String> {
    let ((min, above), (max, below)) = (limit(args, min)?, limit(args, max)?);
    Ok(move |score: f64| {
        (if above { score > min } else { score >= min }) && (if below { score < max } else { score <= max })
    })
}

fn shown<'a>(found: impl Iterator<Item = &'a (&'a str, &'a Value, f64)>, withscores: bool) -> Value {
    let one = |(_, member, score): &(&str, &Value, f64)| match withscores {
        true => Value::Tuple(vec![(*member).clone(), Value::float(*score)]),
        false => (*member).clone(),
    };
    Value::List(found.map(one).collect())
}

fn read(members: &Members, args: &Args) -> Result<Option<Value>, String> {
    let method = args.call.method.as_str();
    let score = |member: &Value| {
        let found = members.get(&args.member(member)?);
        Ok::<_, String>(found.map_or(Value::None, |(_, score)| Value::Float(*score)))
    };
    Ok(Some(match method {
        "zscore" => score(args.value(1))?,
        "zmscore" => match args.value(1) {
            Value::List(wanted) | Value::Tuple(wanted) => {
                Value::List(wanted.iter().map(score).collect::<Result<_, _>>()?)
            }
            other => return Err(format!("zmscore() takes a list of members, not {other}")),
        },
        "zrank" | "zrevrank" => {
            rank(members, &args.member(args.value(1))?, method == "zrevrank").map_or(Value::None, Value::Int)
        }
        "zcard" => Value::Int(members.len() as i64),
        "zcount" => {
            let inside = within(args, 1, 2)?;
            Value::Int(members.values().filter(|(_, score)| inside(score.0)).count() as i64)
        }
        "zrange" | "zrevrange" => {
            let reverse = method == "zrevrange" || args.flag(3);
            let withscores = args.flag(if method == "zrevrange" { 3 } else { 4 });
            let mut all = ordered(members);
            if reverse {
                all.reverse();
            }
            shown(all[span(args.int(1)?, args.int(2)?, all.len())].iter(), withscores)
        }
        "zrangebyscore" | "zrevrangebyscore" => {
            let reverse = method == "zrevrangebyscore";
            let inside = if reverse { within(args, 2, 1)? } else { within(args, 1, 2)? };
            let mut all = ordered(members);
            if reverse {
                all.reverse();
            }
            let (skip, take) = match (args.value(3), args.value(4)) {
                (Value::None, Value::None) => (0, usize::MAX),
                (Value::None, _) | (_, Value::None) => return Err(format!("{method}() takes start and num together")),
                // A negative count is all of them, as in redis.
                _ => (args.int(3)?.max(0) as usize, usize::try_from(args.int(4)?).unwrap_or(usize::MAX)),
            };
            shown(all.iter().filter(|(.., score)| inside(*score)).skip(skip).take(take), args.flag(5))
        }
        _ => return Ok(None),
    }))
}

fn write(members: &mut Members, args: &Args) -> Result<Value, String> {
    let remove = |members: &mut Members, gone: Vec<String>| {
        for text in &gone {
            members.remove(text);
        }
        Ok(Value::Int(gone.len() as i64))
    };
    match args.call.method.as_str() {
        "zadd" => add(members, args),
        "zincrby" => {
            let Ok(amount) = args.number(1) else {
                return Err(format!(
                    "zincrby(key, amount, member): the amount comes before the member, not {}",
                    args.value(1)
                ));
            };
            let text = args.member(args.value(2))?;
            let held = members.get(&text).map_or(0.0, |(_, score)| score.0);
            store(members, text, args.value(2), held + amount)
        }
        "zrem" => {
            let mut gone = Vec::new();
            for member in args.spread(1) {
                let text = args.member(&member)?;
                if members.contains_key(&text) && !gone.contains(&text) {
                    gone.push(text);
                }
            }
            remove(members, gone)
        }
        "zpopmin" | "zpopmax" => {
            let mut all = ordered(members);
            if args.call.method == "zpopmax" {
                all.reverse();
            }
            all.truncate(args.int(1)?.max(0) as usize);
            let popped = shown(all.iter(), true);
            let gone: Vec<String> = all.iter().map(|(text, ..)| (*text).to_owned()).collect();
            remove(members, gone)?;
            Ok(popped)
        }
        "zremrangebyscore" => {
            let inside = within(args, 1, 2)?;
            let gone = members.iter().filter(|(_, (_, score))| inside(score.0)).map(|(text, _)| text.clone());
            let gone = gone.collect();
            remove(members, gone)
        }
        _ => {
            let all = ordered(members);
            let gone = all[span(args.int(1)?, args.int(2)?, all.len())].iter();
            let gone = gone.map(|(text, ..)| (*text).to_owned()).collect();
            remove(members, gone)
        }
    }
}

fn store(members: &mut Members, text: String, member: &Value, score: f64) -> Result<Value, String> {
    if score.is_nan() {
        return Err("resulting score is not a number (NaN)".into());
    }
    // One zero, so that equal sets are equal states.
    let score = Float(score + 0.0);
    match members.get_mut(&text) {
        Some((_, held)) => *held = score,
        None => {
            members.insert(text, (member.clone(), score));
        }
    }
    Ok(Value::Float(score))
}

fn add(members: &mut Members, args: &Args) -> Result<Value, String> {
    let Value::Dict(pairs) = args.value(1) else {
        return Err(format!("zadd() takes a dict {{member: score}}, not {}", args.value(1)));
    };
    let (nx, xx, gt, lt, ch, incr) =
        (args.flag(2), args.flag(3), args.flag(4), args.flag(5), args.flag(6), args.flag(7));
    if (nx && (xx || gt || lt)) || (gt && lt) {
        return Err("zadd() takes one of nx and xx, and gt or lt only without nx".into());
    }
    if incr && pairs.len() != 1 {
        return Err("zadd() with incr takes one member".into());
    }
    let (mut added, mut changed) = (0, 0);
    for (member, score) in pairs {
        let (text, mut score) = (args.member(member)?, args.number_of(score)?);
        let held = members.get(&text).map(|(_, score)| score.0);
        if incr {
            score += held.unwrap_or(0.0);
        }
        let refused = match held {
            Some(held) => nx || (gt && score <= held) || (lt && score >= held),
            None => xx,
        };
        if refused {
            if incr {
                return Ok(Value::None);
            }
            continue;
        }
        added += i64::from(held.is_none());
        changed += i64::from(held.is_some_and(|held| held != score));
        let sum = store(members, text, member, score)?;
        if incr {
            return Ok(sum);
        }
    }
    Ok(Value::Int(if ch { added + changed } else { added }))
}
