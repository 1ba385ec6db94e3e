//! One in-memory database with the learner's schema in it.

mod digest;
mod parts;

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{Action, AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, Value as Sqlite, ValueRef};
use rusqlite::{Connection, ToSql};

use super::ddl::exclusions::IN_THE_WAY;
use super::functions::{self, Shared, State};
use super::lower::{self, Lowered};
use super::model::{self, Schema};
use super::names::quoted;
use super::{Answer, DbError, DbErrorKind, Dialect, Given, Params, SqlProblem, Value, errors, marks, params};

/// Engine instructions between two looks at the limit.
const STEPS_A_LOOK: u32 = 1_000;
/// Engine instructions one statement may take: some tens of milliseconds.
const MAX_STEPS: u64 = 3_000_000;
/// Rows one statement may answer.
const MAX_ROWS: usize = 20_000;
/// Longest text, blob or row, in bytes.
const MAX_LENGTH: i32 = 1_000_000;

/// A database that runs statements of the learner's dialect.
///
/// Nothing outside it is read or written: no clock, no files, no randomness.
pub struct Database {
    schema: Rc<Schema>,
    pub(super) connection: Connection,
    pub(super) state: Shared,
    /// Generators and counters as they were at each open savepoint.
    saved: Vec<State>,
    pub(super) looks: Arc<AtomicU64>,
    cache: HashMap<String, Rc<Lowered>>,
    digest: Option<u128>,
    tables: Vec<String>,
}

impl Database {
    /// Creates the schema's tables, and runs the `INSERT`s that stand among them.
    ///
    /// # Errors
    /// What only the engine can tell: a default that has no value, a condition that names no column.
    pub fn create(schema: &Schema) -> Result<Database, SqlProblem> {
        let mut database = Database::open(schema)
            .map_err(|error| SqlProblem::unsupported(format!("the database does not start: {error}")))?;
        // Rows that stand before a trigger do not set it off.
        let (triggers, tables): (Vec<_>, Vec<_>) = schema
            .lowered
            .iter()
            .partition(|(sql, _)| sql.starts_with("CREATE TRIGGER \"belt.") && !sql.contains(IN_THE_WAY));
        for (sql, range) in tables {
            database.make(sql, range)?;
        }
        let mut triggers = triggers.into_iter().peekable();
        for (sql, range) in &schema.seeds {
            while let Some((sql, range)) = triggers.next_if(|(_, trigger)| trigger.start < range.start) {
                database.make(sql, range)?;
            }
            database
                .run(sql, &Params::None, 0.0)
                .map_err(|error| SqlProblem::invalid(error.message).at(range.clone()))?;
        }
        for (sql, range) in triggers {
            database.make(sql, range)?;
        }
        database.lock().map_err(|error| SqlProblem::unsupported(format!("the database does not start: {error}")))?;
        Ok(database)
    }

    fn make(&self, sql: &str, range: &Range<usize>) -> Result<(), SqlProblem> {
        self.connection.execute_batch(sql).map_err(|error| {
            let error = errors::translate(&error, &self.schema, None);
            let problem = match error.kind {
                DbErrorKind::Unsupported | DbErrorKind::Limit => SqlProblem::unsupported(error.message),
                _ => SqlProblem::invalid(error.message),
            };
            problem.at(range.clone())
        })
    }

