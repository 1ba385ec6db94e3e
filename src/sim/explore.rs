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
//! - only calls are steps: calls nobody else can observe (`Component::is_local`) run together with the step before them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::rc::Rc;

use super::client::{Forest, Next, NodeId};
use super::errors::Fault;
use super::python::{PyError, Reply};
use super::value::Value;
use super::world::{CallId, Caller, Effect, MICROS_PER_SECOND, Micros, StateId, World};
use crate::report::Explored;

/// Repetitions of one call with one answer, nothing changing, after which a client is said to spin.
const MAX_SPIN: u32 = 200;
/// Local calls (reading the clock, drawing numbers) in a row.
const MAX_LOCAL_CALLS: u32 = 10_000;

/// How far to look.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// Times a client that could go on is interrupted by another, in one run.
    pub preemptions: u32,
    /// Faults injected in one run.
    pub faults: u32,
    /// Distinct states to visit before giving up on completeness.
    pub states: u64,
    /// Virtual seconds after which a run is over, finished or not.
    pub horizon_s: f64,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { preemptions: 3, faults: 0, states: 20_000, horizon_s: 3_600.0 }
    }
}

/// What can go wrong at a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Injection {
    /// Not executed, and the caller knows.
    Unavailable,
    /// Not executed, and the caller does not know.
    LostRequest,
    /// Executed, and the caller does not know.
    LostReply,
    /// Refused by the other side.
    Rejected,
    /// Executed; the caller's process ends before it reads the answer.
    Crash,
    /// Executed; the caller's process stands still for so long.
    Pause(Micros),
    /// A fault that only the component knows.
    Own(String),
}

impl Injection {
    pub fn describe(&self) -> String {
        match self {
            Injection::Unavailable => "the call fails and is not executed".into(),
            Injection::LostRequest => "the request is lost: not executed, no answer".into(),
            Injection::LostReply => "executed, but the reply is lost".into(),
            Injection::Rejected => "refused".into(),
            Injection::Crash => "executed, then the process crashes".into(),
            Injection::Pause(micros) => {
                format!("executed, then the process stands still for {} s", *micros as f64 / MICROS_PER_SECOND)
            }
            Injection::Own(name) => name.replace('_', " "),
        }
    }
}

/// Which faults a call may meet.
pub trait Faults {
    /// Injections for a call of `client` to `method` of component number `component`.
    fn at(&self, client: usize, component: usize, method: &str) -> &[Injection];
}

