//! Renderers: each output format is one file, and all of them read the same [`Reports`].
//!
//! What a submission contains is data in every one of them: see [`sanitize`].

pub mod excerpt;
pub mod github;
pub mod json;
pub mod junit;
pub mod replay;
pub mod sanitize;
pub mod text;
pub mod timeline;

#[cfg(test)]
pub(crate) mod tests;

use crate::report::{Report, Reports};

/// What the environment of an output asks for. Resolved by `commands`; renderers look at nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    pub color: bool,
    /// Show every finding in full rather than the costliest three.
    pub all_findings: bool,
}

impl Default for Style {
    fn default() -> Self {
        Style { width: 80, color: false, all_findings: false }
    }
}

/// Points as people read them: whole where they are whole, else two decimals *rounded down*, so that what is shown is
/// never more than what was earned.
pub fn points(value: f64) -> String {
    // The small addition undoes binary fractions such as 0.29 * 100 = 28.999999999999996, and nothing larger.
    let hundredths = (value * 100.0 + 1e-6).floor();
    if hundredths % 100.0 == 0.0 {
        format!("{}", hundredths / 100.0)
    } else {
        format!("{:.2}", hundredths / 100.0).trim_end_matches('0').to_owned()
    }
}

/// `Some("2 files")`-style counts: "1 step", "2 steps", "no step".
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// How many submissions passed, of how many.
pub(crate) fn passed(reports: &Reports) -> (usize, usize) {
    (reports.reports.iter().filter(|report| report.passed).count(), reports.reports.len())
}

/// Whether only the form was looked at, so that there are no points to speak of.
pub(crate) fn form_only(report: &Report) -> bool {
    report.criteria.is_empty() && report.max_score == 0.0
}
