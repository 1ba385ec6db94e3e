//! Why a rule does not fire: what it asks for that is not there, or how far its value stays from its threshold.

use super::expect::Stretch;
use super::read::Files;
use super::story;
use crate::checks::{Problem, listed, quote};
use crate::promql::ast::{Expr, Kind, Operator, Selector};
use crate::promql::duration::{of_day, spoken};
use crate::promql::functions::takes_range;
use crate::promql::replay::Run;
use crate::promql::store::Millis;
use crate::submission::nearest;

/// Explains a rule that had no result in the stretch.
pub fn silent(files: &Files, run: &mut Run, rule: usize, stretch: Stretch, problem: &mut Problem) {
    let expr = run.rules[rule].expr.clone();
    if let Some(trouble) = run.troubles.get(&rule) {
        problem.notes.push(format!("Prometheus refuses to evaluate it: {trouble}"));
        return;
    }
    for part in expr.all() {
        let (selector, range) = match &part.kind {
            Kind::Selector(selector) => (selector, None),
            Kind::Range(selector, range) => (selector, Some(*range)),
            _ => continue,
        };
        if let Some((message, help, word)) = missing(run, selector) {
            problem.notes.push(message);
            problem.help = help;
            problem.place = files.in_expression(run.rules[rule], &word);
            return;
        }
        let needs_two = expr.all().into_iter().any(|call| takes_two(call, part.id));
        if let Some(range) = range.filter(|range| needs_two && *range < 2 * run.interval) {
            problem.notes.push(format!(
                "a sample comes every {}, so a range of {} never holds the two samples that it takes",
                spoken(run.interval),
                spoken(range)
            ));
            problem.place = files.in_expression(run.rules[rule], "[");
            return;
        }
    }
    let middle = stretch.from + (stretch.by - stretch.from) / 2;
    if let Some((left, op, right)) = expr.comparison() {
        let (left, right) = (left.clone(), right.clone());
        let mut extreme: Option<(f64, f64, Millis)> = None;
        let mut time = stretch.from;
        while time <= stretch.by {
            if let (Some(value), Some(limit)) = (story::most(run, &left, op, time), story::most(run, &right, op, time))
            {
                let beyond =
                    |a: f64, b: f64| if matches!(op, Operator::Less | Operator::AtMost) { a < b } else { a > b };
                if extreme.is_none_or(|(known, _, _)| beyond(value, known)) {
                    extreme = Some((value, limit, time));
                }
            }
            time += 60_000;
        }
        match extreme {
            Some((value, limit, time)) if story::holds(op, value, limit) => problem.notes.push(format!(
                "at {} the comparison holds ({} {} {}), but what is joined to it with `and` or `unless` keeps it from firing",
                of_day(time),
                story::number(value),
                op.sign(),
                story::number(limit)
            )),
            Some((value, limit, time)) => {
                problem.notes.push(format!(
                    "nearest at {}: {} where {} {} was asked for",
                    of_day(time),
                    story::number(value),
                    op.sign(),
                    story::number(limit)
                ));
                if value > 0.0 && limit / value > 100.0 && op != Operator::Less {
                    problem.help = Some("are value and threshold in the same unit? the series are in seconds and bytes".to_owned());
                }
            }
            None => joined(run, &left, middle, problem),
        }
    }
}

fn takes_two(call: &Expr, range: usize) -> bool {
    match &call.kind {
        Kind::Call { name, args } => {
            takes_range(name) && !name.ends_with("_over_time") && args.iter().any(|arg| arg.id == range)
        }
        _ => false,
    }
}

/// A name no series has, or labels none of them has: note, help, and the word to mark.
fn missing(run: &Run, selector: &Selector) -> Option<(String, Option<String>, String)> {
    let store = run.store();
    if selector.name.is_empty() {
        return None;
    }
    let named = store.named(&selector.name);
    if named.is_empty() {
        let near = nearest(&selector.name, store.metric_names());
        return Some((
            format!("no series is called {}", quote(&selector.name)),
            near.map(|near| format!("did you mean `{near}`?")),
            selector.name.clone(),
        ));
    }
    for matcher in &selector.matchers {
        if named.iter().any(|series| matcher.matches(&store.labels(*series))) {
            continue;
        }
        let mut values: Vec<String> = named
            .iter()
            .map(|series| store.labels(*series).get(&matcher.label).to_owned())
            .filter(|v| !v.is_empty())
            .collect();
        values.sort();
        values.dedup();
        let note = format!("no series of {} has {}", selector.name, quote(&matcher.to_string()));
        let help = if values.is_empty() {
            let labels = store.labels(named[0]);
            let names: Vec<&str> = labels.iter().map(|(name, _)| name).filter(|name| *name != "__name__").collect();
            format!("its labels are {}", listed(names.into_iter()))
        } else {
            format!("its values of `{}` are {}", matcher.label, listed(values.iter().map(String::as_str)))
        };
        return Some((note, Some(help), matcher.label.clone()));
    }
    None
}

/// Both sides of an operator have values, and nothing belongs together.
fn joined(run: &mut Run, left: &Expr, at: Millis, problem: &mut Problem) {
    for part in left.all() {
        let Kind::Binary { op, left, right, .. } = &part.kind else { continue };
        let (a, b) = (run.results(left, at), run.results(right, at));
        let (Ok(a), Ok(b), Ok(both)) = (a, b, run.results(part, at)) else { continue };
        if let (Some(first), Some(second), true) = (a.first(), b.first(), both.is_empty()) {
            let store = run.store();
            problem.notes.push(format!(
                "nothing on the left of `{}` belongs to anything on its right: {} and {}",
                op.sign(),
                store.names.labels(first.0).without_name(),
                store.names.labels(second.0).without_name()
            ));
            problem.help = Some("sum both sides by the same labels, or match `on` those they share".to_owned());
            return;
        }
    }
    problem.notes.push(format!("at {} the left side of its comparison has no value", of_day(at)));
}

/// How the time until an alert fired was spent.
pub fn waiting(run: &Run, rule: usize, began: Millis, fired: Millis) -> Vec<String> {
    let wait = run.rules[rule].alert.map_or(0, |alert| alert.wait);
    let since = fired - wait;
    let mut notes = Vec::new();
    if since > began {
        notes.push(format!(
            "its expression has a result from {} on, {} after the beginning",
            of_day(since),
            spoken(since - began)
        ));
    }
    if wait > 0 {
        notes.push(format!("`for` then waits another {}", spoken(wait)));
    }
    notes
}
