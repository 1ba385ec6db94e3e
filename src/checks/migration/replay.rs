//! The steps, one after the other, with the versions at work after each statement.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::plan::{Act, Environment, Plan, Step};
use super::story::{Event, STEPS};
use super::traffic::{Record, World, Wrong, of_json};
use super::{Judge, Situation, back, lasting};
use crate::checks::{Place, Problem};
use crate::sql::{DbError, Live, Params, Piece, Value};

/// Rounds of a statement that is repeated until it changes nothing.
const MAX_ROUNDS: usize = 200;
/// Rounds users are at work after.
const BUSY_ROUNDS: usize = 4;

pub(super) struct Run {
    pub(super) found: Vec<(Judge, Problem)>,
    pub(super) statements: usize,
    /// Ways back that were tried.
    pub(super) returns: usize,
    /// The steps did not run to their end.
    pub(super) stopped: bool,
}

/// What a replay has found so far, the first of each kind.
#[derive(Default)]
pub(super) struct Found {
    pub(super) problems: Vec<(Judge, Problem)>,
}

impl Found {
    pub(super) fn add(&mut self, (judge, problem): Wrong) {
        // Later ones of the same kind follow from the first.
        if !self.problems.iter().any(|(known, _)| *known == judge) {
            self.problems.push((judge, *problem));
        }
    }

    pub(super) fn note<T>(&mut self, result: Result<T, Wrong>) -> bool {
        match result {
            Ok(_) => true,
            Err(wrong) => {
                self.add(wrong);
                false
            }
        }
    }
}

type Stop = Box<Problem>;

pub(super) fn replay(situation: &Situation, plan: &Plan) -> Result<Run, Stop> {
    let author = |message: String| Box::new(Problem { message, ..Problem::default() });
    let live = Live::create(plan.dialect, &situation.old.schema).map_err(|problem| author(problem.message))?;
    let mut world = World {
        situation,
        plan,
        live,
        runs: BTreeMap::from([(Environment::Blue, situation.old.version.clone())]),
        serving: vec![Environment::Blue],
        ledger: BTreeMap::new(),
        latest: BTreeMap::new(),
        trials: BTreeSet::new(),
        events: Vec::new(),
        count: 0,
        statements: 0,
        place: Place::field(&situation.steps),
        moment: "before the first step".into(),
    };
    seed(&mut world).map_err(author)?;
    let mut found = Found::default();
    let mut tested: BTreeSet<Environment> = BTreeSet::from([Environment::Blue]);
    let mut versions_tested: BTreeSet<String> = BTreeSet::from([situation.old.version.clone()]);
    // Environments that have had traffic since they were deployed to.
    let mut served: BTreeSet<Environment> = BTreeSet::from([Environment::Blue]);
    let mut trail = back::Trail::default();
    let mut returns = 0;
    let mut statements = 0;
    for (number, step) in plan.steps.iter().enumerate() {
        world.moment = format!("after step {}", step.id);
        world.place = Place { key: false, ..Place::field(format!("{}/do", step.pointer)) };
        match &step.act {
            Act::Migrate { pieces, repeat } => {
                if let Err(problem) = migrate(&mut world, step, pieces, *repeat, &mut found) {
                    found.add((Judge::Runs, problem));
                    return Ok(Run { found: found.problems, statements: world.statements, returns, stopped: true });
                }
                let lost = lasting::lost(step, pieces, "sql", "step").map(|problem| (Judge::Runs, problem));
                let back =
                    lasting::lost(step, &step.undo, "undo", "undoing step").map(|problem| (Judge::Back, problem));
                lost.into_iter().chain(back).for_each(|wrong| found.add(wrong));
            }
            Act::Deploy { environment, version } => {
                world.runs.insert(*environment, version.clone());
                served.remove(environment);
                if !(world.serving.contains(environment) && versions_tested.contains(version)) {
                    tested.remove(environment);
                }
                world.tell(step, format!("deploy {version} to {}", environment.name()));
                if world.serving.contains(environment) && !versions_tested.contains(version) {
                    found.add(order(
                        step,
                        format!("step {} puts {version} under traffic before it was tested anywhere", step.id),
                    ));
                }
            }
            Act::Test { environment } => {
                world.tell(step, format!("test {}", environment.name()));
                if let Some(version) = world.runs.get(environment).cloned() {
                    tested.insert(*environment);
                    versions_tested.insert(version);
                    found.note(try_out(&mut world, *environment));
                } else {
                    found.add(order(
                        step,
                        format!("step {} tests {}, where nothing runs yet", step.id, environment.name()),
                    ));
                }
            }
            Act::Switch { to } => {
                let before = world.serving.clone();
                trail.came_from = before.iter().copied().filter(|environment| !to.contains(environment)).collect();
                world.tell(step, format!("traffic to {}", names(to)));
                for environment in to {
                    if !world.runs.contains_key(environment) {
                        found.add(order(
                            step,
                            format!("step {} sends traffic to {}, where nothing runs", step.id, environment.name()),
                        ));
                    } else if !tested.contains(environment) {
                        found.add(order(
                            step,
                            format!(
                                "step {} sends traffic to {} before anything was tested there",
                                step.id,
                                environment.name()
                            ),
                        ));
                    }
                }
                world.serving = to.iter().copied().filter(|to| world.runs.contains_key(to)).collect();
                found.note(world.traffic());
                // Requests that were under way when the traffic moved.
                let late: Vec<Environment> =
                    before.into_iter().filter(|e| !world.serving.contains(e) && world.runs.contains_key(e)).collect();
                for environment in late {
                    world.moment = format!("after step {}, with a request still under way", step.id);
                    found.note(world.create(environment));
                    let ids: Vec<i64> = world.changing().take(3).collect();
                    found.note(world.change(environment, &ids));
                    // Whom the other side has just made or changed is among them.
                    let serving = world.serving.clone();
                    found.note(world.change_latest(environment, &serving));
                }
            }
            Act::Stop { environment } => {
                world.tell(step, format!("stop {}", environment.name()));
                world.runs.remove(environment);
                if world.serving.contains(environment) {
                    let left = step.id.clone();
                    found.add(order(step, format!("step {left} stops {} while it has traffic", environment.name())));
                    world.serving.retain(|serving| serving != environment);
                }
            }
            Act::Other => world.tell(step, String::new()),
        }
        found.note(world.traffic());
        served.extend(&world.serving);
        for (environment, version) in world.runs.clone() {
            if !served.contains(&environment) && !world.is_old(&version) {
                idle(&world, environment, tested.contains(&environment), &mut found);
            }
        }
        let tried = back::from_here(&world, number, &tested, &mut trail, &mut found);
        returns += usize::from(tried.0);
        statements += tried.1;
    }
    back::declared(&world, &trail, &mut found);
    arrived(&world, &mut found);
    statements += world.statements;
    Ok(Run { found: found.problems, statements, returns, stopped: false })
}

