//! One exercise: everything under `rubrics/<id>/` and its template.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::pack::{Bytes, Pack, RUBRICS_PREFIX, TEMPLATES_PREFIX};
use super::{Case, Error, Rubric, cases, heading, read};
use crate::checks::prose::Original;
use crate::submission::{Document, Validator, hex};

pub(super) const TEXT: &str = "exercise.md";
pub(super) const RUBRIC: &str = "rubric.yaml";
/// What `belt api` prints beside the world.
pub const API_FILE: &str = "api.yaml";
pub(super) const SCHEMA: &str = "submission.schema.json";

#[derive(Debug)]
pub struct Exercise {
    pub id: String,
    pub title: String,
    /// The task, Markdown.
    pub text: String,
    pub rubric: Rubric,
    /// JSON Schema of a submission.
    pub schema: Value,
    /// What `belt new` writes.
    pub template: String,
    /// Everything under `rubrics/<id>/`, by path relative to it.
    pub files: BTreeMap<String, Bytes>,
    sha256: OnceLock<String>,
    validator: OnceLock<Result<Validator, Error>>,
    originals: OnceLock<Vec<Original>>,
    /// Files that were asked for, taken apart.
    documents: Mutex<BTreeMap<String, Arc<Document>>>,
}

pub(super) fn rubric_path(id: &str) -> String {
    format!("{RUBRICS_PREFIX}{id}/{RUBRIC}")
}

pub(super) fn template_path(id: &str) -> String {
    format!("{TEMPLATES_PREFIX}{id}.yaml")
}

impl Exercise {
    /// # Errors
    /// When a file is missing or not as expected, with its place.
    pub fn load(pack: &Pack, id: &str) -> Result<Exercise, Error> {
        let path = |name: &str| format!("{RUBRICS_PREFIX}{id}/{name}");
        let (rubric, document): (Rubric, Document) = read::typed(&rubric_path(id), pack.require(&rubric_path(id))?)?;
        if rubric.exercise != id {
            let message = format!("expected `{id}`, the directory's name");
            return Err(read::invalid(&document, &crate::checks::Place::field("/exercise"), message));
        }
        let text = read::text(&path(TEXT), pack.require(&path(TEXT))?)?;
        heading(&path(TEXT), text)?;
        let schema = serde_json::from_slice(pack.require(&path(SCHEMA))?).map_err(|error| Error::Invalid {
            path: path(SCHEMA),
            line: u32::try_from(error.line()).unwrap_or(u32::MAX),
            column: u32::try_from(error.column()).unwrap_or(u32::MAX),
            message: error.to_string(),
        })?;
        let template = read::text(&template_path(id), pack.require(&template_path(id))?)?;
        let prefix = path("");
        Ok(Exercise {
            id: id.to_owned(),
            title: rubric.title.clone(),
            text: text.to_owned(),
            schema,
            template: template.to_owned(),
            files: pack.under(&prefix).map(|(path, bytes)| (path[prefix.len()..].to_owned(), bytes.clone())).collect(),
            rubric,
            sha256: OnceLock::new(),
            validator: OnceLock::new(),
            originals: OnceLock::new(),
            documents: Mutex::default(),
        })
    }

    /// SHA-256 (hex) over every file of the exercise and its template: names, lengths and contents, in order of name.
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| {
            let mut hash = Sha256::new();
            let mut add = |name: &str, bytes: &[u8]| {
                hash.update(format!("{name}\0{}\0", bytes.len()));
                hash.update(bytes);
            };
            self.files.iter().for_each(|(name, bytes)| add(name, bytes));
            add(&template_path(&self.id), self.template.as_bytes());
            hex(&hash.finalize())
        })
    }

    /// The compiled schema, made at the first call.
    ///
    /// # Errors
    /// When the schema does not compile.
    pub fn validator(&self) -> Result<&Validator, Error> {
        let compiled = self.validator.get_or_init(|| {
            Validator::new(&self.schema).map_err(|error| Error::Invalid {
                path: self.path_of(SCHEMA),
                line: 1,
                column: 1,
                message: format!("{error} (at `{}`)", error.pointer),
            })
        });
        compiled.as_ref().map_err(Error::clone)
    }

    /// Texts whose repetition earns nothing: the task, the template, the hints.
    pub fn originals(&self) -> &[Original] {
        self.originals.get_or_init(|| {
            let hints = self.rubric.criteria.iter().flat_map(|criterion| &criterion.hints);
            [&self.text, &self.template].into_iter().chain(hints).map(|text| Original::new(text)).collect()
        })
    }

    /// The cases that test the rubric, in the manifest's order.
    ///
    /// # Errors
    /// When the manifest or a file it names is missing or broken.
    pub fn cases(&self, pack: &Pack) -> Result<Vec<Case>, Error> {
        cases::load(self, pack)
    }

    /// # Errors
    /// When the exercise has no such file.
    pub fn file(&self, name: &str) -> Result<&[u8], Error> {
        self.files.get(name).map(|bytes| bytes.as_ref()).ok_or_else(|| Error::Missing { path: self.path_of(name) })
    }

    /// A YAML or JSON file of the exercise, such as a scenario; read once.
    ///
    /// # Errors
    /// When it is missing or not valid YAML.
    pub fn document(&self, name: &str) -> Result<Arc<Document>, Error> {
        let known = || self.documents.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(document) = known().get(name) {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(read::document(&self.path_of(name), self.file(name)?)?);
        known().insert(name.to_owned(), Arc::clone(&document));
        Ok(document)
    }

    /// A YAML or JSON file of the exercise as a type of its own.
    ///
    /// # Errors
    /// When it is missing, not valid YAML or not a `T`, with the place.
    pub fn typed<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        read::from_document(&*self.document(name)?)
    }

    /// The same, with stretches of its text replaced.
    ///
    /// # Errors
    /// As above, and when a stretch is not there.
    pub fn typed_with<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        changes: &BTreeMap<String, String>,
    ) -> Result<T, Error> {
        if changes.is_empty() {
            return self.typed(name);
        }
        let path = self.path_of(name);
        let mut text = read::text(&path, self.file(name)?)?.to_owned();
        for (old, new) in changes {
            if !text.contains(old) {
                let message = format!("`{old}` is to be replaced and does not stand here");
                return Err(Error::Invalid { path, line: 1, column: 1, message });
            }
            text = text.replace(old, new);
        }
        read::typed(&path, text.as_bytes()).map(|(value, _)| value)
    }

    /// How a file of the exercise is called in messages.
    pub fn path_of(&self, name: &str) -> String {
        format!("{RUBRICS_PREFIX}{}/{name}", self.id)
    }
}
