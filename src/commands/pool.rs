//! Grades submissions in worker processes: several at a time, each worker several in turn, the answers in the order of
//! the questions. A worker that dies takes one check with it and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::Error;
use super::grading;
use super::limits::{self, LINE_BYTES_MAX, RESTARTS_MAX, WORKER_AGE_MAX};
use super::worker::{Beside, Event, Request};
use crate::checks::{Check, Detail};
use crate::course::{Course, Exercise};
use crate::portfolio::Standing;
use crate::report::Report;

/// A submission to grade.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub exercise: String,
    /// As it was given or found; it is not opened.
    pub path: String,
    pub bytes: Vec<u8>,
    /// What lies beside it; only for an exercise that asks for it.
    pub others: Vec<Other>,
}

/// Another submission of the same learner.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    pub exercise: String,
    pub path: String,
    pub bytes: Vec<u8>,
    /// What its report said, where somebody will want to know.
    pub standing: Option<Standing>,
}

/// What all submissions of one call have in common.
#[derive(Clone, Copy)]
pub struct Pool<'a> {
    /// Where the course is; `None` for the one inside belt.
    pub dir: Option<&'a Path>,
    pub course: &'a Course,
    /// A check that takes longer is stopped.
    pub silence_max: Duration,
    pub detail: Detail,
}

impl Pool<'_> {
    /// Grades every job, in as many processes as there are processors.
    ///
    /// # Errors
    /// The course is broken, or a process could not be started; one answer for each job, in order.
    pub fn grade(&self, jobs: &[Job]) -> Vec<Result<Report, Error>> {
        let mut answers = Vec::with_capacity(jobs.len());
        let told: Result<(), Error> = self.grade_each(jobs, |answer| {
            answers.push(answer);
            Ok(())
        });
        debug_assert!(told.is_ok(), "keeping an answer cannot fail");
        answers
    }

    /// The same, handing over each answer as soon as it and all before it are there.
    ///
    /// # Errors
    /// The first that `tell` gives; nothing more is graded then.
    pub fn grade_each(
        &self,
        jobs: &[Job],
        mut tell: impl FnMut(Result<Report, Error>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let next = &AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let (sender, answers) = mpsc::channel();
            for _ in 0..cores.min(jobs.len()) {
                let sender = sender.clone();
                scope.spawn(move || {
                    let mut worker = None;
                    while let Some((index, job)) = take(jobs, next) {
                        // Nobody listens any more when something else went wrong.
                        if sender.send((index, self.grade_one(&mut worker, job))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            let mut early = BTreeMap::new();
            let mut told = 0;
            for (index, answer) in answers {
                early.insert(index, answer);
                while let Some(answer) = early.remove(&told) {
                    tell(answer)?;
                    told += 1;
                }
            }
            Ok(())
        })
    }

    /// Whether the check with this id is one of those that are evaluated together.
    fn is_expression(&self, job: &Job, id: &str) -> bool {
        let exercise = self.course.exercise(&job.exercise).ok();
        matches!(exercise.and_then(|exercise| check_of(exercise, id)), Some(Check::Expression(_)))
    }

    fn grade_one(&self, slot: &mut Option<Worker>, job: &Job) -> Result<Report, Error> {
        let mut request = Request {
            course: self.dir.map(PathBuf::from),
            exercise: job.exercise.clone(),
            path: job.path.clone(),
            bytes: job.bytes.len(),
            detail: self.detail,
            killed: BTreeMap::new(),
            only: None,
            alone: false,
            others: job.others.iter().map(beside).collect(),
        };
        let mut finished = BTreeSet::new();
        loop {
            let mut worker = match slot.take().filter(|worker| worker.busy < WORKER_AGE_MAX) {
                Some(worker) => worker,
                None => Worker::start().map_err(Error::Worker)?,
            };
            let used_before = worker.busy > Duration::ZERO;
            match worker.ask(&request, job, self.silence_max, &mut finished) {
                Answer::Report(report) => {
                    *slot = Some(worker);
                    return Ok(*report);
                }
                Answer::Broken(message) => {
                    *slot = Some(worker);
                    return Err(Error::Course(message));
                }
                // It may have died of what came before this submission: what fills the memory need not be the last drop.
                Answer::Died { timed_out: false, .. } if used_before => {}
                // It may have died of a check that was worked out with this one.
                Answer::Died { running: Some(check), .. } if !request.alone && self.is_expression(job, &check) => {
                    request.alone = true;
                }
                Answer::Died { running: Some(check), cause, .. } => {
                    if request.only.is_some() {
                        return not_graded(self.course, job, &cause);
                    }
                    if request.killed.len() >= RESTARTS_MAX || request.killed.contains_key(&check) {
                        let reason =
                            format!("was given up after {} checks that had to be stopped", request.killed.len() + 1);
                        request.only = Some((finished.clone(), reason));
                    }
                    request.killed.insert(check, cause);
                }
                // Silent before its first check: nothing of this submission has run.
                Answer::Died { running: None, .. } if used_before => {}
                Answer::Died { running: None, cause, .. } => return not_graded(self.course, job, &cause),
            }
        }
    }
}

/// The check with this id: `criterion/number`.
fn check_of<'a>(exercise: &'a Exercise, id: &str) -> Option<&'a Check> {
    let (criterion, number) = id.rsplit_once('/')?;
    let criterion = exercise.rubric.criteria.iter().find(|known| known.id == criterion)?;
    Some(&criterion.checks.get(number.parse::<usize>().ok()?)?.check)
}

fn take<'a>(jobs: &'a [Job], next: &AtomicUsize) -> Option<(usize, &'a Job)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, jobs.get(index)?))
}

