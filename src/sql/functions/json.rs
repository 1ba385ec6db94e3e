//! JSON, arrays (which are kept as JSON) and ranges: what PostgreSQL and MySQL ask of them.

use rusqlite::Result;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};
use serde_json::{Map, Value as Json};

use super::arrays::count;
use super::text::{string, text_or_null};
use super::{BOTH, Entry, MYSQL, POSTGRES, array_of, refused};

/// An SQL value as JSON; text stands for itself.
pub(super) fn plain(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(i) => i.into(),
        ValueRef::Real(r) => r.into(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
    }
}

/// The JSON or array an argument is, by its text.
pub(super) fn parsed(ctx: &Context<'_>, at: usize) -> Result<Option<Json>> {
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
pub(super) fn sql(json: &Json) -> Sqlite {
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

pub(super) fn json(json: &Json) -> Result<Sqlite> {
    Ok(Sqlite::Text(json.to_string()))
}

pub(super) fn truth(value: bool) -> Result<Sqlite> {
    Ok(Sqlite::Integer(i64::from(value)))
}

pub(super) fn alike(a: &Json, b: &Json) -> bool {
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

pub(super) fn items(json: Json) -> Vec<Json> {
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

pub(super) fn names(json: Json) -> Vec<String> {
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
        Json::Object(map) if rest.is_empty() && (create || map.contains_key(key)) => {
            map.insert(key.clone(), new);
        }
        Json::Object(_) if rest.is_empty() => {}
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
pub(super) fn concat(ctx: &Context<'_>) -> Result<Sqlite> {
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

fn element(ctx: &Context<'_>) -> Json {
    let value = ctx.get_raw(1);
    match string(ctx, 0).unwrap_or_default().as_str() {
        "true" => true.into(),
        "false" => false.into(),
        "array" | "object" => serde_json::from_str(&string(ctx, 1).unwrap_or_default()).unwrap_or_default(),
        _ => plain(value),
    }
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
pub(super) fn of(ctx: &Context<'_>, f: impl FnOnce(Json) -> Sqlite) -> Result<Sqlite> {
    Ok(parsed(ctx, 0)?.map_or(Sqlite::Null, f))
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
    // One of `json_each`'s values, whose type it tells beside it.
    ("belt_element", 2, POSTGRES, |ctx| Ok(Sqlite::Text(element(ctx).to_string()))),
    ("belt_element_text", 2, POSTGRES, |ctx| match element(ctx) {
        Json::Null => Ok(Sqlite::Null),
        Json::String(text) => Ok(Sqlite::Text(text)),
        other => json(&other),
    }),
    ("json_unquote", 1, MYSQL, unquoted),
    ("json_keys", 1, MYSQL, |ctx| {
        of(ctx, |json| match json {
            Json::Object(map) => {
                Sqlite::Text(Json::Array(map.keys().map(|key| Json::from(key.as_str())).collect()).to_string())
            }
            _ => Sqlite::Null,
        })
    }),
    ("json_length", 1, MYSQL, |ctx| of(ctx, |json| length(&json))),
];
