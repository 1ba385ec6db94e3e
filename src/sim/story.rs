//! From a counterexample to a story: who called what from which line, what came back, and where it went wrong.

use super::client::{Forest, Next};
use super::explore::Counterexample;
use super::judge::Expectations;
use super::python::Reply;
use super::scenario::Scenario;
use super::state::{Event, Injection, Violation};
use super::value::Value;
use super::world::{Call, MICROS_PER_SECOND, World};
use crate::checks::{Place, Problem, Story, StoryStep};
use crate::report::Explored;

/// The problem a counterexample is.
pub fn problem(
    found: &Counterexample,
    scenario: &Scenario,
    names: &[String],
    world: &mut World,
    forest: &mut Forest,
    explored: &Explored,
    judge: Option<&mut Expectations>,
) -> Problem {
    let mut story = tell(found, scenario, names, world, forest, explored);
    let name = |client: usize| names.get(client).map_or("a client", String::as_str);
    let culprit = match &found.violation {
        Violation::Invariant { index, .. } => {
            judge.and_then(|judge| turning_point(found, *index, judge, world, forest))
        }
        _ => None,
    };
    let last = story.steps.len().checked_sub(1);
    let culprit = culprit.or(last);
    let mut problem = Problem { place: Place::field(&scenario.code), ..Problem::default() };
    match &found.violation {
        Violation::Invariant { message, .. } => problem.message.clone_from(message),
        Violation::Mistake { client, error } => {
            problem.message = format!("the code ends with {error}");
            problem.slip = true;
            problem.help.clone_from(&error.help);
            problem.label = Some(format!("{} is here when it fails", name(*client)));
            if let Some(frame) = error.place() {
                problem.place = Place::inside(&scenario.code, frame.range.clone());
            }
        }
        Violation::Stuck { clients } => {
            let who: Vec<&str> = clients.iter().map(|client| name(*client)).collect();
            problem.message = if who.len() == 1 {
                format!("{} waits for ever", who[0])
            } else {
                format!("{} wait for each other for ever", who.join(" and "))
            };
            for client in clients {
                if let Some(place) = waiting_place(found, *client, scenario, forest) {
                    problem.related.push((place, format!("{} waits here", name(*client))));
                }
            }
            if let Some((place, label)) = problem.related.first().cloned() {
                problem.place = place;
                problem.label = Some(label);
                problem.related.remove(0);
            }
        }
        Violation::Spin { client, call } => {
            let call = show(world.get(*call));
            problem.message = format!("{} repeats {call} without end and without waiting", name(*client));
            problem.help = Some("wait between tries with clock.sleep(seconds), and give up at some time".into());
        }
    }
    let explains_itself = matches!(found.violation, Violation::Mistake { .. } | Violation::Stuck { .. });
    if let Some(culprit) = culprit {
        if !explains_itself {
            if let Some(place) = story.steps[culprit].place.clone() {
                problem.place = place;
                problem.label = Some(format!("step {}, {}", culprit + 1, story.steps[culprit].client));
            }
            story.steps[culprit].remark = Some("from here on it is wrong".into());
        }
        for (index, event) in found.events.iter().enumerate() {
            let mark = match (&event.fault, found.events.get(index + 1)) {
                (Some(fault), _) => Some(fault.describe()),
                (None, Some(next)) if next.preempts == Some(event.client) => {
                    Some(format!("{} is interrupted after this call", story.steps[index].client))
                }
                _ => None,
            };
            let (Some(mark), Some(place)) = (mark, story.steps[index].place.clone()) else { continue };
            if place != problem.place && problem.related.len() < 3 && !problem.related.iter().any(|(p, _)| *p == place)
            {
                problem.related.push((place, format!("step {}, {}: {mark}", index + 1, story.steps[index].client)));
            }
        }
    }
    if !story.steps.is_empty() {
        problem.story = Some(story);
    }
    problem
}

/// The problem that some run should have reached something and none did; the sample shows what happens instead.
pub fn unreached(
    message: &str,
    sample: &Counterexample,
    scenario: &Scenario,
    names: &[String],
    world: &mut World,
    forest: &mut Forest,
    explored: &Explored,
) -> Problem {
    let story = tell(sample, scenario, names, world, forest, explored);
    Problem {
        message: message.to_owned(),
        place: Place::field(&scenario.code),
        story: (!story.steps.is_empty()).then_some(story),
        notes: vec!["no run gets there; the steps show the plainest one".into()],
        ..Problem::default()
    }
}

fn tell(
    found: &Counterexample,
    scenario: &Scenario,
    names: &[String],
    world: &World,
    forest: &mut Forest,
    explored: &Explored,
) -> Story {
    let steps: Vec<StoryStep> = found.events.iter().map(|event| step(event, scenario, names, world, forest)).collect();
    let acts = |name: &&String| steps.iter().any(|step| step.client == **name);
    let clients = names.iter().filter(acts).cloned().collect();
    Story {
        scenario: scenario.title.clone(),
        faults: found.faults,
        preemptions: found.preemptions,
        clients,
        steps,
        explored: explored.clone(),
    }
}

fn step(event: &Event, scenario: &Scenario, names: &[String], world: &World, forest: &mut Forest) -> StoryStep {
    let frames = forest.frames(event.node);
    StoryStep {
        client: names.get(event.client).cloned().unwrap_or_default(),
        time: event.now as f64 / MICROS_PER_SECOND,
        call: show(world.get(event.call)),
        summary: Some(summarize(world.get(event.call))),
        result: match &event.reply {
            Some(Reply::Return(value)) => value.to_string(),
            Some(Reply::Raise(fault, message)) if message.is_empty() => fault.name().to_owned(),
            Some(Reply::Raise(fault, message)) => format!("{}: {message}", fault.name()),
            None if event.fault.is_some() => "crash".to_owned(),
            None => String::new(),
        },
        fault: event.fault.as_ref().map(Injection::describe),
        remark: None,
        place: frames.last().map(|frame| Place::inside(&scenario.code, frame.range.clone())),
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

/// The step after which the invariant is broken for good, if it held just before.
fn turning_point(
    found: &Counterexample,
    index: usize,
    judge: &mut Expectations,
    world: &mut World,
    forest: &Forest,
) -> Option<usize> {
    let holds: Vec<bool> =
        found.states.iter().map(|state| judge.broken(&[index], world, forest, state).is_none()).collect();
    let last_good = holds.iter().rposition(|held| *held)?;
    // State k is the one after step k (steps count from 1); the step after the last good state broke it.
    (last_good < found.events.len()).then_some(last_good)
}

fn waiting_place(found: &Counterexample, client: usize, scenario: &Scenario, forest: &mut Forest) -> Option<Place> {
    let node = found.states.last()?.clients.get(client)?.node;
    if !matches!(forest.next(node), Next::Call(_)) {
        return None;
    }
    forest.frames(node).last().map(|frame| Place::inside(&scenario.code, frame.range.clone()))
}
