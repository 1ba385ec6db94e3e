//! The diagram as drawn: composites, choices and markers still in it, each with its place in the text.

use std::collections::BTreeMap;
use std::ops::Range;

use merman_model::families::state::{StateDiagramModel, StateDocumentId, StateStatement, StateStatementState};

use super::StateMachine;
use crate::diagram::flow::plain_label;
use crate::diagram::source::Source;
use crate::diagram::{DiagramError, MAX_ELEMENTS, advice};

pub(in crate::diagram) fn read(source: &Source, model: &StateDiagramModel) -> Result<StateMachine, DiagramError> {
    names_of_one_word(source)?;
    let mut raw = Raw::default();
    let Some(root) = model.document.root() else {
        return Ok(StateMachine::default());
    };
    // (document, composite state around it)
    let mut open: Vec<(StateDocumentId, Option<String>)> = vec![(root, None)];
    while let Some((id, parent)) = open.pop() {
        let Some(statements) = model.document.get(id) else {
            continue;
        };
        let mut last_plain: Option<(Range<usize>, usize)> = None;
        for statement in statements {
            match statement {
                StateStatement::State(state) => {
                    let range = raw.add(source, state, parent.as_deref());
                    if let Some(inner) = state.doc {
                        let region = raw.states.iter().position(|s| s.name == state.id);
                        if let Some(at) = region {
                            raw.states[at].composite = true;
                        }
                        open.push((inner, Some(state.id.clone())));
                    }
                    two_on_a_line(source, &last_plain, &range)?;
                    if state.doc.is_none() && state.ty == "default" {
                        last_plain = Some((range.clone(), source.line(range.start).start));
                    }
                }
                StateStatement::Relation(relation) => {
                    let from = raw.add(source, &relation.state1, parent.as_deref());
                    two_on_a_line(source, &last_plain, &from)?;
                    let to = raw.add(source, &relation.state2, parent.as_deref());
                    last_plain = Some((to.clone(), source.line(to.start).start));
                    let label = relation.description.as_deref().unwrap_or("");
                    let end = source.line(to.start).end.max(to.end);
                    raw.transitions.push(RawTransition {
                        from: relation.state1.id.clone(),
                        to: relation.state2.id.clone(),
                        label: plain_label(label.trim().trim_start_matches(':')),
                        range: if label.is_empty() {
                            from.start..to.end.max(from.start)
                        } else {
                            from.start..end.max(from.start)
                        },
                    });
                }
                _ => {}
            }
        }
        if raw.states.len() > MAX_ELEMENTS || raw.transitions.len() > MAX_ELEMENTS {
            return Err(DiagramError::new(
                format!("the diagram has more than {MAX_ELEMENTS} states or transitions"),
                source.header(),
            ));
        }
    }
    let machine = raw.flatten();
    if machine.transitions.len() > MAX_ELEMENTS {
        return Err(DiagramError::new(
            format!("the diagram comes to more than {MAX_ELEMENTS} transitions once its composite states are unfolded"),
            source.header(),
        ));
    }
    Ok(machine)
}

/// `stateDiagram v2` and `state Half open`: Mermaid takes the last word for a state and forgets the others.
fn names_of_one_word(source: &Source) -> Result<(), DiagramError> {
    let header = source.header();
    let first = &source.text()[header.clone()];
    if first.starts_with("stateDiagram ") && first.to_lowercase().contains("v2") {
        return Err(
            DiagramError::new("this first line is read as a state `v2`", header).help("write `stateDiagram-v2`")
        );
    }
    let mut at = 0;
    for line in source.blanked().split_inclusive('\n') {
        let said: Vec<&str> = line.split_whitespace().collect();
        if let ["state", first, second, ..] = said.as_slice()
            && !line.contains(['"', '{', '<', '[', ':'])
            && !matches!(*second, "as")
        {
            return Err(DiagramError::new("a name of two words is read as two states", source.line(at))
                .help(advice::of_two_words(line, first, second)));
        }
        at += line.len();
    }
    Ok(())
}

/// `half open --> closed` is read by Mermaid as a state `half` and a transition from `open`: never what was meant.
fn two_on_a_line(
    source: &Source,
    plain: &Option<(Range<usize>, usize)>,
    next: &Range<usize>,
) -> Result<(), DiagramError> {
    let Some((range, line)) = plain else {
        return Ok(());
    };
    let text = &source.text()[range.clone()];
    if source.line(next.start).start == *line && next.start > range.end && !text.ends_with(';') {
        let second = &source.text()[next.clone()];
        if second == ";" || source.blanked()[range.end..next.start].contains(';') {
            return Ok(());
        }
        let line = &source.text()[source.line(next.start)];
        return Err(DiagramError::new("a name of two words is read as two states", range.start..next.end)
            .help(advice::of_two_words(line, text, second)));
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawKind {
    Normal,
    Start,
    End,
    Choice,
    Passing,
    /// One region of a composite state with several at once.
    Region,
}

pub(super) struct RawState {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) kind: RawKind,
    pub(super) composite: bool,
    pub(super) parent: Option<String>,
    pub(super) range: Range<usize>,
}

#[derive(Clone)]
pub(super) struct RawTransition {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) label: String,
    pub(super) range: Range<usize>,
}

/// The diagram as drawn, before composites and choices are unfolded.
#[derive(Default)]
pub(super) struct Raw {
    pub(super) states: Vec<RawState>,
    pub(super) by_name: BTreeMap<String, usize>,
    pub(super) transitions: Vec<RawTransition>,
}

impl Raw {
    pub(super) fn state(
        &mut self,
        name: &str,
        label: Option<&str>,
        range: Range<usize>,
        parent: Option<&str>,
    ) -> &mut RawState {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None => {
                self.by_name.insert(name.to_string(), self.states.len());
                self.states.push(RawState {
                    name: name.to_string(),
                    label: name.to_string(),
                    kind: RawKind::Normal,
                    composite: false,
                    parent: parent.map(str::to_string),
                    range,
                });
                self.states.len() - 1
            }
        };
        let state = &mut self.states[at];
        if let Some(label) = label {
            state.label =
                if state.label == state.name { label.to_string() } else { format!("{} {label}", state.label) };
        }
        state
    }

    pub(super) fn kind(&mut self, name: &str, kind: RawKind) {
        if let Some(at) = self.by_name.get(name) {
            self.states[*at].kind = kind;
        }
    }

    fn add(&mut self, source: &Source, state: &StateStatementState, parent: Option<&str>) -> Range<usize> {
        let range = state
            .id_span
            .and_then(|span| source.place(span.start, span.end))
            .or_else(|| source.blanked().find(&state.id).map(|at| at..at + state.id.len()))
            .unwrap_or_else(|| source.header());
        if state.id == ";" {
            return range;
        }
        let described: Vec<String> = state
            .description
            .iter()
            .chain(&state.descriptions)
            .map(|d| plain_label(d.trim_start_matches(':')))
            .collect();
        let label = described.join(" ");
        let known = self.state(&state.id, (!label.is_empty()).then_some(label.as_str()), range.clone(), parent);
        known.kind = match (state.start, state.ty.as_str()) {
            (Some(true), _) => RawKind::Start,
            (Some(false), _) => RawKind::End,
            (_, "choice") => RawKind::Choice,
            (_, "fork" | "join") => RawKind::Passing,
            (_, "divider") => RawKind::Region,
            _ => known.kind,
        };
        range
    }
}
