//! JSON, arrays (which are kept as JSON) and ranges: what PostgreSQL and MySQL ask of them.

use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};
use rusqlite::{Error, Result};
use serde_json::{Map, Value as Json};

use super::text::{integer, string, text_or_null};
use super::{BOTH, Entry, MYSQL, POSTGRES, array_of, number, refused, seconds, whole};
use crate::sql::time;

/// Most items a series may have.
const MAX_ITEMS: usize = 20_000;

/// An SQL value as JSON; text stands for itself.
fn plain(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(i) => i.into(),
        ValueRef::Real(r) => r.into(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
    }
}

/// The JSON or array an argument is, by its text.
fn parsed(ctx: &Context<'_>, at: usize) -> Result<Option<Json>> {
    let value = ctx.get_raw(at);
    let ValueRef::Text(_) = value else {
        return Ok(match value {
            ValueRef::Null => None,
            value => Some(plain(value)),
        });
    };
    let text = string(ctx, at).unwrap_or_default();
    let array = || match array_of(value) {
        Some(Sqlite::Text(text)) => serde_json::from_str(&text).ok(),
        _ => None,
    };
    let json = serde_json::from_str(&text).ok().or_else(array);
    json.map(Some).ok_or_else(|| refused("JSON or an array", value))
}

/// JSON as SQL: text, numbers, and what has parts as JSON text.
fn sql(json: &Json) -> Sqlite {
    match json {
        Json::Null => Sqlite::Null,
        Json::Bool(b) => Sqlite::Integer(i64::from(*b)),
        Json::Number(number) => match number.as_i64() {
            Some(i) => Sqlite::Integer(i),
            None => Sqlite::Real(number.as_f64().unwrap_or(0.0)),
        },
        Json::String(text) => Sqlite::Text(text.clone()),
        other => Sqlite::Text(other.to_string()),
    }
}

fn json(json: &Json) -> Result<Sqlite> {
    Ok(Sqlite::Text(json.to_string()))
}

fn truth(value: bool) -> Result<Sqlite> {
    Ok(Sqlite::Integer(i64::from(value)))
}

fn alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// PostgreSQL's `@>`.
fn contains(a: &Json, b: &Json, top: bool) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            b.iter().all(|(key, value)| a.get(key).is_some_and(|known| contains(known, value, false)))
        }
        (Json::Array(a), Json::Array(b)) => b.iter().all(|wanted| a.iter().any(|known| contains(known, wanted, false))),
        // An empty array is written like an empty object.
        (Json::Array(_), Json::Object(b)) if b.is_empty() && top => true,
        (Json::Array(a), b) if top => a.iter().any(|known| alike(known, b)),
        (a, b) => alike(a, b),
    }
}

fn items(json: Json) -> Vec<Json> {
    match json {
        Json::Array(items) => items,
        Json::Object(map) if map.is_empty() => Vec::new(),
        other => vec![other],
    }
}

fn overlap(ctx: &Context<'_>) -> Result<Sqlite> {
    match (parsed(ctx, 0)?, parsed(ctx, 1)?) {
        (Some(a), Some(b)) => {
            let b = items(b);
            truth(items(a).iter().any(|a| b.iter().any(|b| alike(a, b))))
        }
        _ => Ok(Sqlite::Null),
    }
}

fn has(json: &Json, key: &str) -> bool {
    match json {
        Json::Object(map) => map.contains_key(key),
        Json::Array(items) => items.iter().any(|item| item == key),
        other => other == key,
    }
}

fn names(json: Json) -> Vec<String> {
    items(json).into_iter().map(|item| item.as_str().map_or_else(|| item.to_string(), ToString::to_string)).collect()
}

fn has_keys(ctx: &Context<'_>, all: bool) -> Result<Sqlite> {
    match (parsed(ctx, 0)?, parsed(ctx, 1)?) {
        (Some(json), Some(keys)) => {
            let keys = names(keys);
            truth(if all { keys.iter().all(|key| has(&json, key)) } else { keys.iter().any(|key| has(&json, key)) })
        }
        _ => Ok(Sqlite::Null),
    }
}

