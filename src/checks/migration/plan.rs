//! The learner's steps and versions, read from the document.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Situation;
use crate::checks::{Place, Problem, nearest, quote};
use crate::diagram::normalise;
use crate::sql::{Dialect, Piece, SqlProblem, SqlProblemKind, script, split};

/// Steps that are looked at.
const MAX_STEPS: usize = 40;

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) dialect: Dialect,
    pub(super) steps: Vec<Step>,
    pub(super) versions: BTreeMap<String, Version>,
    /// The step declared as the point of no return.
    pub(super) no_return: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) pointer: String,
    pub(super) act: Act,
    pub(super) back: Back,
    /// `undo`, as written.
    pub(super) undo: Vec<Piece>,
}

#[derive(Debug, Clone)]
pub(super) enum Act {
    Migrate { pieces: Vec<Piece>, repeat: bool },
    Deploy { environment: Environment, version: String },
    Test { environment: Environment },
    Switch { to: Vec<Environment> },
    Stop { environment: Environment },
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Environment {
    Blue,
    Green,
}

impl Environment {
    pub(super) fn name(self) -> &'static str {
        match self {
            Environment::Blue => "Blue",
            Environment::Green => "Green",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    Undo,
    Switch,
    Nothing,
    Unsaid,
}

#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) pointer: Option<String>,
    /// Operation, and its statements.
    pub(super) statements: BTreeMap<String, Vec<String>>,
}

type Read<T> = Result<T, Box<Problem>>;

fn at(pointer: &str, message: String) -> Box<Problem> {
    Box::new(Problem { message, place: Place::field(pointer), ..Problem::default() })
}

pub(super) fn sql_problem(pointer: &str, what: &str, problem: SqlProblem) -> Box<Problem> {
    let unsupported = problem.kind == SqlProblemKind::Unsupported;
    Box::new(Problem {
        message: if unsupported {
            match problem.message.split_once(" is not something belt can run") {
                Some((part, more)) => format!("belt cannot run {part}{more}"),
                None => format!("belt cannot run {what}: {}", problem.message),
            }
        } else {
            format!("{what} cannot be read: {}", problem.message)
        },
        slip: true,
        help: problem.help,
        label: unsupported.then(|| "belt cannot run this".to_string()),
        place: Place { range: problem.range, ..Place::field(pointer) },
        ..Problem::default()
    })
}

pub(super) fn read(situation: &Situation, document: &Json, dialect: Dialect) -> Read<Plan> {
    let versions = versions(situation, document, dialect)?;
    let items = document.pointer(&situation.steps).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() {
        return Err(at(&situation.steps, "there are no steps yet".into()));
    }
    if items.len() > MAX_STEPS {
        return Err(at(&situation.steps, format!("{} steps are more than the {MAX_STEPS} that are done", items.len())));
    }
    let mut steps: Vec<Step> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let step = step(&format!("{}/{number}", situation.steps), item, dialect, &versions)?;
        if steps.iter().any(|known| known.id == step.id) {
            return Err(at(&format!("{}/id", step.pointer), format!("two steps have the id {}", quote(&step.id))));
        }
        steps.push(step);
    }
    let no_return = document.pointer(&situation.no_return).map(id_of);
    Ok(Plan { dialect, steps, versions, no_return })
}

fn versions(situation: &Situation, document: &Json, dialect: Dialect) -> Read<BTreeMap<String, Version>> {
    let old = situation.old.statements.iter().map(|(name, text)| (name.clone(), vec![text.clone()])).collect();
    let mut versions = BTreeMap::from([(situation.old.version.clone(), Version { pointer: None, statements: old })]);
    let given = document.pointer(&situation.versions).and_then(Json::as_object);
    for (name, statements) in given.into_iter().flatten() {
        let pointer = format!("{}/{}", situation.versions, crate::checks::escape(name));
        if *name == situation.old.version {
            return Err(at(&pointer, format!("{name} is the old version, whose statements are given")));
        }
        let mut read = BTreeMap::new();
        let mut operations: Vec<&String> = situation.new.operations.keys().collect();
        operations.sort_by_key(|name| *name != "create");
        for operation in operations {
            let text = statements.get(operation).and_then(Json::as_str).map(str::trim).unwrap_or_default();
            if text.is_empty() || text.trim_matches(';').eq_ignore_ascii_case("todo") {
                return Err(at(
                    &format!("{pointer}/{operation}"),
                    format!("{name} has no statement for {operation} yet"),
                ));
            }
            let pieces = split(dialect, text)
                .map_err(|problem| sql_problem(&format!("{pointer}/{operation}"), "the statement", problem))?;
            read.insert(operation.clone(), pieces);
        }
        versions.insert(name.clone(), Version { pointer: Some(pointer), statements: read });
    }
    if versions.len() == 1 {
        return Err(at(&situation.versions, "the new version has no statements yet".into()));
    }
    Ok(versions)
}

