//! Driving the machine by events.

use std::collections::BTreeSet;

use super::structure::arrow;
use super::{Exam, Trace, spoken};
use crate::checks::{Place, Problem, quote};
use crate::diagram::StateKind;

/// Most walks one trace may split into.
const MAX_WALKS: usize = 64;

/// One way a trace can go.
#[derive(Clone)]
struct Walk {
    state: String,
    story: String,
    visited: Vec<String>,
    /// Bytes of the last transition taken.
    last: Option<std::ops::Range<usize>>,
    /// The event that found no answer last, and the state that gave none.
    ignored: Option<(String, String)>,
}

impl Exam<'_> {
    /// Walks every trace whose states and events are in the diagram; the number walked.
    pub(super) fn traces(&self, problems: &mut Vec<Problem>) -> usize {
        let mut walked = 0;
        for trace in &self.check.traces {
            let starts: Vec<String> = match &trace.start {
                Some(role) => self.roles.of(role).to_vec(),
                None => self.machine.initial.clone(),
            };
            let asked = trace.ends.as_slice();
            // A missing role or event has been reported; a walk without it would only say so again.
            let missing_role = asked.iter().all(|role| self.roles.of(role).is_empty());
            if starts.is_empty() || missing_role || trace.events.iter().any(|e| !self.labels.known(e)) {
                continue;
            }
            walked += 1;
            if let Some(problem) = self.trace(trace, starts) {
                problems.push(problem);
            }
        }
        walked
    }

    /// What is wrong with a trace from the first of its starts that goes wrong. Where guards tell transitions of one
    /// event apart, the trace means the guard that serves it: one good walk is enough.
    fn trace(&self, trace: &Trace, starts: Vec<String>) -> Option<Problem> {
        starts.into_iter().find_map(|state| {
            let mut walks =
                vec![Walk { story: state.clone(), visited: vec![state.clone()], state, last: None, ignored: None }];
            for event in &trace.events {
                walks = walks.into_iter().flat_map(|walk| self.step(walk, event)).take(MAX_WALKS).collect();
            }
            let judged: Vec<Option<Problem>> = walks.into_iter().map(|walk| self.judge(trace, walk)).collect();
            if judged.iter().any(Option::is_none) { None } else { judged.into_iter().flatten().next() }
        })
    }

    /// What an event does: every transition it may take, or none.
    fn step(&self, walk: Walk, event: &str) -> Vec<Walk> {
        for here in self.resting(&walk) {
            let taken = self.labels.taken(self.machine, &here.state, event);
            if taken.is_empty() {
                continue;
            }
            return taken
                .into_iter()
                .map(|t| {
                    let label = if t.parts.len() > 1 { t.label.as_str() } else { self.labels.spoken(event) };
                    let mut next = here.clone();
                    next.story = format!("{} {} {}", here.story, arrow(label), t.to);
                    next.state.clone_from(&t.to);
                    next.visited.push(t.to.clone());
                    next.last = Some(t.range.clone());
                    next.ignored = None;
                    next
                })
                .collect();
        }
        let mut stays = walk;
        stays.story =
            format!("{} {} {} (no such transition: stays)", stays.story, arrow(self.labels.spoken(event)), stays.state);
        stays.ignored = Some((event.to_string(), stays.state.clone()));
        vec![stays]
    }

    /// Where the walk is, and where it gets to from there without an event.
    fn resting(&self, walk: &Walk) -> Vec<Walk> {
        let mut found = vec![walk.clone()];
        let mut seen = BTreeSet::from([walk.state.clone()]);
        let mut at = 0;
        while let Some(here) = found.get(at).cloned() {
            for t in self.machine.leaving(&here.state).filter(|t| t.label.is_empty()) {
                if seen.insert(t.to.clone()) {
                    let mut next = here.clone();
                    next.story = format!("{} --> {}", here.story, t.to);
                    next.state.clone_from(&t.to);
                    next.visited.push(t.to.clone());
                    next.last = Some(t.range.clone());
                    found.push(next);
                }
            }
            at += 1;
        }
        found
    }

    fn judge(&self, trace: &Trace, walk: Walk) -> Option<Problem> {
        let rests = self.resting(&walk);
        let ends = |w: &Walk| trace.ends.as_slice().iter().any(|role| self.roles.plays(&w.state, role));
        let forbidden =
            |w: &Walk| trace.never.iter().find(|role| w.visited.iter().any(|s| self.roles.plays(s, role))).cloned();
        let passing = self.machine.state(&walk.state).is_none_or(|s| s.kind == StateKind::Passing);
        let good = if passing { rests.iter().find(|w| ends(w)) } else { rests.first().filter(|w| ends(w)) };
        let visited = good.and_then(forbidden);
        if good.is_some() && visited.is_none() {
            return None;
        }
        let wanted: Vec<String> = trace.ends.as_slice().iter().map(|role| spoken(role)).collect();
        let wanted = wanted.join(" or ");
        let events: Vec<String> = trace.events.iter().map(|e| quote(self.labels.spoken(e))).collect();
        let start = walk.visited.first().cloned().unwrap_or_default();
        let (message, expected) = match (&visited, &walk.ignored) {
            (Some(role), _) => (
                format!("on {} the machine passes through {}", events.join(", "), spoken(role)),
                format!("never {}", spoken(role)),
            ),
            (None, Some((event, state))) => (
                format!("{} has no transition for {}", quote(state), quote(self.labels.spoken(event))),
                format!("{} after {}", wanted, events.join(", ")),
            ),
            (None, None) => (format!("after {} the machine is in {}", events.join(", "), quote(&walk.state)), wanted),
        };
        let mut story = walk.story;
        if walk.ignored.is_some() {
            story = story.replace(&format!(" {} (no such transition: stays)", walk.state), " ???");
        }
        let place = match (&walk.ignored, &walk.last) {
            (Some((_, state)), _) => self.machine.state(state).map(|s| self.at_state(s)),
            (None, Some(range)) => Some(Place::inside(self.pointer, range.clone())),
            (None, None) => self.machine.state(&start).map(|s| self.at_state(s)),
        };
        let mut notes = vec![story];
        notes.extend(trace.why.clone());
        Some(Problem {
            message,
            expected: Some(expected),
            actual: Some(format!("the machine is in {}", quote(&walk.state))),
            place: place.unwrap_or_else(|| Place::field(self.pointer)),
            notes,
            ..Problem::default()
        })
    }
}