pub(super) fn names(environments: &[Environment]) -> String {
    environments.iter().map(|environment| environment.name()).collect::<Vec<_>>().join(" and ")
}

fn order(step: &Step, message: String) -> Wrong {
    let place = Place::field(format!("{}/do", step.pointer));
    (Judge::Order, Box::new(Problem { message, place, ..Problem::default() }))
}

/// The rows that were there before.
fn seed(world: &mut World<'_>) -> Result<(), String> {
    for row in &world.situation.rows {
        let mut record: Record = row.iter().map(|(field, value)| (field.clone(), of_json(value))).collect();
        for (field, value) in &world.situation.unknown {
            record.entry(field.clone()).or_insert_with(|| of_json(value));
        }
        let Some(Value::Int(id)) = record.get("id").cloned() else {
            return Err("the exercise's rows have an id".into());
        };
        let given: Vec<(String, Value)> = world
            .situation
            .old
            .shows
            .iter()
            .map(|(column, field)| (column.clone(), record.get(field).cloned().unwrap_or(Value::Null)))
            .collect();
        let sql = world.situation.old.statements.get("create").cloned().unwrap_or_default();
        world.live.run(&sql, &Params::Named(given), 1_767_225_600.0).map_err(|error| error.message)?;
        world.ledger.insert(id, record);
    }
    Ok(())
}

impl World<'_> {
    /// Notes a step without SQL.
    pub(super) fn tell(&mut self, step: &Step, what: String) {
        self.events.push(Rc::new(Event {
            client: STEPS.into(),
            call: if what.is_empty() { format!("step {}", step.id) } else { format!("step {}: {what}", step.id) },
            summary: if what.is_empty() { step.id.clone() } else { what },
            result: "done".into(),
            place: Some(Place::field(format!("{}/do", step.pointer))),
            id: None,
            failed: false,
        }));
    }

    /// One statement of a step.
    pub(super) fn apply(&mut self, piece: &Piece, field: &str, params: &Params) -> Result<u64, DbError> {
        // The end of a transaction shows what was done in it.
        if !piece.is_control() {
            self.place = Place::inside(field, piece.range.clone());
        }
        let result = self.live.apply(piece, params, 1_767_225_600.0);
        self.statements += 1;
        self.events.push(Rc::new(Event {
            client: STEPS.into(),
            call: piece.shown(),
            summary: in_short(&piece.shown()),
            result: match &result {
                Ok(_) => "done".into(),
                Err(error) => error.message.clone(),
            },
            place: Some(self.place.clone()),
            id: None,
            failed: result.is_err(),
        }));
        result
    }

    /// A statement of a step that the database refuses.
    pub(super) fn refused(&self, step: &Step, piece: &Piece, error: &DbError, doing: &str) -> Box<Problem> {
        let unsupported = error.cannot_run();
        Box::new(Problem {
            label: Some(if unsupported.is_some() { "belt cannot run this".into() } else { "fails".into() }),
            message: unsupported.unwrap_or_else(|| format!("{doing} {} fails: {}", step.id, error.message)),
            place: self.place.clone(),
            notes: vec![format!("it is: {}", piece.shown())],
            story: Some(self.story(None, format!("{doing} {}", step.id))),
            ..Problem::default()
        })
    }
}

