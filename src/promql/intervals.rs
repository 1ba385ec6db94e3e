//! Alertmanager's time intervals: when a route is mute, or the only times at which it is not.

use std::ops::RangeInclusive;

use serde_json::{Map, Value as Json};

use super::rules::RuleError;
use super::store::Millis;
use crate::submission::nearest;

const FIELDS: &[&str] = &["times", "weekdays", "days_of_month", "months", "years", "location"];
const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAY: Millis = 86_400_000;

/// Each list may hold one of its parts; an empty one says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Interval {
    /// Minutes of the day, the end not among them.
    times: Vec<(i64, i64)>,
    weekdays: Vec<RangeInclusive<i64>>,
    /// From the end of the month when negative.
    days: Vec<RangeInclusive<i64>>,
    months: Vec<RangeInclusive<i64>>,
    years: Vec<RangeInclusive<i64>>,
}

impl Interval {
    pub fn contains(&self, time: Millis) -> bool {
        let minute = time.rem_euclid(DAY) / 60_000;
        let (year, month, day) = civil(time.div_euclid(DAY));
        let weekday = (time.div_euclid(DAY) + 4).rem_euclid(7);
        let length = days_of(year, month);
        let from_end = |number: i64| if number < 0 { length + 1 + number } else { number };
        let among =
            |ranges: &[RangeInclusive<i64>], value: i64| ranges.is_empty() || ranges.iter().any(|r| r.contains(&value));
        let of_month = |range: &RangeInclusive<i64>| (from_end(*range.start())..=from_end(*range.end())).contains(&day);
        (self.times.is_empty() || self.times.iter().any(|(from, to)| (*from..*to).contains(&minute)))
            && among(&self.weekdays, weekday)
            && (self.days.is_empty() || self.days.iter().any(of_month))
            && among(&self.months, month)
            && among(&self.years, year)
    }
}

