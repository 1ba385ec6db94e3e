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
use crate::diagram::{normalise, words};

/// Most words in which an option is looked for; more of them are a reason and no choice.
const MOST_WORDS: usize = 6;
/// Words that may turn an option into its opposite, or set it beside another.
const TURNS: [&str; 10] = ["not", "no", "never", "without", "instead", "than", "or", "except", "but", "t"];

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

    /// The one option a text names: wholly, before its first comma or bracket, or as the only one among a few words.
    fn chosen(&self, given: &str) -> Option<&str> {
        let names = self.names();
        let whole = |text: &str| {
            let wanted = normalise(text);
            let known = names.iter().find(|(name, others)| {
                normalise(name) == wanted || others.iter().any(|other| normalise(other) == wanted)
            });
            known.map(|(name, _)| *name)
        };
        let head = given.split(['(', ',', ';', ':']).next().unwrap_or(given);
        if let Some(name) = whole(given).or_else(|| whole(head)) {
            return Some(name);
        }
        let said = words(given);
        if said.len() > MOST_WORDS || said.iter().any(|word| TURNS.contains(&word.as_str())) {
            return None;
        }
        let holds = |phrase: &str| {
            let phrase = words(phrase);
            let alike = |(a, b): (&String, &String)| a.trim_end_matches('s') == b.trim_end_matches('s');
            !phrase.is_empty() && said.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(alike))
        };
        let mut named = names.iter().filter(|(name, others)| holds(name) || others.iter().any(|other| holds(other)));
        match (named.next(), named.next()) {
            (Some((name, _)), None) => Some(name),
            _ => None,
        }
    }

    /// What a mistyped text most likely meant.
    fn like(&self, given: &str) -> Option<&str> {
        let names = self.names();
        nearest(
            given,
            names.iter().flat_map(|(name, others)| std::iter::once(*name).chain(others.iter().map(String::as_str))),
        )
    }
}

/// What a value may be called. YAML reads `no` and `409` as what they are not here.
fn spellings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => vec![text.trim().to_owned()],
        Value::Bool(true) => ["true", "yes", "on"].map(str::to_owned).to_vec(),
        Value::Bool(false) => ["false", "no", "off"].map(str::to_owned).to_vec(),
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) if items.len() == 1 => items.iter().flat_map(spellings).collect(),
        _ => Vec::new(),
    }
}

impl ChoiceCheck {
    pub fn run(&self, document: &Value, at: Option<&str>) -> Verdict {
        let pointer = self.at.as_deref().or(at).unwrap_or("");
        let names = self.options.names();
        let expected = Some(format!("one of {}", listed(names.iter().map(|(name, _)| *name))));
        let given = document.pointer(pointer).map(spellings).unwrap_or_default();
        let Some(first) = given.first() else {
            let problem = Problem {
                message: "nothing is chosen yet".to_string(),
                expected,
                place: Place::field(pointer),
                ..Problem::default()
            };
            return Verdict::not_gradable(vec![problem]);
        };
        let chosen = given.iter().find_map(|given| self.options.chosen(given));
        let Some(chosen) = chosen else {
            return Verdict::not_gradable(vec![Problem {
                message: format!("{} is not one of the options", quote(first)),
                expected,
                place: Place::field(pointer),
                help: self.options.like(first).map(|n| format!("did you mean `{n}`?")),
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
        for document in
            [json!({}), json!({"c": ""}), json!({"c": 3}), json!({"c": null}), json!({"c": ["push", "pull"]})]
        {
            assert_eq!(check().run(&document, Some("/c")).outcome, Outcome::NotGradable);
        }
        assert_eq!(check().run(&json!({"c": "neither"}), Some("/c")).outcome, Outcome::Failed { earned: 0, of: 1 });
    }

    #[test]
    fn booleans_and_numbers_are_read_as_their_text() {
        let check =
            |options: Value| -> ChoiceCheck { serde_json::from_value(json!({"options": options})).expect("a check") };
        let passes = |check: &ChoiceCheck, value: Value| {
            check.run(&json!({ "c": value }), Some("/c")).outcome == Outcome::Passed
        };
        let counts = check(json!({"no": ["false"], "yes": []}));
        assert!(passes(&counts, json!(false)) && passes(&counts, json!(true)) && passes(&counts, json!("No")));
        let policy = check(json!({"refuse": ["409"], "accept": ["202"]}));
        assert!(passes(&policy, json!(409)) && passes(&policy, json!(["refuse"])));
        let typo = policy.run(&json!({"c": 404}), Some("/c"));
        assert_eq!(typo.problems[0].message, "`404` is not one of the options");
    }

    #[test]
    fn an_option_among_a_few_words_is_chosen_if_it_is_the_only_one() {
        let check: ChoiceCheck = serde_json::from_value(json!({
            "options": {"drop_oldest": ["oldest", "ring buffer"], "drop_newest": ["newest"], "other": []},
        }))
        .expect("a check");
        let chosen = |text: &str| check.options.chosen(text);
        for text in [
            "drop the oldest message",
            "Ring buffers",
            "drop_oldest (a ring buffer)",
            "oldest, since it is stale by then anyway",
        ] {
            assert_eq!(chosen(text), Some("drop_oldest"), "{text}");
        }
        for text in
            ["not the oldest", "oldest or newest", "the oldest and the newest", "anything at all", "another one"]
        {
            assert_eq!(chosen(text), None, "{text}");
        }
        let typo = check.run(&json!({"c": "rng bufer"}), Some("/c"));
        assert_eq!(typo.problems[0].help.as_deref(), Some("did you mean `ring buffer`?"));
    }

    #[test]
    fn a_choice_calls_for_its_parts() {
        let verdict = check().run(&json!({"c": "denormalized", "schema": {"feed": " "}}), Some("/c"));
        assert_eq!(verdict.problems[0].place.pointer, "/schema/feed");
        let verdict = check().run(&json!({"c": "denormalized", "schema": {"feed": "CREATE TABLE"}}), Some("/c"));
        assert_eq!(verdict.outcome, Outcome::Passed);
    }
}
