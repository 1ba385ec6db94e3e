//! From checks to a report. Pure: no files, no clock, no environment; same bytes in, same bytes out.
//!
//! Rounding is done once, here: a criterion's points are the share its checks earned of what it is worth, rounded *down* to
//! whole points. Everything else is sums.

use std::collections::{BTreeMap, BTreeSet};

mod together;

use crate::checks::expression::Answers;
use crate::checks::{Context, Detail, Outcome, Place, Problem, Story, Verdict};
use crate::course::{Course, Criterion, Error, Exercise};
use crate::portfolio::Portfolio;
use crate::report::{
    Counterexample, CourseRef, Criterion as Graded, ExerciseRef, Finding, Lesson, Related, Report, Status, Step,
    SubmissionRef,
};
use crate::submission::{Document, LoadError, Validator};

/// What to do about a check that is about to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    Run,
    /// Run it without what has been or could be worked out together with others.
    Alone,
    /// It ended its worker before; the reason.
    Killed(String),
}

/// Grades a document that has been read.
///
/// `on_check` is told the id of each check (`criterion/number`) before it runs.
///
/// # Errors
/// When the course is wrong.
pub fn grade(
    course: &Course,
    exercise: &Exercise,
    document: &Document,
    portfolio: &Portfolio,
    detail: Detail,
    on_check: &mut dyn FnMut(&str) -> Control,
) -> Result<Report, Error> {
    let validator: &Validator = exercise.validator()?;
    let form = validator.validate(document);
    let mut marks: Vec<Mark> = Vec::new();
    let mut findings: Vec<Ranked> = Vec::new();
    for problem in &form {
        findings.push(Ranked::of_form(0.0, finding(document, None, problem, &[])));
    }
    let answers = Answers::default();
    let context =
        Context { document: document.json(), exercise, at: None, course, portfolio, detail, answers: Some(&answers) };

    for criterion in &exercise.rubric.criteria {
        let unmet: Vec<String> = criterion
            .needs
            .iter()
            .filter(|need| !marks.iter().any(|mark| mark.id == **need && mark.status == Status::Passed))
            .cloned()
            .collect();
        if !unmet.is_empty() {
            marks.push(Mark {
                id: criterion.id.clone(),
                points: 0,
                status: Status::Skipped,
                needs: unmet,
                executed: Vec::new(),
            });
            continue;
        }
        let mark = grade_criterion(criterion, &context, document, on_check, &mut findings)?;
        marks.push(mark);
    }

    for (id, points) in held_up(&exercise.rubric.criteria, &marks) {
        let of_it = findings.iter_mut().filter(|ranked| ranked.finding.criterion.as_deref() == Some(id));
        of_it.for_each(|ranked| ranked.held_up = points);
    }
    let findings = together::told_once(findings, document.json());
    let criteria: Vec<Graded> =
        exercise.rubric.criteria.iter().zip(&marks).map(|(criterion, mark)| graded(course, criterion, mark)).collect();
    Ok(assemble(course, exercise, (document.name(), document.sha256()), criteria, findings))
}

/// The report on a file that cannot be read: nothing is gradable, and the findings say why.
pub fn unreadable(course: &Course, exercise: &Exercise, path: &str, sha256: &str, errors: &[LoadError]) -> Report {
    let criteria = exercise
        .rubric
        .criteria
        .iter()
        .map(|criterion| {
            let mark = Mark {
                id: criterion.id.clone(),
                points: 0,
                status: Status::NotGradable,
                needs: Vec::new(),
                executed: Vec::new(),
            };
            graded(course, criterion, &mark)
        })
        .collect();
    let findings = errors
        .iter()
        .map(|error| {
            let finding = Finding {
                number: 0,
                criterion: None,
                points_lost: 0.0,
                message: error.message.clone(),
                expected: None,
                actual: None,
                location: error.location.clone(),
                label: None,
                related: Vec::new(),
                notes: Vec::new(),
                help: error.help.clone(),
                hint: None,
                hints: Vec::new(),
                counterexample: None,
            };
            Ranked::of_form(f64::INFINITY, finding)
        })
        .collect();
    assemble(course, exercise, (path, sha256), criteria, findings)
}

