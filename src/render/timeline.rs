//! A counterexample as a table with a column for each client, or as a list where columns would be too narrow.

use unicode_width::UnicodeWidthStr;

use super::excerpt::{pad, truncate, wrap};
use super::sanitize::squeezed;
use crate::report::{Counterexample, Step};

/// Narrower columns than this hide both the call and its result.
const MIN_COLUMN: usize = 22;
const INDENT: usize = 4;

/// Longer stories are folded: their beginning, their end, and the steps at which something happened.
const SHOWN_STEPS_MAX: usize = 30;
const HEAD_STEPS: usize = 6;
const TAIL_STEPS: usize = 12;
/// Steps at which another client goes on are shown when there are so few of them.
const TURNS_SHOWN_MAX: usize = 6;

/// The steps to show of a long story.
fn folded(story: &Counterexample) -> Vec<Step> {
    let count = story.steps.len();
    if count <= SHOWN_STEPS_MAX {
        return story.steps.clone();
    }
    let switches = |index: usize| {
        let before = index.checked_sub(1).and_then(|before| story.steps.get(before));
        before.zip(story.steps.get(index)).is_some_and(|(before, step)| before.client != step.client)
    };
    // Where the clients take turns all the time, a turn says nothing.
    let turns = (0..count).filter(|index| switches(*index)).count() <= TURNS_SHOWN_MAX;
    let telling = |index: usize| {
        let step = story.steps.get(index);
        step.is_some_and(|step| step.fault.is_some() || step.remark.is_some()) || turns && switches(index)
    };
    let shown = |index: &usize| {
        *index < HEAD_STEPS
            || *index + TAIL_STEPS >= count
            || telling(*index)
            || telling(index + 1)
            || index.checked_sub(1).is_some_and(telling)
    };
    (0..count).filter(shown).map(|index| story.steps[index].clone()).collect()
}

/// Lines of at most `width` columns, without trailing blanks. A long story is folded; `belt replay` shows all of it.
pub fn render(story: &Counterexample, width: usize) -> Vec<String> {
    let story = &Counterexample { steps: folded(story), ..story.clone() };
    let times: Vec<String> = story.steps.iter().map(|step| time(step.time)).collect();
    let timed = story.steps.iter().any(|step| step.time != 0.0);
    let step_width = story.steps.iter().map(|step| step.number.to_string().len()).max().unwrap_or(1).max("step".len());
    let time_width =
        if timed { times.iter().map(|time| time.width()).max().unwrap_or(0).max("time".len()) + 2 } else { 0 };
    let lead = INDENT + step_width + 2 + time_width;

    let room = width.saturating_sub(lead);
    let columns = story.clients.len().max(1);
    let gaps = 2 * (columns - 1);
    let natural: Vec<usize> = story.clients.iter().map(|client| natural_width(story, client)).collect();
    let table = natural.iter().sum::<usize>() + gaps <= room || room.saturating_sub(gaps) / columns >= MIN_COLUMN;

    let begin = |number: &str, at: &str| {
        let at = if timed { pad(at, time_width) } else { String::new() };
        format!("{}{}  {at}", " ".repeat(INDENT), pad(number, step_width))
    };
    let mut lines = Vec::new();
    if table {
        let widths = shares(&natural, room.saturating_sub(gaps));
        let names =
            story.clients.iter().zip(&widths).map(|(client, &width)| pad(&truncate(&squeezed(client), width), width));
        lines.push(begin("step", "time") + &names.collect::<Vec<_>>().join("  "));
        let mut before = 0;
        for (step, at) in story.steps.iter().zip(&times) {
            push_gap(&mut lines, &mut before, step);
            let cells = story.clients.iter().zip(&widths).map(|(client, &width)| {
                let text = if *client == step.client { cell(step, width) } else { String::new() };
                pad(&text, width)
            });
            let row = begin(&step.number.to_string(), at) + &cells.collect::<Vec<_>>().join("  ");
            push_row(&mut lines, row, step, lead, width);
        }
    } else {
        let name_width = story.clients.iter().map(|client| squeezed(client).width()).max().unwrap_or(1).clamp(6, 16);
        lines.push(begin("step", "time") + &pad("client", name_width) + "  call -> result");
        let mut before = 0;
        for (step, at) in story.steps.iter().zip(&times) {
            push_gap(&mut lines, &mut before, step);
            let client = pad(&truncate(&squeezed(&step.client), name_width), name_width);
            let text = cell(step, room.saturating_sub(name_width + 2));
            let row = begin(&step.number.to_string(), at) + &client + "  " + &text;
            push_row(&mut lines, row, step, lead, width);
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Says how many steps are left out before this one.
fn push_gap(lines: &mut Vec<String>, before: &mut u32, step: &Step) {
    let left_out = step.number.saturating_sub(*before + 1);
    if left_out > 0 {
        lines.push(format!("{}... {left_out} steps", " ".repeat(INDENT)));
    }
    *before = step.number;
}

/// The row, and the step's fault and remark: beside it where there is room, below it where there is not.
fn push_row(lines: &mut Vec<String>, row: String, step: &Step, lead: usize, width: usize) {
    let fault = step.fault.as_deref().map(|fault| format!("!! {}", squeezed(fault)));
    let remark = step.remark.as_deref().map(|remark| format!("<- {}", squeezed(remark)));
    let aside: Vec<String> = fault.into_iter().chain(remark).collect();
    let joined = aside.join("  ");
    for row in [row.as_str(), row.trim_end()] {
        if !aside.is_empty() && row.width() + 2 + joined.width() <= width {
            lines.push(format!("{row}  {joined}"));
            return;
        }
    }
    lines.push(row);
    for text in aside {
        for (index, part) in wrap(&text, width.saturating_sub(lead + 3)).into_iter().enumerate() {
            lines.push(format!("{}{part}", " ".repeat(if index == 0 { lead } else { lead + 3 })));
        }
    }
}

fn natural_width(story: &Counterexample, client: &str) -> usize {
    let cells = story.steps.iter().filter(|step| step.client == client).map(|step| cell(step, usize::MAX).width());
    cells.max().unwrap_or(0).max(squeezed(client).width())
}

/// Shares `room` among columns: those that need less than an even share keep what they need, the others get the rest.
fn shares(natural: &[usize], room: usize) -> Vec<usize> {
    let mut widths = vec![0; natural.len()];
    let mut order: Vec<usize> = (0..natural.len()).collect();
    order.sort_by_key(|&index| natural[index]);
    let mut left = room;
    for (done, &index) in order.iter().enumerate() {
        let share = left / (natural.len() - done);
        widths[index] = natural[index].min(share);
        left -= widths[index];
    }
    widths
}

/// `call -> result` in `width` columns. The result is what the story turns on, so the call is cut first.
fn cell(step: &Step, width: usize) -> String {
    let call = squeezed(step.summary.as_ref().unwrap_or(&step.call));
    let result = squeezed(&step.result);
    if result.is_empty() {
        return truncate(&call, width);
    }
    let arrow = " -> ";
    if call.width() + arrow.width() + result.width() <= width {
        return format!("{call}{arrow}{result}");
    }
    let room = width.saturating_sub(arrow.width());
    let result = truncate(&result, (room / 2).max(room.saturating_sub(call.width())));
    let call = truncate(&call, room.saturating_sub(result.width()));
    format!("{call}{arrow}{result}")
}

/// Virtual seconds, without decimals that say nothing.
pub fn time(seconds: f64) -> String {
    let text = format!("{seconds:.3}");
    format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
}
