//! Does the drawn architecture connect what it must, and only that? Paths through a flowchart are walked.
//!
//! ```yaml
//! graph:
//!   at: /diagram/flow                     # else the criterion's own field
//!   roles: {user: [client], queue: [broker, topic, kafka], worker: [consumer]}   # names found in ids and labels
//!   optional: {cache: [redis]}
//!   roles_at: /diagram/roles              # optional: the learner's own map of role to node ids
//!   count: {worker: {min: 2}}
//!   acyclic: true
//!   no_dead_nodes: true
//!   rules:
//!     - {path: {from: user, to: worker, through: [queue]}, why: ...}
//!     - {every_path: {from: user, to: worker, through: [queue]}}
//!     - {no_path: {from: app, to: replica, avoiding: [primary], label: [write]}}
//!     - {edge: {from: primary, to: replica, each: true}}
//!     - {no_edge: {from: user, to: database}}
//!     - {fan_out: {from: primary, to: replica, min: 3}}
//!     - {survives: {from: client, to: service, remove: gateway}}
//!     - {survives: {from: client, to: service, each: true, keep: [address]}}
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{Place, Problem, Verdict, listed, quote};
use crate::diagram::{self, Graph, Node, normalise, words};

mod rules;
#[cfg(test)]
mod tests;
mod told;
mod tour;

use told::Told;

pub use rules::{Between, FanOut, Labels, Rule, RuleKind, Survives};

const MAX_PROBLEMS: usize = 6;

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphCheck {
    /// JSON pointer of the diagram; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    /// Roles that must be drawn, with the names that give a node away besides the role's own.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<String>>,
    /// Roles that need not be drawn; rules about them hold where they are.
    #[serde(default)]
    pub optional: BTreeMap<String, Vec<String>>,
    /// JSON pointer of the learner's map from role to node ids.
    #[serde(default)]
    pub roles_at: Option<String>,
    /// How many nodes play a role.
    #[serde(default)]
    pub count: BTreeMap<String, Bounds>,
    #[serde(default)]
    pub acyclic: bool,
    /// Every node is connected to something.
    #[serde(default)]
    pub no_dead_nodes: bool,
    #[serde(default)]
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    #[serde(default)]
    pub min: usize,
    #[serde(default)]
    pub max: Option<usize>,
}

impl GraphCheck {
    pub fn run(&self, document: &Value, at: Option<&str>) -> Verdict {
        let pointer = self.at.as_deref().or(at).unwrap_or("");
        let Some(text) = document.pointer(pointer).and_then(Value::as_str) else {
            return Verdict::not_gradable(vec![Problem {
                message: "there is no diagram here".to_string(),
                expected: Some("a Mermaid `flowchart`".to_string()),
                place: Place::field(pointer),
                ..Problem::default()
            }]);
        };
        let graph = match diagram::parse_graph(text) {
            Ok(graph) => graph,
            Err(error) => {
                return Verdict::not_gradable(vec![super::diagram_problem(pointer, error)]);
            }
        };
        if graph.nodes.is_empty() {
            return Verdict::not_gradable(vec![Problem {
                message: "the diagram has no nodes yet".to_string(),
                place: Place::field(pointer),
                help: Some("draw what calls what: `client --> server`".to_string()),
                ..Problem::default()
            }]);
        }
        let mut problems = Vec::new();
        let roles = self.cast(&graph, document, pointer, &mut problems);
        let tour = tour::Tour { graph: &graph, roles: &roles, pointer };
        for (role, bounds) in &self.count {
            let nodes = roles.get(role).map(Vec::as_slice).unwrap_or_default();
            if !nodes.is_empty() && (nodes.len() < bounds.min || bounds.max.is_some_and(|max| nodes.len() > max)) {
                problems.push(Problem {
                    message: format!("the diagram has {} of {}", nodes.len(), spoken(role)),
                    expected: Some(match bounds.max {
                        Some(max) if max == bounds.min => format!("exactly {max}"),
                        Some(max) => format!("{} to {max}", bounds.min),
                        None => format!("{} or more", bounds.min),
                    }),
                    actual: Some(listed(nodes.iter().map(String::as_str))),
                    place: nodes.first().map_or_else(|| Place::field(pointer), |id| tour.at_node(id)),
                    ..Problem::default()
                });
            }
        }
        if self.no_dead_nodes {
            let joined: BTreeSet<&str> = graph.edges.iter().flat_map(|e| [e.from.as_str(), e.to.as_str()]).collect();
            for node in graph.nodes.iter().filter(|n| !joined.contains(n.id.as_str())) {
                problems.push(Problem {
                    message: format!("{} is connected to nothing", quote(&node.id)),
                    place: tour.at_node(&node.id),
                    ..Problem::default()
                });
            }
        }
        if self.acyclic {
            problems.extend(tour.cycle());
        }
        for rule in &self.rules {
            if let Some(mut problem) = tour.check(&rule.kind) {
                problem.notes.extend(rule.why.clone());
                problems.push(problem);
            }
        }
        let executed = Some(format!(
            "walked {} nodes and {} edges by {} rules",
            graph.nodes.len(),
            graph.edges.len(),
            self.rules.len()
        ));
        problems.truncate(MAX_PROBLEMS);
        let verdict = if problems.is_empty() { Verdict::passed() } else { Verdict::failed(problems) };
        Verdict { executed, ..verdict }
    }

