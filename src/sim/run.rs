//! Running a scenario: the learner's code and the world are put together, explored and judged.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use super::client::{Forest, Next};
use super::explore::{ClientPlan, Explorer, Faults, Injection, Judge, State, Status, Violation};
use super::python::{Program, PyError, Reply, Turn};
use super::scenario::{Built, Files, Invariant, Scenario, Trouble, merge, micros};
use super::story;
use super::value::Value;
use super::world::World;
use super::{errors, pure};
use crate::checks::{Outcome, Place, Problem, Verdict};
use crate::report::Explored;

/// Helpers for clients: `retrying`, `status_of`, `body_of`.
const DRIVER: &str = include_str!("driver.py");

/// The scenario's verdict on the code in `document`.
///
/// # Errors
/// When the scenario itself is wrong, or the submission gives nothing to run.
pub fn run(
    scenario: &Scenario,
    base_world: &BTreeMap<String, Json>,
    document: &Json,
    files: Files,
) -> Result<Verdict, Trouble> {
    let code = document.pointer(&scenario.code).and_then(Json::as_str).unwrap_or_default();
    let (mut world, faults) = build_world(scenario, base_world, document, files)?;
    let program = match Program::compile(&prelude(&world), code, &epilogue(scenario), &["_belt_entry"]) {
        Ok(program) => program,
        Err(error) => return Ok(Verdict::not_gradable(vec![does_not_compile(&scenario.code, &error)])),
    };
    let mut forest = Forest::new(program);
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
            let problem =
                story::problem(&found, scenario, &plan_names, &mut world, &mut forest, &exploration.explored, None);
            return Ok(Verdict::failed(vec![problem]));
        }
        if let Some(end) = exploration.sample.as_ref().and_then(|sample| sample.states.last()) {
            states.clone_from(&end.world);
            now = end.now;
        }
    }

    let mut judge = Expectations::compile(scenario, &world)?;
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
    if let Some(trouble) = judge.trouble.take() {
        return Err(trouble);
    }
    let names: Vec<String> = scenario.clients.iter().map(|client| client.name.clone()).collect();
    let executed = Some(format!("{}: {}", scenario.title, describe(&exploration.explored)));

    if let Some(found) = &exploration.counterexample {
        let problem =
            story::problem(found, scenario, &names, &mut world, &mut forest, &exploration.explored, Some(&mut judge));
        return Ok(Verdict { executed, ..Verdict::failed(vec![problem]) });
    }
    let mut missed: Vec<String> = judge.unreached();
    if scenario.explore.faults > 0 && !exploration.fault_fired {
        let where_ = faults.targets(&world);
        missed.insert(0, format!("the fault this scenario is about could not happen: the code never calls {where_}"));
    }
    if missed.is_empty() {
        let outcome = Outcome::Passed;
        return Ok(Verdict { outcome, problems: Vec::new(), executed });
    }
    let problems = missed
        .into_iter()
        .map(|message| match &exploration.sample {
            Some(sample) => {
                story::unreached(&message, sample, scenario, &names, &mut world, &mut forest, &exploration.explored)
            }
            None => Problem { message, place: Place::field(&scenario.code), ..Problem::default() },
        })
        .take(1)
        .collect();
    Ok(Verdict { executed, ..Verdict::failed(problems) })
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
    let all = if explored.complete { "all there are within" } else { "not all there are within" };
    format!("explored {} states, {all} {bounds}", explored.states)
}

fn build_world(
    scenario: &Scenario,
    base: &BTreeMap<String, Json>,
    document: &Json,
    files: Files,
) -> Result<(World, FaultTable), Trouble> {
    let mut components = Vec::new();
    let mut table = FaultTable { components: Vec::new(), client: Vec::new() };
    for (name, spec) in merge(base, &scenario.world)? {
        let Built { component, faults, faulty } = spec.build(document, files)?;
        let clients = scenario.clients.iter().map(|client| {
            let mut all = faults.clone();
            if client.crash {
                all.push(Injection::Crash);
            }
            all.extend(client.pause_s.map(|seconds| Injection::Pause(micros(seconds))));
            let mut own = all.clone();
            own.retain(|injection| matches!(injection, Injection::Crash | Injection::Pause(_)));
            (all, own)
        });
        table.components.push((faulty, clients.collect()));
        components.push((name, component));
    }
    table.client = scenario.clients.iter().map(|client| client.name.clone()).collect();
    Ok((World::new(components), table))
}

fn prelude(world: &World) -> String {
    format!("{}{}{}", errors::PRELUDE, pure::PRELUDE, world.stubs())
}

/// What stands after the learner's code: helpers and one entry point for each client, its restart, and the set-up.
fn epilogue(scenario: &Scenario) -> String {
    let mut text = format!("{DRIVER}{}\n_belt_entries = [\n", scenario.driver);
    for client in &scenario.clients {
        text.push_str(&format!("    lambda: ({}),\n", client.run.trim()));
        text.push_str(&format!("    lambda: ({}),\n", client.restart.as_ref().unwrap_or(&client.run).trim()));
    }
    if let Some(prepare) = &scenario.prepare {
        text.push_str(&format!("    lambda: ({}),\n", prepare.trim()));
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
        place,
        help: error.help.clone(),
        ..Problem::default()
    }
}

