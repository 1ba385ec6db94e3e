//! Scenarios: a world, a workload, the bounds of the search and what must hold, as an exercise's author writes them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::components;
use super::state::{Bounds, Injection};
use super::value::Value;
use super::world::{Component, MICROS_PER_SECOND, Micros};
use crate::checks::Reading;

/// The text of a file of the exercise, by its name.
pub type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A scenario file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// One sentence: what happens.
    pub title: String,
    /// JSON pointer of the learner's code.
    pub code: String,
    /// Changes to the exercise's `world.yaml`, component by component.
    #[serde(default)]
    pub world: BTreeMap<String, Json>,
    /// Python that stands after the learner's code: helpers for the clients. Here and in what clients run, `submission`
    /// is the document.
    #[serde(default)]
    pub driver: String,
    /// A file of the exercise that stands before `driver`, for helpers that scenarios share.
    #[serde(default)]
    pub driver_file: Option<String>,
    /// A Python expression run to its end, alone and without faults, before the clients begin.
    #[serde(default)]
    pub prepare: Option<String>,
    pub clients: Vec<Client>,
    #[serde(default)]
    pub explore: Bounds,
    /// What must hold, in the order in which a violation is reported.
    pub invariants: Vec<Invariant>,
    /// What some run must reach, so that doing nothing does not pass.
    #[serde(default)]
    pub goals: Vec<Invariant>,
    /// Python helpers for invariants and goals.
    #[serde(default)]
    pub judge: String,
    /// Whether clients that wait for ever are for the invariants to judge.
    #[serde(default)]
    pub may_block: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub name: String,
    /// A Python expression: what the client does.
    pub run: String,
    /// What runs after its process crashed; `run` again when absent.
    #[serde(default)]
    pub restart: Option<String>,
    /// Whether its process may crash after any step.
    #[serde(default)]
    pub crash: bool,
    /// Seconds its process may stand still after any step, as after a long garbage collection.
    #[serde(default)]
    pub pause_s: Option<f64>,
    /// Virtual seconds after the beginning, or after the last of `after`.
    #[serde(default)]
    pub at_s: f64,
    /// Clients that must have ended before it begins.
    #[serde(default)]
    pub after: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// A Python expression over the components and the clients, by name.
    pub expect: String,
    /// What is wrong when it does not hold; braces hold Python, as in an f-string.
    pub otherwise: String,
    /// JSON pointer of the field a violation is shown at; the call that brought it about when absent.
    #[serde(default)]
    pub at: Option<String>,
    /// Whether it must hold after every step, and not only at the end.
    #[serde(default)]
    pub always: bool,
}

/// A component of a world, as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "component", rename_all = "snake_case", deny_unknown_fields)]
pub enum Spec {
    Clock {},
    Rand {
        #[serde(default)]
        seed: u64,
        #[serde(default)]
        faults: Vec<String>,
    },
    Lock {
        #[serde(default)]
        faults: Vec<String>,
    },
    /// A service in Python: `file` is relative to the exercise.
    Service {
        file: String,
        #[serde(default)]
        state: serde_json::Map<String, Json>,
        #[serde(default)]
        faults: Vec<String>,
        /// Methods that meet the faults; all when absent.
        #[serde(default)]
        faulty: Vec<String>,
    },
    /// The learner's own schema: a pointer to `{dialect, sql}`.
    Database {
        schema: String,
        /// SQL run on the schema before the scenario begins, for tables the exercise names.
        #[serde(default)]
        rows: Vec<String>,
        #[serde(default)]
        faults: Vec<String>,
    },
    /// A key-value store under redis-py's names.
    Kv {
        /// What it holds at first: a list is a list, an object a hash.
        #[serde(default)]
        keys: serde_json::Map<String, Json>,
        #[serde(default)]
        sets: serde_json::Map<String, Json>,
        /// Sorted sets, `{member: score}`.
        #[serde(default)]
        sorted: serde_json::Map<String, Json>,
        /// Its own is `evict`: the key goes just before the command.
        #[serde(default)]
        faults: Vec<String>,
        #[serde(default)]
        faulty: Vec<String>,
    },
    /// A message queue: at least once, redelivery, dead letters.
    Queue {
        /// What waits in it at first.
        #[serde(default)]
        messages: Vec<Json>,
        #[serde(default = "visibility_s")]
        visibility_s: f64,
        #[serde(default)]
        max_receives: Option<u32>,
        #[serde(default)]
        fifo: bool,
        /// Its own are `duplicate`, `reorder` and `drop_ack`.
        #[serde(default)]
        faults: Vec<String>,
        #[serde(default)]
        faulty: Vec<String>,
    },
    /// A partitioned log with consumer groups.
    Topic {
        partitions: usize,
        /// Consumers' names by group.
        #[serde(default)]
        groups: serde_json::Map<String, Json>,
        /// Its own is `rebalance`: partitions change hands just before a poll.
        #[serde(default)]
        faults: Vec<String>,
        #[serde(default)]
        faulty: Vec<String>,
    },
    /// A primary and read replicas that lag, fail and are promoted in virtual time.
    Replicas {
        /// One for each replica.
        lags_s: Vec<f64>,
        #[serde(default)]
        rows: serde_json::Map<String, Json>,
        /// Times with another lag: `{replica, from_s, to_s, lag_s}`.
        #[serde(default)]
        slow: Vec<components::replicas::Span>,
        /// Outages, of the primary where no replica is named.
        #[serde(default)]
        down: Vec<components::replicas::Span>,
        #[serde(default)]
        failover: Option<components::replicas::Failover>,
        #[serde(default)]
        faults: Vec<String>,
        #[serde(default)]
        faulty: Vec<String>,
    },
    /// A bounded buffer in memory; without a capacity it has no bound.
    Buffer {
        #[serde(default)]
        capacity: Option<usize>,
        /// Pointer to the learner's own number.
        #[serde(default)]
        capacity_at: Option<String>,
    },
}

