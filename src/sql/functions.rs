//! SQL functions that SQLite lacks or has differently, registered on every connection under names of belt's own.

mod aggregates;
mod arrays;
mod chance;
mod dates;
mod exact;
mod fields;
mod json;
mod kept;
mod math;
mod orders;
mod pattern;
mod text;
mod written;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value as Sqlite, ValueRef};
use rusqlite::{Connection, Error, Result};

use super::model::Schema;
use super::{Dialect, time};

/// What functions read and count; part of the database's state.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Seconds on the simulated clock; an argument of each statement rather than state.
    pub(super) now_s: f64,
    pub(super) sequences: Vec<i64>,
    pub(super) uuids: u64,
    pub(super) randoms: u64,
    /// What the connection that runs the statement was given before; an argument of each statement rather than state.
    pub(super) given: Given,
    /// The first and the latest number the statement made for a row.
    pub(super) made: Option<(i64, i64)>,
    /// Whether the statement made a row.
    pub(super) inserted: bool,
    /// Whether the latest row that changed was a new one.
    pub(super) fresh: bool,
    /// Rows that the parts of a statement answered; empty between statements.
    pub(super) kept: Vec<Vec<Vec<Sqlite>>>,
    /// Rows the statement found and changed where it might have made new ones.
    pub(super) changed_again: u64,
    /// Rows the statement took away.
    pub(super) gone: u64,
    /// What triggers remember while a statement runs: how many are at work, and what each has seen.
    pub(super) quiet: i64,
    pub(super) depth: i64,
    pub(super) remembered: BTreeMap<(i64, String), Sqlite>,
}

/// The numbers one connection was given: what `lastval()`, `currval()`, `LAST_INSERT_ID()` and `last_insert_rowid()`
/// answer there, and nowhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Given {
    pub(super) last: Option<i64>,
    /// Generator and its latest number, PostgreSQL's only.
    pub(super) sequences: Vec<(usize, i64)>,
}

pub(super) type Shared = Arc<Mutex<State>>;

pub(super) fn with<T>(state: &Shared, f: impl FnOnce(&mut State) -> T) -> T {
    f(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Dialects that have a function.
const POSTGRES: u8 = 1;
const MYSQL: u8 = 2;
const SQLITE: u8 = 4;
const BOTH: u8 = POSTGRES | MYSQL;
const ANY: u8 = BOTH | SQLITE;

/// Name, number of arguments (-1: any), the dialects that have it.
type Entry = (&'static str, i32, u8, Function);

/// Marks what belt, and not the learner, falls short of.
pub(super) const CANNOT_RUN: &str = "belt cannot run: ";

/// Marks an error of type among the messages of the engine.
pub(super) const TYPE_ERROR: &str = "belt type error: ";

fn refused(kind: &str, value: ValueRef<'_>) -> Error {
    let shown = match value {
        ValueRef::Null => "null".to_string(),
        ValueRef::Integer(i) => i.to_string(),
        ValueRef::Real(r) => r.to_string(),
        ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text).chars().take(60).collect::<String>()),
        ValueRef::Blob(_) => "bytes".to_string(),
    };
    Error::UserFunctionError(format!("{TYPE_ERROR}{shown} is not {kind}").into())
}

fn as_text(value: ValueRef<'_>) -> Option<&str> {
    value.as_str().ok()
}

fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "SQL arithmetic on reals does the same")]
        ValueRef::Integer(i) => Some(i as f64),
        ValueRef::Real(r) => Some(r),
        ValueRef::Text(_) => as_text(value)?.trim().parse::<f64>().ok().filter(|n| n.is_finite()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

fn seconds(value: ValueRef<'_>) -> Option<f64> {
    match as_text(value) {
        Some(text) => time::parse_timestamp(text),
        None => number(value),
    }
}

type Function = fn(&Context<'_>) -> Result<Sqlite>;

/// A conversion of the first argument, null to null.
fn convert(ctx: &Context<'_>, kind: &str, f: impl FnOnce(ValueRef<'_>) -> Option<Sqlite>) -> Result<Sqlite> {
    let value = ctx.get_raw(0);
    if value == ValueRef::Null {
        return Ok(Sqlite::Null);
    }
    f(value).ok_or_else(|| refused(kind, value))
}

fn bool_of(value: ValueRef<'_>) -> Option<Sqlite> {
    let truth = match value {
        ValueRef::Integer(i @ (0 | 1)) => i == 1,
        ValueRef::Text(_) => match as_text(value)?.trim().to_ascii_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "on" | "1" => true,
            "f" | "false" | "n" | "no" | "off" | "0" => false,
            _ => return None,
        },
        _ => return None,
    };
    Some(Sqlite::Integer(i64::from(truth)))
}

fn uuid_of(value: ValueRef<'_>) -> Option<Sqlite> {
    let plain =
        as_text(value)?.trim().trim_start_matches('{').trim_end_matches('}').replace('-', "").to_ascii_lowercase();
    (plain.len() == 32 && plain.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Sqlite::Text(hyphenated(&plain)))
}