/// The points of criteria that were skipped, by the criterion that failed and is to be mended first.
fn held_up<'a>(criteria: &'a [Criterion], marks: &[Mark]) -> BTreeMap<&'a str, f64> {
    let mut causes: BTreeMap<&str, BTreeSet<&'a str>> = BTreeMap::new();
    let mut points = BTreeMap::new();
    for (criterion, mark) in criteria.iter().zip(marks) {
        let mut of_this = BTreeSet::new();
        for need in criteria.iter().filter(|need| mark.needs.contains(&need.id)) {
            match causes.get(need.id.as_str()) {
                Some(further) if !further.is_empty() => of_this.extend(further),
                _ => _ = of_this.insert(need.id.as_str()),
            }
        }
        for cause in &of_this {
            *points.entry(*cause).or_insert(0.0) += f64::from(criterion.points);
        }
        causes.insert(&criterion.id, of_this);
    }
    points
}

/// A finding on its way into the report.
struct Ranked {
    lost: f64,
    /// Points that cannot be earned before it is mended.
    held_up: f64,
    slip: bool,
    /// The check that found it, empty for a mistake of form.
    check: String,
    /// Whether that check could read what it grades.
    gradable: bool,
    finding: Finding,
}

impl Ranked {
    /// The points to win by mending it: what stops other criteria from being tried comes first.
    fn stake(&self) -> f64 {
        self.lost + self.held_up
    }

    fn of_form(lost: f64, finding: Finding) -> Self {
        Ranked { lost, held_up: 0.0, slip: false, check: String::new(), gradable: true, finding }
    }
}

struct Mark {
    id: String,
    points: u32,
    status: Status,
    needs: Vec<String>,
    executed: Vec<String>,
}

fn grade_criterion(
    criterion: &Criterion,
    context: &Context,
    document: &Document,
    on_check: &mut dyn FnMut(&str) -> Control,
    findings: &mut Vec<Ranked>,
) -> Result<Mark, Error> {
    let total: u64 = criterion.checks.iter().map(|weighted| u64::from(weighted.weight)).sum();
    let mut shares = Vec::new();
    let (mut passed, mut not_gradable) = (0, 0);
    let mut executed = Vec::new();
    // Code that is not as it was asked for has been told about; running it would say it again.
    let mut unfit: BTreeSet<String> = BTreeSet::new();
    for (number, weighted) in criterion.checks.iter().enumerate() {
        let context = Context { at: criterion.at.as_deref(), ..*context };
        let id = format!("{}/{number}", criterion.id);
        let asked = weighted.check.is_code() || !unfit.is_empty();
        let code = if asked { weighted.check.code(&context)? } else { None };
        let verdict = match on_check(&id) {
            Control::Run | Control::Alone if code.as_ref().is_some_and(|code| unfit.contains(code)) => {
                Verdict::not_gradable(Vec::new())
            }
            Control::Run => weighted.check.run(&context)?,
            Control::Alone => weighted.check.run(&Context { answers: None, ..context })?,
            Control::Killed(reason) => killed(&reason, criterion),
        };
        if weighted.check.is_code() && verdict.outcome != Outcome::Passed {
            unfit.extend(code);
        }
        let gradable = verdict.outcome != Outcome::NotGradable;
        executed.extend(verdict.executed.clone());
        let (earned, of) = match verdict.outcome {
            Outcome::Passed => {
                passed += 1;
                (1_u32, 1_u32)
            }
            Outcome::Failed { earned, of } => (earned.min(of), of.max(1)),
            Outcome::NotGradable => {
                not_gradable += 1;
                (0, 1)
            }
        };
        shares.push((weighted.weight, earned, of));
        let share = f64::from(weighted.weight) / total.max(1) as f64;
        let lost = f64::from(criterion.points) * share * (1.0 - f64::from(earned) / f64::from(of));
        let hints = weighted.hints.as_ref().unwrap_or(&criterion.hints);
        for problem in &verdict.problems {
            if verdict.outcome != Outcome::Passed {
                let finding = finding(document, Some(criterion), problem, hints);
                findings.push(Ranked { lost, held_up: 0.0, slip: problem.slip, check: id.clone(), gradable, finding });
            }
        }
    }
    let points = points_earned(criterion.points, &shares);
    let status = if passed == criterion.checks.len() {
        Status::Passed
    } else if points > 0 {
        Status::Partial
    } else if not_gradable > 0 && passed + not_gradable == criterion.checks.len() {
        Status::NotGradable
    } else {
        Status::Failed
    };
    Ok(Mark { id: criterion.id.clone(), points, status, needs: Vec::new(), executed })
}

