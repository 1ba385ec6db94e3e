//! Arithmetic that SQLite is built without.

use rusqlite::Result;
use rusqlite::functions::Context;
use rusqlite::types::{Value as Sqlite, ValueRef};

use super::{ANY, BOTH, Entry, POSTGRES, number, refused, whole};

/// A function of numbers: null of null, and an error of what is none.
fn of(ctx: &Context<'_>, f: impl FnOnce(&[f64]) -> f64) -> Result<Option<f64>> {
    let mut numbers = Vec::new();
    for at in 0..ctx.len() {
        match ctx.get_raw(at) {
            ValueRef::Null => return Ok(None),
            value => numbers.push(number(value).ok_or_else(|| refused("a number", value))?),
        }
    }
    Ok(Some(f(&numbers)))
}

fn real(ctx: &Context<'_>, f: impl FnOnce(&[f64]) -> f64) -> Result<Sqlite> {
    Ok(of(ctx, f)?.filter(|n| n.is_finite()).map_or(Sqlite::Null, Sqlite::Real))
}

/// A whole number stays one.
fn plain(ctx: &Context<'_>, f: impl FnOnce(&[f64]) -> f64) -> Result<Sqlite> {
    if let (1, ValueRef::Integer(i)) = (ctx.len(), ctx.get_raw(0)) {
        return Ok(Sqlite::Integer(i));
    }
    Ok(of(ctx, f)?.map_or(Sqlite::Null, whole))
}

fn modulo(ctx: &Context<'_>) -> Result<Sqlite> {
    match (ctx.get_raw(0), ctx.get_raw(1)) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => Ok(a.checked_rem(b).map_or(Sqlite::Null, Sqlite::Integer)),
        _ => Ok(of(ctx, |n| n[0] % n[1])?.filter(|n| n.is_finite()).map_or(Sqlite::Null, whole)),
    }
}

/// Cut off after so many digits.
#[expect(clippy::cast_possible_truncation, reason = "digits after the point")]
fn cut(n: &[f64]) -> f64 {
    let factor = 10f64.powi(n.get(1).copied().unwrap_or(0.0).clamp(-300.0, 300.0) as i32);
    (n[0] * factor).trunc() / factor
}

/// The first not null argument that no other is beyond.
fn extreme(ctx: &Context<'_>, beyond: std::cmp::Ordering) -> Result<Sqlite> {
    let mut best: Option<ValueRef<'_>> = None;
    for at in 0..ctx.len() {
        let value = ctx.get_raw(at);
        let order = match (best, value) {
            (_, ValueRef::Null) => continue,
            (Some(ValueRef::Text(a)), ValueRef::Text(b)) => b.cmp(a),
            (Some(a), b) => match (number(a), number(b)) {
                (Some(a), Some(b)) => b.total_cmp(&a),
                _ => std::cmp::Ordering::Equal,
            },
            (None, _) => beyond,
        };
        if order == beyond {
            best = Some(value);
        }
    }
    Ok(best.and_then(|value| Sqlite::try_from(value).ok()).unwrap_or(Sqlite::Null))
}

pub(super) const MATH: &[Entry] = &[
    ("floor", 1, ANY, |ctx| plain(ctx, |n| n[0].floor())),
    ("ceil", 1, ANY, |ctx| plain(ctx, |n| n[0].ceil())),
    ("ceiling", 1, ANY, |ctx| plain(ctx, |n| n[0].ceil())),
    ("trunc", 1, ANY, |ctx| plain(ctx, |n| n[0].trunc())),
    ("trunc", 2, POSTGRES, |ctx| Ok(of(ctx, cut)?.map_or(Sqlite::Null, whole))),
    ("truncate", 2, super::MYSQL, |ctx| Ok(of(ctx, cut)?.map_or(Sqlite::Null, whole))),
    ("mod", 2, ANY, modulo),
    ("div", 2, POSTGRES, |ctx| Ok(of(ctx, |n| (n[0] / n[1]).trunc())?.map_or(Sqlite::Null, whole))),
    ("pow", 2, ANY, |ctx| Ok(of(ctx, |n| n[0].powf(n[1]))?.map_or(Sqlite::Null, whole))),
    ("sqrt", 1, ANY, |ctx| Ok(of(ctx, |n| n[0].sqrt())?.filter(|n| n.is_finite()).map_or(Sqlite::Null, whole))),
    ("exp", 1, ANY, |ctx| real(ctx, |n| n[0].exp())),
    ("ln", 1, ANY, |ctx| real(ctx, |n| n[0].ln())),
    ("log10", 1, ANY, |ctx| real(ctx, |n| n[0].log10())),
    ("log2", 1, ANY, |ctx| real(ctx, |n| n[0].log2())),
    ("belt_log", 1, ANY, |ctx| real(ctx, |n| n[0].log10())),
    ("belt_log", 2, ANY, |ctx| real(ctx, |n| n[1].ln() / n[0].ln())),
    ("radians", 1, ANY, |ctx| real(ctx, |n| n[0].to_radians())),
    ("degrees", 1, ANY, |ctx| real(ctx, |n| n[0].to_degrees())),
    ("sin", 1, ANY, |ctx| real(ctx, |n| n[0].sin())),
    ("cos", 1, ANY, |ctx| real(ctx, |n| n[0].cos())),
    ("asin", 1, ANY, |ctx| real(ctx, |n| n[0].asin())),
    ("acos", 1, ANY, |ctx| real(ctx, |n| n[0].acos())),
    ("atan2", 2, ANY, |ctx| real(ctx, |n| n[0].atan2(n[1]))),
    ("pi", 0, ANY, |_| Ok(Sqlite::Real(std::f64::consts::PI))),
    ("belt_greatest", -1, BOTH, |ctx| extreme(ctx, std::cmp::Ordering::Greater)),
    ("belt_least", -1, BOTH, |ctx| extreme(ctx, std::cmp::Ordering::Less)),
];
