//! The explorer: every schedule and every fault within stated bounds, cheapest first.
//!
//! A state is (component states, where each client stands, time, who ran last). From each state the explorer takes every
//! step that could come next and visits the results in the order of (faults, preemptions, steps), so the first violation it
//! meets is the smallest one. Because clients are deterministic (see `client`) and components are functions (see `world`),
//! two schedules that lead to the same state have the same future, and the second one is cut off.
//!
//! What it keeps:
//! - same scenario and code in, same states, order and violation out;
//! - a state is cut off only when it was expanded before with no more faults *and* no more preemptions;
//! - a client that sleeps goes on only when nobody else can; time moves only then;
//! - a late request may arrive in every state of the next minute, and never later;
//! - only calls are steps: calls nobody else can observe (`Component::is_local`) run together with the step before them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::rc::Rc;

use super::client::Forest;
use super::state::{Bounds, ClientPlan, ClientState, Event, Faults, Judge, State, Status, Violation};
use super::world::{MICROS_PER_SECOND, Map, Micros, StateId, World};
use crate::report::Explored;

/// Repetitions of one call with one answer, nothing changing, after which a client is said to spin.
const MAX_SPIN: u32 = 200;
/// The same with sleeps between, after which nothing new can come of it: the run is over.
const MAX_POLLS: u32 = 1_500;
/// Of equal polls, the first few meet faults; later ones would meet the same ones later.
const FAULTY_POLLS: u32 = 4;

/// A bad run and the way to it.
#[derive(Debug, Clone)]
pub struct Counterexample {
    pub violation: Violation,
    pub events: Vec<Event>,
    /// States before the first event, after it, and so on.
    pub states: Vec<Rc<State>>,
    pub faults: u32,
    pub preemptions: u32,
}

#[derive(Debug)]
pub struct Exploration {
    pub counterexample: Option<Counterexample>,
    pub explored: Explored,
    /// Whether some run had a fault injected.
    pub fault_fired: bool,
    /// The first run that ended, for scenarios whose goal was not reached.
    pub sample: Option<Counterexample>,
    /// Complete runs counted (each path to an end once), for measuring what pruning saves.
    pub runs: u64,
    /// Every end reached: component states, then where each client stands.
    pub ends: BTreeSet<Vec<u32>>,
}

struct Visit {
    state: Rc<State>,
    parent: u32,
    event: Option<Event>,
    faults: u32,
    preemptions: u32,
    steps: u32,
    /// Equal steps in a row without a pause.
    spin: u32,
    /// Equal steps in a row, pauses or not.
    polls: u32,
    /// The visit after the step before, over pauses: itself, where it is one.
    last: Option<u32>,
}

pub struct Explorer<'a, F, J> {
    pub world: &'a mut World,
    pub forest: &'a mut Forest,
    pub clients: &'a [ClientPlan],
    pub faults: &'a F,
    pub judge: &'a mut J,
    pub bounds: Bounds,
    /// Cut off states seen before. Off only in tests that compare with plain enumeration.
    pub prune: bool,
}

type Queue = BinaryHeap<Reverse<(u32, u32, u32, u32)>>;

