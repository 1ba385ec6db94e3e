//! The learner's schema as they wrote it: tables, columns, keys and indexes, each with its bytes in the SQL text.

use std::collections::BTreeMap;
use std::ops::Range;

use sqlparser::ast::{Expr, Query};

use super::trigger::{Function, Scalar, Trigger};
use super::{Dialect, Kind, SqlProblem, ddl};

/// Parsed and lowered DDL.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(super) dialect: Dialect,
    pub(super) tables: Vec<Table>,
    pub(super) enums: Vec<(String, Vec<String>)>,
    /// `INSERT`s that stood among the DDL, run when a database is created.
    pub(super) seeds: Vec<(String, Range<usize>)>,
    /// The number generators; a column refers to one by its position.
    pub(super) sequences: Vec<Sequence>,
    pub(super) views: Vec<View>,
    /// Names of the tables that are materialized views, with what fills them.
    pub(super) materialized: Vec<(String, Box<Query>)>,
    pub(super) triggers: Vec<Trigger>,
    /// What triggers call, by name.
    pub(super) functions: BTreeMap<String, Function>,
    /// Functions of one expression, which is written where they are called.
    pub(super) scalars: Vec<Scalar>,
    /// SQLite's DDL, one statement each, with the bytes it stands for.
    pub(super) lowered: Vec<(String, Range<usize>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) name: String,
    /// The first number it gives.
    pub(super) start: i64,
    pub(super) step: i64,
}

impl Sequence {
    /// What it holds before it has given any number.
    pub(super) fn before(&self) -> i64 {
        self.start.saturating_sub(self.step)
    }
}

#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) name: String,
    /// Names for its columns, where they are given.
    pub(super) columns: Vec<String>,
    pub(super) query: Box<Query>,
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    /// The `CREATE TABLE` statement.
    pub range: Range<usize>,
    pub columns: Vec<Column>,
    /// The primary key, `UNIQUE` constraints; unique indexes are among `indexes`.
    pub uniques: Vec<Unique>,
    pub foreign_keys: Vec<ForeignKey>,
    pub checks: Vec<Check>,
    pub indexes: Vec<Index>,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    /// The type as written.
    pub type_text: String,
    pub kind: Kind,
    pub nullable: bool,
    /// The default as written.
    pub default: Option<String>,
    /// Whether the database makes the value (`SERIAL`, `IDENTITY`, `AUTO_INCREMENT`, generated columns).
    pub generated: bool,
    pub range: Range<usize>,
    pub(super) default_expr: Option<Expr>,
    pub(super) lowered_default: Option<String>,
    pub(super) sequence: Option<usize>,
    /// `GENERATED ALWAYS`: an explicit value is refused.
    pub(super) always: bool,
    pub(super) computed: Option<Expr>,
    /// MySQL's text compares without case unless told otherwise.
    pub(super) ignores_case: bool,
    /// MySQL's `ON UPDATE CURRENT_TIMESTAMP`.
    pub(super) touched_on_update: bool,
    /// SQLite's own `INTEGER PRIMARY KEY`.
    pub(super) row_number: bool,
}

#[derive(Debug, Clone)]
pub struct Unique {
    /// As written, or the name the learner's database would give.
    pub name: String,
    pub columns: Vec<String>,
    pub primary: bool,
    pub nulls_not_distinct: bool,
    pub range: Range<usize>,
}

#[derive(Debug, Clone)]
pub struct ForeignKey {
    pub name: String,
    pub columns: Vec<String>,
    pub table: String,
    pub referred: Vec<String>,
    pub range: Range<usize>,
    pub(super) actions: String,
}

#[derive(Debug, Clone)]
pub struct Check {
    pub name: String,
    /// The condition as written.
    pub text: String,
    pub range: Range<usize>,
    pub(super) expr: Expr,
}

#[derive(Debug, Clone)]
pub struct Index {
    pub name: String,
    pub parts: Vec<IndexPart>,
    pub unique: bool,
    /// The `WHERE` of a partial index, as written.
    pub predicate: Option<String>,
    /// `false` for kinds of index belt accepts and does not use (GIN, full text, ...).
    pub modelled: bool,
    pub nulls_not_distinct: bool,
    pub range: Range<usize>,
    pub(super) predicate_expr: Option<Expr>,
}

#[derive(Debug, Clone)]
pub struct IndexPart {
    /// The column, or `None` for an expression.
    pub column: Option<String>,
    pub descending: bool,
    pub(super) expr: Expr,
}

impl Schema {
    pub(super) fn empty(dialect: Dialect) -> Schema {
        Schema {
            dialect,
            tables: Vec::new(),
            enums: Vec::new(),
            seeds: Vec::new(),
            sequences: Vec::new(),
            views: Vec::new(),
            materialized: Vec::new(),
            triggers: Vec::new(),
            functions: BTreeMap::new(),
            scalars: Vec::new(),
            lowered: Vec::new(),
        }
    }

    /// Reads DDL.
    ///
    /// # Errors
    /// Text that is not SQL of the dialect, DDL the database would refuse, constructs belt cannot lower.
    pub fn parse(dialect: Dialect, sql: &str) -> Result<Schema, SqlProblem> {
        ddl::schema(dialect, sql)
    }

    /// The same schema, taking values for keys it would always make itself: for rows that have to have known keys.
    pub fn accepting_given_keys(mut self) -> Schema {
        for column in self.tables.iter_mut().flat_map(|table| &mut table.columns) {
            column.always &= column.computed.is_some();
        }
        self
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// In the order of the text.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Finds a table by the name somebody typed, which may be qualified, quoted or in other case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        let name = bare(name);
        self.tables
            .iter()
            .find(|table| table.name == name)
            .or_else(|| self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)))
    }
}

/// A name without its schema and quotes.
fn bare(name: &str) -> &str {
    name.trim().rsplit('.').next().unwrap_or(name).trim_matches(['"', '`', '[', ']'])
}

impl Column {
    /// A column of what a query answers.
    pub(super) fn plain(name: String, kind: Kind, range: Range<usize>) -> Column {
        Column {
            name,
            type_text: String::new(),
            kind,
            nullable: true,
            default: None,
            generated: false,
            range,
            default_expr: None,
            lowered_default: None,
            sequence: None,
            always: false,
            computed: None,
            ignores_case: false,
            touched_on_update: false,
            row_number: false,
        }
    }
}

impl Table {
    /// Finds a column by the name somebody typed.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let name = bare(name);
        self.columns
            .iter()
            .find(|column| column.name == name)
            .or_else(|| self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
    }

    pub fn primary_key(&self) -> Option<&Unique> {
        self.uniques.iter().find(|unique| unique.primary)
    }

    /// Every set of columns that must be unique as a whole and in every row, the primary key first.
    pub fn unique_sets(&self) -> Vec<Vec<&str>> {
        let keys = self.uniques.iter().map(|unique| unique.columns.iter().map(String::as_str).collect());
        let indexes = self
            .indexes
            .iter()
            .filter(|index| index.unique && index.predicate.is_none())
            .filter_map(|index| index.parts.iter().map(|part| part.column.as_deref()).collect());
        keys.chain(indexes).collect()
    }
}
