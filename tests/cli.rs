//! The real executable, as a learner, a script and a hostile file meet it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A small course that stays as it is, whatever becomes of the real one.
const COURSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/course");

struct Room(TempDir);

impl Room {
    fn new() -> Room {
        Room(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("names are relative")).expect("creates directories");
        fs::write(path, text).expect("writes");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("belt"));
        command.args(args).current_dir(self.path()).env("BELT_COURSE", COURSE);
        for name in ["GITHUB_ACTIONS", "NO_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("starts")
    }

    /// Standard output of a run that must end with this code.
    #[track_caller]
    fn stdout(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        let stdout = String::from_utf8(output.stdout).expect("UTF-8");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{stdout}\n{stderr}");
        stdout
    }

    /// Standard error of a run that must end with this code.
    #[track_caller]
    fn stderr(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{stderr}");
        stderr
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let room = Room::new();
    let commands =
        ["list", "show", "new", "check", "hint", "api", "schema", "replay", "lesson", "rubric", "completions", "man"];
    let help = room.stdout(&["--help"], 0);
    for command in commands {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is missing in\n{help}");
        let help = room.stdout(&[command, "--help"], 0);
        assert!(help.contains("Example") && help.contains(&format!("  belt {command}")), "{help}");
    }
    assert!(!help.contains("worker"), "{help}");
}

#[test]
fn completions_and_the_manual_are_generated() {
    let room = Room::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(room.stdout(&["completions", shell], 0).contains("check"), "{shell}");
    }
    assert!(room.stdout(&["man"], 0).starts_with(".ie"));
}

#[test]
fn what_is_mistyped_gets_the_nearest_names() {
    let room = Room::new();
    assert!(room.stderr(&["chekc"], 2).contains("'check'"));
    let stderr = room.stderr(&["check", "dya06"], 2);
    assert!(stderr.contains("there is no exercise `dya06`: did you mean `day06`"), "{stderr}");
    assert!(room.stderr(&["show", "day03"], 2).contains("not written yet"));
}

#[test]
fn new_never_overwrites() {
    let room = Room::new();
    assert!(room.stdout(&["new", "day06"], 0).contains("wrote submissions/day06.yaml"));
    room.write("submissions/day06.yaml", "mine");
    for args in [&["new", "day06"][..], &["new", "DAY06"], &["new", "day06", "--format", "json"]] {
        assert!(room.stderr(args, 2).contains("submissions/day06.yaml is there already"), "{args:?}");
    }
    assert_eq!(room.read("submissions/day06.yaml"), "mine");
    room.stdout(&["new", "day02", "--format", "json"], 0);
    serde_json::from_str::<serde_json::Value>(&room.read("submissions/day02.json")).expect("a JSON template");
}

#[test]
fn belt_alone_says_what_to_type_next() {
    let room = Room::new();
    assert!(room.stdout(&[], 0).contains("next: belt show day02, then belt new day02"));
    room.stdout(&["new", "day06"], 0);
    assert!(room.stdout(&[], 0).contains("next: belt check day06"));
}

#[test]
fn what_cannot_be_checked_is_said_and_the_rest_is_checked() {
    let room = Room::new();
    assert!(room.stderr(&["check"], 2).contains("no submissions in submissions/"));
    assert!(room.stderr(&["check", "day06"], 2).contains("`belt new day06` starts one"));
    assert!(room.stderr(&["check", "none.yaml"], 2).contains("cannot read none.yaml"));
    room.write("odd.yaml", "a: b\n");
    assert!(room.stderr(&["check", "odd.yaml"], 2).contains("cannot tell which exercise odd.yaml belongs to"));
    room.stdout(&["new", "day06"], 0);
    room.write("submissions/day02.yaml", "exercise: day02\n");
    room.write("submissions/day02.json", "{}");
    let output = room.run(&["check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("submissions/day02.yaml and submissions/day02.json"));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON all the same");
    assert_eq!(json["reports"].as_array().expect("reports").len(), 1);
}

#[test]
fn each_output_belongs_to_the_format_before_it() {
    let room = Room::new();
    room.stdout(&["new", "day06"], 0);
    let args = ["check", "day06", "--format", "json", "--output", "r.json", "--format", "text"];
    let args = [&args[..], &["--format", "junit", "--output", "r.xml", "--schema-only"]].concat();
    let text = room.stdout(&args, 0);
    assert!(text.starts_with("day06  "), "{text}");
    assert!(room.read("r.json").starts_with('{') && room.read("r.xml").starts_with("<?xml"));
    assert!(room.stderr(&["check", "day06", "--output", "x"], 2).contains("has no format"));
    assert!(room.stderr(&["check", "day06", "--format", "json", "--format", "text"], 2).contains("standard output"));
}

#[test]
fn a_missing_course_is_the_courses_fault() {
    let room = Room::new();
    assert!(room.stderr(&["list", "--course", "nowhere"], 3).contains("the course is broken"));
    room.write("belt.toml", "course = \"elsewhere\"\n");
    let output = room.command(&["list"]).env_remove("BELT_COURSE").output().expect("starts");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("elsewhere"));
}