impl<F: Faults, J: Judge> Explorer<'_, F, J> {
    /// The state in which nobody has made a call yet.
    pub fn initial(&mut self, world: Vec<StateId>, now: Micros) -> State {
        let mut clients = Vec::new();
        for plan in self.clients {
            let node = self.forest.root(plan.entry, self.world);
            let status = if !plan.after.is_empty() {
                Status::Waiting
            } else if plan.at > 0 {
                Status::Sleeping { until: now + plan.at, resume: false }
            } else {
                Status::Ready
            };
            clients.push(ClientState { node, status, incarnation: 0 });
        }
        let mut state = State { world, clients, late: Vec::new(), now, running: None };
        for client in 0..state.clients.len() {
            if state.clients[client].status == Status::Ready {
                // A spin before the first step shows again at the first step.
                let _ = self.settle(&mut state, client);
            }
        }
        state
    }

    /// Visits everything within the bounds, or up to the first violation.
    pub fn explore(&mut self, initial: State) -> Exploration {
        let mut visits: Vec<Visit> = Vec::new();
        let mut queue: Queue = BinaryHeap::new();
        let mut closed: Map<Rc<State>, Vec<(u32, u32)>> = Map::default();
        let mut ends: BTreeSet<Vec<u32>> = BTreeSet::new();
        let mut explored = Explored {
            max_preemptions: self.bounds.preemptions,
            max_faults: self.bounds.faults,
            complete: true,
            ..Explored::default()
        };
        let horizon = initial.now.saturating_add((self.bounds.horizon_s * MICROS_PER_SECOND) as Micros);
        let mut result = Exploration {
            counterexample: None,
            explored: Explored::default(),
            fault_fired: false,
            sample: None,
            runs: 0,
            ends: BTreeSet::new(),
        };
        visits.push(Visit {
            state: Rc::new(initial),
            parent: 0,
            event: None,
            faults: 0,
            preemptions: 0,
            steps: 0,
            spin: 0,
            polls: 0,
            last: None,
        });
        queue.push(Reverse((0, 0, 0, 0)));

        while let Some(Reverse((faults, preemptions, _, id))) = queue.pop() {
            let state = Rc::clone(&visits[id as usize].state);
            if self.prune {
                let costs = closed.entry(Rc::clone(&state)).or_default();
                if costs.iter().any(|(f, p)| *f <= faults && *p <= preemptions) {
                    continue;
                }
                costs.push((faults, preemptions));
            }
            explored.states += 1;
            if explored.states > self.bounds.states {
                explored.complete = false;
                break;
            }
            result.fault_fired |= faults > 0;
            let polls = visits[id as usize].polls;
            let faults_left = if polls > FAULTY_POLLS { 0 } else { self.bounds.faults.saturating_sub(faults) };
            let (mut next, mut violation) = self.successors(&state, faults_left, preemptions, horizon);
            // One client asks the same thing for ever and nobody else is left to change the answer.
            let others = state.clients.iter().filter(|client| !matches!(client.status, Status::Ended | Status::Dead));
            if polls > MAX_POLLS && others.count() <= 1 {
                next.clear();
            }
            explored.transitions += next.len() as u64;
            if violation.is_none() {
                violation = self.judge.always(self.world, self.forest, &state);
            }
            if violation.is_none() && next.is_empty() {
                result.runs += 1;
                let mut end: Vec<u32> = state.world.clone();
                end.extend(state.clients.iter().map(|client| client.node));
                ends.insert(end);
                let stuck = if self.judge.may_block() { None } else { self.stuck(&state) };
                violation = stuck.or_else(|| self.judge.end(self.world, self.forest, &state));
                if violation.is_none() && result.sample.is_none() {
                    let nothing = Violation::Stuck { clients: Vec::new() };
                    result.sample = Some(trace(&visits, id, nothing));
                }
            }
            if violation.is_none() && visits[id as usize].spin > MAX_SPIN {
                let event = visits[id as usize].event.as_ref();
                violation = event.map(|e| Violation::Spin { client: e.client, call: e.call });
            }
            if let Some(violation) = violation {
                result.counterexample = Some(trace(&visits, id, violation));
                explored.complete = false;
                break;
            }
            for (state, event, more_faults) in next {
                let more_preemptions = u32::from(event.as_ref().is_some_and(|e| e.preempts.is_some()));
                let before = &visits[id as usize];
                let number = visits.len() as u32;
                let same = event.as_ref().is_some_and(|event| {
                    let last = before.last.map(|last| &visits[last as usize]);
                    last.is_some_and(|last| {
                        last.event.as_ref().is_some_and(|e| e.is_like(event)) && last.state.world == state.world
                    })
                });
                let visit = Visit {
                    state: Rc::new(state),
                    parent: id,
                    faults: faults + more_faults,
                    preemptions: preemptions + more_preemptions,
                    steps: before.steps + 1,
                    spin: if same && before.event.is_some() { before.spin + 1 } else { 0 },
                    polls: match (&event, same) {
                        (None, _) => before.polls,
                        (Some(_), true) => before.polls + 1,
                        (Some(_), false) => 0,
                    },
                    last: event.as_ref().map(|_| number).or(before.last),
                    event,
                };
                queue.push(Reverse((visit.faults, visit.preemptions, visit.steps, number)));
                visits.push(visit);
            }
        }
        explored.outcomes = ends.len() as u64;
        result.explored = explored;
        result.ends = ends;
        result
    }

    /// Clients that can never go on although the run is over.
    fn stuck(&self, state: &State) -> Option<Violation> {
        let blocked = |client: &usize| state.clients[*client].status == Status::Ready;
        let clients: Vec<usize> = (0..state.clients.len()).filter(blocked).collect();
        (!clients.is_empty()).then_some(Violation::Stuck { clients })
    }
}

/// The way from the initial state to a visit.
fn trace(visits: &[Visit], id: u32, violation: Violation) -> Counterexample {
    let (mut events, mut states) = (Vec::new(), Vec::new());
    let (faults, preemptions) = (visits[id as usize].faults, visits[id as usize].preemptions);
    let mut at = id;
    loop {
        let visit = &visits[at as usize];
        match &visit.event {
            Some(event) => {
                events.push(event.clone());
                states.push(Rc::clone(&visit.state));
            }
            None if at == 0 => {
                states.push(Rc::clone(&visit.state));
                break;
            }
            None => {}
        }
        at = visit.parent;
    }
    events.reverse();
    states.reverse();
    Counterexample { violation, events, states, faults, preemptions }
}
