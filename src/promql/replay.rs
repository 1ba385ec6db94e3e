//! A stretch of time with its series, and what rules and Alertmanager make of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::alertmanager::{AlertKey, Alertmanager, Notification};
use super::duration::millis;
use super::eval::{Evaluation, Memory, Value, Vector};
use super::labels::{Id, Labels};
use super::routing::Config;
use super::rules::{Group, Rule};
use super::store::{Clock, Millis, Store, stale};
use super::template::fill;
use super::{ALERT_NAME, METRIC_NAME};

/// Midnight of the day on which replays take place: Monday, 2026-01-05.
const MIDNIGHT: Millis = 1_767_571_200_000;

/// A replay's file, or one it includes.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayFile {
    /// What happens, one sentence.
    #[serde(default)]
    pub title: String,
    /// Time of day of the first sample, `14:00`.
    #[serde(default)]
    pub start: String,
    #[serde(default)]
    pub length: String,
    /// Between two samples of a series.
    #[serde(default)]
    pub interval: String,
    /// Files whose series and rules are there too; a series given here replaces one given there.
    #[serde(default)]
    pub include: Vec<String>,
    #[serde(default)]
    pub series: Vec<SeriesText>,
    /// Rules of others, in the form of a rule file.
    #[serde(default)]
    pub rules: Option<Json>,
    #[serde(default)]
    pub events: Vec<Event>,
}

/// `{name: 'up{job="api",instance="$n"}', each: [a, b], values: 1x*}`; `each` makes one series for every value of `$n`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesText {
    pub name: String,
    #[serde(default)]
    pub each: Vec<String>,
    pub values: String,
}

/// Something that happens, for the story.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Since the start.
    pub at: String,
    pub what: String,
}

/// The series of a replay, ready to run.
pub struct Recording {
    pub title: String,
    pub clock: Clock,
    pub store: Store,
    /// Times since 1970.
    pub events: Vec<(Millis, String)>,
    pub rules: Option<Json>,
}

impl Recording {
    /// # Errors
    /// When a file is wrong.
    pub fn load(file: &ReplayFile, included: &[ReplayFile]) -> Result<Recording, String> {
        let start = of_day(&file.start).ok_or("`start` is a time of day, such as 14:00")?;
        let of =
            |text: &str, name: &str| millis(text).ok_or_else(|| format!("`{name}` is a length of time, such as 30m"));
        let interval = of(&file.interval, "interval")?.max(1_000);
        let length = of(&file.length, "length")?;
        let clock = Clock { start, interval, count: (length / interval) as usize + 1 };
        let mut store = Store::default();
        let mut rules = file.rules.clone();
        for part in included.iter().chain([file]) {
            if rules.is_none() {
                rules.clone_from(&part.rules);
            }
            for series in &part.series {
                let one = [String::new()];
                let each = if series.each.is_empty() { &one[..] } else { &series.each[..] };
                for value in each {
                    let labels = read_name(&series.name.replace("$n", value))
                        .ok_or_else(|| format!("the name `{}` cannot be read", series.name))?;
                    store.write(labels, &series.values, &clock).map_err(|error| format!("{}: {error}", series.name))?;
                }
            }
        }
        let events = file.events.iter().map(|event| Ok((start + of(&event.at, "at")?, event.what.clone())));
        Ok(Recording { title: file.title.clone(), clock, store, events: events.collect::<Result<_, String>>()?, rules })
    }
}

fn of_day(text: &str) -> Option<Millis> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (Millis, Millis) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(MIDNIGHT + (hours * 60 + minutes) * 60_000)
}

/// `name{label="value", ...}`
fn read_name(text: &str) -> Option<Labels> {
    let (name, rest) = text.split_once('{').unwrap_or((text, "}"));
    let mut labels = Labels::default();
    labels.set(METRIC_NAME, name.trim());
    for pair in rest.trim().strip_suffix('}')?.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (label, value) = pair.split_once('=')?;
        labels.set(label.trim(), value.trim().strip_prefix('"')?.strip_suffix('"')?);
    }
    Some(labels)
}

/// An alert with its labels, from the first time its expression had this result until it no longer had.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Number of the rule, as in [`Run::rules`].
    pub rule: usize,
    pub labels: Labels,
    pub since: Millis,
    pub fired: Option<Millis>,
    pub ended: Option<Millis>,
}

/// What came of it.
pub struct Run<'a> {
    pub title: String,
    pub start: Millis,
    pub end: Millis,
    pub events: Vec<(Millis, String)>,
    /// All rules, the learner's first.
    pub rules: Vec<&'a Rule>,
    pub episodes: Vec<Episode>,
    pub sent: Vec<Notification>,
    /// Rules that could not be evaluated, and why.
    pub troubles: BTreeMap<usize, String>,
    pub evaluations: u64,
    /// Samples at this distance.
    pub interval: Millis,
    store: Store,
    memory: Memory,
}

struct Active {
    since: Millis,
    fired: Option<Millis>,
    seen: Millis,
}

