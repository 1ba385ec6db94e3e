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

mod evaluate;
mod growth;
#[cfg(test)]
mod tests;
mod text;

use evaluate::{Failure, Value as Worked, evaluate};
use text::{READINGS, expression};

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
}

/// How a text failed to be a quantity in the unit asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unreadable {
    Text(&'static str),
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
        let value = match self.read(&given) {
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
        if value >= bounds.0 - slack(bounds.0) && value <= bounds.1 + slack(bounds.1) {
            return Verdict { executed, ..Verdict::passed() };
        }
        let message = match wanted.is_some().then(|| off_by(value, &bounds)).flatten() {
            Some(times) => format!("{} is {times}", self.say(value)),
            None => format!("{} is out of range", self.say(value)),
        };
        notes.insert(0, format!("yours: {} = {}", shown(&given, 80), self.say(value)));
        let problem = Problem {
            message,
            expected: wanted,
            actual: Some(self.say(value)),
            place: Place::field(pointer),
            notes,
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
        let mut failure = None;
        let mut bare = None;
        for reading in READINGS {
            let sum = expression(text, reading).map_err(Unreadable::Text)?;
            let (sum, _) = split_conversion(&sum);
            match evaluate(&format!("({sum}) / ({})", self.unit_expression())) {
                // `99.9` where a percentage is asked for; `0.999` is one too.
                Ok(Worked::Number(percent)) if unit == "%" && !text.contains('%') && !text.contains("percent") => {
                    return Ok(if percent > 100.0 { percent / 100.0 } else { percent });
                }
                Ok(Worked::Number(number)) => return Ok(number),
                Ok(Worked::Units) => {
                    if let (true, Ok(Worked::Number(number))) = (bare.is_none(), evaluate(&format!("({sum})"))) {
                        bare = Some(number);
                    }
                    failure = Some(Unreadable::Dimension);
                }
                Err(Failure::TooLarge) => return Err(Unreadable::TooLarge),
                Err(Failure::Wrong) => failure = failure.or(Some(Unreadable::Text("the arithmetic does not work out"))),
            }
        }
        if let (Some(number), true) = (bare, self.bare.unwrap_or(true)) {
            return Ok(number);
        }
        Err(failure.unwrap_or(Unreadable::Text("it is not a quantity")))
    }

    fn unit_expression(&self) -> String {
        let unit = self.unit.as_deref().unwrap_or("1");
        expression(&format!("1 * {unit}"), text::Bytes::Always).unwrap_or_else(|_| "1".to_string())
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
            let read = READINGS.iter().find_map(|r| {
                expression(&text, *r).ok().filter(|e| evaluate(&format!("({})", split_conversion(e).0)).is_ok())
            });
            let Some(read) = read else {
                return Err(missing(format!("is not a quantity: {}", quote(&text))));
            };
            let times = grown.get(pointer).map_or_else(String::new, |times| growth::factor(*times));
            sum = sum.replace(&hole, &format!("({}{times})", split_conversion(&read).0));
            spoken = spoken.replace(&hole, &shown(&text, 40));
        }
        let strict = QuantityCheck { bare: Some(true), ..self.clone() };
        match strict.read(&sum) {
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

fn off_by(value: f64, bounds: &(f64, f64)) -> Option<String> {
    let (bound, word) = if value < bounds.0 { (bounds.0, "too small") } else { (bounds.1, "too large") };
    let times = if value < bound { bound / value } else { value / bound };
    (times.is_finite() && times > 0.0)
        .then(|| if times >= 1.5 { format!("about {} times {word}", number(times)) } else { word.to_string() })
}

/// Four significant digits, thousands separated; a power of ten where that is shorter.
fn number(value: f64) -> String {
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
