//! Course files as types, their mistakes with file, line and column.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use super::Error;
use crate::checks::Place;
use crate::submission::{Document, Limits};

pub(super) fn document(path: &str, bytes: &[u8]) -> Result<Document, Error> {
    Document::parse(path, bytes, &Limits::course()).map_err(|errors| {
        // `parse` never fails without saying why; should it, the file's start is the place.
        let (line, column, message) = errors
            .into_iter()
            .next()
            .map_or((1, 1, String::new()), |error| (error.location.line, error.location.column, error.message));
        Error::Invalid { path: path.to_owned(), line, column, message }
    })
}

/// A YAML or JSON file as a `T`, with the document for later messages about it.
pub(super) fn typed<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<(T, Document), Error> {
    let document = document(path, bytes)?;
    Ok((from_document(&document)?, document))
}

/// A document that was read as a `T`.
pub(super) fn from_document<T: DeserializeOwned>(document: &Document) -> Result<T, Error> {
    serde_path_to_error::deserialize(document.json())
        .map_err(|error| invalid(document, &Place::field(pointer(error.path())), error.inner().to_string()))
}

pub(super) fn invalid(document: &Document, place: &Place, message: impl Into<String>) -> Error {
    let at = document.locate(place);
    Error::Invalid { path: document.name().to_owned(), line: at.line, column: at.column, message: message.into() }
}

pub(super) fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Error::Invalid { path: path.to_owned(), line, column: 1, message: "the file is not UTF-8".to_owned() }
    })
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |mut pointer, segment| {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { variant } => pointer.push_str(&format!("/{variant}")),
            Segment::Unknown => {}
        }
        pointer
    })
}
