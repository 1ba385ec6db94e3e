//! The report itself, for machines: `docs/report.schema.json` describes it.

use super::sanitize;
use crate::report::Reports;

pub fn render(reports: &Reports) -> String {
    let text = serde_json::to_string_pretty(reports).expect("report types have string keys and finite numbers");
    sanitize::json(&text) + "\n"
}
