//! Alertmanager's configuration: the tree of routes, inhibition rules and receivers.

use serde_json::{Map, Value as Json};

use super::ast::{Matcher, Test};
use super::intervals::{self, Interval};
use super::rules::{RuleError, read_duration};
use super::store::Millis;
use crate::submission::nearest;

#[derive(Debug, Clone)]
pub struct Config {
    pub root: Route,
    pub inhibit: Vec<Inhibition>,
    /// Names, and what each is configured to be (`pagerduty_configs`), as far as it says.
    pub receivers: Vec<(String, Vec<String>)>,
    pub intervals: Vec<(String, Vec<Interval>)>,
}

impl Config {
    /// The name of the interval because of which a route is mute at a time.
    pub fn muted<'a>(&'a self, route: &'a Route, time: Millis) -> Option<&'a str> {
        let within = |name: &String| {
            let known = self.intervals.iter().find(|(known, _)| known == name);
            known.is_some_and(|(_, parts)| parts.iter().any(|interval| interval.contains(time)))
        };
        let mute = route.mute.iter().find(|name| within(name));
        let idle = route.active.first().filter(|_| !route.active.iter().any(within));
        mute.or(idle).map(String::as_str)
    }
}

#[derive(Debug, Clone)]
pub struct Route {
    /// JSON pointer within the configuration.
    pub at: String,
    pub receiver: String,
    pub group_by: GroupBy,
    pub wait: Millis,
    pub interval: Millis,
    pub repeat: Millis,
    pub matchers: Vec<Matcher>,
    /// `continue`
    pub goes_on: bool,
    /// Names of intervals; both are the route's own, and not those of the routes below.
    pub mute: Vec<String>,
    pub active: Vec<String>,
    pub routes: Vec<Route>,
}

#[derive(Debug, Clone)]
pub enum GroupBy {
    /// `['...']`
    All,
    Labels(Vec<String>),
}

#[derive(Debug, Clone)]
pub struct Inhibition {
    pub at: String,
    pub source: Vec<Matcher>,
    pub target: Vec<Matcher>,
    pub equal: Vec<String>,
}

const TOP_FIELDS: &[&str] =
    &["global", "route", "receivers", "inhibit_rules", "templates", "time_intervals", "mute_time_intervals"];
const ROUTE_FIELDS: &[&str] = &[
    "receiver",
    "group_by",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "matchers",
    "match",
    "match_re",
    "continue",
    "mute_time_intervals",
    "active_time_intervals",
    "routes",
];
const INHIBIT_FIELDS: &[&str] = &[
    "source_matchers",
    "target_matchers",
    "source_match",
    "target_match",
    "source_match_re",
    "target_match_re",
    "equal",
    "name",
];

