//! Is the drawn state machine the one that was asked for? Its structure is examined and it is driven by events.
//!
//! Learners draw in their own words, so nothing compares words directly: the rubric names *roles* of states with the
//! names accepted for each, and *events*; the submission maps each event to the labels that stand for it.
//!
//! ```yaml
//! state_machine:
//!   at: /breaker/diagram              # else the criterion's own field
//!   states:                           # roles and the names they go by, in any spelling
//!     closed: [closed, healthy]
//!     open: [open, tripped]
//!     half_open: [half open, probing]
//!   roles_at: /breaker/states         # optional: the learner's own map of role to state
//!   events_at: /breaker/events        # the learner's map of event to label, or list of labels
//!   events: {probe_fails: [probe failed]}   # labels accepted besides the learner's
//!   start: closed
//!   deterministic: true
//!   complete: {half_open: [probe_succeeds, probe_fails]}
//!   traces:
//!     - {start: closed, events: [failure_threshold, cooldown_over], ends: half_open, why: ...}
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Deserialize;
use serde_json::Value;

use super::{Place, Problem, Verdict};
use crate::diagram::{self, Graph, Node, State, StateKind, StateMachine, Transition, normalise, words};

mod labels;
mod structure;
#[cfg(test)]
mod tests;
mod walk;

use labels::Labels;

/// Most problems one check reports: the first ones explain the rest.
const MAX_PROBLEMS: usize = 6;

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateMachineCheck {
    /// JSON pointer of the diagram; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    /// Roles that must be drawn, with the names accepted for each besides the role's own.
    #[serde(default)]
    pub states: BTreeMap<String, Vec<String>>,
    /// Roles that need not be drawn, named likewise.
    #[serde(default)]
    pub optional: BTreeMap<String, Vec<String>>,
    /// JSON pointer of the learner's map from role to state, for names nobody foresaw.
    #[serde(default)]
    pub roles_at: Option<String>,
    /// Labels accepted for an event besides its own name and the learner's map.
    #[serde(default)]
    pub events: BTreeMap<String, Vec<String>>,
    /// JSON pointer of the learner's map from event to label or labels.
    #[serde(default)]
    pub events_at: Option<String>,
    /// The role the machine starts in.
    #[serde(default)]
    pub start: Option<String>,
    /// Every state can be reached from the start.
    #[serde(default = "yes")]
    pub reachable: bool,
    /// Every state but final ones can be left.
    #[serde(default = "yes")]
    pub no_dead_ends: bool,
    /// Roles that may be final; any when missing.
    #[serde(default)]
    pub finals: Option<Vec<String>>,
    /// No event leads from one state to two.
    #[serde(default = "yes")]
    pub deterministic: bool,
    /// Events each role must answer.
    #[serde(default)]
    pub complete: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub traces: Vec<Trace>,
}

/// A run of events and where it must end. An event that a state does not answer leaves it where it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// Role; the machine's start when missing.
    #[serde(default)]
    pub start: Option<String>,
    pub events: Vec<String>,
    /// Role, or several of which any will do.
    pub ends: OneOrMany,
    /// Roles that may not be visited on the way.
    #[serde(default)]
    pub never: Vec<String>,
    /// Why it must be so, shown to the learner.
    #[serde(default)]
    pub why: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn as_slice(&self) -> &[String] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

fn yes() -> bool {
    true
}

