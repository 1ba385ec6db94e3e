//! Is a decision one of the options, and does the rest of the submission stand by it?
//!
//! ```yaml
//! choice:
//!   at: /decision/choice                  # else the criterion's own field
//!   options: {normalized: [fan-out on read], denormalized: [fan-out on write]}   # or a plain list
//!   accept: [normalized, denormalized]    # right answers; any option when missing
//!   when:
//!     - {value: denormalized, require: [/feed/table], message: a denormalized feed needs a table to read it from}
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Place, Problem, Verdict, listed, nearest, quote};
use crate::diagram::normalise;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceCheck {
    /// JSON pointer of the decision; the criterion's own when missing.
    #[serde(default)]
    pub at: Option<String>,
    pub options: Options,
    /// The options that are right; any, when missing.
    #[serde(default)]
    pub accept: Option<Vec<String>>,
    #[serde(default)]
    pub when: Vec<When>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Options {
    Names(Vec<String>),
    /// Each option with other names it goes by.
    Known(BTreeMap<String, Vec<String>>),
}

/// What else a choice calls for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub value: String,
    /// Pointers that must hold something.
    #[serde(default)]
    pub require: Vec<String>,
    /// Pointers that must be left out or empty.
    #[serde(default)]
    pub forbid: Vec<String>,
    pub message: String,
}

impl Options {
    fn names(&self) -> Vec<(&str, &[String])> {
        match self {
            Options::Names(names) => names.iter().map(|n| (n.as_str(), [].as_slice())).collect(),
            Options::Known(known) => known.iter().map(|(n, other)| (n.as_str(), other.as_slice())).collect(),
        }
    }
}

impl ChoiceCheck {
    pub fn run(&self, document: &Value, at: Option<&str>) -> Verdict {
        let pointer = self.at.as_deref().or(at).unwrap_or("");
        let names = self.options.names();
        let expected = Some(format!("one of {}", listed(names.iter().map(|(name, _)| *name))));
        let given = document.pointer(pointer).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let Some(given) = given else {
            let problem = Problem {
                message: "nothing is chosen yet".to_string(),
                expected,
                place: Place::field(pointer),
                ..Problem::default()
            };
            return Verdict::not_gradable(vec![problem]);
        };
        let wanted = normalise(given);
        let chosen = names
            .iter()
            .find(|(name, other)| normalise(name) == wanted || other.iter().any(|o| normalise(o) == wanted))
            .map(|(name, _)| *name);
        let Some(chosen) = chosen else {
            return Verdict::not_gradable(vec![Problem {
                message: format!("{} is not one of the options", quote(given)),
                expected,
                place: Place::field(pointer),
                help: nearest(given, names.iter().map(|(name, _)| *name)).map(|n| format!("did you mean `{n}`?")),
                ..Problem::default()
            }]);
        };
        if let Some(accept) = self.accept.as_ref().filter(|accept| !accept.iter().any(|a| a == chosen)) {
            // The right answer is for the hints to give.
            return Verdict::failed(vec![Problem {
                message: format!("{} does not fit what is asked for here", quote(chosen)),
                expected: (accept.len() > 1).then(|| "another of the options".to_string()),
                place: Place::field(pointer),
                ..Problem::default()
            }]);
        }
        let filled = |pointer: &str| match document.pointer(pointer) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Object(fields)) => !fields.is_empty(),
            Some(Value::Bool(_) | Value::Number(_)) => true,
        };
        let mut problems = Vec::new();
        for when in self.when.iter().filter(|when| when.value == chosen) {
            let missing = when.require.iter().find(|p| !filled(p));
            let present = when.forbid.iter().find(|p| filled(p));
            if let Some(other) = missing.or(present) {
                problems.push(Problem {
                    message: when.message.clone(),
                    place: Place::field(other.as_str()),
                    related: vec![(Place::field(pointer), "chosen here".to_string())],
                    ..Problem::default()
                });
            }
        }
        if problems.is_empty() { Verdict::passed() } else { Verdict::failed(problems) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::Outcome;

    fn check() -> ChoiceCheck {
        serde_json::from_value(json!({
            "options": {"normalized": ["fan-out on read", "pull"], "denormalized": ["fan-out on write"], "neither": []},
            "accept": ["normalized", "denormalized"],
            "when": [{"value": "denormalized", "require": ["/schema/feed"], "message": "a denormalized feed needs a table"}],
        }))
        .expect("a check")
    }

    #[test]
    fn options_are_read_in_any_spelling() {
        for text in ["normalized", "Normalized", "FAN_OUT on read", " pull "] {
            assert_eq!(check().run(&json!({ "c": text }), Some("/c")).outcome, Outcome::Passed, "{text}");
        }
        let typo = check().run(&json!({"c": "denormalised"}), Some("/c"));
        assert_eq!(typo.outcome, Outcome::NotGradable);
        assert_eq!(typo.problems[0].help.as_deref(), Some("did you mean `denormalized`?"));
        for document in [json!({}), json!({"c": ""}), json!({"c": 3})] {
            assert_eq!(check().run(&document, Some("/c")).outcome, Outcome::NotGradable);
        }
        assert_eq!(check().run(&json!({"c": "neither"}), Some("/c")).outcome, Outcome::Failed { earned: 0, of: 1 });
    }

    #[test]
    fn a_choice_calls_for_its_parts() {
        let verdict = check().run(&json!({"c": "denormalized", "schema": {"feed": " "}}), Some("/c"));
        assert_eq!(verdict.problems[0].place.pointer, "/schema/feed");
        let verdict = check().run(&json!({"c": "denormalized", "schema": {"feed": "CREATE TABLE"}}), Some("/c"));
        assert_eq!(verdict.outcome, Outcome::Passed);
    }
}