    /// Which nodes play which role: the learner's word first, then names.
    fn cast(
        &self,
        graph: &Graph,
        document: &Value,
        pointer: &str,
        problems: &mut Vec<Problem>,
    ) -> BTreeMap<String, Vec<String>> {
        let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        let map_at = self.roles_at.as_deref().unwrap_or("");
        let map = self.roles_at.as_deref().and_then(|at| document.pointer(at)).and_then(Value::as_object);
        for Told { role, node: name, key } in map.map(|map| told::told(self, graph, map)).into_iter().flatten() {
            let found = told::nodes_named(graph, &name);
            if found.is_empty() {
                problems.push(Problem {
                    message: format!("the diagram has no node {}", quote(&name)),
                    place: Place::field(format!("{map_at}/{}", super::escape(&key))),
                    help: super::nearest(&name, graph.nodes.iter().map(|n| n.id.as_str()))
                        .map(|n| format!("did you mean `{n}`?")),
                    ..Problem::default()
                });
            }
            for node in found {
                taken.insert(&node.id);
                roles.entry(role.clone()).or_default().push(node.id.clone());
            }
        }
        for node in graph.nodes.iter().filter(|n| !taken.contains(n.id.as_str())) {
            // A node inside a box called `Replicas` is one of them, if its own name says nothing.
            let boxes = graph
                .subgraphs
                .iter()
                .filter(|s| s.nodes.contains(&node.id))
                .map(|s| (s.id.as_str(), s.title.as_str()));
            let named = [(node.id.as_str(), node.label.as_str())]
                .into_iter()
                .chain(boxes)
                .find_map(|(id, label)| self.role_of(id, label));
            if let Some(role) = named {
                roles.entry(role).or_default().push(node.id.clone());
            }
        }
        for (role, names) in self.roles.iter().filter(|(role, _)| !roles.contains_key(*role)).collect::<Vec<_>>() {
            // `Flink: window and count` plays two roles, if nothing else plays the second.
            let also: Vec<String> =
                graph.nodes.iter().filter(|node| also_named(node, role, names)).map(|node| node.id.clone()).collect();
            if !also.is_empty() {
                roles.insert(role.clone(), also);
                continue;
            }
            problems.push(Problem {
                message: format!("the diagram has no {}", spoken(role)),
                expected: Some(format!(
                    "a node called {}",
                    listed([role.as_str()].into_iter().chain(names.iter().map(String::as_str)))
                )),
                actual: Some(format!("nodes {}", listed(graph.nodes.iter().map(|n| n.label.as_str())))),
                place: Place::field(pointer),
                help: self.roles_at.as_ref().map(|at| {
                    format!(
                        "if it is there under another name, say which in `{at}`, as in `{role}: [the id of a node]`"
                    )
                }),
                ..Problem::default()
            });
        }
        roles
    }

    fn role_of(&self, id: &str, label: &str) -> Option<String> {
        let mut best: Option<(usize, &String)> = None;
        for (role, names) in self.roles.iter().chain(&self.optional) {
            for name in names.iter().chain([role]) {
                for text in [id, label] {
                    let score = if normalise(text) == normalise(name) {
                        1_000
                    } else if holds(&words(text), &words(name)) {
                        normalise(name).len()
                    } else {
                        continue;
                    };
                    if best.is_none_or(|(held, _)| score > held) {
                        best = Some((score, role));
                    }
                }
            }
        }
        best.map(|(_, role)| role.clone())
    }
}

/// Whether a node that plays another role names this one too, and does not say that it is missing.
fn also_named(node: &Node, role: &str, names: &[String]) -> bool {
    let label = words(&node.label);
    let denied = label.iter().any(|word| matches!(word.as_str(), "no" | "not" | "without" | "instead"));
    !denied && names.iter().map(String::as_str).chain([role]).any(|name| holds(&label, &words(name)))
}

/// Whether the words of a name stand in a text in a row; a plural or a number at the end does not matter.
fn holds(text: &[String], name: &[String]) -> bool {
    let alike = |t: &str, n: &str| {
        let t = t.trim_end_matches(|c: char| c.is_ascii_digit());
        let n = n.trim_end_matches(|c: char| c.is_ascii_digit());
        t == n || t.strip_suffix('s') == Some(n) || n.strip_suffix('s') == Some(t) || t.strip_suffix("es") == Some(n)
    };
    !name.is_empty() && text.windows(name.len()).any(|w| w.iter().zip(name).all(|(t, n)| !n.is_empty() && alike(t, n)))
}

fn spoken(role: &str) -> String {
    role.replace(['_', '-'], " ")
}
