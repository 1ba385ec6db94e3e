//! Severities: each alert has one, and what is urgent is told apart from what is not.

use std::collections::BTreeMap;

use super::read::{Files, Means};
use crate::checks::{Problem, quote};
use crate::promql::ALERT_NAME;
use crate::promql::alertmanager::matching_routes;
use crate::promql::labels::Labels;
use crate::promql::rules::Rule;

const SEVERITY: &str = "severity";
/// Roles that wake somebody.
const URGENT: &[&str] = &["latency", "database"];

pub fn examine(files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (mut paging, mut others): (Vec<&Rule>, Vec<&Rule>) = (Vec::new(), Vec::new());
    let mut by_severity: BTreeMap<String, (bool, &Rule)> = BTreeMap::new();
    for (_, rule) in files.alerts() {
        let labels = labels_of(rule);
        let severity = labels.get(SEVERITY).to_owned();
        if severity.is_empty() {
            problems.push(Problem {
                message: format!("{} has no severity", rule.name),
                expected: Some("labels: {severity: ...}, by which Alertmanager decides who hears of it".to_owned()),
                place: files.at_rule(rule, ""),
                ..Problem::default()
            });
            continue;
        }
        let means: Vec<Means> =
            matching_routes(&files.config.root, &labels).iter().map(|route| files.means(&route.receiver)).collect();
        if means.contains(&Means::Heartbeat) {
            continue;
        }
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

/// What is known of an alert's labels before it fires.
pub fn labels_of(rule: &Rule) -> Labels {
    let mut labels = Labels::new(rule.labels.iter().cloned());
    labels.set(ALERT_NAME, &rule.name);
    labels
}
