//! The engine's errors in the learner's names.

use rusqlite::ffi;

use super::ddl::exclusions::IN_THE_WAY;
use super::model::{Schema, Table};
use super::{DbError, DbErrorKind, functions, tables};
use crate::submission::nearest;

pub(super) fn translate(error: &rusqlite::Error, schema: &Schema, target: Option<&str>) -> DbError {
    let table = target.and_then(|name| schema.table(name));
    match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            from_code(*code, message.as_deref().unwrap_or_default(), schema, table)
        }
        rusqlite::Error::SqlInputError { error, msg, .. } => from_code(*error, msg, schema, table),
        other => DbError::new(DbErrorKind::Syntax, other.to_string()),
    }
}

/// A column that is not there, with the nearest of those the statement's tables have.
pub(super) fn with_nearest(mut error: DbError, schema: &Schema, sources: &[(String, String)]) -> DbError {
    let missing = error.message.strip_prefix("there is no column ").and_then(|rest| rest.strip_suffix(" here"));
    if let (DbErrorKind::MissingColumn, Some(missing)) = (error.kind, missing) {
        let (source, name) = match missing.rsplit_once('.') {
            Some((source, name)) => (Some(source), name),
            None => (None, missing),
        };
        let wanted = |(alias, _): &&(String, String)| source.is_none_or(|source| alias.eq_ignore_ascii_case(source));
        let tables = sources.iter().filter(wanted).filter_map(|(_, table)| schema.table(table));
        let columns: Vec<&str> = tables.flat_map(|table| table.columns.iter().map(|column| &*column.name)).collect();
        error.message.push_str(&did_you_mean(name, columns));
    }
    error
}

/// `; did you mean x?`, where something is near.
pub(super) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

fn from_code(code: ffi::Error, message: &str, schema: &Schema, target: Option<&Table>) -> DbError {
    let detail = message.split_once(": ").map_or(message, |(_, detail)| detail);
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            unique(detail, schema)
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => DbError::new(
            DbErrorKind::NotNull,
            format!(
                "null value in column {}, which is NOT NULL",
                detail
                    .replace('.', " of ")
                    .split(" of ")
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect::<Vec<_>>()
                    .join(" of ")
            ),
        ),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => foreign_key(target),
        ffi::SQLITE_CONSTRAINT_CHECK => match detail.strip_prefix(tables::TYPE_CHECK) {
            Some(column) => {
                let known = target.and_then(|table| table.column(column));
                let type_text = known.map(|column| format!(", which is {}", column.type_text)).unwrap_or_default();
                DbError::new(DbErrorKind::Type, format!("the value does not fit the column {column}{type_text}"))
            }
            None => {
                let text = target
                    .and_then(|table| table.checks.iter().find(|check| check.name == detail))
                    .map(|check| format!(" ({})", check.text))
                    .unwrap_or_default();
                DbError {
                    kind: DbErrorKind::Check,
                    message: format!("the row violates the check constraint {detail}{text}"),
                    constraint: Some(detail.to_string()),
                }
            }
        },
        ffi::SQLITE_CONSTRAINT_DATATYPE => {
            let column = detail.rsplit('.').next().unwrap_or(detail);
            let type_text =
                target.and_then(|table| table.column(column)).map(|column| format!(" ({})", column.type_text));
            let value =
                message.strip_prefix("cannot store ").and_then(|rest| rest.split(" value").next()).unwrap_or("such a");
            let column = message.rsplit('.').next().unwrap_or(column);
            DbError::new(
                DbErrorKind::Type,
                format!("a {value} value does not go into the column {column}{}", type_text.unwrap_or_default()),
            )
        }
        _ => from_message(code, message),
    }
}

