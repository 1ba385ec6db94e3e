//! Which transitions answer to which event.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{StateMachineCheck, contains_words};
use crate::checks::{Place, Problem, escape, listed, nearest, quote, strings};
use crate::diagram::{StateMachine, Transition, normalise, words};

/// For each event, how well each transition's label fits; higher is better, absent is not at all.
#[derive(Debug, Default)]
pub(super) struct Labels {
    fit: BTreeMap<String, BTreeMap<usize, u8>>,
    /// The learner's own words for an event.
    own: BTreeMap<String, Vec<String>>,
}

/// The whole label, guard included.
const WHOLE: u8 = 4;
/// The label without its action, or one of several events in it, or its event without the guard.
const PART: u8 = 3;
/// The same words somewhere inside.
const INSIDE: u8 = 2;

impl Labels {
    pub fn read(
        check: &StateMachineCheck,
        machine: &StateMachine,
        document: &Value,
        pointer: &str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut labels = Labels::default();
        let events: BTreeSet<&String> = check
            .events
            .keys()
            .chain(check.complete.values().flatten())
            .chain(check.traces.iter().flat_map(|t| &t.events))
            .collect();
        let map_at = check.events_at.as_deref().unwrap_or("");
        let map = check.events_at.as_deref().and_then(|at| document.pointer(at)).and_then(Value::as_object);
        for event in events {
            let mut unused: Vec<&str> = Vec::new();
            let mut fits: BTreeMap<usize, u8> = BTreeMap::new();
            let own: Vec<&str> = map.and_then(|m| m.get(event)).map(|v| strings(v).collect()).unwrap_or_default();
            let own: Vec<&str> = own.into_iter().filter(|label| !normalise(label).is_empty()).collect();
            for label in &own {
                let found = fitting(machine, label);
                if found.is_empty() {
                    unused.push(label);
                }
                merge(&mut fits, found);
            }
            // The event's own name and the rubric's words help those who filled in nothing, or drew with the given names.
            if fits.is_empty() {
                for label in check.events.get(event).into_iter().flatten().chain([event]) {
                    merge(&mut fits, fitting(machine, label));
                }
            }
            if fits.is_empty() || !unused.is_empty() {
                let drawn: BTreeSet<&str> =
                    machine.transitions.iter().map(|t| t.label.as_str()).filter(|l| !l.is_empty()).collect();
                let place = format!("{map_at}/{}", escape(event));
                if let Some(label) = unused.first() {
                    problems.push(Problem {
                        message: format!("no transition of the diagram is labelled {}", quote(label)),
                        actual: Some(format!("labels {}", listed(drawn.iter().copied()))),
                        place: Place::field(place),
                        help: nearest(label, drawn.iter().copied()).map(|n| format!("did you mean {}?", quote(n))),
                        ..Problem::default()
                    });
                } else if own.is_empty() && check.events_at.is_some() {
                    problems.push(Problem {
                        message: format!("the diagram has no label for the event `{event}`"),
                        actual: Some(format!("labels {}", listed(drawn.iter().copied()))),
                        place: Place::field(place),
                        help: Some(format!("say in `{map_at}/{event}` which label of the diagram means it")),
                        ..Problem::default()
                    });
                } else if check.events_at.is_none() {
                    problems.push(Problem {
                        message: format!("no transition of the diagram answers the event `{event}`"),
                        actual: Some(format!("labels {}", listed(drawn.iter().copied()))),
                        place: Place::field(pointer),
                        ..Problem::default()
                    });
                }
            }
            labels.own.insert(event.clone(), own.iter().map(|s| s.to_string()).collect());
            labels.fit.insert(event.clone(), fits);
        }
        labels.settle();
        labels
    }

    /// A transition belongs to the events its label fits best: `failure [n >= 5]` is not a plain `failure` where the
    /// learner told the two apart.
    fn settle(&mut self) {
        let mut best: BTreeMap<usize, u8> = BTreeMap::new();
        for (at, fit) in self.fit.values().flatten() {
            let held = best.entry(*at).or_default();
            *held = (*held).max(*fit);
        }
        for fits in self.fit.values_mut() {
            fits.retain(|at, fit| best.get(at).is_some_and(|best| *fit >= *best));
        }
    }