/// Runs the SQL of a step, with users at work after every statement they can see.
fn migrate(world: &mut World<'_>, step: &Step, pieces: &[Piece], repeat: bool, found: &mut Found) -> Result<(), Stop> {
    let field = format!("{}/sql", step.pointer);
    let mut round = 0;
    let mut opened = false;
    loop {
        let mut changed = 0;
        for piece in pieces {
            let params = window(piece, round);
            changed +=
                world.apply(piece, &field, &params).map_err(|error| world.refused(step, piece, &error, "step"))?;
            let begun = !piece.unseen && std::mem::take(&mut opened);
            opened |= piece.unseen;
            if !piece.unseen && (round < BUSY_ROUNDS || !repeat) {
                world.moment = if begun && pieces.last().is_some_and(|last| last.range == piece.range) {
                    format!("after step {}", step.id)
                } else if begun {
                    format!("in step {}, after its transaction", step.id)
                } else if pieces.len() > 1 {
                    format!("in step {}, after `{}`", step.id, brief(piece))
                } else {
                    format!("after step {}", step.id)
                };
                found.note(world.traffic());
            }
        }
        round += 1;
        let windows = pieces.iter().any(|piece| piece.parameters().len() == 2);
        let last = world.ledger.keys().next_back().copied().unwrap_or(0);
        let beyond = i64::try_from(round * WINDOW).unwrap_or(i64::MAX) > last;
        let more = if windows { !beyond } else { repeat && changed > 0 };
        if !more {
            break;
        }
        if round >= MAX_ROUNDS {
            return Err(Box::new(Problem {
                message: format!(
                    "step {} still changes rows after {MAX_ROUNDS} rounds: nothing tells rows that are done",
                    step.id
                ),
                place: Place::field(field),
                ..Problem::default()
            }));
        }
    }
    world.moment = format!("after step {}", step.id);
    Ok(())
}

/// What a statement of a migration is about, for tables.
fn in_short(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let alters = words.len() > 3 && words[0].eq_ignore_ascii_case("alter") && words[1].eq_ignore_ascii_case("table");
    words.iter().skip(if alters { 3 } else { 0 }).take(4).copied().collect::<Vec<_>>().join(" ")
}

fn brief(piece: &Piece) -> String {
    let text = piece.shown();
    if text.chars().count() <= 60 { text } else { format!("{}...", text.chars().take(57).collect::<String>()) }
}

/// Keys of one batch.
const WINDOW: usize = 3;

/// Values for a statement that goes through the table in batches: from and to, or a number of rows.
pub(super) fn window(piece: &Piece, round: usize) -> Params {
    let number = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    match piece.parameters().as_slice() {
        [] => Params::None,
        [size] => Params::Named(vec![(size.clone(), number(WINDOW))]),
        [from, to, ..] => {
            Params::Named(vec![(from.clone(), number(round * WINDOW + 1)), (to.clone(), number((round + 1) * WINDOW))])
        }
    }
}

/// The tests on an environment: a record of their own, and reading all there is.
fn try_out(world: &mut World<'_>, environment: Environment) -> Result<(), Wrong> {
    let id = world.create(environment)?;
    world.trials.insert(id);
    world.change(environment, &[id])?;
    world.read_all(environment)
}

/// A version that is deployed and has no traffic: its statements must run; what they read counts once it was tested.
fn idle(world: &World<'_>, environment: Environment, tested: bool, found: &mut Found) {
    let Ok(mut copy) = world.fork() else { return };
    let result = try_out(&mut copy, environment);
    match result {
        Err((Judge::Data, _)) if !tested => {}
        other => {
            found.note(other);
        }
    }
}

/// The end: nothing of the old version runs, and what is required is.
fn arrived(world: &World<'_>, found: &mut Found) {
    let situation = world.situation;
    let last = world.plan.steps.last().map(|step| step.pointer.clone()).unwrap_or_default();
    let wrong = |message: String| {
        (Judge::Arrives, Box::new(Problem { message, place: Place::field(last.clone()), ..Problem::default() }))
    };
    let new = world
        .serving
        .iter()
        .copied()
        .find(|environment| world.runs.get(environment).is_some_and(|version| !world.is_old(version)));
    let Some(new) = new else {
        found.add((
            Judge::Order,
            Box::new(Problem {
                message: "after the last step the new version still has no traffic".into(),
                place: Place::field(last.clone()),
                ..Problem::default()
            }),
        ));
        found.add(wrong("after the last step users are still on the old version".into()));
        return;
    };
    if let Ok(mut copy) = world.fork() {
        copy.runs.insert(Environment::Blue, situation.old.version.clone());
        if copy.read_all(Environment::Blue).is_ok() {
            found.add(wrong(format!(
                "after the last step {} can still read every {}: what it needs has not been taken away",
                situation.old.version, situation.record
            )));
        }
    }
    for field in &situation.required {
        let Ok(mut copy) = world.fork() else { return };
        if let Some(stored) = copy.stores_null(new, field) {
            found.add(wrong(format!(
                "after the last step the database takes a {} without {field}: {stored}",
                situation.record
            )));
        }
    }
}
