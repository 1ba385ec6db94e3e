//! Sequence diagrams: who sends what to whom, in order.

use std::ops::Range;

use merman_model::families::sequence::{SequenceDiagramModel, SequenceMessageKind};

use super::source::Source;

#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    pub participants: Vec<Participant>,
    pub messages: Vec<Message>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Participant {
    pub id: String,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub from: String,
    pub to: String,
    pub label: String,
    pub range: Range<usize>,
}

pub(super) fn read(source: &Source, model: &SequenceDiagramModel) -> Sequence {
    let participants = model
        .actor_order
        .iter()
        .map(|id| Participant {
            id: id.clone(),
            label: model.actors.get(id).map_or_else(|| id.clone(), |actor| actor.description.clone()),
        })
        .collect();
    let mut cursor = 0;
    let mut messages = Vec::new();
    for message in &model.messages {
        if message.semantic_kind() != SequenceMessageKind::Signal {
            continue;
        }
        let (Some(from), Some(to)) = (&message.from, &message.to) else {
            continue;
        };
        let label = message.message_text().to_string();
        let range = line_with(source, &mut cursor, from, &label).unwrap_or_else(|| source.header());
        messages.push(Message { from: from.clone(), to: to.clone(), label, range });
    }
    Sequence { participants, messages }
}

/// The next line that begins with the sender and holds the text.
fn line_with(source: &Source, cursor: &mut usize, from: &str, label: &str) -> Option<Range<usize>> {
    let text = source.blanked();
    let mut at = *cursor;
    while at < text.len() {
        let line = source.line(at);
        let next = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
        let words = &text[line.clone()];
        if words.starts_with(from) && words.contains(label) && words.contains("-") {
            *cursor = next;
            return Some(line);
        }
        at = next;
    }
    None
}
