//! Alert rules, replayed on series: does the person on call hear of it in time, and only of it?
//!
//! ```yaml
//! series:
//!   rules: /rules                  # a rule file as text, or the same as a tree
//!   alertmanager: /alertmanager    # likewise; route, inhibit_rules
//!   receivers: /receivers          # receiver: page, chat, log or heartbeat
//!   roles: /alerts                 # role: the alerts that play it
//!   replay: replays/incident.yaml  # `src/promql/replay.rs` says what it holds; without one the files are only read
//!   needs_roles: [latency]         # roles that must name alerts there are
//!   severities: true               # every alert has a severity, and severities are told apart
//!   expect:
//!     - {page: latency, from: 60m, by: 80m, because: half of the requests take 3 s}
//!     - {notice: memory, from: 60m, by: 220m, because: ...}     # a page or a message in a chat
//!     - {quiet: [latency], from: 0m, by: 60m, because: ...}     # no page; `[]` for whatever alert; at_most: 0
//!     - {resolved: latency, from: 0m, by: 120m, because: ...}   # it has fired, and by then it no longer does
//! ```

mod expect;
mod read;
mod severities;
mod story;
#[cfg(test)]
mod tests;
mod why;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Context, Problem, Verdict};
use crate::course::Error;
use crate::promql::parse::Reader;
use crate::promql::replay::{Recording, ReplayFile, run};
use crate::promql::rules;

use read::Files;

/// Most problems one check reports: the first ones explain the rest.
const MAX_PROBLEMS: usize = 4;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesCheck {
    #[serde(default = "at_rules")]
    pub rules: String,
    #[serde(default = "at_alertmanager")]
    pub alertmanager: String,
    #[serde(default = "at_receivers")]
    pub receivers: String,
    #[serde(default = "at_roles")]
    pub roles: String,
    /// A file of the exercise.
    #[serde(default)]
    pub replay: Option<String>,
    #[serde(default)]
    pub needs_roles: Vec<String>,
    #[serde(default)]
    pub severities: bool,
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

/// Exactly one of `page`, `notice`, `quiet` and `resolved`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    #[serde(default)]
    pub page: Option<String>,
    #[serde(default)]
    pub notice: Option<String>,
    #[serde(default)]
    pub quiet: Option<Vec<String>>,
    #[serde(default)]
    pub resolved: Option<String>,
    /// Since the start of the replay.
    pub from: String,
    pub by: String,
    #[serde(default)]
    pub at_most: usize,
    /// What goes on there, as the end of a sentence: `while {because}`.
    pub because: String,
}

fn at_rules() -> String {
    "/rules".into()
}

fn at_alertmanager() -> String {
    "/alertmanager".into()
}

fn at_receivers() -> String {
    "/receivers".into()
}

fn at_roles() -> String {
    "/alerts".into()
}

impl SeriesCheck {
    pub fn run(&self, context: &Context) -> Result<Verdict, Error> {
        let files = match Files::read(self, context.document) {
            Ok(files) => files,
            Err(problems) => return Ok(Verdict::not_gradable(capped(problems))),
        };
        let mut problems = files.roles_that_lack(&self.needs_roles);
        let lacks = |role: &&String| !files.roles_that_lack(std::slice::from_ref(*role)).is_empty();
        let lacking: Vec<&String> = self.needs_roles.iter().filter(lacks).collect();
        if self.severities {
            problems.extend(severities::examine(&files));
        }
        let Some(name) = &self.replay else {
            let executed = format!("read {} rules", files.rules().count());
            return Ok(told(problems, executed));
        };
        let recording = self.recording(context, name)?;
        let others = self.rules_of_others(&recording, context, name)?;
        let groups: Vec<&rules::Group> = files.groups.iter().chain(&others).collect();
        let mut run = run(recording, &groups, &files.config);
        for expectation in &self.expect {
            // A role that names no alert has been told of.
            let role = expectation.page.as_ref().or(expectation.notice.as_ref()).or(expectation.resolved.as_ref());
            if role.is_some_and(|role| lacking.contains(&role)) {
                continue;
            }
            match expect::examine(expectation, &files, &mut run) {
                Ok(problem) => problems.extend(problem),
                Err(message) => return Err(context.broken("rubric.yaml", message)),
            }
        }
        let minutes = (run.end - run.start) / 60_000;
        let pages = run.sent.iter().filter(|sent| files.is_page(sent)).count();
        let executed = format!(
            "replayed {} evaluations of rules in {minutes} minutes: {pages} page{}",
            run.evaluations,
            if pages == 1 { "" } else { "s" }
        );
        Ok(told(problems, executed))
    }

    fn recording(&self, context: &Context, name: &str) -> Result<Recording, Error> {
        let file: ReplayFile = context.exercise.typed(name)?;
        let included = file.include.iter().map(|name| context.exercise.typed(name));
        let included: Vec<ReplayFile> = included.collect::<Result<_, _>>()?;
        Recording::load(&file, &included).map_err(|message| context.broken(name, message))
    }

    fn rules_of_others(
        &self,
        recording: &Recording,
        context: &Context,
        name: &str,
    ) -> Result<Vec<rules::Group>, Error> {
        let Some(tree) = &recording.rules else { return Ok(Vec::new()) };
        // Numbers far from those of the learner's expressions.
        let mut reader = Reader::beyond(1 << 20);
        rules::read(tree, &mut reader).map_err(|errors| {
            let first: Vec<String> =
                errors.into_iter().map(|error| format!("{} ({})", error.message, error.at)).collect();
            context.broken(name, first.join("; "))
        })
    }
}

fn capped(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.truncate(MAX_PROBLEMS);
    problems
}

fn told(problems: Vec<Problem>, executed: String) -> Verdict {
    let mut verdict = if problems.is_empty() { Verdict::passed() } else { Verdict::failed(capped(problems)) };
    verdict.executed = Some(executed);
    verdict
}

/// The value at a pointer; `""` is the whole tree.
fn at<'a>(tree: &'a Json, pointer: &str) -> Option<&'a Json> {
    tree.pointer(pointer).filter(|value| !value.is_null())
}
