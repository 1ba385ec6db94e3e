//! A new database from the changed model, with the rows of the old one.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use rusqlite::types::Value as Sqlite;
use sqlparser::ast::Expr;

use super::{Model, problem, views};
use crate::sql::model::{Schema, Table};
use crate::sql::names::quoted;
use crate::sql::trigger::{self, Timing, Trigger};
use crate::sql::{Database, DbError, DbErrorKind, Dialect, Kind, errors, functions, lower, marks, tables};

/// Where a column's values come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// A column of the old table.
    Keep(String),
    /// An expression over the old table.
    Using(Box<Expr>),
    /// The default, or nothing.
    Default,
}

#[derive(Debug, Clone)]
pub(super) struct Carry {
    /// The old table.
    pub(super) from: String,
    /// What is not said here is a column of the same name, or new.
    pub(super) columns: BTreeMap<String, Source>,
}

/// A changed model, and how its tables come to their rows.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) model: Model,
    /// By the new table's name; a table that is not here begins empty.
    pub(super) carries: BTreeMap<String, Carry>,
}

impl Change {
    pub(super) fn none(model: &Model) -> Change {
        let carry = |table: &Table| {
            let keep = |name: &String| (name.clone(), Source::Keep(name.clone()));
            let columns = table.columns.iter().map(|column| keep(&column.name)).collect();
            (table.name.clone(), Carry { from: table.name.clone(), columns })
        };
        Change { model: model.clone(), carries: model.schema.tables.iter().map(carry).collect() }
    }

    /// Forgets how tables that are no longer there came to their rows.
    pub(super) fn note_new_tables(&mut self) {
        let schema = &self.model.schema;
        self.carries.retain(|name, _| schema.tables.iter().any(|table| table.name == *name));
    }
}

pub(super) fn rebuilt(old: &Database, before: &Schema, change: &Change) -> Result<Database, DbError> {
    let now_s = functions::with(&old.state, |state| state.now_s);
    rebuilt_at(old, before, change, now_s)
}

pub(super) fn rebuilt_at(old: &Database, before: &Schema, change: &Change, now_s: f64) -> Result<Database, DbError> {
    let model = &change.model;
    old.looks.store(0, Ordering::Relaxed);
    let mut real = model.schema.clone();
    real.views.retain(|view| lower::view(&model.schema, &view.query).is_ok());
    real.seeds.clear();
    let guarded: Vec<bool> = real.tables.iter().map(|table| is_guarded(model, table)).collect();
    let mut relaxed = real.clone();
    for (table, _) in relaxed.tables.iter_mut().zip(&guarded).filter(|(_, guarded)| **guarded) {
        let keys: Vec<String> = table.primary_key().map(|key| key.columns.clone()).unwrap_or_default();
        for column in table.columns.iter_mut().filter(|column| !keys.contains(&column.name)) {
            column.nullable = true;
        }
        table.checks.clear();
        let invalid = |name: &String| model.not_valid.contains(&(table.name.clone(), name.clone()));
        table.foreign_keys.retain(|key| !invalid(&key.name));
    }
    tables::lower_all(&mut real).map_err(problem)?;
    tables::lower_all(&mut relaxed).map_err(problem)?;
    real.lowered = relaxed.lowered;
    let plain = real.clone();
    views::as_tables(&mut real);

    let mut new = Database::open(&real).map_err(|error| engine(&error, &real, None))?;
    let run =
        |new: &Database, sql: &str| new.connection.execute_batch(sql).map_err(|error| engine(&error, &real, None));
    run(&new, "PRAGMA foreign_keys = OFF")?;
    for (sql, _) in &real.lowered {
        run(&new, sql)?;
    }
    let carried = functions::with(&old.state, |state| state.clone());
    functions::with(&new.state, |state| {
        for (now, known) in state.sequences.iter_mut().zip(&carried.sequences) {
            *now = *known;
        }
        (state.uuids, state.randoms, state.given, state.now_s) = (carried.uuids, carried.randoms, carried.given, now_s);
    });
    for table in &plain.tables {
        if let Some(carry) = change.carries.get(&table.name) {
            copy(old, before, &new, &real, table, carry)?;
        }
    }
    for (table, _) in plain.tables.iter().zip(&guarded).filter(|(_, guarded)| **guarded) {
        for (condition, mark) in enforced(&plain, table, model, true)? {
            let sql = format!("SELECT 1 FROM {} WHERE NOT ({condition}) LIMIT 1", quoted(&table.name));
            let found = new.connection.prepare(&sql).and_then(|mut statement| statement.exists([]));
            if found.map_err(|error| engine(&error, &real, Some(&table.name)))? {
                return Err(marks::read(DbError::new(DbErrorKind::Check, mark)));
            }
        }
    }
    check_foreign_keys(&new, &real)?;
    run(&new, "PRAGMA foreign_keys = ON")?;
    for table in &real.tables {
        let own: Vec<&Trigger> = model.triggers.iter().filter(|trigger| trigger.table == table.name).collect();
        let at = plain.tables.iter().position(|known| known.name == table.name);
        let enforced = match at.filter(|at| guarded[*at]) {
            Some(_) => enforced(&plain, table, model, false)?,
            None => Vec::new(),
        };
        let subject = trigger::Subject { schema: &real, table, enforced, functions: &model.functions };
        let made = if at.is_none() && !own.iter().any(|trigger| trigger.timing == Timing::Instead) {
            views::updatable(&plain, &table.name).unwrap_or_default()
        } else {
            trigger::emit(&subject, &own).map_err(problem)?
        };
        for sql in made {
            run(&new, &sql)?;
        }
    }
    new.lock().map_err(|error| engine(&error, &real, None))?;
    Ok(new)
}

