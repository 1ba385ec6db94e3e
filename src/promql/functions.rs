//! Functions of one value, and those of a range of samples, as Prometheus 3 computes them.

use super::store::Millis;

/// Functions of a range that look at its samples only.
const OVER_RANGE: &[&str] = &[
    "rate",
    "increase",
    "delta",
    "irate",
    "idelta",
    "deriv",
    "changes",
    "resets",
    "avg_over_time",
    "min_over_time",
    "max_over_time",
    "sum_over_time",
    "count_over_time",
    "last_over_time",
    "first_over_time",
    "present_over_time",
    "stddev_over_time",
    "stdvar_over_time",
    "quantile_over_time",
    "predict_linear",
];

const OTHERS: &[&str] = &[
    "abs",
    "absent",
    "absent_over_time",
    "ceil",
    "clamp",
    "clamp_max",
    "clamp_min",
    "day_of_month",
    "day_of_week",
    "exp",
    "floor",
    "histogram_quantile",
    "hour",
    "label_join",
    "label_replace",
    "ln",
    "log10",
    "log2",
    "minute",
    "month",
    "pi",
    "round",
    "scalar",
    "sgn",
    "sort",
    "sort_desc",
    "sqrt",
    "time",
    "timestamp",
    "vector",
];

pub fn is_known(name: &str) -> bool {
    OTHERS.contains(&name) || takes_range(name)
}

/// Whether it maps the samples of a range to a value.
pub fn takes_range(name: &str) -> bool {
    OVER_RANGE.contains(&name)
}

/// Samples in a range that ends at `until`; `at` is the time of evaluation, which an offset moves away from `until`.
pub struct Window<'a> {
    pub times: &'a [Millis],
    pub values: &'a [f64],
    pub from: Millis,
    pub until: Millis,
    pub at: Millis,
}

/// `None` where the function has no value, as with too few samples.
pub fn over_range(name: &str, window: &Window, parameter: f64) -> Option<f64> {
    let values = window.values;
    let last = *values.last()?;
    let count = values.len() as f64;
    Some(match name {
        "rate" => extrapolated(window, true)? / seconds(window.until - window.from),
        "increase" => extrapolated(window, true)?,
        "delta" => extrapolated(window, false)?,
        "irate" | "idelta" => instant(window, name == "irate")?,
        "deriv" => regression(window, *window.times.first()?)?.0,
        "predict_linear" => {
            let (slope, intercept) = regression(window, window.at)?;
            slope * parameter + intercept
        }
        "changes" => values.windows(2).filter(|w| w[0] != w[1] && !(w[0].is_nan() && w[1].is_nan())).count() as f64,
        "resets" => values.windows(2).filter(|w| w[1] < w[0]).count() as f64,
        "avg_over_time" => values.iter().sum::<f64>() / count,
        "min_over_time" => values.iter().copied().fold(f64::NAN, f64::min),
        "max_over_time" => values.iter().copied().fold(f64::NAN, f64::max),
        "sum_over_time" => values.iter().sum(),
        "count_over_time" => count,
        "last_over_time" => last,
        "first_over_time" => values[0],
        "present_over_time" => 1.0,
        "stddev_over_time" => variance(values).sqrt(),
        "stdvar_over_time" => variance(values),
        "quantile_over_time" => quantile(parameter, values),
        _ => return None,
    })
}

fn seconds(time: Millis) -> f64 {
    time as f64 / 1_000.0
}

/// The increase over the whole range, extrapolated to its ends as `extrapolatedRate` does in Prometheus.
fn extrapolated(window: &Window, counter: bool) -> Option<f64> {
    let (times, values) = (window.times, window.values);
    if values.len() < 2 {
        return None;
    }
    let (first, last) = (values[0], values[values.len() - 1]);
    let mut result = last - first;
    if counter {
        result += values.windows(2).filter(|w| w[1] < w[0]).map(|w| w[0]).sum::<f64>();
    }
    let sampled = seconds(times[times.len() - 1] - times[0]);
    let between = sampled / (values.len() - 1) as f64;
    let threshold = between * 1.1;
    let mut to_start = seconds(times[0] - window.from);
    let mut to_end = seconds(window.until - times[times.len() - 1]);
    if to_start >= threshold {
        to_start = between / 2.0;
    }
    if counter && result > 0.0 && first >= 0.0 {
        // A counter was not below zero before its first sample.
        to_start = to_start.min(sampled * (first / result));
    }
    if to_end >= threshold {
        to_end = between / 2.0;
    }
    Some(result * ((sampled + to_start + to_end) / sampled))
}

