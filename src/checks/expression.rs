//! `expression`: a Python expression over the document, for counts, sums and agreement between fields.

use serde::Deserialize;

use super::{Context, Place, Problem, Reading, Verdict};
use crate::course::Error;
use crate::sim::{self, value::Value};

mod together;

pub use together::Answers;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpressionCheck {
    /// Python; `submission` is the document, `text(...)` lower-cases and strips what it is given, and
    /// `where(submission, message, [word])` is the record of `LISTS` that a message begins with. With `portfolio: true` in
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
    /// JSON pointer of the field a failure is shown at; the criterion's own when missing. Braces hold Python, in which
    /// `message` is what `otherwise` came to, so that a record it names can be pointed at.
    #[serde(default)]
    pub at: Option<String>,
    /// What was expected, in words.
    #[serde(default)]
    pub expected: Option<String>,
}

/// What authors may use without writing it: `text` and `where`.
const HELPERS: &str = include_str!("expression/helpers.py");

impl ExpressionCheck {
    pub fn run(&self, context: &Context) -> Result<Verdict, Error> {
        let known = together::answer(self, context)?;
        let worked_out = self.at.as_deref().filter(|at| at.contains('{'));
        let answer = match known {
            Some(answer) => Ok(answer),
            None => {
                let shared = context.shared(self.helpers_file.as_deref(), "rubric.yaml")?;
                let program = format!("{HELPERS}{shared}{}(message, _belt_at)\n", self.body());
                let named = context.named_in(&program, &Reading::new(context.document));
                sim::python::evaluate_program(&program, &named)
            }
        };
        let fixed = self.at.as_deref().filter(|_| worked_out.is_none()).or(context.at).unwrap_or_default();
        let place = Place::field(fixed);
        let answer = answer.map(|answer| match answer {
            Value::Tuple(pair) => (pair.first().cloned().unwrap_or(Value::None), pair.get(1).cloned()),
            other => (other, None),
        });
        match answer {
            Ok((Value::None, _)) => Ok(Verdict::passed()),
            Ok((message, at)) => Ok(Verdict::failed(vec![Problem {
                message: message.as_str().map_or_else(|| message.to_string(), str::to_owned),
                expected: self.expected.clone(),
                place: match at.as_ref().and_then(Value::as_str).filter(|at| at.starts_with('/')) {
                    Some(at) => Place::field(at),
                    None => place,
                },
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

impl ExpressionCheck {
    /// Python that leaves what is wrong in `message`, `None` for nothing, and where in `_belt_at`.
    fn body(&self) -> String {
        let otherwise = sim::python::f_string(&self.otherwise);
        let worked_out = self.at.as_deref().filter(|at| at.contains('{'));
        let at = worked_out.map_or_else(|| "\"\"".to_owned(), sim::python::f_string);
        // A place that cannot be worked out is no reason to grade otherwise.
        format!(
            "{}\nmessage = (None if ({}) else {otherwise})\n_belt_at = ''\nif message is not None:\n    try:\n        \
             _belt_at = {at}\n    except Exception:\n        pass\n",
            self.helpers,
            self.expect.trim()
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::checks::{Detail, Outcome};
    use crate::course::{Course, Pack};
    use crate::portfolio::Portfolio;

    fn run(check: Json, document: &Json) -> Verdict {
        let course = Course::load(Pack::embedded()).expect("loads");
        let exercise = course.exercise("day28").expect("is there");
        let portfolio = Portfolio::default();
        let context = Context {
            document,
            exercise,
            at: Some("/ideas"),
            course: &course,
            portfolio: &portfolio,
            detail: Detail::Stories,
            answers: Some(&Answers::default()),
        };
        let check: ExpressionCheck = serde_json::from_value(check).expect("a check");
        check.run(&context).expect("a right rubric")
    }

    fn small() -> Json {
        json!({
            "helpers": "def small(doc):\n    return [n for n, x in enumerate(doc['ideas']) if x < 2]\n",
            "expect": "not small(submission)",
            "otherwise": "idea {small(submission)[0] + 1} is small",
            "at": "/ideas/{message[5:6]}",
        })
    }

    #[test]
    fn a_message_points_at_the_record_it_names() {
        let verdict = run(small(), &json!({"ideas": [3, 1, 2]}));
        assert_eq!(verdict.problems[0].message, "idea 2 is small");
        assert_eq!(verdict.problems[0].place.pointer, "/ideas/2");
        assert_eq!(run(small(), &json!({"ideas": [3]})).outcome, Outcome::Passed);
    }

    #[test]
    fn the_record_that_a_message_names_is_found_by_its_list() {
        let check = json!({
            "helpers": "LISTS = {'idea': ('/ideas', 'name')}\n",
            "expect": "False",
            "otherwise": "{submission['said']} is small",
            "at": "{where(submission, message, ['idea'])}",
        });
        for (said, place) in
            [("cache", "/ideas/1"), ("idea 1", "/ideas/0"), ("cached", "/ideas"), ("the idea on cache", "/ideas/1")]
        {
            let document = json!({"said": said, "ideas": [{"name": "shard"}, {"name": "cache"}]});
            assert_eq!(run(check.clone(), &document).problems[0].place.pointer, place, "{said}");
        }
    }

    #[test]
    fn expressions_say_together_what_they_say_alone() {
        let course = Course::load(Pack::embedded()).expect("loads");
        for id in ["day09", "day16", "day22", "day27", "day28"] {
            let exercise = course.exercise(id).expect("is there");
            let cases = exercise.cases(&Pack::embedded()).expect("cases");
            let expressions = || {
                exercise.rubric.criteria.iter().flat_map(|criterion| &criterion.checks).filter_map(|weighted| {
                    match &weighted.check {
                        crate::checks::Check::Expression(check) => Some(check),
                        _ => None,
                    }
                })
            };
            for case in cases.iter().step_by(7) {
                let document =
                    crate::submission::Document::parse("case", &case.bytes, &crate::submission::Limits::submission())
                        .expect("cases can be read");
                let portfolio = Portfolio::default();
                let answers = Answers::default();
                let context = Context {
                    document: document.json(),
                    exercise,
                    at: None,
                    course: &course,
                    portfolio: &portfolio,
                    detail: Detail::Points,
                    answers: Some(&answers),
                };
                for check in expressions() {
                    let together = check.run(&context).expect("a right rubric");
                    // A copy has no fellows.
                    let alone = check.clone().run(&context).expect("a right rubric");
                    assert_eq!(together, alone, "{id} {}: {}", case.name, check.expect);
                }
            }
        }
    }

    #[test]
    fn a_place_that_cannot_be_worked_out_is_the_criterions() {
        let mut check = small();
        for at in ["{nothing_of_that_name}", "{message[99:]}"] {
            check["at"] = json!(at);
            let verdict = run(check.clone(), &json!({"ideas": [1]}));
            assert_eq!(
                (verdict.outcome, verdict.problems[0].place.pointer.as_str()),
                (Outcome::Failed { earned: 0, of: 1 }, "/ideas")
            );
        }
        check["at"] = json!("/ideas/0");
        assert_eq!(run(check, &json!({"ideas": [1]})).problems[0].place.pointer, "/ideas/0");
    }

    #[test]
    fn a_document_of_another_shape_is_not_gradable() {
        assert_eq!(run(small(), &json!({"ideas": 3})).outcome, Outcome::NotGradable);
    }
}
