//! The learner's files: rules and routing, as text or as trees, and what stands where in them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{SeriesCheck, at};
use crate::checks::{Place, Problem, listed, quote, strings};
use crate::promql::alertmanager::Notification;
use crate::promql::parse::Reader;
use crate::promql::routing::{self, Config};
use crate::promql::rules::{self, Group, Rule, RuleError};
use crate::submission::{Document, Limits, nearest};

/// What a receiver does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    Page,
    Chat,
    Log,
    Heartbeat,
}

pub struct Files {
    pub groups: Vec<Group>,
    pub config: Config,
    pub means: BTreeMap<String, Means>,
    /// Alerts by role, as the learner names them, with the pointer of the role.
    pub roles: BTreeMap<String, Vec<String>>,
    roles_at: String,
    rules_source: Source,
    config_source: Source,
}

/// A file within the submission.
pub enum Source {
    /// Fields of the submission itself, below this pointer.
    Tree(String),
    /// A text, with where things stand in it.
    Text(String, Box<Document>),
}

impl Source {
    fn read(document: &Json, pointer: &str, example: &str) -> Result<(Source, Json), Vec<Problem>> {
        let missing = |message: &str| {
            vec![Problem {
                message: message.to_owned(),
                expected: Some(example.to_owned()),
                place: Place::field(pointer),
                ..Problem::default()
            }]
        };
        match at(document, pointer) {
            None => Err(missing("there is nothing here yet")),
            Some(Json::String(text)) if text.trim().is_empty() || text.trim() == "TODO" => {
                Err(missing("there is nothing here yet"))
            }
            Some(Json::String(text)) => {
                let limits = Limits::course();
                match Document::parse("rules.yaml", text.as_bytes(), &limits) {
                    Ok(inner) => {
                        let tree = inner.json().clone();
                        Ok((Source::Text(pointer.to_owned(), Box::new(inner)), tree))
                    }
                    Err(errors) => Err(errors
                        .into_iter()
                        .map(|error| Problem {
                            message: format!("this is no YAML: {}", error.message),
                            help: error.help,
                            place: Place::inside(pointer, error.span),
                            ..Problem::default()
                        })
                        .collect()),
                }
            }
            Some(tree) => Ok((Source::Tree(pointer.to_owned()), tree.clone())),
        }
    }

    /// Where something of the file stands; `part` is a piece of the text there.
    pub fn place(&self, pointer: &str, part: Option<&str>) -> Place {
        match self {
            Source::Tree(base) => {
                let pointer = format!("{base}{pointer}");
                Place::field(pointer)
            }
            Source::Text(base, inner) => {
                let span = inner.span_of(&Place::field(pointer));
                let text = &inner.source()[span.clone()];
                let found = part.and_then(|part| text.find(part).map(|at| (at, part.len())));
                match found {
                    Some((at, length)) => Place::inside(base, span.start + at..span.start + at + length),
                    None => {
                        // A block of several lines is marked at its first one.
                        let end = text.find('\n').map_or(span.end, |end| span.start + end);
                        Place::inside(base, span.start..end)
                    }
                }
            }
        }
    }

    fn has(&self, tree_pointer: &str, document: Option<&Json>) -> bool {
        match self {
            Source::Tree(base) => document.is_some_and(|tree| tree.pointer(&format!("{base}{tree_pointer}")).is_some()),
            Source::Text(_, inner) => inner.node(tree_pointer).is_some(),
        }
    }

    fn problem(&self, error: RuleError) -> Problem {
        Problem {
            place: self.place(&error.at, error.part.as_deref()),
            message: error.message,
            help: error.help,
            ..Problem::default()
        }
    }
}

const RULES_EXAMPLE: &str = "a rule file of Prometheus: groups, with alert, expr, for and labels";
const CONFIG_EXAMPLE: &str = "a configuration of Alertmanager: route, with receiver, group_by and routes";

