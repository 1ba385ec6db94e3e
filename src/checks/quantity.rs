//! Is a number right? It is read with its unit, worked out, and held against the exercise's own arithmetic.
//!
//! ```yaml
//! quantity:
//!   at: /estimates/writes_per_second      # else the criterion's own field
//!   unit: 1/s                             # the dimension asked for; missing for a plain number
//!   expect: "{urls_per_day} to 1/s"       # may use what the learner assumed elsewhere
//!   from: {urls_per_day: /estimates/urls_per_day}
//!   tolerance: 0.1                        # relative; or `factor: 2`; or `min`, `max`
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Place, Problem, Verdict, quote, shown};

/// A pattern that is a constant, compiled once.
macro_rules! pattern {
    ($pattern:expr) => {{
        static PATTERN: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| regex::Regex::new($pattern).expect("the pattern is a constant that compiles"));
        &*PATTERN
    }};
}

mod aside;
mod evaluate;
mod growth;
mod said;
mod spelled;
mod spoken;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
mod units;

use evaluate::{Failure, Value as Worked, evaluate};
use said::{number, off_by, riddle, thousands};
use text::expression;
use tokens::{Bytes, READINGS};

/// Share by which an answer may be off when the rubric does not say.
const TOLERANCE: f64 = 0.05;

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantityCheck {
    /// JSON pointer of the number; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    /// What it must come to, in the same notation; `{name}` stands for a field of `from`.
    #[serde(default)]
    pub expect: Option<String>,
    /// The unit it is compared in, such as `1/s` or `TB`; a plain number when missing.
    #[serde(default)]
    pub unit: Option<String>,
    /// Whether a number without a unit is taken to be in `unit`; it is, unless this says `false`.
    #[serde(default)]
    pub bare: Option<bool>,
    /// Relative, `0.1` for ten in a hundred.
    #[serde(default)]
    pub tolerance: Option<f64>,
    /// `2` allows half and double.
    #[serde(default)]
    pub factor: Option<f64>,
    /// Smallest value allowed, a quantity that may use `from`.
    #[serde(default)]
    pub min: Option<String>,
    /// Largest value allowed.
    #[serde(default)]
    pub max: Option<String>,
    /// Names for other fields of the submission.
    #[serde(default)]
    pub from: BTreeMap<String, String>,
    /// By field, the unit in which another check of the rubric takes a number that has none.
    #[serde(skip)]
    units: BTreeMap<String, String>,
}

/// How a text failed to be a quantity in the unit asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unreadable {
    Text(String),
    Dimension,
    TooLarge,
}

