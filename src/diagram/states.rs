//! State machines, flattened: composite states become the states inside them, choices become the transitions through them.

mod drawn;
mod flatten;

use std::collections::BTreeSet;
use std::ops::Range;

pub(super) use drawn::read;
use drawn::{Raw, RawKind, RawTransition};

use super::flow::Graph;
use super::source::normalise;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateMachine {
    /// In order of first mention.
    pub states: Vec<State>,
    pub transitions: Vec<Transition>,
    /// Names of the states the machine may start in; empty when the diagram does not say.
    pub initial: Vec<String>,
    /// Names of the states from which the diagram ends (`X --> [*]`), and of drawn end states.
    pub finals: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its id in the text, unique.
    pub name: String,
    /// What is drawn in the box; the id when nothing else is.
    pub label: String,
    pub kind: StateKind,
    /// Composite states around it, innermost first, as id and label.
    pub inside: Vec<(String, String)>,
    pub range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    Normal,
    /// A fork, a join or the end of a composite state: passed through without an event.
    Passing,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    pub from: String,
    pub to: String,
    /// The label as written; the labels along the way, joined by ` / `, where it leads through a choice.
    pub label: String,
    /// The labels along the way, empty ones left out.
    pub parts: Vec<String>,
    pub range: Range<usize>,
}

impl State {
    /// A plain state by itself.
    pub fn named(name: &str, label: &str) -> Self {
        let (name, label) = (name.to_owned(), label.to_owned());
        State { name, label, kind: StateKind::Normal, inside: Vec::new(), range: 0..0 }
    }
}

impl StateMachine {
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// Transitions that leave a state, in the order drawn.
    pub fn leaving<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Transition> {
        self.transitions.iter().filter(move |t| t.from == name)
    }

    /// A flowchart read as a state machine: boxes are states, arrows transitions.
    ///
    /// A node called `start` or drawn as a small circle without arrows into it marks the initial state; a node called
    /// `end` or drawn as a double circle without arrows out of it is a final one, or marks where the machine ends when
    /// no event leads to it. Diamonds are choices, but for those that `drawn_as_diamond` names.
    pub fn from_graph(graph: &Graph, drawn_as_diamond: &BTreeSet<String>) -> Self {
        let mut raw = Raw::default();
        for node in &graph.nodes {
            let choice = node.is_diamond() && !drawn_as_diamond.contains(&node.id);
            let kind = if choice { RawKind::Choice } else { RawKind::Normal };
            raw.state(&node.id, Some(&node.label), node.range.clone(), None).kind = kind;
        }
        for edge in &graph.edges {
            raw.transitions.push(RawTransition {
                from: edge.from.clone(),
                to: edge.to.clone(),
                label: edge.label.clone(),
                range: edge.range.clone(),
            });
        }
        let entered: BTreeSet<&str> = graph.edges.iter().map(|e| e.to.as_str()).collect();
        let left: BTreeSet<&str> = graph.edges.iter().map(|e| e.from.as_str()).collect();
        let mut initial = Vec::new();
        let mut finals = Vec::new();
        for node in &graph.nodes {
            let name = normalise(&node.label);
            let id = node.id.as_str();
            let dot =
                node.blank && matches!(node.shape.as_deref(), Some("circle" | "sm-circ" | "small-circle" | "f-circ"));
            let named = name.is_empty() || matches!(name.as_str(), "start" | "begin" | "init" | "entry");
            if (dot || named) && !entered.contains(id) && left.contains(id) {
                // A marker, not a state, if it leads on without an event.
                if graph.edges.iter().filter(|e| e.from == id).all(|e| e.label.is_empty()) {
                    raw.kind(id, RawKind::Start);
                } else {
                    initial.push(node.id.clone());
                }
            }
            let ring = node.shape.as_deref() == Some("doublecircle");
            let end = matches!(name.as_str(), "end" | "stop" | "finish" | "final" | "exit");
            if (end || ring || dot) && !left.contains(id) && entered.contains(id) {
                let eventless = graph.edges.iter().filter(|e| e.to == id).all(|e| e.label.is_empty());
                if eventless && (end || node.blank) {
                    raw.kind(id, RawKind::End);
                } else {
                    finals.push(node.id.clone());
                }
            }
        }
        if initial.is_empty() && !raw.states.iter().any(|s| s.kind == RawKind::Start) {
            let first = graph.nodes.iter().find(|n| !entered.contains(n.id.as_str())).or(graph.nodes.first());
            initial.extend(first.map(|node| node.id.clone()));
        }
        let mut machine = raw.flatten();
        machine.initial.extend(initial);
        machine.finals.extend(finals);
        machine
    }
}
