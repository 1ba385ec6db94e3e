//! What the environment says, looked at once: options, `belt.toml`, variables, the terminal.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::grading;
use crate::cli::Global;
use crate::course::Course;
use crate::render::Style;

/// Wider text is harder to read, not easier.
const WIDTH_MAX: usize = 100;

pub struct Context {
    /// `None` for the course inside belt.
    pub course_dir: Option<PathBuf>,
    pub style: Style,
    /// Whether GitHub Actions reads what is printed.
    pub actions: bool,
}

impl Context {
    pub fn resolve(global: &Global) -> Result<Context, Error> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let course_dir = match (&global.course, variable("BELT_COURSE")) {
            (Some(dir), _) => Some(dir.clone()),
            (None, Some(dir)) => Some(PathBuf::from(dir)),
            (None, None) => configured_course(Path::new("belt.toml"))?,
        };
        let stdout = io::stdout();
        let color = !global.no_color
            && variable("NO_COLOR").is_none()
            && stdout.is_terminal()
            && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        // The renderer decides by its argument; this only keeps `colored` from looking at the environment again.
        colored::control::set_override(color);
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0).clamp(40, WIDTH_MAX));
        let width = global.width.map(usize::from).or_else(terminal).unwrap_or(80);
        let actions = variable("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        Ok(Context { course_dir, style: Style { width, color, all_findings: false }, actions })
    }

    pub fn course(&self) -> Result<Course, Error> {
        grading::open_course(self.course_dir.as_deref())
    }
}

/// The `course` of belt.toml. It is the only setting, so one line is read rather than a language.
fn configured_course(path: &Path) -> Result<Option<PathBuf>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Read { path: path.into(), source }),
    };
    let mut course = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let value = line.strip_prefix("course").and_then(|rest| rest.trim_start().strip_prefix('='));
        let value = value.and_then(|value| value.trim().strip_prefix('"')?.strip_suffix('"'));
        match value.filter(|value| !value.contains(['"', '\\'])) {
            Some(value) => course = Some(PathBuf::from(value)),
            None => {
                let problem = "the only setting is `course = \"DIRECTORY\"`";
                return Err(Error::Usage(format!("{}:{number}: {problem}", path.display())));
            }
        }
    }
    Ok(course)
}

/// Writes to standard output.
pub fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Error::Output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn belt_toml_names_the_course_or_says_what_is_wrong() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("belt.toml");
        assert_eq!(configured_course(&path).expect("no file is no setting"), None);
        std::fs::write(&path, "# ours\n\ncourse = \"courses/a b\"\n").expect("writes");
        assert_eq!(configured_course(&path).expect("reads"), Some(PathBuf::from("courses/a b")));
        std::fs::write(&path, "course = \"x\"\ncolour = 1\n").expect("writes");
        let error = configured_course(&path).expect_err("an unknown setting").to_string();
        assert!(error.contains("belt.toml:2"), "{error}");
    }
}