/// The place in an array; negative places count from its end.
fn place(length: usize, at: i64) -> Option<usize> {
    match usize::try_from(at) {
        Ok(at) => Some(at),
        Err(_) => length.checked_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX)),
    }
}

fn step<'a>(json: &'a Json, key: &str) -> Option<&'a Json> {
    match json {
        Json::Object(map) => map.get(key),
        Json::Array(items) => items.get(place(items.len(), key.parse().ok()?)?),
        _ => None,
    }
}

fn at_path(ctx: &Context<'_>, as_text: bool) -> Result<Sqlite> {
    let (Some(json), Some(path)) = (parsed(ctx, 0)?, parsed(ctx, 1)?) else {
        return Ok(Sqlite::Null);
    };
    let found = names(path).iter().try_fold(&json, |json, key| step(json, key)).cloned();
    Ok(match found {
        None => Sqlite::Null,
        Some(Json::Null) if as_text => Sqlite::Null,
        Some(Json::Bool(b)) if as_text => Sqlite::Text(b.to_string()),
        Some(Json::String(text)) if as_text => Sqlite::Text(text),
        Some(other) => Sqlite::Text(other.to_string()),
    })
}

fn set(json: &mut Json, path: &[String], new: Json, create: bool) {
    let Some((key, rest)) = path.split_first() else {
        *json = new;
        return;
    };
    match json {
        Json::Object(map) if rest.is_empty() => {
            if create || map.contains_key(key) {
                map.insert(key.clone(), new);
            }
        }
        Json::Object(map) => {
            if let Some(inner) = map.get_mut(key) {
                set(inner, rest, new, create);
            }
        }
        Json::Array(items) => {
            let Some(at) = key.parse().ok().and_then(|at| place(items.len(), at)) else {
                return;
            };
            match items.get_mut(at) {
                Some(inner) => set(inner, rest, new, create),
                None if rest.is_empty() && create => items.push(new),
                None => {}
            }
        }
        _ => {}
    }
}

fn jsonb_set(ctx: &Context<'_>) -> Result<Sqlite> {
    let create = ctx.len() < 4 || ctx.get::<bool>(3)?;
    let (Some(mut target), Some(path), Some(new)) = (parsed(ctx, 0)?, parsed(ctx, 1)?, parsed(ctx, 2)?) else {
        return Ok(Sqlite::Null);
    };
    set(&mut target, &names(path), new, create);
    json(&target)
}

/// `||` of JSON and of arrays; what is no array is one item.
fn concat(ctx: &Context<'_>) -> Result<Sqlite> {
    let side = |at: usize| match parsed(ctx, at) {
        // The text of one item.
        Err(_) => Ok(Some(plain(ctx.get_raw(at)))),
        other => other,
    };
    match (side(0)?, side(1)?) {
        (Some(Json::Object(mut a)), Some(Json::Object(b))) => {
            a.extend(b);
            json(&Json::Object(a))
        }
        (Some(Json::Array(mut a)), Some(b)) => {
            a.extend(items(b));
            json(&Json::Array(a))
        }
        (Some(a), Some(Json::Array(b))) => {
            let mut all = items(a);
            all.extend(b);
            json(&Json::Array(all))
        }
        (Some(a), Some(b)) => json(&Json::Array(vec![a, b])),
        _ => Ok(Sqlite::Null),
    }
}

fn minus(ctx: &Context<'_>) -> Result<Sqlite> {
    let Some(mut target) = parsed(ctx, 0)? else {
        return Ok(Sqlite::Null);
    };
    let keys = match ctx.get_raw(1) {
        ValueRef::Null => return Ok(Sqlite::Null),
        value => match array_of(value) {
            Some(_) => parsed(ctx, 1)?.map(names).unwrap_or_default(),
            None => vec![string(ctx, 1).unwrap_or_default()],
        },
    };
    match &mut target {
        Json::Object(map) => map.retain(|key, _| !keys.contains(key)),
        Json::Array(list) => match ctx.get_raw(1) {
            ValueRef::Integer(at) => {
                if let Some(at) = place(list.len(), at).filter(|at| *at < list.len()) {
                    list.remove(at);
                }
            }
            _ => list.retain(|item| item.as_str().is_none_or(|text| !keys.iter().any(|key| key == text))),
        },
        _ => {}
    }
    json(&target)
}

