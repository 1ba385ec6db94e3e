//! The numbers: what each was, and what the day's own rules make of it at ten times the load.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::super::quantity::QuantityCheck;
use super::super::{Check, Context, Place, Problem, Verdict, quote, shown};
use super::{Chosen, Number};
use crate::course::Error;
use crate::sim::value::Value;

/// So many numbers are asked for, or all where a day has fewer.
const NUMBERS: usize = 3;
/// How far `was` and `now` may be off where the day's rule allows no more.
const TOLERANCE: f64 = 0.06;

/// A number that was recomputed right, and by how much it grew; `None` where only a condition says so.
struct Right {
    name: String,
    times: Option<f64>,
}

pub(super) fn run(context: &Context, file: &str, chosen: &Chosen, given: &Json) -> Result<Verdict, Error> {
    let empty = Vec::new();
    let listed = given.get("numbers").and_then(Json::as_array).unwrap_or(&empty);
    let offered: Vec<&String> =
        chosen.day.numbers.iter().filter(|(name, n)| chosen.has(name, n)).map(|(n, _)| n).collect();
    let least = offered.len().min(NUMBERS);
    let place = Place::field(format!("{}/numbers", chosen.at));
    let mut problems = Vec::new();
    let mut right: Vec<Right> = Vec::new();
    for (index, entry) in listed.iter().enumerate() {
        match one(context, file, chosen, entry, &format!("{}/numbers/{index}", chosen.at), &offered)? {
            Ok(found) if right.iter().any(|other| other.name == found.name) => problems.push(Problem {
                message: format!("{} is given twice", quote(&found.name)),
                place: Place::field(format!("{}/numbers/{index}/what", chosen.at)),
                ..Problem::default()
            }),
            Ok(found) => right.push(found),
            Err(problem) => problems.push(*problem),
        }
    }
    if listed.len() < least {
        problems.push(Problem {
            message: format!("{} of the numbers of {} are given here", listed.len(), chosen.id),
            expected: Some(format!("at least {least} of {}", names(&offered))),
            place: place.clone(),
            ..Problem::default()
        });
    }
    // Neither multiplying everything nor leaving everything alone shows that anything was worked out.
    let all: Vec<Option<f64>> = offered.iter().map(|name| chosen.growth(name, &mut BTreeSet::new())).collect();
    for (lazy, message, expected) in [
        (10.0, "grows tenfold, and not every number", "one that does not grow with the load, or grows otherwise"),
        (1.0, "stays as it is, and not every number", "one that changes with the load"),
    ] {
        let is_lazy = |times: Option<f64>| times.is_some_and(|times| near(times, lazy, 0.05));
        let given = !right.is_empty() && right.iter().all(|right| is_lazy(right.times));
        if problems.is_empty() && given && !all.iter().all(|times| is_lazy(*times)) {
            problems.push(Problem {
                message: format!("every number given here {message} of {} does", chosen.id),
                expected: Some(expected.to_owned()),
                place: place.clone(),
                ..Problem::default()
            });
        }
    }
    let executed = Some(format!("recomputed {} numbers of {}", listed.len(), chosen.id));
    if problems.is_empty() {
        return Ok(Verdict { executed, ..Verdict::passed() });
    }
    let of = listed.len().max(least) + 1;
    let outcome = super::super::Outcome::Failed { earned: right.len().min(of - 1) as u32, of: of as u32 };
    Ok(Verdict { outcome, problems, executed })
}

fn names(offered: &[&String]) -> String {
    offered.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The entry's number: by its pointer, by the pointer with dots, by its last name, or by some of the words of a figure that
/// has no field, where only one has them.
fn meant<'a>(offered: &[&'a String], said: &str) -> Option<&'a String> {
    let plain = |name: &str| {
        let name = name.trim().to_lowercase();
        let name = ["the ", "our ", "my "].iter().find_map(|lead| name.strip_prefix(lead)).unwrap_or(&name);
        // `bytes_per_link`, `bytes-per-link` and `Bytes per link` are one name.
        name.trim_start_matches('/').trim_end_matches('.').replace(['.', ' ', '_', '-'], "/")
    };
    let said = plain(said);
    if said.is_empty() {
        return None;
    }
    let only = |fits: &dyn Fn(&String) -> bool| {
        let mut found = offered.iter().copied().filter(|name| fits(name));
        found.next().filter(|_| found.next().is_none())
    };
    only(&|name| plain(name) == said)
        .or_else(|| only(&|name| name.rsplit('/').next().is_some_and(|last| plain(last) == said)))
        .or_else(|| only(&|name| !name.starts_with('/') && plain(name).contains(&said)))
}

