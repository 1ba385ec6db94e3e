//! Evaluates an expression at one time, as Prometheus 3 does: an instant selector sees the last sample of the five
//! minutes before (and nothing after a stale mark), a range is open on its left and closed on its right.

use std::collections::BTreeMap;

use super::Map;
use super::ast::{Expr, Grouping, Kind, Matcher, Selector, Test};
use super::functions::{Window, of_date, of_number, over_range, takes_range};
use super::labels::{Id, Labels};
use super::store::{Millis, Store, is_stale};
use super::{METRIC_NAME, aggregate, matching};

/// How far back an instant selector looks.
pub const LOOKBACK: Millis = 300_000;
/// Steps of a subquery without a resolution of its own.
const SUBQUERY_STEP: Millis = 60_000;
/// Samples one replay may read; an expression that needs more would not be let into a real Prometheus either.
const SAMPLES_MAX: u64 = 60_000_000;

/// Labels and value, one a series.
pub type Vector = Vec<(Id, f64)>;

#[derive(Debug, Clone)]
pub enum Value {
    Scalar(f64),
    Vector(Vector),
    Text(String),
}

/// What is remembered between evaluations, so that a day costs little more than its samples.
#[derive(Debug, Default)]
pub struct Memory {
    /// For a selector: how many series have been looked at, and which of them it selects.
    selected: Map<usize, (usize, Vec<usize>)>,
    /// For a part of the program and labels: the labels they become there.
    pub(super) labels: Map<(usize, Id), Id>,
    pub(super) pairs: Map<(usize, Id, Id), Id>,
    pub(super) patterns: Map<usize, regex::Regex>,
    /// Results of a subquery's inner expression by time.
    inner: Map<usize, BTreeMap<Millis, Vector>>,
    samples: u64,
}

pub struct Evaluation<'a> {
    pub store: &'a mut Store,
    pub memory: &'a mut Memory,
    pub at: Millis,
}

