//! What a rule saw minute by minute: its left side against its threshold, and whether it was pending or firing.

use super::expect::Stretch;
use crate::checks::{Story, StoryStep};
use crate::promql::ast::{Expr, Operator};
use crate::promql::duration::{of_day, spoken};
use crate::promql::replay::Run;
use crate::promql::store::Millis;
use crate::report::Explored;

const MINUTE: Millis = 60_000;
/// Rows of a story.
const ROWS_MAX: usize = 14;
/// The column of what happens outside.
const WORLD: &str = "what happens";

pub fn tell(run: &mut Run, rule: usize, stretch: Stretch) -> Story {
    let name = run.rules[rule].name.clone();
    let expr = run.rules[rule].expr.clone();
    let wait = run.rules[rule].alert.map_or(0, |alert| alert.wait);
    let episodes: Vec<_> = run.episodes.iter().filter(|e| e.rule == rule).cloned().collect();
    let near = |time: Millis| time >= stretch.from - 5 * MINUTE && time <= stretch.by + 30 * MINUTE;
    let mut times: Vec<(Millis, bool)> = vec![(stretch.from - MINUTE, false), (stretch.by, false)];
    times.extend((0..4).map(|n| (stretch.from + n * MINUTE, false)));
    for episode in &episodes {
        let ends = [Some(episode.since), episode.fired, episode.ended];
        times.extend(ends.into_iter().flatten().filter(|time| near(*time)).map(|time| (time, true)));
    }
    let events: Vec<(Millis, String)> = run.events.iter().filter(|(time, _)| near(*time)).cloned().collect();
    times.retain(|(time, _)| *time >= run.start && *time <= run.end);
    // Rules are evaluated at whole minutes.
    times.iter_mut().for_each(|(time, _)| *time -= (*time - run.start) % MINUTE);
    times.sort_unstable();
    times.dedup_by_key(|(time, _)| *time);
    while times.len() > ROWS_MAX {
        let Some(idle) = times.iter().rposition(|(_, telling)| !telling) else { break };
        times.remove(idle);
    }
    times.truncate(ROWS_MAX);
    let mut rows: Vec<(Millis, StoryStep)> = events
        .into_iter()
        .map(|(time, what)| (time, step(WORLD, format!("{}  {what}", of_day(time)), String::new())))
        .collect();
    for (time, _) in times {
        let sees = sees(run, &expr, time);
        let state = episodes
            .iter()
            .filter(|e| e.since <= time && e.ended.is_none_or(|ended| ended > time))
            .map(|e| match e.fired {
                Some(fired) if fired <= time => (2, format!("firing since {}", of_day(fired))),
                _ if time == e.since => (1, "pending".to_owned()),
                _ => (1, format!("pending {} of {}", spoken(time - e.since), spoken(wait))),
            })
            .max();
        let state = state.map_or_else(|| "inactive".to_owned(), |(_, state)| state);
        rows.push((time, step(&name, format!("{}  {sees}", of_day(time)), state)));
    }
    rows.sort_by_key(|(time, step)| (*time, step.client != WORLD));
    let steps: Vec<StoryStep> =
        rows.into_iter().enumerate().map(|(index, (_, step))| StoryStep { number: index as u32 + 1, ..step }).collect();
    let mut clients = vec![WORLD.to_owned(), name];
    clients.retain(|client| steps.iter().any(|step| step.client == *client));
    Story {
        scenario: run.title.clone(),
        faults: 0,
        preemptions: 0,
        clients,
        steps,
        explored: Explored { transitions: run.evaluations, complete: true, ..Explored::default() },
    }
}

fn step(client: &str, call: String, result: String) -> StoryStep {
    StoryStep {
        number: 0,
        client: client.to_owned(),
        time: 0.0,
        call,
        summary: None,
        result,
        fault: None,
        remark: None,
        place: None,
    }
}

fn sees(run: &mut Run, expr: &Expr, time: Millis) -> String {
    match expr.comparison() {
        Some((left, op, right)) => {
            let (left, right) = (left.clone(), right.clone());
            let value = most(run, &left, op, time);
            let limit = most(run, &right, op, time).map_or_else(|| "no value".to_owned(), number);
            match value {
                Some(value) => format!("{} {} {limit}", number(value), op.sign()),
                None => format!("no value {} {limit}", op.sign()),
            }
        }
        None => match run.results(expr, time) {
            Ok(vector) if vector.is_empty() => "no result".to_owned(),
            Ok(vector) if vector.len() == 1 => "1 result".to_owned(),
            Ok(vector) => format!("{} results", vector.len()),
            Err(_) => "cannot be evaluated".to_owned(),
        },
    }
}

/// The value that comes nearest to firing.
pub fn most(run: &mut Run, expr: &Expr, op: Operator, time: Millis) -> Option<f64> {
    let vector = run.results(expr, time).ok()?;
    let values = vector.into_iter().map(|(_, value)| value);
    let low = matches!(op, Operator::Less | Operator::AtMost | Operator::Equal);
    values.reduce(|a, b| if low { a.min(b) } else { a.max(b) })
}

#[expect(clippy::float_cmp, reason = "PromQL compares exactly")]
pub fn holds(op: Operator, a: f64, b: f64) -> bool {
    match op {
        Operator::Greater => a > b,
        Operator::AtLeast => a >= b,
        Operator::Less => a < b,
        Operator::AtMost => a <= b,
        Operator::Equal => a == b,
        Operator::NotEqual => a != b,
        _ => false,
    }
}

/// Three digits that count, and a unit of thousands for large numbers.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "NaN".to_owned() } else { "infinite".to_owned() };
    }
    for (size, unit) in [(1e12, "T"), (1e9, "G"), (1e6, "M")] {
        if value.abs() >= size {
            return format!("{}{unit}", trimmed(value / size, 2));
        }
    }
    let places = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 1.0 => 2,
        v if v >= 0.01 => 3,
        _ => 5,
    };
    trimmed(value, places)
}

fn trimmed(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
