//! The world: named components whose states are values.
//!
//! A component never changes a state: it maps (state, call) to (answer, next state). States are interned, so the explorer
//! handles small numbers, compares worlds by comparing numbers, and every transition is computed once, however many
//! schedules pass through it.

use std::hash::Hash;
use std::rc::Rc;

use super::errors::Fault;
use super::python::Reply;
use super::value::Value;

/// A map with a fast hash that is the same in every run.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::FixedState>;

/// Number of an interned component state; 0 is the initial state.
pub type StateId = u32;
/// Number of an interned call.
pub type CallId = u32;
/// Virtual time in microseconds since the scenario began.
pub type Micros = i64;

pub const MICROS_PER_SECOND: f64 = 1e6;

/// What the clock says when a scenario begins: 2026-01-01T00:00:00Z, in seconds since 1970.
pub const EPOCH_S: f64 = 1_767_225_600.0;

/// A call that left a client's code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    pub object: String,
    pub method: String,
    pub args: Vec<Value>,
}

impl Call {
    pub fn arg(&self, index: usize) -> &Value {
        self.args.get(index).unwrap_or(&Value::None)
    }
}

/// Who calls, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller {
    pub client: u32,
    /// How often the client has been restarted.
    pub incarnation: u32,
    /// Calls the client has made before this one, in this incarnation.
    pub made: u32,
    pub now: Micros,
}

/// What a call does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect<R = Reply> {
    Reply(R),
    /// Not now: the caller waits until the world has changed.
    Block,
    /// The caller goes on at this time, with `None`.
    Sleep(Micros),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition<R = Reply> {
    pub effect: Effect<R>,
    pub state: StateId,
}

impl Transition {
    pub fn returns(value: Value, state: StateId) -> Self {
        Transition { effect: Effect::Reply(Reply::Return(value)), state }
    }

    pub fn raises(fault: Fault, message: impl Into<String>, state: StateId) -> Self {
        Transition { effect: Effect::Reply(Reply::Raise(fault, message.into())), state }
    }

    pub fn blocks(state: StateId) -> Self {
        Transition { effect: Effect::Block, state }
    }
}

/// A reply with the number that stands for it: in one world, equal replies have equal numbers. Cheap to copy and compare.
#[derive(Debug, Clone)]
pub struct Answer {
    number: u32,
    reply: Rc<Reply>,
}

impl std::ops::Deref for Answer {
    type Target = Reply;

    fn deref(&self) -> &Reply {
        &self.reply
    }
}

impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Answer {}
impl Hash for Answer {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// A method as `belt api` prints it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiEntry {
    pub signature: String,
    pub meaning: String,
}

/// Something the code can call. One file under `components/` each.
pub trait Component {
    /// The Python class (text) whose instance the code sees as `name`.
    fn stub(&self, name: &str) -> String;

    /// What the code may call, for `belt api`.
    fn api(&self, name: &str) -> Vec<ApiEntry>;

    /// The answer to `call` in `state`. Must depend on its arguments alone.
    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition;

    /// Which parts of the caller the answer depends on.
    fn depends(&self) -> Depends {
        Depends::default()
    }

    /// Whether nobody else can tell when the method runs, so that it is no scheduling point.
    fn is_local(&self, _method: &str) -> bool {
        false
    }

    /// The state after `client` has lost its process: open transactions roll back, leases stay.
    fn crashed(&mut self, state: StateId, _client: u32) -> StateId {
        state
    }

    /// A fault only this component knows (a duplicated message, a random collision), if it applies to the call.
    fn inject(&mut self, _fault: &str, _state: StateId, _call: &Call, _caller: &Caller) -> Option<Transition> {
        None
    }

    /// Whether what invariants see of a state changes as time goes on.
    fn ages(&self) -> bool {
        false
    }

    /// What invariants see under the component's name.
    fn view(&mut self, state: StateId, now: Micros) -> Value;

    /// Rows an invariant asks for, for components that hold tables.
    fn query(&mut self, _state: StateId, _sql: &str, _now: Micros) -> Result<Value, String> {
        Err("this component holds no tables".to_owned())
    }

