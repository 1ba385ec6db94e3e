//! A counterexample one step at a time: nothing shortened, each step beside the line that made it.

use super::excerpt::wrap;
use super::timeline::time;
use super::{Style, count, sanitize, text};
use crate::report::{Counterexample, Finding, Report, Step};

/// `None` where the finding has no counterexample.
pub fn render(report: &Report, finding: &Finding, style: Style) -> Option<String> {
    let story = finding.counterexample.as_ref()?;
    let mut out = String::new();
    let lead = format!("{} finding {}: ", sanitize::squeezed(&report.exercise.id), finding.number);
    push_wrapped(&mut out, &lead, &sanitize::line(&finding.message), style.width);
    push_wrapped(&mut out, "", &sanitize::line(&story.scenario), style.width);
    let steps = count(story.steps.len(), "step");
    out.push_str(&if story.explored.states == 0 {
        format!("{steps}\n")
    } else {
        let preemptions = count(story.preemptions as usize, "preemption");
        format!("{steps}, {preemptions}, {}\n", count(story.faults as usize, "fault"))
    });
    for step in &story.steps {
        out.push('\n');
        push_step(&mut out, story, step, style);
    }
    out.push('\n');
    for (name, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        if let Some(value) = value {
            push_wrapped(&mut out, &format!("{name}: "), &sanitize::line(value), style.width);
        }
    }
    if story.explored.states > 0 {
        push_wrapped(&mut out, "", &text::explored(story), style.width);
    }
    Some(out)
}

fn push_step(out: &mut String, story: &Counterexample, step: &Step, style: Style) {
    let client = sanitize::squeezed(&step.client);
    let at = if step.time == 0.0 { String::new() } else { format!("  at {}", time(step.time)) };
    out.push_str(&format!("step {} of {}  {client}{at}\n", step.number, story.steps.len()));
    if let Some(place) = &step.location {
        let path = sanitize::line(&place.path);
        out.push_str(&format!("  --> {path}:{}:{}\n", place.line, place.column));
        if let Some(source) = place.source.first() {
            out.push_str(&format!("  {} | {}\n", place.line, sanitize::source(source)));
        }
    }
    push_wrapped(out, "  call    ", &sanitize::squeezed(&step.call), style.width);
    if !step.result.is_empty() {
        push_wrapped(out, "  result  ", &sanitize::squeezed(&step.result), style.width);
    }
    if let Some(fault) = &step.fault {
        push_wrapped(out, "  fault   ", &sanitize::line(fault), style.width);
    }
    if let Some(remark) = &step.remark {
        push_wrapped(out, "  <- ", &sanitize::line(remark), style.width);
    }
}

fn push_wrapped(out: &mut String, lead: &str, text: &str, width: usize) {
    for (index, line) in wrap(text, width.saturating_sub(lead.len())).into_iter().enumerate() {
        let lead = if index == 0 { lead.to_owned() } else { " ".repeat(lead.len()) };
        out.push_str(&format!("{lead}{line}\n"));
    }
}
