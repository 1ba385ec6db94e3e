//! `belt check`: grades submissions and writes what was found.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::ArgMatches;

use super::context::{Context, print};
use super::error::{Error, exit};
use super::grading;
use super::history::{History, sha256};
use super::limits::SILENCE_MAX;
use super::pool::{Job, Pool};
use super::{beside, complain, submissions};
use crate::checks::Detail;
use crate::cli::{CheckArgs, Format, Sink, sinks};
use crate::course::Course;
use crate::render::{self, Style};
use crate::report::{FORMAT_VERSION, Report, Reports};

pub fn run(context: &Context, args: &CheckArgs, typed: &ArgMatches) -> Result<u8, Error> {
    let sinks = sinks(args, typed).map_err(Error::Usage)?;
    let course = context.course()?;
    let (jobs, mut errors) = jobs(&course, args);
    if jobs.is_empty() && errors.is_empty() {
        let message = "no submissions in submissions/: `belt new day06` starts one, `belt list` names the exercises";
        return Err(Error::Usage(message.to_owned()));
    }
    let mut reports = Vec::new();
    let answers = if args.schema_only {
        form(&course, &jobs)
    } else {
        let limit = Duration::from_secs(args.time_limit.into());
        grade(context, &course, jobs, limit)
    };
    for answer in answers {
        match answer {
            Ok(report) => reports.push(report),
            Err(error) => errors.push(error),
        }
    }
    if !args.schema_only {
        errors.extend(History::record(&reports).err());
    }
    let passed = reports.iter().all(|report| report.passed);
    let belt_version = env!("CARGO_PKG_VERSION").to_owned();
    let reports = Reports { format_version: FORMAT_VERSION, belt_version, reports };
    let style = Style { all_findings: args.all_findings, ..context.style };
    // With nothing graded an empty document still goes out: whoever reads it expects one.
    for sink in &sinks {
        if let Err(error) = write(context, sink, &reports, style) {
            errors.push(error);
        }
    }
    // One unreadable file must not hide what was found in the others, so errors come last; the worst sets the code.
    let worst = errors.iter().map(Error::exit_code).max().unwrap_or(exit::PASSED);
    errors.iter().filter(|error| error.exit_code() != exit::PASSED).for_each(complain);
    Ok(worst.max(if passed { exit::PASSED } else { exit::BELOW_PASS_MARK }))
}

/// Every submission that was asked for, and what stood in the way of the others.
fn jobs(course: &Course, args: &CheckArgs) -> (Vec<Job>, Vec<Error>) {
    let (mut jobs, mut errors): (Vec<Job>, Vec<Error>) = (Vec::new(), Vec::new());
    let mut push = |answer: Result<Job, Error>| match answer {
        Ok(job) if jobs.iter().any(|other| other.path == job.path) => {}
        Ok(job) => jobs.push(job),
        Err(error) => errors.push(error),
    };
    for target in &args.targets {
        push(submissions::resolve(course, target));
    }
    if args.targets.is_empty() {
        for id in submissions::ids(course).into_iter().filter(|id| course.is_written(id)) {
            match submissions::find(&id) {
                Ok(None) => {}
                Ok(Some(_)) => push(submissions::resolve(course, &id)),
                Err(error) => push(Err(error)),
            }
        }
    }
    (jobs, errors)
}

/// Those that look back on others come last: what the others have just got is what they are held against.
fn grade(context: &Context, course: &Course, jobs: Vec<Job>, limit: Duration) -> Vec<Result<Report, Error>> {
    let dir = context.course_dir.as_deref();
    let pool = Pool { dir, course, silence_max: limit, detail: Detail::Stories };
    let (mut later, first): (Vec<_>, Vec<_>) =
        jobs.into_iter().enumerate().partition(|(_, job)| beside::wanted(course, job));
    let (at, first): (Vec<usize>, Vec<Job>) = first.into_iter().unzip();
    let mut answers: Vec<_> = at.into_iter().zip(pool.grade(&first)).collect();
    let mut known = beside::Known::default();
    answers.iter().filter_map(|(_, answer)| answer.as_ref().ok()).for_each(|report| known.add(report));
    let mut ready = Vec::new();
    for (index, mut job) in later.drain(..) {
        match beside::find(course, &mut job) {
            Ok(()) => ready.push((index, job)),
            Err(error) => answers.push((index, Err(error))),
        }
    }
    let (at, mut ready): (Vec<usize>, Vec<Job>) = ready.into_iter().unzip();
    let graded = beside::judge(pool, &mut ready, &mut known);
    // Kept, so that the next look back is quick; a cache that cannot be written is told by whoever writes it next.
    let _ = History::record(&graded);
    answers.extend(at.into_iter().zip(pool.grade(&ready)));
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The form alone, in this process: nothing a submission says is executed.
fn form(course: &Course, jobs: &[Job]) -> Vec<Result<Report, Error>> {
    jobs.iter()
        .map(|job| grading::check_schema(course, course.exercise(&job.exercise)?, &job.path, &job.bytes))
        .collect()
}

fn write(context: &Context, sink: &Sink, reports: &Reports, style: Style) -> Result<(), Error> {
    let text = match (sink.format, &sink.output) {
        (Format::Text, None) => {
            let text = render::text::render(reports, style);
            if context.actions { render::github::quiet(&text, &token(&text)) } else { text }
        }
        // A file is read elsewhere: no colours.
        (Format::Text, Some(_)) => render::text::render(reports, Style { color: false, ..style }),
        (Format::Json, _) => render::json::render(reports),
        (Format::Github, _) => render::github::render(reports),
        (Format::Junit, _) => render::junit::render(reports),
    };
    match &sink.output {
        None => print(&text),
        Some(path) => fs::write(path, text).map_err(|source| Error::Write { path: path.clone(), source }),
    }
}

/// A word that a submission cannot foresee: it hangs on this process and this moment as well as on the text.
fn token(text: &str) -> String {
    let now_ns = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    sha256(format!("{} {now_ns} {text}", std::process::id()).as_bytes())
}

/// The report of one submission: the remembered one where neither it nor the exercise has changed, else a new one.
pub fn report(context: &Context, target: &str) -> Result<Report, Error> {
    let course = context.course()?;
    let job = submissions::resolve(&course, target)?;
    let exercise = course.exercise(&job.exercise)?;
    // A report that hangs on other submissions may be out of date while its own has not changed.
    let kept = History::load();
    if let Some(report) = kept.current(&job, exercise.sha256()).filter(|_| !exercise.rubric.portfolio) {
        return Ok(report.clone());
    }
    let mut answers = grade(context, &course, vec![job], SILENCE_MAX);
    let report = answers.pop().expect("one answer for each job")?;
    History::record(std::slice::from_ref(&report))?;
    Ok(report)
}
