//! Running a scenario: the learner's code and the world are put together, explored and judged.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value as Json;

use super::client::Forest;
use super::explore::Explorer;
use super::judge::{Expectations, Nothing};
use super::python::{Program, PyError};
use super::scenario::{Built, Files, Scenario, Trouble, merge, micros};
use super::state::{ClientPlan, Faults, Injection};
use super::story::Teller;
use super::value::Value;
use super::world::World;
use super::{errors, pure};
use crate::checks::{Detail, Place, Problem, Reading, Verdict};
use crate::report::Explored;

/// Helpers for clients: `retrying`, `status_of`, `body_of`.
pub const DRIVER: &str = include_str!("driver.py");

/// The scenario's verdict on the code in `document`.
///
/// # Errors
/// When the scenario itself is wrong, or the submission gives nothing to run.
pub fn run(
    scenario: &Scenario,
    base_world: &BTreeMap<String, Json>,
    document: &Reading,
    detail: Detail,
    files: Files,
) -> Result<Verdict, Trouble> {
    let code = document.pointer(&scenario.code).and_then(Json::as_str).unwrap_or_default();
    let (mut world, faults) = build_world(scenario, base_world, document, files)?;
    let epilogue = epilogue(scenario);
    // The document is handed over only where it is asked for: it costs time at every start.
    let submission = epilogue.contains("submission").then(|| Value::from_json(document.whole()));
    let names: &[&str] = if submission.is_some() { &["_belt_entry", "submission"] } else { &["_belt_entry"] };
    let before = prelude(&world);
    let program = match Program::compile(&before, code, &epilogue, names) {
        Ok(program) => program,
        Err(error) => return Ok(Verdict::not_gradable(vec![does_not_compile(&scenario.code, &error)])),
    };
    let plain = || {
        Program::compile(&before, code, &epilogue.replacen(ENTRIES, &format!("{WITHOUT_RETRIES}{ENTRIES}"), 1), names)
            .ok()
    };
    let mut forest = Forest::new(program, submission.into_iter().collect());
    let clients = plans(scenario)?;
    let mut states = vec![0; world.len()];
    let mut now = 0;

    if scenario.prepare.is_some() {
        let entry = 2 * scenario.clients.len() as u32;
        let plan = [ClientPlan { name: "set-up".into(), entry, restart: None, at: 0, after: Vec::new() }];
        let mut nothing = Nothing;
        let mut explorer = Explorer {
            world: &mut world,
            forest: &mut forest,
            clients: &plan,
            faults: &NoFaults,
            judge: &mut nothing,
            bounds: scenario.explore.clone(),
            prune: true,
        };
        let initial = explorer.initial(states.clone(), now);
        let exploration = explorer.explore(initial);
        if let Some(found) = exploration.counterexample {
            let plan_names = ["set-up".to_owned()];
            let mut teller = Teller {
                scenario,
                names: &plan_names,
                world: &mut world,
                forest: &mut forest,
                explored: &exploration.explored,
                plain: &plain,
                detail,
            };
            let problem = teller.problem(&found, None);
            return Ok(unless_unsupported(&world, problem));
        }
        if let Some(end) = exploration.sample.as_ref().and_then(|sample| sample.states.last()) {
            states.clone_from(&end.world);
            now = end.now;
        }
    }

    let mut judge = Expectations::compile(scenario, &world, document)?;
    let mut explorer = Explorer {
        world: &mut world,
        forest: &mut forest,
        clients: &clients,
        faults: &faults,
        judge: &mut judge,
        bounds: scenario.explore.clone(),
        prune: true,
    };
    let initial = explorer.initial(states, now);
    let exploration = explorer.explore(initial);
    let names: Vec<String> = scenario.clients.iter().map(|client| client.name.clone()).collect();
    let executed = Some(format!("{}: {}", scenario.title, describe(&exploration.explored)));
    let targets = faults.targets(&world);
    let mut teller = Teller {
        scenario,
        names: &names,
        world: &mut world,
        forest: &mut forest,
        explored: &exploration.explored,
        plain: &plain,
        detail,
    };

    if let Some(found) = &exploration.counterexample {
        let problem = teller.problem(found, Some(&mut judge));
        return Ok(Verdict { executed, ..unless_unsupported(&world, problem) });
    }
    if !exploration.explored.complete {
        let problem = Problem {
            message: format!(
                "this design has too many different runs to try them all: {}",
                describe(&exploration.explored)
            ),
            help: Some(
                "polling often for a long time does that: pause longer between tries, and give up at some time".into(),
            ),
            notes: vec![format!("scenario: {}", scenario.title)],
            place: Place::field(&scenario.code),
            ..Problem::default()
        };
        return Ok(Verdict { executed, ..Verdict::not_gradable(vec![problem]) });
    }
    // Nothing went wrong; did what the scenario is about happen at all?
    let sample = exploration.sample.as_ref();
    let no_fault = scenario.explore.faults > 0 && !exploration.fault_fired;
    let missed = if no_fault {
        let message = format!("the fault this scenario is about could not happen: the code never calls {targets}");
        Some((message, None))
    } else {
        judge.unreached().first().map(|index| {
            let end = sample.and_then(|sample| sample.states.last());
            let said = end.and_then(|state| judge.broken(&[*index], teller.world, teller.forest, state));
            let goal = &scenario.goals[*index - scenario.invariants.len()];
            (said.map_or_else(|| goal.otherwise.clone(), |(_, message)| message), goal.at.as_ref())
        })
    };
    let Some((message, at)) = missed else { return Ok(Verdict { executed, ..Verdict::passed() }) };
    let problem = match sample {
        Some(sample) => teller.unreached(&message, at, sample),
        None => Problem { message, place: Place::field(at.unwrap_or(&scenario.code)), ..Problem::default() },
    };
    Ok(Verdict { executed, ..Verdict::failed(vec![problem]) })
}

