use super::*;

const COURSE: &str = "id: c\ntitle: C\nversion: \"1\"\npass_mark: 70\nweeks:\n  - title: W\n    exercises:\n      - {id: day01, title: One}\n      - {id: day02, title: Two}\n";
const RUBRIC: &str = "\
exercise: day01
title: One
criteria:
  - id: runs
    title: It runs
    points: 60
    lessons: [1]
    checks:
      - expression: {expect: 'a == 1', otherwise: a is off}
        weight: 2
      - scenario: scenarios/crash.yaml
    hints: [a, b, c]
  - id: safe
    title: It is safe
    points: 40
    needs: [runs]
    checks: [{expression: {expect: 'True', otherwise: x}, weight: 1}]
    hints: [a, b, c]
";
const CASES: &str = "\
- {file: model.yaml, kind: model}
- {name: v1, from: model.yaml, kind: variant, set: {/a: 2}}
- {name: v2, from: model.yaml, kind: variant, set: {/a: 3}}
- {name: v3, from: model.yaml, kind: variant, set: {/list/-: z}}
- {name: b1, from: model.yaml, kind: bug, loses: [runs], set: {/code: \"x\\ny\\n\"}}
- {name: b2, from: model.yaml, kind: bug, loses: [safe], remove: [/list/0]}
- {name: b3, from: model.yaml, kind: bug, loses: [safe], remove: [/a]}
- {name: b4, from: model.yaml, kind: bug, loses: [safe], set: {/a: 4}}
- {name: b5, from: model.yaml, kind: bug, loses: [safe], set: {/a: 5}}
- {name: b6, from: model.yaml, kind: bug, loses: [safe], set: {/a: 6}}
- {file: blank, kind: blank, at_most: 20}
- {file: model.yaml, name: words, kind: keywords, at_most: 20}
";

fn files() -> BTreeMap<String, String> {
    [
        ("course.yaml", COURSE),
        ("lessons/01-one.md", "# First\n\ntext\n"),
        ("lessons/principles.md", "# Principles\n"),
        ("day01/exercise.md", "# One\n"),
        ("day01/rubric.yaml", RUBRIC),
        ("day01/submission.schema.json", "{\"type\": \"object\"}"),
        ("day01/scenarios/crash.yaml", "title: x\n"),
        ("day01/world.yaml", "db: {component: database}\n"),
        ("day01/cases/cases.yaml", CASES),
        ("day01/cases/model.yaml", "a: 1\nlist: [x, y]\ncode: |\n  one\n"),
        ("submissions-template/day01.yaml", "# yaml-language-server: $schema=x\na:\n"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

fn pack(files: BTreeMap<String, String>) -> Pack {
    Pack::from_entries(files.into_iter().map(|(path, text)| (path, text.into_bytes())))
}

/// The findings after one file has been changed.
fn lints(path: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = files();
    let text = files.entry(path.to_owned()).or_default();
    assert!(text.contains(from), "{from:?} is not in {path}");
    *text = text.replacen(from, to, 1);
    lint(&pack(files))
        .into_iter()
        .map(|finding| format!("{}:{} {}", finding.path, finding.line, finding.message))
        .collect()
}

#[test]
fn the_embedded_course_loads() {
    let course = Course::load(Pack::embedded()).expect("loads");
    assert_eq!(course.weeks.len(), 6);
    assert_eq!(course.exercise_ids().count(), 29);
    assert_eq!(course.titles["day06"], "An idempotent payment endpoint");
}

#[test]
fn a_course_without_mistakes_has_no_findings() {
    assert_eq!(lints("course.yaml", "", ""), Vec::<String>::new());
}

#[test]
fn exercises_are_read_when_asked_for() {
    let mut files = files();
    files.insert("day02/rubric.yaml".to_owned(), "exercise: [".to_owned());
    let course = Course::load(pack(files)).expect("a broken exercise does not break the course");
    let exercise = course.exercise("day01").expect("loads");
    assert_eq!(exercise.rubric.criteria[0].checks[0].weight, 2);
    assert_eq!(exercise.rubric.criteria[0].checks[1].kind, "scenario");
    assert_eq!(exercise.sha256().len(), 64);
    assert_eq!(course.lessons[&1].title, "First");
    assert_eq!(
        course.exercise("day02").expect_err("broken").to_string(),
        "rubrics/day02/rubric.yaml:1:11: this `[` is not closed"
    );
    let unknown = course.exercise("day1").expect_err("unknown");
    assert_eq!(unknown.to_string(), "there is no exercise `day1`, did you mean `day01`?");
    assert!(!unknown.is_broken_pack());
}

#[test]
fn a_mistake_in_a_rubric_has_its_place() {
    let error = |from: &str, to: &str| {
        let mut files = files();
        files.insert("day01/rubric.yaml".to_owned(), RUBRIC.replacen(from, to, 1));
        let error = Course::load(pack(files)).expect("loads").exercise("day01").expect_err("broken");
        assert!(error.is_broken_pack());
        error.to_string()
    };
    assert_eq!(
        error("points: 60", "points: many"),
        "rubrics/day01/rubric.yaml:6:13: invalid type: string \"many\", expected u32"
    );
    assert!(
        error("weight: 2", "weigth: 2")
            .starts_with("rubrics/day01/rubric.yaml:9:9: expected one kind of check besides")
    );
    assert!(error("title: It runs", "titel: It runs").contains("unknown field `titel`"));
    assert!(error("exercise: day01", "exercise: day02").ends_with("expected `day01`, the directory's name"));
}

#[test]
fn the_hash_covers_every_file() {
    let hash = |files| Course::load(pack(files)).expect("loads").exercise("day01").expect("loads").sha256().to_owned();
    let before = hash(files());
    assert_eq!(before, hash(files()));
    for path in ["day01/scenarios/crash.yaml", "day01/cases/model.yaml", "submissions-template/day01.yaml"] {
        let mut files = files();
        files.get_mut(path).expect("exists").push('\n');
        assert_ne!(before, hash(files), "{path}");
    }
}

#[test]
fn cases_are_the_model_with_fields_replaced() {
    let course = Course::load(pack(files())).expect("loads");
    let cases = course.exercise("day01").expect("loads").cases(course.pack()).expect("loads");
    let text = |name: &str| {
        let case = cases.iter().find(|case| case.name == name).expect("exists");
        String::from_utf8(case.bytes.clone()).expect("text")
    };
    assert_eq!(text("model"), "a: 1\nlist: [x, y]\ncode: |\n  one\n");
    assert_eq!(text("b1"), "a: 1\nlist:\n  - \"x\"\n  - \"y\"\ncode: |2\n  x\n  y\n");
    assert!(text("v3").contains("- \"z\"\n"));
    assert!(!text("b2").contains("\"x\""));
    assert_eq!(text("blank"), files()["submissions-template/day01.yaml"]);
}

#[test]
fn lint_names_each_mistake() {
    let rubric = "day01/rubric.yaml";
    let manifest = "day01/cases/cases.yaml";
    let cases = [
        (rubric, "points: 60", "points: 50", "rubric.yaml:3 the points sum to 90, expected 100"),
        (rubric, "id: safe", "id: runs", "rubric.yaml:13 the criterion `runs` is given twice"),
        (rubric, "hints: [a, b, c]", "hints: [a, '', c]", "rubric.yaml:12 the criterion `runs` has 2 hints"),
        (rubric, "lessons: [1]", "lessons: [9]", "rubric.yaml:7 there is no lesson 9"),
        (rubric, "needs: [runs]", "needs: [rnus]", "rubric.yaml:16 `safe` needs `rnus`"),
        (rubric, "needs: [runs]", "needs: [safe]", "rubric.yaml:16 `safe` and `safe` need each other"),
        (rubric, "weight: 1}", "weight: 0}", "rubric.yaml:17 a check of `safe` weighs nothing"),
        (rubric, "otherwise: a is off", "otherwse: a", "rubric.yaml:9 expression: unknown field `otherwse`"),
        (rubric, "crash.yaml", "crsh.yaml", "scenarios/crash.yaml:1 nothing in the exercise names this file"),
        (manifest, "loses: [runs]", "loses: [safe]", "rubric.yaml:4 no bug case loses `runs`"),
        (manifest, "loses: [runs]", "loses: [rns]", "cases.yaml:5 the case `b1` loses `rns`"),
        (manifest, "- {file: blank, kind: blank, at_most: 20}\n", "", "cases.yaml:1 11 cases, expected at least 12"),
        (manifest, "kind: blank", "kind: variant", "cases.yaml:1 0 cases of kind `blank`"),
        (manifest, "/list/0", "/list/7", "cases.yaml:6 there is nothing at `/list/7`"),
        (manifest, "from: model.yaml", "from: modl.yaml", "cases.yaml:2 there is no file `cases/modl.yaml`"),
        (
            "submissions-template/day01.yaml",
            "# yaml-language-server",
            "# language-server",
            "day01.yaml:1 expected a line",
        ),
        ("submissions-template/day01.yaml", "a:", "a: b: c", "day01.yaml:2 a `:` where"),
        (
            "day01/submission.schema.json",
            "\"object\"",
            "\"objct\"",
            "submission.schema.json:1 the schema does not compile",
        ),
        ("course.yaml", "id: day02", "id: day01", "course.yaml:9 the exercise `day01` is listed twice"),
        ("course.yaml", "id: day01", "id: day03", "day01/rubric.yaml:1 the exercise `day01` is not listed"),
        ("day01/cases/stray.yaml", "", "a: 1", "cases/stray.yaml:1 nothing in the exercise names this file"),
        ("lessons/01-one.md", "# First", "First", "lessons/01-one.md:1 expected `# Title`"),
    ];
    for (path, from, to, expected) in cases {
        let found = lints(path, from, to);
        assert!(
            found.iter().any(|finding| finding.contains(expected)),
            "{from:?} -> {to:?}: {found:?}, expected {expected:?}"
        );
    }
}

#[test]
fn lint_limits_what_prose_is_worth() {
    let mut files = files();
    let rubric = files.get_mut("day01/rubric.yaml").expect("exists");
    *rubric = rubric.replace("weight: 1}]", "weight: 1}, {expression: {expect: 'True', otherwise: x}, weight: 1}]");
    let course = Course::load(pack(files)).expect("loads");
    let mut criteria = course.exercise("day01").expect("loads").rubric.criteria.clone();
    assert!(lint::prose_points(&criteria).abs() < 1e-9);
    criteria[1].checks[0].kind = "prose".to_owned();
    assert!((lint::prose_points(&criteria) - 20.0).abs() < 1e-9);
}
