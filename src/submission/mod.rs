//! A submission as it was written: its text, its values and where each of them stands in the file.
//!
//! YAML 1.2 and JSON become one tree of [`Node`]s with byte spans. Checks speak of JSON pointers and offsets inside a
//! decoded string; [`Document::locate`] is the one place that turns those into lines and columns.

mod encoding;
mod json;
mod lines;
mod locate;
mod nearest;
mod scalar;
pub mod schema;
mod yaml;

#[cfg(test)]
mod tests;

use std::ops::Range;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::report::Location;
use lines::Lines;

pub use nearest::nearest;
pub use scalar::Text;
pub(crate) use schema::missing_field;
pub use schema::{SchemaError, Validator};

/// More errors than this about one file help nobody.
const MAX_ERRORS: usize = 100;

/// What a file may cost before it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub max_bytes: usize,
    /// Lists and mappings inside one another.
    pub max_depth: usize,
    /// Refuse a file whose top level is not `field: value`.
    pub mapping_only: bool,
}

impl Limits {
    /// A learner's file: 1 MiB, 64 levels, `field: value` at the top.
    pub fn submission() -> Self {
        Limits { max_bytes: 1 << 20, max_depth: 64, mapping_only: true }
    }

    /// A file of the course: larger, and its top level may be a list.
    pub fn course() -> Self {
        Limits { max_bytes: 16 << 20, max_depth: 64, mapping_only: false }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits::submission()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Yaml,
    Json,
}

impl Format {
    /// By the name's extension; anything but `.json` is YAML.
    pub fn of(name: &str) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension.eq_ignore_ascii_case("json") { Format::Json } else { Format::Yaml }
    }
}

/// Why a file could not be read as YAML or JSON, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadError {
    /// What is wrong, one sentence, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Bytes of the file, after a byte-order mark.
    pub span: Range<usize>,
    /// The same place as lines and columns; the pointer is empty.
    pub location: Location,
}

/// A value and the bytes it was written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Bytes of [`Document::source`].
    pub span: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(Text),
    Sequence(Vec<Node>),
    /// In source order; no name occurs twice.
    Mapping(Vec<(Key, Node)>),
}

/// The name of a field. Numbers and `true`/`false` count as text here.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name: String,
    pub span: Range<usize>,
}

/// A file that could be read.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    format: Format,
    sha256: String,
    source: String,
    lines: Lines,
    root: Node,
    json: Value,
}

/// An error before its place has been turned into lines.
#[derive(Debug, Clone, PartialEq)]
struct Fault {
    message: String,
    help: Option<String>,
    span: Range<usize>,
}

impl Fault {
    fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Fault { message: message.into(), help: Some(help.into()), span }
    }
}

impl Document {
    /// Reads a file's bytes; `name` is how it is called in messages and decides between YAML and JSON.
    ///
    /// # Errors
    /// At least one [`LoadError`], in source order, when the bytes are not such a file or exceed a limit.
    pub fn parse(name: &str, bytes: &[u8], limits: &Limits) -> Result<Document, Vec<LoadError>> {
        let source = match encoding::decode(bytes, limits) {
            Ok(source) => source,
            Err(fault) => {
                // Positions in a file that is not text are those of its bytes read as well as possible.
                let content = encoding::without_mark(bytes);
                let readable = fault.span.start.min(content.len()).min(limits.max_bytes);
                let text = String::from_utf8_lossy(&content[..readable]).into_owned();
                let end = text.len();
                return Err(load_errors(name, &text, vec![Fault { span: end..end, ..fault }]));
            }
        };
        let format = Format::of(name);
        let root = match format {
            Format::Yaml => yaml::parse(source, limits),
            Format::Json => json::parse(source, limits),
        };
        let root = root.and_then(|root| match root.kind {
            Kind::Mapping(_) => Ok(root),
            _ if !limits.mapping_only => Ok(root),
            _ => Err(vec![not_a_mapping(&root, source)]),
        });
        let root = root.map_err(|faults| load_errors(name, source, faults))?;
        Ok(Document {
            name: name.to_owned(),
            format,
            sha256: hex(&Sha256::digest(bytes)),
            lines: Lines::of(source),
            json: root.to_json(),
            root,
            source: source.to_owned(),
        })
    }

    /// As it was given to [`Document::parse`].
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// The file's text without a byte-order mark.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The value at a JSON pointer.
    pub fn node(&self, pointer: &str) -> Option<&Node> {
        let found = locate::walk(&self.root, pointer);
        found.complete.then_some(found.node)
    }

    /// The decoded string at a JSON pointer; `None` for a missing field and for one that is not text.
    pub fn text_at(&self, pointer: &str) -> Option<&str> {
        match &self.node(pointer)?.kind {
            Kind::String(text) => Some(&text.value),
            _ => None,
        }
    }

    /// SHA-256 (hex) of the file's bytes.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

impl Node {
    fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(value) => Value::Number(value.clone()),
            Kind::String(text) => Value::String(text.value.clone()),
            Kind::Sequence(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Kind::Mapping(fields) => {
                Value::Object(fields.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect())
            }
        }
    }

    /// What the value is, in YAML's words: "text", "a list", "nothing".
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::String(_) => "text",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }
}

fn not_a_mapping(root: &Node, source: &str) -> Fault {
    let end = source[root.span.start..].find(['\n', '\r']).map_or(source.len(), |length| root.span.start + length);
    Fault::new(
        root.span.start..end.min(root.span.end.max(root.span.start)),
        format!("the file holds {}, expected fields (`name: value`) at its top level", root.kind_name()),
        "start from the exercise's template: `belt new` writes it",
    )
}

fn load_errors(name: &str, source: &str, mut faults: Vec<Fault>) -> Vec<LoadError> {
    faults.sort_by_key(|fault| fault.span.start);
    faults.truncate(MAX_ERRORS);
    let lines = Lines::of(source);
    faults
        .into_iter()
        .map(|fault| LoadError {
            location: lines.location(source, name, "", fault.span.clone()),
            message: fault.message,
            help: fault.help,
            span: fault.span,
        })
        .collect()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
