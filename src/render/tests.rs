//! The four formats on the same hand-made reports: they must look right, agree, and let nothing through.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::report::*;

fn location(line: u32, column: u32, end_column: u32, source: &str) -> Location {
    Location {
        path: "submissions/day06.yaml".into(),
        line,
        column,
        end_line: line,
        end_column,
        pointer: "/endpoint/code".into(),
        source: vec![source.into()],
    }
}

fn criterion(id: &str, title: &str, points: f64, max_points: f64, status: Status) -> Criterion {
    let lessons = vec![Lesson { number: 8, title: "Idempotency and retries".into() }];
    let needs = if status == Status::Skipped { vec!["endpoint-runs".into()] } else { vec![] };
    Criterion { id: id.into(), title: title.into(), points, max_points, status, lessons, needs, executed: vec![] }
}

fn step(number: u32, client: &str, call: &str, result: &str) -> Step {
    Step {
        number,
        client: client.into(),
        time: 0.0,
        call: call.into(),
        summary: None,
        result: result.into(),
        fault: None,
        remark: None,
        location: Some(location(34, 7, 26, "      receipt = card.charge(amount)")),
    }
}

pub(crate) fn finding(number: u32, points_lost: f64) -> Finding {
    let mut steps = vec![
        step(1, "A", "SELECT key\n  FROM payments\n  WHERE key = 'k1'", "none"),
        step(2, "B", "SELECT key FROM payments WHERE key = 'k1'", "none"),
        step(3, "B", "charge 100", "r1"),
        step(4, "A", "charge 100", "r2"),
    ];
    steps[3].remark = Some("second charge".into());
    Finding {
        number,
        criterion: Some("retry-safe".into()),
        points_lost,
        message: "two clients send the same payment at once, and the card is charged twice".into(),
        expected: Some("charged 100".into()),
        actual: Some("charged 200".into()),
        location: location(34, 17, 36, "      receipt = card.charge(amount)"),
        label: Some("charged 200, expected 100".into()),
        related: vec![Related {
            location: location(
                31,
                10,
                16,
                "      if db.one(\"SELECT * FROM payments WHERE key = :key\", key=key) is None:",
            ),
            label: "B looks here before A has recorded the key".into(),
        }],
        notes: vec!["rows in payments at the end: 2".into()],
        help: None,
        hint: Some("what could both clients have seen before either wrote anything?".into()),
        hints: vec!["nudge".into(), "concept".into(), "nearly the answer".into()],
        counterexample: Some(Counterexample {
            scenario: "Two clients send the same payment at the same moment".into(),
            faults: 0,
            preemptions: 1,
            clients: vec!["A".into(), "B".into()],
            steps,
            explored: Explored {
                states: 214,
                transitions: 900,
                outcomes: 12,
                max_preemptions: 3,
                max_faults: 1,
                complete: true,
            },
        }),
    }
}

pub(crate) fn reports(findings: Vec<Finding>) -> Reports {
    let report = Report {
        exercise: ExerciseRef {
            id: "day06".into(),
            title: "An idempotent payment endpoint".into(),
            sha256: "ab".into(),
        },
        course: CourseRef { id: "purple".into(), title: "Purple Belt".into(), version: "1".into() },
        submission: SubmissionRef { path: "submissions/day06.yaml".into(), sha256: "cd".into() },
        score: 42.25,
        max_score: 100.0,
        percent: 42.2,
        pass_mark: 70.0,
        passed: false,
        criteria: vec![
            criterion("key-table", "Key table refuses the same key twice", 20.0, 20.0, Status::Passed),
            criterion("endpoint-runs", "The endpoint runs", 22.25, 30.0, Status::Partial),
            criterion("retry-safe", "A retried payment charges the card once", 0.0, 30.0, Status::Failed),
            criterion("crash-safe", "支払い端末が落ちても二重に請求しない", 0.0, 10.0, Status::Skipped),
            criterion("numbers", "The window is long enough", 0.0, 10.0, Status::NotGradable),
        ],
        findings,
    };
    Reports { format_version: FORMAT_VERSION, belt_version: "0.1.0".into(), reports: vec![report] }
}

fn assert_fits(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
    }
}

#[test]
fn a_failed_criterion_is_a_story() {
    let text = text::render(&reports(vec![finding(1, 30.0)]), Style::default());
    assert_fits(&text, 80);
    insta::assert_snapshot!(text);
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    colored::control::set_override(true);
    let reports = reports(vec![finding(1, 30.0)]);
    let styled = text::render(&reports, Style { color: true, ..Style::default() });
    assert!(styled.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&styled).to_string(), text::render(&reports, Style::default()));
}

