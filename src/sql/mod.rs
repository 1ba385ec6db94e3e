use std::ops::Range;
#[derive(Debug, Clone, Copy)]
pub enum Dialect {
    PostgreSql,
}
impl Dialect {
    pub fn from_name(_: &str) -> Option<Dialect> {
        Some(Dialect::PostgreSql)
    }
}
#[derive(Debug, Clone)]
pub struct SqlProblem {
    pub message: String,
    pub range: Option<Range<usize>>,
    pub help: Option<String>,
}
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Params {
    #[default]
    None,
    Named(Vec<(String, Value)>),
    Positional(Vec<Value>),
}
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
    pub changed: u64,
    pub wrote: bool,
    pub returns_rows: bool,
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DbError {
    pub kind: DbErrorKind,
    pub message: String,
}
pub struct Schema;
impl Schema {
    pub fn parse(_: Dialect, _: &str) -> Result<Schema, SqlProblem> {
        Ok(Schema)
    }
}
pub struct Database;
impl Database {
    pub fn create(_: &Schema) -> Result<Database, SqlProblem> {
        Ok(Database)
    }
    pub fn run(&mut self, _: &str, _: &Params, _: f64) -> Result<Answer, DbError> {
        Ok(Answer::default())
    }
    pub fn savepoint(&mut self) {}
    pub fn rollback(&mut self) {}
    pub fn release(&mut self) {}
    pub fn digest(&mut self) -> u128 {
        0
    }
}
