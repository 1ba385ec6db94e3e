//! `function`: pure functions of the learner's code on vectors and on inputs made to break them.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Context, Place, Problem, Reading, Verdict};
use crate::course::Error;
use crate::sim::{self, python::ErrorKind, value::Value};

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionCheck {
    /// JSON pointer of the code; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    /// The learner's function it is about, where a wrong answer is shown.
    #[serde(default)]
    pub about: Option<String>,
    /// Python that stands after the learner's code: a reference to compare with, generators of inputs. `submission` is
    /// the document.
    #[serde(default)]
    pub driver: String,
    /// A file of the exercise that stands before `driver`.
    #[serde(default)]
    pub driver_file: Option<String>,
    /// A Python expression: the inputs, smallest first, so that the first failure is the smallest.
    pub inputs: String,
    /// What must hold for each input `x`.
    pub expect: String,
    /// What is wrong otherwise; braces hold Python over `x`, as in an f-string.
    pub otherwise: String,
}

impl FunctionCheck {
    pub fn run(&self, context: &Context, document: &Reading) -> Result<Verdict, Error> {
        let pointer = self.at.as_deref().or(context.at).unwrap_or_default();
        let code = document.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        let otherwise = sim::python::f_string(&self.otherwise);
        let shared = context.shared(self.driver_file.as_deref(), "rubric.yaml")?;
        let epilogue = format!(
            "{shared}{}\n_belt_tried = 0\n_belt_wrong = None\nfor x in ({}):\n    _belt_tried += 1\n    if not ({}):\n        \
             _belt_wrong = {otherwise}\n        break\n(_belt_tried, _belt_wrong)\n",
            self.driver,
            self.inputs.trim(),
            self.expect.trim(),
        );
        match sim::python::run_pure(code, &epilogue, &context.named_in(&epilogue, document)) {
            Ok(Value::Tuple(answer)) => {
                let tried = answer.first().and_then(Value::as_int).unwrap_or_default();
                let executed = Some(format!("tried {tried} inputs"));
                match answer.get(1) {
                    Some(Value::Str(message)) => {
                        let functions = sim::inspect::definitions(code);
                        let about = functions.into_iter().find(|f| Some(&f.name) == self.about.as_ref());
                        let place = about.map_or_else(|| Place::field(pointer), |f| Place::inside(pointer, f.range));
                        let problem = Problem { message: message.clone(), place, ..Problem::default() };
                        Ok(Verdict { executed, ..Verdict::failed(vec![problem]) })
                    }
                    _ => Ok(Verdict { executed, ..Verdict::passed() }),
                }
            }
            Ok(other) => Err(context.broken("rubric.yaml", format!("a function check answered {other}"))),
            Err(error) if error.kind == ErrorKind::Syntax => {
                Ok(Verdict::not_gradable(vec![sim::run::does_not_compile(pointer, &error)]))
            }
            Err(error) => {
                let place = match error.place() {
                    Some(frame) => Place::inside(pointer, frame.range.clone()),
                    None => Place::field(pointer),
                };
                Ok(Verdict::failed(vec![Problem {
                    message: format!("the code ends with {error}"),
                    help: error.help.clone(),
                    place,
                    ..Problem::default()
                }]))
            }
        }
    }
}