impl QuantityCheck {
    pub fn run(&self, document: &Value, at: Option<&str>) -> Verdict {
        let pointer = self.at.as_deref().or(at).unwrap_or("");
        let given = match field(document, pointer) {
            Some(text) => text,
            None => {
                return Verdict::not_gradable(vec![Problem {
                    message: "there is no number here yet".to_string(),
                    expected: Some(format!("a quantity, such as {}", self.examples())),
                    place: Place::field(pointer),
                    ..Problem::default()
                }]);
            }
        };
        // Where a range is given, both of its ends have to be right.
        let plain = aside::without(&given).unwrap_or_else(|_| given.clone());
        let ends = spoken::range(&plain).and_then(|(low, high)| Some((self.read(&low).ok()?, self.read(&high).ok()?)));
        let read = ends.map_or_else(|| self.read(&given), |(low, _)| Ok(low));
        let value = match read {
            Ok(value) => value,
            Err(why) => return self.refuse(pointer, &given, &why),
        };
        let mut notes = Vec::new();
        let mut bounds = (f64::NEG_INFINITY, f64::INFINITY);
        let mut wanted = None;
        if let Some(expect) = &self.expect {
            let (expected, sum) = match self.work_out(expect, document, &BTreeMap::new()) {
                Ok(found) => found,
                Err(verdict) => return *verdict,
            };
            notes.push(format!("{sum} = {}", self.say(expected)));
            bounds = self.around(expected);
            wanted = Some(match (self.factor, self.min.is_some() || self.max.is_some()) {
                (Some(factor), _) => {
                    format!("{}, give or take a factor of {factor}", self.say(expected))
                }
                (None, _) => {
                    format!("{}, within {} %", self.say(expected), number(self.tolerance.unwrap_or(TOLERANCE) * 100.0))
                }
            });
        }
        for (limit, lower) in [(&self.min, true), (&self.max, false)] {
            let Some(limit) = limit else { continue };
            let (bound, sum) = match self.work_out(limit, document, &BTreeMap::new()) {
                Ok(found) => found,
                Err(verdict) => return *verdict,
            };
            let side = if lower { "at least" } else { "at most" };
            if sum.trim() != self.say(bound) {
                notes.push(format!("{side} {sum} = {}", self.say(bound)));
            }
            if lower {
                bounds.0 = bounds.0.max(bound);
            } else {
                bounds.1 = bounds.1.min(bound);
            }
            let limit = format!("{side} {}", self.say(bound));
            wanted = Some(wanted.map_or(limit.clone(), |w| format!("{w}, and {limit}")));
        }
        // Room for the rounding of the arithmetic itself.
        let slack = |bound: f64| {
            if bound.is_finite() { bound.abs() * 1e-9 } else { 0.0 }
        };
        let executed = Some(format!("worked out {}", self.say(value)));
        let right = |value: f64| value >= bounds.0 - slack(bounds.0) && value <= bounds.1 + slack(bounds.1);
        if right(value) && ends.is_none_or(|(_, high)| right(high)) {
            return Verdict { executed, ..Verdict::passed() };
        }
        if let Some((low, high)) = ends {
            let problem = Problem {
                message: format!("not all of {} to {} is right", self.say(low), self.say(high)),
                expected: wanted,
                place: Place::field(pointer),
                notes,
                help: Some("write one number".to_string()),
                ..Problem::default()
            };
            return Verdict { executed, ..Verdict::failed(vec![problem]) };
        }
        let message = match wanted.is_some().then(|| off_by(value, &bounds)).flatten() {
            Some(times) => format!("{} is {times}", self.say(value)),
            None => format!("{} is out of range", self.say(value)),
        };
        let help = thousands(&given, value, &bounds);
        notes.insert(0, format!("yours: {} = {}", shown(&given, 80), self.say(value)));
        let problem = Problem {
            message,
            expected: wanted,
            actual: Some(self.say(value)),
            place: Place::field(pointer),
            notes,
            help,
            ..Problem::default()
        };
        Verdict { executed, ..Verdict::failed(vec![problem]) }
    }

    fn around(&self, expected: f64) -> (f64, f64) {
        let (low, high) = match self.factor {
            Some(factor) if factor > 0.0 => (expected / factor.max(1.0), expected * factor.max(1.0)),
            _ if self.tolerance.is_none() && (self.min.is_some() || self.max.is_some()) => {
                (f64::NEG_INFINITY, f64::INFINITY)
            }
            _ => {
                let off = expected.abs() * self.tolerance.unwrap_or(TOLERANCE);
                (expected - off, expected + off)
            }
        };
        (low.min(high), low.max(high))
    }

    /// The value in the unit asked for.
    fn read(&self, text: &str) -> Result<f64, Unreadable> {
        let unit = self.unit.as_deref().unwrap_or("1");
        let plain = spoken::in_digits(text, is_time(&self.unit_expression())).map_err(Unreadable::Text)?;
        let every = pattern!(r"(?i)^\s*(?:once )?every (\d.*)$").captures(&plain);
        if let Some(period) = every.as_ref().and_then(|found| found.get(1)).map(|period| period.as_str()) {
            // `every 5 min` is a period, or as often as that.
            let often = format!("1 / ({period})");
            return self.read_plain(period, unit).or_else(|why| self.read_plain(&often, unit).map_err(|_| why));
        }
        match self.read_plain(&plain, unit) {
            Err(Unreadable::Dimension) if matches!(unit, "1" | "") => {
                let money = spoken::money_alone(&plain).ok_or(Unreadable::Dimension)?;
                self.read_plain(&money, unit)
            }
            read => read,
        }
    }

