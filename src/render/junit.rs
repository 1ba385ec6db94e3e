//! JUnit XML: a suite per submission, a test case per criterion. JUnit has no scores, so they are properties.

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::{points, sanitize::xml};
use crate::report::{Criterion, Finding, Report, Reports, Status};

pub fn render(reports: &Reports) -> String {
    let mut document = quick_junit::Report::new("belt");
    for report in &reports.reports {
        document.add_test_suite(suite(report));
    }
    document.to_string().expect("writing XML to memory cannot fail") + "\n"
}

fn suite(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(xml(&format!("{} {}", report.exercise.id, report.submission.path)));
    suite.extra.insert("file".into(), xml(&report.submission.path).into());
    for (name, value) in [
        ("score", points(report.score)),
        ("max_score", points(report.max_score)),
        ("percent", points(report.percent)),
        ("pass_mark", points(report.pass_mark)),
        ("passed", report.passed.to_string()),
    ] {
        suite.add_property(Property::new(name, value));
    }
    let of_file: Vec<&Finding> = report.findings.iter().filter(|finding| finding.criterion.is_none()).collect();
    if let Some(first) = of_file.first() {
        let status = non_success(NonSuccessKind::Error, "form", &first.message, &of_file);
        suite.add_test_case(case(report, "submission", status));
    }
    for criterion in &report.criteria {
        suite.add_test_case(criterion_case(report, criterion));
    }
    suite
}

fn criterion_case(report: &Report, criterion: &Criterion) -> TestCase {
    let findings: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.criterion.as_ref() == Some(&criterion.id)).collect();
    let message = findings.first().map_or(criterion.title.as_str(), |finding| finding.message.as_str());
    let status = match criterion.status {
        Status::Passed => TestCaseStatus::success(),
        Status::Partial => non_success(NonSuccessKind::Failure, "partial", message, &findings),
        Status::Failed => non_success(NonSuccessKind::Failure, "failed", message, &findings),
        Status::NotGradable => non_success(NonSuccessKind::Error, "not_gradable", message, &findings),
        Status::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(xml(&format!("needs {}", criterion.needs.join(", "))));
            status
        }
    };
    let mut case = case(report, &format!("{}: {}", criterion.id, criterion.title), status);
    case.add_property(Property::new("score", points(criterion.points)));
    case.add_property(Property::new("max_score", points(criterion.max_points)));
    if let Some(finding) = findings.first() {
        case.extra.insert("line".into(), finding.location.line.to_string().into());
    }
    case
}

fn case(report: &Report, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(xml(name), status);
    case.set_classname(xml(&report.exercise.id));
    case.extra.insert("file".into(), xml(&report.submission.path).into());
    case
}

fn non_success(kind: NonSuccessKind, ty: &str, message: &str, findings: &[&Finding]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(ty).set_message(xml(message));
    let stories: Vec<String> = findings.iter().map(|finding| describe(finding)).collect();
    if !stories.is_empty() {
        status.set_description(xml(&stories.join("\n\n")));
    }
    status
}

fn describe(finding: &Finding) -> String {
    let place = &finding.location;
    let mut text = format!("{}:{}:{}: {}", place.path, place.line, place.column, finding.message);
    for (name, value) in
        [("expected", &finding.expected), ("actual", &finding.actual), ("help", &finding.help), ("hint", &finding.hint)]
    {
        if let Some(value) = value {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    for note in &finding.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    for step in finding.counterexample.iter().flat_map(|story| &story.steps) {
        text.push_str(&format!("\n{}. {}: {} -> {}", step.number, step.client, step.call, step.result));
        for extra in [&step.fault, &step.remark].into_iter().flatten() {
            text.push_str(&format!(" [{extra}]"));
        }
    }
    text
}
