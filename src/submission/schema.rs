//! A document against a JSON Schema (draft 2020-12), with errors a learner can act on.
//!
//! The validator's errors come in no order and in a schema author's words. Here each becomes a [`Problem`] at the
//! field it is about, in source order: unknown fields at their key with the nearest known name, missing ones at
//! their parent, and of a choice (`oneOf`, `anyOf`) only what is wrong with the form that was meant.

use jsonschema::error::ValidationErrorKind as E;
use jsonschema::{PatternOptions, ValidationError};
use serde_json::Value;

use super::{Document, MAX_ERRORS};
use crate::checks::{Place, Problem};

mod explain;

/// Errors looked at before they are put in order: a hostile file has as many as it has bytes.
const MAX_COLLECTED: usize = 1000;

/// A compiled schema. Compiling costs more than validating: keep one for many documents.
pub struct Validator {
    schema: Value,
    compiled: jsonschema::Validator,
}

/// The schema itself cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema does not compile: {message}")]
pub struct SchemaError {
    pub message: String,
    /// JSON pointer into the schema.
    pub pointer: String,
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Validator").finish_non_exhaustive()
    }
}

impl Validator {
    /// # Errors
    /// When the schema is not one, or needs another file or a regular expression that is not linear in time.
    pub fn new(schema: &Value) -> Result<Validator, SchemaError> {
        let compiled = jsonschema::options()
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex())
            .build(schema)
            .map_err(|error| SchemaError { message: error.to_string(), pointer: error.instance_path().to_string() })?;
        Ok(Validator { schema: schema.clone(), compiled })
    }

    pub fn is_valid(&self, document: &Document) -> bool {
        self.compiled.is_valid(document.json())
    }

    /// Everything that is wrong, in the order of the file.
    pub fn validate(&self, document: &Document) -> Vec<Problem> {
        if self.is_valid(document) {
            return Vec::new();
        }
        let mut problems = Vec::new();
        for error in self.compiled.iter_errors(document.json()).take(MAX_COLLECTED) {
            self.collect(&error, &mut problems);
        }
        problems.sort_by_cached_key(|problem| {
            let span = document.span_of(&problem.place);
            (span.start, span.end, problem.message.clone())
        });
        problems.dedup();
        problems.truncate(MAX_ERRORS);
        problems
    }

    fn collect(&self, error: &ValidationError<'_>, problems: &mut Vec<Problem>) {
        match error.kind() {
            E::AnyOf { context } | E::OneOfNotValid { context } => {
                let pointer = error.instance_path().as_str();
                match meant(context, pointer) {
                    Some(branch) => branch.iter().for_each(|error| self.collect(error, problems)),
                    None => problems.push(explain::no_form_fits(context, error)),
                }
            }
            E::PropertyNames { error: inner } => {
                let pointer = error.instance_path().as_str();
                let name = inner.instance().as_str().unwrap_or_default().to_owned();
                problems.push(Problem {
                    message: format!("`{name}` is not a name that {} may have here", explain::subject(pointer)),
                    place: Place { key: true, ..Place::field(child(pointer, &name)) },
                    ..explain::about(inner, &self.schema)
                });
            }
            _ => problems.extend(explain::problems(error, &self.schema)),
        }
    }
}

/// The errors of the form that was meant, if one stands out: the one whose fixed values (`kind: lease`) agree and that
/// the value gets furthest into. `None` when the value is not even of a type that any form has.
fn meant<'a>(context: &'a [Vec<ValidationError<'static>>], pointer: &str) -> Option<&'a [ValidationError<'static>]> {
    let depth = |error: &ValidationError<'_>| error.instance_path().as_str().matches('/').count();
    let here = pointer.matches('/').count();
    let fits_type = |branch: &&Vec<ValidationError<'static>>| {
        !branch.iter().any(|error| {
            depth(error) == here && matches!(error.kind(), E::Type { .. } | E::Constant { .. } | E::Enum { .. })
        })
    };
    let disagreements = |branch: &[ValidationError<'static>]| {
        let fixed = |error: &&ValidationError<'_>| {
            depth(error) == here + 1 && matches!(error.kind(), E::Constant { .. } | E::Enum { .. })
        };
        branch.iter().filter(fixed).count()
    };
    context
        .iter()
        .filter(fits_type)
        .min_by_key(|branch| {
            let deepest = branch.iter().map(depth).max().unwrap_or(0);
            (disagreements(branch), usize::MAX - deepest, branch.len())
        })
        .map(Vec::as_slice)
}

