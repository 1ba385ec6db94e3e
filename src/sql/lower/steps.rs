//! `WITH` that changes data: its parts run one after the other, and what each answers is kept for those behind it.
//!
//! PostgreSQL runs all parts on the data as the statement found it. So a table that one part changes and a later one
//! reads is kept before anything is changed, and read from there. Two parts that change the same row are the exception:
//! PostgreSQL keeps one of the changes and does not say which; here both are made, in the order of the text.

use sqlparser::ast::{Query, SetExpr, Statement};

use super::elsewhere::JOINED;
use super::{Lowered, Surroundings, is_read_only, lower_part};
use crate::sql::model::Schema;
use crate::sql::names::{fold, quoted};
use crate::sql::params::Slot;
use crate::sql::{DbError, SqlProblem};

/// One part, which runs before the statement itself.
#[derive(Debug, Clone)]
pub(in crate::sql) struct Part {
    /// What later parts call its rows.
    pub(in crate::sql) name: String,
    /// Names for its columns, where they are given.
    pub(in crate::sql) columns: Vec<String>,
    /// A query that defines itself by itself, `WITH RECURSIVE`.
    pub(in crate::sql) own: Option<String>,
    pub(in crate::sql) sql: String,
}

/// What a later part calls the rows a table had before the statement.
pub(in crate::sql) fn before(table: &str) -> String {
    format!("belt.before.{table}")
}

/// Whether anything inside `WITH` changes data.
pub(super) fn is_needed(statement: &Statement) -> bool {
    matches!(statement, Statement::Query(query)
        if query.with.iter().flat_map(|with| &with.cte_tables).any(|cte| !is_read_only(&cte.query)))
}

pub(super) fn lower(schema: &Schema, mut query: Box<Query>, slots: Vec<Slot>) -> Result<Lowered, DbError> {
    let mut around = Surroundings::default();
    let mut parts: Vec<Part> = Vec::new();
    let mut locking = None;
    let mut counts = false;
    let Some(with) = query.with.take() else {
        return lower_part(schema, Statement::Query(query), slots, &mut around);
    };
    for cte in with.cte_tables {
        let name = fold(schema.dialect, &cte.alias.name);
        let columns: Vec<String> = cte.alias.columns.iter().map(|column| fold(schema.dialect, &column.name)).collect();
        let reads = is_read_only(&cte.query);
        if reads && with.recursive {
            around.names.push(name.clone());
        }
        let known = around.joined.len();
        let lowered = lower_part(schema, changing(cte.query)?, Vec::new(), &mut around)?;
        parts.extend(around.joined.iter().skip(known).cloned());
        around.changed.extend(lowered.target.clone().filter(|_| !reads));
        if !around.names.contains(&name) {
            around.names.push(name.clone());
        }
        let mut given = columns.iter().cloned();
        let shape = lowered.shape.into_iter().map(|(known, kind)| (given.next().unwrap_or(known), kind));
        around.shapes.push((name.clone(), shape.collect()));
        locking = locking.or(lowered.locking);
        counts |= lowered.counts;
        let part = if reads && with.recursive {
            let head = match columns.as_slice() {
                [] => quoted(&name),
                columns => format!("{}({})", quoted(&name), list(columns)),
            };
            let own = format!("{head} AS ({})", lowered.sql);
            Part { sql: format!("SELECT * FROM {}", quoted(&name)), own: Some(own), name, columns }
        } else {
            Part { sql: lowered.sql, own: None, name, columns }
        };
        parts.push(part);
    }
    let reads = is_read_only(&query);
    let known = around.joined.len();
    let mut lowered = lower_part(schema, Statement::Query(query), slots, &mut around)?;
    parts.extend(around.joined.iter().skip(known).cloned());
    let kept = around.before.iter().map(|table| Part {
        name: before(table),
        columns: Vec::new(),
        own: None,
        sql: format!("SELECT * FROM {}", quoted(table)),
    });
    lowered.parts = kept.chain(parts).collect();
    lowered.answers_rows_read = reads;
    lowered.wrote = true;
    lowered.counts |= counts;
    lowered.locking = lowered.locking.or(locking);
    Ok(lowered)
}

/// The statement a part is.
fn changing(query: Box<Query>) -> Result<Statement, DbError> {
    if is_read_only(&query) {
        return Ok(Statement::Query(query));
    }
    match *query.body {
        SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) if query.with.is_none() => Ok(inner),
        _ => Err(SqlProblem::unsupported(
            "WITH inside a part of WITH that changes data is not something belt can run: put the parts beside each other",
        )
        .into()),
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// A statement behind `WITH`: the rows that were kept, by the names and columns of the parts that answered them.
pub(in crate::sql) fn on_kept(sql: &str, own: Option<&str>, kept: &[(String, Vec<String>)]) -> String {
    let mut tables: Vec<String> = Vec::new();
    for (at, (name, columns)) in
        kept.iter().enumerate().filter(|(_, (name, _))| sql.contains(name.as_str()) || own.is_some())
    {
        if name.starts_with(JOINED) {
            continue;
        }
        if columns.is_empty() {
            continue;
        }
        let cells: Vec<String> = (0..columns.len()).map(|column| format!("belt_cell({at}, value, {column})")).collect();
        tables.push(format!(
            "{}({}) AS MATERIALIZED (SELECT {} FROM json_each(belt_places({at})))",
            quoted(name),
            list(columns),
            cells.join(", ")
        ));
    }
    tables.extend(own.map(ToString::to_string));
    // A call that reads of what was joined says which part that was.
    let mut sql = sql.to_string();
    for (at, (name, _)) in kept.iter().enumerate().filter(|(_, (name, _))| name.starts_with(JOINED)) {
        sql = sql.replace(&format!("'{name}'"), &at.to_string());
    }
    if tables.is_empty() { sql } else { format!("WITH RECURSIVE {} {sql}", tables.join(", ")) }
}
