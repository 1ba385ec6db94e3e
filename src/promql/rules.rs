//! Rule files of Prometheus: groups of recording and alerting rules.

use serde_json::Value as Json;

use super::ast::Expr;
use super::duration::millis;
use super::parse::{ParseError, Reader};
use super::store::Millis;
use crate::submission::nearest;

/// Evaluation interval of groups that give none.
pub const INTERVAL: Millis = 60_000;
/// Groups are evaluated no more often than this.
const INTERVAL_MIN: Millis = 15_000;
const RULES_MAX: usize = 100;

#[derive(Debug, Clone)]
pub struct Group {
    pub interval: Millis,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
pub struct Rule {
    /// JSON pointer of the rule within the rule file.
    pub at: String,
    /// The alert's name, or that of the series it records.
    pub name: String,
    pub alert: Option<Alert>,
    pub expr: Expr,
    pub text: String,
    /// As written: values may hold templates.
    pub labels: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alert {
    /// How long the expression must have had results.
    pub wait: Millis,
    pub keep_firing: Millis,
}

/// Something wrong in a rule file.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleError {
    /// JSON pointer within the rule file.
    pub at: String,
    pub message: String,
    pub help: Option<String>,
    /// Text within the value at `at` that it is about.
    pub part: Option<String>,
}

impl RuleError {
    pub fn new(at: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        RuleError { at: at.into(), message: message.into(), help: Some(help.into()), part: None }
    }
}

const GROUP_FIELDS: &[&str] = &["name", "interval", "limit", "query_offset", "labels", "rules"];
const RULE_FIELDS: &[&str] = &["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];

/// Reads `groups: [...]`, a list of groups, or a list of rules.
///
/// # Errors
/// Everything that is wrong, in the order of the file.
pub fn read(tree: &Json, reader: &mut Reader) -> Result<Vec<Group>, Vec<RuleError>> {
    let mut errors = Vec::new();
    let mut groups = Vec::new();
    let is_rule = |item: &Json| ["alert", "record", "expr"].iter().any(|field| item.get(field).is_some());
    match tree {
        Json::Array(items) if items.iter().any(is_rule) => {
            groups.push(Group { interval: INTERVAL, rules: read_rules(items, "", &[], reader, &mut errors) });
        }
        Json::Array(items) => read_groups(items, "", reader, &mut groups, &mut errors),
        Json::Object(fields) if fields.get("groups").is_some_and(Json::is_array) => {
            known(fields, &["groups"], "", &mut errors);
            let items = fields["groups"].as_array().map(Vec::as_slice).unwrap_or_default();
            read_groups(items, "/groups", reader, &mut groups, &mut errors);
        }
        Json::Object(fields) if fields.contains_key("rules") => {
            groups.extend(read_group(tree, "", reader, &mut errors));
        }
        Json::Object(fields) if is_rule(tree) && !fields.is_empty() => {
            let one = [tree.clone()];
            let mut rules = read_rules(&one, "", &[], reader, &mut errors);
            rules.iter_mut().for_each(|rule| rule.at.clear());
            groups.push(Group { interval: INTERVAL, rules });
        }
        _ => errors.push(RuleError::new("", "there are no rules here", "a rule file begins with `groups:`")),
    }
    if errors.is_empty() && groups.iter().all(|group| group.rules.is_empty()) {
        errors.push(RuleError::new(
            "",
            "there are no rules here",
            "a group holds `rules:`, a list of `alert:` and `expr:`",
        ));
    }
    if groups.iter().map(|group| group.rules.len()).sum::<usize>() > RULES_MAX {
        errors.push(RuleError::new("", format!("more than {RULES_MAX} rules"), "keep those that somebody acts on"));
    }
    if errors.is_empty() { Ok(groups) } else { Err(errors) }
}

fn read_groups(items: &[Json], at: &str, reader: &mut Reader, groups: &mut Vec<Group>, errors: &mut Vec<RuleError>) {
    for (index, item) in items.iter().enumerate() {
        groups.extend(read_group(item, &format!("{at}/{index}"), reader, errors));
    }
}

fn read_group(item: &Json, at: &str, reader: &mut Reader, errors: &mut Vec<RuleError>) -> Option<Group> {
    let Some(fields) = item.as_object() else {
        errors.push(RuleError::new(
            at,
            "a group is a mapping with `name` and `rules`",
            "write `- name: ...` and `rules:`",
        ));
        return None;
    };
    known(fields, GROUP_FIELDS, at, errors);
    let interval = read_duration(fields.get("interval"), &format!("{at}/interval"), errors).unwrap_or(INTERVAL);
    let common = read_labels(fields.get("labels"), &format!("{at}/labels"), errors);
    let rules = match fields.get("rules") {
        Some(Json::Array(rules)) => read_rules(rules, &format!("{at}/rules"), &common, reader, errors),
        _ => {
            errors.push(RuleError::new(
                at,
                "the group has no list of rules",
                "write `rules:` with `- alert: ...` below it",
            ));
            return None;
        }
    };
    Some(Group { interval: interval.max(INTERVAL_MIN), rules })
}

fn known(fields: &serde_json::Map<String, Json>, names: &[&str], at: &str, errors: &mut Vec<RuleError>) {
    for field in fields.keys().filter(|field| !names.contains(&field.as_str())) {
        let help = match nearest(field, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("Prometheus knows {} here", names.join(", ")),
        };
        let pointer = format!("{at}/{}", field.replace('~', "~0").replace('/', "~1"));
        errors.push(RuleError::new(
            pointer,
            format!("Prometheus refuses a rule file with the field `{field}` here"),
            help,
        ));
    }
}

fn read_rules(
    items: &[Json],
    at: &str,
    common: &[(String, String)],
    reader: &mut Reader,
    errors: &mut Vec<RuleError>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = format!("{at}/{index}");
        let before = errors.len();
        let rule = read_rule(item, &at, common, reader, errors);
        if before == errors.len() {
            rules.extend(rule);
        }
    }
    rules
}

fn read_rule(
    item: &Json,
    at: &str,
    common: &[(String, String)],
    reader: &mut Reader,
    errors: &mut Vec<RuleError>,
) -> Option<Rule> {
    let Some(fields) = item.as_object() else {
        errors.push(RuleError::new(at, "a rule is a mapping", "write `alert: Name` and `expr: ...`"));
        return None;
    };
    known(fields, RULE_FIELDS, at, errors);
    let named = |field: &str| fields.get(field).and_then(Json::as_str).map(str::trim).filter(|name| !name.is_empty());
    let (name, is_alert) = match (named("alert"), named("record")) {
        (Some(name), None) => (name, true),
        (None, Some(name)) => (name, false),
        (Some(_), Some(_)) => {
            errors.push(RuleError::new(at, "a rule either alerts or records", "make two rules of it"));
            return None;
        }
        (None, None) => {
            errors.push(RuleError::new(
                at,
                "the rule has no name",
                "write `alert: Name`, or `record: name` for a recording rule",
            ));
            return None;
        }
    };
    let text = match fields.get("expr") {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => {
            errors.push(RuleError::new(at, format!("the rule {name} has no expression"), "write `expr:` with PromQL"));
            return None;
        }
    };
    let wait = read_duration(fields.get("for"), &format!("{at}/for"), errors);
    let keep = read_duration(fields.get("keep_firing_for"), &format!("{at}/keep_firing_for"), errors);
    if !is_alert && fields.contains_key("for") {
        errors.push(RuleError::new(
            format!("{at}/for"),
            "a recording rule has no `for`",
            "remove it, or make an alert of it",
        ));
    }
    let mut labels = common.to_vec();
    for (label, value) in read_labels(fields.get("labels"), &format!("{at}/labels"), errors) {
        labels.retain(|(known, _)| *known != label);
        labels.push((label, value));
    }
    if !matches!(fields.get("annotations"), None | Some(Json::Object(_) | Json::Null)) {
        errors.push(RuleError::new(
            format!("{at}/annotations"),
            "annotations are a mapping of texts",
            "write `summary: ...`",
        ));
    }
    if text.trim() == "TODO" {
        let message = format!("the expression of {name} is still to be written");
        errors.push(RuleError::new(
            format!("{at}/expr"),
            message,
            "write PromQL: a comparison that has a result when it is bad",
        ));
        return None;
    }
    let expr = match reader.read(&text) {
        Ok(expr) => expr,
        Err(ParseError { message, part, help }) => {
            errors.push(RuleError { at: format!("{at}/expr"), message, help, part });
            return None;
        }
    };
    let alert = is_alert.then(|| Alert { wait: wait.unwrap_or(0), keep_firing: keep.unwrap_or(0) });
    Some(Rule { at: at.to_owned(), name: name.to_owned(), alert, expr, text, labels })
}

fn read_labels(value: Option<&Json>, at: &str, errors: &mut Vec<RuleError>) -> Vec<(String, String)> {
    match value {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Object(fields)) => fields
            .iter()
            .filter_map(|(label, value)| match value {
                Json::String(text) => Some((label.clone(), text.clone())),
                Json::Number(_) | Json::Bool(_) => Some((label.clone(), value.to_string())),
                Json::Null | Json::Array(_) | Json::Object(_) => {
                    let message = format!("the label `{label}` has no text as its value");
                    errors.push(RuleError::new(format!("{at}/{label}"), message, "a label is one text"));
                    None
                }
            })
            .collect(),
        Some(_) => {
            errors.push(RuleError::new(at, "labels are a mapping of texts", "write `labels: {severity: ...}`"));
            Vec::new()
        }
    }
}