fn from_message(code: ffi::Error, message: &str) -> DbError {
    let after = |text: &str| message.find(text).map(|at| message[at + text.len()..].trim().to_string());
    if let Some(text) = message.strip_prefix(functions::TYPE_ERROR) {
        return DbError::new(DbErrorKind::Type, text);
    }
    if let Some(name) = message.strip_prefix(IN_THE_WAY) {
        return DbError {
            kind: DbErrorKind::Unique,
            message: format!("another row is in the way: the exclusion constraint {name} refuses this one"),
            constraint: Some(name.to_string()),
        };
    }
    if let Some(what) = message.strip_prefix(functions::CANNOT_RUN) {
        return DbError::new(DbErrorKind::Unsupported, format!("{what} is not something belt can run"));
    }
    if let Some(name) = after("no such table: ") {
        return DbError::new(DbErrorKind::MissingTable, format!("there is no table {name} in the schema"));
    }
    if let Some(name) = after("no such column: ") {
        let name = name.split(" - should").next().unwrap_or(&name).replace('"', "");
        return DbError::new(DbErrorKind::MissingColumn, format!("there is no column {name} here"));
    }
    if let Some(name) = after("no such function: ") {
        return DbError::new(DbErrorKind::Unsupported, format!("the function {name}() is not something belt can run"));
    }
    if message.starts_with("not authorized") {
        return DbError::new(
            DbErrorKind::Unsupported,
            message.replace("not authorized to use function: ", "this function is not for use here: "),
        );
    }
    if message.contains("has no column named") {
        return DbError::new(DbErrorKind::MissingColumn, message);
    }
    match code.code {
        ffi::ErrorCode::OperationInterrupted => {
            DbError::new(DbErrorKind::Limit, "the statement takes more steps than one may")
        }
        ffi::ErrorCode::TooBig => DbError::new(DbErrorKind::Limit, "a value or a row is longer than it may be"),
        ffi::ErrorCode::OutOfMemory => DbError::new(DbErrorKind::Limit, "the statement takes more memory than one may"),
        ffi::ErrorCode::AuthorizationForStatementDenied => {
            DbError::new(DbErrorKind::Unsupported, "the statement does more than read and write tables")
        }
        _ => DbError::new(DbErrorKind::Syntax, message),
    }
}

fn unique(detail: &str, schema: &Schema) -> DbError {
    if let Some(name) = detail.strip_prefix("index ") {
        let name = name.trim_matches('\'').to_string();
        return DbError {
            kind: DbErrorKind::Unique,
            message: format!("duplicate key violates the unique index {name}"),
            constraint: Some(name),
        };
    }
    let pairs: Vec<(&str, &str)> = detail.split(", ").filter_map(|pair| pair.rsplit_once('.')).collect();
    let columns: Vec<&str> = pairs.iter().map(|(_, column)| *column).collect();
    let table = pairs.first().and_then(|(table, _)| schema.table(table));
    let name = table.and_then(|table| {
        let constraint =
            table.uniques.iter().find(|unique| unique.columns == columns).map(|unique| unique.name.clone());
        constraint.or_else(|| {
            let same = |index: &&super::Index| {
                index.unique
                    && index.parts.iter().map(|part| part.column.as_deref()).eq(columns.iter().map(|c| Some(*c)))
            };
            table.indexes.iter().find(same).map(|index| index.name.clone())
        })
    });
    let table_name = table.map_or("the table", |table| table.name.as_str());
    DbError {
        kind: DbErrorKind::Unique,
        message: format!(
            "duplicate key ({}) in {table_name} violates the unique constraint {}",
            columns.join(", "),
            name.as_deref().unwrap_or("on it")
        ),
        constraint: name,
    }
}

fn foreign_key(target: Option<&Table>) -> DbError {
    let keys = target.map(|table| table.foreign_keys.as_slice()).unwrap_or_default();
    match keys {
        [key] => DbError {
            kind: DbErrorKind::ForeignKey,
            message: format!(
                "the row violates the foreign key {}: ({}) refers to {}",
                key.name,
                key.columns.join(", "),
                key.table
            ),
            constraint: Some(key.name.clone()),
        },
        _ => DbError::new(DbErrorKind::ForeignKey, "the statement leaves a foreign key without the row it refers to"),
    }
}
