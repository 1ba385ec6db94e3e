//! Diagrams: Mermaid text to a state machine, a graph or a sequence of messages, each element with its place in the text.
//!
//! This is the only module that names the Mermaid parser. Parsing is strict: what Mermaid would not draw, or would draw
//! as something other than what was meant, is a [`DiagramError`] with the bytes at fault.

mod advice;
mod flow;
mod sequence;
mod source;
mod states;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;

use merman_model::semantic::SemanticDiagramModel;

pub use flow::{Edge, Graph, Node, Subgraph};
pub use sequence::{Message, Participant, Sequence};
pub use source::{normalise, words};
pub use states::{State, StateKind, StateMachine, Transition};

use source::Source;

/// Longest diagram that is read, in bytes. A hand-drawn design needs a hundredth of it.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most nodes or states, and most edges or transitions, after composite states have been flattened.
pub const MAX_ELEMENTS: usize = 1_000;

/// What to do about a diagram of another kind; each reader says more exactly which it wants.
const KINDS: &str = "draw it as `stateDiagram-v2`, `flowchart` or `sequenceDiagram`";
const A_STATE_MACHINE: &str = "begin with `stateDiagram-v2` and write `Closed --> Open : label`";
const A_GRAPH: &str = "begin with `flowchart LR` and write `client --> server`";
const A_SEQUENCE: &str = "begin with `sequenceDiagram` and write `client->>server: request`";

/// What a text turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Diagram {
    StateMachine(StateMachine),
    Graph(Graph),
    Sequence(Sequence),
}

/// Why a text is not the diagram that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagramError {
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// Bytes of the text at fault; empty ranges mark a point.
    pub range: Range<usize>,
    pub help: Option<String>,
}

impl DiagramError {
    fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        DiagramError { message: message.into(), range, help: None }
    }

    /// With the advice of a reader that knows what is asked for.
    fn asking_for(mut self, kind: &str) -> Self {
        if self.help.as_deref() == Some(KINDS) {
            self.help = Some(kind.to_string());
        }
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads a Mermaid diagram of any of the three kinds.
///
/// # Errors
/// The text is too long, is no diagram, is of another kind, or does not parse.
pub fn parse(text: &str) -> Result<Diagram, DiagramError> {
    if text.len() > MAX_BYTES {
        let end = text.floor_char_boundary(80).min(text.len());
        return Err(DiagramError::new(
            format!("the diagram is {} bytes long, and at most {MAX_BYTES} are read", text.len()),
            0..end,
        ));
    }
    let source = Source::new(text);
    if source.body().trim().is_empty() {
        return Err(DiagramError::new("there is no diagram here", 0..text.len())
            .help("start with `stateDiagram-v2` or `flowchart LR` on a line of its own"));
    }
    source.check_size()?;
    let parsed = match merman_core::SemanticParser::new().parse_diagram_sync(source.body()) {
        Ok(parsed) => parsed,
        Err(error) => return Err(source.explain(&error)),
    };
    match parsed.model {
        SemanticDiagramModel::State(model) => states::read(&source, &model).map(Diagram::StateMachine),
        SemanticDiagramModel::Flowchart(model) => flow::read(&source, &model).map(Diagram::Graph),
        SemanticDiagramModel::Sequence(model) => Ok(Diagram::Sequence(sequence::read(&source, &model))),
        _ => Err(DiagramError::new("this kind of diagram is not one that is read", source.header()).help(KINDS)),
    }
}

/// Reads a state machine, drawn as a state diagram or as a flowchart; of a flowchart's diamonds, `states_among` says
/// which are states rather than decisions.
///
/// # Errors
/// As [`parse`], or the diagram is a sequence of messages.
pub fn parse_state_machine(
    text: &str,
    states_among: &dyn Fn(&Graph) -> BTreeSet<String>,
) -> Result<StateMachine, DiagramError> {
    match parse(text).map_err(|error| error.asking_for(A_STATE_MACHINE))? {
        Diagram::StateMachine(machine) => Ok(machine),
        Diagram::Graph(graph) => Ok(StateMachine::from_graph(&graph, &states_among(&graph))),
        Diagram::Sequence(_) => Err(DiagramError::new(
            "this is a sequence diagram, and a state machine is asked for",
            Source::new(text).header(),
        )
        .help(A_STATE_MACHINE)),
    }
}

/// Reads a flowchart.
///
/// # Errors
/// As [`parse`], or the diagram is of another kind.
pub fn parse_graph(text: &str) -> Result<Graph, DiagramError> {
    let other = match parse(text).map_err(|error| error.asking_for(A_GRAPH))? {
        Diagram::Graph(graph) => return Ok(graph),
        Diagram::StateMachine(_) => "a state diagram",
        Diagram::Sequence(_) => "a sequence diagram",
    };
    Err(DiagramError::new(format!("this is {other}, and a flowchart is asked for"), Source::new(text).header())
        .help(A_GRAPH))
}

/// Reads a sequence diagram.
///
/// # Errors
/// As [`parse`], or the diagram is of another kind.
pub fn parse_sequence(text: &str) -> Result<Sequence, DiagramError> {
    let other = match parse(text).map_err(|error| error.asking_for(A_SEQUENCE))? {
        Diagram::Sequence(sequence) => return Ok(sequence),
        Diagram::Graph(_) => "a flowchart",
        Diagram::StateMachine(_) => "a state diagram",
    };
    Err(DiagramError::new(format!("this is {other}, and a sequence diagram is asked for"), Source::new(text).header())
        .help(A_SEQUENCE))
}