/// An array as its items, and one more value.
fn array(ctx: &Context<'_>, at: usize) -> Result<Option<Vec<Json>>> {
    Ok(parsed(ctx, at)?.map(items))
}

fn count(length: usize) -> Sqlite {
    Sqlite::Integer(i64::try_from(length).unwrap_or(i64::MAX))
}

fn array_position(ctx: &Context<'_>) -> Result<Sqlite> {
    let wanted = plain(ctx.get_raw(1));
    let at = array(ctx, 0)?.and_then(|items| items.iter().position(|item| alike(item, &wanted)));
    Ok(at.map_or(Sqlite::Null, |at| count(at + 1)))
}

fn array_to_string(ctx: &Context<'_>) -> Result<Sqlite> {
    let by = string(ctx, 1);
    let items = array(ctx, 0)?.map(|items| items.into_iter().filter(|item| !item.is_null()).collect::<Vec<_>>());
    text_or_null(items.zip(by).map(|(items, by)| names(Json::Array(items)).join(&by)))
}

fn string_to_array(ctx: &Context<'_>) -> Result<Sqlite> {
    match (string(ctx, 0), string(ctx, 1)) {
        (Some(text), _) if text.is_empty() => json(&Json::Array(Vec::new())),
        (Some(text), Some(by)) => json(&text.split(by.as_str()).map(Json::from).collect()),
        _ => Ok(Sqlite::Null),
    }
}

fn element(ctx: &Context<'_>) -> Json {
    let value = ctx.get_raw(1);
    match string(ctx, 0).unwrap_or_default().as_str() {
        "true" => true.into(),
        "false" => false.into(),
        "array" | "object" => serde_json::from_str(&string(ctx, 1).unwrap_or_default()).unwrap_or_default(),
        _ => plain(value),
    }
}

/// Several arrays side by side, as `unnest` has them: the shorter ones end in nulls.
fn zip(ctx: &Context<'_>) -> Result<Sqlite> {
    let mut arrays = Vec::new();
    for at in 0..ctx.len() {
        arrays.push(array(ctx, at)?.unwrap_or_default());
    }
    let longest = arrays.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| -> Json { arrays.iter().map(|items| items.get(at).cloned().unwrap_or_default()).collect() };
    json(&(0..longest).map(row).collect())
}

/// `generate_series`: whole numbers, or times with an interval between them.
fn series(ctx: &Context<'_>) -> Result<Sqlite> {
    let point = |at: usize| match ctx.get_raw(at) {
        ValueRef::Integer(i) => Some(Sqlite::Integer(i)),
        ValueRef::Null => None,
        value => seconds(value).map(Sqlite::Real),
    };
    let by = match (ctx.len() > 2).then(|| ctx.get_raw(2)) {
        None => Some(1.0),
        Some(value) => match string(ctx, 2).filter(|_| number(value).is_none()) {
            Some(text) => time::parse_interval(&text),
            None => number(value),
        },
    };
    let (Some(from), Some(to), Some(by)) = (point(0), point(1), by) else {
        return Ok(Sqlite::Text("[]".into()));
    };
    let (number, end) = match (&from, &to) {
        #[expect(clippy::cast_precision_loss, reason = "series are short")]
        (Sqlite::Integer(from), Sqlite::Integer(to)) => (*from as f64, *to as f64),
        (Sqlite::Real(from), Sqlite::Real(to)) => (*from, *to),
        _ => return Err(refused("an end of the kind the beginning is", ctx.get_raw(1))),
    };
    if by == 0.0 {
        return Err(refused("a step that leads anywhere", ctx.get_raw(2)));
    }
    let mut items = Vec::new();
    let mut at = 0.0;
    loop {
        let item = number + at * by;
        if (by > 0.0 && item > end) || (by < 0.0 && item < end) {
            return json(&Json::Array(items));
        }
        if items.len() == MAX_ITEMS {
            let message = format!("{}a series of more than {MAX_ITEMS} items", super::CANNOT_RUN);
            return Err(Error::UserFunctionError(message.into()));
        }
        items.push(match (&from, whole(item)) {
            (Sqlite::Integer(_), Sqlite::Integer(i)) => i.into(),
            _ => item.into(),
        });
        at += 1.0;
    }
}

