//! Fields of times, and times cut off at one of their fields.

use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};
use rusqlite::{Error, Result};

use super::{CANNOT_RUN, refused, seconds, whole};
use crate::sql::time;

#[expect(clippy::cast_precision_loss, reason = "calendar fields")]
pub(super) fn extract(ctx: &Context<'_>) -> Result<Sqlite> {
    let field: String = ctx.get(0)?;
    let value = ctx.get_raw(1);
    if value == ValueRef::Null {
        return Ok(Sqlite::Null);
    }
    let at = seconds(value).ok_or_else(|| refused("a time", value))?;
    let (year, month, day, of_day) = time::civil(at);
    let days = (at / 86_400.0).floor();
    // 2026-01-01 was a Thursday.
    let weekday = (days + 4.0).rem_euclid(7.0);
    let number = match field.to_ascii_lowercase().as_str() {
        "epoch" => at,
        "year" => year as f64,
        "month" => month as f64,
        "day" => day as f64,
        "hour" => (of_day / 3_600.0).floor(),
        "minute" => (of_day / 60.0).floor().rem_euclid(60.0),
        "second" => of_day.rem_euclid(60.0),
        "dow" | "dayofweek" => weekday,
        "isodow" => {
            if weekday == 0.0 {
                7.0
            } else {
                weekday
            }
        }
        "quarter" => ((month - 1) / 3 + 1) as f64,
        "doy" | "dayofyear" => days - (time::from_civil(year, 1, 1, 0.0) / 86_400.0) + 1.0,
        // The week and year of its Thursday.
        "week" | "isoyear" => {
            let thursday = days - (weekday + 6.0).rem_euclid(7.0) + 3.0;
            let (year, _, _, _) = time::civil(thursday * 86_400.0);
            if field.eq_ignore_ascii_case("isoyear") {
                year as f64
            } else {
                ((thursday - time::from_civil(year, 1, 1, 0.0) / 86_400.0) / 7.0).floor() + 1.0
            }
        }
        "millisecond" | "milliseconds" => of_day.rem_euclid(60.0) * 1e3,
        "microsecond" | "microseconds" => of_day.rem_euclid(60.0) * 1e6,
        "decade" => (year / 10) as f64,
        "century" => ((year + 99) / 100) as f64,
        _ => {
            return Err(Error::UserFunctionError(format!("{CANNOT_RUN}EXTRACT({field})").into()));
        }
    };
    Ok(whole(number))
}

pub(super) fn truncate(ctx: &Context<'_>) -> Result<Sqlite> {
    let unit: String = ctx.get(0)?;
    let value = ctx.get_raw(1);
    if value == ValueRef::Null {
        return Ok(Sqlite::Null);
    }
    let at = seconds(value).ok_or_else(|| refused("a time", value))?;
    let (year, month, _, _) = time::civil(at);
    Ok(Sqlite::Real(match unit.to_ascii_lowercase().as_str() {
        "year" => time::from_civil(year, 1, 1, 0.0),
        "quarter" => time::from_civil(year, (month - 1) / 3 * 3 + 1, 1, 0.0),
        "month" => time::from_civil(year, month, 1, 0.0),
        // Weeks begin on Monday; 2025-12-29 was one.
        "week" => ((at + 3.0 * 86_400.0) / 604_800.0).floor() * 604_800.0 - 3.0 * 86_400.0,
        other => match time::unit_s(other) {
            Some(unit_s) => (at / unit_s).floor() * unit_s,
            None => return Err(refused("a unit of time", ctx.get_raw(0))),
        },
    }))
}