/// The pointer to a field of what `pointer` names.
fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::submission::Limits;

    fn findings(schema: &Value, text: &str) -> Vec<String> {
        let document = Document::parse("x.yaml", text.as_bytes(), &Limits::submission()).expect("readable");
        let problems = Validator::new(schema).expect("compiles").validate(&document);
        let line = |problem: &Problem| {
            let at = document.locate(&problem.place);
            let help = problem.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
            format!("{}:{} {}{help}", at.line, at.column, problem.message)
        };
        problems.iter().map(line).collect()
    }

    fn schema() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "required": ["exercise", "endpoint"],
            "additionalProperties": false,
            "properties": {
                "exercise": {"const": "day06"},
                "dialect": {"enum": ["postgresql", "mysql", "sqlite"]},
                "endpoint": {"$ref": "#/$defs/code"},
                "capacity": {"type": "integer", "minimum": 1},
                "reasons": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 1}},
                "choice": {"oneOf": [
                    {"type": "object", "required": ["kind", "ttl_s"], "properties": {"kind": {"const": "ttl"}, "ttl_s": {"type": "number"}}},
                    {"type": "object", "required": ["kind", "topic"], "properties": {"kind": {"const": "event"}, "topic": {"type": "string"}}}
                ]},
                "amount": {"anyOf": [{"type": "string"}, {"type": "number"}]}
            },
            "$defs": {"code": {"type": "object", "required": ["code"], "additionalProperties": false, "properties": {"code": {"type": "string"}, "notes": {"type": ["string", "null"]}}}}
        })
    }

    #[test]
    fn speaks_of_fields_in_source_order() {
        let text = "exercise: day07\nendpiont: x\ndialect: postgres\nendpoint:\n  cod: |\n    x\ncapacity: many\nreasons: ['']\n";
        assert_eq!(
            findings(&schema(), text),
            [
                "1:11 `exercise` must be `day06`",
                "2:1 the field `endpiont` is not known here (did you mean `endpoint`?)",
                "3:10 `dialect` must be one of `postgresql`, `mysql`, `sqlite` (did you mean `postgresql`?)",
                "4:1 the field `code` is missing in `endpoint`",
                "5:3 the field `cod` is not known here (did you mean `code`?)",
                "7:11 `capacity` must be a whole number",
                "8:10 `reasons` has 1 item, expected at least 2",
                "8:11 `reasons/0` must not be empty",
            ]
        );
    }

    #[test]
    fn speaks_of_the_form_that_was_meant() {
        let base = "exercise: day06\nendpoint: {code: x}\n";
        let of = |rest: &str| findings(&schema(), &format!("{base}{rest}"));
        assert_eq!(
            of("choice: {kind: ttl}\n"),
            ["3:1 the field `ttl_s` is missing in `choice`"].map(|text| text.replace("3:1", "3:9"))
        );
        assert_eq!(
            of("choice: {kind: event, topic: 3}\n"),
            ["3:30 `choice/topic` must be text (put it in quotes: \"3\")"]
        );
        assert_eq!(of("amount: [1]\n"), ["3:9 `amount` must be text or a number"]);
        assert_eq!(of("capacity:\n"), ["3:1 `capacity` is not filled in"]);
        assert_eq!(
            findings(&schema(), "exercise: day06\nendpoint: {code: $4,000}\n").last().map(String::as_str),
            Some(
                "2:21 the field `000` is not known here (a comma inside of braces ends a value: write the number without \
                 it, or in quotes)"
            )
        );
        assert_eq!(of("capacity: 0\n"), ["3:11 `capacity` must be at least 1"]);
    }

    #[test]
    fn a_schema_that_is_none_is_an_error() {
        assert!(Validator::new(&json!({"type": 12})).is_err());
        assert!(Validator::new(&json!({"pattern": "("})).is_err());
        assert!(Validator::new(&json!({"pattern": "(?=x)"})).is_err(), "not linear in time");
        assert!(Validator::new(&json!({"$ref": "file:///etc/hosts"})).is_err());
    }
}