/// Replays the groups, in order, and hands what fires to Alertmanager.
pub fn run<'a>(recording: Recording, groups: &[&'a Group], config: &Config) -> Run<'a> {
    let clock = recording.clock;
    let start = clock.start;
    let end = start + clock.interval * (clock.count.saturating_sub(1)) as Millis;
    let mut run = Run {
        title: recording.title,
        start,
        end,
        events: recording.events,
        rules: groups.iter().flat_map(|group| &group.rules).collect(),
        episodes: Vec::new(),
        sent: Vec::new(),
        troubles: BTreeMap::new(),
        evaluations: 0,
        interval: clock.interval,
        store: recording.store,
        memory: Memory::default(),
    };
    let mut manager = Alertmanager::new(config);
    let mut active: Vec<BTreeMap<Id, Active>> = run.rules.iter().map(|_| BTreeMap::new()).collect();
    let mut recorded: Vec<BTreeSet<Id>> = run.rules.iter().map(|_| BTreeSet::new()).collect();
    let tick = groups.iter().map(|group| group.interval).fold(super::rules::INTERVAL, greatest_common).max(5_000);
    let mut now = start;
    while now <= end {
        let mut index = 0;
        for group in groups {
            let due = (now - start) % group.interval == 0;
            for rule in &group.rules {
                if due {
                    run.evaluations += 1;
                    match run.results(&rule.expr, now) {
                        Err(trouble) => drop(run.troubles.entry(index).or_insert(trouble)),
                        Ok(vector) if rule.alert.is_some() => run.alert(index, now, vector, &mut active[index]),
                        Ok(vector) => run.record(rule, now, vector, &mut recorded[index]),
                    }
                }
                index += 1;
            }
        }
        let firing: BTreeSet<AlertKey> = active
            .iter()
            .enumerate()
            .flat_map(|(rule, alerts)| alerts.iter().map(move |(id, alert)| (rule, *id, alert)))
            .filter(|(_, _, alert)| alert.fired.is_some())
            .map(|(rule, id, _)| (rule, (*run.store.names.labels(id)).clone()))
            .collect();
        manager.advance(now, now + tick, &firing);
        now += tick;
    }
    for (rule, alerts) in active.into_iter().enumerate() {
        for (id, alert) in alerts {
            run.close(rule, id, &alert, None);
        }
    }
    run.episodes.sort_by_key(|episode| (episode.since, episode.rule));
    run.sent = manager.sent;
    run
}

fn greatest_common(a: Millis, b: Millis) -> Millis {
    if b == 0 { a } else { greatest_common(b, a % b) }
}

impl Run<'_> {
    /// What an expression has as its result at one time.
    ///
    /// # Errors
    /// What Prometheus would refuse.
    pub fn results(&mut self, expr: &super::ast::Expr, at: Millis) -> Result<Vector, String> {
        let mut evaluation = Evaluation { store: &mut self.store, memory: &mut self.memory, at };
        match evaluation.value(expr)? {
            Value::Scalar(number) => Ok(vec![(self.store.names.id(Labels::default()), number)]),
            Value::Vector(vector) => Ok(vector),
            Value::Text(_) => Err("the expression is a text".to_owned()),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    fn record(&mut self, rule: &Rule, now: Millis, vector: Vector, before: &mut BTreeSet<Id>) {
        let mut recorded = BTreeSet::new();
        for (id, value) in vector {
            let mut labels = (*self.store.names.labels(id)).clone();
            labels.set(METRIC_NAME, &rule.name);
            for (label, text) in &rule.labels {
                labels.set(label, text);
            }
            let id = self.store.names.id(labels);
            self.store.append(id, now, value);
            recorded.insert(id);
        }
        for gone in before.difference(&recorded) {
            self.store.append(*gone, now, stale());
        }
        *before = recorded;
    }

    fn alert(&mut self, index: usize, now: Millis, vector: Vector, active: &mut BTreeMap<Id, Active>) {
        let rule = self.rules[index];
        let Some(alert) = rule.alert else { return };
        let mut seen = BTreeSet::new();
        for (id, value) in vector {
            let source = self.store.names.labels(id);
            let mut labels = source.without_name();
            for (label, template) in &rule.labels {
                labels.set(label, &fill(template, &source, value));
            }
            labels.set(ALERT_NAME, &rule.name);
            let id = self.store.names.id(labels);
            if !seen.insert(id) {
                let trouble = "two of its results have the same labels".to_owned();
                self.troubles.entry(index).or_insert(trouble);
            }
        }
        for id in &seen {
            let state = active.entry(*id).or_insert(Active { since: now, fired: None, seen: now });
            state.seen = now;
            if state.fired.is_none() && now - state.since >= alert.wait {
                state.fired = Some(now);
            }
        }
        let gone: Vec<Id> = active
            .iter()
            .filter(|(id, state)| {
                let kept = state.fired.is_some() && now - state.seen < alert.keep_firing;
                !seen.contains(id) && !kept
            })
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            if let Some(state) = active.remove(&id) {
                self.close(index, id, &state, Some(now));
                self.mark(id, None, now);
            }
        }
        for (id, state) in active.iter() {
            self.mark(*id, Some(state.fired.is_some()), now);
        }
    }

    /// Prometheus's own series `ALERTS`, for rules that look at other alerts.
    fn mark(&mut self, alert: Id, firing: Option<bool>, now: Millis) {
        for (state, is) in [("pending", firing == Some(false)), ("firing", firing == Some(true))] {
            let mut labels = (*self.store.names.labels(alert)).clone();
            labels.set(METRIC_NAME, "ALERTS");
            labels.set("alertstate", state);
            let id = self.store.names.id(labels);
            if is {
                self.store.append(id, now, 1.0);
            } else if self.store.named("ALERTS").iter().any(|at| self.store.series[*at].labels == id) {
                self.store.append(id, now, stale());
            }
        }
    }

    fn close(&mut self, rule: usize, id: Id, state: &Active, ended: Option<Millis>) {
        let labels = (*self.store.names.labels(id)).clone();
        self.episodes.push(Episode { rule, labels, since: state.since, fired: state.fired, ended });
    }
}
