//! Annotations on a pull request, as workflow commands of GitHub Actions.
//!
//! GitHub shows ten annotations of a kind a step and drops the rest without a word
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>), so the costliest come first and
//! the last of them says how many more there are.

use super::sanitize::{self, workflow_message, workflow_property};
use super::{count, form_only, points};
use crate::report::{Finding, Report, Reports};

/// Annotations of a kind that GitHub shows for one step.
pub const MAX_ANNOTATIONS: usize = 10;

pub fn render(reports: &Reports) -> String {
    let mut out = String::new();
    let mut findings: Vec<(&Report, &Finding)> = reports
        .reports
        .iter()
        .flat_map(|report| report.findings.iter().map(move |finding| (report, finding)))
        .collect();
    findings.sort_by(|(_, a), (_, b)| b.points_lost.total_cmp(&a.points_lost));
    for (report, finding) in findings.iter().take(MAX_ANNOTATIONS) {
        out.push_str(&annotation(report, finding));
    }
    if findings.len() > MAX_ANNOTATIONS {
        let more = findings.len() - MAX_ANNOTATIONS;
        out.push_str(&format!(
            "::notice title=belt::{} more not shown here; `belt check` lists them\n",
            count(more, "finding")
        ));
    }
    for report in &reports.reports {
        let id = sanitize::line(&report.exercise.id);
        let path = sanitize::line(&report.submission.path);
        let verdict = if report.passed { "passed" } else { "below the pass mark" };
        if form_only(report) {
            out.push_str(&format!("{id} {path}: {}\n", count(report.findings.len(), "mistake of form")));
        } else {
            out.push_str(&format!(
                "{id} {path}: {}/{} {verdict}, {}\n",
                points(report.score),
                points(report.max_score),
                count(report.findings.len(), "finding")
            ));
        }
    }
    out
}

fn annotation(report: &Report, finding: &Finding) -> String {
    let place = &finding.location;
    let mut properties = format!("file={},line={}", workflow_property(&place.path), place.line);
    properties.push_str(&format!(",endLine={}", place.end_line.max(place.line)));
    // GitHub refuses columns on annotations of several lines.
    if place.end_line <= place.line {
        properties.push_str(&format!(",col={},endColumn={}", place.column, place.end_column.max(place.column)));
    }
    let title = match &finding.criterion {
        Some(criterion) => format!("{} {criterion} (-{})", report.exercise.id, points(finding.points_lost)),
        None => report.exercise.id.clone(),
    };
    let mut message = finding.message.clone();
    for (name, text) in
        [("expected", &finding.expected), ("actual", &finding.actual), ("help", &finding.help), ("hint", &finding.hint)]
    {
        if let Some(text) = text {
            message.push_str(&format!("\n{name}: {text}"));
        }
    }
    format!("::error {properties},title={}::{}\n", workflow_property(&title), workflow_message(&message))
}

/// Wraps human output so that no line in it is taken as a command.
///
/// `token` ends the quiet zone, so it must not be guessable from the submission: the caller draws it.
pub fn quiet(text: &str, token: &str) -> String {
    format!("::stop-commands::{token}\n{text}::{token}::\n")
}