#[test]
fn the_rest_is_listed_and_can_be_asked_for() {
    let mut findings: Vec<_> = (1..=5).map(|number| finding(number, f64::from(6 - number))).collect();
    findings[4].message = "長".repeat(70);
    let reports = reports(findings);
    let text = text::render(&reports, Style::default());
    assert_fits(&text, 80);
    assert_eq!(text.matches("error: ").count(), 3);
    assert!(text.contains("2 more findings, shown in full by `belt check day06 --all-findings`"), "{text}");
    assert!(text.contains("   4  line 34    two clients"), "{text}");
    let all = text::render(&reports, Style { all_findings: true, ..Style::default() });
    assert_eq!(all.matches("error: ").count(), 5);
}

#[test]
fn columns_give_way_to_a_list_when_they_do_not_fit() {
    let mut finding = finding(1, 30.0);
    let story = finding.counterexample.as_mut().expect("made with one");
    story.clients = ["web", "retry job", "worker", "reconciler"].map(String::from).to_vec();
    for (step, client) in story.steps.iter_mut().zip(story.clients.clone()) {
        step.client = client;
        step.time = 1.5 * f64::from(step.number);
    }
    story.steps[1].fault = Some("the reply is lost: the card has been charged, and the caller does not know it".into());
    let lines = timeline::render(story, 80).join("\n");
    assert_fits(&lines, 80);
    insta::assert_snapshot!(lines);
}

#[test]
fn a_line_the_report_does_not_hold_is_not_shown_as_empty() {
    let mut finding = finding(1, 30.0);
    finding.related[0].location.line = 32;
    let text = excerpt::render(&finding, Style::default());
    assert!(!text.contains("33 |"), "{text}");
    assert!(text.contains("32 |") && text.contains("34 |"), "{text}");
}

#[test]
fn excerpts_survive_wide_long_and_absent_lines() {
    let mut finding = finding(1, 30.0);
    finding.related.clear();
    finding.location = location(7, 3, 5, "支払い端末が落ちても二重に請求しない");
    assert!(
        excerpt::render(&finding, Style::default()).contains("|     ^^^^"),
        "{}",
        excerpt::render(&finding, Style::default())
    );
    finding.location = location(7, 4990, 5000, &"x".repeat(5000));
    assert!(excerpt::render(&finding, Style::default()).lines().all(|line| line.width() < 160));
    finding.location.source.clear();
    assert!(excerpt::render(&finding, Style::default()).contains("--> submissions/day06.yaml:7:4990"));
    finding.location = location(7, 90, 95, "short");
    excerpt::render(&finding, Style::default());
    finding.location.end_line = 400;
    finding.location.source = vec!["a: |".into(), "  b".into(), "  c".into()];
    finding.location.column = 1;
    insta::assert_snapshot!(excerpt::render(&finding, Style::default()));
}

#[test]
fn text_without_blanks_and_long_labels_stay_on_the_page() {
    let mut finding = finding(1, 30.0);
    finding.message = "同じ支払いが二回送られ、カードに二重に請求された".repeat(4);
    finding.actual = Some("f".repeat(300));
    let label = "B looks here before A has recorded the key, and so both of them find that there is none";
    finding.related[0].label = label.into();
    let text = text::render(&reports(vec![finding]), Style::default());
    assert_fits(&text, 80);
    let words = text.split_whitespace().filter(|word| *word != "=").collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("line 31: {label}")), "nothing is lost: {text}");
}

#[test]
fn replay_shortens_nothing() {
    let reports = reports(vec![finding(1, 30.0)]);
    let report = &reports.reports[0];
    let text = replay::render(report, &report.findings[0], Style::default()).expect("has a counterexample");
    assert_fits(&text, 80);
    assert!(text.contains("SELECT key FROM payments WHERE key = 'k1'"));
    insta::assert_snapshot!(text);
}

#[test]
fn github_shows_the_costliest_ten_and_says_how_many_more() {
    let findings = (1..=13).map(|number| finding(number, f64::from(number))).collect();
    let text = github::render(&reports(findings));
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[0].contains("(-13)") && errors[9].contains("(-4)"), "{text}");
    assert!(text.contains("::notice title=belt::3 findings more"), "{text}");
}

#[test]
fn junit_says_what_failed_and_what_was_not_tried() {
    insta::assert_snapshot!(junit::render(&reports(vec![finding(1, 30.0)])));
}