/// Year, month and day of a number of days since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let (mut year, mut left) = (1970 + days.div_euclid(365) - 1, 0);
    // A guess that is at most a few years off.
    loop {
        let begins = |year: i64| 365 * (year - 1970) + leaps(year) - leaps(1970);
        if begins(year) > days {
            year -= 1;
        } else if begins(year + 1) <= days {
            year += 1;
        } else {
            left += days - begins(year);
            break;
        }
    }
    let mut month = 1;
    while left >= days_of(year, month) {
        left -= days_of(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// Leap days before a year.
fn leaps(year: i64) -> i64 {
    let before = year - 1;
    before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + leaps(year + 1) - leaps(year),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The intervals of a configuration by name.
pub fn read(fields: &Map<String, Json>, errors: &mut Vec<RuleError>) -> Vec<(String, Vec<Interval>)> {
    let mut named = Vec::new();
    // The older name is still read.
    for list in ["time_intervals", "mute_time_intervals"] {
        for (index, item) in array(fields.get(list)).iter().enumerate() {
            let at = format!("/{list}/{index}");
            let name = item.get("name").and_then(Json::as_str).unwrap_or_default();
            if name.is_empty() {
                errors.push(RuleError::new(
                    at,
                    "the time interval has no name",
                    "write `- name: nights`, and routes name it",
                ));
                continue;
            }
            let parts = array(item.get("time_intervals")).iter().enumerate();
            let parts =
                parts.map(|(part, value)| read_one(value, &format!("{at}/time_intervals/{part}"), errors)).collect();
            named.push((name.to_owned(), parts));
        }
    }
    named
}

fn array(value: Option<&Json>) -> &[Json] {
    value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn read_one(value: &Json, at: &str, errors: &mut Vec<RuleError>) -> Interval {
    let mut interval = Interval::default();
    let Some(fields) = value.as_object() else {
        errors.push(RuleError::new(
            at,
            "a time interval is a mapping",
            "write times, weekdays, days_of_month, months or years",
        ));
        return interval;
    };
    for (field, value) in fields {
        let at = format!("{at}/{field}");
        match field.as_str() {
            "times" => interval.times = read_times(value, &at, errors),
            "weekdays" => {
                interval.weekdays = ranges(value, &at, errors, "monday:friday", |text| named(&WEEKDAYS, text))
            }
            "days_of_month" => interval.days = ranges(value, &at, errors, "1:5 or -3:-1", number),
            "months" => {
                let month = |text: &str| named(&MONTHS, text).map(|month| month + 1).or_else(|| number(text));
                interval.months = ranges(value, &at, errors, "1:3 or may:august", month);
            }
            "years" => interval.years = ranges(value, &at, errors, "2026:2030", number),
            "location" if matches!(value.as_str(), Some("UTC" | "Etc/UTC" | "Local" | "")) => {}
            "location" => errors.push(RuleError::new(
                at,
                format!(
                    "belt replays in UTC and does not know {}",
                    crate::checks::quote(value.as_str().unwrap_or_default())
                ),
                "leave `location` out and give the times in UTC",
            )),
            _ => {
                let help = match nearest(field, FIELDS.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("Alertmanager knows {} here", FIELDS.join(", ")),
                };
                errors.push(RuleError::new(at, format!("Alertmanager refuses the field `{field}` here"), help));
            }
        }
    }
    interval
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.abs() < 10_000)
}

fn named(names: &[&str], text: &str) -> Option<i64> {
    names.iter().position(|name| name.eq_ignore_ascii_case(text)).and_then(|at| i64::try_from(at).ok())
}

fn read_times(value: &Json, at: &str, errors: &mut Vec<RuleError>) -> Vec<(i64, i64)> {
    let mut times = Vec::new();
    for item in array(Some(value)) {
        let minute = |field: &str| item.get(field).and_then(Json::as_str).and_then(minute_of_day);
        match (minute("start_time"), minute("end_time")) {
            (Some(from), Some(to)) if from < to => times.push((from, to)),
            (Some(_), Some(_)) => errors.push(RuleError::new(
                at,
                "a stretch of a day ends before it begins, which Alertmanager refuses",
                "make two of one over midnight: 22:00 to 24:00 and 00:00 to 06:00",
            )),
            _ => errors.push(RuleError::new(
                at,
                "times have a start_time and an end_time",
                "write {start_time: '09:00', end_time: '17:00'}, in quotes",
            )),
        }
    }
    times
}

fn minute_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && (0..60).contains(&minutes) && hours >= 0 || hours == 24 && minutes == 0)
        .then_some(hours * 60 + minutes)
}

/// `monday:friday`, or one.
fn ranges(
    value: &Json,
    at: &str,
    errors: &mut Vec<RuleError>,
    example: &str,
    read: impl Fn(&str) -> Option<i64>,
) -> Vec<RangeInclusive<i64>> {
    let mut ranges = Vec::new();
    let items = match value {
        Json::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    for item in items {
        let text = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
        let (from, to) = text.split_once(':').unwrap_or((&text, &text));
        match (read(from.trim()), read(to.trim())) {
            (Some(from), Some(to)) if from <= to || (from > 0) != (to > 0) => ranges.push(from..=to),
            _ => errors.push(RuleError::new(
                at,
                format!("{} is no range here", crate::checks::quote(&text)),
                format!("write {example}, the smaller one first"),
            )),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn intervals(tree: Json) -> Result<Vec<Interval>, Vec<RuleError>> {
        let mut errors = Vec::new();
        let tree = json!({"time_intervals": [{"name": "x", "time_intervals": tree}]});
        let mut read = read(tree.as_object().expect("a mapping"), &mut errors);
        if errors.is_empty() { Ok(read.remove(0).1) } else { Err(errors) }
    }

    fn at(day: i64, hour: i64) -> Millis {
        day * DAY + hour * 3_600_000
    }

    #[test]
    fn days_are_told_from_numbers() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (20_458, (2026, 1, 5)),
        ] {
            assert_eq!(civil(days), date, "{days}");
        }
    }

    #[test]
    fn office_hours_and_ends_of_months_are_told() {
        // 2026-01-05 is a Monday.
        let monday = 20_458;
        let office = &intervals(
            json!([{"weekdays": ["monday:friday"], "times": [{"start_time": "09:00", "end_time": "17:00"}]}]),
        )
        .expect("an interval")[0];
        assert!(
            office.contains(at(monday, 9)) && !office.contains(at(monday, 17)) && !office.contains(at(monday + 5, 12))
        );
        let last = &intervals(json!([{"days_of_month": ["-3:-1"], "months": ["january", "3"], "years": [2026]}]))
            .expect("one")[0];
        assert!(
            last.contains(at(monday + 26, 0))
                && !last.contains(at(monday + 20, 0))
                && !last.contains(at(monday + 40, 0))
        );
    }

    #[test]
    fn what_alertmanager_refuses_is_refused() {
        for (tree, word) in [
            (json!([{"times": [{"start_time": "22:00", "end_time": "06:00"}]}]), "midnight"),
            (json!([{"weekdays": ["mon:fri"]}]), "monday:friday"),
            (json!([{"location": "Europe/Berlin"}]), "UTC"),
            (json!([{"weekday": ["monday"]}]), "weekdays"),
            (json!([{"times": ["09:00-17:00"]}]), "start_time"),
        ] {
            let errors = intervals(tree).expect_err(word);
            assert!(errors[0].help.as_ref().is_some_and(|help| help.contains(word)), "{errors:?}");
        }
    }
}
