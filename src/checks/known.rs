//! Verdicts that need not be found again: a check says the same of every document whose fields, as far as it reads them,
//! hold the same. Whoever grades many versions of one design (a rubric's cases, a learner's tries) runs only what changed.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Context, Verdict};
use crate::course::Error;
use crate::recent::{Recent, key};

/// Verdicts that are remembered; one with a story takes some 30 KiB.
const REMEMBERED: usize = 500;

/// A document as one check reads it: which fields that were is written down.
pub struct Reading<'a> {
    document: &'a Json,
    fields: RefCell<BTreeSet<String>>,
}

impl<'a> Reading<'a> {
    pub fn new(document: &'a Json) -> Self {
        Reading { document, fields: RefCell::default() }
    }

    /// The field at a JSON pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&'a Json> {
        self.fields.borrow_mut().insert(pointer.to_owned());
        self.document.pointer(pointer)
    }

    /// All of it.
    pub fn whole(&self) -> &'a Json {
        self.fields.borrow_mut().insert(String::new());
        self.document
    }
}

thread_local! {
    /// The fields a check has read, one entry for each set of them.
    static FIELDS: RefCell<Recent<Vec<BTreeSet<String>>>> = RefCell::default();
    static VERDICTS: RefCell<Recent<Verdict>> = RefCell::default();
}

/// What `run` says of the context's document, or said of one that it could not have told from this.
///
/// `check` must name everything but the exercise and the document that the verdict depends on.
pub fn verdict(
    context: &Context,
    check: &[&str],
    run: impl FnOnce(&Reading) -> Result<Verdict, Error>,
) -> Result<Verdict, Error> {
    // What lies beside the document is none of its fields.
    if context.exercise.rubric.portfolio {
        return run(&Reading::new(context.document));
    }
    let whose: Vec<&str> = std::iter::once(context.exercise.sha256()).chain(check.iter().copied()).collect();
    let check = key(&whose);
    let mut known = FIELDS.with_borrow_mut(|fields| fields.get(REMEMBERED, check)).unwrap_or_default();
    for fields in &known {
        let key = key_of(check, fields, context.document);
        if let Some(verdict) = VERDICTS.with_borrow_mut(|verdicts| verdicts.get(REMEMBERED, key)) {
            return Ok(verdict);
        }
    }
    let reading = Reading::new(context.document);
    let verdict = run(&reading)?;
    let fields = reading.fields.into_inner();
    let key = key_of(check, &fields, context.document);
    VERDICTS.with_borrow_mut(|verdicts| verdicts.keep(REMEMBERED, key, verdict.clone()));
    if !known.contains(&fields) {
        known.push(fields);
        FIELDS.with_borrow_mut(|all| all.keep(REMEMBERED, check, known));
    }
    Ok(verdict)
}

/// The number of a check on fields with these contents.
fn key_of(check: u128, fields: &BTreeSet<String>, document: &Json) -> u128 {
    let mut texts = vec![check.to_string()];
    for field in fields {
        texts.push(field.clone());
        // A field that is missing is not one that is null.
        texts.push(document.pointer(field).map(Json::to_string).unwrap_or_default());
    }
    key(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;
    use crate::checks::{Detail, Problem};
    use crate::course::{Course, Pack};
    use crate::portfolio::Portfolio;

    /// What a check that reads `/a`, and `/b` where `/a` is 1, says of each document, and how often it had to run.
    fn said(exercise: &str, names: &[&str], documents: &[Json]) -> (Vec<String>, u32) {
        let course = Course::load(Pack::embedded()).expect("loads");
        let exercise = course.exercise(exercise).expect("is there");
        let portfolio = Portfolio::default();
        let runs = Cell::new(0);
        let say = |(document, name): (&Json, &&str)| {
            let context = Context {
                document,
                exercise,
                at: None,
                course: &course,
                portfolio: &portfolio,
                detail: Detail::Points,
                answers: None,
            };
            let verdict = verdict(&context, &[name], |document| {
                runs.set(runs.get() + 1);
                let a = document.pointer("/a");
                let message = match a.and_then(Json::as_i64) {
                    Some(1) => format!("{name} {a:?} {:?}", document.pointer("/b")),
                    _ => format!("{name} {a:?}"),
                };
                Ok(Verdict::failed(vec![Problem { message, ..Problem::default() }]))
            });
            verdict.expect("a verdict").problems.remove(0).message
        };
        (documents.iter().zip(names).map(say).collect(), runs.get())
    }

    #[test]
    fn what_a_check_does_not_read_does_not_make_it_run_again() {
        let documents = [
            json!({"a": 1, "b": 2, "c": 3}),
            json!({"a": 1, "b": 2, "c": 4}),
            json!({"a": 2, "b": 2}),
            json!({"a": 2, "b": 3}),
            json!({"a": 1, "b": 2}),
        ];
        let (said, runs) = said("day28", &["x"; 5], &documents);
        assert_eq!(runs, 2);
        assert!(said[0] == said[1] && said[0] == said[4] && said[2] == said[3] && said[0] != said[2]);
    }

    #[test]
    fn what_it_reads_is_told_apart() {
        let documents = [
            json!({"a": 1, "b": 2}),
            json!({"a": 1, "b": "2"}),
            json!({"a": 1, "b": null}),
            json!({"a": 1}),
            json!({}),
        ];
        let (said, runs) = said("day28", &["y"; 5], &documents);
        let different: BTreeSet<&String> = said.iter().collect();
        assert_eq!((different.len(), runs), (5, 5));
    }

    #[test]
    fn other_checks_and_exercises_that_look_elsewhere_run_themselves() {
        let documents = [json!({"a": 2}), json!({"a": 2})];
        assert_eq!(said("day28", &["v", "w"], &documents).1, 2);
        assert_eq!(said("reflection", &["v", "v"], &documents).1, 2);
    }
}
