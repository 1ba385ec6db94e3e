//! What the learner's database computes in decimals, calendar months or not at all, where SQLite has floating point,
//! seconds and nulls.

use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};
use rusqlite::{Error, Result};
use serde_json::Value as Json;

use super::text::integer;
use super::{ANY, BOTH, Entry, POSTGRES, number, refused, seconds, whole};
use crate::sql::time;

/// What is the same in decimals: doubles hold some fifteen digits of it.
fn exact(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// Rounded half away from zero, by the digits as they are written.
pub(super) fn rounded(number: f64, scale: i32) -> f64 {
    if !number.is_finite() {
        return number;
    }
    let Ok(scale) = usize::try_from(scale) else {
        let factor = 10f64.powi(scale.clamp(-300, 0));
        return (number * factor).round() / factor;
    };
    let text = format!("{}", exact(number));
    let Some(point) = text.find('.') else { return number };
    let (kept, rest) = text.split_at((point + 1 + scale).min(text.len()));
    if !rest.starts_with(|c: char| ('5'..='9').contains(&c)) {
        return kept.trim_end_matches('.').parse().unwrap_or(number);
    }
    // One more in the last digit that is kept.
    let mut digits: Vec<u8> = kept.trim_end_matches('.').bytes().collect();
    for digit in digits.iter_mut().rev() {
        match digit {
            b'9' => *digit = b'0',
            b'0'..=b'8' => {
                *digit += 1;
                return String::from_utf8(digits).ok().and_then(|text| text.parse().ok()).unwrap_or(number);
            }
            _ => {}
        }
    }
    let sign = if number < 0.0 { "-1" } else { "1" };
    let carried: String = String::from_utf8_lossy(&digits).trim_start_matches('-').into();
    format!("{sign}{carried}").parse().unwrap_or(number)
}

/// Digits after the point of a number as it is written.
fn scale(value: ValueRef<'_>) -> i32 {
    match number(value) {
        Some(real) if matches!(value, ValueRef::Real(_)) => {
            let text = format!("{}", exact(real));
            text.split_once('.').and_then(|(_, digits)| i32::try_from(digits.len()).ok()).unwrap_or(0)
        }
        _ => 0,
    }
}

/// Arithmetic with decimals, which have as many digits as they are written with.
fn decimal(
    ctx: &Context<'_>,
    whole_numbers: fn(i64, i64) -> Option<i64>,
    reals: fn(f64, f64) -> f64,
    digits: fn(i32, i32) -> i32,
) -> Result<Sqlite> {
    let (a, b) = (ctx.get_raw(0), ctx.get_raw(1));
    if a == ValueRef::Null || b == ValueRef::Null {
        return Ok(Sqlite::Null);
    }
    if let (ValueRef::Integer(a), ValueRef::Integer(b)) = (a, b)
        && let Some(answer) = whole_numbers(a, b)
    {
        return Ok(Sqlite::Integer(answer));
    }
    let (Some(x), Some(y)) = (number(a), number(b)) else {
        return Err(refused("a number", if number(a).is_none() { a } else { b }));
    };
    let answer = reals(x, y);
    Ok(if answer.is_finite() { whole(rounded(answer, digits(scale(a), scale(b)).min(15))) } else { Sqlite::Null })
}

fn round(ctx: &Context<'_>) -> Result<Sqlite> {
    let value = ctx.get_raw(0);
    let scale = if ctx.len() > 1 { integer(ctx, 1) } else { Some(0) };
    let (Some(scale), false) = (scale, value == ValueRef::Null) else { return Ok(Sqlite::Null) };
    let scale = i32::try_from(scale.clamp(-300, 300)).unwrap_or(0);
    match value {
        ValueRef::Integer(i) if scale >= 0 => Ok(Sqlite::Integer(i)),
        value => Ok(whole(rounded(number(value).ok_or_else(|| refused("a number", value))?, scale))),
    }
}

/// A time moved by calendar months, to the last day where the month has no such day, and then by seconds.
#[expect(clippy::cast_possible_truncation, reason = "months of a few thousand years")]
#[expect(clippy::cast_precision_loss, reason = "months of a few thousand years")]
fn months(ctx: &Context<'_>) -> Result<Sqlite> {
    let value = ctx.get_raw(0);
    if [value, ctx.get_raw(1), ctx.get_raw(2)].contains(&ValueRef::Null) {
        return Ok(Sqlite::Null);
    }
    let at = seconds(value).ok_or_else(|| refused("a time", value))?;
    let by = number(ctx.get_raw(1)).ok_or_else(|| refused("a number of months", ctx.get_raw(1)))?;
    let more = number(ctx.get_raw(2)).unwrap_or(0.0);
    if !at.is_finite() {
        return Ok(Sqlite::Real(at));
    }
    let by = by.clamp(-60_000.0, 60_000.0);
    let (year, month, day, of_day) = time::civil(at);
    let all = year * 12 + (month - 1) + by.trunc() as i64;
    let (year, month) = (all.div_euclid(12), all.rem_euclid(12) + 1);
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let first = time::from_civil(year, month, 1, 0.0);
    let length = (time::from_civil(next.0, next.1, 1, 0.0) - first) / 86_400.0;
    let day = (day as f64).min(length);
    Ok(Sqlite::Real(first + (day - 1.0) * 86_400.0 + of_day + by.fract() * 30.0 * 86_400.0 + more))
}

/// A field of a length of time, which is told in days, hours, minutes and seconds.
fn span(ctx: &Context<'_>) -> Result<Sqlite> {
    let field: String = ctx.get::<String>(0)?.to_ascii_lowercase();
    let value = ctx.get_raw(1);
    if value == ValueRef::Null {
        return Ok(Sqlite::Null);
    }
    let length = number(value).ok_or_else(|| refused("a length of time", value))?;
    Ok(whole(match field.trim_end_matches('s') {
        "epoch" => length,
        "day" => (length / 86_400.0).trunc(),
        "hour" => (length % 86_400.0 / 3_600.0).trunc(),
        "minute" => (length % 3_600.0 / 60.0).trunc(),
        "second" => length % 60.0,
        "millisecond" => length % 60.0 * 1e3,
        "microsecond" => length % 60.0 * 1e6,
        _ => 0.0,
    }))
}

/// JSON in one form, so that what says the same is equal: keys in order, numbers without a needless point.
fn one_form(json: Json) -> Json {
    match json {
        Json::Number(number) => match whole(number.as_f64().unwrap_or_default()) {
            Sqlite::Integer(i) if !number.is_i64() => i.into(),
            _ => Json::Number(number),
        },
        Json::Array(items) => Json::Array(items.into_iter().map(one_form).collect()),
        Json::Object(map) => {
            let mut pairs: Vec<(String, Json)> = map.into_iter().map(|(key, value)| (key, one_form(value))).collect();
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            Json::Object(pairs.into_iter().collect())
        }
        other => other,
    }
}

fn fails(message: &str) -> Error {
    Error::UserFunctionError(message.into())
}

pub(super) const EXACT: &[Entry] = &[
    ("belt_exact", 1, BOTH, |ctx| match ctx.get_raw(0) {
        ValueRef::Real(r) => Ok(whole(exact(r))),
        value => Ok(Sqlite::try_from(value).unwrap_or(Sqlite::Null)),
    }),
    ("belt_add", 2, BOTH, |ctx| decimal(ctx, i64::checked_add, |a, b| a + b, Ord::max)),
    ("belt_sub", 2, BOTH, |ctx| decimal(ctx, i64::checked_sub, |a, b| a - b, Ord::max)),
    ("belt_mul", 2, BOTH, |ctx| decimal(ctx, i64::checked_mul, |a, b| a * b, |a, b| a + b)),
    ("belt_mod", 2, BOTH, |ctx| decimal(ctx, i64::checked_rem, |a, b| a % b, Ord::max)),
    ("round", 1, BOTH, round),
    ("round", 2, BOTH, round),
    // What is stored in a column of whole numbers is rounded to one.
    ("belt_whole", 1, BOTH, |ctx| match ctx.get_raw(0) {
        ValueRef::Real(r) => Ok(whole(rounded(r, 0))),
        value => Ok(Sqlite::try_from(value).unwrap_or(Sqlite::Null)),
    }),
    ("belt_divisor", 1, POSTGRES, |ctx| match ctx.get_raw(0) {
        ValueRef::Integer(0) | ValueRef::Real(0.0) => Err(fails(&format!("{}division by zero", super::TYPE_ERROR))),
        value => Ok(Sqlite::try_from(value).unwrap_or(Sqlite::Null)),
    }),
    ("belt_many", 0, BOTH, |_| Err(fails("a subquery that stands for one value answers more than one row"))),
    ("belt_months", 3, BOTH, months),
    ("belt_span", 2, ANY, span),
    ("belt_jsonb", 1, POSTGRES, |ctx| match super::json::parsed(ctx, 0)? {
        Some(json) => super::json::json(&one_form(json)),
        None => Ok(Sqlite::Null),
    }),
];
