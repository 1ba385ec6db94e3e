//! `belt rubric`: a rubric is tested code. `test` grades its cases in workers and compares; `lint` reads it.

use std::collections::BTreeSet;

use super::context::{Context, print};
use super::error::{Error, exit};
use super::limits::SILENCE_MAX;
use super::pending::{self, Case, CaseKind, Course, Exercise};
use super::pool::{self, Job};
use super::submissions;
use crate::cli::RubricCommand;
use crate::render::{points, sanitize};
use crate::report::{Report, Status};

/// What a submission may earn that answers nothing.
const WORTHLESS_PERCENT_MAX: f64 = 20.0;
/// Levels of hints: nudge, concept, nearly the answer.
const HINT_LEVELS: usize = 3;
const POINTS_SUM: u32 = 100;

pub fn run(context: &Context, command: &RubricCommand) -> Result<u8, Error> {
    let course = context.course()?;
    match command {
        RubricCommand::Test { exercises } => test(context, &course, exercises),
        RubricCommand::Lint => lint(&course),
    }
}

fn chosen(course: &Course, asked: &[String]) -> Result<Vec<String>, Error> {
    if asked.is_empty() {
        return Ok(submissions::ids(course).into_iter().filter(|id| pending::is_written(course, id)).collect());
    }
    asked.iter().map(|asked| submissions::known(course, asked)).collect()
}

fn test(context: &Context, course: &Course, asked: &[String]) -> Result<u8, Error> {
    let mut failed = 0;
    let mut graded = 0;
    for id in chosen(course, asked)? {
        let exercise = pending::exercise(course, &id)?;
        let mut jobs = Vec::new();
        for case in &exercise.cases {
            let path = format!("rubrics/{id}/cases/{}", case.name);
            jobs.push(Job { exercise: id.clone(), path, bytes: pending::case_text(&exercise, case)? });
        }
        let reports = pool::grade(context.course_dir.as_deref(), course, &jobs, SILENCE_MAX);
        print(&format!("{id}  {} cases\n", exercise.cases.len()))?;
        for (case, report) in exercise.cases.iter().zip(reports) {
            let report = report?;
            let problems = judge(case, &report);
            graded += 1;
            failed += usize::from(!problems.is_empty());
            let word = if problems.is_empty() { "ok  " } else { "FAIL" };
            let score = format!("{}/{}", points(report.score), points(report.max_score));
            print(&format!("  {word}  {score:>8}  {}\n", sanitize::squeezed(&case.name)))?;
            for problem in &problems {
                print(&format!("        {}\n", sanitize::line(problem)))?;
            }
            if !problems.is_empty() {
                for finding in report.findings.iter().take(5) {
                    let place = format!("{}:{}", finding.location.line, finding.location.column);
                    print(&format!("        {place}: {}\n", sanitize::line(&finding.message)))?;
                }
            }
        }
    }
    print(&format!("{} of {graded} cases as they must be\n", graded - failed))?;
    Ok(if failed == 0 { exit::PASSED } else { exit::BROKEN_COURSE })
}

/// How the report differs from what the case must get. Empty when it does not.
fn judge(case: &Case, report: &Report) -> Vec<String> {
    let mut problems = Vec::new();
    let lost = |criterion: &&crate::report::Criterion| criterion.points < criterion.max_points;
    match case.kind {
        CaseKind::Model | CaseKind::Variant => {
            for criterion in report.criteria.iter().filter(lost) {
                problems.push(format!("loses points in {}, and must lose none", criterion.id));
            }
            if report.criteria.is_empty() {
                problems.push("was not graded at all".to_owned());
            }
        }
        CaseKind::Bug => {
            let names = |id: &String| case.loses.contains(id);
            for id in &case.loses {
                match report.criteria.iter().find(|criterion| criterion.id == *id) {
                    None => problems.push(format!("must lose points in {id}, which is no criterion")),
                    Some(criterion) if !lost(&criterion) => problems.push(format!("loses nothing in {id}, and must")),
                    // A criterion that is skipped was not seen to fail.
                    Some(criterion) if criterion.status == Status::Skipped => {
                        problems.push(format!("{id} was skipped, so the bug was not shown"));
                    }
                    Some(_) => {}
                }
            }
            for criterion in report.criteria.iter().filter(lost).filter(|criterion| !names(&criterion.id)) {
                // A criterion may be skipped for one that was itself skipped for the bug.
                let skipped = |id: &String| {
                    report.criteria.iter().any(|other| other.id == *id && other.status == Status::Skipped)
                };
                let follows =
                    criterion.status == Status::Skipped && criterion.needs.iter().any(|id| names(id) || skipped(id));
                if !follows {
                    problems.push(format!("loses points in {}, which `loses` does not name", criterion.id));
                }
            }
            if case.loses.is_empty() {
                problems.push("is a bug that says not what it must lose".to_owned());
            }
        }
        CaseKind::Blank | CaseKind::Keywords => {
            let at_most = case.at_most.unwrap_or(WORTHLESS_PERCENT_MAX);
            if report.percent > at_most {
                problems.push(format!("earns {}%, and must not earn more than {at_most}%", points(report.percent)));
            }
        }
    }
    problems
}