fn visibility_s() -> f64 {
    30.0
}

/// Why a scenario could not be run.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The exercise's files are wrong.
    Author(String),
    /// The submission cannot be run; the problem says where.
    Submission(Box<crate::checks::Problem>),
}

/// A component, its faults and the methods that meet them.
pub struct Built {
    pub component: Box<dyn Component>,
    pub faults: Vec<Injection>,
    pub faulty: Vec<String>,
}

impl Spec {
    /// Faults it is to meet that neither every component nor this one knows: they would never be injected.
    pub fn unknown_faults(&self) -> Vec<&str> {
        let (faults, own): (&[String], &[&str]) = match self {
            Spec::Clock {} | Spec::Buffer { .. } => (&[], &[]),
            Spec::Rand { faults, .. } => (faults, &["collision"]),
            Spec::Kv { faults, .. } => (faults, &["evict"]),
            Spec::Queue { faults, .. } => (faults, &["duplicate", "reorder", "drop_ack"]),
            Spec::Topic { faults, .. } => (faults, &["rebalance"]),
            Spec::Lock { faults }
            | Spec::Service { faults, .. }
            | Spec::Database { faults, .. }
            | Spec::Replicas { faults, .. } => (faults, &[]),
        };
        let unknown = |fault: &&str| matches!(injection(fault), Injection::Own(_)) && !own.contains(fault);
        faults.iter().map(String::as_str).filter(unknown).collect()
    }

    pub fn build(&self, document: &Reading, files: Files) -> Result<Built, Trouble> {
        let (component, faults, faulty): (Box<dyn Component>, &[String], &[String]) = match self {
            Spec::Clock {} => (Box::new(components::clock::Clock), &[], &[]),
            Spec::Rand { seed, faults } => {
                let collisions = faults.iter().any(|f| f == "collision");
                (Box::new(components::rand::Rand::new(*seed, collisions)), faults, &[])
            }
            Spec::Lock { faults } => (Box::new(components::lock::Lock::default()), faults, &[]),
            Spec::Service { file, state, faults, faulty } => {
                let source = files(file).ok_or_else(|| Trouble::Author(format!("the exercise has no file {file}")))?;
                let service = components::service::Service::new(&source, state)
                    .map_err(|error| Trouble::Author(format!("{file}: {error}")))?;
                (Box::new(service), faults, faulty)
            }
            Spec::Database { schema, rows, faults } => {
                (Box::new(components::database::Database::new(schema, rows, document)?), faults, &[])
            }
            Spec::Kv { keys, sets, sorted, faults, faulty } => {
                let store = components::kv::Kv::new(keys, sets, sorted).map_err(Trouble::Author)?;
                (Box::new(store), faults, faulty)
            }
            Spec::Queue { messages, visibility_s, max_receives, fifo, faults, faulty } => {
                let settings = components::queue::Settings {
                    visibility: micros(*visibility_s),
                    max_receives: *max_receives,
                    fifo: *fifo,
                    duplicates: faults.iter().any(|fault| fault == "duplicate"),
                };
                let messages = messages.iter().map(Value::from_json).collect();
                (Box::new(components::queue::Queue::new(settings, messages)), faults, faulty)
            }
            Spec::Topic { partitions, groups, faults, faulty } => {
                let topic = components::topic::Topic::new(*partitions, groups).map_err(Trouble::Author)?;
                (Box::new(topic), faults, faulty)
            }
            Spec::Replicas { lags_s, rows, slow, down, failover, faults, faulty } => {
                let nodes = components::replicas::Replicas::new(lags_s, rows, slow, down, failover.as_ref());
                (Box::new(nodes.map_err(Trouble::Author)?), faults, faulty)
            }
            Spec::Buffer { capacity, capacity_at } => {
                let buffer = components::buffer::Buffer::new(*capacity, capacity_at.as_deref(), document)?;
                (Box::new(buffer), &[], &[])
            }
        };
        let faults = faults.iter().map(|fault| injection(fault)).collect();
        Ok(Built { component, faults, faulty: faulty.to_vec() })
    }
}

fn injection(name: &str) -> Injection {
    match name {
        "unavailable" => Injection::Unavailable,
        "lost_request" => Injection::LostRequest,
        "lost_reply" => Injection::LostReply,
        "late_request" => Injection::LateRequest,
        "rejected" => Injection::Rejected,
        other => Injection::Own(other.to_owned()),
    }
}

pub fn micros(seconds: f64) -> Micros {
    (seconds.clamp(0.0, 1e12) * MICROS_PER_SECOND) as Micros
}

/// The exercise's world with a scenario's changes: fields of a component replace fields.
pub fn merge(base: &BTreeMap<String, Json>, changes: &BTreeMap<String, Json>) -> Result<Vec<(String, Spec)>, Trouble> {
    let mut world = base.clone();
    world.entry("clock".to_owned()).or_insert_with(|| serde_json::json!({"component": "clock"}));
    for (name, change) in changes {
        match (world.get_mut(name), change) {
            (Some(Json::Object(held)), Json::Object(fields)) => {
                held.extend(fields.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
            _ => {
                world.insert(name.clone(), change.clone());
            }
        }
    }
    world
        .into_iter()
        .map(|(name, json)| {
            let spec = serde_path_to_error::deserialize(json);
            spec.map(|spec| (name.clone(), spec)).map_err(|error| Trouble::Author(format!("component {name}: {error}")))
        })
        .collect()
}