fn hyphenated(hex: &str) -> String {
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn array_of(value: ValueRef<'_>) -> Option<Sqlite> {
    let text = as_text(value)?.trim();
    if text.starts_with('[') {
        return serde_json::from_str::<Vec<serde_json::Value>>(text).ok().map(|_| Sqlite::Text(text.to_string()));
    }
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let items: Vec<serde_json::Value> = inner
        .split(',')
        .filter(|item| !item.trim().is_empty())
        .map(|item| {
            let item = item.trim().trim_matches('"');
            item.parse::<i64>().map_or_else(|_| item.into(), Into::into)
        })
        .collect();
    Some(Sqlite::Text(serde_json::Value::Array(items).to_string()))
}

fn numeric_of(ctx: &Context<'_>) -> Result<Sqlite> {
    let precision: u32 = ctx.get(1)?;
    let scale: i32 = ctx.get(2)?;
    let value = ctx.get_raw(0);
    if let (ValueRef::Integer(i), true) = (value, precision == 0) {
        return Ok(Sqlite::Integer(i));
    }
    convert(ctx, "a number", |value| {
        let number = number(value)?;
        Some(Sqlite::Real(exact::rounded(number, scale)))
    })
    .and_then(|converted| match converted {
        #[expect(clippy::cast_possible_wrap, reason = "precision is at most a few hundred")]
        Sqlite::Real(r) if precision > 0 && r.abs() >= 10f64.powi(precision as i32 - scale) => {
            Err(refused(&format!("small enough for {precision} digits, {scale} of them after the point"), value))
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        Sqlite::Real(r) if r.fract() == 0.0 && r.abs() < 9.0e15 => Ok(Sqlite::Integer(r as i64)),
        other => Ok(other),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
fn whole(number: f64) -> Sqlite {
    if number.fract() == 0.0 && number.abs() < 9.0e15 { Sqlite::Integer(number as i64) } else { Sqlite::Real(number) }
}

const PURE: &[(&str, i32, Function)] = &[
    ("belt_bool", 1, |ctx| convert(ctx, "a boolean", bool_of)),
    ("belt_ts", 1, |ctx| convert(ctx, "a timestamp", |value| seconds(value).map(Sqlite::Real))),
    ("belt_date", 1, |ctx| convert(ctx, "a date", |value| seconds(value).map(|s| Sqlite::Text(time::format_date(s))))),
    ("belt_time", 1, |ctx| {
        convert(ctx, "a time of day", |value| {
            let of_day = match as_text(value) {
                Some(text) => time::parse_time_of_day(text.trim_end_matches('Z'))
                    .or_else(|| time::parse_timestamp(text).map(|s| s.rem_euclid(86_400.0)))?,
                None => number(value)?.rem_euclid(86_400.0),
            };
            Some(Sqlite::Text(time::format_time(of_day)))
        })
    }),
    ("belt_interval", 1, |ctx| {
        convert(ctx, "an interval", |value| match as_text(value) {
            Some(text) => time::parse_interval(text).map(Sqlite::Real),
            None => number(value).map(Sqlite::Real),
        })
    }),
    ("belt_uuid", 1, |ctx| convert(ctx, "a uuid", uuid_of)),
    ("belt_json", 1, |ctx| {
        convert(ctx, "JSON", |value| match value {
            ValueRef::Text(_) => as_text(value)
                .filter(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
                .map(|text| Sqlite::Text(text.to_string())),
            ValueRef::Integer(i) => Some(Sqlite::Text(i.to_string())),
            ValueRef::Real(r) => Some(Sqlite::Text(r.to_string())),
            _ => None,
        })
    }),
    ("belt_array", 1, |ctx| convert(ctx, "an array", array_of)),
    ("belt_num", 3, numeric_of),
    ("belt_int", 1, |ctx| {
        convert(ctx, "an integer", |value| match value {
            ValueRef::Integer(i) => Some(Sqlite::Integer(i)),
            ValueRef::Text(_) => as_text(value)?.trim().parse().ok().map(Sqlite::Integer),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be within 2^53")]
            ValueRef::Real(r) if r.abs() < 9.0e15 => Some(Sqlite::Integer(r.round() as i64)),
            _ => None,
        })
    }),
    ("belt_real", 1, |ctx| convert(ctx, "a number", |value| number(value).map(Sqlite::Real))),
    ("belt_ts_text", 1, |ctx| {
        convert(ctx, "a timestamp", |value| seconds(value).map(|s| Sqlite::Text(time::format_timestamp(s))))
    }),
    ("belt_extract", 2, fields::extract),
    ("belt_date_trunc", 2, fields::truncate),
];

/// Registers everything.
pub(super) fn register(connection: &Connection, state: &Shared, schema: &Schema) -> Result<()> {
    let sqlite = schema.dialect == Dialect::Sqlite;
    let postgres = schema.dialect == Dialect::PostgreSql;
    let steps: Arc<[i64]> = schema.sequences.iter().map(|sequence| sequence.step).collect();
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    for (name, arguments, function) in PURE {
        connection.create_scalar_function(*name, *arguments, pure, *function)?;
    }
    let mine = match schema.dialect {
        Dialect::PostgreSql => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
    };
    let tables = [exact::EXACT, text::TEXT, pattern::PATTERN, math::MATH, dates::DATES, json::JSON, arrays::ARRAYS];
    for (name, arguments, dialects, function) in tables.into_iter().flatten() {
        if dialects & mine != 0 {
            connection.create_scalar_function(*name, *arguments, pure, *function)?;
        }
    }
    let counting = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let shared = Arc::clone(state);
    // Constant within a statement: the clock stands still while one runs.
    connection.create_scalar_function("belt_now", 0, pure, move |_| Ok(with(&shared, |s| s.now_s)))?;
    let shared = Arc::clone(state);
    // What SQLite's functions of time are told in place of its own 'now'.
    connection.create_scalar_function("belt_moment", 1, pure, move |ctx| {
        let value = ctx.get_raw(0);
        let is_now = as_text(value).is_some_and(|text| text.trim().eq_ignore_ascii_case("now"));
        Ok(if is_now {
            Sqlite::Text(time::format_timestamp(with(&shared, |s| s.now_s)))
        } else {
            Sqlite::try_from(value).unwrap_or(Sqlite::Null)
        })
    })?;
    let (shared, by) = (Arc::clone(state), Arc::clone(&steps));
    connection.create_scalar_function("belt_seq", 1, counting, move |ctx| {
        let at = usize::try_from(ctx.get::<i64>(0)?).unwrap_or(usize::MAX);
        Ok(with(&shared, |s| {
            let number = next(s, at, &by);
            if postgres {
                s.given.last = Some(number);
                s.given.sequences.retain(|(known, _)| *known != at);
                s.given.sequences.push((at, number));
                s.given.sequences.sort_unstable();
            }
            number
        }))
    })?;
    let (shared, by) = (Arc::clone(state), Arc::clone(&steps));
    connection.create_scalar_function("belt_auto", 2, counting, move |ctx| {
        let at = usize::try_from(ctx.get::<i64>(0)?).unwrap_or(usize::MAX);
        Ok(match ctx.get::<Option<i64>>(1).map_err(|_| refused("an integer", ctx.get_raw(1)))? {
            None | Some(0) => with(&shared, |s| next(s, at, &by)),
            Some(given) => with(&shared, |s| {
                if sqlite {
                    s.made = Some((given, given));
                }
                if let Some(counter) = s.sequences.get_mut(at) {
                    *counter = (*counter).max(given);
                }
                given
            }),
        })
    })?;
    let shared = Arc::clone(state);
    connection.create_scalar_function("belt_last_id", 0, counting, move |_| match with(&shared, |s| s.given.last) {
        None if postgres => Err(Error::UserFunctionError("lastval is not yet defined in this session".into())),
        last => Ok(last.unwrap_or(0)),
    })?;
    let shared = Arc::clone(state);
    connection.create_scalar_function("belt_currval", 1, counting, move |ctx| {
        let at = usize::try_from(ctx.get::<i64>(0)?).unwrap_or(usize::MAX);
        let known = |s: &mut State| s.given.sequences.iter().find(|(known, _)| *known == at).map(|(_, number)| *number);
        with(&shared, known).ok_or_else(|| {
            Error::UserFunctionError("currval of this sequence is not yet defined in this session".into())
        })
    })?;
    aggregates::register(connection)?;
    orders::register(connection, schema)?;
    kept::register(connection, state)?;
    let (shared, by) = (Arc::clone(state), Arc::clone(&steps));
    connection.create_scalar_function("belt_setval", 3, counting, move |ctx| {
        let at = usize::try_from(ctx.get::<i64>(0)?).unwrap_or(usize::MAX);
        let (number, called): (Option<i64>, bool) = (ctx.get(1)?, ctx.get(2)?);
        with(&shared, |s| {
            if let (Some(number), Some(counter)) = (number, s.sequences.get_mut(at)) {
                let step = by.get(at).copied().unwrap_or(1);
                *counter = if called { number } else { number.saturating_sub(step) };
            }
        });
        Ok(number)
    })?;
    let shared = Arc::clone(state);
    // MySQL's LAST_INSERT_ID(expression): the value is kept for this connection.
    connection.create_scalar_function("belt_keep_id", 1, counting, move |ctx| {
        let number: Option<i64> = ctx.get(0).map_err(|_| refused("an integer", ctx.get_raw(0)))?;
        with(&shared, |s| s.given.last = number.or(s.given.last));
        Ok(number)
    })?;
    chance::register(connection, state)
}

fn next(state: &mut State, at: usize, steps: &[i64]) -> i64 {
    let Some(counter) = state.sequences.get_mut(at) else {
        return 0;
    };
    *counter = counter.saturating_add(steps.get(at).copied().unwrap_or(1));
    let first = state.made.map_or(*counter, |(first, _)| first);
    state.made = Some((first, *counter));
    *counter
}
