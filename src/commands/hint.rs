//! `belt hint`: hints about what lost points, by level.

use super::check;
use super::context::{Context, print};
use super::error::{Error, exit, near};
use crate::render::excerpt::wrap;
use crate::render::{points, sanitize, text};
use crate::report::{Finding, Report};

pub fn run(context: &Context, target: &str, criterion: Option<&str>, level: u8) -> Result<u8, Error> {
    let report = check::report(context, target)?;
    if let Some(asked) = criterion {
        let ids: Vec<String> = report.criteria.iter().map(|criterion| criterion.id.clone()).collect();
        if !ids.iter().any(|id| id == asked) {
            let near: Vec<String> = near(asked, &ids).iter().map(|id| format!("`{id}`")).collect();
            let meant = if near.is_empty() { ids.join(", ") } else { format!("did you mean {}?", near.join(" or ")) };
            return Err(Error::Usage(format!("{} has no criterion `{asked}`: {meant}", report.exercise.id)));
        }
    }
    print(&hints(&report, criterion, usize::from(level), context.style.width))?;
    Ok(exit::PASSED)
}

/// One hint for each criterion that lost points: its costliest finding's, at this level.
fn hints(report: &Report, criterion: Option<&str>, level: usize, width: usize) -> String {
    let mut out = String::new();
    let mut seen = Vec::new();
    for finding in &report.findings {
        let wanted = criterion.is_none_or(|id| finding.criterion.as_deref() == Some(id));
        let told = if criterion.is_some() {
            seen.iter().any(|other: &&Finding| other.hints == finding.hints)
        } else {
            seen.iter().any(|other: &&Finding| other.criterion == finding.criterion)
        };
        if !wanted || told || finding.hints.is_empty() {
            continue;
        }
        seen.push(finding);
        if !out.is_empty() {
            out.push('\n');
        }
        push_hint(&mut out, report, finding, level, width);
    }
    if !out.is_empty() {
        return out;
    }
    match (criterion, report.findings.is_empty()) {
        (Some(id), false) => {
            format!("no hint about {}: nothing was found there that has a hint\n", sanitize::squeezed(id))
        }
        (None, false) => format!("no hints: belt check {} says what is wrong\n", text::target(report)),
        (_, true) => "nothing lost points, so there is nothing to hint at\n".to_owned(),
    }
}

fn push_hint(out: &mut String, report: &Report, finding: &Finding, level: usize, width: usize) {
    let id = finding.criterion.as_deref().map(sanitize::squeezed).unwrap_or_default();
    let levels = finding.hints.len();
    let level = level.min(levels);
    out.push_str(&format!("{id}  (-{}, line {})\n", points(finding.points_lost), finding.location.line));
    for (index, line) in wrap(&sanitize::line(finding.message.as_str()), width.saturating_sub(2)).iter().enumerate() {
        out.push_str(&format!("{}{line}\n", if index == 0 { "  " } else { "    " }));
    }
    for line in wrap(
        &format!("hint {level} of {levels}: {}", sanitize::squeezed(&finding.hints[level - 1])),
        width.saturating_sub(4),
    ) {
        out.push_str(&format!("  {line}\n"));
    }
    if level < levels {
        out.push_str(&format!("  next: belt hint {} {id} --level {}\n", text::target(report), level + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::tests::{finding, reports};

    #[test]
    fn each_level_says_more_and_how_to_get_the_next() {
        let report = &reports(vec![finding(1, 30.0)]).reports[0];
        let first = hints(report, None, 1, 80);
        assert!(first.contains("hint 1 of 3: nudge"), "{first}");
        assert!(first.contains("next: belt hint day06 retry-safe --level 2"), "{first}");
        let last = hints(report, Some("retry-safe"), 3, 80);
        assert!(last.contains("hint 3 of 3: nearly the answer") && !last.contains("next:"), "{last}");
        assert_eq!(hints(report, None, 9, 80), last, "there is no level beyond the last");
    }

    #[test]
    fn a_criterion_is_hinted_at_once_and_nothing_lost_is_said_so() {
        let mut other = finding(3, 5.0);
        other.criterion = Some("numbers".into());
        let report = &reports(vec![finding(1, 30.0), finding(2, 10.0), other]).reports[0];
        let text = hints(report, None, 1, 80);
        assert_eq!(text.matches("hint 1 of 3").count(), 2, "{text}");
        assert!(hints(report, Some("key-table"), 1, 80).contains("no hint about key-table"));
        assert!(hints(&reports(vec![]).reports[0], None, 1, 80).contains("nothing lost points"));
    }
}