    /// What the code asked for that is fair and that belt does not know how to do.
    fn unsupported(&self) -> Option<&str> {
        None
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Depends {
    pub client: bool,
    pub draws: bool,
    pub now: bool,
}

impl Depends {
    fn mask(self, caller: &Caller) -> Caller {
        Caller {
            client: if self.client || self.draws { caller.client } else { 0 },
            incarnation: if self.draws { caller.incarnation } else { 0 },
            made: if self.draws { caller.made } else { 0 },
            now: if self.now { caller.now } else { 0 },
        }
    }
}

/// Gives equal values equal numbers.
#[derive(Debug)]
pub struct Interner<T> {
    ids: Map<Rc<T>, u32>,
    values: Vec<Rc<T>>,
}

impl<T: Eq + Hash> Interner<T> {
    pub fn new(initial: T) -> Self {
        let initial = Rc::new(initial);
        Interner { ids: Map::from_iter([(Rc::clone(&initial), 0)]), values: vec![initial] }
    }

    pub fn intern(&mut self, value: T) -> u32 {
        if let Some(id) = self.ids.get(&value) {
            return *id;
        }
        let id = self.values.len() as u32;
        let value = Rc::new(value);
        self.values.push(Rc::clone(&value));
        self.ids.insert(value, id);
        id
    }

    pub fn get(&self, id: u32) -> &T {
        &self.values[id as usize]
    }

    fn share(&self, id: u32) -> Rc<T> {
        Rc::clone(&self.values[id as usize])
    }
}

/// The components of one scenario, with every transition computed so far.
pub struct World {
    names: Vec<String>,
    components: Vec<Box<dyn Component>>,
    calls: Interner<Call>,
    call_components: Vec<usize>,
    replies: Interner<Reply>,
    memo: Map<(StateId, CallId, Caller), Transition<Answer>>,
}

impl World {
    pub fn new(components: Vec<(String, Box<dyn Component>)>) -> Self {
        let (names, components) = components.into_iter().unzip();
        let nothing = Call { object: String::new(), method: String::new(), args: Vec::new() };
        World {
            names,
            components,
            calls: Interner::new(nothing),
            call_components: vec![usize::MAX],
            replies: Interner::new(Reply::Return(Value::None)),
            memo: Map::default(),
        }
    }

    pub fn len(&self) -> usize {
        self.components.len()
    }

    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    pub fn name(&self, component: usize) -> &str {
        &self.names[component]
    }

    pub fn stubs(&self) -> String {
        self.names.iter().zip(&self.components).map(|(name, component)| component.stub(name)).collect()
    }

    /// Interns a call; `None` when no component has that name.
    pub fn intern(&mut self, call: Call) -> Option<CallId> {
        let component = self.names.iter().position(|name| *name == call.object)?;
        let id = self.calls.intern(call);
        if id as usize == self.call_components.len() {
            self.call_components.push(component);
        }
        Some(id)
    }

    pub fn get(&self, call: CallId) -> &Call {
        self.calls.get(call)
    }

    /// Index of the component a call goes to.
    pub fn component_of(&self, call: CallId) -> usize {
        self.call_components[call as usize]
    }

    pub fn is_local(&self, call: CallId) -> bool {
        self.components[self.component_of(call)].is_local(&self.get(call).method)
    }

    pub fn answer(&mut self, reply: Reply) -> Answer {
        let number = self.replies.intern(reply);
        Answer { number, reply: self.replies.share(number) }
    }

    fn answered(&mut self, transition: Transition) -> Transition<Answer> {
        let effect = match transition.effect {
            Effect::Reply(reply) => Effect::Reply(self.answer(reply)),
            Effect::Block => Effect::Block,
            Effect::Sleep(until) => Effect::Sleep(until),
        };
        Transition { effect, state: transition.state }
    }

    pub fn call(&mut self, state: StateId, call: CallId, caller: &Caller) -> Transition<Answer> {
        let component = self.call_components[call as usize];
        let caller = self.components[component].depends().mask(caller);
        if let Some(known) = self.memo.get(&(state, call, caller)) {
            return known.clone();
        }
        let transition = self.components[component].call(state, self.calls.get(call), &caller);
        let transition = self.answered(transition);
        self.memo.insert((state, call, caller), transition.clone());
        transition
    }

    pub fn inject(&mut self, fault: &str, state: StateId, call: CallId, caller: &Caller) -> Option<Transition<Answer>> {
        let component = self.call_components[call as usize];
        let transition = self.components[component].inject(fault, state, self.calls.get(call), caller)?;
        Some(self.answered(transition))
    }

    /// Every component's state after `client` crashed.
    pub fn crashed(&mut self, states: &mut [StateId], client: u32) {
        for (component, state) in self.components.iter_mut().zip(states) {
            *state = component.crashed(*state, client);
        }
    }

    pub fn ages(&self, component: usize) -> bool {
        self.components[component].ages()
    }

    pub fn view(&mut self, component: usize, state: StateId, now: Micros) -> Value {
        self.components[component].view(state, now)
    }

    pub fn unsupported(&self) -> Option<&str> {
        self.components.iter().find_map(|component| component.unsupported())
    }

    pub fn query(&mut self, name: &str, states: &[StateId], sql: &str, now: Micros) -> Result<Value, String> {
        let Some(component) = self.names.iter().position(|n| n == name) else {
            return Err(format!("there is no component {name}"));
        };
        self.components[component].query(states[component], sql, now)
    }
}