/// # Errors
/// Everything that is wrong, in the order of the file.
pub fn read(tree: &Json) -> Result<Config, Vec<RuleError>> {
    let mut errors = Vec::new();
    let Some(fields) = tree.as_object() else {
        return Err(vec![RuleError::new(
            "",
            "there is no configuration here",
            "it begins with `route:` and a `receiver`",
        )]);
    };
    let Some(route) = fields.get("route").and_then(Json::as_object) else {
        return Err(vec![RuleError::new(
            "",
            "the configuration has no route",
            "write `route:` with a `receiver` below it",
        )]);
    };
    known(fields, TOP_FIELDS, "", &mut errors);
    let above = Route {
        at: String::new(),
        receiver: String::new(),
        group_by: GroupBy::Labels(Vec::new()),
        wait: 30_000,
        interval: 300_000,
        repeat: 4 * 3_600_000,
        matchers: Vec::new(),
        goes_on: false,
        mute: Vec::new(),
        active: Vec::new(),
        routes: Vec::new(),
    };
    let mut root = read_route(route, "/route", &above, &mut errors);
    // Alertmanager refuses matchers here, since every alert must arrive somewhere.
    root.matchers.clear();
    if root.receiver.is_empty() {
        errors.push(RuleError::new(
            "/route",
            "the top route has no receiver",
            "every alert must arrive somewhere: name one",
        ));
    }
    let intervals = intervals::read(fields, &mut errors);
    known_intervals(&root, &intervals, true, &mut errors);
    let mut inhibit = Vec::new();
    for (index, rule) in list(fields.get("inhibit_rules")).iter().enumerate() {
        let at = format!("/inhibit_rules/{index}");
        let Some(rule) = rule.as_object() else {
            errors.push(RuleError::new(
                at,
                "an inhibition rule is a mapping",
                "write source_matchers, target_matchers, equal",
            ));
            continue;
        };
        known(rule, INHIBIT_FIELDS, &at, &mut errors);
        let source = read_matchers(rule, ["source_matchers", "source_match", "source_match_re"], &at, &mut errors);
        let target = read_matchers(rule, ["target_matchers", "target_match", "target_match_re"], &at, &mut errors);
        let equal = texts(rule.get("equal"));
        inhibit.push(Inhibition { at, source, target, equal });
    }
    let receivers: Vec<(String, Vec<String>)> = list(fields.get("receivers"))
        .iter()
        .filter_map(Json::as_object)
        .filter_map(|receiver| {
            let name = receiver.get("name").and_then(Json::as_str)?;
            Some((name.to_owned(), receiver.keys().filter(|key| *key != "name").cloned().collect()))
        })
        .collect();
    if errors.is_empty() { Ok(Config { root, inhibit, receivers, intervals }) } else { Err(errors) }
}

fn known(fields: &Map<String, Json>, names: &[&str], at: &str, errors: &mut Vec<RuleError>) {
    for field in fields.keys().filter(|field| !names.contains(&field.as_str())) {
        let pointer = format!("{at}/{field}");
        let help = match nearest(field, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("Alertmanager knows {} here", names.join(", ")),
        };
        errors.push(RuleError::new(pointer, format!("Alertmanager refuses the field `{field}` here"), help));
    }
}

fn read_route(fields: &Map<String, Json>, at: &str, above: &Route, errors: &mut Vec<RuleError>) -> Route {
    known(fields, ROUTE_FIELDS, at, errors);
    let mut duration = |field: &str, otherwise: Millis, least: Millis| {
        read_duration(fields.get(field), &format!("{at}/{field}"), errors).unwrap_or(otherwise).max(least)
    };
    let wait = duration("group_wait", above.wait, 0);
    let interval = duration("group_interval", above.interval, 1_000);
    let repeat = duration("repeat_interval", above.repeat, 1_000);
    let group_by = match fields.get("group_by") {
        None | Some(Json::Null) => above.group_by.clone(),
        Some(value) => {
            let names = texts(Some(value));
            if names.iter().any(|name| name == "...") { GroupBy::All } else { GroupBy::Labels(names) }
        }
    };
    let matchers = read_matchers(fields, ["matchers", "match", "match_re"], at, errors);
    let receiver = fields.get("receiver").and_then(Json::as_str).unwrap_or(&above.receiver).to_owned();
    let goes_on = fields.get("continue").and_then(Json::as_bool).unwrap_or(false);
    let mut route = Route {
        at: at.to_owned(),
        receiver,
        group_by,
        wait,
        interval,
        repeat,
        matchers,
        goes_on,
        mute: texts(fields.get("mute_time_intervals")),
        active: texts(fields.get("active_time_intervals")),
        routes: Vec::new(),
    };
    let children: Vec<Route> = list(fields.get("routes"))
        .iter()
        .enumerate()
        .filter_map(|(index, child)| {
            let at = format!("{at}/routes/{index}");
            let Some(child) = child.as_object() else {
                errors.push(RuleError::new(at, "a route is a mapping", "write matchers and a receiver"));
                return None;
            };
            Some(read_route(child, &at, &route, errors))
        })
        .collect();
    route.routes = children;
    route
}