fn instant(window: &Window, rate: bool) -> Option<f64> {
    let n = window.values.len();
    if n < 2 {
        return None;
    }
    let (before, last) = (window.values[n - 2], window.values[n - 1]);
    let passed = seconds(window.times[n - 1] - window.times[n - 2]);
    if !rate {
        return Some(last - before);
    }
    let increase = if last < before { last } else { last - before };
    (passed > 0.0).then(|| increase / passed)
}

/// Slope per second and value at `origin` of the least squares line.
fn regression(window: &Window, origin: Millis) -> Option<(f64, f64)> {
    let n = window.values.len();
    if n < 2 {
        return None;
    }
    if window.values.iter().all(|value| *value == window.values[0]) {
        return Some((0.0, window.values[0]));
    }
    let count = n as f64;
    let (mut sum_x, mut sum_y, mut sum_xy, mut sum_xx) = (0.0, 0.0, 0.0, 0.0);
    for (time, y) in window.times.iter().zip(window.values) {
        let x = seconds(time - origin);
        sum_x += x;
        sum_y += y;
        sum_xy += x * y;
        sum_xx += x * x;
    }
    let covariance = sum_xy - sum_x * sum_y / count;
    let spread = sum_xx - sum_x * sum_x / count;
    let slope = covariance / spread;
    Some((slope, sum_y / count - slope * sum_x / count))
}

pub fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
}

/// Of values in any order; Prometheus answers infinities outside of 0 to 1.
pub fn quantile(q: f64, values: &[f64]) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if !(0.0..=1.0).contains(&q) {
        return if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = q * (sorted.len() - 1) as f64;
    let low = rank.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    let weight = rank - rank.floor();
    sorted[low] * (1.0 - weight) + sorted[high] * weight
}