/// `belt_range(lower, upper, bounds, whole)`: the range as two numbers, without its upper end.
fn range(ctx: &Context<'_>) -> Result<Sqlite> {
    let bounds = string(ctx, 2).unwrap_or_default();
    let days: bool = ctx.get(3)?;
    let end = |at: usize, outside: bool| -> Result<Json> {
        let value = ctx.get_raw(at);
        if value == ValueRef::Null {
            return Ok(Json::Null);
        }
        let point = seconds(value).ok_or_else(|| refused("a time", value))?;
        let unit = match value {
            ValueRef::Text(_) => 86_400.0,
            _ => 1.0,
        };
        Ok((point + if days && outside { unit } else { 0.0 }).into())
    };
    // Of days and whole numbers the next one is the same bound.
    let (lower, upper) = (end(0, bounds.starts_with('('))?, end(1, bounds.ends_with(']'))?);
    if let (Some(a), Some(b)) = (lower.as_f64(), upper.as_f64())
        && a > b
    {
        return Err(refused("above the lower bound of its range", ctx.get_raw(1)));
    }
    let closed = !days && bounds.ends_with(']');
    json(&Json::Array(vec![lower, upper, closed.into()]))
}

fn ends(json: &Json) -> (f64, f64, bool) {
    let end = |at: usize, none: f64| json.get(at).and_then(Json::as_f64).unwrap_or(none);
    (end(0, f64::NEG_INFINITY), end(1, f64::INFINITY), json.get(2).is_some_and(|closed| *closed == true))
}

fn ranges_overlap(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(a), Some(b)) = (parsed(ctx, 0)?, parsed(ctx, 1)?) else {
        return Ok(Sqlite::Null);
    };
    let before = |from: f64, to: f64, closed: bool| from < to || (closed && from <= to);
    let ((a, a_end, a_closed), (b, b_end, b_closed)) = (ends(&a), ends(&b));
    let empty = |from: f64, to: f64, closed: bool| !closed && from >= to;
    truth(
        before(a, b_end, b_closed)
            && before(b, a_end, a_closed)
            && !empty(a, a_end, a_closed)
            && !empty(b, b_end, b_closed),
    )
}

fn range_holds(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(range), Some(point)) = (parsed(ctx, 0)?, seconds(ctx.get_raw(1))) else {
        return Ok(Sqlite::Null);
    };
    let (from, to, closed) = ends(&range);
    truth(from <= point && (point < to || (closed && point <= to)))
}

fn unquoted(ctx: &Context<'_>) -> Result<Sqlite> {
    let text = string(ctx, 0);
    let inner = |text: String| match serde_json::from_str(&text) {
        Ok(Json::String(inner)) => inner,
        _ => text,
    };
    text_or_null(text.map(inner))
}

fn length(json: &Json) -> Sqlite {
    match json {
        Json::Array(items) => count(items.len()),
        Json::Object(map) => count(map.len()),
        _ => Sqlite::Integer(1),
    }
}

fn without_nulls(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let kept = map.into_iter().filter(|(_, value)| !value.is_null());
            Json::Object(kept.map(|(key, value)| (key, without_nulls(value))).collect::<Map<_, _>>())
        }
        Json::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// A function of one JSON value, null of null.
fn of(ctx: &Context<'_>, f: impl FnOnce(Json) -> Sqlite) -> Result<Sqlite> {
    Ok(parsed(ctx, 0)?.map_or(Sqlite::Null, f))
}

/// A changed array, null of null.
fn changed(ctx: &Context<'_>, at: usize, f: impl FnOnce(&mut Vec<Json>)) -> Result<Sqlite> {
    let mut items = array(ctx, at)?.unwrap_or_default();
    f(&mut items);
    json(&Json::Array(items))
}

