//! Flowcharts: nodes, edges and subgraphs.
//!
//! The parser gives no positions for these, so they are found again in the text: a node at the first mention of its
//! id, an edge at the stretch from one id to the other on one line.

use std::collections::BTreeMap;
use std::ops::Range;

use merman_model::families::flowchart::{FlowEdgeMarker, FlowEdgeVisibility, FlowNodeProvenance, FlowchartModel};

use super::source::Source;
use super::{DiagramError, MAX_ELEMENTS};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    pub subgraphs: Vec<Subgraph>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub id: String,
    /// The text in its box, line breaks as spaces; its id when it has none.
    pub label: String,
    /// Mermaid's name of the shape: `square`, `round`, `circle`, `doublecircle`, `cylinder`, `diamond`, ...
    pub shape: Option<String>,
    /// Nothing is written in its box, so that `label` is its id.
    pub blank: bool,
    pub range: Range<usize>,
}

/// A directed edge. `A <--> B` and `A --- B` are two of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub label: String,
    pub range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Subgraph {
    pub id: String,
    pub title: String,
    /// Ids of the nodes inside, those of inner subgraphs included.
    pub nodes: Vec<String>,
}

impl Node {
    /// Whether it is drawn as a decision.
    pub fn is_diamond(&self) -> bool {
        matches!(self.shape.as_deref(), Some("diamond" | "diam" | "decision" | "question"))
    }
}

impl Graph {
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }
}

pub(super) fn read(source: &Source, model: &FlowchartModel) -> Result<Graph, DiagramError> {
    let subgraphs = subgraphs(model);
    let members: BTreeMap<&str, &[String]> = subgraphs.iter().map(|s| (s.id.as_str(), s.nodes.as_slice())).collect();
    let mentions = Mentions::new(source.blanked());
    let mut nodes = Vec::new();
    for node in &model.nodes {
        if node.provenance == FlowNodeProvenance::SubgraphAnchor || members.contains_key(node.id.as_str()) {
            continue;
        }
        let label = plain_label(node.label.as_deref().unwrap_or(&node.id));
        nodes.push(Node {
            id: node.id.clone(),
            blank: label.is_empty(),
            label: if label.is_empty() { node.id.clone() } else { label },
            shape: node.shape.clone(),
            range: mentions.first(&node.id).unwrap_or_else(|| source.header()),
        });
    }
    if nodes.len() > MAX_ELEMENTS {
        return Err(DiagramError::new(format!("the diagram has more than {MAX_ELEMENTS} nodes"), source.header()));
    }
    let mut edges: Vec<Edge> = Vec::new();
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for edge in &model.edges {
        if edge.visibility == FlowEdgeVisibility::Invisible {
            continue;
        }
        let nth = seen.entry((&edge.from, &edge.to)).or_default();
        let range = mentions
            .pair(&edge.from, &edge.to, *nth)
            .or_else(|| mentions.first(&edge.from))
            .unwrap_or_else(|| source.header());
        *nth += 1;
        let label = plain_label(edge.label.as_deref().unwrap_or(""));
        let forth = edge.end_marker != FlowEdgeMarker::None;
        let back = edge.start_marker != FlowEdgeMarker::None;
        // A line without arrow heads connects both ways.
        let (forth, back) = if forth || back { (forth, back) } else { (true, true) };
        // An edge to a box of several nodes reaches each of them.
        for from in ends(&members, &edge.from) {
            for to in ends(&members, &edge.to) {
                if edges.len() > MAX_ELEMENTS {
                    return Err(DiagramError::new(
                        format!("the diagram has more than {MAX_ELEMENTS} edges"),
                        source.header(),
                    ));
                }
                if forth {
                    edges.push(Edge { from: from.clone(), to: to.clone(), label: label.clone(), range: range.clone() });
                }
                if back {
                    edges.push(Edge { from: to.clone(), to: from.clone(), label: label.clone(), range: range.clone() });
                }
            }
        }
    }
    Ok(Graph { nodes, edges, subgraphs })
}

