//! The files of a course, wherever they come from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use super::Error;

static RUBRICS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rubrics");
static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/submissions-template");

/// A file's content, borrowed when it is embedded.
pub type Bytes = Cow<'static, [u8]>;

pub(super) const RUBRICS_PREFIX: &str = "rubrics/";
pub(super) const TEMPLATES_PREFIX: &str = "submissions-template/";

/// Path relative to the repository (`rubrics/day06/rubric.yaml`, `submissions-template/day06.yaml`) to content.
#[derive(Debug, Clone, Default)]
pub struct Pack(BTreeMap<String, Bytes>);

impl Pack {
    /// The course that comes with the program.
    pub fn embedded() -> Pack {
        fn gather(dir: &'static Dir<'static>, prefix: &str, files: &mut BTreeMap<String, Bytes>) {
            for file in dir.files() {
                let path = file.path().to_string_lossy().replace('\\', "/");
                files.insert(format!("{prefix}{path}"), Cow::Borrowed(file.contents()));
            }
            for inner in dir.dirs() {
                gather(inner, prefix, files);
            }
        }
        let mut files = BTreeMap::new();
        gather(&RUBRICS, RUBRICS_PREFIX, &mut files);
        gather(&TEMPLATES, TEMPLATES_PREFIX, &mut files);
        Pack(files)
    }

    /// From paths relative to a course's directory, `/` between their parts. What is under neither `rubrics/` nor
    /// `submissions-template/` is taken as relative to `rubrics/`, so both layouts of a directory work.
    pub fn from_entries(entries: impl IntoIterator<Item = (String, Vec<u8>)>) -> Pack {
        let place = |path: String| {
            let known = path.starts_with(RUBRICS_PREFIX) || path.starts_with(TEMPLATES_PREFIX);
            if known { path } else { format!("{RUBRICS_PREFIX}{path}") }
        };
        Pack(entries.into_iter().map(|(path, bytes)| (place(path), Cow::Owned(bytes))).collect())
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(|bytes| bytes.as_ref())
    }

    pub(super) fn require(&self, path: &str) -> Result<&[u8], Error> {
        self.get(path).ok_or_else(|| Error::Missing { path: path.to_owned() })
    }

    /// All files whose path starts with `prefix`, by path.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Bytes)> {
        let from = self.0.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        from.take_while(move |(path, _)| path.starts_with(prefix)).map(|(path, bytes)| (path.as_str(), bytes))
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
