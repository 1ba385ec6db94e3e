//! Calendar functions: times as text in somebody's format, days between dates, buckets.

use rusqlite::Result;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};

use super::text::{integer, string};
use super::{BOTH, Entry, MYSQL, POSTGRES, number, refused, seconds, written};
use crate::sql::time;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The time an argument is; `None` for null.
fn at(ctx: &Context<'_>, place: usize) -> Result<Option<f64>> {
    match ctx.get_raw(place) {
        ValueRef::Null => Ok(None),
        value => seconds(value).map(Some).ok_or_else(|| refused("a time", value)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "days of a few thousand years")]
fn days(seconds: f64) -> i64 {
    (seconds / 86_400.0).floor() as i64
}

fn weekday(seconds: f64) -> usize {
    usize::try_from((days(seconds) + 4).rem_euclid(7)).unwrap_or(0)
}

struct Fields {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    weekday: usize,
    day_of_year: i64,
}

#[expect(clippy::cast_possible_truncation, reason = "within one day")]
fn fields(seconds: f64) -> Fields {
    // To the microsecond, as both databases keep it.
    let micros = (seconds * 1e6).round();
    let seconds = (micros / 1e6).floor();
    let (year, month, day, of_day) = time::civil(seconds);
    let whole = of_day as i64;
    Fields {
        year,
        month,
        day,
        hour: whole / 3_600,
        minute: whole / 60 % 60,
        second: whole % 60,
        micros: (micros - seconds * 1e6) as i64,
        weekday: weekday(seconds),
        day_of_year: days(seconds) - days(time::from_civil(year, 1, 1, 0.0)) + 1,
    }
}

/// Year and number of the week, which are those of its Thursday.
fn week_of(f: &Fields) -> (i64, i64) {
    let weekday = i64::try_from(f.weekday).unwrap_or(0);
    let thursday = f.day_of_year - (weekday + 6).rem_euclid(7) + 3;
    let length = |year: i64| if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 366 } else { 365 };
    match thursday {
        ..1 => (f.year - 1, (thursday + length(f.year - 1) - 1) / 7 + 1),
        day if day > length(f.year) => (f.year + 1, 1),
        day => (f.year, (day - 1) / 7 + 1),
    }
}

fn twelve(hour: i64) -> i64 {
    if hour % 12 == 0 { 12 } else { hour % 12 }
}

fn name(names: &[&'static str], at: i64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
}

/// One of `to_char`'s patterns.
type Pattern = (&'static str, fn(&Fields) -> String);

const PATTERNS: &[Pattern] = &[
    ("IYYY", |f| week_of(f).0.to_string()),
    ("IW", |f| format!("{:02}", week_of(f).1)),
    ("YYYY", |f| format!("{:04}", f.year)),
    ("YY", |f| format!("{:02}", f.year % 100)),
    ("HH24", |f| format!("{:02}", f.hour)),
    ("HH12", |f| format!("{:02}", twelve(f.hour))),
    ("HH", |f| format!("{:02}", twelve(f.hour))),
    ("MI", |f| format!("{:02}", f.minute)),
    ("MM", |f| format!("{:02}", f.month)),
    ("MS", |f| format!("{:03}", f.micros / 1_000)),
    ("Month", |f| format!("{:<9}", name(&MONTHS, f.month - 1))),
    ("Mon", |f| name(&MONTHS, f.month - 1).chars().take(3).collect()),
    ("DDD", |f| format!("{:03}", f.day_of_year)),
    ("DD", |f| format!("{:02}", f.day)),
    ("Day", |f| format!("{:<9}", DAYS[f.weekday])),
    ("Dy", |f| DAYS[f.weekday].chars().take(3).collect()),
    ("ID", |f| (if f.weekday == 0 { 7 } else { f.weekday }).to_string()),
    ("D", |f| (f.weekday + 1).to_string()),
    ("SS", |f| format!("{:02}", f.second)),
    ("US", |f| format!("{:06}", f.micros)),
    ("TZ", |_| "UTC".into()),
    ("AM", |f| if f.hour < 12 { "AM".into() } else { "PM".into() }),
    ("PM", |f| if f.hour < 12 { "AM".into() } else { "PM".into() }),
    ("Q", |f| ((f.month - 1) / 3 + 1).to_string()),
];

fn to_char(ctx: &Context<'_>) -> Result<Sqlite> {
    let format = string(ctx, 1);
    if let (Some(format), Some(number)) = (&format, number(ctx.get_raw(0)))
        && format.contains(['9', '0'])
    {
        return Ok(Sqlite::Text(written::number(number, format)));
    }
    let (Some(at), Some(format)) = (at(ctx, 0)?, format) else {
        return Ok(Sqlite::Null);
    };
    let fields = fields(at);
    let mut out = String::new();
    let mut rest = format.as_str();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').unwrap_or(quoted.len());
            out.push_str(&quoted[..end]);
            rest = quoted.get(end + 1..).unwrap_or_default();
            continue;
        }
        let plain = rest.strip_prefix("FM").unwrap_or(rest);
        let known = PATTERNS.iter().find(|(pattern, _)| {
            plain.get(..pattern.len()).is_some_and(|head| head == *pattern || head == pattern.to_lowercase())
        });
        match known {
            Some((pattern, write)) => {
                let text = write(&fields);
                let bare = if plain.len() < rest.len() { text.trim().trim_start_matches('0') } else { text.as_str() };
                out.push_str(bare);
                rest = &plain[pattern.len()..];
            }
            None => {
                let mut chars = rest.chars();
                out.extend(chars.next());
                rest = chars.as_str();
            }
        }
    }
    Ok(Sqlite::Text(out))
}

