//! What is said of a quantity that is not right.

use super::text::Sum;
use crate::checks::quote;

/// Why a number without a unit is not taken to be in the unit asked for.
pub(super) fn riddle(text: &str, sum: &Sum, time: bool) -> Option<String> {
    if let Some((word, unit)) = &sum.nearly {
        return Some(format!("{} is no unit that is known; did you mean `{unit}`?", quote(word)));
    }
    if !time {
        return None;
    }
    let known =
        "max maximum min minimum total at or about in for is so per each on the a usually ish approx only most least";
    match &sum.counted {
        Some(word) if !known.split(' ').any(|known| known.eq_ignore_ascii_case(word)) => {
            Some(format!("{} is no unit of time that is known; write ms, s, min, h or days", quote(word)))
        }
        _ if pattern!(r"\d ?M\b").is_match(text) => {
            Some("`M` stands for a million; write `min` for minutes".to_owned())
        }
        _ => None,
    }
}

/// How far a value is outside of the bounds.
pub(super) fn off_by(value: f64, bounds: &(f64, f64)) -> Option<String> {
    let (bound, word) = if value < bounds.0 { (bounds.0, "too small") } else { (bounds.1, "too large") };
    let times = if value < bound { bound / value } else { value / bound };
    (times.is_finite() && times > 0.0)
        .then(|| if times >= 1.5 { format!("about {} times {word}", number(times)) } else { word.to_string() })
}

/// What to write where a point or a comma may have been meant the other way round.
pub(super) fn thousands(given: &str, value: f64, bounds: &(f64, f64)) -> Option<String> {
    let near = |times: f64| value * times >= bounds.0 && value * times <= bounds.1;
    let found = pattern!(r"\b\d{1,3}([.,])\d{3}\b").captures(given)?;
    if &found[1] == "." && near(1e3) {
        return Some(format!("decimals begin at a point: write {} for thousands", found[0].replace('.', "")));
    }
    (&found[1] == "," && near(1e-3))
        .then(|| format!("a comma parts thousands: write {} for decimals", found[0].replace(',', ".")))
}

/// Four significant digits, thousands separated; a power of ten where that is shorter.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    let digits = if size >= 1000.0 || size == 0.0 { 0 } else { (3 - size.log10().floor() as i32).clamp(0, 8) as usize };
    let text = format!("{value:.digits$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |w| ("-", w));
    let mut grouped = String::new();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{fraction}") }
}
