//! `cases/cases.yaml`: submissions with what each must score.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::exercise::{Exercise, template_path};
use super::{Error, Pack, emit, read};
use crate::checks::Place;
use crate::submission::Document;

pub(super) const MANIFEST: &str = "cases/cases.yaml";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// The answer an instructor would give: full marks.
    Model,
    /// Different and just as right: full marks.
    Variant,
    /// One planted mistake: loses points in the criteria it names, and in no other.
    Bug,
    /// The template itself.
    Blank,
    /// The right words without a design.
    Keywords,
}

/// A submission that tests the rubric.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub name: String,
    pub kind: CaseKind,
    pub about: String,
    /// Criteria that must lose points.
    pub loses: Vec<String>,
    /// Most points it may score.
    pub at_most: Option<f64>,
    /// How the submission is called in messages.
    pub path: String,
    /// The submission.
    pub bytes: Vec<u8>,
    /// What lies beside it, by exercise: path and bytes.
    pub others: BTreeMap<String, (String, Vec<u8>)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseFile {
    name: Option<String>,
    pub(super) file: Option<String>,
    pub(super) from: Option<String>,
    kind: CaseKind,
    #[serde(default)]
    about: String,
    #[serde(default)]
    loses: Vec<String>,
    at_most: Option<f64>,
    /// JSON pointer to the value that replaces what is there.
    #[serde(default)]
    set: Map<String, Value>,
    /// JSON pointers of what is taken out.
    #[serde(default)]
    remove: Vec<String>,
    /// What lies beside it.
    #[serde(default)]
    others: Beside,
}

/// Submissions of other exercises, by exercise, relative to the directory of the cases: here, or in a file of their own
/// that several cases name.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Beside {
    Here(BTreeMap<String, String>),
    File(String),
}

impl Default for Beside {
    fn default() -> Self {
        Beside::Here(BTreeMap::new())
    }
}

pub(super) fn load(exercise: &Exercise, pack: &Pack) -> Result<Vec<Case>, Error> {
    let (files, manifest): (Vec<CaseFile>, Document) =
        read::typed(&exercise.path_of(MANIFEST), exercise.file(MANIFEST)?)?;
    files.into_iter().enumerate().map(|(index, file)| case(exercise, pack, &manifest, index, file)).collect()
}

/// The submissions that are said to lie beside a case.
fn others(exercise: &Exercise, pack: &Pack, beside: Beside) -> Result<BTreeMap<String, (String, Vec<u8>)>, Error> {
    let named = match beside {
        Beside::Here(named) => named,
        Beside::File(name) => exercise.typed(&format!("cases/{name}"))?,
    };
    let read = |(id, name): (String, String)| {
        let mut path: Vec<&str> = Vec::new();
        let directory = exercise.path_of("cases");
        for part in directory.split('/').chain(name.split('/')) {
            match part {
                ".." => drop(path.pop()),
                part => path.push(part),
            }
        }
        let path = path.join("/");
        let bytes = pack.require(&path)?.to_vec();
        Ok((id, (path, bytes)))
    };
    named.into_iter().map(read).collect()
}

fn case(exercise: &Exercise, pack: &Pack, manifest: &Document, index: usize, file: CaseFile) -> Result<Case, Error> {
    let at = |field: &str| Place::field(format!("/{index}{field}"));
    let derived = !file.set.is_empty() || !file.remove.is_empty();
    let source = match (&file.file, &file.from) {
        (Some(name), None) if !derived => name,
        (None, Some(name)) if file.name.is_some() => name,
        (None, Some(_)) => return Err(read::invalid(manifest, &at(""), "a case made `from` another needs a `name`")),
        _ => return Err(read::invalid(manifest, &at(""), "expected either `file`, or `from` with `set` or `remove`")),
    };
    let (path, bytes) = if source == "blank" {
        (template_path(&exercise.id), exercise.template.as_bytes())
    } else {
        let name = format!("cases/{source}");
        let field = if file.file.is_some() { "/file" } else { "/from" };
        let bytes = exercise
            .file(&name)
            .map_err(|_| read::invalid(manifest, &at(field), format!("there is no file `{name}`")))?;
        (exercise.path_of(&name), bytes)
    };
    let stem = source.rsplit_once('.').map_or(source.as_str(), |(stem, _)| stem);
    let name = file.name.clone().unwrap_or_else(|| stem.to_owned());
    let (path, bytes) = if derived {
        let mut value = read::document(&path, bytes)?.json().clone();
        for (pointer, replacement) in &file.set {
            set(&mut value, pointer, replacement.clone())
                .map_err(|message| read::invalid(manifest, &Place::field(format!("/{index}/set")), message))?;
        }
        for pointer in &file.remove {
            remove(&mut value, pointer)
                .map_err(|message| read::invalid(manifest, &Place::field(format!("/{index}/remove")), message))?;
        }
        (exercise.path_of(&format!("cases/{name}.yaml")), emit::to_yaml(&value).into_bytes())
    } else {
        (path, bytes.to_vec())
    };
    let others = others(exercise, pack, file.others)?;
    Ok(Case { name, kind: file.kind, about: file.about, loses: file.loses, at_most: file.at_most, path, bytes, others })
}

/// Splits a pointer into its parent and its last, decoded part.
fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, last) = pointer.rsplit_once('/')?;
    Some((parent, last.replace("~1", "/").replace("~0", "~")))
}

/// Replaces the value at `pointer`; a new field of a mapping is added, `-` appends to a list.
fn set(value: &mut Value, pointer: &str, replacement: Value) -> Result<(), String> {
    let (parent, last) = split(pointer).ok_or_else(|| format!("`{pointer}` is not a JSON pointer to a field"))?;
    let missing = || format!("there is nothing at `{pointer}`");
    match value.pointer_mut(parent).ok_or_else(missing)? {
        Value::Object(fields) => {
            fields.insert(last, replacement);
        }
        Value::Array(items) if last == "-" => items.push(replacement),
        Value::Array(items) => {
            let index: usize = last.parse().map_err(|_| missing())?;
            *items.get_mut(index).ok_or_else(missing)? = replacement;
        }
        _ => return Err(missing()),
    }
    Ok(())
}

fn remove(value: &mut Value, pointer: &str) -> Result<(), String> {
    let (parent, last) = split(pointer).ok_or_else(|| format!("`{pointer}` is not a JSON pointer to a field"))?;
    let missing = || format!("there is nothing at `{pointer}`");
    match value.pointer_mut(parent).ok_or_else(missing)? {
        Value::Object(fields) => fields.shift_remove(&last).map(|_| ()).ok_or_else(missing),
        Value::Array(items) => {
            let index: usize = last.parse().map_err(|_| missing())?;
            (index < items.len()).then(|| items.remove(index)).map(|_| ()).ok_or_else(missing)
        }
        _ => Err(missing()),
    }
}
