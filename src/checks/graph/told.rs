//! The learner's own map of roles, however it is written down: `{replica: [db2, db3]}`, `{replicas: "db2, db3"}` or, the
//! other way round, `{db2: replica, db3: replica}`.

use serde_json::{Map, Value};

use super::GraphCheck;
use crate::checks::strings;
use crate::diagram::{Graph, Node, normalise};

/// That a node plays a role.
pub(super) struct Told {
    pub role: String,
    /// The node as it is named there.
    pub node: String,
    /// Where in the map that stands.
    pub key: String,
}

pub(super) fn told(check: &GraphCheck, graph: &Graph, map: &Map<String, Value>) -> Vec<Told> {
    let mut told = Vec::new();
    for (key, value) in map {
        let role = role_named(check, key);
        if role.is_none() && !nodes_named(graph, key).is_empty() {
            let played = strings(value).filter_map(|name| role_named(check, name));
            let before = told.len();
            told.extend(played.map(|role| Told { role: role.clone(), node: key.clone(), key: key.clone() }));
            if told.len() > before {
                continue;
            }
        }
        let role = role.unwrap_or(key);
        for name in strings(value) {
            let whole = !name.contains(',') || !nodes_named(graph, name).is_empty();
            let names: Vec<&str> = if whole { vec![name] } else { name.split(',').map(str::trim).collect() };
            let named = names.into_iter().filter(|name| !name.trim().is_empty());
            told.extend(named.map(|name| Told { role: role.clone(), node: name.to_owned(), key: key.clone() }));
        }
    }
    told
}

/// The nodes that have this id or label, or stand in the box that has it.
pub(super) fn nodes_named<'a>(graph: &'a Graph, name: &str) -> Vec<&'a Node> {
    let wanted = normalise(name);
    let inside = graph.subgraphs.iter().find(|s| s.id == name || normalise(&s.title) == wanted);
    let is = |node: &&Node| {
        node.id == name
            || normalise(&node.id) == wanted
            || normalise(&node.label) == wanted
            || inside.is_some_and(|s| s.nodes.contains(&node.id))
    };
    graph.nodes.iter().filter(is).collect()
}

/// The role of the rubric with this name, one or many of it.
fn role_named<'a>(check: &'a GraphCheck, name: &str) -> Option<&'a String> {
    let name = normalise(name);
    let is = |role: &&String| {
        let role = normalise(role);
        let many = role.strip_suffix('y').map_or_else(|| format!("{role}s"), |stem| format!("{stem}ies"));
        name == role || name == many || name == format!("{role}es")
    };
    check.roles.keys().chain(check.optional.keys()).find(is)
}
