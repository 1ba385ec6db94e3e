//! What holds of a good state machine before anything happens to it.

use std::collections::{BTreeMap, BTreeSet};

use super::labels::{event, guard};
use super::{Exam, reach, spoken};
use crate::checks::{Place, Problem, listed, quote};
use crate::diagram::{StateKind, Transition};

impl Exam<'_> {
    pub(super) fn structure(&self, problems: &mut Vec<Problem>) {
        self.initial(problems);
        if self.check.reachable {
            self.reachable(problems);
        }
        if self.check.no_dead_ends {
            self.dead_ends(problems);
        }
        if self.check.deterministic {
            self.deterministic(problems);
        }
        self.complete(problems);
    }

    fn initial(&self, problems: &mut Vec<Problem>) {
        let Some(start) = self.check.start.as_deref() else {
            return;
        };
        if self.machine.initial.is_empty() {
            problems.push(Problem {
                message: "the diagram does not say where it starts".to_string(),
                place: Place::field(self.pointer),
                help: Some("add `[*] --> State`".to_string()),
                ..Problem::default()
            });
        }
        for name in &self.machine.initial {
            if !self.roles.of(start).is_empty() && !self.roles.plays(name, start) {
                let place = self.machine.state(name).map_or_else(|| Place::field(self.pointer), |s| self.at_state(s));
                problems.push(Problem {
                    message: format!("the machine starts in {}", quote(name)),
                    expected: Some(format!("a start in {}", spoken(start))),
                    place,
                    ..Problem::default()
                });
            }
        }
    }

    fn reachable(&self, problems: &mut Vec<Problem>) {
        let starts: Vec<&str> = match self.machine.initial.as_slice() {
            [] => self.machine.states.first().map(|s| s.name.as_str()).into_iter().collect(),
            initial => initial.iter().map(String::as_str).collect(),
        };
        let reached = reach(self.machine, starts.iter().copied());
        for state in &self.machine.states {
            if state.kind == StateKind::Normal && !reached.contains(state.name.as_str()) {
                problems.push(Problem {
                    message: format!("{} can never be reached", quote(&state.name)),
                    expected: Some(format!("a path from {}", listed(starts.iter().copied()))),
                    place: self.at_state(state),
                    label: Some("no path leads here".to_string()),
                    notes: vec![format!("reached from the start: {}", listed(reached.iter().copied()))],
                    ..Problem::default()
                });
            }
        }
    }

    fn dead_ends(&self, problems: &mut Vec<Problem>) {
        let left: BTreeSet<&str> =
            self.machine.transitions.iter().filter(|t| t.from != t.to).map(|t| t.from.as_str()).collect();
        for state in self.machine.states.iter().filter(|s| s.kind == StateKind::Normal) {
            let drawn_final = self.machine.finals.contains(&state.name);
            let may_end = match &self.check.finals {
                Some(roles) => roles.iter().any(|role| self.roles.plays(&state.name, role)),
                None => drawn_final,
            };
            if may_end || (left.contains(state.name.as_str()) && !drawn_final) {
                continue;
            }
            if drawn_final {
                problems.push(Problem {
                    message: format!("the machine may end in {}", quote(&state.name)),
                    expected: match self.check.finals.as_deref() {
                        Some([]) => Some("a machine that runs on for ever".to_string()),
                        Some(roles) => Some(format!("an end only in {}", listed(roles.iter().map(String::as_str)))),
                        None => None,
                    },
                    place: self.at_state(state),
                    ..Problem::default()
                });
                continue;
            }
            let walk = self.way_to(&state.name);
            problems.push(Problem {
                message: format!("{} is never left again", quote(&state.name)),
                expected: Some("a transition out of it".to_string()),
                place: self.at_state(state),
                label: Some("no way out".to_string()),
                notes: vec![format!("{walk} --> ???")],
                help: self.check.finals.is_none().then(|| format!("if it is an end, draw `{} --> [*]`", state.name)),
                ..Problem::default()
            });
        }
    }

    /// The shortest walk from the start to a state, in the labels drawn.
    fn way_to(&self, goal: &str) -> String {
        let mut seen: BTreeMap<&str, String> = self.machine.initial.iter().map(|s| (s.as_str(), s.clone())).collect();
        let mut open: std::collections::VecDeque<&str> = self.machine.initial.iter().map(String::as_str).collect();
        while let Some(at) = open.pop_front() {
            for t in self.machine.leaving(at) {
                if !seen.contains_key(t.to.as_str()) {
                    let walk = format!("{} {} {}", seen.get(at).map_or("", String::as_str), arrow(&t.label), t.to);
                    seen.insert(&t.to, walk);
                    open.push_back(&t.to);
                }
            }
            if seen.contains_key(goal) {
                break;
            }
        }
        seen.remove(goal).unwrap_or_else(|| goal.to_string())
    }

    fn deterministic(&self, problems: &mut Vec<Problem>) {
        for state in &self.machine.states {
            let leaving: Vec<&Transition> = self.machine.leaving(&state.name).collect();
            // Two labels clash when they are the same event with the same guard, or with none.
            let mut by_event: BTreeMap<String, Vec<&Transition>> = BTreeMap::new();
            for t in &leaving {
                by_event.entry(clash_key(t)).or_default().push(t);
            }
            for (key, group) in by_event {
                let Some((first, rest)) = group.split_first() else {
                    continue;
                };
                // Regions that are entered together come from one arrow.
                let Some(other) =
                    rest.iter().find(|t| t.to != first.to && t.range != first.range && same_guard(first, t))
                else {
                    continue;
                };
                if key.is_empty() && state.kind == StateKind::Passing {
                    continue;
                }
                let said = if first.label.is_empty() {
                    "two transitions without a label lead".to_string()
                } else {
                    format!("{} leads", quote(&first.label))
                };
                problems.push(Problem {
                    message: format!(
                        "{said} from {} to {} and to {}",
                        quote(&state.name),
                        quote(&first.to),
                        quote(&other.to)
                    ),
                    expected: Some("one transition for one event, or guards that tell them apart".to_string()),
                    place: self.at_transition(other),
                    related: vec![(self.at_transition(first), "the same event leads elsewhere here".to_string())],
                    help: Some("a guard is written in brackets: `failure [count >= 5]`".to_string()),
                    ..Problem::default()
                });
            }
        }
        if self.check.traces.is_empty() && self.check.complete.is_empty() {
            return;
        }
        for t in &self.machine.transitions {
            let normal = self.machine.state(&t.from).is_some_and(|s| s.kind == StateKind::Normal);
            if normal && t.label.is_empty() {
                problems.push(Problem {
                    message: format!("nothing says what leads from {} to {}", quote(&t.from), quote(&t.to)),
                    expected: Some("a label naming the event".to_string()),
                    place: self.at_transition(t),
                    help: Some(format!("write `{} --> {} : event`", t.from, t.to)),
                    ..Problem::default()
                });
            }
        }
    }

    fn complete(&self, problems: &mut Vec<Problem>) {
        for (role, events) in &self.check.complete {
            for name in self.roles.of(role) {
                let Some(state) = self.machine.state(name) else {
                    continue;
                };
                for event in events.iter().filter(|event| self.labels.known(event)) {
                    if self.labels.taken(self.machine, name, event).is_empty() {
                        let answered = self.machine.leaving(name).map(|t| t.label.as_str()).filter(|l| !l.is_empty());
                        let answered: BTreeSet<&str> = answered.collect();
                        problems.push(Problem {
                            message: format!(
                                "{} does not say what happens on {}",
                                quote(name),
                                quote(self.labels.spoken(event))
                            ),
                            expected: Some(format!("a transition of {} for the event `{event}`", spoken(role))),
                            actual: Some(if answered.is_empty() {
                                "no labelled transitions".to_string()
                            } else {
                                format!("it answers {}", listed(answered.into_iter()))
                            }),
                            place: self.at_state(state),
                            notes: vec![format!("{name} {} ???", arrow(self.labels.spoken(event)))],
                            ..Problem::default()
                        });
                    }
                }
            }
        }
    }
}

/// The label in which two transitions would be the same event: that of the last choice where they went through one.
fn clash_key(t: &Transition) -> String {
    match t.parts.as_slice() {
        [] => String::new(),
        [one] => event(one),
        many => many.iter().map(|p| crate::diagram::normalise(p)).collect::<Vec<_>>().join("/"),
    }
}

fn same_guard(a: &Transition, b: &Transition) -> bool {
    // A guard on one side only means "else" on the other.
    guard(&a.label) == guard(&b.label)
}

pub(super) fn arrow(label: &str) -> String {
    if label.is_empty() { "-->".to_string() } else { format!("--{label}-->") }
}
