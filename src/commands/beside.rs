//! The submissions beside one that looks back on them: where they are, and what was said of those it names.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::Error;
use super::history::{History, sha256};
use super::pool::{Job, Other, Pool};
use super::submissions;
use crate::course::Course;
use crate::portfolio::Standing;
use crate::report::Report;

/// What is known of submissions, by exercise and hash: a report holds for the bytes it was made of.
#[derive(Default)]
pub struct Known(BTreeMap<(String, String), Standing>);

impl Known {
    pub fn add(&mut self, report: &Report) {
        let key = (report.exercise.id.clone(), report.submission.sha256.clone());
        self.0.insert(key, Standing::from(report));
    }

    fn get(&self, other: &Other) -> Option<&Standing> {
        self.0.get(&(other.exercise.clone(), sha256(&other.bytes)))
    }
}

/// Whether the exercise looks back on others.
pub fn wanted(course: &Course, job: &Job) -> bool {
    course.exercise(&job.exercise).is_ok_and(|exercise| exercise.rubric.portfolio)
}

/// Finds what lies beside a submission: the file named after each exercise, else one that says it answers it.
pub fn find(course: &Course, job: &mut Job) -> Result<(), Error> {
    let path = Path::new(&job.path);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    job.others = submissions::in_directory(course, directory)?
        .into_iter()
        .filter(|other| other.exercise != job.exercise && Path::new(&other.path) != path)
        .collect();
    Ok(())
}

/// Gives each submission that is named its standing: a report that is kept and still holds, else a new one. The rest
/// need none, so looking back on three days does not grade twenty-eight.
pub fn judge(pool: Pool, jobs: &mut [Job], known: &mut Known) -> Vec<Report> {
    let history = History::load();
    let mut open: Vec<Job> = Vec::new();
    for job in jobs.iter() {
        let text = String::from_utf8_lossy(&job.bytes).to_lowercase();
        for other in job.others.iter().filter(|other| text.contains(&other.exercise)) {
            let Ok(exercise) = pool.course.exercise(&other.exercise) else { continue };
            let asked = Job {
                exercise: other.exercise.clone(),
                path: other.path.clone(),
                bytes: other.bytes.clone(),
                others: Vec::new(),
            };
            match history.current(&asked, exercise.sha256()) {
                _ if known.get(other).is_some() => {}
                Some(report) => known.add(report),
                None if open.iter().any(|job| job.exercise == asked.exercise && job.bytes == asked.bytes) => {}
                None => open.push(asked),
            }
        }
    }
    // What cannot be graded has no standing, and is told when it is checked itself.
    let reports: Vec<Report> = pool.grade(&open).into_iter().flatten().collect();
    reports.iter().for_each(|report| known.add(report));
    for job in jobs {
        let text = String::from_utf8_lossy(&job.bytes).to_lowercase();
        for other in job.others.iter_mut().filter(|other| text.contains(&other.exercise)) {
            other.standing = known.get(other).cloned();
        }
    }
    reports
}