impl Files {
    pub fn read(check: &SeriesCheck, document: &Json) -> Result<Files, Vec<Problem>> {
        let (rules_source, tree) = Source::read(document, &check.rules, RULES_EXAMPLE)?;
        let mut reader = Reader::default();
        let groups = rules::read(&tree, &mut reader)
            .map_err(|errors| errors.into_iter().map(|error| rules_source.problem(error)).collect::<Vec<_>>())?;
        let (config_source, tree) = Source::read(document, &check.alertmanager, CONFIG_EXAMPLE)?;
        let config = routing::read(&tree)
            .map_err(|errors| errors.into_iter().map(|error| config_source.problem(error)).collect::<Vec<_>>())?;
        let means = read_means(document, check, &config, &config_source)?;
        let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (role, names) in at(document, &check.roles).and_then(Json::as_object).into_iter().flatten() {
            let names = strings(names).flat_map(|text| text.split(',')).map(|name| name.trim().to_owned());
            roles.insert(role.clone(), names.filter(|name| !name.is_empty()).collect());
        }
        Ok(Files { groups, config, means, roles, roles_at: check.roles.clone(), rules_source, config_source })
    }

    /// The learner's rules, in the order of the file; their numbers are those of a run.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.groups.iter().flat_map(|group| &group.rules)
    }

    pub fn alerts(&self) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules().enumerate().filter(|(_, rule)| rule.alert.is_some())
    }

    /// Numbers of the rules that play a role.
    pub fn playing(&self, role: &str) -> Vec<usize> {
        let names = self.roles.get(role).map(Vec::as_slice).unwrap_or_default();
        self.alerts().filter(|(_, rule)| names.contains(&rule.name)).map(|(number, _)| number).collect()
    }

    pub fn means(&self, receiver: &str) -> Means {
        self.means.get(receiver).copied().unwrap_or(Means::Log)
    }

    /// Whether somebody is woken: a group begins to tell, or tells again.
    pub fn is_page(&self, sent: &Notification) -> bool {
        use crate::promql::alertmanager::Occasion::{Again, Opened};
        matches!(sent.occasion, Opened | Again) && self.means(&sent.receiver) == Means::Page
    }

    /// A field of a rule, or the rule where it has no such field.
    pub fn at_rule(&self, rule: &Rule, field: &str) -> Place {
        let pointer = format!("{}/{field}", rule.at);
        if !field.is_empty() && (self.rules_source.has(&pointer, None) || matches!(self.rules_source, Source::Tree(_)))
        {
            return self.rules_source.place(&pointer, None);
        }
        self.rules_source.place(&format!("{}/alert", rule.at), None)
    }

    /// A piece of a rule's expression.
    pub fn in_expression(&self, rule: &Rule, part: &str) -> Place {
        self.rules_source.place(&format!("{}/expr", rule.at), Some(part))
    }

    pub fn at_config(&self, pointer: &str) -> Place {
        self.config_source.place(pointer, None)
    }

    pub fn at_role(&self, role: &str) -> Place {
        Place::field(format!("{}/{role}", self.roles_at))
    }

    /// Roles that name no alert, or one there is not.
    pub fn roles_that_lack(&self, needed: &[String]) -> Vec<Problem> {
        let known: Vec<&str> = self.alerts().map(|(_, rule)| rule.name.as_str()).collect();
        let mut problems = Vec::new();
        for role in needed {
            let names = self.roles.get(role).map(Vec::as_slice).unwrap_or_default();
            let stranger = names.iter().find(|name| !known.contains(&name.as_str()));
            let message = match stranger {
                _ if names.is_empty() => format!("no alert is named for {role}"),
                Some(name) => format!("{} is named for {role}, and no rule has this name", quote(name)),
                None => continue,
            };
            let near = stranger.and_then(|name| nearest(name, known.iter().copied()));
            problems.push(Problem {
                message,
                expected: Some(format!("the names of alerts of your rules: {}", listed(known.iter().copied()))),
                help: near.map(|near| format!("did you mean `{near}`?")),
                place: self.at_role(role),
                ..Problem::default()
            });
        }
        problems
    }
}