#[test]
fn human_output_cannot_command_github() {
    let room = Room::new();
    room.stdout(&["new", "day06"], 0);
    let output =
        room.command(&["check", "day06", "--schema-only"]).env("GITHUB_ACTIONS", "true").output().expect("starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let token =
        text.lines().next().and_then(|line| line.strip_prefix("::stop-commands::")).expect("begins the quiet zone");
    assert!(token.len() >= 32 && text.ends_with(&format!("::{token}::\n")), "{text}");
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_no_error() {
    let room = Room::new();
    let mut child =
        room.command(&["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

/// The course inside belt, on a design with a bug planted in it and on a right one.
#[test]
fn the_main_job_on_real_input_gives_a_story_that_fits_the_schema() {
    let case = |name: &str| format!("{}/rubrics/day06/cases/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let check = |name: &str| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("belt"));
        let output = command.args(["check", &case(name), "--format", "json"]).env_remove("BELT_COURSE").output();
        let output = output.expect("belt runs");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON comes out");
        (output.status.code(), json)
    };
    let schema = include_str!("../docs/report.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema compiles");

    let (code, json) = check("check-then-act");
    assert_eq!(code, Some(1));
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let finding = &json["reports"][0]["findings"][0];
    assert_eq!(finding["criterion"], "at-once");
    assert_eq!(finding["counterexample"]["preemptions"], 1);
    assert_eq!(
        finding["location"]["source"][0].as_str().map(str::trim),
        Some("charged = card.charge(account, amount)")
    );

    let (code, json) = check("model");
    assert_eq!(code, Some(0), "{json:#}");
    assert_eq!(json["reports"][0]["score"], 100.0);
    assert!(validator.is_valid(&json));
}

/// An exercise that looks back on another: what the other says and what was said of it reach its checks.
#[test]
fn what_lies_beside_a_submission_is_held_against_it() {
    let room = Room::new();
    for name in ["exercise.md", "rubric.yaml", "submission.schema.json"] {
        let text = fs::read_to_string(format!("{COURSE}/rubrics/day02/{name}")).expect("reads");
        room.write(&format!("course/rubrics/day02/{name}"), &text);
    }
    let listed = "id: c\ntitle: C\nversion: \"1\"\npass_mark: 70\nweeks:\n  - title: W\n    exercises: [{id: day02, title: Two}, {id: back, title: Back}]\n";
    let rubric = "exercise: back\ntitle: Back\nportfolio: true\ncriteria:\n  - id: seen\n    title: Seen\n    points: 100\n    checks:\n      - expression:\n          expect: submissions['day02'] is not None and (reports['day02'] or {}).get('passed') and reports['day02']['criteria']['c1'] == 'passed'\n          otherwise: '{not_done[\"day02\"] or (reports[\"day02\"] or {}).get(\"points\")}'\n";
    room.write("course/rubrics/course.yaml", listed);
    room.write("course/rubrics/back/rubric.yaml", rubric);
    room.write("course/rubrics/back/exercise.md", "# Back\n");
    room.write("course/rubrics/back/submission.schema.json", "{}");
    room.write("course/submissions-template/day02.yaml", "exercise: day02\nc1: fail\n");
    room.write("course/submissions-template/back.yaml", "exercise: back\n");
    room.write("submissions/back.yaml", "exercise: back\nday: day02\n");
    let said = |args: &[&str], code: i32| {
        let args = [&["--course", "course", "check", "--format", "json"], args].concat();
        let json: serde_json::Value = serde_json::from_str(&room.stdout(&args, code)).expect("JSON comes out");
        let report = json["reports"].as_array().expect("reports").last().expect("a report").clone();
        assert_eq!(report["exercise"]["id"], "back", "it comes last, as in the course");
        report["findings"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(said(&["back"], 1), "no submission of day02 lies beside this file");
    room.write("submissions/day02.yaml", "# nothing yet\nexercise: day02\nc1: fail\n");
    assert_eq!(said(&["back"], 1), "submissions/day02.yaml is still the template");
    room.write("submissions/day02.yaml", "exercise: day02\nc1: [\n");
    assert!(said(&["back"], 1).starts_with("submissions/day02.yaml cannot be read"));
    room.write("submissions/day02.yaml", "exercise: day02\nc1: pass\n");
    assert_eq!(said(&["back"], 1), "20.0", "it was never checked, so it is graded now");
    let right = "exercise: day02\nc1: pass\nc2: pass\nc3: pass\nc4: pass\nc5: pass\n";
    room.write("submissions/day02.yaml", right);
    assert_eq!(said(&["back"], 0), "", "its kept report is not of these bytes");
    room.write("submissions/day02.yaml", "exercise: day02\nc1: fail\nc2: pass\n");
    assert_eq!(said(&[], 1), "20.0", "what was graded in the same run is what counts");
    fs::remove_file(room.path().join("submissions/day02.yaml")).expect("removes");
    room.write("submissions/my-second.json", "{\"exercise\": \"day02\", \"c1\": \"pass\", \"c2\": \"pass\", \"c3\": \"pass\", \"c4\": \"pass\", \"c5\": \"pass\"}");
    assert_eq!(said(&["submissions/back.yaml"], 0), "", "a file of any name that says what it answers");
    room.write("submissions/back.yaml", "exercise: back\n");
    assert_eq!(said(&["back"], 1), "None", "what is not named is not graded");
    let hint = room.run(&["--course", "course", "hint", "back"]);
    assert_eq!(hint.status.code(), Some(0), "{}", String::from_utf8_lossy(&hint.stderr));
}
