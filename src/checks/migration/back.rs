//! The way back, tried on a copy after every step.

use std::collections::BTreeSet;

use super::Judge;
use super::plan::{Act, Back, Environment, Step};
use super::replay::Found;
use super::traffic::{World, Wrong};
use crate::checks::{Place, Problem};
use crate::sql::{Params, Piece};

/// What was found out about the ways back.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// The first step after which traffic cannot go back to the old version, and why.
    pub(super) no_return: Option<(usize, String)>,
    /// The step that first gave the new version traffic.
    pub(super) switched: Option<usize>,
    /// What had the traffic before the last switch.
    pub(super) came_from: Vec<Environment>,
}

/// Tries the ways back from here; whether one was tried, and with how many statements.
pub(super) fn from_here(
    world: &World<'_>,
    number: usize,
    tested: &BTreeSet<Environment>,
    trail: &mut Trail,
    found: &mut Found,
) -> (bool, usize) {
    let step = &world.plan.steps[number];
    let on_new = world.serving.iter().any(|e| world.runs.get(e).is_some_and(|version| !world.is_old(version)));
    if on_new && trail.switched.is_none() {
        trail.switched = Some(number);
    }
    let before = trail.switched.is_none();
    let mut statements = 0;
    let instant = if trail.no_return.is_some() { Err(passed(world, trail)) } else { instantly(world, &mut statements) };
    if let (Err(problem), None, false) = (&instant, &trail.no_return, before) {
        trail.no_return = Some((number, problem.message.clone()));
    }
    let at = |message: String| {
        let place = Place::field(format!("{}/back", step.pointer));
        (Judge::Back, Box::new(Problem { message, place, ..Problem::default() }))
    };
    match step.back {
        Back::Unsaid => {
            let mut wrong = at(format!("step {} does not say how one goes back from there", step.id));
            wrong.1.expected = Some("undo, switch or none".into());
            wrong.1.place = Place::field(&step.pointer);
            found.add(wrong);
        }
        // Before the switch that is: traffic stays where it is, and so does the schema.
        Back::Switch => {
            // A later version may be left for the one between.
            let between = trail.came_from.iter().copied().find(|environment| {
                world.runs.get(environment).is_some_and(|version| !world.is_old(version))
                    && !world.serving.contains(environment)
            });
            let result = match between {
                Some(home) if instant.is_err() => to(world, home, &mut statements),
                _ => instant,
            };
            if let Err(problem) = result {
                found.add((Judge::Back, claimed(problem, step, "traffic can be switched back")));
            }
        }
        Back::Undo => {
            if let Err(problem) = undone(world, number, tested, trail, &mut statements) {
                found.add((Judge::Back, claimed(problem, step, "the steps can be undone")));
            }
        }
        Back::Nothing if before => {
            found.add(at(format!(
                "users are still on {} after step {}, and there should be a way back from it",
                world.situation.old.version, step.id
            )));
        }
        Back::Nothing if trail.switched == Some(number) => {
            let why = instant.err().map(|problem| format!(": {}", problem.message)).unwrap_or_default();
            found.add(at(format!("from the very switch on, step {}, nothing leads back{why}", step.id)));
        }
        Back::Nothing => {}
    }
    (matches!(step.back, Back::Undo | Back::Switch), statements)
}

fn passed(world: &World<'_>, trail: &Trail) -> Box<Problem> {
    let (at, why) = trail.no_return.clone().unwrap_or_default();
    let id = world.plan.steps.get(at).map(|step| step.id.clone()).unwrap_or_default();
    Box::new(Problem { message: format!("since step {id} there is no way back ({why})"), ..Problem::default() })
}

/// The problem under the claim that it refutes.
fn claimed(mut problem: Box<Problem>, step: &Step, claim: &str) -> Box<Problem> {
    problem.message = format!("from step {}, {claim}: {}", step.id, problem.message);
    let claim = Place::field(format!("{}/back", step.pointer));
    if problem.place == Place::default() {
        problem.place = claim;
    } else {
        problem.related.push((claim, "claimed here".into()));
    }
    problem
}

/// Where the old version runs.
fn old_home(world: &World<'_>) -> Option<Environment> {
    world.runs.iter().find(|(_, version)| world.is_old(version)).map(|(environment, _)| *environment)
}

fn plain(message: String) -> Box<Problem> {
    Box::new(Problem { message, ..Problem::default() })
}

/// Traffic goes back as it is, and forth again later.
fn instantly(world: &World<'_>, statements: &mut usize) -> Result<(), Box<Problem>> {
    let old = &world.situation.old.version;
    let Some(home) = old_home(world) else {
        return Err(plain(format!("{old} runs nowhere any more")));
    };
    to(world, home, statements)
}

fn to(world: &World<'_>, home: Environment, statements: &mut usize) -> Result<(), Box<Problem>> {
    let mut copy = world.fork().map_err(|error| plain(error.message))?;
    let forth = copy.serving.clone();
    copy.serving = vec![home];
    let forth = sound(&copy, forth);
    let result = back_and_forth(&mut copy, home, &forth);
    *statements += copy.statements;
    result.map_err(|(_, problem)| problem)
}

/// Those of the environments that find everything now; what they miss already is no fault of the way back.
fn sound(world: &World<'_>, environments: Vec<Environment>) -> Vec<Environment> {
    let reads = |environment: &Environment| world.fork().is_ok_and(|mut copy| copy.read_all(*environment).is_ok());
    environments.into_iter().filter(reads).collect()
}

