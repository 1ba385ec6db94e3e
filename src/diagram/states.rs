//! State machines, flattened: composite states become the states inside them, choices become the transitions through them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use merman_model::families::state::{StateDiagramModel, StateDocumentId, StateStatement, StateStatementState};

use super::flow::{Graph, plain_label};
use super::source::{Source, normalise};
use super::{DiagramError, MAX_ELEMENTS};

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
    /// A node called `start` or drawn as a small circle without arrows into it marks the initial state, a node
    /// called `end` or drawn as a double circle without arrows out of it a final one. Diamonds are choices.
    pub fn from_graph(graph: &Graph) -> Self {
        let mut raw = Raw::default();
        for node in &graph.nodes {
            let kind = if node.shape.as_deref() == Some("diamond") { RawKind::Choice } else { RawKind::Normal };
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
            let blank = name.is_empty() || matches!(name.as_str(), "start" | "begin" | "init" | "entry");
            if blank && !entered.contains(id) && left.contains(id) {
                // A marker, not a state, if it leads on without an event.
                if graph.edges.iter().filter(|e| e.from == id).all(|e| e.label.is_empty()) {
                    raw.kind(id, RawKind::Start);
                } else {
                    initial.push(node.id.clone());
                }
            }
            let end = matches!(name.as_str(), "end" | "stop" | "finish" | "final" | "exit")
                || node.shape.as_deref() == Some("doublecircle");
            if end && !left.contains(id) {
                finals.push(node.id.clone());
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

pub(super) fn read(source: &Source, model: &StateDiagramModel) -> Result<StateMachine, DiagramError> {
    let mut raw = Raw::default();
    let Some(root) = model.document.root() else {
        return Ok(StateMachine::default());
    };
    // (document, composite state around it)
    let mut open: Vec<(StateDocumentId, Option<String>)> = vec![(root, None)];
    while let Some((id, parent)) = open.pop() {
        let Some(statements) = model.document.get(id) else {
            continue;
        };
        let mut last_plain: Option<(Range<usize>, usize)> = None;
        for statement in statements {
            match statement {
                StateStatement::State(state) => {
                    let range = raw.add(source, state, parent.as_deref());
                    if let Some(inner) = state.doc {
                        let region = raw.states.iter().position(|s| s.name == state.id);
                        if let Some(at) = region {
                            raw.states[at].composite = true;
                        }
                        open.push((inner, Some(state.id.clone())));
                    }
                    two_on_a_line(source, &last_plain, &range)?;
                    if state.doc.is_none() && state.ty == "default" {
                        last_plain = Some((range.clone(), source.line(range.start).start));
                    }
                }
                StateStatement::Relation(relation) => {
                    let from = raw.add(source, &relation.state1, parent.as_deref());
                    two_on_a_line(source, &last_plain, &from)?;
                    let to = raw.add(source, &relation.state2, parent.as_deref());
                    let label = relation.description.as_deref().unwrap_or("");
                    let end = source.line(to.start).end.max(to.end);
                    raw.transitions.push(RawTransition {
                        from: relation.state1.id.clone(),
                        to: relation.state2.id.clone(),
                        label: plain_label(label.trim().trim_start_matches(':')),
                        range: if label.is_empty() {
                            from.start..to.end.max(from.start)
                        } else {
                            from.start..end.max(from.start)
                        },
                    });
                }
                _ => {}
            }
        }
        if raw.states.len() > MAX_ELEMENTS || raw.transitions.len() > MAX_ELEMENTS {
            return Err(DiagramError::new(
                format!("the diagram has more than {MAX_ELEMENTS} states or transitions"),
                source.header(),
            ));
        }
    }
    let machine = raw.flatten();
    if machine.transitions.len() > MAX_ELEMENTS {
        return Err(DiagramError::new(
            format!("the diagram comes to more than {MAX_ELEMENTS} transitions once its composite states are unfolded"),
            source.header(),
        ));
    }
    Ok(machine)
}

/// `half open --> closed` is read by Mermaid as a state `half` and a transition from `open`: never what was meant.
fn two_on_a_line(
    source: &Source,
    plain: &Option<(Range<usize>, usize)>,
    next: &Range<usize>,
) -> Result<(), DiagramError> {
    let Some((range, line)) = plain else {
        return Ok(());
    };
    let text = &source.text()[range.clone()];
    if source.line(next.start).start == *line && next.start > range.end && text != ";" {
        let second = &source.text()[next.clone()];
        return Err(DiagramError::new("a name of two words is read as two states", range.start..next.end)
            .help(format!("write it as one word, or `state \"{text} {second}\" as {text}_{second}`")));
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RawKind {
    Normal,
    Start,
    End,
    Choice,
    Passing,
    /// One region of a composite state with several at once.
    Region,
}

struct RawState {
    name: String,
    label: String,
    kind: RawKind,
    composite: bool,
    parent: Option<String>,
    range: Range<usize>,
}

#[derive(Clone)]
struct RawTransition {
    from: String,
    to: String,
    label: String,
    range: Range<usize>,
}

/// The diagram as drawn, before composites and choices are unfolded.
#[derive(Default)]
struct Raw {
    states: Vec<RawState>,
    by_name: BTreeMap<String, usize>,
    transitions: Vec<RawTransition>,
}

impl Raw {
    fn state(&mut self, name: &str, label: Option<&str>, range: Range<usize>, parent: Option<&str>) -> &mut RawState {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None => {
                self.by_name.insert(name.to_string(), self.states.len());
                self.states.push(RawState {
                    name: name.to_string(),
                    label: name.to_string(),
                    kind: RawKind::Normal,
                    composite: false,
                    parent: parent.map(str::to_string),
                    range,
                });
                self.states.len() - 1
            }
        };
        let state = &mut self.states[at];
        if let Some(label) = label {
            state.label =
                if state.label == state.name { label.to_string() } else { format!("{} {label}", state.label) };
        }
        state
    }

    fn kind(&mut self, name: &str, kind: RawKind) {
        if let Some(at) = self.by_name.get(name) {
            self.states[*at].kind = kind;
        }
    }

    fn add(&mut self, source: &Source, state: &StateStatementState, parent: Option<&str>) -> Range<usize> {
        let range = state
            .id_span
            .and_then(|span| source.place(span.start, span.end))
            .or_else(|| source.blanked().find(&state.id).map(|at| at..at + state.id.len()))
            .unwrap_or_else(|| source.header());
        if state.id == ";" {
            return range;
        }
        let described: Vec<String> = state
            .description
            .iter()
            .chain(&state.descriptions)
            .map(|d| plain_label(d.trim_start_matches(':')))
            .collect();
        let label = described.join(" ");
        let known = self.state(&state.id, (!label.is_empty()).then_some(label.as_str()), range.clone(), parent);
        known.kind = match (state.start, state.ty.as_str()) {
            (Some(true), _) => RawKind::Start,
            (Some(false), _) => RawKind::End,
            (_, "choice") => RawKind::Choice,
            (_, "fork" | "join") => RawKind::Passing,
            (_, "divider") => RawKind::Region,
            _ => known.kind,
        };
        range
    }

    fn get(&self, name: &str) -> Option<&RawState> {
        self.by_name.get(name).and_then(|at| self.states.get(*at))
    }

    /// Composite states around a state, innermost first; regions are not states of their own.
    fn around<'a>(&'a self, state: &'a RawState) -> Vec<&'a RawState> {
        let mut around = Vec::new();
        let mut at = state.parent.as_deref();
        while let Some(parent) = at.and_then(|name| self.get(name)) {
            if around.len() > self.states.len() {
                break;
            }
            around.push(parent);
            at = parent.parent.as_deref();
        }
        around
    }

    /// The states entered on entering `name`.
    fn entry(&self, name: &str, entries: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            match self.get(name) {
                Some(state) if state.composite => match entries.get(name) {
                    Some(inner) => open.extend(inner.iter().rev()),
                    None => {
                        // No `[*]` inside: every region at once, or the first state drawn.
                        let children = self.states.iter().filter(|s| s.parent.as_deref() == Some(name));
                        let (regions, plain): (Vec<_>, Vec<_>) = children.partition(|s| s.kind == RawKind::Region);
                        let first = plain.iter().find(|s| !matches!(s.kind, RawKind::Start | RawKind::End));
                        if regions.is_empty() {
                            open.extend(first.map(|s| s.name.as_str()));
                        } else {
                            open.extend(regions.iter().rev().map(|s| s.name.as_str()));
                        }
                    }
                },
                Some(state) => found.push(state.name.clone()),
                None => {}
            }
        }
        found
    }

    fn flatten(mut self) -> StateMachine {
        for state in &mut self.states {
            state.composite |= state.kind == RawKind::Region;
        }
        // A composite drawn without anything inside is a plain state.
        let parents: BTreeSet<String> = self.states.iter().filter_map(|s| s.parent.clone()).collect();
        for state in &mut self.states {
            state.composite &= parents.contains(&state.name);
        }
        let mut entries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for transition in &self.transitions {
            if let Some(from) = self.get(&transition.from)
                && from.kind == RawKind::Start
                && let Some(parent) = from.parent.as_deref()
            {
                entries.entry(parent).or_default().push(&transition.to);
            }
        }
        let mut machine = StateMachine::default();
        for state in &self.states {
            let inner_end = state.kind == RawKind::End && state.parent.is_some();
            let normal = state.kind == RawKind::Normal && !state.composite;
            if !(normal || inner_end || state.kind == RawKind::Passing) {
                continue;
            }
            machine.states.push(State {
                name: state.name.clone(),
                label: if inner_end { "[*]".to_string() } else { state.label.clone() },
                kind: if normal { StateKind::Normal } else { StateKind::Passing },
                inside: self.around(state).iter().map(|s| (s.name.clone(), s.label.clone())).collect(),
                range: state.range.clone(),
            });
        }
        let flat: Vec<RawTransition> = self.through_choices();
        for transition in &flat {
            let (Some(from), Some(to)) = (self.get(&transition.from), self.get(&transition.to)) else {
                continue;
            };
            if to.kind == RawKind::End && to.parent.is_none() {
                let leaves = self.leaves(from);
                machine.finals.extend(leaves);
                continue;
            }
            let targets = self.entry(&to.name, &entries);
            if from.kind == RawKind::Start {
                if from.parent.is_none() {
                    machine.initial.extend(targets);
                }
                continue;
            }
            let parts: Vec<String> =
                transition.label.split(THROUGH).map(str::trim).filter(|p| !p.is_empty()).map(str::to_string).collect();
            // Leaving a composite without an event happens when it has finished.
            let mut sources = self.leaves(from);
            let end = sources.iter().find(|name| self.get(name).is_some_and(|s| s.kind == RawKind::End)).cloned();
            if let (true, true, Some(end)) = (from.composite, parts.is_empty(), end) {
                sources = vec![end];
            }
            for source in &sources {
                for target in &targets {
                    machine.transitions.push(Transition {
                        from: source.clone(),
                        to: target.clone(),
                        label: parts.join(" / "),
                        parts: parts.clone(),
                        range: transition.range.clone(),
                    });
                }
                if machine.transitions.len() > MAX_ELEMENTS {
                    return machine;
                }
            }
        }
        dedup(&mut machine.initial);
        dedup(&mut machine.finals);
        machine
    }

    /// The states inside a composite, or the state itself.
    fn leaves(&self, state: &RawState) -> Vec<String> {
        if !state.composite {
            return vec![state.name.clone()];
        }
        let inside = |leaf: &&RawState| {
            let drawn = matches!(leaf.kind, RawKind::Normal | RawKind::Passing | RawKind::End) && !leaf.composite;
            drawn && self.around(leaf).iter().any(|around| around.name == state.name)
        };
        self.states.iter().filter(inside).map(|leaf| leaf.name.clone()).collect()
    }

    /// Transitions into a choice, joined with each one out of it.
    fn through_choices(&self) -> Vec<RawTransition> {
        let choice = |name: &str| self.get(name).is_some_and(|s| s.kind == RawKind::Choice);
        let mut leaving: BTreeMap<&str, Vec<&RawTransition>> = BTreeMap::new();
        for transition in &self.transitions {
            leaving.entry(&transition.from).or_default().push(transition);
        }
        let (mut done, mut steps) = (Vec::new(), 0usize);
        for transition in self.transitions.iter().filter(|t| !choice(&t.from)) {
            let mut open = vec![(transition.clone(), 0)];
            while let Some((so_far, depth)) = open.pop() {
                steps += 1;
                if done.len() > MAX_ELEMENTS || steps > 64 * MAX_ELEMENTS {
                    return done;
                }
                // Eight choices in a row are a mistake or a loop of choices.
                if !choice(&so_far.to) || depth == 8 {
                    done.push(so_far);
                    continue;
                }
                let next = leaving.get(so_far.to.as_str()).map(Vec::as_slice).unwrap_or_default();
                for out in next.iter().rev() {
                    let joined = RawTransition {
                        from: so_far.from.clone(),
                        to: out.to.clone(),
                        label: format!("{}{THROUGH}{}", so_far.label, out.label),
                        range: out.range.clone(),
                    };
                    open.push((joined, depth + 1));
                }
            }
        }
        done
    }
}

/// Stands between the labels of a transition through choices; cannot occur in a label, whose control characters are gone.
const THROUGH: char = '\u{1}';

fn dedup(names: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}
