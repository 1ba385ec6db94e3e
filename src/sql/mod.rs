//! The learner's own schema and queries, run for real.
//!
//! PostgreSQL, MySQL and SQLite text is parsed by `sqlparser`, lowered to SQLite's dialect and run in memory. What
//! SQLite would let pass and the learner's database would not (text in a number, a null in a primary key, a name that
//! is too long) is refused here too. What cannot be lowered is an error that names the construct.
//!
//! Only this module names the SQL parser and the SQL engine.
//!
//! Times are numbers: seconds since 1970-01-01T00:00:00Z, on the simulated clock. Text with a date in it is
//! turned into that number on its way in, so `now()`, a literal and a client's `clock.now()` can be compared.

mod database;
mod ddl;
mod errors;
mod functions;
mod groups;
mod lower;
mod marks;
mod migrate;
mod model;
mod names;
mod params;
mod parse;
mod rewrite;
mod tables;
mod time;
mod trigger;
mod types;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use database::{Database, Plan};
pub use functions::Given;
pub use migrate::{Live, Piece, script, split};
pub use model::{Check, Column, ForeignKey, Index, IndexPart, Schema, Table, Unique};
pub use time::{format_timestamp, parse_timestamp};
pub use types::{Ends, Kind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    PostgreSql,
    MySql,
    Sqlite,
}

impl Dialect {
    /// Reads the names people use: `postgres`, `postgresql`, `mysql`, `mariadb`, `sqlite`, in any case and with any version.
    pub fn from_name(name: &str) -> Option<Dialect> {
        let name = name.trim().to_ascii_lowercase();
        let version = |c: char| c.is_ascii_digit() || matches!(c, '.' | ' ' | 'v' | '+');
        match name.trim_end_matches(version) {
            "postgresql" | "postgres" | "pg" | "psql" => Some(Dialect::PostgreSql),
            "mysql" | "mariadb" => Some(Dialect::MySql),
            "sqlite" => Some(Dialect::Sqlite),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Dialect::PostgreSql => "PostgreSQL",
            Dialect::MySql => "MySQL",
            Dialect::Sqlite => "SQLite",
        }
    }
}

/// Why SQL text could not be used. Texts are lower-case and have no full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlProblem {
    pub kind: SqlProblemKind,
    pub message: String,
    /// Bytes of the SQL text.
    pub range: Option<Range<usize>>,
    pub help: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlProblemKind {
    /// The text is not SQL of its dialect.
    Syntax,
    /// Fair SQL that belt cannot run.
    Unsupported,
    /// SQL that the learner's database would refuse.
    Invalid,
}

impl SqlProblem {
    pub(crate) fn new(kind: SqlProblemKind, message: impl Into<String>, range: Option<Range<usize>>) -> Self {
        SqlProblem { kind, message: message.into(), range, help: None }
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        SqlProblem::new(SqlProblemKind::Unsupported, message, None)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        SqlProblem::new(SqlProblemKind::Invalid, message, None)
    }

    pub(crate) fn at(mut self, range: Range<usize>) -> Self {
        self.range.get_or_insert(range);
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Parameters of one statement.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Params {
    #[default]
    None,
    /// For `:name` and `%(name)s`.
    Named(Vec<(String, Value)>),
    /// For `?`, `%s` and `$1`.
    Positional(Vec<Value>),
}

/// What goes into and comes out of the database.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// What a statement answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
    /// Rows inserted, updated or deleted.
    pub changed: u64,
    /// The row locks the statement asked for; belt's caller honours them.
    pub locking: Option<Locking>,
    /// Whether the statement could have changed data, or taken a number from a generator.
    pub wrote: bool,
    pub returns_rows: bool,
    /// The numbers the connection was given last, this statement's among them.
    pub given: Given,
}

/// `FOR UPDATE` or `FOR SHARE` and what to do about rows somebody else holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Locking {
    /// `false` for `FOR SHARE`.
    pub for_update: bool,
    pub skip_locked: bool,
    pub nowait: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbErrorKind {
    Unique,
    ForeignKey,
    NotNull,
    Check,
    Type,
    Syntax,
    MissingTable,
    MissingColumn,
    Parameter,
    Unsupported,
    Limit,
}

/// Why a statement was refused, in the learner's names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DbError {
    pub kind: DbErrorKind,
    pub message: String,
    /// The constraint that refused, if it has a name.
    pub constraint: Option<String>,
}

impl DbError {
    pub(crate) fn new(kind: DbErrorKind, message: impl Into<String>) -> Self {
        DbError { kind, message: message.into(), constraint: None }
    }

    /// What belt, and not the learner, falls short of; `None` where the learner's database would refuse as well.
    pub fn cannot_run(&self) -> Option<String> {
        let unsupported = self.kind == DbErrorKind::Unsupported;
        unsupported.then(|| match self.message.split_once(" is not something belt can run") {
            Some((what, more)) => format!("belt cannot run {what}{more}"),
            None => format!("belt cannot run this SQL: {}", self.message),
        })
    }
}

impl From<SqlProblem> for DbError {
    fn from(problem: SqlProblem) -> Self {
        let kind = match problem.kind {
            SqlProblemKind::Unsupported => DbErrorKind::Unsupported,
            SqlProblemKind::Syntax | SqlProblemKind::Invalid => DbErrorKind::Syntax,
        };
        DbError::new(kind, problem.message)
    }
}