impl Evaluation<'_> {
    /// # Errors
    /// What Prometheus would refuse while evaluating, such as an ambiguous match.
    pub fn value(&mut self, expr: &Expr) -> Result<Value, String> {
        Ok(match &expr.kind {
            Kind::Number(number) => Value::Scalar(*number),
            Kind::Text(text) => Value::Text(text.clone()),
            Kind::Selector(selector) => Value::Vector(self.instant(expr.id, selector)?),
            Kind::Range(..) | Kind::Subquery { .. } => return Err("a range is no value of its own".to_owned()),
            Kind::Negate(inner) => match self.value(inner)? {
                Value::Scalar(number) => Value::Scalar(-number),
                other => {
                    let vector = as_vector(other)?;
                    Value::Vector(self.unnamed(expr.id, vector, |value| -value))
                }
            },
            Kind::Call { name, args } => self.call(expr, name, args)?,
            Kind::Aggregate { op, param, expr: inner, grouping } => {
                let param = param.as_ref().map(|param| self.scalar(param)).transpose()?;
                let vector = self.vector(inner)?;
                let grouped: Vec<(Id, Id, f64)> =
                    vector.into_iter().map(|(id, value)| (self.group(expr.id, id, grouping), id, value)).collect();
                Value::Vector(aggregate::aggregate(*op, param, grouped))
            }
            Kind::Binary { op, left, right, matching } => matching::binary(self, expr.id, *op, left, right, matching)?,
        })
    }

    /// # Errors
    /// As [`Evaluation::value`].
    pub fn vector(&mut self, expr: &Expr) -> Result<Vector, String> {
        let value = self.value(expr)?;
        match value {
            Value::Scalar(number) => Ok(vec![(self.store.names.id(Labels::default()), number)]),
            other => as_vector(other),
        }
    }

    fn scalar(&mut self, expr: &Expr) -> Result<f64, String> {
        match self.value(expr)? {
            Value::Scalar(number) => Ok(number),
            Value::Vector(_) | Value::Text(_) => Err("a number was expected as a parameter".to_owned()),
        }
    }

    fn text(&mut self, expr: &Expr) -> Result<String, String> {
        match self.value(expr)? {
            Value::Text(text) => Ok(text),
            Value::Vector(_) | Value::Scalar(_) => Err("a text was expected as a parameter".to_owned()),
        }
    }

    /// Labels as they are after something that is always the same for the same labels.
    pub(super) fn relabel(&mut self, part: usize, id: Id, change: impl FnOnce(&Labels) -> Labels) -> Id {
        if let Some(known) = self.memory.labels.get(&(part, id)) {
            return *known;
        }
        let changed = change(&self.store.names.labels(id));
        let new = self.store.names.id(changed);
        self.memory.labels.insert((part, id), new);
        new
    }

    fn group(&mut self, part: usize, id: Id, grouping: &Grouping) -> Id {
        self.relabel(part, id, |labels| match grouping {
            Grouping::By(names) => labels.keep(names),
            Grouping::Without(names) => labels.without(names).without_name(),
        })
    }

    pub(super) fn unnamed(&mut self, part: usize, vector: Vector, change: impl Fn(f64) -> f64) -> Vector {
        vector.into_iter().map(|(id, value)| (self.relabel(part, id, Labels::without_name), change(value))).collect()
    }

    fn count(&mut self, samples: usize) -> Result<(), String> {
        self.memory.samples += samples as u64 + 1;
        if self.memory.samples > SAMPLES_MAX {
            return Err("it reads too many samples; use shorter ranges, or a recording rule".to_owned());
        }
        Ok(())
    }

    /// Series that a selector selects, as indices.
    fn select(&mut self, part: usize, selector: &Selector) -> Vec<usize> {
        let all = self.store.series.len();
        let (seen, mut found) = match self.memory.selected.remove(&part) {
            Some((seen, found)) if seen == all => {
                self.memory.selected.insert(part, (seen, found.clone()));
                return found;
            }
            known => known.unwrap_or_default(),
        };
        let fits = |index: usize| {
            let labels = self.store.labels(index);
            selector.matchers.iter().all(|matcher| matcher.matches(&labels))
        };
        if selector.name.is_empty() {
            found.extend((seen..all).filter(|index| fits(*index)));
        } else {
            let named = self.store.named(&selector.name).iter().copied();
            found.extend(named.filter(|index| *index >= seen && fits(*index)));
        }
        self.memory.selected.insert(part, (all, found.clone()));
        found
    }

    fn instant(&mut self, part: usize, selector: &Selector) -> Result<Vector, String> {
        let until = self.at - selector.offset;
        let selected = self.select(part, selector);
        self.count(selected.len())?;
        let mut vector = Vector::with_capacity(selected.len());
        for index in selected {
            let series = &self.store.series[index];
            let end = series.times.partition_point(|time| *time <= until);
            let Some(last) = end.checked_sub(1) else { continue };
            if series.times[last] > until - LOOKBACK && !is_stale(series.values[last]) {
                vector.push((series.labels, series.values[last]));
            }
        }
        Ok(vector)
    }

    /// Applies a function to the samples of each series in a range.
    fn over(&mut self, part: usize, name: &str, range: &Expr, parameter: f64) -> Result<Vector, String> {
        let keeps_name = matches!(name, "last_over_time" | "first_over_time");
        let mut results = Vector::new();
        let at = self.at;
        match &range.kind {
            Kind::Range(selector, length) => {
                let until = at - selector.offset;
                for index in self.select(range.id, selector) {
                    let series = &self.store.series[index];
                    let labels = series.labels;
                    let found = series.window(until - length, until);
                    let marked = series.may_be_stale(&found);
                    let (mut times, mut values) = (&series.times[found.clone()], &series.values[found]);
                    let lively: (Vec<Millis>, Vec<f64>);
                    if marked && values.iter().any(|value| is_stale(*value)) {
                        let pairs = times.iter().zip(values).filter(|(_, value)| !is_stale(**value));
                        lively = pairs.map(|(time, value)| (*time, *value)).unzip();
                        (times, values) = (&lively.0, &lively.1);
                    }
                    let count = times.len();
                    let window = Window { times, values, from: until - length, until, at };
                    if let Some(value) = over_range(name, &window, parameter) {
                        results.push((labels, value));
                    }
                    self.count(count)?;
                }
            }
            Kind::Subquery { expr, range: length, step, offset } => {
                let until = at - offset;
                let step = step.unwrap_or(SUBQUERY_STEP);
                let series = self.subquery(range.id, expr, until - length, until, step)?;
                for (labels, (times, values)) in series {
                    self.count(times.len())?;
                    let window = Window { times: &times, values: &values, from: until - length, until, at };
                    if let Some(value) = over_range(name, &window, parameter) {
                        results.push((labels, value));
                    }
                }
            }
            _ => return Err(format!("{name}() was given no range")),
        }
        if keeps_name { Ok(results) } else { Ok(self.unnamed(part, results, |value| value)) }
    }

    /// The inner expression at every multiple of the step; each is computed once a replay.
    #[expect(clippy::type_complexity, reason = "samples by series, used once")]
    fn subquery(
        &mut self,
        part: usize,
        expr: &Expr,
        after: Millis,
        until: Millis,
        step: Millis,
    ) -> Result<BTreeMap<Id, (Vec<Millis>, Vec<f64>)>, String> {
        let mut time = after.div_euclid(step) * step;
        if time <= after {
            time += step;
        }
        let mut series: BTreeMap<Id, (Vec<Millis>, Vec<f64>)> = BTreeMap::new();
        while time <= until {
            let known = self.memory.inner.get(&part).and_then(|inner| inner.get(&time)).cloned();
            let vector = match known {
                Some(vector) => vector,
                None => {
                    let now = std::mem::replace(&mut self.at, time);
                    let vector = self.vector(expr);
                    self.at = now;
                    let vector = vector?;
                    self.memory.inner.entry(part).or_default().insert(time, vector.clone());
                    vector
                }
            };
            self.count(vector.len())?;
            for (id, value) in vector {
                let samples = series.entry(id).or_default();
                samples.0.push(time);
                samples.1.push(value);
            }
            time += step;
        }
        Ok(series)
    }

    fn call(&mut self, expr: &Expr, name: &'static str, args: &[Expr]) -> Result<Value, String> {
        let part = expr.id;
        let arg = |index: usize| args.get(index).ok_or_else(|| format!("{name}() lacks a parameter"));
        if takes_range(name) {
            let (range, parameter) = match name {
                "quantile_over_time" => (arg(1)?, self.scalar(arg(0)?)?),
                "predict_linear" => (arg(0)?, self.scalar(arg(1)?)?),
                _ => (arg(0)?, 0.0),
            };
            return Ok(Value::Vector(self.over(part, name, range, parameter)?));
        }
        Ok(Value::Vector(match name {
            "time" => return Ok(Value::Scalar(self.at as f64 / 1_000.0)),
            "pi" => return Ok(Value::Scalar(std::f64::consts::PI)),
            "scalar" => {
                let vector = self.vector(arg(0)?)?;
                return Ok(Value::Scalar(if let [(_, value)] = vector.as_slice() { *value } else { f64::NAN }));
            }
            "vector" => self.vector(arg(0)?)?,
            "sort" | "sort_desc" => self.vector(arg(0)?)?,
            "absent" => {
                let vector = self.vector(arg(0)?)?;
                self.absence(vector.is_empty(), arg(0)?)
            }
            "absent_over_time" => {
                let present = self.over(part, "present_over_time", arg(0)?, 0.0)?;
                self.absence(present.is_empty(), arg(0)?)
            }
            "timestamp" => {
                let at = self.at as f64 / 1_000.0;
                let vector = self.vector(arg(0)?)?;
                self.unnamed(part, vector, |_| at)
            }
            "minute" | "hour" | "day_of_week" | "day_of_month" | "month" => {
                let vector = match args.first() {
                    Some(arg) => self.vector(arg)?,
                    None => vec![(self.store.names.id(Labels::default()), self.at as f64 / 1_000.0)],
                };
                self.unnamed(part, vector, |value| of_date(name, value).unwrap_or(f64::NAN))
            }
            "clamp" | "clamp_min" | "clamp_max" => {
                let low = if name == "clamp_max" { f64::NEG_INFINITY } else { self.scalar(arg(1)?)? };
                let high = match name {
                    "clamp" => self.scalar(arg(2)?)?,
                    "clamp_max" => self.scalar(arg(1)?)?,
                    _ => f64::INFINITY,
                };
                let vector = self.vector(arg(0)?)?;
                if low > high { Vector::new() } else { self.unnamed(part, vector, |v| v.max(low).min(high)) }
            }
            "round" => {
                let to = args.get(1).map(|to| self.scalar(to)).transpose()?.unwrap_or(1.0);
                let vector = self.vector(arg(0)?)?;
                self.unnamed(part, vector, |value| (value * (1.0 / to) + 0.5).floor() / (1.0 / to))
            }
            "histogram_quantile" => {
                let q = self.scalar(arg(0)?)?;
                let vector = self.vector(arg(1)?)?;
                aggregate::histogram(self, part, q, vector)
            }
            "label_replace" | "label_join" => {
                let vector = self.vector(arg(0)?)?;
                let texts = args[1..].iter().map(|arg| self.text(arg)).collect::<Result<Vec<_>, _>>()?;
                aggregate::rename(self, part, name, vector, &texts)?
            }
            _ => {
                let vector = self.vector(arg(0)?)?;
                self.unnamed(part, vector, |value| of_number(name, value).unwrap_or(f64::NAN))
            }
        }))
    }

    /// What `absent` answers: the labels that its argument asks for with `=`.
    fn absence(&mut self, absent: bool, argument: &Expr) -> Vector {
        if !absent {
            return Vector::new();
        }
        let matchers: &[Matcher] = match &argument.kind {
            Kind::Selector(selector) | Kind::Range(selector, _) => &selector.matchers,
            _ => &[],
        };
        let labels = matchers.iter().filter_map(|matcher| match &matcher.test {
            Test::Is(value) if matcher.label != METRIC_NAME => {
                let twice = matchers.iter().filter(|other| other.label == matcher.label).count() > 1;
                (!twice).then(|| (matcher.label.clone(), value.clone()))
            }
            _ => None,
        });
        let labels = Labels::new(labels);
        vec![(self.store.names.id(labels), 1.0)]
    }
}

fn as_vector(value: Value) -> Result<Vector, String> {
    match value {
        Value::Vector(vector) => Ok(vector),
        Value::Scalar(_) | Value::Text(_) => Err("a set of series was expected".to_owned()),
    }
}