impl StateMachineCheck {
    pub fn run(&self, document: &Value, at: Option<&str>) -> Verdict {
        let pointer = self.at.as_deref().or(at).unwrap_or("");
        let text = match document.pointer(pointer) {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => {
                return Verdict::not_gradable(vec![Problem {
                    message: "there is no diagram here".to_string(),
                    expected: Some("a Mermaid `stateDiagram-v2`".to_string()),
                    place: Place::field(pointer),
                    ..Problem::default()
                }]);
            }
            Some(_) => {
                return Verdict::not_gradable(vec![Problem {
                    message: "a diagram is text, and this is something else".to_string(),
                    help: Some("write it as a block: `diagram: |` and the Mermaid text indented below".to_string()),
                    place: Place::field(pointer),
                    ..Problem::default()
                }]);
            }
        };
        let diamonds = |graph: &Graph| self.states_drawn_as_diamonds(graph, document);
        let machine = match diagram::parse_state_machine(text, &diamonds) {
            Ok(machine) => machine,
            Err(error) => {
                return Verdict::not_gradable(vec![super::diagram_problem(pointer, error)]);
            }
        };
        if machine.states.is_empty() {
            return Verdict::not_gradable(vec![Problem {
                message: "the diagram has no states yet".to_string(),
                place: Place::field(pointer),
                help: Some("draw each state and transition: `Closed --> Open : label`".to_string()),
                ..Problem::default()
            }]);
        }
        let mut problems = Vec::new();
        let roles = Roles::find(self, &machine, document, pointer, &mut problems);
        let labels = Labels::read(self, &machine, document, pointer, &mut problems);
        let exam = Exam { check: self, machine: &machine, roles: &roles, labels: &labels, pointer };
        exam.structure(&mut problems);
        let walked = exam.traces(&mut problems);
        let executed = format!(
            "walked {walked} event trace{} through {} states and {} transitions",
            if walked == 1 { "" } else { "s" },
            machine.states.len(),
            machine.transitions.len()
        );
        let mut verdict = if problems.is_empty() { Verdict::passed() } else { Verdict::failed(problems) };
        verdict.problems.truncate(MAX_PROBLEMS);
        verdict.executed = Some(executed);
        verdict
    }

    /// The diamonds of a flowchart that are states and no decisions: those the learner's map names, and those called
    /// like a role that no box plays.
    fn states_drawn_as_diamonds(&self, graph: &Graph, document: &Value) -> BTreeSet<String> {
        let map = self.roles_at.as_deref().and_then(|at| document.pointer(at)).and_then(Value::as_object);
        let named: BTreeSet<String> =
            map.into_iter().flatten().flat_map(|(_, names)| super::strings(names)).map(normalise).collect();
        let role = |node: &Node| role_of(self, &State::named(&node.id, &node.label)).map(|(role, _)| role);
        let boxes: BTreeSet<String> = graph.nodes.iter().filter(|n| !n.is_diamond()).filter_map(role).collect();
        let is_state = |node: &&Node| {
            let by_map = [&node.id, &node.label].iter().any(|name| named.contains(&normalise(name)));
            // A question is a decision, whatever it asks about.
            let by_name = !node.label.ends_with('?') && role(node).is_some_and(|role| !boxes.contains(&role));
            node.is_diamond() && (by_map || by_name)
        };
        graph.nodes.iter().filter(is_state).map(|node| node.id.clone()).collect()
    }

    fn role_names(&self) -> impl Iterator<Item = (&String, &Vec<String>)> {
        self.states.iter().chain(&self.optional)
    }
}

/// Everything the examinations look at.
struct Exam<'a> {
    check: &'a StateMachineCheck,
    machine: &'a StateMachine,
    roles: &'a Roles,
    labels: &'a Labels,
    pointer: &'a str,
}

impl Exam<'_> {
    fn at_state(&self, state: &State) -> Place {
        Place::inside(self.pointer, state.range.clone())
    }

    fn at_transition(&self, transition: &Transition) -> Place {
        Place::inside(self.pointer, transition.range.clone())
    }
}

/// Which states play which role.
#[derive(Debug, Default)]
struct Roles {
    states: BTreeMap<String, Vec<String>>,
}