pub(super) const JSON: &[Entry] = &[
    ("belt_contains", 2, BOTH, |ctx| match (parsed(ctx, 0)?, parsed(ctx, 1)?) {
        (Some(a), Some(b)) => truth(contains(&a, &b, true)),
        _ => Ok(Sqlite::Null),
    }),
    ("belt_overlap", 2, POSTGRES, overlap),
    ("belt_has_key", 2, POSTGRES, |ctx| match (parsed(ctx, 0)?, string(ctx, 1)) {
        (Some(json), Some(key)) => truth(has(&json, &key)),
        _ => Ok(Sqlite::Null),
    }),
    ("belt_has_any", 2, POSTGRES, |ctx| has_keys(ctx, false)),
    ("belt_has_all", 2, POSTGRES, |ctx| has_keys(ctx, true)),
    ("belt_at_path", 2, POSTGRES, |ctx| at_path(ctx, false)),
    ("belt_at_path_text", 2, POSTGRES, |ctx| at_path(ctx, true)),
    ("jsonb_set", -1, POSTGRES, jsonb_set),
    ("belt_json_concat", 2, POSTGRES, concat),
    ("belt_json_minus", 2, POSTGRES, minus),
    ("jsonb_strip_nulls", 1, POSTGRES, |ctx| of(ctx, |json| Sqlite::Text(without_nulls(json).to_string()))),
    ("jsonb_typeof", 1, POSTGRES, |ctx| of(ctx, |json| Sqlite::Text(kind(&json).into()))),
    ("json_typeof", 1, POSTGRES, |ctx| of(ctx, |json| Sqlite::Text(kind(&json).into()))),
    ("jsonb_array_length", 1, POSTGRES, |ctx| of(ctx, |json| length(&json))),
    ("array_length", 2, POSTGRES, |ctx| {
        of(ctx, |json| match items(json).len() {
            0 => Sqlite::Null,
            length => count(length),
        })
    }),
    ("cardinality", 1, POSTGRES, |ctx| of(ctx, |json| count(items(json).len()))),
    ("array_append", 2, POSTGRES, |ctx| changed(ctx, 0, |items| items.push(plain(ctx.get_raw(1))))),
    ("array_prepend", 2, POSTGRES, |ctx| changed(ctx, 1, |items| items.insert(0, plain(ctx.get_raw(0))))),
    ("array_cat", 2, POSTGRES, concat),
    ("array_remove", 2, POSTGRES, |ctx| {
        let gone = plain(ctx.get_raw(1));
        changed(ctx, 0, |items| items.retain(|item| !alike(item, &gone)))
    }),
    ("array_position", 2, POSTGRES, array_position),
    ("array_to_string", 2, POSTGRES, array_to_string),
    ("string_to_array", 2, POSTGRES, string_to_array),
    // Arrays count from 1.
    ("belt_item", 2, POSTGRES, |ctx| {
        let at = integer(ctx, 1).and_then(|at| usize::try_from(at.checked_sub(1)?).ok());
        of(ctx, |json| at.and_then(|at| json.get(at).map(sql)).unwrap_or(Sqlite::Null))
    }),
    // One of `json_each`'s values, whose type it tells beside it.
    ("belt_element", 2, POSTGRES, |ctx| Ok(Sqlite::Text(element(ctx).to_string()))),
    ("belt_element_text", 2, POSTGRES, |ctx| match element(ctx) {
        Json::Null => Ok(Sqlite::Null),
        Json::String(text) => Ok(Sqlite::Text(text)),
        other => json(&other),
    }),
    ("belt_zip", -1, POSTGRES, zip),
    ("belt_series", -1, POSTGRES, series),
    ("belt_range", 4, POSTGRES, range),
    ("belt_ranges_overlap", 2, POSTGRES, ranges_overlap),
    ("belt_range_holds", 2, POSTGRES, range_holds),
    ("json_unquote", 1, MYSQL, unquoted),
    ("json_length", 1, MYSQL, |ctx| of(ctx, |json| length(&json))),
];
