//! `code`: the pseudocode compiles and has the functions the exercise calls.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::scenario::WORLD_FILE;
use super::{Context, Place, Problem, Reading, Verdict};
use crate::course::Error;
use crate::sim::{self, Trouble};

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeCheck {
    /// JSON pointer of the code; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    /// The functions it must have, with their parameters.
    pub functions: BTreeMap<String, Vec<String>>,
}

impl CodeCheck {
    pub fn run(&self, context: &Context, document: &Reading) -> Result<Verdict, Error> {
        let pointer = self.at.as_deref().or(context.at).unwrap_or_default();
        let code = document.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        if code.trim().is_empty() {
            return Ok(Verdict::not_gradable(vec![Problem {
                message: "there is no code here yet".into(),
                expected: Some(self.expected()),
                place: Place::field(pointer),
                ..Problem::default()
            }]));
        }
        let world: BTreeMap<String, Json> = context.exercise.typed(WORLD_FILE)?;
        let files = |name: &str| context.text_file(name);
        let functions = match sim::inspect::functions(code, &world, document, &files) {
            Ok(Ok(functions)) => functions,
            Ok(Err(error)) => return Ok(Verdict::not_gradable(vec![sim::run::does_not_compile(pointer, &error)])),
            Err(Trouble::Submission(problem)) => return Ok(Verdict::not_gradable(vec![*problem])),
            Err(Trouble::Author(message)) => return Err(context.broken(WORLD_FILE, message)),
        };
        let mut problems = Vec::new();
        for (name, parameters) in &self.functions {
            match functions.iter().find(|function| function.name == *name) {
                None if sim::inspect::is_function(code, name, &world, document, &files) => {}
                None => {
                    let near = crate::submission::nearest(name, functions.iter().map(|f| f.name.as_str()));
                    problems.push(Problem {
                        message: format!("the code has no function {name}"),
                        expected: Some(format!("def {name}({}):", parameters.join(", "))),
                        help: near.map(|near| format!("did you mean to call {near} {name}?")),
                        place: Place::field(pointer),
                        ..Problem::default()
                    });
                }
                Some(function) if !function.takes(parameters.len()) => problems.push(Problem {
                    message: format!(
                        "{name} is called with {} arguments and takes {}",
                        parameters.len(),
                        function.parameters.len()
                    ),
                    expected: Some(format!("def {name}({}):", parameters.join(", "))),
                    place: Place::inside(pointer, function.range.clone()),
                    ..Problem::default()
                }),
                Some(_) => {}
            }
        }
        Ok(if problems.is_empty() { Verdict::passed() } else { Verdict::failed(problems) })
    }

    fn expected(&self) -> String {
        let signatures: Vec<String> =
            self.functions.iter().map(|(name, parameters)| format!("def {name}({}):", parameters.join(", "))).collect();
        signatures.join(" and ")
    }
}