    /// The transitions of `state` an event takes: those that fit it best.
    pub fn taken<'a>(&self, machine: &'a StateMachine, state: &str, event: &str) -> Vec<&'a Transition> {
        let Some(fits) = self.fit.get(event) else {
            return Vec::new();
        };
        let here: Vec<(u8, &Transition)> = fits
            .iter()
            .filter_map(|(at, fit)| machine.transitions.get(*at).map(|t| (*fit, t)))
            .filter(|(_, t)| t.from == state)
            .collect();
        let best = here.iter().map(|(fit, _)| *fit).max().unwrap_or_default();
        here.into_iter().filter(|(fit, _)| *fit == best).map(|(_, t)| t).collect()
    }

    /// An event in the learner's words.
    pub fn spoken<'a>(&'a self, event: &'a str) -> &'a str {
        self.own.get(event).and_then(|own| own.first()).map_or(event, String::as_str)
    }

    /// Whether an event has any label at all in the diagram; when not, that has been said.
    pub fn known(&self, event: &str) -> bool {
        self.fit.get(event).is_some_and(|fits| !fits.is_empty())
    }
}

fn merge(fits: &mut BTreeMap<usize, u8>, found: BTreeMap<usize, u8>) {
    for (at, fit) in found {
        let held = fits.entry(at).or_default();
        *held = (*held).max(fit);
    }
}

fn fitting(machine: &StateMachine, label: &str) -> BTreeMap<usize, u8> {
    let (wanted, spoken) = (normalise(label), words(label));
    let mut found = BTreeMap::new();
    if wanted.is_empty() {
        return found;
    }
    for (at, transition) in machine.transitions.iter().enumerate() {
        if let Some(fit) =
            transition.parts.iter().chain([&transition.label]).filter_map(|part| fit(part, &wanted)).max()
        {
            found.insert(at, fit);
        }
    }
    if found.is_empty() {
        for (at, transition) in machine.transitions.iter().enumerate() {
            let drawn = words(&transition.label);
            if !drawn.is_empty()
                && (contains_words(&drawn, &spoken) || (drawn.len() > 1 && contains_words(&spoken, &drawn)))
            {
                found.insert(at, INSIDE);
            }
        }
    }
    found
}

fn fit(label: &str, wanted: &str) -> Option<u8> {
    if normalise(label) == *wanted {
        return Some(WHOLE);
    }
    pieces(label).iter().any(|piece| normalise(piece) == *wanted).then_some(PART)
}

/// The pieces of `event, other [guard] / action` that may stand for an event.
pub(super) fn pieces(label: &str) -> Vec<String> {
    let (before, guard) = match (label.find('['), label.find(']')) {
        (Some(open), Some(close)) if open < close => (&label[..open], Some(&label[open + 1..close])),
        _ => (label, None),
    };
    let event = before.split(" / ").next().unwrap_or(before);
    let event = event.split('/').next().unwrap_or(event).trim();
    let mut pieces = vec![event.to_string()];
    if let Some(guard) = guard {
        pieces.push(guard.to_string());
        pieces.push(format!("{event} {guard}"));
    }
    for text in [label.split(" / ").next().unwrap_or(label), event] {
        let separated = text.replace(" or ", ",").replace(['|', ';'], ",");
        pieces.extend(separated.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_string));
    }
    // `timeout/error` names two events as often as an event and its action.
    pieces.extend(before.split('/').map(str::trim).filter(|p| !p.is_empty()).skip(1).map(str::to_string));
    pieces
}

/// The guard of a label, what stands in its brackets.
pub(super) fn guard(label: &str) -> Option<String> {
    let (open, close) = (label.find('[')?, label.find(']')?);
    (open < close).then(|| normalise(&label[open + 1..close]))
}

/// The event of a label without guard and action, as compared.
pub(super) fn event(label: &str) -> String {
    let before = label.split('[').next().unwrap_or(label);
    normalise(before.split('/').next().unwrap_or(before))
}
