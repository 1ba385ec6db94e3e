//! The report for people: what was earned, then how it goes wrong, costliest first.

use colored::{Color, Colorize};
use unicode_width::UnicodeWidthStr;

use super::excerpt::{self, pad, truncate, wrap};
use super::{Style, count, form_only, passed, points, sanitize, timeline};
use crate::report::{Counterexample, Criterion, Finding, Report, Reports, Status};

/// Findings shown in full unless all of them are asked for.
pub const SHOWN_IN_FULL: usize = 3;

pub fn render(reports: &Reports, style: Style) -> String {
    let mut out = String::new();
    for (index, report) in reports.reports.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        push_report(&mut out, report, style);
    }
    if reports.reports.len() > 1 {
        out.push('\n');
        push_summary(&mut out, reports, style);
    }
    out
}

fn push_report(out: &mut String, report: &Report, style: Style) {
    out.push_str(&header(report, style));
    if !report.criteria.is_empty() {
        out.push('\n');
        for criterion in &report.criteria {
            push_criterion(out, criterion, style);
        }
    }
    let full = if style.all_findings { report.findings.len() } else { SHOWN_IN_FULL };
    for finding in report.findings.iter().take(full) {
        out.push('\n');
        push_finding(out, report, finding, style);
    }
    let rest = report.findings.get(full..).unwrap_or_default();
    if !rest.is_empty() {
        let target = target(report);
        out.push_str(&format!(
            "\n{}, shown in full by `belt check {target} --all-findings`:\n",
            count_more(rest.len())
        ));
        for finding in rest {
            let cost = format!("-{}", points(finding.points_lost));
            let lead = format!("  {:>2}  line {:<4}  ", finding.number, finding.location.line);
            let room = style.width.saturating_sub(lead.width() + cost.width() + 2);
            let message = pad(&truncate(&sanitize::line(&finding.message), room), room);
            out.push_str(&format!("{lead}{message}  {cost}\n"));
        }
    }
}

fn count_more(number: usize) -> String {
    format!("{number} more finding{}", if number == 1 { "" } else { "s" })
}

fn header(report: &Report, style: Style) -> String {
    let id = sanitize::squeezed(&report.exercise.id);
    let (verdict, good) = if form_only(report) {
        let text = match report.findings.len() {
            0 => "form ok".to_owned(),
            number => count(number, "mistake"),
        };
        (text, report.findings.is_empty())
    } else {
        let score = format!("{}/{}", points(report.score), points(report.max_score));
        (format!("{score}   pass mark {}", points(report.pass_mark)), report.passed)
    };
    let title = sanitize::squeezed(&report.exercise.title);
    let lead = format!("{id}  ");
    let room = style.width.saturating_sub(lead.width() + verdict.width() + 2);
    let title = pad(&truncate(&title, room), room);
    let verdict = paint(style, &verdict, if good { Color::Green } else { Color::Red });
    format!("{lead}{title}  {verdict}\n")
}

fn push_criterion(out: &mut String, criterion: &Criterion, style: Style) {
    let (word, color) = match criterion.status {
        Status::Passed => ("ok", Color::Green),
        Status::Partial => ("part", Color::Yellow),
        Status::Failed => ("FAIL", Color::Red),
        Status::Skipped => ("skip", Color::Cyan),
        Status::NotGradable => ("n/a", Color::Yellow),
    };
    let score = format!("{}/{}", points(criterion.points), points(criterion.max_points));
    let room = style.width.saturating_sub(2 + 4 + 2 + 2 + score.width());
    let title = pad(&truncate(&sanitize::squeezed(&criterion.title), room), room);
    out.push_str(&format!("  {}  {title}  {score}\n", paint(style, &pad(word, 4), color)));
    let needs: Vec<String> = criterion.needs.iter().map(|id| sanitize::squeezed(id)).collect();
    let remark = match criterion.status {
        Status::Skipped if !needs.is_empty() => format!("not tried: needs {}", needs.join(", ")),
        Status::NotGradable => "not gradable: neither right nor wrong".to_owned(),
        _ => return,
    };
    for line in wrap(&remark, style.width.saturating_sub(8)) {
        out.push_str(&format!("        {line}\n"));
    }
}