/// Every interval a route names must be there, and the top route names none.
fn known_intervals(route: &Route, known: &[(String, Vec<Interval>)], top: bool, errors: &mut Vec<RuleError>) {
    for (field, names) in [("mute_time_intervals", &route.mute), ("active_time_intervals", &route.active)] {
        let at = format!("{}/{field}", route.at);
        if top && !names.is_empty() {
            let message = "Alertmanager refuses time intervals at the top route";
            errors.push(RuleError::new(at, message, "give them to a route below it"));
            continue;
        }
        for name in names.iter().filter(|name| !known.iter().any(|(known, _)| known == *name)) {
            let help = match nearest(name, known.iter().map(|(known, _)| known.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write it under time_intervals, with a name and times, weekdays or the like".to_owned(),
            };
            errors.push(RuleError::new(at.clone(), format!("no time interval is called `{name}`"), help));
        }
    }
    route.routes.iter().for_each(|below| known_intervals(below, known, false, errors));
}

fn list(value: Option<&Json>) -> &[Json] {
    value.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// One text or a list of them.
fn texts(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::String(text)) => vec![text.clone()],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn read_matchers(
    fields: &Map<String, Json>,
    [new, exact, pattern]: [&str; 3],
    at: &str,
    errors: &mut Vec<RuleError>,
) -> Vec<Matcher> {
    let mut matchers = Vec::new();
    for text in texts(fields.get(new)) {
        let inside = text.trim().trim_start_matches('{').trim_end_matches('}');
        for part in inside.split(',').filter(|part| !part.trim().is_empty()) {
            match read_matcher(part.trim()) {
                Some(matcher) => matchers.push(matcher),
                None => errors.push(RuleError {
                    part: Some(part.trim().to_owned()),
                    ..RuleError::new(
                        format!("{at}/{new}"),
                        format!("`{}` is no matcher", part.trim()),
                        "write a label, an operator and a value: severity=\"critical\", alertname=~\"Db.*\"",
                    )
                }),
            }
        }
    }
    if matches!(fields.get(new), Some(Json::Object(_))) {
        errors.push(RuleError::new(
            format!("{at}/{new}"),
            "matchers are a list of texts",
            "write - severity=\"critical\", or use match: {severity: critical}",
        ));
    }
    let pairs = |field: &str| fields.get(field).and_then(Json::as_object).into_iter().flatten();
    for (label, value) in pairs(exact) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        matchers.push(Matcher { label: label.clone(), test: Test::Is(value) });
    }
    for (label, value) in pairs(pattern) {
        match value.as_str().and_then(anchored) {
            Some(test) => matchers.push(Matcher { label: label.clone(), test: Test::Like(test.0, test.1) }),
            None => errors.push(RuleError::new(format!("{at}/{pattern}"), "this is no regular expression", "see RE2")),
        }
    }
    matchers
}

fn anchored(pattern: &str) -> Option<(regex::Regex, String)> {
    regex::Regex::new(&format!("^(?:{pattern})$")).ok().map(|regex| (regex, pattern.to_owned()))
}

fn read_matcher(text: &str) -> Option<Matcher> {
    let at = text.find(['=', '!'])?;
    let (label, rest) = text.split_at(at);
    let label = label.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if label.is_empty() || !label.chars().all(is_name) {
        return None;
    }
    let (operator, value) = ["=~", "!~", "!=", "="].iter().find_map(|op| Some((*op, rest.strip_prefix(op)?)))?;
    let value = value.trim();
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).unwrap_or(value).to_owned();
    let test = match operator {
        "=" => Test::Is(value),
        "!=" => Test::IsNot(value),
        "=~" => anchored(&value).map(|(regex, text)| Test::Like(regex, text))?,
        _ => anchored(&value).map(|(regex, text)| Test::NotLike(regex, text))?,
    };
    Some(Matcher { label: label.to_owned(), test })
}
