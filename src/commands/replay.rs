//! `belt replay`: a counterexample step by step.

use super::check;
use super::context::{Context, print};
use super::error::{Error, exit};
use crate::render::{replay, text};

pub fn run(context: &Context, target: &str, number: Option<u32>) -> Result<u8, Error> {
    let report = check::report(context, target)?;
    let stories: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.counterexample.is_some())
        .map(|finding| finding.number.to_string())
        .collect();
    let finding = report.findings.iter().find(|finding| match number {
        Some(number) => finding.number == number,
        None => finding.counterexample.is_some(),
    });
    let shown = finding.and_then(|finding| replay::render(&report, finding, context.style));
    match (shown, number) {
        (Some(shown), _) => print(&shown)?,
        (None, _) if stories.is_empty() => {
            print(&format!("{} has no counterexample to replay\n", text::target(&report)))?
        }
        (None, Some(number)) => {
            let message = format!("finding {number} has no counterexample; these have: {}", stories.join(", "));
            return Err(Error::Usage(message));
        }
        (None, None) => {}
    }
    Ok(exit::PASSED)
}
