//! `belt`: where the learner stands and what to type next.

use super::context::{Context, print};
use super::error::{Error, exit};
use super::history::{History, sha256};
use super::submissions;
use crate::render::excerpt::{pad, truncate};
use crate::render::{points, sanitize};

pub fn run(context: &Context) -> Result<u8, Error> {
    let course = context.course()?;
    let history = History::load();
    let mut out = format!("{}\n\n", sanitize::squeezed(&course.title));
    let mut next = None;
    let mut started = 0;
    let mut passed = 0;
    let written: Vec<String> = submissions::ids(&course).into_iter().filter(|id| course.is_written(id)).collect();
    for id in &written {
        let path = match submissions::find(id) {
            Ok(Some(path)) => path,
            Ok(None) => continue,
            Err(error) => {
                out.push_str(&format!("  {id}  {error}\n"));
                continue;
            }
        };
        started += 1;
        let report = history.last(&path);
        let changed = match report {
            Some(report) => sha256(&submissions::read(path.as_ref())?) != report.submission.sha256,
            None => false,
        };
        let standing = match report {
            None => "not checked yet".to_owned(),
            Some(report) => {
                let score = format!("{}/{}", points(report.score), points(report.max_score));
                let verdict = if report.passed { "passed" } else { "below the pass mark" };
                format!("{score} {verdict}{}", if changed { ", changed since" } else { "" })
            }
        };
        let done = report.is_some_and(|report| report.passed) && !changed;
        passed += usize::from(done);
        let room = context.style.width.saturating_sub(id.len() + standing.len() + 8);
        let title = sanitize::squeezed(course.titles.get(id).map_or("", String::as_str));
        out.push_str(&format!("  {id}  {}  {standing}\n", pad(&truncate(&title, room), room)));
        if !done && next.is_none() {
            next = Some(match report {
                Some(_) if !changed => format!("belt hint {id}, then edit {path} and belt check {id}"),
                _ => format!("belt check {id}"),
            });
        }
    }
    if started == 0 {
        out.push_str(&format!("  nothing in {}/ yet\n", submissions::DIRECTORY));
    } else {
        out.push_str(&format!("\n  {passed} of {} passed\n", written.len()));
    }
    // Going on with what was begun comes before beginning something else.
    let begin = || {
        let id = written.iter().find(|id| matches!(submissions::find(id), Ok(None)))?;
        Some(format!("belt show {id}, then belt new {id}"))
    };
    match next.or_else(begin) {
        Some(command) => out.push_str(&format!("\nnext: {command}\n")),
        None if written.is_empty() => out.push_str("\nnone of the exercises is written yet\n"),
        None => out.push_str("\nnothing left to do: everything passed\n"),
    }
    print(&out)?;
    Ok(exit::PASSED)
}
