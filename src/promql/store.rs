//! Series with their samples, and the notation they are written in.
//!
//! The notation is that of Prometheus's unit tests: `1 2 3`, `0+10x5` (six values, from 0 in steps of 10), `7x5` (six
//! times 7), `_` and `_x5` for samples that are missing, `stale` for the end of a series. On top of that a step without
//! a start goes on from the value before (`0+10x5 +20x5`), a count may be a time (`+10x30m`) or last until the end of
//! the replay (`+10x*`).

use super::METRIC_NAME;
use super::Map;
use super::duration::millis;
use super::labels::{Id, Interner, Labels};

/// Time in milliseconds since 1970.
pub type Millis = i64;

/// Prometheus's mark for a series that has ended: one certain NaN.
const STALE_BITS: u64 = 0x7ff0_0000_0000_0002;
/// Most samples of one series: no replay is longer than this.
const SAMPLES_MAX: usize = 20_000;

pub fn stale() -> f64 {
    f64::from_bits(STALE_BITS)
}

pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE_BITS
}

#[derive(Debug, Default, Clone)]
pub struct Series {
    pub labels: Id,
    pub times: Vec<Millis>,
    pub values: Vec<f64>,
    /// Index of the last stale mark among the values, so that windows after it need not be looked through.
    last_stale: Option<usize>,
}

impl Series {
    /// Samples after `after` up to and with `until`, as a range of indices.
    pub fn window(&self, after: Millis, until: Millis) -> std::ops::Range<usize> {
        let end = self.up_to(until);
        let start = self.up_to(after).min(end);
        start..end
    }

    /// How many samples there are up to and with `time`. They mostly come in even steps, so their place is guessed first.
    fn up_to(&self, time: Millis) -> usize {
        let times = self.times.as_slice();
        let (Some(first), Some(last)) = (times.first(), times.last()) else { return 0 };
        if time < *first || time >= *last {
            return if time < *first { 0 } else { times.len() };
        }
        let share = (time - first) as f64 / (last - first) as f64;
        let guess = (share * (times.len() - 1) as f64) as usize;
        let is_it = |at: &usize| (1..times.len()).contains(at) && times[at - 1] <= time && time < times[*at];
        let near = (guess..guess + 3).find(is_it);
        near.unwrap_or_else(|| times.partition_point(|sample| *sample <= time))
    }

    /// Whether a stale mark may be among the samples with these indices.
    pub fn may_be_stale(&self, window: &std::ops::Range<usize>) -> bool {
        self.last_stale.is_some_and(|last| last >= window.start)
    }

    fn push(&mut self, time: Millis, value: f64) {
        if is_stale(value) {
            self.last_stale = Some(self.values.len());
        }
        self.times.push(time);
        self.values.push(value);
    }
}

#[derive(Debug, Default)]
pub struct Store {
    pub names: Interner,
    pub series: Vec<Series>,
    by_labels: Map<Id, usize>,
    by_name: Map<String, Vec<usize>>,
}

impl Store {
    /// The series with these labels, made when there is none.
    pub fn series_of(&mut self, labels: Id) -> usize {
        if let Some(at) = self.by_labels.get(&labels) {
            return *at;
        }
        let at = self.series.len();
        self.series.push(Series { labels, ..Series::default() });
        self.by_labels.insert(labels, at);
        let name = self.names.labels(labels).get(METRIC_NAME).to_owned();
        self.by_name.entry(name).or_default().push(at);
        at
    }

    /// Adds a sample at the end of a series.
    pub fn append(&mut self, labels: Id, time: Millis, value: f64) {
        let at = self.series_of(labels);
        let series = &mut self.series[at];
        if series.times.last().is_some_and(|last| *last >= time) {
            return;
        }
        series.push(time, value);
    }

    /// Writes a series from its notation, in place of what it was.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn write(&mut self, labels: Labels, notation: &str, clock: &Clock) -> Result<(), String> {
        let values = read_notation(notation, clock)?;
        let id = self.names.id(labels);
        let at = self.series_of(id);
        let series = &mut self.series[at];
        *series = Series { labels: id, ..Series::default() };
        for (index, value) in values.into_iter().enumerate() {
            if let Some(value) = value {
                series.push(clock.start + index as Millis * clock.interval, value);
            }
        }
        Ok(())
    }

    /// Series of this name, in the order in which they were made.
    pub fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Names of all series, sorted.
    pub fn metric_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.by_name.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    pub fn labels(&self, series: usize) -> std::rc::Rc<Labels> {
        self.names.labels(self.series[series].labels)
    }
}