    pub(super) fn open(schema: &Schema) -> rusqlite::Result<Database> {
        let mut connection = Connection::open_in_memory()?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY")?;
        if schema.dialect == Dialect::PostgreSql {
            connection.execute_batch("PRAGMA case_sensitive_like = ON")?;
        }
        // SQLite's triggers do not set themselves off; the others' do.
        if schema.dialect != Dialect::Sqlite {
            connection.execute_batch("PRAGMA recursive_triggers = ON")?;
        }
        connection.set_prepared_statement_cache_capacity(256);
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_LENGTH)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 200)?;
        let state: Shared = Arc::new(Mutex::new(State {
            sequences: schema.sequences.iter().map(model::Sequence::before).collect(),
            ..State::default()
        }));
        functions::register(&connection, &state, schema)?;
        let inserted = Arc::clone(&state);
        connection.update_hook(Some(move |action, _: &str, _: &str, _: i64| {
            functions::with(&inserted, |state| {
                state.fresh = action == Action::SQLITE_INSERT;
                if state.fresh {
                    state.inserted = true;
                }
            });
        }))?;
        Ok(Database {
            schema: Rc::new(schema.clone()),
            connection,
            state,
            saved: Vec::new(),
            looks: Arc::new(AtomicU64::new(0)),
            cache: HashMap::new(),
            digest: None,
            tables: schema.tables.iter().map(|table| format!("SELECT * FROM {}", quoted(&table.name))).collect(),
        })
    }

    /// From here on only reading and writing of tables is possible, within bounds.
    pub(super) fn lock(&mut self) -> rusqlite::Result<()> {
        let looks = Arc::clone(&self.looks);
        self.connection.progress_handler(
            i32::try_from(STEPS_A_LOOK).unwrap_or(i32::MAX),
            Some(move || looks.fetch_add(1, Ordering::Relaxed) * u64::from(STEPS_A_LOOK) > MAX_STEPS),
        )?;
        self.connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
            AuthAction::Select
            | AuthAction::Read { .. }
            | AuthAction::Insert { .. }
            | AuthAction::Update { .. }
            | AuthAction::Delete { .. }
            | AuthAction::Recursive
            | AuthAction::Savepoint { .. } => Authorization::Allow,
            AuthAction::Function { function_name } => match function_name.to_ascii_lowercase().as_str() {
                "load_extension" | "readfile" | "writefile" | "edit" | "fts3_tokenizer" | "randomblob" | "zeroblob"
                | "sqlite_version" | "sqlite_source_id" => Authorization::Deny,
                _ => Authorization::Allow,
            },
            _ => Authorization::Deny,
        }))
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    fn lowered(&mut self, sql: &str) -> Result<Rc<Lowered>, DbError> {
        if let Some(known) = self.cache.get(sql) {
            return Ok(Rc::clone(known));
        }
        let lowered = Rc::new(self.completed(lower::statement(&self.schema, sql)?)?);
        if self.cache.len() >= 1_024 {
            self.cache.clear();
        }
        self.cache.insert(sql.to_string(), Rc::clone(&lowered));
        Ok(lowered)
    }

    /// Runs one statement at `now_s` seconds on the simulated clock. A statement that fails changes nothing.
    ///
    /// # Errors
    /// What the learner's database would refuse, in the learner's names.
    pub fn run(&mut self, sql: &str, params: &Params, now_s: f64) -> Result<Answer, DbError> {
        let given = functions::with(&self.state, |state| state.given.clone());
        self.run_for(&given, sql, params, now_s)
    }

    /// Runs one statement for a connection that was given these numbers before.
    ///
    /// # Errors
    /// As for [`Database::run`].
    pub fn run_for(&mut self, given: &Given, sql: &str, params: &Params, now_s: f64) -> Result<Answer, DbError> {
        let lowered = self.lowered(sql)?;
        let values = params::resolve(&lowered.slots, params)?;
        functions::with(&self.state, |state| {
            state.now_s = now_s;
            state.given = given.clone();
            (state.made, state.inserted, state.changed_again) = (None, false, 0);
            state.kept.clear();
            (state.quiet, state.depth, state.gone) = (0, 0, 0);
            state.remembered.clear();
        });
        self.looks.store(0, Ordering::Relaxed);
        if lowered.wrote || lowered.counts {
            self.digest = None;
        }
        let result = self.in_parts(&lowered, &values).map(|mut answer| {
            answer.given = self.given(&lowered, answer.changed > 0);
            answer
        });
        result.map_err(|failure| match failure {
            Failure::Engine(error) => {
                let error = marks::read(errors::translate(&error, &self.schema, lowered.target.as_deref()));
                errors::with_nearest(error, &self.schema, &lowered.aliases)
            }
            Failure::TooManyRows => {
                DbError::new(DbErrorKind::Limit, format!("the statement answers with more than {MAX_ROWS} rows"))
            }
        })
    }

    /// The numbers the connection has now, after a statement that changed rows or did not.
    fn given(&self, lowered: &Lowered, changed: bool) -> Given {
        functions::with(&self.state, |state| {
            let last = match (self.schema.dialect, state.inserted) {
                // The first of the rows of one INSERT.
                (Dialect::MySql, _) => state.made.filter(|_| changed).map(|(first, _)| first),
                // What triggers insert is forgotten when they are done.
                (Dialect::Sqlite, true) if changed && lowered.inserts => Some(self.connection.last_insert_rowid()),
                (Dialect::Sqlite, _) | (Dialect::PostgreSql, _) => None,
            };
            state.given.last = last.or(state.given.last);
            state.given.clone()
        })
    }

    fn execute(&self, lowered: &Lowered, values: &[&Value]) -> Result<Answer, Failure> {
        let mut statement = self.connection.prepare_cached(&lowered.sql)?;
        // A part of a statement may use fewer of its numbered parameters, and what stands for a function none.
        for (at, value) in values.iter().enumerate().take(statement.parameter_count()) {
            statement.raw_bind_parameter(at + 1, Bound(value))?;
        }
        let mut answer = Answer {
            columns: Vec::new(),
            rows: Vec::new(),
            changed: 0,
            locking: lowered.locking,
            wrote: lowered.wrote || lowered.counts,
            returns_rows: lowered.returns_rows,
            given: Given::default(),
        };
        if !lowered.returns_rows {
            answer.changed = statement.raw_execute()? as u64;
            answer.changed += functions::with(&self.state, |state| state.changed_again);
            if self.schema.dialect == Dialect::MySql && lowered.sql.starts_with("REPLACE") {
                answer.changed += functions::with(&self.state, |state| state.gone);
            }
        } else {
            answer.columns = statement.column_names().map(ToString::to_string).collect();
            let width = answer.columns.len();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if answer.rows.len() == MAX_ROWS {
                    return Err(Failure::TooManyRows);
                }
                let mut out = Vec::with_capacity(width);
                for at in 0..width {
                    let value = match row.get_ref(at)? {
                        ValueRef::Null => Value::Null,
                        ValueRef::Integer(i) if lowered.booleans.contains(&at) => Value::Bool(i != 0),
                        ValueRef::Integer(i) => Value::Int(i),
                        ValueRef::Real(r) => Value::Real(r),
                        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                    };
                    out.push(value);
                }
                answer.rows.push(out);
            }
            if lowered.wrote && !lowered.answers_rows_read {
                drop(rows);
                answer.changed = self.connection.changes();
            } else {
                answer.changed = answer.rows.len() as u64;
            }
        }
        Ok(answer)
    }

    /// Opens a savepoint within those that are open.
    pub fn savepoint(&mut self) {
        self.saved.push(functions::with(&self.state, |state| state.clone()));
        self.control("SAVEPOINT belt");
    }

    /// Goes back to the latest savepoint and closes it. Does nothing when none is open.
    pub fn rollback(&mut self) {
        if let Some(state) = self.saved.pop() {
            functions::with(&self.state, |now| *now = state);
            self.digest = None;
            self.control("ROLLBACK TO belt");
            self.control("RELEASE belt");
        }
    }

    /// Keeps what happened since the latest savepoint and closes it. Does nothing when none is open.
    pub fn release(&mut self) {
        if self.saved.pop().is_some() {
            self.control("RELEASE belt");
        }
    }

    fn control(&self, sql: &str) {
        self.looks.store(0, Ordering::Relaxed);
        let done = self.connection.prepare_cached(sql).and_then(|mut statement| statement.raw_execute());
        debug_assert!(done.is_ok(), "{sql}: {done:?}");
    }

    /// How the engine would run a query.
    ///
    /// # Errors
    /// As for [`Database::run`].
    pub fn plan(&mut self, sql: &str) -> Result<Plan, DbError> {
        let lowered = self.lowered(sql)?;
        self.looks.store(0, Ordering::Relaxed);
        let explained = format!("EXPLAIN QUERY PLAN {}", lowered.sql);
        let lines = self
            .connection
            .prepare(&explained)
            .and_then(|mut statement| {
                let mut rows = statement.raw_query();
                let mut lines = Vec::new();
                while let Some(row) = rows.next()? {
                    lines.push(row.get::<_, String>(3)?);
                }
                Ok(lines)
            })
            .map_err(|error| errors::translate(&error, &self.schema, None))?;
        Ok(Plan { lines, aliases: lowered.aliases.clone(), looked_up: lowered.looked_up.clone() })
    }
}

/// The steps of a query, as SQLite prints them, and the tables its aliases stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub lines: Vec<String>,
    /// Alias and table.
    pub aliases: Vec<(String, String)>,
    /// Alias and column of everything the query compares for equality.
    pub looked_up: Vec<(String, String)>,
}

enum Failure {
    Engine(rusqlite::Error),
    TooManyRows,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Failure::Engine(error)
    }
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Owned(Sqlite::Null),
            Value::Bool(b) => ToSqlOutput::Owned(Sqlite::Integer(i64::from(*b))),
            Value::Int(i) => ToSqlOutput::Owned(Sqlite::Integer(*i)),
            Value::Real(r) => ToSqlOutput::Owned(Sqlite::Real(*r)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
