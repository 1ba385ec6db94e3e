//! Dates as numbers: seconds since 1970-01-01T00:00:00Z, on the simulated clock.

const DAY_S: f64 = 86_400.0;

/// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

pub(super) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// `(year, month, day, seconds of the day)` of a time on the simulated clock.
pub(super) fn civil(seconds: f64) -> (i64, i64, i64, f64) {
    let seconds = if seconds.is_finite() { seconds.clamp(-6.0e10, 2.5e11) } else { 0.0 };
    let days = (seconds / DAY_S).floor();
    // In range: clamped to some thousand years above.
    #[expect(clippy::cast_possible_truncation, reason = "clamped to a few thousand years")]
    let (year, month, day) = civil_from_days(days as i64);
    (year, month, day, seconds - days * DAY_S)
}

pub(super) fn from_civil(year: i64, month: i64, day: i64, seconds: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "days of a few thousand years")]
    let days = days_from_civil(year, month, day) as f64;
    days * DAY_S + seconds
}

fn digits(text: &str, least: usize, most: usize) -> Option<i64> {
    ((least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Seconds of the day of `HH:MM[:SS[.fff]]`.
pub(super) fn parse_time_of_day(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let hours = digits(parts.next()?, 1, 2)?;
    let minutes = digits(parts.next()?, 2, 2)?;
    let seconds = match parts.next() {
        Some(seconds) => {
            let whole = seconds.split('.').next()?;
            digits(whole, 2, 2)?;
            seconds.parse::<f64>().ok()?
        }
        None => 0.0,
    };
    if parts.next().is_some() || hours > 24 || minutes > 59 || seconds >= 61.0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "below 86400")]
    Some((hours * 3_600 + minutes * 60) as f64 + seconds)
}

pub(super) fn parse_date(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4, 4)?;
    let month = digits(parts.next()?, 1, 2)?;
    let day = digits(parts.next()?, 1, 2)?;
    if parts.next().is_some() || !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    (civil_from_days(days_from_civil(year, month, day)) == (year, month, day)).then_some((year, month, day))
}

/// Reads `2026-01-02`, `2026-01-02 03:04:05.6`, `2026-01-02T03:04:05Z`, `...+02:00` as seconds on the simulated clock.
pub fn parse_timestamp(text: &str) -> Option<f64> {
    let text = text.trim();
    // PostgreSQL's, before and after all others.
    match text.to_ascii_lowercase().as_str() {
        "infinity" => return Some(f64::INFINITY),
        "-infinity" => return Some(f64::NEG_INFINITY),
        "epoch" => return Some(0.0),
        _ => {}
    }
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let (year, month, day) = parse_date(date)?;
    if rest.is_empty() {
        return Some(from_civil(year, month, day, 0.0));
    }
    let (time, zone) = match rest.find(['Z', 'z', '+', '-', ' ']) {
        Some(at) => (&rest[..at], rest[at..].trim()),
        None => (rest, ""),
    };
    let offset = match zone {
        "" | "Z" | "z" | "UTC" | "+00" | "-00" => 0.0,
        _ => {
            let sign = if zone.starts_with('-') { -1.0 } else { 1.0 };
            let digits_only = zone.get(1..)?;
            let (hours, minutes) = match digits_only.split_once(':') {
                Some(parts) => parts,
                None if digits_only.len() == 4 => (digits_only.get(..2)?, digits_only.get(2..)?),
                None => (digits_only, "00"),
            };
            #[expect(clippy::cast_precision_loss, reason = "two digits")]
            let seconds = (digits(hours, 1, 2)? * 3_600 + digits(minutes, 2, 2)? * 60) as f64;
            sign * seconds
        }
    };
    Some(from_civil(year, month, day, parse_time_of_day(time)?) - offset)
}

/// Writes `2026-01-02 03:04:05`, with milliseconds where there are any.
pub fn format_timestamp(seconds: f64) -> String {
    if seconds.is_infinite() {
        return endless(seconds);
    }
    let rounded = (seconds * 1_000.0).round() / 1_000.0;
    let (year, month, day, of_day) = civil(rounded);
    let time = format_time(of_day);
    format!("{year:04}-{month:02}-{day:02} {time}")
}