fn lint(course: &Course) -> Result<u8, Error> {
    let mut problems = Vec::new();
    let mut ids = BTreeSet::new();
    for id in submissions::ids(course) {
        if !ids.insert(id.clone()) {
            problems.push(format!("course.yaml: {id} is listed twice"));
        }
    }
    let written = chosen(course, &[])?;
    for id in &written {
        let exercise = pending::exercise(course, id)?;
        problems.extend(lint_exercise(course, &exercise).into_iter().map(|problem| format!("rubrics/{id}: {problem}")));
    }
    for problem in &problems {
        print(&format!("{}\n", sanitize::line(problem)))?;
    }
    print(&format!("{} rubrics, {} problems\n", written.len(), problems.len()))?;
    Ok(if problems.is_empty() { exit::PASSED } else { exit::BROKEN_COURSE })
}

fn lint_exercise(course: &Course, exercise: &Exercise) -> Vec<String> {
    let mut problems = Vec::new();
    let mut earlier: BTreeSet<&str> = BTreeSet::new();
    for criterion in &exercise.rubric.criteria {
        let id = criterion.id.as_str();
        for need in &criterion.needs {
            if !earlier.contains(need.as_str()) {
                problems.push(format!("criterion {id} needs {need}, which is no criterion before it"));
            }
        }
        if !earlier.insert(id) {
            problems.push(format!("criterion id {id} is used twice"));
        }
        if criterion.points == 0 {
            problems.push(format!("criterion {id} is worth nothing"));
        }
        if criterion.hints.len() != HINT_LEVELS || criterion.hints.iter().any(|hint| hint.trim().is_empty()) {
            problems.push(format!("criterion {id} needs {HINT_LEVELS} hints, none of them empty"));
        }
        for lesson in criterion.lessons.iter().filter(|lesson| !course.lessons.contains_key(lesson)) {
            problems.push(format!("criterion {id} names lesson {lesson}, which the course does not have"));
        }
        let fails = |case: &Case| case.kind == CaseKind::Bug && case.loses.iter().any(|lost| lost == id);
        if !exercise.cases.iter().any(fails) {
            problems.push(format!("criterion {id} has no case that loses it"));
        }
    }
    let sum: u32 = exercise.rubric.criteria.iter().map(|criterion| criterion.points).sum();
    if sum != POINTS_SUM {
        problems.push(format!("the points sum to {sum}, not {POINTS_SUM}"));
    }
    for kind in [CaseKind::Model, CaseKind::Variant, CaseKind::Bug, CaseKind::Blank, CaseKind::Keywords] {
        if !exercise.cases.iter().any(|case| case.kind == kind) {
            problems.push(format!("there is no case of kind {}", format!("{kind:?}").to_lowercase()));
        }
    }
    for (index, case) in exercise.cases.iter().enumerate() {
        if exercise.cases[..index].iter().any(|other| other.name == case.name) {
            problems.push(format!("case {} is there twice", case.name));
        }
        if case.about.trim().is_empty() && matches!(case.kind, CaseKind::Bug | CaseKind::Variant) {
            problems.push(format!("case {} does not say what it is about", case.name));
        }
        for lost in case.loses.iter().filter(|lost| !earlier.contains(lost.as_str())) {
            problems.push(format!("case {} loses {lost}, which is no criterion", case.name));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(kind: CaseKind, loses: &[&str]) -> Case {
        let loses = loses.iter().map(|&id| id.to_owned()).collect();
        Case { name: "case".into(), kind, about: "what it is about".into(), loses, at_most: None }
    }

    /// A report whose criteria are each worth ten points.
    fn report(criteria: &[(&str, f64, Status, &[&str])]) -> Report {
        let course = pending::open_course(None).expect("the course opens");
        let exercise = pending::exercise(&course, "day06").expect("day06 is written");
        let mut report = pending::not_graded(&course, &exercise, "x", b"", "");
        report.criteria = criteria
            .iter()
            .map(|&(id, points, status, needs)| crate::report::Criterion {
                id: id.into(),
                title: id.into(),
                points,
                max_points: 10.0,
                status,
                lessons: vec![],
                needs: needs.iter().map(|&need| need.to_owned()).collect(),
                executed: vec![],
            })
            .collect();
        report.percent = report.criteria.iter().map(|criterion| criterion.points).sum::<f64>() * 10.0;
        report
    }

    #[test]
    fn a_bug_loses_exactly_what_it_names() {
        let passed = |id| (id, 10.0, Status::Passed, &[][..]);
        let failed = |id| (id, 4.0, Status::Partial, &[][..]);
        let bug = case(CaseKind::Bug, &["a"]);
        assert_eq!(judge(&bug, &report(&[failed("a"), passed("b")])), [""; 0]);
        assert_eq!(judge(&bug, &report(&[passed("a"), passed("b")])), ["loses nothing in a, and must"]);
        let both = judge(&bug, &report(&[failed("a"), failed("b")]));
        assert_eq!(both, ["loses points in b, which `loses` does not name"]);
        assert_eq!(judge(&bug, &report(&[passed("b")])), ["must lose points in a, which is no criterion"]);
    }

    #[test]
    fn what_is_skipped_for_the_bug_is_not_held_against_it() {
        let bug = case(CaseKind::Bug, &["a"]);
        let failed = ("a", 0.0, Status::Failed, &[][..]);
        let chain = [failed, ("b", 0.0, Status::Skipped, &["a"][..]), ("c", 0.0, Status::Skipped, &["b"][..])];
        assert_eq!(judge(&bug, &report(&chain)), [""; 0]);
        let stray = [failed, ("b", 0.0, Status::Skipped, &["z"][..])];
        assert_eq!(judge(&bug, &report(&stray)).len(), 1);
        let hidden = [("z", 0.0, Status::Failed, &[][..]), ("a", 0.0, Status::Skipped, &["z"][..])];
        assert_eq!(judge(&bug, &report(&hidden)).len(), 2, "a bug that is never reached is not shown");
    }

    #[test]
    fn models_lose_nothing_and_empty_answers_earn_little() {
        let near_miss = report(&[("a", 9.0, Status::Partial, &[])]);
        assert_eq!(judge(&case(CaseKind::Model, &[]), &near_miss).len(), 1);
        assert_eq!(judge(&case(CaseKind::Variant, &[]), &report(&[("a", 10.0, Status::Passed, &[])])), [""; 0]);
        assert_eq!(judge(&case(CaseKind::Blank, &[]), &report(&[("a", 2.0, Status::Partial, &[])])), [""; 0]);
        assert_eq!(judge(&case(CaseKind::Keywords, &[]), &report(&[("a", 2.1, Status::Partial, &[])])).len(), 1);
    }

    #[test]
    fn lint_finds_each_fault() {
        let course = pending::open_course(None).expect("the course opens");
        let mut exercise = pending::exercise(&course, "day06").expect("day06 is written");
        let ids: Vec<String> = exercise.rubric.criteria.iter().map(|criterion| criterion.id.clone()).collect();
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        exercise.cases = [CaseKind::Model, CaseKind::Variant, CaseKind::Blank, CaseKind::Keywords]
            .map(|kind| Case { name: format!("{kind:?}"), ..case(kind, &[]) })
            .into();
        exercise.cases.push(case(CaseKind::Bug, &all));
        assert_eq!(lint_exercise(&course, &exercise), [""; 0]);

        let criteria = &mut exercise.rubric.criteria;
        criteria[1].id = criteria[0].id.clone();
        criteria[2].points = 19;
        criteria[2].hints[1] = " ".into();
        criteria[3].lessons = vec![99];
        criteria[3].needs = vec!["c5".into()];
        exercise.cases[4].loses.retain(|id| id != "c5");
        let problems = lint_exercise(&course, &exercise).join("\n");
        for expected in [
            "criterion id c1 is used twice",
            "the points sum to 99, not 100",
            "criterion c3 needs 3 hints",
            "criterion c4 names lesson 99",
            "criterion c4 needs c5, which is no criterion before it",
            "criterion c5 has no case that loses it",
            "case case loses c2, which is no criterion",
        ] {
            assert!(problems.contains(expected), "{expected} is missing in\n{problems}");
        }
    }
}