/// When samples are taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    pub start: Millis,
    pub interval: Millis,
    /// Samples up to the end of the replay.
    pub count: usize,
}

fn read_notation(notation: &str, clock: &Clock) -> Result<Vec<Option<f64>>, String> {
    let most = clock.count.min(SAMPLES_MAX);
    let mut values: Vec<Option<f64>> = Vec::with_capacity(most);
    for item in notation.split_whitespace() {
        let bad = || format!("the values `{item}` cannot be read");
        if item == "stale" {
            values.push(Some(stale()));
            continue;
        }
        let (what, count) = match item.split_once('x') {
            Some((what, "*")) => (what, Some(most.saturating_sub(values.len()))),
            Some((what, count)) => {
                let samples = count.parse::<usize>().ok();
                let timed = || millis(count).map(|time| (time / clock.interval.max(1)) as usize);
                (what, Some(samples.or_else(timed).ok_or_else(bad)?))
            }
            None => (item, None),
        };
        if what == "_" {
            values.extend(std::iter::repeat_n(None, count.unwrap_or(1).min(SAMPLES_MAX)));
            continue;
        }
        let sign = what
            .char_indices()
            .skip(1)
            .find(|(at, c)| matches!(c, '+' | '-') && !matches!(what.as_bytes().get(at - 1), Some(b'e' | b'E')));
        let (start, step) = match sign {
            Some((at, _)) => (&what[..at], what[at..].parse::<f64>().map_err(|_| bad())?),
            // `+5x3` goes on from what was; `5x3` and `-5` stand for themselves.
            None if what.starts_with(['+', '-']) && count.is_some() => ("", what.parse::<f64>().map_err(|_| bad())?),
            None => (what, 0.0),
        };
        let count = count.unwrap_or(0).min(SAMPLES_MAX);
        if start.is_empty() {
            let last = values.iter().rev().find_map(|value| value.filter(|value| !is_stale(*value)));
            let last = last.ok_or_else(bad)?;
            values.extend((1..=count).map(|n| Some(last + step * n as f64)));
        } else {
            let first: f64 = start.parse().map_err(|_| bad())?;
            values.extend((0..=count).map(|n| Some(first + step * n as f64)));
        }
    }
    values.truncate(most);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(notation: &str) -> Vec<Option<f64>> {
        read_notation(notation, &Clock { start: 0, interval: 30_000, count: 12 }).expect("readable")
    }

    #[test]
    fn reads_the_notation_of_unit_tests() {
        assert_eq!(values("1 2e3 -1"), [Some(1.0), Some(2000.0), Some(-1.0)]);
        assert_eq!(values("0+10x2"), [Some(0.0), Some(10.0), Some(20.0)]);
        assert_eq!(values("5-2x1 7x1"), [Some(5.0), Some(3.0), Some(7.0), Some(7.0)]);
        assert_eq!(values("1 _ _x2 2"), [Some(1.0), None, None, None, Some(2.0)]);
        assert!(is_stale(values("1 stale")[1].expect("a mark")));
    }

    #[test]
    fn goes_on_from_the_value_before_for_a_time_or_to_the_end() {
        assert_eq!(values("0+1x1 +10x1m"), [Some(0.0), Some(1.0), Some(11.0), Some(21.0)]);
        assert_eq!(values("1 _ +1x*").len(), 12);
        assert_eq!(values("1 _ +1x*")[11], Some(11.0));
        assert_eq!(values("3 -1x2"), [Some(3.0), Some(2.0), Some(1.0)]);
    }

    #[test]
    fn refuses_what_is_no_value() {
        let clock = Clock { start: 0, interval: 30_000, count: 12 };
        for notation in ["a", "1x", "+1x3", "1+ax2", "1x3q"] {
            assert!(read_notation(notation, &clock).is_err(), "{notation}");
        }
    }

    proptest! {
        #[test]
        fn a_window_holds_the_samples_within_it(
            gaps in prop::collection::vec(prop_oneof![8 => Just(30), 2 => 0..2_000_i64], 0..60),
            after in -100..3_000_i64,
            length in 0..2_000_i64,
        ) {
            let mut series = Series::default();
            let mut time = 0;
            for gap in gaps {
                time += gap;
                series.push(time, 1.0);
            }
            let within = |time: &&Millis| after < **time && **time <= after + length;
            let held: Vec<&Millis> = series.times.iter().filter(within).collect();
            let found = series.window(after, after + length);
            prop_assert_eq!(series.times[found].iter().collect::<Vec<_>>(), held);
        }
    }
}
