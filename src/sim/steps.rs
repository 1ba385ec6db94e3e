//! One step: what can come next in a state, with and without a fault, and how a client goes on from an answer.

use super::client::Next;
use super::errors::Fault;
use super::explore::Explorer;
use super::python::Reply;
use super::state::{ClientState, Event, Faults, Injection, Judge, Late, State, Status, Violation};
use super::value::Value;
use super::world::{Answer, Caller, Effect, MICROS_PER_SECOND, Micros};

/// Local calls (reading the clock, drawing numbers) in a row.
const MAX_LOCAL_CALLS: u32 = 10_000;
/// The longest time a request may be on its way.
const LATE_MAX: Micros = 60 * MICROS_PER_SECOND as Micros;

impl<F: Faults, J: Judge> Explorer<'_, F, J> {
    /// Every state one step away, or a violation that the step itself is.
    #[allow(clippy::type_complexity, reason = "used once, a few lines away")]
    pub(super) fn successors(
        &mut self,
        state: &State,
        faults_left: u32,
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
        for index in 0..state.late.len() {
            next.extend(self.arrival(state, index).map(|(state, event)| (state, Some(event), 0)));
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
            let event = |fault: Option<Injection>, reply: Option<Answer>| {
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
            if faults_left == 0 {
                continue;
            }
            let method = self.world.get(call).method.clone();
            let injections = self.faults.at(client, component, &method).to_vec();
            for injection in injections {
                let mut after = state.clone();
                after.running = None;
                let reply = match &injection {
                    Injection::Unavailable => Some(self.refusal(Fault::ServiceUnavailable, "not executed")),
                    Injection::LostRequest => Some(self.refusal(Fault::Timeout, "no answer")),
                    Injection::LateRequest => {
                        let until = state.now + LATE_MAX;
                        after.late.push(Late { client, incarnation: at.incarnation, node: at.node, until });
                        Some(self.refusal(Fault::Timeout, "no answer"))
                    }
                    // It follows from another fault and is none that strikes a call.
                    Injection::Arrival => continue,
                    Injection::Rejected => Some(self.refusal(Fault::Rejected, "refused")),
                    Injection::LostReply => {
                        after.world[component] = transition.state;
                        Some(self.refusal(Fault::Timeout, "no answer"))
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

    /// A late request is executed, if nothing holds it up. Nobody reads the answer.
    fn arrival(&mut self, state: &State, index: usize) -> Option<(State, Event)> {
        let late = state.late[index];
        let Next::Call(call) = *self.forest.next(late.node) else { return None };
        let component = self.world.component_of(call);
        let made = self.forest.depth(late.node);
        let caller =
            Caller { client: self.clients[late.client].number, incarnation: late.incarnation, made, now: state.now };
        let transition = self.world.call(state.world[component], call, &caller);
        if transition.effect == Effect::Block {
            return None;
        }
        let mut after = state.clone();
        after.late.remove(index);
        after.world[component] = transition.state;
        let event = Event {
            client: late.client,
            incarnation: late.incarnation,
            node: late.node,
            call,
            fault: Some(Injection::Arrival),
            reply: None,
            now: state.now,
            preempts: None,
        };
        Some((after, event))
    }

    fn refusal(&mut self, fault: Fault, message: &str) -> Answer {
        self.world.answer(Reply::Raise(fault, message.to_owned()))
    }

    fn caller(&self, state: &State, client: usize) -> Caller {
        let at = state.clients[client];
        Caller {
            client: self.clients[client].number,
            incarnation: at.incarnation,
            made: self.forest.depth(at.node),
            now: state.now,
        }
    }

    /// Gives a client its answer and lets it run to its next step.
    fn answer(&mut self, state: &mut State, client: usize, reply: &Answer) -> Result<(), Violation> {
        let node = state.clients[client].node;
        state.clients[client].node = self.forest.child(node, reply, self.world);
        self.settle(state, client)
    }

    /// Runs a client's local calls, up to a step, a sleep or its end.
    pub(super) fn settle(&mut self, state: &mut State, client: usize) -> Result<(), Violation> {
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
        self.world.crashed(&mut state.world, self.clients[client].number);
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
        after.late.retain(|late| late.until >= now);
        let nothing = self.world.answer(Reply::Return(Value::None));
        for client in 0..after.clients.len() {
            if let Status::Sleeping { until, resume } = after.clients[client].status
                && until <= now
            {
                after.clients[client].status = Status::Ready;
                let woken =
                    if resume { self.answer(&mut after, client, &nothing) } else { self.settle(&mut after, client) };
                // A client that only reads the clock for ever is stopped here and never ends.
                if woken.is_err() {
                    after.clients[client].status = Status::Dead;
                }
            }
        }
        Some(after)
    }
}
