//! From a counterexample to a story: who called what from which line, what came back, and where it went wrong.

use super::client::{Forest, Next, NodeId};
use super::explore::Counterexample;
use super::judge::Expectations;
use super::python::{Frame, Program, Reply};
use super::scenario::Scenario;
use super::state::{Event, Injection, Violation};
use super::value::Value;
use super::world::{Call, MICROS_PER_SECOND, World};
use crate::checks::{Detail, Place, Problem, Story, StoryStep};
use crate::report::Explored;

/// Steps told of a long run: its beginning, its end, and what surrounds the step that matters.
const HEAD_STEPS: usize = 30;
const TAIL_STEPS: usize = 60;
const AROUND_STEPS: usize = 15;
/// Steps before the end among which the one that broke an invariant is looked for.
const TURNING_STEPS_MAX: usize = 300;
/// Those among them that are looked at one by one.
const NEAR_STEPS: usize = 12;
const RELATED_MAX: usize = 3;

/// What a story is told from.
pub struct Teller<'a> {
    pub scenario: &'a Scenario,
    /// Names of the clients.
    pub names: &'a [String],
    pub world: &'a mut World,
    pub forest: &'a mut Forest,
    pub explored: &'a Explored,
    /// The program without retries around the learner's code.
    pub plain: &'a dyn Fn() -> Option<Program>,
    pub detail: Detail,
}