/// A function of the learner's code.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub name: String,
    pub parameters: Vec<String>,
    /// Bytes of its `def` line in the code.
    pub range: std::ops::Range<usize>,
}

impl Function {
    /// Whether it can be called with so many arguments.
    pub fn takes(&self, count: usize) -> bool {
        let open = self.parameters.iter().any(|p| p.starts_with('*'));
        let required = self.parameters.iter().filter(|p| !p.contains('=') && !p.starts_with('*')).count();
        required <= count && (open || count <= self.parameters.len())
    }
}

/// The top-level functions of `code`, once it compiles and its module level runs in the exercise's world.
///
/// # Errors
/// As for [`run`]; the inner error is the code's own.
pub fn functions(
    code: &str,
    base_world: &BTreeMap<String, Json>,
    document: &Json,
    files: Files,
) -> Result<Result<Vec<Function>, PyError>, Trouble> {
    let mut components = Vec::new();
    for (name, spec) in merge(base_world, &BTreeMap::new())? {
        components.push((name, spec.build(document, files)?.component));
    }
    let world = World::new(components);
    let program = match Program::compile(&prelude(&world), code, "None\n", &[]) {
        Ok(program) => program,
        Err(error) => return Ok(Err(error)),
    };
    // Module level defines; it does not call the world. A call there is found by the scenarios.
    if let Turn::Raised(error) = program.start(&[]) {
        return Ok(Err(error));
    }
    let mut found = Vec::new();
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        // The dialect runs an async function as a plain one.
        if let Some(rest) = line.strip_prefix("async ").unwrap_or(line).trim_start().strip_prefix("def ")
            && !line.starts_with([' ', '\t'])
            && let Some((name, _)) = rest.split_once('(')
        {
            // Parameters may go on over several lines.
            let from = at + (line.len() - rest.len()) + name.len() + 1;
            let text = code.get(from..).unwrap_or_default();
            let mut depth = 1;
            let end = text.char_indices().find(|(_, c)| {
                depth += match c {
                    '(' | '[' | '{' => 1,
                    ')' | ']' | '}' => -1,
                    _ => 0,
                };
                depth == 0
            });
            let parameters = end.map_or("", |(end, _)| &text[..end]);
            let parameters = super::components::service::split_parameters(parameters);
            found.push(Function {
                name: name.trim().to_owned(),
                parameters: parameters.into_iter().filter(|p| *p != "*" && *p != "/").map(str::to_owned).collect(),
                range: at..at + line.trim_end().len(),
            });
        }
        at += line.len();
    }
    Ok(Ok(found))
}

/// Injections by component and client.
struct FaultTable {
    /// Methods that meet the component's faults (all when empty), and for each client (everything, what any call meets).
    components: Vec<(Vec<String>, Vec<(Vec<Injection>, Vec<Injection>)>)>,
    client: Vec<String>,
}

