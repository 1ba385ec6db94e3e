//! Arrays, which are kept as JSON, series and ranges.

use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};
use rusqlite::{Error, Result};
use serde_json::Value as Json;

use super::json::{alike, concat, items, json, names, of, parsed, plain, sql, truth};
use super::text::{integer, string, text_or_null};
use super::{Entry, POSTGRES, number, refused, seconds, whole};
use crate::sql::time;

/// Most items a series may have.
const MAX_ITEMS: usize = 20_000;

/// An array as its items, and one more value.
fn array(ctx: &Context<'_>, at: usize) -> Result<Option<Vec<Json>>> {
    Ok(parsed(ctx, at)?.map(items))
}

pub(super) fn count(length: usize) -> Sqlite {
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

/// `belt_range_of(value, whole)`: a range as it is stored, of one that is, or of text such as `[1,5)`.
fn range_of(ctx: &Context<'_>) -> Result<Sqlite> {
    let value = ctx.get_raw(0);
    let Some(text) = super::as_text(value) else {
        return if value == ValueRef::Null { Ok(Sqlite::Null) } else { Err(refused("a range", value)) };
    };
    let text = text.trim();
    if let Ok(Json::Array(items)) = serde_json::from_str::<Json>(text)
        && matches!(items.as_slice(), [_, _, Json::Bool(_)])
    {
        return Ok(Sqlite::Text(text.to_string()));
    }
    if text.eq_ignore_ascii_case("empty") {
        return json(&Json::Array(vec![0.into(), 0.into(), false.into()]));
    }
    let discrete: bool = ctx.get(1)?;
    let parsed = || -> Option<(Json, Json, bool)> {
        let open = text.starts_with('(');
        let inner = text.strip_prefix(['[', '('])?;
        let closed = inner.ends_with(']');
        let (low, high) = inner.strip_suffix([']', ')'])?.split_once(',')?;
        let end = |part: &str, outside: bool| -> Option<Json> {
            let part = part.trim().trim_matches('"');
            if part.is_empty() || part.eq_ignore_ascii_case("infinity") || part.eq_ignore_ascii_case("-infinity") {
                return Some(Json::Null);
            }
            let (point, unit) = match part.parse::<f64>() {
                Ok(number) => (number, 1.0),
                Err(_) => (crate::sql::time::parse_timestamp(part)?, 86_400.0),
            };
            Some((point + if discrete && outside { unit } else { 0.0 }).into())
        };
        Some((end(low, open)?, end(high, closed)?, closed && !discrete))
    };
    let (low, high, closed) = parsed().ok_or_else(|| refused("a range", value))?;
    if let (Some(a), Some(b)) = (low.as_f64(), high.as_f64())
        && a > b
    {
        return Err(refused("a range that ends after it begins", value));
    }
    json(&Json::Array(vec![low, high, closed.into()]))
}

/// `belt_range_end(range, 0 or 1)`
fn range_end(ctx: &Context<'_>) -> Result<Sqlite> {
    let at = usize::try_from(ctx.get::<i64>(1)?).unwrap_or(0);
    Ok(parsed(ctx, 0)?.and_then(|range| range.get(at).and_then(Json::as_f64)).map_or(Sqlite::Null, whole))
}

fn range_within(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(outer), Some(inner)) = (parsed(ctx, 0)?, parsed(ctx, 1)?) else {
        return Ok(Sqlite::Null);
    };
    let ((from, to, closed), (inner_from, inner_to, inner_closed)) = (ends(&outer), ends(&inner));
    truth(from <= inner_from && (inner_to < to || (inner_to <= to && (closed || !inner_closed))))
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

/// A changed array, null of null.
fn changed(ctx: &Context<'_>, at: usize, f: impl FnOnce(&mut Vec<Json>)) -> Result<Sqlite> {
    let mut items = array(ctx, at)?.unwrap_or_default();
    f(&mut items);
    json(&Json::Array(items))
}

pub(super) const ARRAYS: &[Entry] = &[
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
    // From one place to another, both counted from 1 and among them.
    ("belt_slice", 3, POSTGRES, |ctx| match super::json::parsed(ctx, 0)? {
        Some(serde_json::Value::Array(items)) => {
            let place = |at: Option<i64>, otherwise: usize| {
                at.map_or(otherwise, |at| usize::try_from(at).unwrap_or(0).min(items.len()))
            };
            let from = place(super::text::integer(ctx, 1), 1).max(1) - 1;
            let to = place(super::text::integer(ctx, 2), items.len());
            let part = items.get(from..to.max(from)).unwrap_or_default().to_vec();
            super::json::json(&serde_json::Value::Array(part))
        }
        _ => Ok(Sqlite::Null),
    }),
    // Arrays count from 1.
    ("belt_item", 2, POSTGRES, |ctx| {
        let at = integer(ctx, 1).and_then(|at| usize::try_from(at.checked_sub(1)?).ok());
        of(ctx, |json| at.and_then(|at| json.get(at).map(sql)).unwrap_or(Sqlite::Null))
    }),
    ("belt_zip", -1, POSTGRES, zip),
    ("belt_series", -1, POSTGRES, series),
    ("belt_range", 4, POSTGRES, range),
    ("belt_range_of", 2, POSTGRES, range_of),
    ("belt_range_end", 2, POSTGRES, range_end),
    ("belt_range_within", 2, POSTGRES, range_within),
    ("belt_ranges_overlap", 2, POSTGRES, ranges_overlap),
    ("belt_range_holds", 2, POSTGRES, range_holds),
];