/// Whole points for shares `(weight, earned, of)`, rounded down once: no fraction is rounded before the last.
fn points_earned(points: u32, shares: &[(u32, u32, u32)]) -> u32 {
    let (mut numerator, mut denominator, mut total) = (0_u128, 1_u128, 0_u128);
    for (weight, earned, of) in shares {
        let (weight, earned, of) = (u128::from(*weight), u128::from(*earned), u128::from(*of));
        numerator = numerator * of + earned * weight * denominator;
        denominator *= of;
        total += weight;
    }
    if total == 0 {
        return 0;
    }
    u32::try_from(u128::from(points) * numerator / (denominator * total)).unwrap_or(points)
}

fn killed(reason: &str, criterion: &Criterion) -> Verdict {
    let place = criterion.at.as_deref().unwrap_or_default();
    Verdict::failed(vec![Problem {
        message: format!("running this {reason}, and belt stopped it"),
        help: Some("look for a loop without an end, or a number or text that grows without bound".into()),
        place: Place::field(place),
        ..Problem::default()
    }])
}

fn graded(course: &Course, criterion: &Criterion, mark: &Mark) -> Graded {
    Graded {
        id: criterion.id.clone(),
        title: criterion.title.clone(),
        points: f64::from(mark.points),
        max_points: f64::from(criterion.points),
        status: mark.status,
        lessons: criterion
            .lessons
            .iter()
            .filter_map(|number| course.lessons.get(number))
            .map(|lesson| Lesson { number: lesson.number, title: lesson.title.clone() })
            .collect(),
        needs: mark.needs.clone(),
        executed: mark.executed.clone(),
    }
}

fn assemble(
    course: &Course,
    exercise: &Exercise,
    (path, sha256): (&str, &str),
    criteria: Vec<Graded>,
    mut findings: Vec<Ranked>,
) -> Report {
    let score: f64 = criteria.iter().map(|criterion| criterion.points).sum();
    let max_score: f64 = criteria.iter().map(|criterion| criterion.max_points).sum();
    let percent = if max_score > 0.0 { (score * 1000.0 / max_score).floor() / 10.0 } else { 0.0 };
    let pass_mark = exercise.rubric.pass_mark.unwrap_or(course.pass_mark);
    // The same slip shows in many scenarios: it is told once, under the criterion where it costs most.
    findings.sort_by(|a, b| b.stake().total_cmp(&a.stake()));
    let mut told = BTreeSet::new();
    findings.retain(|Ranked { slip, finding, .. }| {
        !slip || told.insert((finding.message.clone(), finding.location.line, finding.location.column))
    });
    let findings = findings
        .into_iter()
        .enumerate()
        .map(|(index, Ranked { lost, mut finding, .. })| {
            finding.number = index as u32 + 1;
            finding.points_lost = if lost.is_finite() { (lost * 10.0).round() / 10.0 } else { max_score };
            finding
        })
        .collect();
    Report {
        exercise: ExerciseRef {
            id: exercise.id.clone(),
            title: exercise.title.clone(),
            sha256: exercise.sha256().to_owned(),
        },
        course: CourseRef { id: course.id.clone(), title: course.title.clone(), version: course.version.clone() },
        submission: SubmissionRef { path: path.to_owned(), sha256: sha256.to_owned() },
        score,
        max_score,
        percent,
        pass_mark,
        passed: percent >= pass_mark,
        criteria,
        findings,
    }
}

/// A problem with its places turned into lines.
fn finding(document: &Document, criterion: Option<&Criterion>, problem: &Problem, hints: &[String]) -> Finding {
    Finding {
        number: 0,
        criterion: criterion.map(|criterion| criterion.id.clone()),
        points_lost: 0.0,
        message: problem.message.clone(),
        expected: problem.expected.clone(),
        actual: problem.actual.clone(),
        location: document.locate(&problem.place),
        label: problem.label.clone().or_else(|| absent(document, problem)),
        related: problem
            .related
            .iter()
            .map(|(place, label)| Related { location: document.locate(place), label: label.clone() })
            .collect(),
        notes: problem.notes.clone(),
        help: problem.help.clone(),
        hint: hints.first().cloned(),
        hints: hints.to_vec(),
        counterexample: problem.story.as_ref().map(|story| counterexample(document, story)),
    }
}