/// A failure, unless belt could not do what the code asked for: what went wrong then may be belt's doing.
fn unless_unsupported(world: &World, problem: Problem) -> Verdict {
    match world.unsupported() {
        Some(message) => Verdict::not_gradable(vec![Problem { message: message.to_owned(), slip: false, ..problem }]),
        None => Verdict::failed(vec![problem]),
    }
}

/// "explored 214 states, all within 3 preemptions and 1 fault".
pub fn describe(explored: &Explored) -> String {
    let bounds = format!(
        "{} preemption{} and {} fault{}",
        explored.max_preemptions,
        if explored.max_preemptions == 1 { "" } else { "s" },
        explored.max_faults,
        if explored.max_faults == 1 { "" } else { "s" },
    );
    let all = if explored.complete { "all there are within" } else { "stopped before the end of" };
    format!("explored {} states, {all} {bounds}", explored.states)
}

fn build_world(
    scenario: &Scenario,
    base: &BTreeMap<String, Json>,
    document: &Reading,
    files: Files,
) -> Result<(World, FaultTable), Trouble> {
    let mut components = Vec::new();
    let mut table = FaultTable { components: Vec::new() };
    for (name, spec) in merge(base, &scenario.world)? {
        let Built { component, faults, faulty } = spec.build(document, files)?;
        let own = scenario.clients.iter().map(|client| {
            let crash = client.crash.then_some(Injection::Crash);
            let pause = client.pause_s.map(|seconds| Injection::Pause(micros(seconds)));
            crash.into_iter().chain(pause).collect::<Vec<_>>()
        });
        let own: Vec<Vec<Injection>> = own.collect();
        let all = own.iter().map(|own| faults.iter().chain(own).cloned().collect()).collect();
        table.components.push(ComponentFaults { methods: faulty, all, own });
        components.push((name, component));
    }
    Ok((World::new(components), table))
}

/// What stands before the learner's code: the errors' names, pure functions, the world's objects.
pub fn prelude(world: &World) -> String {
    format!("{}{}{}", errors::PRELUDE, pure::PRELUDE, world.stubs())
}

/// An author's Python, its helpers under the names they have in a program: the learner's code stands in the same module,
/// and a function of theirs that is called `retrying` as well must stay theirs.
pub fn with_helpers(python: &str) -> Cow<'_, str> {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(retrying|status_of|body_of)\(").expect("the pattern is a constant that compiles")
    });
    NAMES.replace_all(python, "_belt_${1}(")
}

