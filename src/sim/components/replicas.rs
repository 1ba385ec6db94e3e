//! A primary and its read replicas: writes reach each replica after its lag, nodes fail for a time, a replica may be promoted.
//!
//! Replication is asynchronous and in order. What a replica has follows from the writes and the time, so the state holds
//! writes only. While the primary is down nothing leaves it; when a replica is promoted, the writes it had not received are
//! lost.

#[cfg(test)]
mod tests;

use serde_json::Value as Json;

use super::table::{self, Method};
use crate::sim::errors::Fault;
use crate::sim::scenario::micros;
use crate::sim::value::Value;
use crate::sim::world::{
    ApiEntry, Call, Caller, Component, Depends, Interner, MICROS_PER_SECOND, Micros, StateId, Transition,
};

const PRIMARY: &[Method] =
    &[("write(key, value) -> int", "writes on the primary; the position in its log, which grows with every write")];

/// Of the primary and of a replica.
const NODE: &[Method] = &[
    ("read(key) -> value or None", "the value as this node knows it"),
    ("position() -> int", "position of the last write this node has, 0 without one"),
    ("lag() -> float", "seconds since the oldest write that this node has not got, 0.0 when it has all"),
    ("healthy() -> bool", "whether the node answers; the other calls raise ServiceUnavailable when it does not"),
];

/// A time during which something holds of one node.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Number of the replica from 0; the primary when absent.
    #[serde(default)]
    pub replica: Option<usize>,
    pub from_s: f64,
    /// For ever when absent.
    #[serde(default)]
    pub to_s: Option<f64>,
    /// The lag of writes made meanwhile; only for lags.
    #[serde(default)]
    pub lag_s: Option<f64>,
}

impl Span {
    fn holds(&self, node: Option<usize>, now: Micros) -> bool {
        self.replica == node && micros(self.from_s) <= now && now < self.end()
    }

    fn end(&self) -> Micros {
        self.to_s.map_or(Micros::MAX, micros)
    }
}

