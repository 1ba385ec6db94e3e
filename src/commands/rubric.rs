//! `belt rubric`: a rubric is tested code. `test` grades its cases in workers and compares; `lint` reads it.

use super::context::{Context, print};
use super::error::{Error, exit};
use super::grading;
use super::limits::SILENCE_MAX;
use super::pool::{Job, Other, Pool};
use super::{beside, submissions};
use crate::checks::Detail;
use crate::cli::RubricCommand;
use crate::course::{self, Case, CaseKind, Course};
use crate::render::{points, sanitize};
use crate::report::{Report, Status};

/// What a submission may earn that answers nothing.
const WORTHLESS_PERCENT_MAX: f64 = 20.0;

pub fn run(context: &Context, command: &RubricCommand) -> Result<u8, Error> {
    match command {
        RubricCommand::Test { exercises } => test(context, &context.course()?, exercises),
        // A course that does not even load has its own finding.
        RubricCommand::Lint => lint(context),
    }
}

fn chosen(course: &Course, asked: &[String]) -> Result<Vec<String>, Error> {
    if asked.is_empty() {
        return Ok(submissions::ids(course).into_iter().filter(|id| course.is_written(id)).collect());
    }
    asked.iter().map(|asked| submissions::known(course, asked)).collect()
}

fn test(context: &Context, course: &Course, asked: &[String]) -> Result<u8, Error> {
    let mut all: Vec<(String, Vec<Case>)> = Vec::new();
    for id in chosen(course, asked)? {
        let cases = course.exercise(&id)?.cases(course.pack())?;
        all.push((id, cases));
    }
    let mut jobs: Vec<Job> = all.iter().flat_map(|(id, cases)| cases.iter().map(|case| job(id, case))).collect();
    let dir = context.course_dir.as_deref();
    // A case says what must be lost; which steps lead there is not compared.
    let pool = Pool { dir, course, silence_max: SILENCE_MAX, detail: Detail::Points };
    beside::judge(pool, &mut jobs, &mut beside::Known::default());
    let (mut failed, mut graded) = (0, 0);
    let mut cases = all.iter().flat_map(|(id, cases)| cases.iter().enumerate().map(move |at| (id, cases.len(), at)));
    pool.grade_each(&jobs, |report| {
        let Some((id, count, (number, case))) = cases.next() else { return Ok(()) };
        let report = report?;
        if number == 0 {
            print(&format!("{id}  {count} cases\n"))?;
        }
        let problems = judge(case, &report);
        graded += 1;
        failed += usize::from(!problems.is_empty());
        tell(case, &report, &problems)
    })?;
    print(&format!("{} of {graded} cases as they must be\n", graded - failed))?;
    Ok(if failed == 0 { exit::PASSED } else { exit::BROKEN_COURSE })
}

/// A line for the case, and what is wrong with it.
fn tell(case: &Case, report: &Report, problems: &[String]) -> Result<(), Error> {
    let word = if problems.is_empty() { "ok  " } else { "FAIL" };
    let score = format!("{}/{}", points(report.score), points(report.max_score));
    print(&format!("  {word}  {score:>8}  {}\n", sanitize::squeezed(&case.name)))?;
    for problem in problems {
        print(&format!("        {}\n", sanitize::line(problem)))?;
    }
    if !problems.is_empty() {
        for finding in report.findings.iter().take(5) {
            let place = format!("{}:{}", finding.location.line, finding.location.column);
            print(&format!("        {place}: {}\n", sanitize::line(&finding.message)))?;
        }
    }
    Ok(())
}

fn job(exercise: &str, case: &Case) -> Job {
    let other = |(id, (path, bytes)): (&String, &(String, Vec<u8>))| Other {
        exercise: id.clone(),
        path: path.clone(),
        bytes: bytes.clone(),
        standing: None,
    };
    Job {
        exercise: exercise.to_owned(),
        path: case.path.clone(),
        bytes: case.bytes.clone(),
        others: case.others.iter().map(other).collect(),
    }
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

fn lint(context: &Context) -> Result<u8, Error> {
    let findings = course::lint(&grading::pack(context.course_dir.as_deref())?);
    for finding in &findings {
        print(&format!("{}\n", sanitize::line(&format!("{}:{}: {}", finding.path, finding.line, finding.message))))?;
    }
    print(&format!(
        "{}\n",
        if findings.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", findings.len()) }
    ))?;
    Ok(if findings.is_empty() { exit::PASSED } else { exit::BROKEN_COURSE })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(kind: CaseKind, loses: &[&str]) -> Case {
        let loses = loses.iter().map(|&id| id.to_owned()).collect();
        Case {
            name: "case".into(),
            kind,
            about: "what it is about".into(),
            loses,
            at_most: None,
            path: "rubrics/day06/cases/case.yaml".into(),
            bytes: vec![],
            others: Default::default(),
        }
    }

    /// A report whose criteria are each worth ten points.
    fn report(criteria: &[(&str, f64, Status, &[&str])]) -> Report {
        let mut report = crate::render::tests::reports(vec![]).reports.remove(0);
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
}
