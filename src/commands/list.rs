//! `belt list`: the exercises, week by week, with the last scores.

use super::context::{Context, print};
use super::error::{Error, exit};
use super::history::History;
use super::submissions;
use crate::render::excerpt::{pad, truncate};
use crate::render::{points, sanitize};

pub fn run(context: &Context) -> Result<u8, Error> {
    let course = context.course()?;
    let history = History::load();
    let mut out = String::new();
    for week in &course.weeks {
        out.push_str(&format!("{}\n", sanitize::squeezed(&week.title)));
        for id in &week.exercises {
            let standing = match submissions::find(id) {
                _ if !course.is_written(id) => "not written yet".to_owned(),
                Ok(None) => String::new(),
                Ok(Some(path)) => match history.last(&path) {
                    Some(report) => format!("{}/{}", points(report.score), points(report.max_score)),
                    None => "started".to_owned(),
                },
                Err(_) => "two files".to_owned(),
            };
            let room = context.style.width.saturating_sub(id.len() + standing.len() + 6);
            let title = truncate(&sanitize::squeezed(course.titles.get(id).map_or("", String::as_str)), room);
            out.push_str(format!("  {id}  {}  {standing}", pad(&title, room)).trim_end());
            out.push('\n');
        }
    }
    print(&out)?;
    Ok(exit::PASSED)
}