impl FaultTable {
    fn targets(&self, world: &World) -> String {
        let mut names = Vec::new();
        for (index, (methods, clients)) in self.components.iter().enumerate() {
            if clients.iter().any(|(all, own)| all.len() > own.len()) {
                let name = world.name(index);
                match methods.as_slice() {
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
        let Some((methods, clients)) = self.components.get(component) else { return &[] };
        let Some((all, own)) = clients.get(client) else { return &[] };
        if methods.is_empty() || methods.iter().any(|m| m == method) { all } else { own }
    }
}

struct NoFaults;

impl Faults for NoFaults {
    fn at(&self, _client: usize, _component: usize, _method: &str) -> &[Injection] {
        &[]
    }
}

struct Nothing;

impl Judge for Nothing {
    fn always(&mut self, _: &mut World, _: &Forest, _: &State) -> Option<Violation> {
        None
    }
    fn end(&mut self, _: &mut World, _: &Forest, _: &State) -> Option<Violation> {
        None
    }
}

/// The scenario's invariants and goals as one program.
pub struct Expectations {
    program: Program,
    always: Vec<usize>,
    end: Vec<usize>,
    goals: Vec<(usize, String, bool)>,
    names: Vec<String>,
    may_block: bool,
    /// Verdicts of `always` by what they can depend on.
    seen: HashMap<(Vec<u32>, i64), Option<(usize, String)>>,
    pub trouble: Option<Trouble>,
}

impl Expectations {
    fn compile(scenario: &Scenario, world: &World) -> Result<Expectations, Trouble> {
        let mut names: Vec<String> = (0..world.len()).map(|index| world.name(index).to_owned()).collect();
        names.extend(scenario.clients.iter().map(|client| client.name.clone()));
        let mut inputs: Vec<&str> = names.iter().map(String::as_str).collect();
        inputs.push("_belt_which");
        let all: Vec<&Invariant> = scenario.invariants.iter().chain(&scenario.goals).collect();
        let mut text = String::from("def rows(name, sql):\n    return _belt_call('rows', name, [sql])\n");
        text.push_str(DRIVER);
        text.push_str(&scenario.judge);
        text.push_str("\n_belt_checks = [\n");
        for invariant in &all {
            let otherwise = invariant.otherwise.replace('\\', "\\\\").replace("\"\"\"", "'''");
            text.push_str(&format!("    (lambda: ({}), lambda: f\"\"\"{otherwise}\"\"\"),\n", invariant.expect.trim()));
        }
        text.push_str(
            "]\n_belt_found = None\nfor _belt_i in _belt_which:\n    if not _belt_checks[_belt_i][0]():\n        \
             _belt_found = (_belt_i, _belt_checks[_belt_i][1]())\n        break\n_belt_found\n",
        );
        let prelude = format!("{}{}", errors::PRELUDE, pure::PRELUDE);
        let program = Program::compile(&prelude, "", &text, &inputs)
            .map_err(|error| Trouble::Author(format!("{}: an invariant cannot be read: {error}", scenario.title)))?;
        let count = scenario.invariants.len();
        Ok(Expectations {
            program,
            always: (0..count).filter(|index| all[*index].always).collect(),
            end: (0..count).collect(),
            goals: (count..all.len()).map(|index| (index, all[index].otherwise.clone(), false)).collect(),
            names,
            may_block: scenario.may_block,
            seen: HashMap::new(),
            trouble: None,
        })
    }

    fn unreached(&self) -> Vec<String> {
        self.goals.iter().filter(|(_, _, reached)| !reached).map(|(_, otherwise, _)| otherwise.clone()).collect()
    }

    /// The first of the given expectations that does not hold, and what it says.
    pub fn broken(
        &mut self,
        which: &[usize],
        world: &mut World,
        forest: &Forest,
        state: &State,
    ) -> Option<(usize, String)> {
        let mut inputs = Vec::with_capacity(self.names.len() + 1);
        for component in 0..world.len() {
            inputs.push(world.view(component, state.world[component], state.now));
        }
        for client in &state.clients {
            inputs.push(client_record(forest, client));
        }
        inputs.push(Value::List(which.iter().map(|index| Value::Int(*index as i64)).collect()));
        let mut turn = self.program.start(&inputs);
        loop {
            turn = match turn {
                Turn::Done(Value::Tuple(found)) => {
                    return match found.as_slice() {
                        [Value::Int(index), Value::Str(message)] => Some((*index as usize, message.clone())),
                        _ => None,
                    };
                }
                Turn::Done(_) => return None,
                Turn::Call(call) => {
                    let sql = call.args.first().and_then(Value::as_str).unwrap_or_default().to_owned();
                    let name = call.method.clone();
                    match world.query(&name, &state.world, &sql) {
                        Ok(rows) => call.resume(&Reply::Return(rows)),
                        Err(message) => call.resume(&Reply::Raise(errors::Fault::Misuse, message)),
                    }
                }
                Turn::Raised(error) => {
                    // What cannot be judged does not hold: answers have the shape the exercise asks for.
                    let index = which.first().copied().unwrap_or_default();
                    return Some((index, format!("the outcome has not the shape the exercise asks for ({error})")));
                }
            };
        }
    }
}

/// A client as invariants see it.
fn client_record(forest: &Forest, client: &super::explore::ClientState) -> Value {
    let (mut value, mut error) = (Value::None, Value::None);
    if client.status == Status::Ended {
        match forest.next(client.node) {
            Next::Done(answer) => value = answer.clone(),
            Next::Raised(raised) => error = Value::Str(raised.to_string()),
            Next::Call(_) => {}
        }
    }
    let done = client.status == Status::Ended && error == Value::None;
    Value::Record(
        "client".into(),
        vec![
            ("done".into(), Value::Bool(done)),
            ("value".into(), value),
            ("error".into(), error),
            ("crashes".into(), Value::Int(i64::from(client.incarnation))),
        ],
    )
}

impl Judge for Expectations {
    fn always(&mut self, world: &mut World, forest: &Forest, state: &State) -> Option<Violation> {
        if self.always.is_empty() {
            return None;
        }
        let mut key = state.world.clone();
        key.extend(state.clients.iter().map(|client| if client.status == Status::Ended { client.node + 1 } else { 0 }));
        let key = (key, state.now);
        if !self.seen.contains_key(&key) {
            let which = self.always.clone();
            let found = self.broken(&which, world, forest, state);
            self.seen.insert(key.clone(), found);
        }
        let found = self.seen.get(&key).cloned().flatten();
        found.map(|(index, message)| Violation::Invariant { index, message })
    }

    fn end(&mut self, world: &mut World, forest: &Forest, state: &State) -> Option<Violation> {
        for goal in 0..self.goals.len() {
            let (index, _, reached) = self.goals[goal].clone();
            if !reached && self.broken(&[index], world, forest, state).is_none() {
                self.goals[goal].2 = true;
            }
        }
        let which = self.end.clone();
        let (index, message) = self.broken(&which, world, forest, state)?;
        Some(Violation::Invariant { index, message })
    }

    fn may_block(&self) -> bool {
        self.may_block
    }
}