/// Text in somebody's format as a time or a date.
fn read_as(ctx: &Context<'_>, mysql: bool, days: bool) -> Result<Sqlite> {
    let (Some(text), Some(format)) = (string(ctx, 0), string(ctx, 1)) else {
        return Ok(Sqlite::Null);
    };
    match written::read(&text, &format, mysql) {
        Some(at) if days => Ok(Sqlite::Text(time::format_date(at))),
        Some(at) => Ok(Sqlite::Real(at)),
        None if mysql => Ok(Sqlite::Null),
        None => Err(refused("a time in that format", ctx.get_raw(0))),
    }
}

fn date_format(ctx: &Context<'_>) -> Result<Sqlite> {
    let (Some(at), Some(format)) = (at(ctx, 0)?, string(ctx, 1)) else {
        return Ok(Sqlite::Null);
    };
    let f = fields(at);
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('Y') => out.push_str(&format!("{:04}", f.year)),
            Some('y') => out.push_str(&format!("{:02}", f.year % 100)),
            Some('m') => out.push_str(&format!("{:02}", f.month)),
            Some('c') => out.push_str(&f.month.to_string()),
            Some('d') => out.push_str(&format!("{:02}", f.day)),
            Some('e') => out.push_str(&f.day.to_string()),
            Some('H') => out.push_str(&format!("{:02}", f.hour)),
            Some('k') => out.push_str(&f.hour.to_string()),
            Some('h' | 'I') => out.push_str(&format!("{:02}", twelve(f.hour))),
            Some('l') => out.push_str(&twelve(f.hour).to_string()),
            Some('i') => out.push_str(&format!("{:02}", f.minute)),
            Some('s' | 'S') => out.push_str(&format!("{:02}", f.second)),
            Some('f') => out.push_str(&format!("{:06}", f.micros)),
            Some('p') => out.push_str(if f.hour < 12 { "AM" } else { "PM" }),
            Some('T') => out.push_str(&format!("{:02}:{:02}:{:02}", f.hour, f.minute, f.second)),
            Some('j') => out.push_str(&format!("{:03}", f.day_of_year)),
            Some('M') => out.push_str(name(&MONTHS, f.month - 1)),
            Some('b') => out.extend(name(&MONTHS, f.month - 1).chars().take(3)),
            Some('W') => out.push_str(DAYS[f.weekday]),
            Some('a') => out.extend(DAYS[f.weekday].chars().take(3)),
            Some('w') => out.push_str(&f.weekday.to_string()),
            other => out.extend(other),
        }
    }
    Ok(Sqlite::Text(out))
}

/// `date_bin(width, time, origin)`.
fn date_bin(ctx: &Context<'_>) -> Result<Sqlite> {
    let width = match ctx.get_raw(0) {
        ValueRef::Null => return Ok(Sqlite::Null),
        value => match string(ctx, 0).filter(|_| number(value).is_none()) {
            Some(text) => time::parse_interval(&text),
            None => number(value),
        },
    };
    let width = width.filter(|width| *width > 0.0).ok_or_else(|| refused("an interval", ctx.get_raw(0)))?;
    let (Some(time), Some(origin)) = (at(ctx, 1)?, at(ctx, 2)?) else {
        return Ok(Sqlite::Null);
    };
    Ok(Sqlite::Real(origin + ((time - origin) / width).floor() * width))
}

