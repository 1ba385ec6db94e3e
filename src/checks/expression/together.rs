//! Expressions that share their helpers are evaluated in one program, so that definitions, patterns and what helpers work out
//! once are paid for once a submission.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{ExpressionCheck, HELPERS};
use crate::checks::{Check, Context, Reading};
use crate::course::Error;
use crate::sim::{self, value::Value};

/// What the expressions of one exercise said of one document, by the file of their helpers. `None` for one that has to be asked
/// alone: it raised an error, or the program did not end well.
#[derive(Debug, Default)]
pub struct Answers(RefCell<BTreeMap<Option<String>, Vec<Option<Value>>>>);

/// What an expression comes to among its fellows: a message or `None`, and its place.
///
/// # Errors
/// When its helpers are missing.
pub(super) fn answer(check: &ExpressionCheck, context: &Context) -> Result<Option<Value>, Error> {
    let Some(answers) = context.answers else { return Ok(None) };
    let all = context.exercise.rubric.criteria.iter().flat_map(|criterion| &criterion.checks);
    let fellows: Vec<&ExpressionCheck> = all
        .filter_map(|weighted| match &weighted.check {
            Check::Expression(other) if other.helpers_file == check.helpers_file && can_be_moved(other) => Some(other),
            _ => None,
        })
        .collect();
    let Some(number) = fellows.iter().position(|other| std::ptr::eq(*other, check)) else { return Ok(None) };
    if fellows.len() == 1 {
        return Ok(None);
    }
    let known = |answers: &BTreeMap<Option<String>, Vec<Option<Value>>>| {
        answers.get(&check.helpers_file).map(|all| all.get(number).cloned().flatten())
    };
    if let Some(known) = known(&answers.0.borrow()) {
        return Ok(known);
    }
    let found = evaluate(&fellows, context)?;
    let mut answers = answers.0.borrow_mut();
    answers.insert(check.helpers_file.clone(), found);
    Ok(known(&answers).flatten())
}

/// Whether its helpers stay the same when they are moved to the right.
fn can_be_moved(check: &ExpressionCheck) -> bool {
    let text = &check.helpers;
    let one_line = !check.otherwise.trim_end().contains('\n');
    one_line && !["\"\"\"", "'''", "\\\n", "class ", "global "].iter().any(|word| text.contains(word))
}

fn evaluate(fellows: &[&ExpressionCheck], context: &Context) -> Result<Vec<Option<Value>>, Error> {
    let shared = context.shared(fellows.first().and_then(|check| check.helpers_file.as_deref()), "rubric.yaml")?;
    let mut program = format!("{HELPERS}{shared}");
    for (number, check) in fellows.iter().enumerate() {
        program.push_str(&format!("def _belt_{number}():\n"));
        for line in check.body().lines() {
            program.push_str(&format!("    {line}\n"));
        }
        program.push_str("    return (message, _belt_at)\n");
    }
    let names: Vec<String> = (0..fellows.len()).map(|number| format!("_belt_{number}")).collect();
    program.push_str(
        "def _belt_try(asked):\n    try:\n        return asked()\n    except Exception:\n        return None\n",
    );
    program.push_str(&format!("[_belt_try(asked) for asked in [{}]]\n", names.join(", ")));
    let named = context.named_in(&program, &Reading::new(context.document));
    let mut answers = match sim::python::evaluate_program(&program, &named) {
        Ok(Value::List(answers)) => {
            answers.into_iter().map(|answer| (answer != Value::None).then_some(answer)).collect()
        }
        _ => Vec::new(),
    };
    answers.resize(fellows.len(), None);
    Ok(answers)
}