    fn read_plain(&self, text: &str, unit: &str) -> Result<f64, Unreadable> {
        let mut failure = None;
        let mut bare = None;
        let asked = self.unit_expression();
        for reading in READINGS {
            let sum = expression(text, reading).map_err(Unreadable::Text)?;
            let (worked, _) = split_conversion(&sum.text);
            match evaluate(&format!("({worked}) / ({asked})")) {
                // `99.9` where a percentage is asked for; `0.999` is one too.
                Ok(Worked::Number(percent)) if unit == "%" && !text.contains('%') && !text.contains("percent") => {
                    return Ok(if percent > 100.0 { percent / 100.0 } else { percent });
                }
                Ok(Worked::Number(number)) => return Ok(number),
                Ok(Worked::Units) => {
                    // Units that cancel out leave no number without a unit: `86,400 s/day`.
                    if let (true, Ok(Worked::Number(number))) =
                        (bare.is_none() && !sum.units, evaluate(&format!("({worked})")))
                    {
                        bare = Some((number, sum));
                    }
                    failure = Some(Unreadable::Dimension);
                }
                Err(Failure::TooLarge) => return Err(Unreadable::TooLarge),
                Err(Failure::Wrong) => {
                    let wrong = || Unreadable::Text("the arithmetic does not work out".to_owned());
                    failure = failure.or_else(|| Some(wrong()));
                }
            }
        }
        if let (Some((number, sum)), true) = (bare, self.bare.unwrap_or(true)) {
            return match riddle(text, &sum, is_time(&asked)) {
                Some(why) => Err(Unreadable::Text(why)),
                None => Ok(number),
            };
        }
        Err(failure.unwrap_or_else(|| Unreadable::Text("it is not a quantity".to_owned())))
    }

    fn unit_expression(&self) -> String {
        let unit = self.unit.as_deref().unwrap_or("1");
        expression(&format!("1 * {unit}"), Bytes::Always).map_or_else(|_| "1".to_string(), |sum| sum.text)
    }

    /// An expectation in numbers, with the sum as it was done. The fields of `grown` count that many times.
    fn work_out(
        &self,
        expect: &str,
        document: &Value,
        grown: &BTreeMap<String, f64>,
    ) -> Result<(f64, String), Box<Verdict>> {
        let mut sum = expect.to_string();
        let mut spoken = expect.split(" to ").next().unwrap_or(expect).to_string();
        for (name, pointer) in &self.from {
            let hole = format!("{{{name}}}");
            if !sum.contains(&hole) {
                continue;
            }
            let missing = |why: String| {
                Box::new(Verdict::not_gradable(vec![Problem {
                    message: format!("this is worked out from {name}, which {why}"),
                    expected: Some("a quantity, such as `100M/day` or `500 bytes`".to_string()),
                    place: Place::field(pointer),
                    ..Problem::default()
                }]))
            };
            let Some(text) = field(document, pointer) else {
                return Err(missing("is missing".to_string()));
            };
            let time = self.units.get(pointer).is_some_and(|unit| is_time(unit));
            let read = spoken::in_digits(&text, time).ok().and_then(|plain| {
                let sums = READINGS.iter().filter_map(|reading| Some(expression(&plain, *reading).ok()?.text));
                sums.into_iter().find(|sum| evaluate(&format!("({})", split_conversion(sum).0)).is_ok())
            });
            let Some(read) = read else {
                return Err(missing(format!("is not a quantity: {}", quote(&text))));
            };
            let read = match self.units.get(pointer) {
                Some(unit) if is_bare(&read) => format!("({}) * ({unit})", split_conversion(&read).0),
                _ => read,
            };
            let times = grown.get(pointer).map_or_else(String::new, |times| growth::factor(*times));
            sum = sum.replace(&hole, &format!("({}{times})", split_conversion(&read).0));
            spoken = spoken.replace(&hole, &shown(&text, 40));
        }
        let strict = QuantityCheck { bare: Some(true), ..self.clone() };
        match strict.read_plain(&sum, self.unit.as_deref().unwrap_or("1")) {
            Ok(value) => Ok((value, spoken)),
            Err(why) => Err(Box::new(Verdict::not_gradable(vec![Problem {
                message: match why {
                    Unreadable::Dimension => "what this is worked out from has the wrong units".to_string(),
                    _ => "what this is worked out from does not come to a number".to_string(),
                },
                actual: Some(shown(&spoken, 120)),
                expected: self.unit.clone(),
                place: Place::field(self.from.values().next().cloned().unwrap_or_default()),
                ..Problem::default()
            }]))),
        }
    }