/// `make_date(year, month, day)` and `make_timestamp(year, month, day, hour, minute, second)`.
fn made(ctx: &Context<'_>) -> Result<Option<f64>> {
    let mut parts = Vec::new();
    for at in 0..ctx.len().min(5) {
        match integer(ctx, at) {
            Some(number) => parts.push(number),
            None => return Ok(None),
        }
    }
    let part = |at: usize| parts.get(at).copied().unwrap_or(0);
    let text = format!("{:04}-{:02}-{:02}", part(0), part(1), part(2));
    if time::parse_date(&text).is_none() {
        return Err(refused("a month or a day of it", ctx.get_raw(1)));
    }
    let second = if ctx.len() > 5 { number(ctx.get_raw(5)).unwrap_or(0.0) } else { 0.0 };
    #[expect(clippy::cast_precision_loss, reason = "hours and minutes")]
    let of_day = (part(3) * 3_600 + part(4) * 60) as f64 + second;
    Ok(Some(time::from_civil(part(0), part(1), part(2), of_day)))
}

/// A number of days or another whole number of one time.
fn of_time(ctx: &Context<'_>, f: impl FnOnce(f64) -> i64) -> Result<Sqlite> {
    Ok(at(ctx, 0)?.map_or(Sqlite::Null, |at| Sqlite::Integer(f(at))))
}

/// Days from 0000-01-01 to 1970-01-01.
const TO_EPOCH: i64 = 719_528;

pub(super) const DATES: &[Entry] = &[
    ("isfinite", 1, POSTGRES, |ctx| {
        Ok(at(ctx, 0)?.map_or(Sqlite::Null, |at| Sqlite::Integer(i64::from(at.is_finite()))))
    }),
    ("to_char", 2, POSTGRES, to_char),
    ("to_date", 2, POSTGRES, |ctx| read_as(ctx, false, true)),
    ("belt_to_timestamp", 2, POSTGRES, |ctx| read_as(ctx, false, false)),
    ("belt_str_to_date", 2, MYSQL, |ctx| {
        let days = string(ctx, 1)
            .is_some_and(|format| !["%H", "%h", "%i", "%s", "%S", "%T"].iter().any(|part| format.contains(part)));
        read_as(ctx, true, days)
    }),
    ("date_format", 2, MYSQL, date_format),
    ("belt_date_bin", 3, POSTGRES, date_bin),
    ("make_date", 3, POSTGRES, |ctx| Ok(made(ctx)?.map_or(Sqlite::Null, |at| Sqlite::Text(time::format_date(at))))),
    ("make_timestamp", 6, POSTGRES, |ctx| Ok(made(ctx)?.map_or(Sqlite::Null, Sqlite::Real))),
    ("make_timestamptz", 6, POSTGRES, |ctx| Ok(made(ctx)?.map_or(Sqlite::Null, Sqlite::Real))),
    ("datediff", 2, MYSQL, |ctx| {
        Ok(at(ctx, 0)?.zip(at(ctx, 1)?).map_or(Sqlite::Null, |(a, b)| Sqlite::Integer(days(a) - days(b))))
    }),
    ("to_days", 1, MYSQL, |ctx| of_time(ctx, |at| days(at) + TO_EPOCH)),
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a few thousand years")]
    ("to_seconds", 1, MYSQL, |ctx| of_time(ctx, |at| at.floor() as i64 + TO_EPOCH * 86_400)),
    ("weekday", 1, MYSQL, |ctx| of_time(ctx, |at| (days(at) + 3).rem_euclid(7))),
    ("dayofyear", 1, MYSQL, |ctx| of_time(ctx, |at| fields(at).day_of_year)),
    ("dayofmonth", 1, MYSQL, |ctx| of_time(ctx, |at| fields(at).day)),
    ("microsecond", 1, MYSQL, |ctx| of_time(ctx, |at| fields(at).micros)),
    ("dayname", 1, MYSQL, |ctx| Ok(at(ctx, 0)?.map_or(Sqlite::Null, |at| Sqlite::Text(DAYS[weekday(at)].into())))),
    ("monthname", 1, MYSQL, |ctx| {
        Ok(at(ctx, 0)?.map_or(Sqlite::Null, |at| Sqlite::Text(name(&MONTHS, fields(at).month - 1).into())))
    }),
    ("last_day", 1, MYSQL, |ctx| {
        let last = |at: f64| {
            let f = fields(at);
            let (year, month) = if f.month == 12 { (f.year + 1, 1) } else { (f.year, f.month + 1) };
            Sqlite::Text(time::format_date(time::from_civil(year, month, 1, 0.0) - 86_400.0))
        };
        Ok(at(ctx, 0)?.map_or(Sqlite::Null, last))
    }),
    // A date moved by days stays a date.
    ("belt_date_add", 2, BOTH, |ctx| {
        let by = number(ctx.get_raw(1));
        Ok(at(ctx, 0)?.zip(by).map_or(Sqlite::Null, |(at, by)| Sqlite::Text(time::format_date(at + by * 86_400.0))))
    }),
];