/// `None` when it is not given, or wrong and reported.
pub fn read_duration(value: Option<&Json>, at: &str, errors: &mut Vec<RuleError>) -> Option<Millis> {
    let text = match value {
        None | Some(Json::Null) => return None,
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let read = millis(&text);
    if read.is_none() {
        let message = format!("`{text}` is no length of time");
        errors.push(RuleError::new(at, message, "Prometheus writes whole numbers with units: 30s, 5m, 1h30m"));
    }
    read
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_json(tree: Json) -> Result<Vec<Group>, Vec<RuleError>> {
        read(&tree, &mut Reader::default())
    }

    #[test]
    fn reads_the_shapes_people_write() {
        let rule = json!({"alert": "A", "expr": "up == 0", "for": "2m", "labels": {"severity": "page"}});
        for tree in [
            json!({"groups": [{"name": "g", "rules": [rule]}]}),
            json!([{"name": "g", "rules": [rule]}]),
            json!({"name": "g", "rules": [rule]}),
            json!([rule]),
        ] {
            let groups = read_json(tree.clone()).expect("rules");
            assert_eq!(groups[0].rules[0].alert, Some(Alert { wait: 120_000, keep_firing: 0 }), "{tree}");
            let at = &groups[0].rules[0].at;
            assert!(tree.pointer(at).is_some_and(|rule| rule["alert"] == "A"), "{at}");
        }
    }

    #[test]
    fn says_where_a_rule_is_wrong() {
        let errors = read_json(json!({"groups": [{"name": "g", "rules": [
            {"alert": "A", "expr": "up ==", "for": "5"},
            {"alert": "B", "exprs": "up"},
            {"expr": "up"},
        ]}]}))
        .expect_err("mistakes");
        let places: Vec<&str> = errors.iter().map(|error| error.at.as_str()).collect();
        for place in ["/groups/0/rules/0/for", "/groups/0/rules/0/expr", "/groups/0/rules/1/exprs", "/groups/0/rules/2"]
        {
            assert!(places.contains(&place), "{place} in {places:?}");
        }
        assert!(errors.iter().any(|error| error.help.as_deref() == Some("did you mean `expr`?")), "{errors:?}");
    }
}