fn one(
    context: &Context,
    file: &str,
    chosen: &Chosen,
    entry: &Json,
    at: &str,
    offered: &[&String],
) -> Result<Result<Right, Box<Problem>>, Error> {
    let text = |name: &str| match entry.get(name) {
        Some(Json::String(text)) => text.trim().to_owned(),
        Some(Json::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let wrong = |field: &str, message: String, expected: Option<String>, why: Option<&String>| {
        let place = Place::field(format!("{at}/{field}"));
        let notes = why.into_iter().cloned().collect();
        Ok(Err(Box::new(Problem { message, expected, place, notes, ..Problem::default() })))
    };
    let what = text("what");
    let Some(name) = meant(offered, &what) else {
        let message = format!("{} is no number of {} that can be recomputed", quote(&what), chosen.id);
        return wrong("what", message, Some(format!("one of {}", names(offered))), None);
    };
    let rule = chosen.rule(name);
    let number = &chosen.day.numbers[name];
    let held = chosen.text(name, number).unwrap_or_default();
    let Some(held_value) = rule.value_of(&held) else {
        let message = format!("{} of {} is {}, which is not a quantity", quote(name), chosen.id, quote(&held));
        return wrong("what", message, None, None);
    };
    let mut values = [0.0; 2];
    for (value, field) in values.iter_mut().zip(["was", "now"]) {
        let given = text(field);
        // `from 2 TB to 20 TB` says both.
        let ends = given.trim().strip_prefix("from ").and_then(|both| both.split_once(" to "));
        let given = ends.map_or(given.as_str(), |(from, to)| if field == "now" { to } else { from }).to_owned();
        match rule.value_of(&given) {
            Some(read) => *value = read,
            None => {
                let message = format!("{} cannot be read as a quantity", quote(&given));
                return wrong(field, message, Some(format!("such as {}", quote(&held))), None);
            }
        }
    }
    let [was, now] = values;
    if !near(was, held_value, TOLERANCE) {
        let message = format!("{} of {} was {}, and not {}", quote(name), chosen.id, shown(&held, 60), rule.say(was));
        return wrong("was", message, Some(rule.say(held_value)), None);
    }
    let load = &chosen.day.load;
    let growth = chosen.growth(name, &mut BTreeSet::new());
    let left = near(now, was, 0.01);
    let right = match (&number.holds, growth) {
        (Some(holds), _) => {
            let named = [("was", Value::float(held_value)), ("now", Value::float(now))];
            chosen.python(context, file, holds, &named)?
        }
        (None, Some(times)) => near(now, held_value * times, rule.allowed().max(TOLERANCE)),
        (None, None) => return Err(context.broken(file, format!("nothing says how {name} of {} grows", chosen.id))),
    };
    if right {
        return Ok(Ok(Right { name: name.clone(), times: growth }));
    }
    let expected = growth.filter(|_| number.holds.is_none()).map(|times| rule.say(held_value * times));
    let message = match growth {
        Some(times) if left && !near(times, 1.0, 0.01) => {
            format!("{} is left at {}, with ten times the {load}", quote(name), rule.say(now))
        }
        Some(times) if near(times, 1.0, 0.01) => {
            format!("{} becomes {}, and it does not grow with the {load}", quote(name), rule.say(now))
        }
        _ if near(now, was * 10.0, 0.01) => {
            format!("{} is multiplied by ten like the {load}, and it grows otherwise", quote(name))
        }
        _ => format!("{} does not become {} with ten times the {load}", quote(name), rule.say(now)),
    };
    wrong("now", message, expected, number.why.as_ref())
}

fn near(value: f64, expected: f64, tolerance: f64) -> bool {
    (value - expected).abs() <= expected.abs() * tolerance + 1e-9
}

impl Chosen<'_> {
    /// The day's own check of a field; of the unit alone where it has none.
    fn rule(&self, name: &str) -> QuantityCheck {
        let checks = self.exercise.rubric.criteria.iter().flat_map(|criterion| {
            criterion.checks.iter().map(move |weighted| (criterion.at.as_deref(), &weighted.check))
        });
        let quantities = checks.filter_map(|(at, check)| match check {
            Check::Quantity(check) if check.pointer(at) == name => Some(check.among(&self.exercise.rubric)),
            _ => None,
        });
        let own = quantities.into_iter().next();
        let unit = self.day.numbers.get(name).and_then(|number| number.unit.clone());
        own.unwrap_or_else(|| QuantityCheck::of_unit(unit))
    }

    fn text(&self, name: &str, number: &Number) -> Option<String> {
        if number.was.is_some() {
            return number.was.clone();
        }
        match self.document.pointer(name)? {
            Json::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Whether the submission gives the number, as a quantity.
    pub(super) fn has(&self, name: &str, number: &Number) -> bool {
        self.text(name, number).is_some_and(|text| self.rule(name).value_of(&text).is_some())
    }

    /// Whether a number grows beyond a limit, and what it grows to.
    pub(super) fn beyond(&self, name: &str, most: &str) -> Option<(bool, String)> {
        let rule = self.rule(name);
        let held = rule.value_of(&self.text(name, self.day.numbers.get(name)?)?)?;
        let grown = held * self.growth(name, &mut BTreeSet::new())?;
        let most = match self.day.numbers.get(most) {
            Some(number) => self.text(most, number)?,
            None => most.to_owned(),
        };
        Some((grown > rule.value_of(&most)?, rule.say(grown)))
    }

    /// By how much a number grows: as the file says, else as the day's rule says, with the load and with whatever else in
    /// the rule grows. `None` where only a condition says so, or nothing.
    pub(super) fn growth(&self, name: &str, above: &mut BTreeSet<String>) -> Option<f64> {
        let number = self.day.numbers.get(name).cloned().unwrap_or_default();
        if number.times.is_some() {
            return number.times;
        }
        if number.holds.is_some() || !above.insert(name.to_owned()) {
            return None;
        }
        let rule = self.rule(name);
        let grown: BTreeMap<String, f64> =
            rule.pointers().map(|from| (from.to_owned(), self.growth(from, above).unwrap_or(1.0))).collect();
        above.remove(name);
        rule.growth(self.document, &self.day.figures, &grown)
    }
}
