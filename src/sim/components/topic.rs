//! A partitioned log as Kafka's: order within a partition, consumer groups, offsets that are committed by hand.
//!
//! The committed offset is that of the next record to read. A consumer goes on from its position; after a crash, or when a
//! partition changes hands in a rebalance, reading starts again at the committed offset.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::table::{self, Method};
use crate::sim::errors::Fault;
use crate::sim::pure;
use crate::sim::value::Value;
use crate::sim::world::{ApiEntry, Call, Caller, Component, Depends, Interner, Micros, StateId, Transition};

const METHODS: &[Method] = &[
    (
        "publish(key, value, partition=None) -> (partition, offset)",
        "appends a record; without a partition it is murmur2(key) % partitions, and in turn for key None",
    ),
    (
        "poll(reader) -> record or None",
        "the next record (.partition .offset .key .value) of a partition, by number, or of the partitions that the named \
         consumer's group gives it; None when there is none yet",
    ),
    ("assigned(consumer) -> list", "the partitions the consumer has in its group at this moment"),
    ("partitions() -> int", "how many partitions there are"),
];

/// Methods whose Python text is not made from the table.
const COMMITS: &[Method] = &[
    (
        "commit(partition, offset) -> None",
        "reading starts here after a crash or a rebalance: the offset of the next record, so record.offset + 1; \
         commit(record) does that; Rejected when the partition has gone to another consumer",
    ),
    ("committed(partition) -> int", "the committed offset, 0 at first"),
];

/// Who reads: a named consumer of a group, or a client that names partitions itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Reader {
    Consumer(String),
    Client(u32),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Held {
    log: Vec<Vec<(Value, Value)>>,
    /// By group ("" for clients that name partitions) and partition.
    committed: BTreeMap<(String, usize), usize>,
    /// Where a reader goes on, and the client that read.
    positions: BTreeMap<(Reader, usize), (u32, usize)>,
    rebalances: usize,
    unkeyed: usize,
}

pub struct Topic {
    partitions: usize,
    /// Consumers by group.
    groups: BTreeMap<String, Vec<String>>,
    states: Interner<Held>,
}

impl Topic {
    /// A topic with consumer `groups` (`{group: [consumer, ...]}`).
    ///
    /// # Errors
    /// When there is no partition, or a group is no list of names or names a consumer twice.
    pub fn new(partitions: usize, groups: &Map<String, Json>) -> Result<Topic, String> {
        if partitions == 0 || partitions > 10_000 {
            return Err("a topic has from 1 to 10000 partitions".into());
        }
        let mut named = BTreeMap::new();
        let mut all = std::collections::BTreeSet::new();
        for (group, consumers) in groups {
            let names = consumers.as_array().into_iter().flatten().map(|name| name.as_str().map(str::to_owned));
            let names: Option<Vec<String>> = names.collect();
            let names = names.filter(|names| !names.is_empty());
            let names = names.ok_or_else(|| format!("groups: {group} must be a list of consumers' names"))?;
            if !names.iter().all(|name| all.insert(name.clone())) {
                return Err(format!("groups: a consumer of {group} is named twice"));
            }
            named.insert(group.clone(), names);
        }
        let held = Held { log: vec![Vec::new(); partitions], ..Held::default() };
        Ok(Topic { partitions, groups: named, states: Interner::new(held) })
    }

    fn group_of(&self, reader: &Reader) -> Option<&str> {
        match reader {
            Reader::Client(_) => Some(""),
            Reader::Consumer(name) => {
                self.groups.iter().find(|(_, names)| names.contains(name)).map(|(group, _)| group.as_str())
            }
        }
    }

    /// Partitions go round the group's consumers, one further after each rebalance.
    fn owner(&self, group: &str, partition: usize, rebalances: usize) -> Option<&str> {
        let names = self.groups.get(group)?;
        names.get((partition + rebalances) % names.len()).map(String::as_str)
    }

    fn owns(&self, reader: &Reader, partition: usize, rebalances: usize) -> bool {
        match (reader, self.group_of(reader)) {
            (Reader::Client(_), _) => true,
            (Reader::Consumer(name), Some(group)) => self.owner(group, partition, rebalances) == Some(name.as_str()),
            _ => false,
        }
    }

