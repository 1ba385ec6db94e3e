//! Composite states become the states inside them, choices become the transitions through them: what is left is a plain
//! machine that a walk can follow.

use std::collections::{BTreeMap, BTreeSet};

use super::drawn::{Raw, RawKind, RawState, RawTransition};
use super::{State, StateKind, StateMachine, Transition};
use crate::diagram::MAX_ELEMENTS;

/// Stands between the labels of a transition through choices; cannot occur in a label, whose control characters are gone.
const THROUGH: char = '\u{1}';

impl Raw {
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

    pub(super) fn flatten(mut self) -> StateMachine {
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

fn dedup(names: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}