impl Teller<'_> {
    /// The problem a counterexample is.
    pub fn problem(&mut self, found: &Counterexample, judge: Option<&mut Expectations>) -> Problem {
        if self.detail == Detail::Points {
            return self.violation(found);
        }
        let turning = match &found.violation {
            Violation::Invariant { index, .. } => judge.and_then(|judge| self.turning_point(found, *index, judge)),
            _ => None,
        };
        let culprit = turning.or(found.events.len().checked_sub(1));
        let mut story = self.tell(found, culprit);
        let mut problem = self.violation(found);
        let explains_itself = matches!(found.violation, Violation::Mistake { .. } | Violation::Stuck { .. });
        let culprit = culprit.and_then(|index| story.steps.iter().position(|step| step.number as usize == index + 1));
        if let Some(culprit) = culprit.filter(|_| !explains_itself) {
            let step = &mut story.steps[culprit];
            if let Some(place) = step.place.clone() {
                problem.place = place;
                problem.label = Some(format!("step {}, {}", step.number, step.client));
            }
            step.remark = Some("from here on it is wrong".into());
        }
        self.mark_interference(found, &story, &mut problem);
        // The author may know better where the mistake is than the call that brought it to light.
        if let Violation::Invariant { index, .. } = &found.violation
            && let Some(at) = self.scenario.invariants.get(*index).and_then(|invariant| invariant.at.clone())
        {
            problem.place = Place::field(at);
            problem.label = None;
            problem.related.clear();
        }
        if !story.steps.is_empty() {
            problem.story = Some(story);
        }
        problem
    }

    /// The problem that some run should have reached something and none did; the sample shows what happens instead.
    pub fn unreached(&mut self, message: &str, at: Option<&String>, sample: &Counterexample) -> Problem {
        let story = (self.detail == Detail::Stories).then(|| self.tell(sample, None));
        Problem {
            message: message.to_owned(),
            place: Place::field(at.unwrap_or(&self.scenario.code)),
            story: story.filter(|story| !story.steps.is_empty()),
            notes: vec!["no run gets there; the steps show the plainest one".into()],
            ..Problem::default()
        }
    }

    fn name(&self, client: usize) -> &str {
        self.names.get(client).map_or("a client", String::as_str)
    }

    /// What the violation is, without its story.
    fn violation(&mut self, found: &Counterexample) -> Problem {
        let mut problem = Problem { place: Place::field(&self.scenario.code), ..Problem::default() };
        match &found.violation {
            Violation::Invariant { message, .. } => problem.message.clone_from(message),
            Violation::Mistake { client, error } => {
                problem.message = format!("the code ends with {error}");
                problem.slip = true;
                problem.help.clone_from(&error.help);
                problem.label = Some(format!("{} is here when it fails", self.name(*client)));
                let node = found.states.last().and_then(|state| state.clients.get(*client)).map(|client| client.node);
                let frames = match (error.frames.as_slice(), node, (self.plain)()) {
                    ([], Some(node), Some(plain)) => self.forest.frames_of_failure(node, &plain),
                    _ => error.frames.clone(),
                };
                if let Some(frame) = frames.last() {
                    problem.place = Place::inside(&self.scenario.code, frame.range.clone());
                }
            }
            Violation::Stuck { clients } => {
                let who: Vec<&str> = clients.iter().map(|client| self.name(*client)).collect();
                problem.message = match who.as_slice() {
                    [one] => format!("{one} waits for ever"),
                    many => format!("{} wait for each other for ever", many.join(" and ")),
                };
                for client in clients {
                    if let Some(place) = self.waiting_place(found, *client) {
                        problem.related.push((place, format!("{} waits here", self.name(*client))));
                    }
                }
                if !problem.related.is_empty() {
                    let (place, label) = problem.related.remove(0);
                    problem.place = place;
                    problem.label = Some(label);
                }
            }
            Violation::Spin { client, call } => {
                let call = show(self.world.get(*call));
                problem.message = format!("{} repeats {call} without end and without waiting", self.name(*client));
                problem.help = Some("wait between tries with clock.sleep(seconds), and give up at some time".into());
            }
        }
        problem
    }

    /// Marks where faults struck and where a client was interrupted.
    fn mark_interference(&self, found: &Counterexample, story: &Story, problem: &mut Problem) {
        for step in &story.steps {
            let index = step.number as usize - 1;
            let mark = match (&found.events[index].fault, found.events.get(index + 1)) {
                (Some(fault), _) => fault.describe(),
                (None, Some(next)) if next.preempts == Some(found.events[index].client) => {
                    format!("{} is interrupted after this call", step.client)
                }
                _ => continue,
            };
            let Some(place) = step.place.clone() else { continue };
            let told = place == problem.place || problem.related.iter().any(|(other, _)| *other == place);
            if !told && problem.related.len() < RELATED_MAX {
                problem.related.push((place, format!("step {}, {}: {mark}", step.number, step.client)));
            }
        }
    }

    fn tell(&mut self, found: &Counterexample, culprit: Option<usize>) -> Story {
        let count = found.events.len();
        let near = |index: usize| culprit.is_some_and(|culprit| index.abs_diff(culprit) <= AROUND_STEPS);
        let told: Vec<usize> =
            (0..count).filter(|index| *index < HEAD_STEPS || *index + TAIL_STEPS >= count || near(*index)).collect();
        let nodes: Vec<NodeId> = told.iter().map(|index| found.events[*index].node).collect();
        let frames = self.forest.frames(&nodes);
        let steps: Vec<StoryStep> = told
            .iter()
            .map(|index| {
                let event = &found.events[*index];
                self.step(*index, event, frames.get(&event.node).and_then(|frames| frames.last()))
            })
            .collect();
        let acts = |name: &&String| steps.iter().any(|step| step.client == **name);
        Story {
            scenario: self.scenario.title.clone(),
            faults: found.faults,
            preemptions: found.preemptions,
            clients: self.names.iter().filter(acts).cloned().collect(),
            steps,
            explored: self.explored.clone(),
        }
    }

    fn step(&self, index: usize, event: &Event, frame: Option<&Frame>) -> StoryStep {
        StoryStep {
            number: index as u32 + 1,
            client: self.names.get(event.client).cloned().unwrap_or_default(),
            time: event.now as f64 / MICROS_PER_SECOND,
            call: show(self.world.get(event.call)),
            summary: Some(summarize(self.world.get(event.call))),
            result: match event.reply.as_deref() {
                Some(Reply::Return(value)) => value.to_string(),
                Some(Reply::Raise(fault, message)) if message.is_empty() => fault.name().to_owned(),
                Some(Reply::Raise(fault, message)) => format!("{}: {message}", fault.name()),
                None if event.fault == Some(Injection::Arrival) => "nobody reads the answer".to_owned(),
                None if event.fault.is_some() => "crash".to_owned(),
                None => String::new(),
            },
            fault: event.fault.as_ref().map(Injection::describe),
            remark: None,
            place: frame.map(|frame| Place::inside(&self.scenario.code, frame.range.clone())),
        }
    }

    /// The step after which the invariant is broken, if it held just before and not at the end.
    ///
    /// What is broken mostly stays so: beyond the last few states the steps back double, and the place between is halved.
    fn turning_point(&mut self, found: &Counterexample, index: usize, judge: &mut Expectations) -> Option<usize> {
        let mut holds =
            |number: usize| judge.broken(&[index], self.world, self.forest, &found.states[number]).is_none();
        let last = found.states.len().checked_sub(1)?;
        let first = last.saturating_sub(TURNING_STEPS_MAX);
        // State k is the one after step k (steps count from 1); the step after the last good state broke it.
        let mut bad = last + 1;
        let mut good = last;
        while !holds(good) {
            if good == first {
                return None;
            }
            bad = good;
            let back = if last - good < NEAR_STEPS { 1 } else { last - good };
            good = good.saturating_sub(back).max(first);
        }
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if holds(middle) { good = middle } else { bad = middle }
        }
        (good < found.events.len()).then_some(good)
    }

    fn waiting_place(&mut self, found: &Counterexample, client: usize) -> Option<Place> {
        let node = found.states.last()?.clients.get(client)?.node;
        if !matches!(self.forest.next(node), Next::Call(_)) {
            return None;
        }
        let frames = self.forest.frames(&[node]);
        frames.get(&node)?.last().map(|frame| Place::inside(&self.scenario.code, frame.range.clone()))
    }
}

