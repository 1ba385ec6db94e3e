//! Severities: each alert has one, and what is urgent is told apart from what is not.

use std::collections::BTreeMap;

use super::read::{Files, Means};
use crate::checks::{Problem, quote};
use crate::promql::ALERT_NAME;
use crate::promql::alertmanager::matching_routes;
use crate::promql::labels::Labels;
use crate::promql::rules::Rule;
use crate::promql::template;

const SEVERITY: &str = "severity";
/// Roles that wake somebody.
const URGENT: &[&str] = &["latency", "database"];

pub fn examine(files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (mut paging, mut others): (Vec<&Rule>, Vec<&Rule>) = (Vec::new(), Vec::new());
    let mut by_severity: BTreeMap<String, (bool, &Rule)> = BTreeMap::new();
    for (_, rule) in files.alerts() {
        problems.extend(changing_label(files, rule));
        let all = labels_of(rule);
        if all.iter().any(|labels| labels.get(SEVERITY).is_empty()) {
            problems.push(Problem {
                message: format!("{} has no severity", rule.name),
                expected: Some("labels: {severity: ...}, by which Alertmanager decides who hears of it".to_owned()),
                place: files.at_rule(rule, ""),
                ..Problem::default()
            });
            continue;
        }
        for labels in all {
            let routes = matching_routes(&files.config.root, &labels);
            let means: Vec<Means> = routes.iter().map(|route| files.means(&route.receiver)).collect();
            if means.contains(&Means::Heartbeat) {
                continue;
            }
            let severity = labels.get(SEVERITY).to_owned();
            let pages = means.contains(&Means::Page);
            if pages { &mut paging } else { &mut others }.push(rule);
            match by_severity.get(&severity) {
                Some((paged, first)) if *paged != pages => problems.push(Problem {
                    message: format!(
                        "{} and {} are both {}, and only one of them pages",
                        first.name,
                        rule.name,
                        quote(&severity)
                    ),
                    expected: Some("one meaning for each severity".to_owned()),
                    place: files.at_rule(rule, "labels/severity"),
                    ..Problem::default()
                }),
                _ => drop(by_severity.insert(severity, (pages, rule))),
            }
        }
    }
    if !problems.is_empty() {
        return problems;
    }
    for role in URGENT {
        let playing = files.playing(role);
        let pages = files.alerts().any(|(number, _)| playing.contains(&number) && paging_rule(files, number, &paging));
        if let (false, Some(first)) = (pages, playing.first()) {
            let rule = files.alerts().find(|(number, _)| number == first);
            if let Some((_, rule)) = rule {
                problems.push(Problem {
                    message: format!("{} pages nobody", rule.name),
                    expected: Some(format!("what users feel at once wakes somebody, and {role} is that")),
                    place: files.at_rule(rule, "labels/severity"),
                    ..Problem::default()
                });
            }
        }
    }
    if let (true, Some(first)) = (others.is_empty(), paging.first()) {
        problems.push(Problem {
            message: format!("all {} alerts page the person on call", paging.len()),
            expected: Some("at least one alert that can wait until the morning: a warning, an information".to_owned()),
            place: files.at_rule(first, "labels/severity"),
            help: Some(
                "which of them leaves hours to act, or is about something that users do not feel yet?".to_owned(),
            ),
            ..Problem::default()
        });
    }
    problems
}

fn paging_rule(files: &Files, number: usize, paging: &[&Rule]) -> bool {
    files.rules().nth(number).is_some_and(|rule| paging.iter().any(|other| other.at == rule.at))
}

/// What is known of an alert's labels before it fires: one set for each thing that its templates may say.
fn labels_of(rule: &Rule) -> Vec<Labels> {
    let mut values: Vec<f64> = rule.labels.iter().flat_map(|(_, text)| template::telling_values(text)).collect();
    if values.is_empty() {
        values.push(0.0);
    }
    let mut all: Vec<Labels> = Vec::new();
    for value in values {
        let filled =
            |(label, text): &(String, String)| (label.clone(), template::fill(text, &Labels::default(), value));
        let mut labels = Labels::new(rule.labels.iter().map(filled));
        labels.set(ALERT_NAME, &rule.name);
        if !all.contains(&labels) {
            all.push(labels);
        }
    }
    all
}

/// The label of an alert that changes with its value, if there is one.
pub fn changing(rule: &Rule) -> Option<&str> {
    let label = rule.labels.iter().find(|(_, text)| template::shows_value(text));
    label.filter(|_| rule.alert.is_some()).map(|(label, _)| label.as_str())
}

fn changing_label(files: &Files, rule: &Rule) -> Option<Problem> {
    let label = changing(rule)?;
    Some(Problem {
        message: format!(
            "the label {} of {} holds the value: whenever that changes this is another alert, and `for` begins anew",
            quote(label),
            rule.name
        ),
        expected: Some("labels that stay the same while it lasts; the value belongs into annotations".to_owned()),
        place: files.at_rule(rule, &format!("labels/{label}")),
        ..Problem::default()
    })
}
