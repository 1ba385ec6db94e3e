//! What can be said about code and worlds without a scenario: the functions there are, and what may be called.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::python::{Program, PyError, Turn};
use super::run::prelude;
use super::scenario::{Files, Spec, Trouble, merge};
use super::value::Value;
use super::world::{ApiEntry, World};
use super::{errors, pure};
use crate::checks::Reading;

/// Processor time that module level may use.
const MAX_DURATION: Duration = Duration::from_secs(2);

/// A function of the learner's code.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub name: String,
    pub parameters: Vec<String>,
    /// Bytes of its `def` line in the code.
    pub range: std::ops::Range<usize>,
    /// A decorator may change what it takes.
    pub decorated: bool,
}

impl Function {
    /// Whether it can be called with so many arguments.
    pub fn takes(&self, count: usize) -> bool {
        let open = self.parameters.iter().any(|p| p.starts_with('*'));
        let required = self.parameters.iter().filter(|p| !p.contains('=') && !p.starts_with('*')).count();
        self.decorated || required <= count && (open || count <= self.parameters.len())
    }
}

/// The exercise's world as no scenario has changed it.
fn world_of(base_world: &BTreeMap<String, Json>, document: &Reading, files: Files) -> Result<World, Trouble> {
    let specs = merge(base_world, &BTreeMap::new())?.into_iter();
    let built = specs.map(|(name, spec)| Ok((name, spec.build(document, files)?.component)));
    Ok(World::new(built.collect::<Result<_, Trouble>>()?))
}

/// The top-level functions of `code`, once it compiles and its module level runs in the exercise's world.
///
/// # Errors
/// As for [`run`]; the inner error is the code's own.
pub fn functions(
    code: &str,
    base_world: &BTreeMap<String, Json>,
    document: &Reading,
    files: Files,
) -> Result<Result<Vec<Function>, PyError>, Trouble> {
    let world = world_of(base_world, document, files)?;
    let program = match Program::compile(&prelude(&world), code, "None\n", &[]) {
        Ok(program) => program,
        Err(error) => return Ok(Err(error)),
    };
    // Module level defines; it does not call the world. A call there is found by the scenarios.
    if let Turn::Raised(error) = program.start::<Value>(&[], MAX_DURATION) {
        return Ok(Err(error));
    }
    Ok(Ok(definitions(code)))
}

/// Types whose values cannot be called.
const PLAIN: &str = "('NoneType', 'bool', 'int', 'float', 'str', 'bytes', 'list', 'tuple', 'dict', 'set', 'module')";

/// Whether the name is bound to something that can be called once module level has run: `pay, state = make_breaker()`.
pub fn is_function(
    code: &str,
    name: &str,
    base_world: &BTreeMap<String, Json>,
    document: &Reading,
    files: Files,
) -> bool {
    let Ok(world) = world_of(base_world, document, files) else { return false };
    let Ok(program) = Program::compile(&prelude(&world), code, &format!("type({name}).__name__ not in {PLAIN}\n"), &[])
    else {
        return false;
    };
    matches!(program.start::<Value>(&[], MAX_DURATION), Turn::Done(Value::Bool(true)))
}

/// The top-level functions of `code`, by their `def` lines.
pub fn definitions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut decorated = false;
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
                decorated,
            });
        }
        decorated = line.starts_with('@') || decorated && line.starts_with([' ', '\t', ')']);
        at += line.len();
    }
    found
}

/// What the code of an exercise may call: a title and entries for each object, then functions and errors.
///
/// # Errors
/// When the exercise's world cannot be built.
pub fn api(base_world: &BTreeMap<String, Json>, files: Files) -> Result<Vec<(String, Vec<ApiEntry>)>, String> {
    // The schema is the learner's; any schema answers the same calls.
    let document = serde_json::json!({});
    let mut sections = Vec::new();
    for (name, spec) in merge(base_world, &BTreeMap::new()).map_err(|trouble| format!("{trouble:?}"))? {
        let entries = match spec.build(&Reading::new(&document), files) {
            Ok(built) => built.component.api(&name),
            Err(Trouble::Author(message)) => return Err(message),
            Err(Trouble::Submission(_)) => match spec {
                Spec::Buffer { .. } => super::components::buffer::api(&name),
                _ => super::components::database::api(&name),
            },
        };
        sections.push((name, entries));
    }
    let entry = |signature: &str, meaning: &str| ApiEntry { signature: signature.into(), meaning: meaning.into() };
    sections.push(("functions".into(), pure::API.iter().map(|(s, m)| entry(s, m)).collect()));
    let mut names: Vec<ApiEntry> = errors::Fault::ALL
        .into_iter()
        .filter(|fault| *fault != errors::Fault::Misuse)
        .map(|fault| entry(fault.name(), fault.meaning()))
        .collect();
    names.push(entry("IntegrityError", "any of the four violations"));
    sections.push(("errors".into(), names));
    let python = [
        (
            "import",
            "json, math, re, collections, itertools, functools, datetime, dataclasses and typing are there; time, random, uuid, \
             hashlib, heapq, bisect, enum, decimal, contextlib, http, queue, logging, secrets, statistics, struct, asyncio, \
             threading, concurrent.futures, urllib.parse and os.environ are stood in for",
        ),
        (
            "not there",
            "files, the network, threads; metaclasses, descriptors, except*; operators of classes derived from int or str",
        ),
    ];
    sections.push(("Python".into(), python.iter().map(|(s, m)| entry(s, m)).collect()));
    Ok(sections)
}
