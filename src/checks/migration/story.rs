//! What happened, as far as it belongs to a failure.

use super::traffic::{World, shown};
use crate::checks::{Place, Story, StoryStep};
use crate::report::Explored;
use crate::sql::{Answer, Value};

/// Something that was done.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) client: String,
    pub(super) call: String,
    pub(super) summary: String,
    pub(super) result: String,
    pub(super) place: Option<Place>,
    /// The record it is about; nothing where it concerns all.
    pub(super) id: Option<i64>,
    pub(super) failed: bool,
}

/// The column of the migration.
pub(super) const STEPS: &str = "steps";

/// What a write that changed nothing answers.
pub(super) const NO_ROW: &str = "no row changed";

impl World<'_> {
    /// Whether a statement was to change rows and changed none. What is written through a view is not counted.
    pub(super) fn idle(&self, answer: &Answer) -> bool {
        answer.wrote && answer.changed == 0 && self.live.views().next().is_none()
    }

    /// The latest change of this record, where it changed nothing.
    pub(super) fn idle_write(&self, id: i64) -> Option<String> {
        let writes = || {
            let of_record = self.events.iter().rev().filter(move |event| event.id == Some(id));
            of_record.filter(|event| event.result == NO_ROW || event.result == "done")
        };
        let last = writes().next()?;
        let operation = last.summary.split(' ').next().unwrap_or_default();
        let idle = writes().take_while(|event| event.summary == last.summary).all(|event| event.result == NO_ROW);
        idle.then(|| format!("{operation} changed no row: {}", last.call))
    }

    /// The steps, and what was done with this record; the last event is what failed.
    pub(super) fn story(&self, id: Option<i64>, title: String) -> Story {
        let last = self.events.len().saturating_sub(1);
        let belongs = |at: usize| {
            let event = &self.events[at];
            at == last || event.id.is_none() || event.id == id
        };
        // A batch is told once, and a transaction by what is in it.
        let repeats = |at: usize| {
            at > 0 && self.events[at].id.is_none() && {
                let earlier = self.events[..at].iter().rev().find(|event| event.id.is_none());
                earlier.is_some_and(|earlier| earlier.call == self.events[at].call)
            }
        };
        let frame = |at: usize| {
            ["BEGIN", "COMMIT", "START TRANSACTION", "BEGIN IMMEDIATE"]
                .contains(&self.events[at].call.to_uppercase().as_str())
        };
        let kept: Vec<usize> =
            (0..self.events.len()).filter(|at| belongs(*at) && (*at == last || !repeats(*at) && !frame(*at))).collect();
        let mut clients = vec![STEPS.to_string()];
        let mut steps = Vec::new();
        for (number, at) in kept.into_iter().enumerate() {
            let event = &self.events[at];
            if !clients.contains(&event.client) {
                clients.push(event.client.clone());
            }
            steps.push(StoryStep {
                number: u32::try_from(number + 1).unwrap_or(u32::MAX),
                client: event.client.clone(),
                time: 0.0,
                call: event.call.clone(),
                summary: Some(event.summary.clone()),
                result: event.result.clone(),
                fault: None,
                remark: (at == last).then(|| if event.failed { "fails".into() } else { "here it shows".into() }),
                place: event.place.clone(),
            });
        }
        Story { scenario: title, faults: 0, preemptions: 0, clients, steps, explored: Explored::default() }
    }
}

/// The rows of an answer on one line.
pub(super) fn told(columns: &[String], rows: &[Vec<Value>]) -> String {
    if rows.is_empty() {
        return "no row".into();
    }
    let row = |row: &Vec<Value>| {
        let pairs = columns.iter().zip(row).map(|(column, value)| format!("{column} {}", shown(value)));
        pairs.collect::<Vec<_>>().join(", ")
    };
    rows.iter().take(3).map(row).collect::<Vec<_>>().join("; ")
}

/// A statement with its values in it.
pub(super) fn filled(text: &str, given: &[(String, Value)]) -> String {
    let marks = text.matches('?').count() + text.matches("%s").count();
    if marks > 0 && marks == given.len() {
        return in_order(text, given);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(':') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let name: String = after[1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        match given.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(&shown(value)),
            None => {
                out.push(':');
                out.push_str(&name);
            }
        }
        rest = &after[1 + name.len()..];
        if name.is_empty() && rest.starts_with(':') {
            out.push(':');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same for marks without names, which take the values in their order.
fn in_order(text: &str, given: &[(String, Value)]) -> String {
    let text = text.replace("%s", "?");
    let mut values = given.iter().map(|(_, value)| shown(value));
    let mut out = String::new();
    for (at, part) in text.split('?').enumerate() {
        if at > 0 {
            out.push_str(&values.next().unwrap_or_default());
        }
        out.push_str(part);
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
