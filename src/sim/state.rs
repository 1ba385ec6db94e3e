//! What the explorer speaks of: bounds, faults, clients, states, steps and violations.

use super::client::{Forest, NodeId};
use super::python::PyError;
use super::world::{Answer, CallId, MICROS_PER_SECOND, Micros, StateId, World};

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
    /// Not executed when the caller gives up waiting, but at some time after.
    LateRequest,
    /// What follows a late request: it is executed, and nobody reads the answer.
    Arrival,
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
            Injection::LateRequest => "the request is on its way too long: no answer, and it is executed later".into(),
            Injection::Arrival => "the late request arrives and is executed".into(),
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
    /// What components know it by: no two processes of a scenario have the same.
    pub number: u32,
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

/// A request that is still on its way although its sender has given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Late {
    pub client: usize,
    pub incarnation: u32,
    /// Where the sender made the call.
    pub node: NodeId,
    /// When it is lost, should it not have arrived.
    pub until: Micros,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub world: Vec<StateId>,
    pub clients: Vec<ClientState>,
    pub late: Vec<Late>,
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
    pub reply: Option<Answer>,
    pub now: Micros,
    /// Whether another client that could have gone on was interrupted for this step.
    pub preempts: Option<usize>,
}

impl Event {
    /// Whether it is the same call of the same client with the same answer, whenever that was.
    pub fn is_like(&self, other: &Event) -> bool {
        (self.client, self.call, &self.reply) == (other.client, other.call, &other.reply)
    }
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
