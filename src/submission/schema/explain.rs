//! One validation error as one or more problems.

use jsonschema::error::{TypeKind, ValidationErrorKind as E};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::child;
use crate::checks::{Place, Problem};
use crate::submission::{MAX_ERRORS, nearest};

/// Longest list of allowed values that is written out.
const MAX_LISTED: usize = 12;

/// What every problem about this error shares: its place and, where the schema explains the field, that explanation.
pub(super) fn about(error: &ValidationError<'_>, schema: &Value) -> Problem {
    let description = parent_schema(error, schema).and_then(|schema| schema.get("description")?.as_str());
    Problem {
        place: Place::field(error.instance_path().as_str()),
        expected: description.map(str::to_owned),
        ..Problem::default()
    }
}

pub(super) fn problems(error: &ValidationError<'_>, schema: &Value) -> Vec<Problem> {
    let pointer = error.instance_path().as_str();
    let name = subject(pointer);
    let instance = error.instance();
    let base = about(error, schema);
    let one = |message: String| vec![Problem { message, actual: Some(shown(instance)), ..base.clone() }];
    let expecting = |message: String, expected: String| {
        vec![Problem { message, expected: Some(expected), actual: Some(shown(instance)), ..base.clone() }]
    };
    let count = |limit: u64, noun: &str| format!("{limit} {noun}{}", if limit == 1 { "" } else { "s" });
    let length = |noun: &str| {
        let length = match instance.as_ref() {
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            Value::String(text) => text.chars().count(),
            _ => 0,
        };
        count(length as u64, noun)
    };
    match error.kind() {
        E::AdditionalProperties { unexpected } | E::UnevaluatedProperties { unexpected } => {
            let known = known_fields(error, schema);
            unexpected.iter().take(MAX_ERRORS).map(|field| unknown_field(pointer, field, &known, instance)).collect()
        }
        E::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            let place = if pointer.is_empty() { String::new() } else { format!(" in {name}") };
            let expected = field_schema(error, schema, field)
                .map(|field| field.get("description").and_then(Value::as_str).map(str::to_owned));
            vec![Problem {
                message: format!("the field `{field}` is missing{place}"),
                expected: expected.flatten().or_else(|| Some(format!("a field `{field}`"))),
                place: Place::field(pointer),
                ..Problem::default()
            }]
        }
        E::Type { kind } => {
            let expected = types(kind).join(" or ");
            if instance.is_null() {
                return expecting(format!("{name} is not filled in"), expected);
            }
            let mut found = expecting(format!("{name} must be {expected}"), expected);
            let text_wanted = matches!(kind, TypeKind::Single(JsonType::String));
            let plain = matches!(instance.as_ref(), Value::Number(_) | Value::Bool(_));
            found[0].help = (text_wanted && plain).then(|| format!("put it in quotes: \"{}\"", instance.as_ref()));
            found
        }
        E::Enum { options } => {
            let options: Vec<String> =
                options.as_array().map(|options| options.iter().map(plain).collect()).unwrap_or_default();
            let listed = list(&options);
            if instance.is_null() {
                return expecting(format!("{name} is not filled in"), format!("one of {listed}"));
            }
            let mut found = expecting(format!("{name} must be one of {listed}"), format!("one of {listed}"));
            let near = instance.as_str().and_then(|text| {
                nearest(text, options.iter().map(String::as_str)).or_else(|| {
                    options.iter().map(String::as_str).find(|option| option.starts_with(text) && !text.is_empty())
                })
            });
            found[0].help = near.map(did_you_mean);
            found
        }
        E::Constant { expected_value } => {
            let expected = format!("`{}`", plain(expected_value));
            expecting(format!("{name} must be {expected}"), expected)
        }
        E::Minimum { limit } => one(format!("{name} must be at least {limit}")),
        E::Maximum { limit } => one(format!("{name} must be at most {limit}")),
        E::ExclusiveMinimum { limit } => one(format!("{name} must be more than {limit}")),
        E::ExclusiveMaximum { limit } => one(format!("{name} must be less than {limit}")),
        E::MultipleOf { multiple_of } => one(format!("{name} must be a multiple of {multiple_of}")),
        E::MinLength { .. } if instance.as_str() == Some("") => one(format!("{name} must not be empty")),
        E::MinLength { limit } => one(format!("{name} has {}, expected at least {limit}", length("character"))),
        E::MaxLength { limit } => one(format!("{name} has {}, expected at most {limit}", length("character"))),
        E::MinItems { limit } => one(format!("{name} has {}, expected at least {limit}", length("item"))),
        E::MaxItems { limit } => one(format!("{name} has {}, expected at most {limit}", length("item"))),
        E::MinProperties { limit } => one(format!("{name} has {}, expected at least {limit}", length("field"))),
        E::MaxProperties { limit } => one(format!("{name} has {}, expected at most {limit}", length("field"))),
        E::UniqueItems => one(format!("{name} holds the same item twice")),
        E::Contains => one(format!("{name} holds no item of the kind that is asked for")),
        E::AdditionalItems { limit } => one(format!("{name} has {}, expected at most {limit}", length("item"))),
        E::UnevaluatedItems { .. } => one(format!("{name} holds items that are not expected")),
        E::Pattern { pattern } => one(format!("{name} does not have the expected form (`{pattern}`)")),
        E::Format { format } => one(format!("{name} is not a valid {format}")),
        E::FalseSchema => one(format!("{name} is not expected here")),
        E::Not { .. } => one(format!("{name} has a value that is not allowed")),
        E::OneOfMultipleValid { .. } => {
            one(format!("{name} fits more than one of the forms it may have, expected exactly one"))
        }
        // The rest is about keywords that courses have no use for; the validator's own words are true, if terse.
        _ => one(format!("{name} is not valid: {}", error.masked())),
    }
}