fn read_means(
    document: &Json,
    check: &SeriesCheck,
    config: &Config,
    source: &Source,
) -> Result<BTreeMap<String, Means>, Vec<Problem>> {
    let mut means = BTreeMap::new();
    let mut problems = Vec::new();
    for (receiver, configured) in &config.receivers {
        if let Some(found) = configured.iter().find_map(|field| of_integration(field)) {
            means.insert(receiver.clone(), found);
        }
    }
    for (receiver, word) in at(document, &check.receivers).and_then(Json::as_object).into_iter().flatten() {
        match said(word) {
            Some(found) => drop(means.insert(receiver.clone(), found)),
            None => problems.push(Problem {
                message: match word.as_str().filter(|word| !word.trim().is_empty() && word.trim() != "TODO") {
                    Some(word) => format!("{} does not say whether {} wakes somebody", quote(word), quote(receiver)),
                    None => format!("what {} does is not said", quote(receiver)),
                },
                expected: Some("page, chat, log or heartbeat".to_owned()),
                place: Place::field(format!("{}/{}", check.receivers, crate::checks::escape(receiver))),
                ..Problem::default()
            }),
        }
    }
    let mut routes = vec![&config.root];
    // What is said and not understood is told once.
    let unclear = at(document, &check.receivers).and_then(Json::as_object).map(|all| all.keys().collect::<Vec<_>>());
    let mut told: Vec<&String> = unclear.unwrap_or_default();
    while let Some(route) = routes.pop() {
        routes.extend(route.routes.iter().rev());
        if !means.contains_key(&route.receiver) && !told.contains(&&route.receiver) {
            told.push(&route.receiver);
            let listed_names: Vec<&str> = means.keys().map(String::as_str).collect();
            let near = nearest(&route.receiver, listed_names.iter().copied());
            problems.push(Problem {
                message: format!("nothing says what the receiver {} does", quote(&route.receiver)),
                expected: Some("under receivers: its name, and page, chat, log or heartbeat".to_owned()),
                help: near.map(|near| format!("did you mean `{near}`?")),
                place: source.place(&format!("{}/receiver", route.at), None),
                ..Problem::default()
            });
        }
    }
    if problems.is_empty() { Ok(means) } else { Err(problems) }
}

/// What a receiver is said to do: a word or a few, or what it is configured as.
fn said(value: &Json) -> Option<Means> {
    match value {
        Json::String(text) => of_words(text),
        Json::Array(items) => items.first().filter(|_| items.len() == 1).and_then(said),
        Json::Object(fields) => fields.iter().find_map(|(field, value)| of_integration(field).or_else(|| said(value))),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

/// `pages the on-call engineer`, `chat (Slack)`, `#ops`: the first word decides, or else all that are known must agree.
fn of_words(text: &str) -> Option<Means> {
    let text = text.to_lowercase();
    let text = ["on-call", "on call"].iter().fold(text, |text, apart| text.replace(apart, "oncall"));
    let text = text.replace("e-mail", "email").replace("dead man", "deadman").replace("dead-man", "deadman");
    let words = || text.split(|c: char| !c.is_alphanumeric() && c != '#').filter(|word| !word.is_empty());
    let first =
        words().next().filter(|word| matches!(*word, "page" | "pages" | "pager" | "chat" | "log" | "heartbeat"));
    if first.is_some() {
        return first.and_then(of_word);
    }
    if words().any(|word| matches!(word, "not" | "no" | "never" | "without" | "t")) {
        return None;
    }
    let mut found = words().filter_map(of_word);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn of_word(word: &str) -> Option<Means> {
    Some(match word {
        "page" | "pager" | "pages" | "paging" | "phone" | "phones" | "telephone" | "call" | "calls" | "sms"
        | "pagerduty" | "opsgenie" | "victorops" | "pushover" | "oncall" | "wake" | "wakes" | "siren" => Means::Page,
        "chat" | "slack" | "ticket" | "tickets" | "mail" | "mails" | "email" | "emails" | "teams" | "msteams"
        | "warning" | "message" | "messages" | "mattermost" | "rocket" | "rocketchat" | "discord" | "telegram"
        | "google" | "zulip" | "webex" | "wechat" | "channel" | "jira" | "irc" => Means::Chat,
        "log" | "logs" | "none" | "nothing" | "null" | "info" | "nobody" | "drop" | "dashboard" | "blackhole"
        | "discard" => Means::Log,
        "heartbeat" | "watchdog" | "deadman" | "deadmansswitch" => Means::Heartbeat,
        word if word.starts_with('#') => Means::Chat,
        _ => return None,
    })
}

fn of_integration(field: &str) -> Option<Means> {
    Some(match field {
        "pagerduty_configs" | "opsgenie_configs" | "victorops_configs" | "pushover_configs" | "sns_configs" => {
            Means::Page
        }
        "slack_configs" | "email_configs" | "msteams_configs" | "msteamsv2_configs" | "discord_configs"
        | "telegram_configs" | "webex_configs" | "wechat_configs" | "jira_configs" | "rocketchat_configs" => {
            Means::Chat
        }
        _ => return None,
    })
}