/// A call as one would write it: SQL on one line, arguments left at `None` at the end left out.
fn show(call: &Call) -> String {
    let mut args = call.args.as_slice();
    while let [rest @ .., Value::None | Value::Bool(false)] = args {
        args = rest;
    }
    let args: Vec<String> = args
        .iter()
        .map(|arg| match arg {
            Value::Str(text) if text.contains('\n') => {
                Value::Str(text.split_whitespace().collect::<Vec<_>>().join(" ")).to_string()
            }
            other => other.to_string(),
        })
        .collect();
    format!("{}.{}({})", call.object, call.method, args.join(", "))
}

/// A call in a few words: the verb and the table of a statement, arguments without quotes.
fn summarize(call: &Call) -> String {
    if let Some(text) = call.args.first().and_then(Value::as_str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let verb = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        let after = |marks: &[&str]| {
            let mark = words.iter().position(|word| marks.iter().any(|mark| word.eq_ignore_ascii_case(mark)))?;
            let name = words.get(mark + 1)?.split('(').next()?;
            Some(name.trim_matches(['"', '`', ';', ',']).to_owned())
        };
        let table = match verb.as_str() {
            "SELECT" | "DELETE" | "WITH" => after(&["from"]),
            "INSERT" | "REPLACE" => after(&["into"]),
            "UPDATE" => after(&["update"]),
            _ => None,
        };
        if let Some(table) = table {
            return format!("{verb} {table}");
        }
    }
    let mut args = call.args.as_slice();
    while let [rest @ .., Value::None | Value::Bool(false)] = args {
        args = rest;
    }
    let args: Vec<String> =
        args.iter().map(|arg| arg.as_str().map_or_else(|| arg.to_string(), str::to_owned)).collect();
    match call.method.as_str() {
        "commit" | "rollback" if args.is_empty() => call.method.to_ascii_uppercase(),
        method => format!("{}.{method}({})", call.object, args.join(", ")),
    }
}