fn ends(members: &BTreeMap<&str, &[String]>, id: &str) -> Vec<String> {
    match members.get(id) {
        Some(nodes) if !nodes.is_empty() => nodes.to_vec(),
        _ => vec![id.to_string()],
    }
}

/// Subgraphs with their members down to the nodes.
fn subgraphs(model: &FlowchartModel) -> Vec<Subgraph> {
    let direct: BTreeMap<&str, &Vec<String>> = model.subgraphs.iter().map(|s| (s.id.as_str(), &s.nodes)).collect();
    model
        .subgraphs
        .iter()
        .map(|subgraph| {
            let mut nodes = Vec::new();
            let mut seen = std::collections::BTreeSet::from([subgraph.id.as_str()]);
            let mut open: Vec<&str> = subgraph.nodes.iter().rev().map(String::as_str).collect();
            while let Some(id) = open.pop() {
                if !seen.insert(id) {
                    continue;
                }
                match direct.get(id) {
                    Some(inner) => open.extend(inner.iter().rev().map(String::as_str)),
                    None => nodes.push(id.to_string()),
                }
            }
            Subgraph { id: subgraph.id.clone(), title: plain_label(&subgraph.title), nodes }
        })
        .collect()
}

pub(super) fn plain_label(label: &str) -> String {
    let mut label = label.replace("<br/>", " ").replace("<br />", " ").replace("<br>", " ").replace("\\n", " ");
    for (written, meant) in [("#quot;", "\""), ("#35;", "#"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("**", "")]
    {
        label = label.replace(written, meant);
    }
    let kept: String = label.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where each word of the text stands, by line.
struct Mentions<'a> {
    text: &'a str,
    words: BTreeMap<String, Vec<(usize, Range<usize>)>>,
}

impl<'a> Mentions<'a> {
    fn new(text: &'a str) -> Self {
        let mut words: BTreeMap<String, Vec<(usize, Range<usize>)>> = BTreeMap::new();
        let mut offset = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            // Ids stand outside labels; a label may repeat another node's id.
            let (mut depth, mut quoted, mut piped) = (0usize, false, false);
            let mut start: Option<usize> = None;
            for (at, c) in line.char_indices().chain([(line.len(), '\n')]) {
                let outside = depth == 0 && !quoted && !piped;
                let part = outside && (c.is_alphanumeric() || c == '_' || (c == '-' && joins(line, at)));
                match (part, start) {
                    (true, None) => start = Some(at),
                    (false, Some(from)) => {
                        words.entry(line[from..at].to_string()).or_default().push((number, offset + from..offset + at));
                        start = None;
                    }
                    _ => {}
                }
                match c {
                    '"' => quoted = !quoted,
                    '|' if !quoted && depth == 0 => piped = !piped,
                    '[' | '(' | '{' if !quoted => depth += 1,
                    ']' | ')' | '}' if !quoted => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            offset += line.len();
        }
        Mentions { text, words }
    }

    fn first(&self, id: &str) -> Option<Range<usize>> {
        self.words.get(id).and_then(|all| all.first()).map(|(_, range)| range.clone())
    }

    /// From `from` to `to` on one line, the `nth` such line.
    fn pair(&self, from: &str, to: &str, nth: usize) -> Option<Range<usize>> {
        let (froms, tos) = (self.words.get(from)?, self.words.get(to)?);
        let mut found = froms.iter().filter_map(|(line, start)| {
            let end = tos.iter().find(|(other, end)| other == line && end.start > start.start)?;
            // `A & B --> C` has no edge from A to B.
            let between = self.text.get(start.end..end.1.start).unwrap_or_default();
            if !["--", "==", "-."].iter().any(|line| between.contains(line)) {
                return None;
            }
            Some(start.start..end.1.end)
        });
        found.nth(nth)
    }
}

/// Whether the `-` at `at` is inside a name (`load-balancer`) rather than part of an arrow.
fn joins(line: &str, at: usize) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + 1..].chars().next();
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
}
