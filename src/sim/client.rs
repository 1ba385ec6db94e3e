//! Clients as trees: the code is deterministic, so what it does next depends only on the answers it has received.
//!
//! A node is a point where the code has called the world (or has ended), an edge is an answer. The interpreter runs once for
//! each edge, however many schedules go along it; clients that run the same code share one tree.
//!
//! Invariant: a node's `next` is a function of the root's entry and the replies on the path from the root.

use std::cmp::Reverse;
use std::time::Duration;

use super::python::{Frame, Program, PyError, Suspended, Turn, patiently};
use super::value::Value;
use super::world::{Answer, Call, CallId, Map, World};

pub type NodeId = u32;

/// Processor time a client's code may use from its start to its end.
const MAX_DURATION: Duration = Duration::from_secs(1);

/// What the code does at a node.
#[derive(Debug, Clone)]
pub enum Next {
    Call(CallId),
    Done(Value),
    Raised(PyError),
}

struct Node {
    next: Next,
    /// `None` at a root.
    parent: Option<(NodeId, Answer)>,
    root: NodeId,
    /// Calls made on the way here.
    depth: u32,
    /// The interpreter, waiting here, until one child has taken it.
    live: Option<Box<Suspended>>,
    children: Map<Answer, NodeId>,
}

/// The trees of one program, one root an entry point.
pub struct Forest {
    program: Program,
    /// Inputs after the entry's number, the same for every start.
    inputs: Vec<Value>,
    nodes: Vec<Node>,
    roots: Map<u32, NodeId>,
    entries: Map<NodeId, u32>,
}

impl Forest {
    /// `inputs` follow the entry point's number when the program starts.
    pub fn new(program: Program, inputs: Vec<Value>) -> Self {
        Forest { program, inputs, nodes: Vec::new(), roots: Map::default(), entries: Map::default() }
    }

    pub fn next(&self, node: NodeId) -> &Next {
        &self.nodes[node as usize].next
    }

    /// Calls made since the client started.
    pub fn depth(&self, node: NodeId) -> u32 {
        self.nodes[node as usize].depth
    }

    /// The node at which entry point number `entry` begins.
    pub fn root(&mut self, entry: u32, world: &mut World) -> NodeId {
        if let Some(root) = self.roots.get(&entry) {
            return *root;
        }
        let turn = patiently(MAX_DURATION, |allowed| self.start(entry, allowed));
        let id = self.nodes.len() as NodeId;
        self.add(turn, None, id, 0, world);
        self.roots.insert(entry, id);
        self.entries.insert(id, entry);
        id
    }

    /// The node after `reply`.
    pub fn child(&mut self, node: NodeId, reply: &Answer, world: &mut World) -> NodeId {
        if let Some(child) = self.nodes[node as usize].children.get(reply) {
            return *child;
        }
        let mut live = self.nodes[node as usize].live.take();
        let turn = patiently(MAX_DURATION, |allowed| {
            let live = live.take().or_else(|| self.revive(node, allowed));
            live.map_or(Turn::Done(Value::None), |live| live.resume(reply))
        });
        let (root, depth) = (self.nodes[node as usize].root, self.nodes[node as usize].depth + 1);
        let id = self.add(turn, Some((node, reply.clone())), root, depth, world);
        self.nodes[node as usize].children.insert(reply.clone(), id);
        id
    }

    /// Where in the learner's code the calls at these nodes are made, outermost frame first.
    ///
    /// The code runs once along each path, and a copy of it is stopped at each of the nodes on the way.
    pub fn frames(&self, wanted: &[NodeId]) -> Map<NodeId, Vec<Frame>> {
        let mut found: Map<NodeId, Vec<Frame>> = Map::default();
        let mut deepest_first = wanted.to_vec();
        deepest_first.sort_by_key(|node| Reverse(self.depth(*node)));
        for node in deepest_first {
            if found.contains_key(&node) {
                continue;
            }
            let (entry, steps) = self.path(node);
            let mut turn = self.start(entry, MAX_DURATION);
            let ways = steps.iter().map(|(at, reply)| (*at, Some(reply))).chain([(node, None)]);
            for (at, reply) in ways {
                let Turn::Call(live) = turn else { break };
                let Some(reply) = reply else {
                    found.insert(node, live.frames());
                    break;
                };
                let live = if wanted.contains(&at) && !found.contains_key(&at) {
                    let Some((live, frames)) = live.located() else { break };
                    found.insert(at, frames);
                    live
                } else {
                    *live
                };
                turn = live.resume(reply);
            }
        }
        found
    }

    /// Where the code at `node` failed, as `plain` tells it: the interpreter forgets where an exception came from when it
    /// passes a `try` on its way out, so a program without the driver's is asked instead.
    pub fn frames_of_failure(&mut self, node: NodeId, plain: &Program) -> Vec<Frame> {
        let (entry, steps) = self.path(node);
        let mut inputs = vec![Value::Int(i64::from(entry))];
        inputs.extend(self.inputs.iter().cloned());
        let mut turn = plain.start(&inputs, MAX_DURATION);
        for (_, reply) in &steps {
            match turn {
                Turn::Call(live) => turn = live.resume(reply),
                other => {
                    turn = other;
                    break;
                }
            }
        }
        match turn {
            Turn::Raised(error) => error.frames,
            _ => Vec::new(),
        }
    }

    /// The entry point, and the nodes on the way to `node`, each with the reply that leads on from it.
    fn path(&self, node: NodeId) -> (u32, Vec<(NodeId, Answer)>) {
        let mut steps = Vec::new();
        let mut at = node;
        while let Some((parent, reply)) = &self.nodes[at as usize].parent {
            steps.push((*parent, reply.clone()));
            at = *parent;
        }
        steps.reverse();
        (self.entries[&at], steps)
    }

    fn start(&self, entry: u32, allowed: Duration) -> Turn {
        let mut inputs = vec![Value::Int(i64::from(entry))];
        inputs.extend(self.inputs.iter().cloned());
        self.program.start(&inputs, allowed)
    }

    /// Runs the code again up to the call at `node`.
    fn revive(&self, node: NodeId, allowed: Duration) -> Option<Box<Suspended>> {
        let (entry, steps) = self.path(node);
        let mut turn = self.start(entry, allowed);
        for (_, reply) in &steps {
            let Turn::Call(live) = turn else { return None };
            turn = live.resume(reply);
        }
        match turn {
            Turn::Call(live) => Some(live),
            _ => None,
        }
    }

    fn add(
        &mut self,
        turn: Turn,
        parent: Option<(NodeId, Answer)>,
        root: NodeId,
        depth: u32,
        world: &mut World,
    ) -> NodeId {
        let (next, live) = match turn {
            Turn::Done(value) => (Next::Done(value), None),
            Turn::Raised(error) => (Next::Raised(error), None),
            Turn::Call(mut live) => {
                let call = Call {
                    object: std::mem::take(&mut live.object),
                    method: std::mem::take(&mut live.method),
                    args: std::mem::take(&mut live.args),
                };
                match world.intern(call) {
                    Some(call) => (Next::Call(call), Some(live)),
                    None => (Next::Done(Value::None), None),
                }
            }
        };
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { next, parent, root, depth, live, children: Map::default() });
        id
    }
}