const ENTRIES: &str = "_belt_entries = [\n";

/// A client that tries once and catches nothing, to find where a mistake was made.
const WITHOUT_RETRIES: &str = "def _belt_retrying(call, *args, times=8, pause=20.0):\n    return call(*args)\n";

/// What stands after the learner's code: helpers and one entry point for each client, its restart, and the set-up.
fn epilogue(scenario: &Scenario) -> String {
    let mut text = format!("{DRIVER}{}\n{ENTRIES}", with_helpers(&scenario.driver));
    for client in &scenario.clients {
        text.push_str(&format!("    lambda: ({}),\n", with_helpers(client.run.trim())));
        let restart = client.restart.as_ref().unwrap_or(&client.run).trim();
        text.push_str(&format!("    lambda: ({}),\n", with_helpers(restart)));
    }
    if let Some(prepare) = &scenario.prepare {
        text.push_str(&format!("    lambda: ({}),\n", with_helpers(prepare.trim())));
    }
    text.push_str("]\n_belt_entries[_belt_entry]()\n");
    text
}

fn plans(scenario: &Scenario) -> Result<Vec<ClientPlan>, Trouble> {
    let number = |name: &String| {
        let found = scenario.clients.iter().position(|client| client.name == *name);
        found.ok_or_else(|| Trouble::Author(format!("no client is called {name}")))
    };
    // Clients that do the same share an entry point, and so a tree.
    let mut entries: HashMap<&str, u32> = HashMap::new();
    let mut plans = Vec::new();
    for (index, client) in scenario.clients.iter().enumerate() {
        let entry = *entries.entry(client.run.trim()).or_insert(2 * index as u32);
        let restart = client.restart.as_deref().unwrap_or(&client.run).trim();
        let restart = *entries.entry(restart).or_insert(2 * index as u32 + 1);
        let after = client.after.iter().map(number).collect::<Result<_, _>>()?;
        plans.push(ClientPlan {
            name: client.name.clone(),
            entry,
            restart: Some(restart),
            at: micros(client.at_s),
            after,
        });
    }
    Ok(plans)
}

/// The problem that the code at `pointer` is not Python we can run.
pub fn does_not_compile(pointer: &str, error: &PyError) -> Problem {
    let place = match error.place() {
        Some(frame) => Place::inside(pointer, frame.range.clone()),
        None => Place::field(pointer),
    };
    Problem {
        message: format!("the code cannot be read: {}", error.message),
        slip: true,
        place,
        help: error.help.clone(),
        ..Problem::default()
    }
}

/// Which call of which client may meet which fault.
struct FaultTable {
    components: Vec<ComponentFaults>,
}

struct ComponentFaults {
    /// Methods that meet the component's own faults; all when empty.
    methods: Vec<String>,
    /// For each client: the component's faults and the client's.
    all: Vec<Vec<Injection>>,
    /// For each client: what any of its calls may meet.
    own: Vec<Vec<Injection>>,
}

impl FaultTable {
    fn targets(&self, world: &World) -> String {
        let mut names = Vec::new();
        for (index, faults) in self.components.iter().enumerate() {
            if faults.all.iter().zip(&faults.own).any(|(all, own)| all.len() > own.len()) {
                let name = world.name(index);
                match faults.methods.as_slice() {
                    [] => names.push(name.to_owned()),
                    some => names.extend(some.iter().map(|method| format!("{name}.{method}"))),
                }
            }
        }
        if names.is_empty() { "anything outside itself".to_owned() } else { names.join(" or ") }
    }
}

impl Faults for FaultTable {
    fn at(&self, client: usize, component: usize, method: &str) -> &[Injection] {
        let Some(faults) = self.components.get(component) else { return &[] };
        let meets = faults.methods.is_empty() || faults.methods.iter().any(|m| m == method);
        let table = if meets { &faults.all } else { &faults.own };
        table.get(client).map_or(&[], Vec::as_slice)
    }
}

struct NoFaults;

impl Faults for NoFaults {
    fn at(&self, _client: usize, _component: usize, _method: &str) -> &[Injection] {
        &[]
    }
}