fn back_and_forth(copy: &mut World<'_>, home: Environment, forth: &[Environment]) -> Result<(), Wrong> {
    copy.moment = format!("with traffic back on {}", home.name());
    copy.read_all(home)?;
    copy.traffic()?;
    let left: Vec<Environment> = forth.iter().copied().filter(|environment| *environment != home).collect();
    copy.change_latest(home, &left)?;
    copy.traffic()?;
    for environment in forth.iter().filter(|environment| **environment != home) {
        copy.moment = format!("after going back and coming to {} again", environment.name());
        copy.read_all(*environment)?;
    }
    Ok(())
}

/// Everything is undone down to the first step, and done again: nothing may be gone.
fn undone(
    world: &World<'_>,
    number: usize,
    tested: &BTreeSet<Environment>,
    trail: &Trail,
    statements: &mut usize,
) -> Result<(), Box<Problem>> {
    if let Some((at, _)) = trail.no_return.as_ref().filter(|_| trail.switched.is_some()) {
        let _ = at;
        return Err(passed(world, trail));
    }
    let Some(home) = old_home(world) else {
        return Err(plain(format!("{} runs nowhere any more", world.situation.old.version)));
    };
    let mut copy = world.fork().map_err(|error| plain(error.message))?;
    let result = undo_and_redo(&mut copy, number, tested, home);
    *statements += copy.statements;
    result
}

fn undo_and_redo(
    copy: &mut World<'_>,
    number: usize,
    tested: &BTreeSet<Environment>,
    home: Environment,
) -> Result<(), Box<Problem>> {
    let counted = |environment: &Environment| copy.serving.contains(environment) || tested.contains(environment);
    let readers = sound(copy, copy.runs.keys().copied().filter(counted).collect());
    copy.serving = vec![home];
    let done: Vec<&Step> = copy.plan.steps[..=number].iter().collect();
    for step in done.iter().rev() {
        if !matches!(step.act, Act::Migrate { .. }) || step.undo.is_empty() {
            continue;
        }
        all(copy, step, &step.undo, &format!("{}/undo", step.pointer), "undoing step")?;
        copy.moment = format!("with step {} undone", step.id);
        copy.traffic().map_err(|(_, problem)| problem)?;
    }
    let undone = copy.place.clone();
    for step in &done {
        let Act::Migrate { pieces, repeat } = &step.act else { continue };
        let rounds = if *repeat || pieces.iter().any(|piece| piece.parameters().len() == 2) { 60 } else { 1 };
        for round in 0..rounds {
            let field = format!("{}/sql", step.pointer);
            let mut changed = 0;
            for piece in pieces {
                let params = super::replay::window(piece, round);
                changed += copy
                    .apply(piece, &field, &params)
                    .map_err(|error| copy.refused(step, piece, &error, "everything undone and done again,"))?;
            }
            if rounds > 1 && changed == 0 && pieces.iter().all(|piece| piece.parameters().len() < 2) {
                break;
            }
        }
    }
    copy.place = undone;
    let trials = std::mem::take(&mut copy.trials);
    copy.ledger.retain(|id, _| !trials.contains(id));
    copy.moment = "when everything has been undone and done again".into();
    for environment in readers {
        copy.read_all(environment).map_err(|(_, problem)| problem)?;
    }
    Ok(())
}

fn all(copy: &mut World<'_>, step: &Step, pieces: &[Piece], field: &str, doing: &str) -> Result<(), Box<Problem>> {
    for piece in pieces {
        copy.apply(piece, field, &Params::None).map_err(|error| copy.refused(step, piece, &error, doing))?;
    }
    Ok(())
}

/// Holds what was declared against what was found.
pub(super) fn declared(world: &World<'_>, trail: &Trail, found: &mut Found) {
    let plan = world.plan;
    let place = Place::field(&world.situation.no_return);
    let wrong = |message: String, place: Place, notes: Vec<String>| {
        (Judge::NoReturn, Box::new(Problem { message, place, notes, ..Problem::default() }))
    };
    let id = |at: usize| plan.steps.get(at).map(|step| step.id.as_str()).unwrap_or_default();
    let said = plan.no_return.as_deref().filter(|said| !said.is_empty());
    let known = said.and_then(|said| plan.steps.iter().position(|step| step.id == said));
    let notes = |at: usize, why: &str| vec![format!("after step {}: {why}", id(at))];
    match (&trail.no_return, said, known) {
        (_, None, _) => found.add(wrong("no point of no return is named".into(), place, Vec::new())),
        (_, Some(said), None) => found.add(wrong(format!("there is no step {said}"), place, Vec::new())),
        (None, Some(said), Some(_)) => {
            found.add(wrong(
                format!("traffic can still go back after every step, and {said} is called the point of no return"),
                place,
                Vec::new(),
            ));
        }
        (Some((at, why)), Some(said), Some(known)) if *at < known => {
            found.add(wrong(format!("the way back is lost at step {}, before {said}", id(*at)), place, notes(*at, why)))
        }
        (Some((at, why)), Some(said), Some(known)) if *at > known => found.add(wrong(
            format!("traffic can still go back after step {said}; the way is lost at step {} only", id(*at)),
            place,
            notes(*at, why),
        )),
        (Some((at, _)), ..) => {
            let early = plan.steps[..*at].iter().enumerate().find(|(number, step)| {
                step.back == Back::Nothing && trail.switched.is_some_and(|switched| *number > switched)
            });
            if let Some((_, step)) = early {
                found.add(wrong(
                    format!("step {} says nothing leads back from it, and traffic can still go back", step.id),
                    Place::field(format!("{}/back", step.pointer)),
                    Vec::new(),
                ));
            }
        }
    }
}