/// Names a field that is not there, where the excerpt can show what is around it only.
fn absent(document: &Document, problem: &Problem) -> Option<String> {
    let pointer = &problem.place.pointer;
    let field = pointer.rsplit('/').next().filter(|field| !field.is_empty())?;
    let told = problem.message.contains(field) || document.json().pointer(pointer).is_some();
    (!told).then(|| format!("`{field}` is missing"))
}

fn counterexample(document: &Document, story: &Story) -> Counterexample {
    Counterexample {
        scenario: story.scenario.clone(),
        faults: story.faults,
        preemptions: story.preemptions,
        clients: story.clients.clone(),
        steps: story
            .steps
            .iter()
            .map(|step| Step {
                number: step.number,
                client: step.client.clone(),
                time: step.time,
                call: step.call.clone(),
                summary: step.summary.clone(),
                result: step.result.clone(),
                fault: step.fault.clone(),
                remark: step.remark.clone(),
                location: step.place.as_ref().map(|place| document.locate(place)),
            })
            .collect(),
        explored: story.explored.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn criterion(id: &str, points: u32, needs: &[&str]) -> Criterion {
        let criterion = serde_json::json!({
            "id": id, "title": id, "points": points, "needs": needs, "lessons": [], "checks": [], "hints": []
        });
        serde_json::from_value(criterion).expect("a criterion")
    }

    #[test]
    fn what_stops_other_criteria_from_being_tried_is_worth_their_points_too() {
        let criteria = [
            criterion("code", 5, &[]),
            criterion("numbers", 10, &[]),
            criterion("safe", 40, &["code"]),
            criterion("fast", 20, &["safe"]),
            criterion("cheap", 7, &["numbers", "safe"]),
            criterion("told", 18, &[]),
        ];
        let mark = |id: &str, needs: &[&str]| Mark {
            id: id.into(),
            points: 0,
            status: if needs.is_empty() { Status::Failed } else { Status::Skipped },
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            executed: Vec::new(),
        };
        let marks = [
            mark("code", &[]),
            mark("numbers", &[]),
            mark("safe", &["code"]),
            mark("fast", &["safe"]),
            mark("cheap", &["numbers", "safe"]),
            mark("told", &[]),
        ];
        assert_eq!(held_up(&criteria, &marks), BTreeMap::from([("code", 67.0), ("numbers", 7.0)]));
    }

    fn shares() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
        let share = (1_u32..6, 1_u32..9).prop_flat_map(|(weight, of)| (Just(weight), 0..=of, Just(of)));
        prop::collection::vec(share, 1..6)
    }

    proptest! {
        #[test]
        fn rounding_is_down_and_less_than_a_point(points in 1_u32..100, shares in shares()) {
            let exact: f64 = shares.iter().map(|(w, e, of)| f64::from(*w) * f64::from(*e) / f64::from(*of)).sum::<f64>()
                / shares.iter().map(|(w, ..)| f64::from(*w)).sum::<f64>() * f64::from(points);
            let earned = f64::from(points_earned(points, &shares));
            prop_assert!(earned <= exact + 1e-9 && earned > exact - 1.0 - 1e-9, "{earned} of {exact}");
        }

        #[test]
        fn full_points_are_for_everything_and_for_nothing_less(points in 1_u32..100, shares in shares()) {
            let all = shares.iter().all(|(_, earned, of)| earned == of);
            prop_assert_eq!(points_earned(points, &shares) == points, all);
        }

        #[test]
        fn earning_more_never_costs(points in 1_u32..100, shares in shares(), which in any::<prop::sample::Index>()) {
            let mut better = shares.clone();
            let share = &mut better[which.index(shares.len())];
            share.1 = share.2;
            prop_assert!(points_earned(points, &better) >= points_earned(points, &shares));
        }
    }
}