fn push_finding(out: &mut String, report: &Report, finding: &Finding, style: Style) {
    out.push_str(&excerpt::render(finding, style));
    let gutter = " ".repeat(excerpt::gutter(finding));
    out.push_str(&format!("{gutter} |\n"));
    let mut facts: Vec<String> = Vec::new();
    let mut fact = |name: &str, text: &str| {
        // Rows and arithmetic come with their own line breaks; each line keeps its place.
        for (index, line) in sanitize::lines(text).into_iter().enumerate() {
            facts.push(if index == 0 {
                format!("{name}{line}")
            } else {
                format!("\0{}{line}", " ".repeat(name.len()))
            });
        }
    };
    for label in excerpt::long_labels(finding, style) {
        fact("", &label);
    }
    if let Some(expected) = &finding.expected {
        fact("expected: ", expected);
    }
    if let Some(actual) = &finding.actual {
        fact("  actual: ", actual);
    }
    for note in &finding.notes {
        fact("", note);
    }
    if let Some(help) = &finding.help {
        fact("help: ", help);
    }
    if let Some(story) = &finding.counterexample {
        fact("when: ", &story.scenario);
        if story.explored.states > 0 {
            fact("", &explored(story));
        }
    }
    push_facts(out, &gutter, &facts, style);
    if let Some(story) = &finding.counterexample {
        out.push('\n');
        for line in timeline::render(story, style.width) {
            out.push_str(&line);
            out.push('\n');
        }
        out.push('\n');
    }
    push_facts(out, &gutter, &pointers(report, finding), style);
}

/// What to read and to type next.
fn pointers(report: &Report, finding: &Finding) -> Vec<String> {
    let target = target(report);
    let mut facts = Vec::new();
    let criterion = finding.criterion.as_deref().map(sanitize::squeezed);
    if let Some(hint) = &finding.hint {
        let levels = finding.hints.len().max(1);
        facts.push(format!("hint 1 of {levels}: {}", sanitize::line(hint)));
        if levels > 1 {
            let criterion = criterion.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
            facts.push(format!("hint 2: belt hint {target}{criterion} --level 2"));
        }
    }
    let graded = report.criteria.iter().find(|graded| Some(&graded.id) == finding.criterion.as_ref());
    for lesson in graded.map(|graded| graded.lessons.as_slice()).unwrap_or_default() {
        let title = sanitize::squeezed(&lesson.title);
        facts.push(format!("lesson {}, {title}: belt lesson {}", lesson.number, lesson.number));
    }
    if finding.counterexample.is_some() {
        facts.push(format!("step through it: belt replay {target} {}", finding.number));
    }
    facts
}

fn push_facts(out: &mut String, gutter: &str, facts: &[String], style: Style) {
    for fact in facts {
        // A leading NUL (which sanitising removes from data) marks a line that continues the one before.
        let (mark, text) = match fact.strip_prefix('\0') {
            Some(rest) => (" ", rest),
            None => ("=", fact.as_str()),
        };
        let blanks = text.len() - text.trim_start_matches(' ').len();
        let room = style.width.saturating_sub(gutter.len() + 3 + blanks + 2);
        for (index, line) in wrap(text, room).into_iter().enumerate() {
            let mark = if index == 0 { mark } else { " " };
            let hang = if index == 0 { blanks } else { blanks + 2 };
            out.push_str(&format!("{gutter} {mark} {}{line}\n", " ".repeat(hang)));
        }
    }
}

/// What was explored to find this, in one sentence.
pub fn explored(story: &Counterexample) -> String {
    let bounds = &story.explored;
    // A replay of series is one run; there is nothing to search.
    if bounds.states == 0 {
        return format!("replayed with {}", count(bounds.transitions as usize, "evaluation"));
    }
    let within = format!(
        "{} and {}",
        count(bounds.max_preemptions as usize, "preemption"),
        count(bounds.max_faults as usize, "fault")
    );
    let states = count(bounds.states as usize, "state");
    let searched = if bounds.complete {
        format!("explored {states}, all within {within}")
    } else {
        format!("state {} of a search up to {within}", bounds.states)
    };
    format!(
        "smallest run that shows it: {}, {} ({searched})",
        count(story.preemptions as usize, "preemption"),
        count(story.faults as usize, "fault"),
    )
}

fn push_summary(out: &mut String, reports: &Reports, style: Style) {
    for report in &reports.reports {
        let verdict = if form_only(report) {
            count(report.findings.len(), "mistake")
        } else {
            format!("{}/{}", points(report.score), points(report.max_score))
        };
        let word = if report.passed { paint(style, "ok  ", Color::Green) } else { paint(style, "FAIL", Color::Red) };
        let room = style.width.saturating_sub(8 + verdict.width() + 2);
        let path = pad(&truncate(&sanitize::squeezed(&report.submission.path), room), room);
        out.push_str(&format!("  {word}  {path}  {verdict}\n"));
    }
    let (passed, all) = passed(reports);
    out.push_str(&format!("{passed} of {} passed\n", count(all, "submission")));
}

/// What names this submission in a command: the exercise, or the path of a file that belt would not find by itself.
pub fn target(report: &Report) -> String {
    let id = &report.exercise.id;
    let found = ["yaml", "yml", "json"].iter().any(|ext| report.submission.path == format!("submissions/{id}.{ext}"));
    if found { sanitize::squeezed(id) } else { sanitize::line(&report.submission.path) }
}

fn paint(style: Style, text: &str, color: Color) -> String {
    if style.color { text.color(color).bold().to_string() } else { text.to_owned() }
}
