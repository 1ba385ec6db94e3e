//! Alertmanager: which receiver is told about which alerts, when, and in how many messages.
//!
//! A group waits `group_wait` for company, tells of newcomers every `group_interval` and repeats itself after
//! `repeat_interval`; an inhibited alert is left out. Times are those of the flushes of a group, as in Alertmanager.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::Matcher;
use super::labels::Labels;
use super::routing::{Config, GroupBy, Inhibition, Route};
use super::store::Millis;

/// A firing alert: the number of its rule, and its labels.
pub type AlertKey = (usize, Labels);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A group that was silent begins to tell.
    Opened,
    /// More alerts joined a group that had told already.
    Joined,
    /// Nothing is new, but it still lasts.
    Again,
    Resolved,
}

#[derive(Debug, Clone)]
pub struct Notification {
    pub time: Millis,
    pub receiver: String,
    /// Pointer of the route within the configuration.
    pub route: String,
    pub occasion: Occasion,
    pub alerts: Vec<AlertKey>,
}

#[derive(Debug)]
struct Bundle {
    flush: Millis,
    told: BTreeSet<AlertKey>,
    told_at: Millis,
}

pub struct Alertmanager<'a> {
    config: &'a Config,
    /// By the route's pointer and the labels grouped by.
    bundles: BTreeMap<(String, Labels), Bundle>,
    pub sent: Vec<Notification>,
}

impl<'a> Alertmanager<'a> {
    pub fn new(config: &'a Config) -> Self {
        Alertmanager { config, bundles: BTreeMap::new(), sent: Vec::new() }
    }

    /// What happens from `now` on until `until`, while these alerts fire.
    pub fn advance(&mut self, now: Millis, until: Millis, firing: &BTreeSet<AlertKey>) {
        let mut members: BTreeMap<(String, Labels), Vec<&AlertKey>> = BTreeMap::new();
        for alert in firing {
            for route in matching_routes(&self.config.root, &alert.1) {
                let labels = match &route.group_by {
                    GroupBy::All => alert.1.clone(),
                    GroupBy::Labels(names) => alert.1.keep(names),
                };
                let key = (route.at.clone(), labels);
                self.bundles.entry(key.clone()).or_insert_with(|| Bundle {
                    flush: now + route.wait,
                    told: BTreeSet::new(),
                    told_at: now,
                });
                members.entry(key).or_default().push(alert);
            }
        }
        let mut flushed = Vec::new();
        let mut done = Vec::new();
        for (key, bundle) in &mut self.bundles {
            let Some(route) = route_at(&self.config.root, &key.0) else { continue };
            let alerts = members.get(key).map(Vec::as_slice).unwrap_or_default();
            while bundle.flush < until {
                let time = bundle.flush;
                bundle.flush += route.interval;
                let heard: BTreeSet<AlertKey> = alerts
                    .iter()
                    .filter(|alert| !inhibited(&self.config.inhibit, alert, firing))
                    .map(|a| (*a).clone())
                    .collect();
                let occasion = if heard.is_empty() {
                    if alerts.is_empty() {
                        done.push(key.clone());
                    }
                    (!bundle.told.is_empty() && alerts.is_empty()).then_some(Occasion::Resolved)
                } else if bundle.told.is_empty() {
                    Some(Occasion::Opened)
                } else if !heard.is_subset(&bundle.told) {
                    Some(Occasion::Joined)
                } else {
                    (time - bundle.told_at >= route.repeat).then_some(Occasion::Again)
                };
                // What is mute is not told later either: the next flush sees what fires then.
                if let Some(occasion) = occasion.filter(|_| self.config.muted(route, time).is_none()) {
                    bundle.told_at = time;
                    bundle.told.clone_from(&heard);
                    flushed.push(Notification {
                        time,
                        receiver: route.receiver.clone(),
                        route: route.at.clone(),
                        occasion,
                        alerts: heard.into_iter().collect(),
                    });
                }
                if alerts.is_empty() {
                    break;
                }
            }
        }
        for key in done {
            self.bundles.remove(&key);
        }
        flushed.sort_by_key(|notification| notification.time);
        self.sent.extend(flushed);
    }
}

/// The routes an alert takes: the deepest that match, and the next ones where `continue` is set.
pub fn matching_routes<'a>(route: &'a Route, labels: &Labels) -> Vec<&'a Route> {
    if !all_match(&route.matchers, labels) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for child in &route.routes {
        let below = matching_routes(child, labels);
        let matched = !below.is_empty();
        found.extend(below);
        if matched && !child.goes_on {
            break;
        }
    }
    if found.is_empty() { vec![route] } else { found }
}

fn route_at<'a>(route: &'a Route, at: &str) -> Option<&'a Route> {
    if route.at == at {
        return Some(route);
    }
    route.routes.iter().find_map(|child| route_at(child, at))
}

fn all_match(matchers: &[Matcher], labels: &Labels) -> bool {
    matchers.iter().all(|matcher| matcher.matches(labels))
}

/// The inhibition rule that silences an alert while these fire.
pub fn silenced_by<'a>(
    rules: &'a [Inhibition],
    alert: &AlertKey,
    firing: &BTreeSet<AlertKey>,
) -> Option<(&'a Inhibition, AlertKey)> {
    for rule in rules.iter().filter(|rule| all_match(&rule.target, &alert.1)) {
        let both_sides = all_match(&rule.source, &alert.1);
        let source = firing.iter().find(|source| {
            all_match(&rule.source, &source.1)
                // What matches both sides cannot be silenced by its like.
                && !(both_sides && all_match(&rule.target, &source.1))
                && rule.equal.iter().all(|label| source.1.get(label) == alert.1.get(label))
        });
        if let Some(source) = source {
            return Some((rule, source.clone()));
        }
    }
    None
}

fn inhibited(rules: &[Inhibition], alert: &AlertKey, firing: &BTreeSet<AlertKey>) -> bool {
    silenced_by(rules, alert, firing).is_some()
}
