//! What a submission can do to the process that grades it, and what it cannot do to anything else.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

const COURSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/course");

/// Grades files with these checks in this order; the reports of `belt check --format json`.
fn check(files: &[&[&str]]) -> Vec<Value> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("belt"));
    command.args(["check", "--format", "json", "--time-limit", "1", "--course", COURSE]).current_dir(dir.path());
    for (index, checks) in files.iter().enumerate() {
        let name = format!("{index}.yaml");
        let lines: String = (1..).zip(*checks).map(|(number, check)| format!("c{number}: {check}\n")).collect();
        std::fs::write(dir.path().join(&name), format!("exercise: day06\n{lines}")).expect("writes");
        command.arg(name);
    }
    let output = command.output().expect("starts");
    let reports: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&output.stderr)));
    reports["reports"].as_array().expect("reports").clone()
}

fn messages(report: &Value) -> Vec<&str> {
    report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["message"].as_str().expect("text"))
        .collect()
}

#[test]
fn what_kills_a_worker_is_reported_and_the_rest_is_graded() {
    let reports = check(&[&["pass", "memory", "spin", "pass", "pass"]]);
    assert_eq!(reports[0]["score"], 60.0);
    let said = messages(&reports[0]).join("\n");
    for cause in ["needed more than 1.5 GiB of memory", "took more than 1 s"] {
        assert!(said.contains(cause), "{said}");
    }
    let statuses: Vec<_> =
        reports[0]["criteria"].as_array().expect("criteria").iter().map(|c| c["status"].clone()).collect();
    assert_eq!(statuses, ["passed", "failed", "failed", "passed", "passed"]);
}

#[test]
fn others_do_not_suffer_and_keep_their_places() {
    let files: Vec<&[&str]> =
        (0..12).map(|index| if index % 4 == 1 { &["memory"][..] } else { &["pass", "fail"] }).collect();
    let reports = check(&files);
    assert_eq!(reports.len(), 12);
    for (index, report) in reports.iter().enumerate() {
        assert_eq!(report["submission"]["path"], format!("{index}.yaml"));
        assert_eq!(report["score"], if index % 4 == 1 { 0.0 } else { 20.0 });
    }
    assert!(messages(&reports[1])[0].contains("GiB of memory"), "{:?}", messages(&reports[1]));
}

#[test]
fn a_check_without_an_end_is_stopped_in_time() {
    let begun = Instant::now();
    let reports = check(&[&["spin", "pass"]]);
    assert!(messages(&reports[0])[0].contains("took more than 1 s"));
    assert_eq!(reports[0]["score"], 20.0);
    assert!(begun.elapsed() < Duration::from_secs(8));
}
