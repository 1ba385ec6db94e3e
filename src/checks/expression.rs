//! `expression`: a Python expression over the document, for counts, sums and agreement between fields.

use serde::Deserialize;

use super::{Context, Place, Problem, Verdict};
use crate::course::Error;
use crate::sim::{self, value::Value};

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpressionCheck {
    /// Python; `submission` is the document, `text(...)` lower-cases and strips what it is given. With `portfolio: true` in
    /// the rubric, what [`crate::portfolio::Portfolio::in_python`] lists is there too.
    pub expect: String,
    /// What is wrong otherwise; braces hold Python, as in an f-string.
    pub otherwise: String,
    /// Python helpers.
    #[serde(default)]
    pub helpers: String,
    /// A file of the exercise with helpers that several checks share.
    #[serde(default)]
    pub helpers_file: Option<String>,
    /// JSON pointer of the field a failure is shown at; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    /// What was expected, in words.
    #[serde(default)]
    pub expected: Option<String>,
}

const HELPERS: &str = "def text(value):\n    return str(value).strip().lower() if value is not None else ''\n";

impl ExpressionCheck {
    pub fn run(&self, context: &Context) -> Result<Verdict, Error> {
        let otherwise = sim::python::f_string(&self.otherwise);
        let shared = context.shared(self.helpers_file.as_deref(), "rubric.yaml")?;
        let program =
            format!("{HELPERS}{shared}{}\n(None if ({}) else {otherwise})\n", self.helpers, self.expect.trim());
        let answer = sim::python::evaluate_program(&program, &context.named_in(&program));
        let place = Place::field(self.at.as_deref().or(context.at).unwrap_or_default());
        match answer {
            Ok(Value::None) => Ok(Verdict::passed()),
            Ok(message) => Ok(Verdict::failed(vec![Problem {
                message: message.as_str().map_or_else(|| message.to_string(), str::to_owned),
                expected: self.expected.clone(),
                place,
                ..Problem::default()
            }])),
            Err(error) if error.kind == sim::python::ErrorKind::Syntax => {
                Err(context.broken("rubric.yaml", format!("the expression `{}` cannot be read: {error}", self.expect)))
            }
            // The document has not the shape the expression needs, which the schema has said already.
            Err(error) => Ok(Verdict::not_gradable(vec![Problem {
                message: format!("this cannot be compared ({error})"),
                expected: self.expected.clone(),
                place,
                ..Problem::default()
            }])),
        }
    }
}