/// The names steps go by.
const ACTS: &[(&str, &[&str])] = &[
    ("migrate", &["migration", "schema", "sql", "backfill", "expand", "contract", "alter", "drop"]),
    ("deploy", &["deployment", "install", "release", "start", "redeploy"]),
    ("test", &["smoke test", "tests", "verify", "check"]),
    ("switch", &["switch traffic", "traffic", "cut over", "cutover", "shift", "switch back"]),
    ("wait", &["soak", "watch", "observe", "keep", "drain", "monitor"]),
    (
        "stop",
        &["stop environment", "destroy", "tear down", "teardown", "shut down", "shutdown", "decommission", "remove"],
    ),
    ("other", &["prepare", "warm", "warm up", "announce", "backup", "other work"]),
];

fn one_of<'a>(given: &str, names: &[(&'a str, &[&str])]) -> Option<&'a str> {
    let wanted = normalise(given);
    names
        .iter()
        .find(|(name, others)| normalise(name) == wanted || others.iter().any(|other| normalise(other) == wanted))
        .map(|(name, _)| *name)
}

fn id_of(value: &Json) -> String {
    match value {
        Json::String(id) => id.trim().to_string(),
        Json::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn text<'a>(item: &'a Json, field: &str) -> &'a str {
    item.get(field).and_then(Json::as_str).map(str::trim).unwrap_or_default()
}

fn environment(pointer: &str, item: &Json, field: &str) -> Read<Environment> {
    let given = text(item, field);
    let names: &[(&str, &[&str])] = &[("blue", &[]), ("green", &[])];
    match one_of(given, names) {
        Some("blue") => Ok(Environment::Blue),
        Some(_) => Ok(Environment::Green),
        None if given.is_empty() => Err(at(pointer, format!("{field} is missing: blue or green"))),
        None => Err(at(&format!("{pointer}/{field}"), format!("{} is neither blue nor green", quote(given)))),
    }
}

fn step(pointer: &str, item: &Json, dialect: Dialect, versions: &BTreeMap<String, Version>) -> Read<Step> {
    let id = item.get("id").map(id_of).unwrap_or_default();
    if id.is_empty() {
        return Err(at(pointer, "the step has no id".into()));
    }
    let given = text(item, "do");
    let Some(kind) = one_of(given, ACTS) else {
        let field = format!("{pointer}/do");
        let mut problem = at(&field, format!("{} is nothing a step can do", quote(given)));
        problem.expected = Some("migrate, deploy, test, switch, wait, stop or other".into());
        problem.help = nearest(given, ACTS.iter().map(|(name, _)| *name)).map(|name| format!("did you mean `{name}`?"));
        return Err(problem);
    };
    let act = match kind {
        "migrate" => {
            let sql = format!("{pointer}/sql");
            let pieces =
                script(dialect, text_of(item, "sql")).map_err(|problem| sql_problem(&sql, "the SQL", problem))?;
            if pieces.is_empty() {
                return Err(at(&sql, "a step that migrates has SQL".into()));
            }
            Act::Migrate { pieces, repeat: item.get("repeat").and_then(Json::as_bool).unwrap_or(false) }
        }
        "deploy" => {
            let version = text(item, "version").to_string();
            if !versions.contains_key(&version) {
                let field = format!("{pointer}/version");
                let mut problem = at(&field, format!("there is no version {}", quote(&version)));
                let known: Vec<&str> = versions.keys().map(String::as_str).collect();
                problem.expected = Some(format!("one of {}", known.join(", ")));
                return Err(problem);
            }
            Act::Deploy { environment: environment(pointer, item, "environment")?, version }
        }
        "test" => Act::Test { environment: environment(pointer, item, "environment")? },
        "switch" => {
            let both = ["both", "blue and green", "blue, green"].contains(&text(item, "to").to_lowercase().as_str());
            let to = if both {
                vec![Environment::Blue, Environment::Green]
            } else {
                vec![environment(pointer, item, "to")?]
            };
            Act::Switch { to }
        }
        "stop" => Act::Stop { environment: environment(pointer, item, "environment")? },
        // Waiting and other work change nothing; traffic goes on.
        _ => Act::Other,
    };
    let undo = match text(item, "undo").trim_end_matches(['.', ';']).to_lowercase().as_str() {
        "" | "none" | "nothing" | "todo" | "-" | "not needed" | "nothing to undo" | "n/a" => Vec::new(),
        _ => {
            let field = format!("{pointer}/undo");
            script(dialect, text_of(item, "undo")).map_err(|problem| sql_problem(&field, "the SQL of undo", problem))?
        }
    };
    let backs: &[(&str, &[&str])] = &[
        ("undo", &["undo sql", "undo the sql", "undo the steps"]),
        ("switch", &["switch back", "switch to blue", "switch traffic", "traffic", "switch traffic back"]),
        ("none", &["no", "never", "nothing", "no way back", "forward", "forward only", "fix forward", "restore"]),
    ];
    let back = match one_of(text(item, "back"), backs) {
        Some("undo") => Back::Undo,
        Some("switch") => Back::Switch,
        Some(_) => Back::Nothing,
        None => Back::Unsaid,
    };
    Ok(Step { id, pointer: pointer.to_string(), act, back, undo })
}

/// With its spaces, so that places in it stay true.
fn text_of<'a>(item: &'a Json, field: &str) -> &'a str {
    item.get(field).and_then(Json::as_str).unwrap_or_default()
}