impl Roles {
    fn find(
        check: &StateMachineCheck,
        machine: &StateMachine,
        document: &Value,
        pointer: &str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut roles = Roles::default();
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        let map_at = check.roles_at.as_deref().unwrap_or("");
        let map = check.roles_at.as_deref().and_then(|at| document.pointer(at)).and_then(Value::as_object);
        for (role, name) in
            map.into_iter().flatten().flat_map(|(role, names)| super::strings(names).map(move |n| (role, n)))
        {
            if name.trim().is_empty() {
                continue;
            }
            let wanted = normalise(name);
            let found: Vec<&State> = machine
                .states
                .iter()
                .filter(|s| {
                    normalise(&s.name) == wanted
                        || normalise(&s.label) == wanted
                        || s.inside.iter().any(|(id, label)| normalise(id) == wanted || normalise(label) == wanted)
                })
                .collect();
            if found.is_empty() {
                problems.push(Problem {
                    message: format!("no state of the diagram is called {}", super::quote(name)),
                    place: Place::field(format!("{map_at}/{}", super::escape(role))),
                    help: super::nearest(name, machine.states.iter().map(|s| s.name.as_str()))
                        .map(|n| format!("did you mean `{n}`?")),
                    ..Problem::default()
                });
            }
            for state in found {
                taken.insert(&state.name);
                roles.states.entry(role.clone()).or_default().push(state.name.clone());
            }
        }
        let normal = machine.states.iter().filter(|s| s.kind == StateKind::Normal && !taken.contains(s.name.as_str()));
        let fits: Vec<(String, bool, &State)> =
            normal.filter_map(|state| role_of(check, state).map(|(role, exact)| (role, exact, state))).collect();
        // `ForcedOpen` beside `Open` is a state of its own: words inside a name count only where no name fits wholly.
        let named: BTreeSet<String> = roles.states.keys().cloned().collect();
        let exact: BTreeSet<&String> = fits.iter().filter(|(_, exact, _)| *exact).map(|(role, ..)| role).collect();
        for (role, is_exact, state) in &fits {
            if *is_exact || !(exact.contains(role) || named.contains(role)) {
                roles.states.entry(role.clone()).or_default().push(state.name.clone());
            }
        }
        for (role, names) in &check.states {
            if !roles.states.contains_key(role) {
                problems.push(Problem {
                    message: format!("the diagram has no state for {}", spoken(role)),
                    expected: Some(format!("a state called `{}`{}", spoken(role), or_names(names))),
                    actual: Some(format!("states {}", super::listed(machine.states.iter().map(|s| s.name.as_str())))),
                    place: Place::field(pointer),
                    help: check
                        .roles_at
                        .as_ref()
                        .map(|at| format!("if it is there under another name, say which in `{at}`")),
                    ..Problem::default()
                });
            }
        }
        roles
    }

    fn of(&self, role: &str) -> &[String] {
        self.states.get(role).map(Vec::as_slice).unwrap_or_default()
    }

    fn plays(&self, state: &str, role: &str) -> bool {
        self.of(role).iter().any(|s| s == state)
    }
}

/// More than any run of words scores.
const WHOLE: usize = 1_000;

/// The role whose name fits best, and whether it fits wholly: the whole name first, then the longest run of words inside it, then the composite around it.
fn role_of(check: &StateMachineCheck, state: &State) -> Option<(String, bool)> {
    let own = [(&state.name, &state.label)];
    let around = state.inside.iter().map(|(id, label)| (id, label));
    for (id, label) in own.into_iter().chain(around) {
        let mut best: Option<(usize, &String)> = None;
        for (role, names) in check.role_names() {
            for name in names.iter().chain([role]) {
                let wanted = normalise(name);
                for text in [id, label] {
                    let score = if normalise(text) == wanted {
                        WHOLE
                    } else if contains_words(&words(text), &words(name)) {
                        wanted.len()
                    } else {
                        continue;
                    };
                    if best.is_none_or(|(held, _)| score > held) {
                        best = Some((score, role));
                    }
                }
            }
        }
        if let Some((score, role)) = best {
            return Some((role.clone(), score == WHOLE));
        }
    }
    None
}

fn contains_words(text: &[String], part: &[String]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

/// A role or event as it is spoken: `half_open` is "half open".
fn spoken(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

fn or_names(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(", or {}", super::listed(names.iter().map(String::as_str))) }
}

/// States that can be reached from some others, following every transition.
fn reach<'a>(machine: &'a StateMachine, from: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for t in &machine.transitions {
        out.entry(&t.from).or_default().push(&t.to);
    }
    let mut open: VecDeque<&str> = from.collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop_front() {
        if seen.insert(name) {
            open.extend(out.get(name).into_iter().flatten());
        }
    }
    seen
}