    fn refuse(&self, pointer: &str, given: &str, why: &Unreadable) -> Verdict {
        let mut problem = Problem { place: Place::field(pointer), actual: Some(quote(given)), ..Problem::default() };
        match why {
            Unreadable::Dimension => {
                let unit = self.unit.as_deref().unwrap_or("a plain number");
                problem.message = format!("{} is not in {unit} or anything that converts to it", quote(given));
                problem.expected = Some(format!("a quantity such as {}", self.examples()));
                return Verdict::failed(vec![problem]);
            }
            Unreadable::TooLarge => {
                problem.message = format!("{} is larger than anything worth working out", quote(given));
                problem.expected = Some(format!("a quantity such as {}", self.examples()));
            }
            Unreadable::Text(reason) => {
                problem.message = format!("{} cannot be read as a quantity: {reason}", quote(given));
                problem.expected = Some(format!("a number with a unit, or arithmetic, such as {}", self.examples()));
            }
        }
        Verdict::not_gradable(vec![problem])
    }

    fn examples(&self) -> &'static str {
        let unit = self.unit.as_deref().unwrap_or("");
        if unit.contains("/s") || unit.contains("second") && unit.contains('/') {
            "`1,500/s`, `2k rps` or `50M/day`"
        } else if unit.to_lowercase().ends_with('b') || unit.contains("byte") {
            "`35 GB`, `1.5 TB` or `2M * 300 bytes`"
        } else if unit == "%" {
            "`99.9%`"
        } else if unit.is_empty() || unit == "1" {
            "`1200`, `3.5M` or `36^6`"
        } else {
            "`90 s`, `30 days` or `2 * 15 minutes`"
        }
    }

    /// A value with its unit, as people write it: `1,157/s`, `91.25 TB`.
    pub(super) fn say(&self, value: f64) -> String {
        match self.unit.as_deref().unwrap_or("1") {
            "1" | "" => number(value),
            "%" => format!("{} %", number(value)),
            unit => match unit.strip_prefix('1') {
                Some(rest) if rest.trim_start().starts_with('/') => {
                    format!("{}{}", number(value), rest.trim_start())
                }
                _ => format!("{} {unit}", number(value)),
            },
        }
    }
}

/// Whether a unit, as the calculator reads it, is one of time.
fn is_time(unit: &str) -> bool {
    matches!(evaluate(&format!("(1 second) / ({unit})")), Ok(Worked::Number(_)))
}

fn is_bare(sum: &str) -> bool {
    matches!(evaluate(&format!("({})", split_conversion(sum).0)), Ok(Worked::Number(_)))
}

/// The text of a field that holds a text or a number.
fn field(document: &Value, pointer: &str) -> Option<String> {
    match document.pointer(pointer)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An expression and the unit it says to convert to; the value is compared in the rubric's unit, so that one is moot.
fn split_conversion(sum: &str) -> (&str, Option<&str>) {
    match sum.split_once(" to ") {
        Some((sum, unit)) => (sum, Some(unit)),
        None => (sum, None),
    }
}
