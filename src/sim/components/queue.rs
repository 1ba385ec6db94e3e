//! A message queue as SQS and its like give it: at least once, redelivered when not acknowledged in time.
//!
//! A received message is hidden for the visibility time, or until its consumer's process crashes; then it is delivered again.
//! After `max_receives` deliveries it goes to the dead letters. Acknowledging with the handle of an earlier delivery is
//! accepted and does nothing, as in SQS.

#[cfg(test)]
mod tests;

use crate::sim::errors::Fault;
use crate::sim::value::Value;
use crate::sim::world::{
    ApiEntry, Call, Caller, Component, Depends, Interner, MICROS_PER_SECOND, Micros, StateId, Transition,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Message {
    id: u32,
    body: Value,
    group: Value,
    /// Delivered from this time on; 0 when it can be delivered now.
    visible: Micros,
    receives: u32,
    /// Who has it, while it is hidden after a delivery.
    taken: Option<u32>,
}

impl Message {
    /// What the code sees: id, body, deliveries so far (which is the handle too).
    fn delivered(&self) -> Value {
        Value::List(vec![Value::Str(format!("m{}", self.id)), self.body.clone(), Value::Int(i64::from(self.receives))])
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Held {
    sent: u32,
    acked: u32,
    messages: Vec<Message>,
    dead: Vec<Value>,
    /// The last message that was acknowledged, where the scenario delivers duplicates.
    done: Option<Box<Message>>,
}

/// How a queue behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub visibility: Micros,
    /// Deliveries after which a message is a dead letter.
    pub max_receives: Option<u32>,
    /// Whether a message waits until the earlier ones of its group are acknowledged.
    pub fifo: bool,
    /// Whether an acknowledged message may come again.
    pub duplicates: bool,
}

pub struct Queue {
    settings: Settings,
    states: Interner<Held>,
}

impl Queue {
    /// A queue in which `messages` wait.
    pub fn new(settings: Settings, messages: Vec<Value>) -> Queue {
        let mut held = Held::default();
        for body in messages {
            push(&mut held, body, Value::None, 0);
        }
        Queue { settings, states: Interner::new(held) }
    }

    /// Brings the state to `now`: what has been hidden long enough shows, what was delivered too often is dead.
    fn settle(&self, held: &mut Held, now: Micros) {
        for message in held.messages.iter_mut().filter(|message| message.visible <= now) {
            message.visible = 0;
            message.taken = None;
        }
        if let Some(max) = self.settings.max_receives {
            let (gone, left) =
                held.messages.drain(..).partition(|message| message.visible == 0 && message.receives >= max);
            held.messages = left;
            held.dead.extend(gone.into_iter().map(|message: Message| message.body));
        }
    }

    /// Messages that may be delivered now, in order.
    fn ready(&self, held: &Held) -> Vec<usize> {
        let may = |at: &usize| {
            let message = &held.messages[*at];
            let first = || !held.messages[..*at].iter().any(|earlier| earlier.group == message.group);
            message.visible == 0 && (!self.settings.fifo || first())
        };
        (0..held.messages.len()).filter(may).collect()
    }

    fn deliver(&self, held: &mut Held, at: usize, caller: &Caller) -> Value {
        let message = &mut held.messages[at];
        message.receives += 1;
        message.visible = caller.now.saturating_add(self.settings.visibility.max(1));
        message.taken = Some(caller.client);
        message.delivered()
    }
}

fn push(held: &mut Held, body: Value, group: Value, visible: Micros) {
    held.sent += 1;
    held.messages.push(Message { id: held.sent, body, group, visible, receives: 0, taken: None });
}

/// A delay in seconds as the time at which it is over, 0 for none.
fn after(delay: &Value, now: Micros, method: &str) -> Result<Micros, String> {
    match delay.as_f64() {
        Some(0.0) => Ok(0),
        Some(seconds) if seconds > 0.0 => Ok(now.saturating_add((seconds.min(1e9) * MICROS_PER_SECOND) as Micros)),
        _ => Err(format!("{method}() takes a delay in seconds that is not negative, not {delay}")),
    }
}

impl Component for Queue {
    fn stub(&self, name: &str) -> String {
        format!(
            "class _belt_{name}_message:\n    def __init__(self, id, body, receives):\n        self.id = id\n        self.body = body\n        \
             self.receives = receives\n    \
             def ack(self):\n        return _belt_call('{name}', 'ack', [self.id, self.receives])\n    \
             def nack(self, delay=0):\n        return _belt_call('{name}', 'nack', [self.id, self.receives, delay])\n\
             class _belt_{name}:\n    def send(self, message, delay=0, group=None):\n        \
             return _belt_call('{name}', 'send', [message, delay, group])\n    \
             def receive(self):\n        found = _belt_call('{name}', 'receive', [])\n        if found is None:\n            return None\n        \
             return _belt_{name}_message(found[0], found[1], found[2])\n    \
             def size(self):\n        return _belt_call('{name}', 'size', [])\n{name} = _belt_{name}()\n"
        )
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        let group = if self.settings.fifo {
            "adds a message that can be received after delay seconds, and not before the earlier ones of its group are acknowledged"
        } else {
            "adds a message that can be received after delay seconds; order is not promised"
        };
        let visibility = self.settings.visibility as f64 / MICROS_PER_SECOND;
        let dead = match self.settings.max_receives {
            Some(max) => format!(", and after {max} deliveries it is a dead letter"),
            None => String::new(),
        };
        let receive = format!(
            "a message with .body, .id and .receives (deliveries so far), or None; unless it is acknowledged within \
             {visibility} s, or when the consumer crashes, it is delivered again{dead}"
        );
        let ack = "done: it will not be delivered again; False when it had been delivered again meanwhile";
        [
            (format!("{name}.send(message, delay=0, group=None) -> str"), group.to_owned()),
            (format!("{name}.receive() -> message or None"), receive),
            (format!("{name}.size() -> int"), "messages that are not acknowledged".to_owned()),
            ("message.ack() -> bool".to_owned(), ack.to_owned()),
            (
                "message.nack(delay=0) -> bool".to_owned(),
                "not done: to be delivered again after delay seconds".to_owned(),
            ),
        ]
        .into_iter()
        .map(|(signature, meaning)| ApiEntry { signature, meaning })
        .collect()
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        let mut held = self.states.get(state).clone();
        self.settle(&mut held, caller.now);
        let misuse = |message: String| Transition::raises(Fault::Misuse, message, state);
        let answer = match call.method.as_str() {
            "send" => {
                if matches!(call.arg(0), Value::Record(..) | Value::Other(_)) {
                    return misuse(format!("send() takes text, numbers or plain data, not {}", call.arg(0)));
                }
                let visible = match after(call.arg(1), caller.now, "send") {
                    Ok(visible) => visible,
                    Err(message) => return misuse(message),
                };
                push(&mut held, call.arg(0).clone(), call.arg(2).clone(), visible);
                Value::Str(format!("m{}", held.sent))
            }
            "receive" => match self.ready(&held).first() {
                Some(at) => self.deliver(&mut held, *at, caller),
                None => Value::None,
            },
            "size" => Value::Int(held.messages.len() as i64),
            method => {
                let number = |message: &Message| format!("m{}", message.id);
                let current = held.messages.iter().position(|message| {
                    Some(number(message).as_str()) == call.arg(0).as_str()
                        && Some(i64::from(message.receives)) == call.arg(1).as_int()
                });
                match current {
                    Some(at) if method == "ack" => {
                        let message = held.messages.remove(at);
                        held.acked += 1;
                        if self.settings.duplicates {
                            held.done = Some(Box::new(message));
                        }
                    }
                    Some(at) => {
                        let visible = match after(call.arg(2), caller.now, "nack") {
                            Ok(visible) => visible,
                            Err(message) => return misuse(message),
                        };
                        held.messages[at].visible = visible;
                        held.messages[at].taken = None;
                    }
                    None => {}
                }
                Value::Bool(current.is_some())
            }
        };
        Transition::returns(answer, self.states.intern(held))
    }

    fn depends(&self) -> Depends {
        Depends { client: true, now: true, ..Depends::default() }
    }

    fn crashed(&mut self, state: StateId, client: u32) -> StateId {
        let mut held = self.states.get(state).clone();
        for message in held.messages.iter_mut().filter(|message| message.taken == Some(client)) {
            message.visible = 0;
            message.taken = None;
        }
        self.states.intern(held)
    }

    /// `duplicate`: a message comes that is in somebody's hands or was acknowledged. `reorder`: not the first that could.
    /// `drop_ack`: the acknowledgement is lost on its way.
    fn inject(&mut self, fault: &str, state: StateId, call: &Call, caller: &Caller) -> Option<Transition> {
        let mut held = self.states.get(state).clone();
        self.settle(&mut held, caller.now);
        match (fault, call.method.as_str()) {
            ("duplicate", "receive") => {
                let hidden = held.messages.iter().find(|message| message.taken.is_some());
                let again = hidden.or(held.done.as_deref())?.delivered();
                Some(Transition::returns(again, state))
            }
            ("reorder", "receive") => {
                let later = *self.ready(&held).get(1..)?.last()?;
                let message = self.deliver(&mut held, later, caller);
                Some(Transition::returns(message, self.states.intern(held)))
            }
            ("drop_ack", "ack") => Some(Transition::returns(Value::Bool(true), state)),
            _ => None,
        }
    }

    fn ages(&self) -> bool {
        true
    }

    fn view(&mut self, state: StateId, now: Micros) -> Value {
        let mut held = self.states.get(state).clone();
        self.settle(&mut held, now);
        let bodies = |hidden: bool| {
            let some = held.messages.iter().filter(move |message| message.taken.is_some() == hidden);
            Value::List(some.map(|message| message.body.clone()).collect())
        };
        Value::Record(
            "queue".into(),
            vec![
                ("waiting".into(), bodies(false)),
                ("in_flight".into(), bodies(true)),
                ("dead".into(), Value::List(held.dead.clone())),
                ("left".into(), Value::Int(held.messages.len() as i64)),
                ("sent".into(), Value::Int(i64::from(held.sent))),
                ("acked".into(), Value::Int(i64::from(held.acked))),
            ],
        )
    }
}