/// A replica becomes the primary.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failover {
    pub at_s: f64,
    pub to: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Write {
    key: String,
    value: Value,
    at: Micros,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Held {
    /// A write's position is its place here, from 1.
    log: Vec<Write>,
    /// Reads answered by the primary and by each replica.
    reads: Vec<u32>,
}

pub struct Replicas {
    /// Lag of each replica when nothing else is said.
    lags: Vec<Micros>,
    slow: Vec<Span>,
    down: Vec<Span>,
    failover: Option<Failover>,
    states: Interner<Held>,
}

impl Replicas {
    /// `rows` are on all nodes from the beginning.
    ///
    /// # Errors
    /// When a span or the failover names a replica that there is not, or a slow span has no lag.
    pub fn new(
        lags_s: &[f64],
        rows: &serde_json::Map<String, Json>,
        slow: &[Span],
        down: &[Span],
        failover: Option<&Failover>,
    ) -> Result<Replicas, String> {
        let named = slow.iter().chain(down).filter_map(|span| span.replica).chain(failover.map(|failover| failover.to));
        if let Some(unknown) = named.into_iter().find(|replica| *replica >= lags_s.len()) {
            return Err(format!("there is no replica {unknown}, only {}", lags_s.len()));
        }
        if slow.iter().any(|span| span.lag_s.is_none() || span.replica.is_none()) {
            return Err("slow: each span needs a replica and lag_s".into());
        }
        // Before the beginning, so that every replica has them whatever its lag.
        let at = Micros::MIN / 4;
        let log = rows.iter().map(|(key, value)| Write { key: key.clone(), value: Value::from_json(value), at });
        let held = Held { log: log.collect(), reads: vec![0; lags_s.len() + 1] };
        Ok(Replicas {
            lags: lags_s.iter().map(|lag| micros(*lag)).collect(),
            slow: slow.to_vec(),
            down: down.to_vec(),
            failover: failover.cloned(),
            states: Interner::new(held),
        })
    }

    fn promoted(&self, now: Micros) -> Option<usize> {
        self.failover.as_ref().filter(|failover| micros(failover.at_s) <= now).map(|failover| failover.to)
    }

    /// Whether the node is down. After a promotion the primary is as well as the replica that it was.
    fn is_down(&self, node: Option<usize>, now: Micros) -> bool {
        let node = node.or(self.promoted(now));
        self.down.iter().any(|span| span.holds(node, now))
    }

    /// When a write of `at` leaves the primary: at once, or when the outage at that time ends.
    fn sent(&self, arrives: Micros, at: Micros) -> Micros {
        let outage = self.down.iter().find(|span| {
            span.replica.is_none() && micros(span.from_s) <= arrives && arrives < span.end() && at < micros(span.from_s)
        });
        outage.map_or(arrives, Span::end)
    }

    /// When `replica` receives a write by the lag of its time alone.
    fn arrival(&self, replica: usize, at: Micros) -> Micros {
        let slow = self.slow.iter().find(|span| span.holds(Some(replica), at)).and_then(|span| span.lag_s);
        let lag = slow.map_or(self.lags[replica], micros);
        self.sent(at.saturating_add(lag), at)
    }

    /// Whether a write is gone: it was not on the replica that was promoted.
    fn is_lost(&self, held: &Held, index: usize, now: Micros) -> bool {
        let Some(to) = self.promoted(now) else { return false };
        let cut = self.failover.as_ref().map_or(0, |failover| micros(failover.at_s));
        let at = held.log[index].at;
        at < cut && self.received(held, to, index).is_none_or(|received| received > cut)
    }

    /// When `replica` has the write and all before it, had there been no promotion.
    fn received(&self, held: &Held, replica: usize, index: usize) -> Option<Micros> {
        held.log.get(..=index)?.iter().map(|write| self.arrival(replica, write.at)).max()
    }

    /// Indexes of the writes that `node` has.
    fn has(&self, held: &Held, node: Option<usize>, now: Micros) -> Vec<usize> {
        let promoted = self.promoted(now);
        let alive = (0..held.log.len()).filter(|index| !self.is_lost(held, *index, now));
        match node {
            Some(replica) if promoted != Some(replica) => {
                let mut latest = Micros::MIN;
                let cut = self.failover.as_ref().map_or(Micros::MAX, |failover| micros(failover.at_s));
                alive
                    .take_while(|index| {
                        let at = held.log[*index].at;
                        let mut arrives = self.arrival(replica, at);
                        // The new primary sends what the old one did not.
                        if promoted.is_some() && at < cut && arrives > cut {
                            arrives = cut;
                        }
                        latest = latest.max(arrives);
                        latest <= now
                    })
                    .collect()
            }
            _ => alive.collect(),
        }
    }

    fn position(has: &[usize]) -> Value {
        Value::Int(has.last().map_or(0, |index| *index as i64 + 1))
    }

    fn contents(held: &Held, has: &[usize]) -> Value {
        let mut rows: std::collections::BTreeMap<&str, &Value> = Default::default();
        for index in has {
            rows.insert(&held.log[*index].key, &held.log[*index].value);
        }
        Value::Dict(rows.into_iter().map(|(key, value)| (Value::str(key), value.clone())).collect())
    }

    fn lag(&self, held: &Held, node: Option<usize>, now: Micros) -> f64 {
        let has = self.has(held, node, now);
        let missing = self.has(held, None, now).into_iter().find(|index| !has.contains(index));
        missing.map_or(0.0, |index| (now - held.log[index].at) as f64 / MICROS_PER_SECOND)
    }
}

/// The node and the method of `primary.write` or `replica(1).read`.
fn addressed(call: &str) -> Option<(Option<usize>, &str)> {
    let (node, method) = call.split_once('.')?;
    match node.strip_prefix("replica(") {
        None => Some((None, method)),
        Some(number) => Some((Some(number.strip_suffix(')')?.parse().ok()?), method)),
    }
}

impl Component for Replicas {
    fn stub(&self, name: &str) -> String {
        let count = self.lags.len();
        format!(
            "class _belt_{name}_primary:\n    def __init__(self):\n        self.node = 'primary'\n{primary}{node}\
             class _belt_{name}_replica:\n    def __init__(self, node):\n        self.node = 'replica(' + str(node) + ')'\n        self.index = node\n{node}\
             class _belt_{name}:\n    def __init__(self):\n        self.primary = _belt_{name}_primary()\n        \
             self.replicas = [_belt_{name}_replica(node) for node in range({count})]\n    \
             def replica(self, index):\n        return self.replicas[index]\n\
             {name} = _belt_{name}()\nprimary = {name}.primary\nreplica = {name}.replicas\nreplicas = {name}.replicas\n",
            primary = table::methods(name, "self.node", PRIMARY),
            node = table::methods(name, "self.node", NODE),
        )
    }

    fn api(&self, _name: &str) -> Vec<ApiEntry> {
        let mut entries = table::api("primary", &[PRIMARY, NODE].concat());
        entries.push(ApiEntry {
            signature: "replicas".into(),
            meaning: format!("the {} replicas, replicas[0] and so on; each has its number as .index", self.lags.len()),
        });
        entries.extend(table::api("replicas[i]", NODE));
        entries
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        let (now, held) = (caller.now, self.states.get(state));
        let Some((node, method)) = addressed(&call.method).filter(|(node, _)| node.is_none_or(|n| n < self.lags.len()))
        else {
            return Transition::raises(Fault::Misuse, format!("there is no {}", call.method), state);
        };
        let down = self.is_down(node, now);
        if method == "healthy" {
            return Transition::returns(Value::Bool(!down), state);
        }
        if down {
            let who = node.map_or_else(|| "the primary".to_owned(), |replica| format!("replica {replica}"));
            return Transition::raises(Fault::ServiceUnavailable, format!("{who} does not answer"), state);
        }
        match method {
            "position" => Transition::returns(Self::position(&self.has(held, node, now)), state),
            "lag" => Transition::returns(Value::float(self.lag(held, node, now)), state),
            method => {
                let Value::Str(key) = call.arg(0) else {
                    let message = format!("{method}() takes a key as text, not {}", call.arg(0));
                    return Transition::raises(Fault::Misuse, message, state);
                };
                let mut next = held.clone();
                if method == "write" {
                    if matches!(call.arg(1), Value::Record(..) | Value::Other(_)) {
                        let message = format!("write() takes text, numbers or plain data, not {}", call.arg(1));
                        return Transition::raises(Fault::Misuse, message, state);
                    }
                    next.log.push(Write { key: key.clone(), value: call.arg(1).clone(), at: now });
                    let position = Value::Int(next.log.len() as i64);
                    return Transition::returns(position, self.states.intern(next));
                }
                let has = self.has(held, node, now);
                let last = has.iter().rev().map(|index| &held.log[*index]).find(|write| write.key == *key);
                let value = last.map_or(Value::None, |write| write.value.clone());
                next.reads[node.map_or(0, |replica| replica + 1)] += 1;
                Transition::returns(value, self.states.intern(next))
            }
        }
    }

    fn depends(&self) -> Depends {
        Depends { now: true, ..Depends::default() }
    }

    fn ages(&self) -> bool {
        true
    }

    fn view(&mut self, state: StateId, now: Micros) -> Value {
        let held = self.states.get(state);
        let nodes = |count| (0..self.lags.len()).map(Some).take(count);
        let lost = (0..held.log.len()).filter(|index| self.is_lost(held, *index, now));
        let lost =
            lost.map(|index| Value::Tuple(vec![Value::str(&held.log[index].key), held.log[index].value.clone()]));
        let contents = |node| Self::contents(held, &self.has(held, node, now));
        let reads = |node: usize| Value::Int(i64::from(held.reads[node]));
        Value::Record(
            "replicas".into(),
            vec![
                ("primary".into(), contents(None)),
                ("replicas".into(), Value::List(nodes(usize::MAX).map(contents).collect())),
                ("position".into(), Self::position(&self.has(held, None, now))),
                ("lost".into(), Value::List(lost.collect())),
                ("primary_reads".into(), reads(0)),
                ("replica_reads".into(), Value::List((1..held.reads.len()).map(reads).collect())),
            ],
        )
    }
}