/// A client of the workload.
#[derive(Debug, Clone)]
pub struct ClientPlan {
    pub name: String,
    /// Entry point of the program.
    pub entry: u32,
    /// Entry point after a crash; without one the client stays dead.
    pub restart: Option<u32>,
    /// Virtual time at which it begins.
    pub at: Micros,
    /// Clients that must have ended before it begins.
    pub after: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Ready,
    /// Until a time; `resume` when a `sleep` is to be answered then.
    Sleeping {
        until: Micros,
        resume: bool,
    },
    /// For other clients to end.
    Waiting,
    Ended,
    /// Crashed, and not restarted.
    Dead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientState {
    pub node: NodeId,
    pub status: Status,
    pub incarnation: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub world: Vec<StateId>,
    pub clients: Vec<ClientState>,
    pub now: Micros,
    /// Who made the last step and could be interrupted.
    pub running: Option<usize>,
}

/// One step of a run.
#[derive(Debug, Clone)]
pub struct Event {
    pub client: usize,
    pub incarnation: u32,
    pub node: NodeId,
    pub call: CallId,
    pub fault: Option<Injection>,
    /// `None` when the caller never saw an answer.
    pub reply: Option<Reply>,
    pub now: Micros,
    /// Whether another client that could have gone on was interrupted for this step.
    pub preempts: Option<usize>,
}

/// Why a run is bad.
#[derive(Debug, Clone)]
pub enum Violation {
    /// Number of the invariant, and what it says.
    Invariant { index: usize, message: String },
    /// A client's code ended with a mistake.
    Mistake { client: usize, error: PyError },
    /// Clients wait for each other for ever.
    Stuck { clients: Vec<usize> },
    /// A client repeats a call without waiting.
    Spin { client: usize, call: CallId },
}

/// Judges states. The explorer asks; only the judge knows what is expected.
pub trait Judge {
    /// Called once for each state of the world in which nobody need have finished.
    fn always(&mut self, world: &mut World, forest: &Forest, state: &State) -> Option<Violation>;
    /// Called for each end of a run.
    fn end(&mut self, world: &mut World, forest: &Forest, state: &State) -> Option<Violation>;
    /// Whether clients that wait for ever are left to `end` to judge.
    fn may_block(&self) -> bool {
        false
    }
}

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
    spin: u32,
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
        let mut state = State { world, clients, now, running: None };
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
        let mut closed: HashMap<Rc<State>, Vec<(u32, u32)>> = HashMap::new();
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
            let (next, mut violation) = self.successors(&state, faults, preemptions, horizon);
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
                let repeats = match (&event, &before.event) {
                    (Some(now), Some(last)) => {
                        now.client == last.client
                            && now.call == last.call
                            && now.reply == last.reply
                            && state.world == before.state.world
                    }
                    _ => false,
                };
                let visit = Visit {
                    state: Rc::new(state),
                    parent: id,
                    faults: faults + more_faults,
                    preemptions: preemptions + more_preemptions,
                    steps: before.steps + 1,
                    spin: if repeats { before.spin + 1 } else { 0 },
                    event,
                };
                let number = visits.len() as u32;
                queue.push(Reverse((visit.faults, visit.preemptions, visit.steps, number)));
                visits.push(visit);
            }
        }
        explored.outcomes = ends.len() as u64;
        result.explored = explored;
        result.ends = ends;
        result
    }

    /// Every state one step away, or a violation that the step itself is.
    #[allow(clippy::type_complexity, reason = "used once, a few lines away")]
    fn successors(
        &mut self,
        state: &State,
        faults: u32,
        preemptions: u32,
        horizon: Micros,
    ) -> (Vec<(State, Option<Event>, u32)>, Option<Violation>) {
        let mut next = Vec::new();
        let mut enabled = Vec::new();
        for client in 0..state.clients.len() {
            let at = state.clients[client];
            if let Next::Raised(error) = self.forest.next(at.node)
                && at.status == Status::Ended
                && error.is_mistake()
            {
                return (next, Some(Violation::Mistake { client, error: error.clone() }));
            }
            if at.status != Status::Ready {
                continue;
            }
            let Next::Call(call) = *self.forest.next(at.node) else { continue };
            let component = self.world.component_of(call);
            let transition = self.world.call(state.world[component], call, &self.caller(state, client));
            if transition.effect != Effect::Block {
                enabled.push((client, call, component, transition));
            }
        }
        if enabled.is_empty() {
            next.extend(self.later(state, horizon).map(|state| (state, None, 0)));
            return (next, None);
        }
        let running = state.running.filter(|running| enabled.iter().any(|(client, ..)| client == running));
        for (client, call, component, transition) in enabled {
            let preempts = running.filter(|running| *running != client);
            if preempts.is_some() && preemptions >= self.bounds.preemptions {
                continue;
            }
            let at = state.clients[client];
            let event = |fault: Option<Injection>, reply: Option<Reply>| {
                Some(Event {
                    client,
                    incarnation: at.incarnation,
                    node: at.node,
                    call,
                    fault,
                    reply,
                    now: state.now,
                    preempts,
                })
            };
            // Without a fault.
            let mut after = state.clone();
            after.world[component] = transition.state;
            after.running = Some(client);
            let reply = match &transition.effect {
                Effect::Reply(reply) => Some(reply.clone()),
                Effect::Sleep(until) => {
                    after.clients[client].status = Status::Sleeping { until: *until, resume: true };
                    None
                }
                Effect::Block => None,
            };
            if let Some(reply) = &reply
                && let Err(violation) = self.answer(&mut after, client, reply)
            {
                return (next, Some(violation));
            }
            next.push((after, event(None, reply), 0));
            // With one.
            if faults >= self.bounds.faults {
                continue;
            }
            let method = self.world.get(call).method.clone();
            let injections = self.faults.at(client, component, &method).to_vec();
            for injection in injections {
                let mut after = state.clone();
                after.running = None;
                let reply = match &injection {
                    Injection::Unavailable => Some(Reply::Raise(Fault::ServiceUnavailable, "not executed".into())),
                    Injection::LostRequest => Some(Reply::Raise(Fault::Timeout, "no answer".into())),
                    Injection::Rejected => Some(Reply::Raise(Fault::Rejected, "refused".into())),
                    Injection::LostReply => {
                        after.world[component] = transition.state;
                        Some(Reply::Raise(Fault::Timeout, "no answer".into()))
                    }
                    Injection::Crash => {
                        after.world[component] = transition.state;
                        self.crash(&mut after, client);
                        None
                    }
                    Injection::Pause(micros) => {
                        after.world[component] = transition.state;
                        let Effect::Reply(reply) = &transition.effect else { continue };
                        if let Err(violation) = self.answer(&mut after, client, reply) {
                            return (next, Some(violation));
                        }
                        if after.clients[client].status == Status::Ready {
                            let until = state.now + micros;
                            after.clients[client].status = Status::Sleeping { until, resume: false };
                        }
                        next.push((after, event(Some(injection), Some(reply.clone())), 1));
                        continue;
                    }
                    Injection::Own(name) => {
                        let caller = self.caller(state, client);
                        match self.world.inject(name, state.world[component], call, &caller) {
                            Some(transition) => {
                                after.world[component] = transition.state;
                                match transition.effect {
                                    Effect::Reply(reply) => Some(reply),
                                    Effect::Block | Effect::Sleep(_) => continue,
                                }
                            }
                            None => continue,
                        }
                    }
                };
                if let Some(reply) = &reply
                    && let Err(violation) = self.answer(&mut after, client, reply)
                {
                    return (next, Some(violation));
                }
                next.push((after, event(Some(injection), reply), 1));
            }
        }
        (next, None)
    }

    fn caller(&self, state: &State, client: usize) -> Caller {
        let at = state.clients[client];
        Caller { client: client as u32, incarnation: at.incarnation, made: self.forest.depth(at.node), now: state.now }
    }

    /// Gives a client its answer and lets it run to its next step.
    fn answer(&mut self, state: &mut State, client: usize, reply: &Reply) -> Result<(), Violation> {
        let node = state.clients[client].node;
        state.clients[client].node = self.forest.child(node, reply, self.world);
        self.settle(state, client)
    }

    /// Runs a client's local calls, up to a step, a sleep or its end.
    fn settle(&mut self, state: &mut State, client: usize) -> Result<(), Violation> {
        for _ in 0..MAX_LOCAL_CALLS {
            let node = state.clients[client].node;
            let call = match self.forest.next(node) {
                Next::Call(call) => *call,
                Next::Done(_) | Next::Raised(_) => {
                    state.clients[client].status = Status::Ended;
                    self.wake_waiting(state);
                    return Ok(());
                }
            };
            if !self.world.is_local(call) {
                return Ok(());
            }
            let component = self.world.component_of(call);
            let transition = self.world.call(state.world[component], call, &self.caller(state, client));
            state.world[component] = transition.state;
            match transition.effect {
                Effect::Reply(reply) => state.clients[client].node = self.forest.child(node, &reply, self.world),
                Effect::Sleep(until) => {
                    state.clients[client].status = Status::Sleeping { until, resume: true };
                    return Ok(());
                }
                Effect::Block => return Ok(()),
            }
        }
        match self.forest.next(state.clients[client].node) {
            Next::Call(call) => Err(Violation::Spin { client, call: *call }),
            _ => Ok(()),
        }
    }

    fn crash(&mut self, state: &mut State, client: usize) {
        self.world.crashed(&mut state.world, client as u32);
        let at = &mut state.clients[client];
        at.incarnation += 1;
        match self.clients[client].restart {
            Some(entry) => {
                at.node = self.forest.root(entry, self.world);
                at.status = Status::Ready;
                // A spin here shows at the next step.
                let _ = self.settle(state, client);
            }
            None => {
                at.status = Status::Dead;
                self.wake_waiting(state);
            }
        }
    }

    fn wake_waiting(&mut self, state: &mut State) {
        for client in 0..state.clients.len() {
            let over = |other: &usize| matches!(state.clients[*other].status, Status::Ended | Status::Dead);
            if state.clients[client].status == Status::Waiting && self.clients[client].after.iter().all(over) {
                if self.clients[client].at > 0 {
                    let until = state.now + self.clients[client].at;
                    state.clients[client].status = Status::Sleeping { until, resume: false };
                } else {
                    state.clients[client].status = Status::Ready;
                    // A spin here shows at the next step.
                    let _ = self.settle(state, client);
                }
            }
        }
    }

    /// The state in which the next sleepers have woken, if anybody sleeps and the horizon allows.
    fn later(&mut self, state: &State, horizon: Micros) -> Option<State> {
        let until = |client: &ClientState| match client.status {
            Status::Sleeping { until, .. } => Some(until),
            _ => None,
        };
        let now = state.clients.iter().filter_map(until).min()?.max(state.now);
        if now > horizon {
            return None;
        }
        let mut after = State { now, running: None, ..state.clone() };
        for client in 0..after.clients.len() {
            if let Status::Sleeping { until, resume } = after.clients[client].status
                && until <= now
            {
                after.clients[client].status = Status::Ready;
                let woken = if resume {
                    self.answer(&mut after, client, &Reply::Return(Value::None))
                } else {
                    self.settle(&mut after, client)
                };
                // A client that only reads the clock for ever is stopped here and never ends.
                if woken.is_err() {
                    after.clients[client].status = Status::Dead;
                }
            }
        }
        Some(after)
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