#[test]
fn every_format_gives_the_same_totals() {
    let reports = reports(vec![finding(1, 30.0)]);
    let json: Value = serde_json::from_str(&json::render(&reports)).expect("JSON");
    let report = &json["reports"][0];
    let (score, max) = (report["score"].as_f64().expect("score"), report["max_score"].as_f64().expect("max_score"));
    let sum: f64 =
        report["criteria"].as_array().expect("criteria").iter().map(|c| c["points"].as_f64().expect("points")).sum();
    assert_eq!((score, max, sum), (42.25, 100.0, 42.25));
    let total = format!("{}/{}", points(score), points(max));
    assert!(text::render(&reports, Style::default()).lines().next().expect("a header").contains(&total));
    assert!(github::render(&reports).lines().last().expect("a total").contains(&total));
    let junit = junit::render(&reports);
    assert!(junit.contains("name=\"score\" value=\"42.25\"") && junit.contains("name=\"max_score\" value=\"100\""));
    assert!(junit.contains("tests=\"5\" skipped=\"1\" failures=\"2\" errors=\"1\""), "{junit}");
}

#[test]
fn the_json_is_what_its_schema_describes() {
    let schema: Value =
        serde_json::from_str(include_str!("../../docs/report.schema.json")).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let value: Value = serde_json::from_str(&json::render(&reports(vec![finding(1, 30.0)]))).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut wrong = value.clone();
    wrong["reports"][0]["criteria"][0]["status"] = "great".into();
    assert!(!validator.is_valid(&wrong));
    wrong = value;
    wrong["reports"][0].as_object_mut().expect("an object").remove("score");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn nothing_a_submission_contains_gets_through() {
    let hostile = "\n::error file=x::owned\r\n##[error]owned \u{1b}[2J\u{202e}\u{9b}]]>\u{0}<x>&\"";
    let mut finding = finding(1, 30.0);
    finding.message = hostile.into();
    finding.expected = Some(hostile.into());
    finding.actual = Some(hostile.into());
    finding.label = Some(hostile.into());
    finding.help = Some(hostile.into());
    finding.hint = Some(hostile.into());
    finding.notes = vec![hostile.into()];
    finding.location.path = hostile.into();
    finding.location.source = vec![hostile.into()];
    finding.related[0].location.path = hostile.into();
    finding.related[0].location.source = vec![hostile.into()];
    finding.related[0].label = hostile.into();
    finding.criterion = Some(hostile.into());
    let story = finding.counterexample.as_mut().expect("made with one");
    story.scenario = hostile.into();
    story.clients[0] = hostile.into();
    let step = &mut story.steps[0];
    (step.client, step.call, step.result) = (hostile.into(), hostile.into(), hostile.into());
    (step.fault, step.remark) = (Some(hostile.into()), Some(hostile.into()));
    step.location.as_mut().expect("made with one").source = vec![hostile.into()];
    step.location.as_mut().expect("made with one").path = hostile.into();
    let mut reports = reports(vec![finding]);
    let report = &mut reports.reports[0];
    report.submission.path = hostile.into();
    report.exercise.title = hostile.into();
    report.criteria[0].title = hostile.into();
    report.criteria[3].needs = vec![hostile.into()];

    let replay = replay::render(&reports.reports[0], &reports.reports[0].findings[0], Style::default());
    let outputs = [
        ("text", text::render(&reports, Style::default())),
        ("replay", replay.expect("has a counterexample")),
        ("json", json::render(&reports)),
        ("junit", junit::render(&reports)),
        ("github", github::render(&reports)),
    ];
    for (name, output) in outputs {
        let active = output.chars().find(|&c| c != '\n' && sanitize::is_active(c));
        assert_eq!(active, None, "{name}: {output}");
        assert!(!output.contains("##["), "{name}: {output}");
        let own = |line: &str| {
            name == "github" && (line.starts_with("::error file=") || line.starts_with("::notice title=belt::"))
        };
        for line in output.lines() {
            assert!(!line.trim_start().starts_with("::") || own(line), "{name}: {line}");
        }
        assert_eq!(
            output.lines().filter(|line| line.starts_with("::error ")).count(),
            usize::from(name == "github"),
            "{output}"
        );
    }
}

#[test]
fn points_are_never_rounded_up() {
    assert_eq!([points(62.0), points(62.999), points(0.29 * 100.0), points(7.5)], ["62", "62.99", "29", "7.5"]);
}
