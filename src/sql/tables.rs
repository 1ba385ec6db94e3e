//! The model becomes SQLite's tables and indexes. What SQLite does not hold a row to by itself becomes a condition here.

use sqlparser::ast::Expr;

use super::model::{Column, Index, Schema};
use super::names::quoted;
use super::{Dialect, Kind, SqlProblem, lower, time};

/// What begins the names of the conditions belt adds for types; the column's name follows.
pub(super) const TYPE_CHECK: &str = "belt.type.";

pub(super) fn lower_all(schema: &mut Schema) -> Result<(), SqlProblem> {
    let mut lowered = Vec::new();
    for at in 0..schema.tables.len() {
        for column_at in 0..schema.tables[at].columns.len() {
            let column = &schema.tables[at].columns[column_at];
            let default = match (&column.default_expr, column.sequence) {
                (Some(expr), _) => {
                    readable_default(column, expr)?;
                    let text =
                        lower::expression(schema, at, expr).map_err(|problem| problem.at(column.range.clone()))?;
                    Some(column.kind.coerced(&text).unwrap_or(text))
                }
                (None, Some(sequence)) => Some(format!("belt_seq({sequence})")),
                (None, None) => None,
            };
            schema.tables[at].columns[column_at].lowered_default = default;
        }
        let table = &schema.tables[at];
        lowered.push((create_table(schema, at)?, table.range.clone()));
        if schema.dialect == Dialect::MySql {
            // REPLACE counts the rows it takes away, and the engine tells of them in no other way.
            let name = quoted(&format!("belt.gone.{}", table.name));
            let text =
                format!("CREATE TRIGGER {name} AFTER DELETE ON {} BEGIN SELECT belt_gone(); END", quoted(&table.name));
            lowered.push((text, table.range.clone()));
        }
        for (number, index) in table.indexes.iter().enumerate().filter(|(_, index)| index.modelled) {
            lowered.push((create_index(schema, at, index, number)?, index.range.clone()));
        }
        for unique in table.uniques.iter().filter(|unique| unique.nulls_not_distinct) {
            let parts: Vec<String> = unique.columns.iter().map(|name| null_as_value(&quoted(name))).collect();
            lowered.push((unique_index(&unique.name, &table.name, &parts, None), unique.range.clone()));
            // For looking rows up by the columns themselves.
            let columns: Vec<String> = unique.columns.iter().map(|name| quoted(name)).collect();
            let lookup = quoted(&format!("{}.lookup", unique.name));
            let text = format!("CREATE INDEX {lookup} ON {} ({})", quoted(&table.name), columns.join(", "));
            lowered.push((text, unique.range.clone()));
        }
    }
    for view in &schema.views {
        let query = lower::view(schema, &view.query).map_err(|problem| problem.at(view.range.clone()))?;
        let columns: Vec<String> = view.columns.iter().map(|name| quoted(name)).collect();
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        lowered.push((format!("CREATE VIEW {}{columns} AS {query}", quoted(&view.name)), view.range.clone()));
    }
    schema.lowered = lowered;
    Ok(())
}

/// A default that is no time is told when the table is made, not when the first row comes.
fn readable_default(column: &Column, expr: &Expr) -> Result<(), SqlProblem> {
    let kind = match column.kind {
        Kind::Timestamp => "a timestamp",
        Kind::Date => "a date",
        _ => return Ok(()),
    };
    let known = |text: &str| {
        ["now", "today"].contains(&text.trim().to_ascii_lowercase().as_str()) || time::parse_timestamp(text).is_some()
    };
    match lower::string(expr) {
        Some(text) if !known(text) => {
            let message = format!("the default of {}, '{text}', is not {kind}", column.name);
            Err(SqlProblem::invalid(message).at(column.range.clone()))
        }
        _ => Ok(()),
    }
}

/// Makes nulls compare equal: no column holds this value.
pub(super) fn null_as_value(column: &str) -> String {
    format!("coalesce({column}, x'62656c74')")
}

fn unique_index(name: &str, table: &str, parts: &[String], predicate: Option<&str>) -> String {
    let filter = predicate.map(|text| format!(" WHERE {text}")).unwrap_or_default();
    format!("CREATE UNIQUE INDEX {} ON {} ({}){filter}", quoted(name), quoted(table), parts.join(", "))
}