fn endless(seconds: f64) -> String {
    if seconds < 0.0 { "-infinity".into() } else { "infinity".into() }
}

pub(super) fn format_date(seconds: f64) -> String {
    if seconds.is_infinite() {
        return endless(seconds);
    }
    let (year, month, day, _) = civil(seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

#[expect(clippy::cast_possible_truncation, reason = "below 86400000")]
pub(super) fn format_time(of_day: f64) -> String {
    let millis = ((of_day * 1_000.0).round() as i64).clamp(0, 86_399_999);
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    let text = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if millis == 0 { text } else { format!("{text}.{millis:03}") }
}

/// Seconds in one of `unit` (`second`, `minutes`, ...); a month counts 30 days and a year 365.25, as PostgreSQL does.
pub(super) fn unit_s(unit: &str) -> Option<f64> {
    Some(match unit.trim().to_ascii_lowercase().trim_end_matches('s') {
        "microsecond" | "u" => 1e-6,
        "millisecond" | "m" => 1e-3,
        "second" | "sec" | "" => 1.0,
        "minute" | "min" => 60.0,
        "hour" | "hr" | "h" => 3_600.0,
        "day" | "d" => DAY_S,
        "week" | "w" => 7.0 * DAY_S,
        "month" | "mon" => 30.0 * DAY_S,
        "quarter" => 90.0 * DAY_S,
        "year" | "y" | "yr" => 365.25 * DAY_S,
        _ => return None,
    })
}

/// Calendar months and seconds of `1 month`, `1 year 2 days`; `None` where there are no months in it.
pub(super) fn parse_months(text: &str) -> Option<(f64, f64)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (mut months, mut rest): (f64, Vec<&str>) = (0.0, Vec::new());
    let mut at = 0;
    while at < words.len() {
        let count = words[at].parse::<f64>().ok().filter(|count| count.is_finite());
        match (count, words.get(at + 1).and_then(|unit| unit_months(unit))) {
            (Some(count), Some(unit)) => {
                months += count * unit;
                at += 2;
            }
            _ => {
                rest.push(words[at]);
                at += 1;
            }
        }
    }
    let ago = if rest.last().is_some_and(|word| word.eq_ignore_ascii_case("ago")) { -1.0 } else { 1.0 };
    let only_ago = rest.iter().all(|word| word.eq_ignore_ascii_case("ago"));
    let seconds = if only_ago { 0.0 } else { parse_interval(&rest.join(" "))? };
    (months.abs() > 0.0).then_some((months * ago, seconds))
}

/// Calendar months in one of `unit`.
pub(super) fn unit_months(unit: &str) -> Option<f64> {
    Some(match unit.trim().to_ascii_lowercase().trim_end_matches('s') {
        "month" | "mon" => 1.0,
        "quarter" => 3.0,
        "year" | "yr" | "y" => 12.0,
        "decade" => 120.0,
        _ => return None,
    })
}

/// Seconds of `5 minutes`, `1 day 02:30:00`, `300`, `1h 30m`, `-1 hour`.
pub(super) fn parse_interval(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut number: Option<f64> = None;
    let mut any = false;
    for word in text.split_whitespace() {
        if word.eq_ignore_ascii_case("ago") {
            total = -total;
        } else if word.contains(':') {
            total += parse_time_of_day(word)?;
            any = true;
        } else if let Ok(value) = word.parse::<f64>() {
            if number.is_some() || !value.is_finite() {
                return None;
            }
            number = Some(value);
        } else if let Some(value) = number.take() {
            total += value * unit_s(word)?;
            any = true;
        } else {
            let split = word.find(|c: char| c.is_ascii_alphabetic())?;
            total +=
                word[..split].parse::<f64>().ok()? * if &word[split..] == "m" { 60.0 } else { unit_s(&word[split..])? };
            any = true;
        }
    }
    match number {
        Some(value) => Some(total + value),
        None => any.then_some(total),
    }
}