/// No form of a choice has the value's type: say which types there are.
pub(super) fn no_form_fits(context: &[Vec<ValidationError<'static>>], error: &ValidationError<'_>) -> Problem {
    let pointer = error.instance_path().as_str();
    let mut forms: Vec<String> = Vec::new();
    for error in context.iter().flatten().filter(|error| error.instance_path().as_str() == pointer) {
        let more = match error.kind() {
            E::Type { kind } => types(kind).into_iter().map(str::to_owned).collect(),
            E::Constant { expected_value } => vec![format!("`{}`", plain(expected_value))],
            E::Enum { options } => options
                .as_array()
                .map(|options| options.iter().map(|option| format!("`{}`", plain(option))).collect())
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        for form in more {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    let expected = forms.join(" or ");
    let name = subject(pointer);
    let message = match (error.instance().is_null(), forms.is_empty()) {
        (true, _) => format!("{name} is not filled in"),
        (false, true) => format!("{name} has none of the forms it may have"),
        (false, false) => format!("{name} must be {expected}"),
    };
    Problem {
        message,
        expected: (!forms.is_empty()).then_some(expected),
        actual: Some(shown(error.instance())),
        place: Place::field(pointer),
        ..Problem::default()
    }
}

/// "`endpoint/code`", or "the file".
pub(super) fn subject(pointer: &str) -> String {
    match pointer.strip_prefix('/') {
        None => "the file".to_owned(),
        Some(path) => format!("`{}`", path.replace("~1", "/").replace("~0", "~")),
    }
}

fn unknown_field(pointer: &str, field: &str, known: &[&str], instance: &Value) -> Problem {
    // A name that is already there was not meant; unless nothing else comes near.
    let free = known.iter().copied().filter(|name| instance.get(name).is_none());
    let near = nearest(field, free).or_else(|| nearest(field, known.iter().copied()));
    let listed: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
    Problem {
        message: format!("the field `{field}` is not known here"),
        expected: (!known.is_empty()).then(|| format!("one of {}", list(&listed))),
        place: Place { key: true, ..Place::field(child(pointer, field)) },
        help: if is_rest_of_number(field, instance) {
            Some("a comma inside of braces ends a value: write the number without it, or in quotes".to_owned())
        } else {
            near.map(did_you_mean)
        },
        ..Problem::default()
    }
}

/// `{cost: $4,000}` is a cost of `$4` and a field called `000`.
fn is_rest_of_number(field: &str, instance: &Value) -> bool {
    field.len() == 3
        && field.bytes().all(|byte| byte.is_ascii_digit())
        && instance.get(field).is_some_and(Value::is_null)
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// The part of the schema that holds the keyword that failed.
fn parent_schema<'a>(error: &ValidationError<'_>, schema: &'a Value) -> Option<&'a Value> {
    let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(parent)
}

fn field_schema<'a>(error: &ValidationError<'_>, schema: &'a Value, field: &str) -> Option<&'a Value> {
    let parent = parent_schema(error, schema)?;
    // `required` is reported at its own index in some versions of the path.
    let parent = if parent.is_array() {
        error.schema_path().as_str().rsplitn(3, '/').nth(2).and_then(|path| schema.pointer(path))?
    } else {
        parent
    };
    parent.get("properties")?.get(field)
}

/// Names of the fields that the failing part of the schema knows, through `allOf` and the like.
fn known_fields<'a>(error: &ValidationError<'_>, schema: &'a Value) -> Vec<&'a str> {
    fn gather<'a>(schema: &'a Value, names: &mut Vec<&'a str>, depth: usize) {
        let Some(object) = schema.as_object().filter(|_| depth < 4) else { return };
        if let Some(fields) = object.get("properties").and_then(Value::as_object) {
            names.extend(fields.keys().map(String::as_str));
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for part in object.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                gather(part, names, depth + 1);
            }
        }
        for keyword in ["if", "then", "else"] {
            if let Some(part) = object.get(keyword) {
                gather(part, names, depth + 1);
            }
        }
    }
    let mut names = Vec::new();
    if let Some(parent) = parent_schema(error, schema) {
        gather(parent, &mut names, 0);
    }
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

fn types(kind: &TypeKind) -> Vec<&'static str> {
    let word = |kind: JsonType| match kind {
        JsonType::Null => "nothing",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "a mapping (`name: value`)",
    };
    match kind {
        TypeKind::Single(kind) => vec![word(*kind)],
        TypeKind::Multiple(kinds) => kinds.iter().filter(|kind| *kind != JsonType::Null).map(word).collect(),
    }
}

fn list(options: &[String]) -> String {
    let mut listed: Vec<String> = options.iter().take(MAX_LISTED).map(|option| format!("`{option}`")).collect();
    if options.len() > MAX_LISTED {
        listed.push(format!("{} more", options.len() - MAX_LISTED));
    }
    listed.join(", ")
}

/// A value as it would be written in YAML, without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was found, short enough for one line.
fn shown(value: &Value) -> String {
    let short = |text: &str| {
        let line = text.lines().next().unwrap_or("");
        let cut: String = line.chars().take(40).collect();
        if cut.len() < text.trim_end().len() { format!("{cut}...") } else { cut }
    };
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) => format!("`{value}`"),
        Value::Number(_) => format!("the number {value}"),
        Value::String(text) if text.is_empty() => "empty text".to_owned(),
        Value::String(text) => format!("the text `{}`", short(text)),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "a mapping".to_owned(),
    }
}