    fn partition(&self, value: &Value) -> Result<usize, String> {
        let number = value.as_int().and_then(|number| usize::try_from(number).ok());
        number
            .filter(|number| *number < self.partitions)
            .ok_or_else(|| format!("a partition is a number from 0 to {}, not {value}", self.partitions - 1))
    }

    fn publish(&self, held: &mut Held, call: &Call) -> Result<Value, String> {
        let (key, value) = (call.arg(0), call.arg(1));
        if matches!(value, Value::Record(..) | Value::Other(_)) {
            return Err(format!("publish() takes text, numbers or plain data, not {value}"));
        }
        let partition = match (call.arg(2), key) {
            (Value::None, Value::None) => {
                held.unkeyed += 1;
                (held.unkeyed - 1) % self.partitions
            }
            (Value::None, key) => {
                let text = key.as_str().map_or_else(|| Value::Str(key.to_string()), Value::str);
                let hash = pure::call("murmur2", &[text])?.as_int().unwrap_or_default();
                hash as usize % self.partitions
            }
            (given, _) => self.partition(given)?,
        };
        held.log[partition].push((key.clone(), value.clone()));
        let offset = held.log[partition].len() - 1;
        Ok(Value::Tuple(vec![Value::Int(partition as i64), Value::Int(offset as i64)]))
    }

    fn poll(&self, held: &mut Held, call: &Call, caller: &Caller) -> Result<Value, String> {
        let (reader, partitions) = match call.arg(0) {
            Value::Str(name) => {
                let reader = Reader::Consumer(name.clone());
                if self.group_of(&reader).is_none() {
                    let known: Vec<&str> = self.groups.values().flatten().map(String::as_str).collect();
                    return Err(format!("no group has a consumer '{name}'; there are: {}", known.join(", ")));
                }
                let own = (0..self.partitions).filter(|p| self.owns(&reader, *p, held.rebalances)).collect();
                (reader, own)
            }
            number => (Reader::Client(caller.client), vec![self.partition(number)?]),
        };
        let group = self.group_of(&reader).unwrap_or_default().to_owned();
        for partition in partitions {
            let start = held.committed.get(&(group.clone(), partition)).copied().unwrap_or(0);
            let next = held.positions.get(&(reader.clone(), partition)).map_or(start, |(_, next)| *next);
            if let Some((key, value)) = held.log[partition].get(next) {
                let record = record(partition, next, key, value);
                held.positions.insert((reader, partition), (caller.client, next + 1));
                return Ok(record);
            }
        }
        Ok(Value::None)
    }

    /// The reader that this client has last been for the partition.
    fn reader_of(&self, held: &Held, partition: usize, client: u32) -> Reader {
        let mine = |((_, p), (by, _)): &(&(Reader, usize), &(u32, usize))| *p == partition && *by == client;
        held.positions.iter().find(mine).map_or(Reader::Client(client), |((reader, _), _)| reader.clone())
    }

    fn rebalance(&self, held: &mut Held) {
        let before = held.rebalances;
        held.rebalances += 1;
        let after = held.rebalances;
        // Who gains a partition starts at what is committed. Who loses it still believes in it until it commits.
        held.positions.retain(|(reader, partition), _| {
            self.owns(reader, *partition, before) == self.owns(reader, *partition, after)
                || !self.owns(reader, *partition, after)
        });
        let period = self.groups.values().map(Vec::len).fold(1, |product, len| product * len.max(1));
        held.rebalances %= period;
    }
}

fn record(partition: usize, offset: usize, key: &Value, value: &Value) -> Value {
    Value::Record(
        "record".into(),
        vec![
            ("partition".into(), Value::Int(partition as i64)),
            ("offset".into(), Value::Int(offset as i64)),
            ("key".into(), key.clone()),
            ("value".into(), value.clone()),
        ],
    )
}

impl Component for Topic {
    fn stub(&self, name: &str) -> String {
        format!(
            "class _belt_{name}:\n{}    def commit(self, partition, offset=None):\n        if offset is None:\n            \
             offset = partition.offset + 1\n            partition = partition.partition\n        \
             return _belt_call('{name}', 'commit', [partition, offset])\n    \
             def committed(self, partition):\n        return _belt_call('{name}', 'committed', [partition])\n{name} = _belt_{name}()\n",
            table::methods(name, "", METHODS)
        )
    }

    fn api(&self, name: &str) -> Vec<ApiEntry> {
        table::api(name, &[METHODS, COMMITS].concat())
    }