fn beside(other: &Other) -> Beside {
    let Other { exercise, path, bytes, standing } = other;
    Beside { exercise: exercise.clone(), path: path.clone(), bytes: bytes.len(), standing: standing.clone() }
}

fn not_graded(course: &Course, job: &Job, cause: &str) -> Result<Report, Error> {
    let exercise = course.exercise(&job.exercise)?;
    Ok(grading::not_graded(course, exercise, &job.path, &job.bytes, cause))
}

enum Answer {
    Report(Box<Report>),
    Broken(String),
    Died {
        /// The check that was running.
        running: Option<String>,
        cause: String,
        /// Whether it was stopped for its silence.
        timed_out: bool,
    },
}

struct Worker {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
    /// Time spent on the submissions so far.
    busy: Duration,
}

impl Worker {
    fn start() -> io::Result<Worker> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let gone = || io::Error::other("its pipes are missing");
        let stdin = child.stdin.take().ok_or_else(gone)?;
        let stdout = child.stdout.take().ok_or_else(gone)?;
        let stderr = child.stderr.take().ok_or_else(gone)?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            loop {
                let mut line = Vec::new();
                let read = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
                let Ok(line) = String::from_utf8(line) else { return };
                // A line without an end is a worker that died in the middle of it, or one that talks too much.
                if !matches!(read, Ok(1..)) || !line.ends_with('\n') || sender.send(line).is_err() {
                    return;
                }
            }
        });
        let stderr = std::thread::spawn(move || first_words(stderr));
        Ok(Worker { child, stdin, lines, stderr: Some(stderr), busy: Duration::ZERO })
    }

    /// Sends one request and waits for its end. `finished` collects the checks that came to an end.
    fn ask(&mut self, request: &Request, job: &Job, silence_max: Duration, finished: &mut BTreeSet<String>) -> Answer {
        let begun = Instant::now();
        let mut running: Option<String> = None;
        let mut timed_out = None;
        if self.send(request, job).is_ok() {
            loop {
                let line = match self.lines.recv_timeout(silence_max) {
                    Ok(line) => line,
                    Err(error) => {
                        timed_out = (error == RecvTimeoutError::Timeout).then_some(silence_max);
                        break;
                    }
                };
                match serde_json::from_str(&line) {
                    Ok(Event::Running(check)) => {
                        finished.extend(running.replace(check));
                    }
                    Ok(Event::Report(report)) => {
                        self.busy += begun.elapsed().max(Duration::from_nanos(1));
                        return Answer::Report(report);
                    }
                    Ok(Event::Broken(message)) => {
                        self.busy += begun.elapsed().max(Duration::from_nanos(1));
                        return Answer::Broken(message);
                    }
                    Err(_) => break,
                }
            }
        }
        Answer::Died { running, cause: self.bury(timed_out), timed_out: timed_out.is_some() }
    }

    fn send(&mut self, request: &Request, job: &Job) -> io::Result<()> {
        let mut message = serde_json::to_vec(request)?;
        message.push(b'\n');
        message.extend_from_slice(&job.bytes);
        job.others.iter().for_each(|other| message.extend_from_slice(&other.bytes));
        self.stdin.write_all(&message)?;
        self.stdin.flush()
    }

    /// Ends the process where it has not ended by itself, and says what of.
    fn bury(&mut self, timed_out: Option<Duration>) -> String {
        if timed_out.is_some() {
            // It may end by itself at this very moment, which is as good.
            let _ = self.child.kill();
        }
        let status = self.child.wait();
        let stderr = self.stderr.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        match status {
            Ok(status) => limits::cause_of_death(status, &stderr, timed_out),
            Err(error) => format!("the grading process was lost: {error}"),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The beginning of what a dying process says; the rest is read and dropped so that it cannot block.
fn first_words(mut stderr: impl Read) -> String {
    let mut words = Vec::new();
    let _ = stderr.by_ref().take(64 << 10).read_to_end(&mut words);
    let _ = io::copy(&mut stderr, &mut io::sink());
    String::from_utf8_lossy(&words).into_owned()
}
