//! Submissions on disk: where they are looked for, and which exercise a file belongs to.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::error::{Error, near};
use super::pool::{Job, Other};
use crate::course::Course;

/// Where submissions are looked for.
pub const DIRECTORY: &str = "submissions";
/// Files beyond this are cut here, in bytes; the loader's own limit is lower and words the complaint.
const READ_BYTES_MAX: u64 = 16 << 20;
/// Files of a directory that are looked into; those named after an exercise come first.
const BESIDE_MAX: usize = 300;
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Every exercise of the course, in its order.
pub fn ids(course: &Course) -> Vec<String> {
    course.weeks.iter().flat_map(|week| week.exercises.iter().cloned()).collect()
}

/// The exercise's id, or an error with the nearest ones.
pub fn known(course: &Course, asked: &str) -> Result<String, Error> {
    let ids = ids(course);
    let lower = asked.to_lowercase();
    let Some(id) = ids.iter().find(|id| **id == lower) else {
        return Err(Error::UnknownExercise { asked: asked.to_owned(), near: near(asked, &ids) });
    };
    if course.is_written(id) { Ok(id.clone()) } else { Err(Error::NotWritten { id: id.clone() }) }
}

/// The submission of an exercise, if there is one.
pub fn find(id: &str) -> Result<Option<String>, Error> {
    let paths = EXTENSIONS.iter().map(|extension| format!("{DIRECTORY}/{id}.{extension}"));
    let paths: Vec<String> = paths.filter(|path| Path::new(path).exists()).collect();
    match paths.as_slice() {
        [] => Ok(None),
        [path] => Ok(Some(path.clone())),
        _ => Err(Error::TwoSubmissions { id: id.to_owned(), paths }),
    }
}

/// What an argument of `belt check` names: an exercise, or else a file.
pub fn resolve(course: &Course, target: &str) -> Result<Job, Error> {
    let looks_like_a_path = target.contains(['/', '\\', '.']);
    if looks_like_a_path || (Path::new(target).is_file() && !ids(course).contains(&target.to_lowercase())) {
        let bytes = read(Path::new(target))?;
        let exercise = exercise_of(course, target, &bytes)?;
        return Ok(Job { exercise, path: target.to_owned(), bytes, others: Vec::new() });
    }
    let id = known(course, target)?;
    let path = find(&id)?.ok_or_else(|| Error::NoSubmission { id: id.clone() })?;
    let bytes = read(Path::new(&path))?;
    Ok(Job { exercise: id, path, bytes, others: Vec::new() })
}

/// The submissions in a directory, at most one for each exercise: the file of its name, else the first that says it
/// answers it.
pub fn in_directory(course: &Course, directory: &Path) -> Result<Vec<Other>, Error> {
    let unreadable = |source| Error::Read { path: directory.to_path_buf(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned());
        if extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) && path.is_file() {
            paths.push(path);
        }
    }
    let named =
        |path: &PathBuf| path.file_stem().is_some_and(|stem| course.titles.contains_key(&*stem.to_string_lossy()));
    paths.sort_by_key(|path| (!named(path), path.clone()));
    let mut found: Vec<Other> = Vec::new();
    for path in paths.into_iter().take(BESIDE_MAX) {
        let bytes = read(&path)?;
        let path = path.strip_prefix(".").unwrap_or(&path).to_string_lossy().replace('\\', "/");
        // A file that belongs to no exercise is none of ours.
        let Ok(exercise) = exercise_of(course, &path, &bytes) else { continue };
        if found.iter().all(|other| other.exercise != exercise) {
            found.push(Other { exercise, path, bytes, standing: None });
        }
    }
    Ok(found)
}

pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let result = File::open(path).and_then(|file| file.take(READ_BYTES_MAX).read_to_end(&mut bytes));
    result.map_err(|source| Error::Read { path: PathBuf::from(path), source })?;
    Ok(bytes)
}

/// The exercise a file says it answers, else the one in its name, else the one in a directory's name.
///
/// The field is looked for in the text, so that a file that does not parse still reaches the grader, which says where
/// it is wrong.
fn exercise_of(course: &Course, path: &str, bytes: &[u8]) -> Result<String, Error> {
    if let Some(id) = exercise_field(bytes) {
        return known(course, &id);
    }
    let ids = ids(course);
    let named = Path::new(path).iter().rev().filter_map(|part| {
        let part = part.to_string_lossy().to_lowercase();
        let name = part.split(['.', '-', '_']).next().unwrap_or_default().to_owned();
        ids.contains(&name).then_some(name)
    });
    match named.into_iter().next() {
        Some(id) => known(course, &id),
        None => Err(Error::WhichExercise { path: path.to_owned() }),
    }
}

fn exercise_field(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    // A key at the beginning of a line for YAML, a key in quotes anywhere for JSON.
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?m)(?:^\u{feff}?exercise|"exercise")[ \t]*:[ \t]*["']?([A-Za-z0-9_-]+)"#)
            .expect("the pattern is a constant that compiles")
    });
    // In a file that is one mapping in braces the key may stand anywhere.
    static BRACES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"[{,]\s*exercise\s*:\s*["']?([A-Za-z0-9_-]+)"#).expect("the pattern is a constant that compiles")
    });
    let found = PATTERN.captures(&text);
    let found = found.or_else(|| text.trim_start().starts_with('{').then(|| BRACES.captures(&text)).flatten());
    found.map(|captures| captures[1].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_which_exercise_it_answers_even_when_it_does_not_parse() {
        let course =
            super::super::grading::open_course(Some("tests/fixtures/course".as_ref())).expect("the course opens");
        let of = |path: &str, text: &str| exercise_of(&course, path, text.as_bytes()).ok();
        assert_eq!(of("x.yaml", "# day02\nexercise: day06\nkey: [").as_deref(), Some("day06"));
        assert_eq!(of("x.json", "{\"exercise\" : \"day02\", ").as_deref(), Some("day02"));
        assert_eq!(of("day06.yaml", "a: b").as_deref(), Some("day06"));
        assert_eq!(of("rubrics/day06/cases/lease.yaml", "a: b").as_deref(), Some("day06"));
        assert_eq!(of("x.yaml", "{key: {a: b},\n  exercise: day06, other: c}").as_deref(), Some("day06"));
        assert_eq!(of("x.yaml", "note: the exercise: day06\n"), None);
    }
}