    fn call(&mut self, state: StateId, call: &Call, caller: &Caller) -> Transition {
        let mut held = self.states.get(state).clone();
        let answer = match call.method.as_str() {
            "publish" => self.publish(&mut held, call),
            "poll" => self.poll(&mut held, call, caller),
            "partitions" => Ok(Value::Int(self.partitions as i64)),
            "assigned" => match call.arg(0) {
                Value::Str(name) => {
                    let reader = Reader::Consumer(name.clone());
                    let own = (0..self.partitions).filter(|p| self.owns(&reader, *p, held.rebalances));
                    Ok(Value::List(own.map(|partition| Value::Int(partition as i64)).collect()))
                }
                other => Err(format!("assigned() takes a consumer's name, not {other}")),
            },
            method => self.partition(call.arg(0)).and_then(|partition| {
                let reader = self.reader_of(&held, partition, caller.client);
                let group = self.group_of(&reader).unwrap_or_default().to_owned();
                if method == "committed" {
                    let offset = held.committed.get(&(group, partition)).copied().unwrap_or(0);
                    return Ok(Value::Int(offset as i64));
                }
                let end = held.log[partition].len();
                let offset = call.arg(1).as_int().and_then(|offset| usize::try_from(offset).ok());
                let offset = offset.filter(|offset| *offset <= end).ok_or_else(|| {
                    format!("commit() takes an offset from 0 to {end}, the end of the partition, not {}", call.arg(1))
                })?;
                if self.owns(&reader, partition, held.rebalances) {
                    held.committed.insert((group, partition), offset);
                    return Ok(Value::None);
                }
                held.positions.remove(&(reader, partition));
                Ok(Value::Bool(false))
            }),
        };
        match answer {
            Ok(Value::Bool(false)) => {
                let message = format!("partition {} has gone to another consumer of the group", call.arg(0));
                Transition::raises(Fault::Rejected, message, self.states.intern(held))
            }
            Ok(value) => Transition::returns(value, self.states.intern(held)),
            Err(message) => Transition::raises(Fault::Misuse, message, state),
        }
    }

    fn depends(&self) -> Depends {
        Depends { client: true, ..Depends::default() }
    }

    fn is_local(&self, method: &str) -> bool {
        method == "partitions"
    }

    fn crashed(&mut self, state: StateId, client: u32) -> StateId {
        let mut held = self.states.get(state).clone();
        held.positions.retain(|_, (by, _)| *by != client);
        self.states.intern(held)
    }

    /// `rebalance`: the groups' partitions change hands just before a poll.
    fn inject(&mut self, fault: &str, state: StateId, call: &Call, caller: &Caller) -> Option<Transition> {
        let named = matches!(call.arg(0), Value::Str(_));
        if fault != "rebalance" || call.method != "poll" || !named || self.groups.values().all(|names| names.len() < 2)
        {
            return None;
        }
        let mut held = self.states.get(state).clone();
        self.rebalance(&mut held);
        let state = self.states.intern(held);
        Some(self.call(state, call, caller))
    }

    fn view(&mut self, state: StateId, _now: Micros) -> Value {
        let held = self.states.get(state);
        let partition = |(number, log): (usize, &Vec<(Value, Value)>)| {
            Value::List(
                log.iter().enumerate().map(|(offset, (key, value))| record(number, offset, key, value)).collect(),
            )
        };
        let offsets = |group: &str| {
            let offset = |p| held.committed.get(&(group.to_owned(), p)).copied().unwrap_or(0);
            Value::List((0..self.partitions).map(|p| Value::Int(offset(p) as i64)).collect())
        };
        let left = |group: &str| {
            let offset = |p| held.committed.get(&(group.to_owned(), p)).copied().unwrap_or(0);
            Value::Int((0..self.partitions).map(|p| (held.log[p].len() - offset(p)) as i64).sum())
        };
        let groups = || self.groups.keys().map(String::as_str).chain([""]);
        Value::Record(
            "topic".into(),
            vec![
                ("records".into(), Value::List(held.log.iter().enumerate().map(partition).collect())),
                ("committed".into(), Value::Dict(groups().map(|g| (Value::str(g), offsets(g))).collect())),
                ("left".into(), Value::Dict(groups().map(|g| (Value::str(g), left(g))).collect())),
            ],
        )
    }
}
