//! What breaks first: the learner says, and the day's scenarios are run at ten times the load.

use serde_json::Value as Json;

use super::super::scenario::ScenarioCheck;
use super::super::{Context, Outcome, Place, Problem, Verdict, nearest, quote};
use super::{Break, Chosen};
use crate::checks::expression::Answers;
use crate::course::Error;

/// What a learner says of a design that stands it.
const HOLDS: &str = "holds";

/// How something stood it.
enum Shown {
    Held,
    Broke(Option<Box<Problem>>),
    /// It could not be seen.
    Unknown,
}

pub(super) fn run(context: &Context, file: &str, chosen: &Chosen, given: &Json) -> Result<Verdict, Error> {
    let place = Place::field(format!("{}/breaks_first", chosen.at));
    let said = given.get("breaks_first").and_then(Json::as_str).unwrap_or_default().trim().to_lowercase();
    let said = said.trim_end_matches(['.', '!']);
    let said = ["the ", "it ", "our ", "my "].iter().find_map(|lead| said.strip_prefix(lead)).unwrap_or(said);
    let said = said.replace([' ', '_', ',', ':', '('], "-");
    let ids: Vec<&str> = chosen.day.breaks.keys().map(String::as_str).chain([HOLDS]).collect();
    let failed = |message: String, expected: Option<String>| {
        Ok(Verdict::failed(vec![Problem { message, expected, place: place.clone(), ..Problem::default() }]))
    };
    if said.chars().filter(|c| c.is_alphabetic()).count() < 3 || said == "todo" {
        return failed("it is not said what breaks first".to_owned(), Some(format!("one of {}", ids.join(", "))));
    }
    if chosen.day.breaks.is_empty() {
        return Ok(Verdict::passed());
    }
    let load = &chosen.day.load;
    if said == HOLDS {
        for part in chosen.day.breaks.values() {
            if let Shown::Broke(problem) = look(context, file, chosen, part)? {
                let message = format!("it is said to hold; with ten times the {load}, {}", part.about);
                return Ok(told(chosen, place, message, problem));
            }
        }
        let executed = Some(format!("ran {} again with ten times the {load}: it held", chosen.id));
        return Ok(Verdict { executed, ..Verdict::passed() });
    }
    let begins =
        |id: &&String| said.strip_prefix(id.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let Some(part) = chosen.day.breaks.keys().find(begins).and_then(|id| chosen.day.breaks.get(id)) else {
        let near = nearest(&said, ids.iter().copied()).map(|id| format!(", did you mean {}?", quote(id)));
        let message = format!("{} is nothing that is looked at{}", quote(&said), near.unwrap_or_default());
        return failed(message, Some(format!("for {}: {}", chosen.id, ids.join(", "))));
    };
    match look(context, file, chosen, part)? {
        Shown::Held => {
            let message = format!("{} is said to break first, and with ten times the {load} it does not", quote(&said));
            failed(message, Some(format!("what is true of your design; {} would mean: {}", quote(&said), part.about)))
        }
        Shown::Broke(_) | Shown::Unknown => {
            let executed = Some(format!("looked at {} with ten times the {load}: {}", chosen.id, part.about));
            Ok(Verdict { executed, ..Verdict::passed() })
        }
    }
}

fn look(context: &Context, file: &str, chosen: &Chosen, part: &Break) -> Result<Shown, Error> {
    if let Some(when) = &part.when {
        let broke = chosen.python(context, file, when, &[])?;
        return Ok(if broke { Shown::Broke(None) } else { Shown::Held });
    }
    if let (Some(number), Some(most)) = (&part.number, &part.most) {
        return Ok(match chosen.beyond(number, most) {
            Some((true, grown)) => {
                let message = format!("{number} becomes {grown}, and {most} are the most");
                Shown::Broke(Some(Box::new(Problem { message, ..Problem::default() })))
            }
            Some((false, _)) => Shown::Held,
            None => Shown::Unknown,
        });
    }
    let Some(scenario) = &part.scenario else { return Ok(Shown::Unknown) };
    let answers = Answers::default();
    let there =
        Context { document: chosen.document, exercise: chosen.exercise, at: None, answers: Some(&answers), ..*context };
    let verdict = ScenarioCheck { file: scenario.clone() }.run_with(&there, &part.with)?;
    Ok(match verdict.outcome {
        Outcome::Passed => Shown::Held,
        Outcome::Failed { .. } => Shown::Broke(verdict.problems.into_iter().next().map(Box::new)),
        Outcome::NotGradable => Shown::Unknown,
    })
}

/// The other day's problem, told here: its places are in another file.
fn told(chosen: &Chosen, place: Place, message: String, problem: Option<Box<Problem>>) -> Verdict {
    let mut told = problem.map_or_else(Problem::default, |problem| *problem);
    if !told.message.is_empty() {
        told.notes.insert(0, format!("{}: {}", chosen.id, told.message));
    }
    for step in told.story.iter_mut().flat_map(|story| &mut story.steps) {
        step.place = None;
    }
    Verdict::failed(vec![Problem { message, place, related: Vec::new(), label: None, slip: false, ..told }])
}
