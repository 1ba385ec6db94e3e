//! Aggregates that SQLite lacks.

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{Value as Sqlite, ValueRef};
use rusqlite::{Connection, Result};

use super::{number, whole};

/// How far the numbers of a group are from their mean.
struct Spread {
    sample: bool,
    root: bool,
}

impl Aggregate<Vec<f64>, Option<f64>> for Spread {
    fn init(&self, _: &mut Context<'_>) -> Result<Vec<f64>> {
        Ok(Vec::new())
    }

    fn step(&self, ctx: &mut Context<'_>, numbers: &mut Vec<f64>) -> Result<()> {
        numbers.extend(number(ctx.get_raw(0)));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, numbers: Option<Vec<f64>>) -> Result<Option<f64>> {
        let numbers = numbers.unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "rows of one group")]
        let count = numbers.len() as f64;
        let over = if self.sample { count - 1.0 } else { count };
        if over <= 0.0 {
            return Ok(None);
        }
        let mean = numbers.iter().sum::<f64>() / count;
        let variance = numbers.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / over;
        Ok(Some(if self.root { variance.sqrt() } else { variance }))
    }
}

/// The value at a place among the ordered values: between two, or the one that is there.
struct Percentile {
    between: bool,
}

impl Aggregate<(f64, Vec<f64>), Sqlite> for Percentile {
    fn init(&self, _: &mut Context<'_>) -> Result<(f64, Vec<f64>)> {
        Ok((0.0, Vec::new()))
    }

    fn step(&self, ctx: &mut Context<'_>, held: &mut (f64, Vec<f64>)) -> Result<()> {
        held.0 = number(ctx.get_raw(0)).unwrap_or(0.0).clamp(0.0, 1.0);
        held.1.extend(number(ctx.get_raw(1)));
        Ok(())
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places among the rows of one group"
    )]
    fn finalize(&self, _: &mut Context<'_>, held: Option<(f64, Vec<f64>)>) -> Result<Sqlite> {
        let Some((share, mut numbers)) = held.filter(|(_, numbers)| !numbers.is_empty()) else {
            return Ok(Sqlite::Null);
        };
        numbers.sort_by(f64::total_cmp);
        let last = numbers.len() - 1;
        if !self.between {
            let at = ((share * numbers.len() as f64).ceil() as usize).saturating_sub(1).min(last);
            return Ok(whole(numbers[at]));
        }
        let place = share * last as f64;
        let (low, high) = (place.floor() as usize, (place.ceil() as usize).min(last));
        Ok(whole(numbers[low] + (numbers[high] - numbers[low]) * (place - place.floor())))
    }
}

/// The value that is there most often, of equals the least.
struct Mode;

impl Aggregate<Vec<Sqlite>, Sqlite> for Mode {
    fn init(&self, _: &mut Context<'_>) -> Result<Vec<Sqlite>> {
        Ok(Vec::new())
    }

    fn step(&self, ctx: &mut Context<'_>, values: &mut Vec<Sqlite>) -> Result<()> {
        if ctx.get_raw(0) != ValueRef::Null {
            values.push(ctx.get(0)?);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, values: Option<Vec<Sqlite>>) -> Result<Sqlite> {
        let values = values.unwrap_or_default();
        let mut best: Option<(usize, &Sqlite)> = None;
        for value in &values {
            let times = values.iter().filter(|other| *other == value).count();
            let better = best.is_none_or(|(most, least)| {
                times > most || (times == most && format!("{value:?}") < format!("{least:?}"))
            });
            if better {
                best = Some((times, value));
            }
        }
        Ok(best.map_or(Sqlite::Null, |(_, value)| value.clone()))
    }
}

/// Bits that are set in all, or in any.
struct Bits {
    all: bool,
}

impl Aggregate<Option<i64>, Option<i64>> for Bits {
    fn init(&self, _: &mut Context<'_>) -> Result<Option<i64>> {
        Ok(None)
    }

    fn step(&self, ctx: &mut Context<'_>, held: &mut Option<i64>) -> Result<()> {
        if let Some(bits) = ctx.get::<Option<i64>>(0)? {
            *held = Some(match *held {
                Some(known) if self.all => known & bits,
                Some(known) => known | bits,
                None => bits,
            });
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, held: Option<Option<i64>>) -> Result<Option<i64>> {
        Ok(held.flatten())
    }
}

pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let spreads = [
        ("belt_var_samp", true, false),
        ("belt_var_pop", false, false),
        ("belt_stddev_samp", true, true),
        ("belt_stddev_pop", false, true),
    ];
    for (name, sample, root) in spreads {
        connection.create_aggregate_function(name, 1, flags, Spread { sample, root })?;
    }
    connection.create_aggregate_function("belt_percentile_cont", 2, flags, Percentile { between: true })?;
    connection.create_aggregate_function("belt_percentile_disc", 2, flags, Percentile { between: false })?;
    connection.create_aggregate_function("belt_mode", 1, flags, Mode)?;
    connection.create_aggregate_function("belt_bit_and", 1, flags, Bits { all: true })?;
    connection.create_aggregate_function("belt_bit_or", 1, flags, Bits { all: false })
}