/// Whether SQLite's own constraints come too early or too strictly for this table.
fn is_guarded(model: &Model, table: &Table) -> bool {
    let before = |trigger: &Trigger| {
        trigger.table == table.name && trigger.timing == Timing::Before && model.schema.dialect != Dialect::Sqlite
    };
    model.triggers.iter().any(before) || model.not_valid.iter().any(|(name, _)| *name == table.name)
}

/// Conditions for the rows of a table; `existing` leaves out what rows that were there before need not fulfil.
fn enforced(schema: &Schema, table: &Table, model: &Model, existing: bool) -> Result<Vec<(String, String)>, DbError> {
    let mut conditions = Vec::new();
    for column in table.columns.iter().filter(|column| !column.nullable) {
        conditions.push((format!("{} IS NOT NULL", quoted(&column.name)), marks::not_null(&table.name, &column.name)));
    }
    let at = schema.tables.iter().position(|known| known.name == table.name).unwrap_or_default();
    for check in &table.checks {
        if existing && model.not_valid.contains(&(table.name.clone(), check.name.clone())) {
            continue;
        }
        let text = lower::expression(schema, at, &check.expr).map_err(problem)?;
        conditions.push((format!("coalesce(({text}), 1)"), marks::check(&check.name, &check.text)));
    }
    Ok(conditions)
}

fn engine(error: &rusqlite::Error, schema: &Schema, table: Option<&str>) -> DbError {
    marks::read(errors::translate(error, schema, table))
}

fn copy(
    old: &Database,
    before: &Schema,
    new: &Database,
    schema: &Schema,
    table: &Table,
    carry: &Carry,
) -> Result<(), DbError> {
    let fail = |error: rusqlite::Error| engine(&error, schema, Some(&table.name));
    let at = before.tables.iter().position(|known| known.name == carry.from).unwrap_or_default();
    let mut read = Vec::new();
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for column in table.columns.iter().filter(|column| column.computed.is_none()) {
        let source = carry.columns.get(&column.name).cloned().unwrap_or(Source::Default);
        let value = match source {
            Source::Keep(name) => {
                read.push(quoted(&name));
                format!("?{}", read.len())
            }
            Source::Using(expr) => {
                read.push(lower::expression(before, at, &expr).map_err(problem)?);
                let mark = format!("?{}", read.len());
                column.kind.coerced(&mark).unwrap_or(mark)
            }
            Source::Default => match &column.lowered_default {
                Some(text) => text.clone(),
                None if schema.dialect == Dialect::MySql && !column.nullable => implicit(&column.kind).into(),
                None => "NULL".into(),
            },
        };
        columns.push(quoted(&column.name));
        values.push(value);
    }
    let picked = if read.is_empty() { "1".to_string() } else { read.join(", ") };
    let order = if has_row_number(before, &carry.from) { " ORDER BY rowid" } else { "" };
    let select = format!("SELECT {picked} FROM {}{order}", quoted(&carry.from));
    let insert = format!("INSERT INTO {} ({}) VALUES ({})", quoted(&table.name), columns.join(", "), values.join(", "));
    let mut reading = old.connection.prepare(&select).map_err(fail)?;
    let mut writing = new.connection.prepare(&insert).map_err(fail)?;
    let mut rows = reading.query([]).map_err(fail)?;
    while let Some(row) = rows.next().map_err(fail)? {
        for at in 0..read.len() {
            let value: Sqlite = row.get(at).map_err(fail)?;
            writing.raw_bind_parameter(at + 1, value).map_err(fail)?;
        }
        writing.raw_execute().map_err(fail)?;
    }
    Ok(())
}

fn has_row_number(schema: &Schema, table: &str) -> bool {
    let keyed = |table: &Table| table.primary_key().is_some();
    !(schema.dialect == Dialect::MySql && schema.table(table).is_some_and(keyed))
}

/// What MySQL puts into a new column that may not be null and has no default.
fn implicit(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer { .. } | Kind::Real | Kind::Numeric { .. } | Kind::Boolean | Kind::Timestamp | Kind::Interval => {
            "0"
        }
        Kind::Enum(_)
        | Kind::Text { .. }
        | Kind::Date
        | Kind::Time
        | Kind::Uuid
        | Kind::Json
        | Kind::Bytes { .. }
        | Kind::Array
        | Kind::Range(_)
        | Kind::Any => "''",
    }
}

fn check_foreign_keys(new: &Database, schema: &Schema) -> Result<(), DbError> {
    let found: Option<(String, String)> = new
        .connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut statement| {
            let mut rows = statement.query([])?;
            match rows.next()? {
                Some(row) => Ok(Some((row.get(0)?, row.get(2)?))),
                None => Ok(None),
            }
        })
        .map_err(|error| engine(&error, schema, None))?;
    match found {
        Some((table, parent)) => Err(DbError::new(
            DbErrorKind::ForeignKey,
            format!("a row of {table} refers to a row of {parent} that is not there"),
        )),
        None => Ok(()),
    }
}