/// `histogram_quantile` on cumulative buckets `(le, count)`.
pub fn bucket_quantile(q: f64, mut buckets: Vec<(f64, f64)>) -> f64 {
    buckets.retain(|(bound, _)| !bound.is_nan());
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    if q.is_nan() || buckets.last().is_none_or(|last| last.0 != f64::INFINITY) {
        return f64::NAN;
    }
    if !(0.0..=1.0).contains(&q) {
        return if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // Equal bounds are one bucket, and counts never fall from one bucket to the next.
    let mut merged: Vec<(f64, f64)> = Vec::with_capacity(buckets.len());
    for (bound, count) in buckets {
        match merged.last_mut() {
            Some(last) if last.0 == bound => last.1 += count,
            _ => merged.push((bound, count)),
        }
    }
    let mut most = f64::NEG_INFINITY;
    for bucket in &mut merged {
        most = most.max(bucket.1);
        bucket.1 = most;
    }
    let total = merged[merged.len() - 1].1;
    if merged.len() < 2 || total == 0.0 || total.is_nan() {
        return f64::NAN;
    }
    let rank = q * total;
    let last = merged.len() - 1;
    let at = merged[..last].iter().position(|(_, count)| *count >= rank).unwrap_or(last);
    if at == last {
        return merged[last - 1].0;
    }
    let (end, count) = merged[at];
    if at == 0 && end <= 0.0 {
        return end;
    }
    let (start, below) = if at == 0 { (0.0, 0.0) } else { merged[at - 1] };
    start + (end - start) * ((rank - below) / (count - below))
}

/// Functions from number to number.
pub fn of_number(name: &str, value: f64) -> Option<f64> {
    Some(match name {
        "abs" => value.abs(),
        "ceil" => value.ceil(),
        "floor" => value.floor(),
        "exp" => value.exp(),
        "ln" => value.ln(),
        "log2" => value.log2(),
        "log10" => value.log10(),
        "sqrt" => value.sqrt(),
        "sgn" if value == 0.0 || value.is_nan() => value,
        "sgn" => value.signum(),
        _ => return None,
    })
}

/// Parts of a date, of seconds since 1970.
pub fn of_date(name: &str, time: f64) -> Option<f64> {
    let seconds = if time.is_finite() { time as i64 } else { return Some(f64::NAN) };
    let days = seconds.div_euclid(86_400);
    // Days to a date of the Gregorian calendar: Howard Hinnant, "chrono-compatible low-level date algorithms".
    let shifted = days + 719_468;
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    Some(match name {
        "minute" => (seconds.div_euclid(60).rem_euclid(60)) as f64,
        "hour" => (seconds.div_euclid(3_600).rem_euclid(24)) as f64,
        "day_of_week" => (days + 4).rem_euclid(7) as f64,
        "day_of_month" => (day_of_year - (153 * month_shifted + 2) / 5 + 1) as f64,
        "month" => month as f64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window<'a>(times: &'a [Millis], values: &'a [f64], from: Millis, until: Millis) -> Window<'a> {
        Window { times, values, from, until, at: until }
    }

    #[test]
    fn extrapolates_as_prometheus_does() {
        // Samples every 60 s: 10, 70, 130 in a window of 3 minutes that ends with the last one.
        let times = [60_000, 120_000, 180_000];
        let steady = window(&times, &[70.0, 130.0, 190.0], 0, 180_000);
        assert_eq!(over_range("increase", &steady, 0.0), Some(180.0));
        assert_eq!(over_range("rate", &steady, 0.0), Some(1.0));
        // The counter began at 10 shortly before: it was never below zero.
        let young = window(&times, &[10.0, 70.0, 130.0], 0, 180_000);
        assert_eq!(over_range("increase", &young, 0.0), Some(130.0));
        // A start far away from the window's is extrapolated by half an interval only.
        let late = window(&times, &[500.0, 560.0, 620.0], -600_000, 180_000);
        assert_eq!(over_range("increase", &late, 0.0), Some(150.0));
    }

    #[test]
    fn a_reset_counts_from_zero() {
        let times = [0, 60_000, 120_000];
        let reset = window(&times, &[1000.0, 1060.0, 20.0], -1, 120_000);
        let increase = over_range("increase", &reset, 0.0).expect("a value");
        assert!((increase - 80.0).abs() < 0.01, "{increase}");
        assert_eq!(over_range("irate", &reset, 0.0), Some(20.0 / 60.0));
        assert!(over_range("delta", &reset, 0.0).expect("a value") < 0.0);
        assert_eq!(over_range("resets", &reset, 0.0), Some(1.0));
    }

    #[test]
    fn one_sample_has_no_rate() {
        let one = window(&[0], &[5.0], -60_000, 0);
        for name in ["rate", "increase", "delta", "irate", "deriv", "predict_linear"] {
            assert_eq!(over_range(name, &one, 1.0), None, "{name}");
        }
        assert_eq!(over_range("last_over_time", &one, 0.0), Some(5.0));
    }

    #[test]
    fn predicts_along_the_line() {
        let times = [0, 60_000, 120_000];
        let line = window(&times, &[10.0, 20.0, 30.0], -1, 120_000);
        let in_an_hour = over_range("predict_linear", &line, 3_600.0).expect("a value");
        assert!((in_an_hour - 630.0).abs() < 1e-6, "{in_an_hour}");
        assert!((over_range("deriv", &line, 0.0).expect("a value") - 1.0 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn quantiles_of_buckets_interpolate() {
        let inf = f64::INFINITY;
        let buckets = vec![(0.1, 50.0), (0.5, 90.0), (1.0, 100.0), (inf, 100.0)];
        assert!((bucket_quantile(0.5, buckets.clone()) - 0.1).abs() < 1e-9);
        assert!((bucket_quantile(0.95, buckets.clone()) - 0.75).abs() < 1e-9);
        // Beyond the last bound nothing is known but that bound.
        assert_eq!(bucket_quantile(0.99, vec![(1.0, 10.0), (2.5, 20.0), (inf, 40.0)]), 2.5);
        assert!(bucket_quantile(0.99, vec![(1.0, 0.0), (inf, 0.0)]).is_nan(), "no traffic has no quantile");
        assert!(bucket_quantile(0.99, vec![(1.0, 5.0)]).is_nan(), "without +Inf nothing is known");
        assert_eq!(quantile(0.5, &[3.0, 1.0, 2.0, 10.0]), 2.5);
    }

    #[test]
    fn knows_the_calendar() {
        // Monday, 2026-01-05 14:07:30 UTC.
        let time = 1_767_622_050.0;
        for (name, value) in
            [("hour", 14.0), ("minute", 7.0), ("day_of_week", 1.0), ("day_of_month", 5.0), ("month", 1.0)]
        {
            assert_eq!(of_date(name, time), Some(value), "{name}");
        }
    }
}