fn create_index(schema: &Schema, at: usize, index: &Index, number: usize) -> Result<String, SqlProblem> {
    let table = &schema.tables[at];
    let mut parts = Vec::new();
    for part in &index.parts {
        let mut text = match &part.column {
            Some(column) => quoted(column),
            None => lower::expression(schema, at, &part.expr).map_err(|problem| problem.at(index.range.clone()))?,
        };
        if index.nulls_not_distinct {
            text = null_as_value(&text);
        }
        if part.descending {
            text.push_str(" DESC");
        }
        parts.push(text);
    }
    let predicate = index
        .predicate_expr
        .as_ref()
        .map(|expr| lower::expression(schema, at, expr))
        .transpose()
        .map_err(|problem| problem.at(index.range.clone()))?;
    // Two tables may use one index name in MySQL; SQLite's are global.
    let twice = schema
        .tables
        .iter()
        .flat_map(|table| &table.indexes)
        .filter(|other| other.name.eq_ignore_ascii_case(&index.name))
        .count()
        > 1
        || schema.table(&index.name).is_some();
    let name = if twice { format!("{}.{}.{number}", table.name, index.name) } else { index.name.clone() };
    if index.unique {
        return Ok(unique_index(&name, &table.name, &parts, predicate.as_deref()));
    }
    let filter = predicate.map(|text| format!(" WHERE {text}")).unwrap_or_default();
    Ok(format!("CREATE INDEX {} ON {} ({}){filter}", quoted(&name), quoted(&table.name), parts.join(", ")))
}

fn create_table(schema: &Schema, at: usize) -> Result<String, SqlProblem> {
    let table = &schema.tables[at];
    let mut parts = Vec::new();
    for column in &table.columns {
        let name = quoted(&column.name);
        let mut text = format!("{name} {}", if column.row_number { "INTEGER" } else { column.kind.storage() });
        if !column.nullable && !column.row_number {
            text.push_str(" NOT NULL");
        }
        if let Some(expr) = &column.computed {
            let expr = lower::expression(schema, at, expr).map_err(|problem| problem.at(column.range.clone()))?;
            text.push_str(&format!(" GENERATED ALWAYS AS ({expr}) STORED"));
        } else if let Some(default) = &column.lowered_default {
            text.push_str(&format!(" DEFAULT ({default})"));
        }
        match column.kind.order() {
            Some(order) => text.push_str(&format!(" COLLATE {}", quoted(&order))),
            None if column.ignores_case => text.push_str(" COLLATE NOCASE"),
            None => {}
        }
        if let Some(condition) = column.kind.condition(&name) {
            text.push_str(&format!(
                " CONSTRAINT {} CHECK ({condition})",
                quoted(&format!("{TYPE_CHECK}{}", column.name))
            ));
        }
        parts.push(text);
    }
    for unique in &table.uniques {
        // The index over its expressions is stricter, and a conflict can be met by one of them only.
        if unique.nulls_not_distinct && !unique.primary {
            continue;
        }
        let columns: Vec<String> = unique.columns.iter().map(|name| quoted(name)).collect();
        let what = if unique.primary { "PRIMARY KEY" } else { "UNIQUE" };
        parts.push(format!("CONSTRAINT {} {what} ({})", quoted(&unique.name), columns.join(", ")));
    }
    for key in &table.foreign_keys {
        let columns: Vec<String> = key.columns.iter().map(|name| quoted(name)).collect();
        let referred: Vec<String> = key.referred.iter().map(|name| quoted(name)).collect();
        parts.push(format!(
            "FOREIGN KEY ({}) REFERENCES {} ({}){}",
            columns.join(", "),
            quoted(&key.table),
            referred.join(", "),
            key.actions
        ));
    }
    for check in &table.checks {
        let text = lower::expression(schema, at, &check.expr).map_err(|problem| problem.at(check.range.clone()))?;
        parts.push(format!("CONSTRAINT {} CHECK ({text})", quoted(&check.name)));
    }
    // InnoDB keeps rows in the order of the primary key and puts that key at the end of every index.
    let clustered = schema.dialect == Dialect::MySql && table.primary_key().is_some();
    let options = if clustered { "STRICT, WITHOUT ROWID" } else { "STRICT" };
    Ok(format!("CREATE TABLE {} ({}) {options}", quoted(&table.name), parts.join(", ")))
}
