//! `TRUNCATE`: every row of some tables, and with `CASCADE` of those that refer to them.

use sqlparser::ast::{CascadeOption, Truncate, TruncateIdentityOption};

use super::Lowered;
use super::steps::Part;
use crate::sql::model::Schema;
use crate::sql::names::{last_name, quoted};
use crate::sql::params::Slot;
use crate::sql::trigger::Event;
use crate::sql::{DbError, DbErrorKind, Dialect, SqlProblem};

pub(super) fn lower(schema: &Schema, truncate: &Truncate, slots: Vec<Slot>) -> Result<Lowered, DbError> {
    let dialect = schema.dialect;
    if dialect == Dialect::Sqlite {
        return Err(DbError::new(DbErrorKind::Syntax, "SQLite has no TRUNCATE: use DELETE FROM"));
    }
    let mut names: Vec<String> = Vec::new();
    for target in &truncate.table_names {
        let name = last_name(dialect, &target.name);
        if schema.tables.iter().all(|table| table.name != name) {
            let near = super::sources::nearest_table(schema, &name);
            return Err(DbError::new(
                DbErrorKind::MissingTable,
                format!("there is no table {name} in the schema{near}"),
            ));
        }
        names.push(name);
    }
    let mut at = 0;
    while let Some(name) = names.get(at).cloned() {
        for table in schema.tables.iter().filter(|table| table.foreign_keys.iter().any(|key| key.table == name)) {
            if names.contains(&table.name) {
                continue;
            }
            if truncate.cascade != Some(CascadeOption::Cascade) {
                return Err(DbError::new(
                    DbErrorKind::ForeignKey,
                    format!("{name} cannot be truncated: {} refers to it, whether it has rows or not", table.name),
                ));
            }
            names.push(table.name.clone());
        }
        at += 1;
    }
    let restart = dialect == Dialect::MySql || truncate.identity == Some(TruncateIdentityOption::Restart);
    let mut parts = Vec::new();
    // Those that refer go first.
    for name in names.iter().rev() {
        let fired =
            |trigger: &crate::sql::trigger::Trigger| trigger.table == *name && trigger.events.contains(&Event::Delete);
        if schema.triggers.iter().any(fired) {
            return Err(SqlProblem::unsupported(format!(
                "TRUNCATE of {name}, which has a trigger for DELETE, is not something belt can run: use DELETE FROM"
            ))
            .into());
        }
        let part = |sql: String| Part { name: "belt.truncated".into(), columns: vec!["n".into()], own: None, sql };
        parts.push(part(format!("DELETE FROM {}", quoted(name))));
        let columns = schema.table(name).map(|table| table.columns.as_slice()).unwrap_or_default();
        for sequence in columns.iter().filter_map(|column| column.sequence).filter(|_| restart) {
            let start = schema.sequences.get(sequence).map_or(1, |known| known.start);
            parts.push(part(format!("SELECT belt_setval({sequence}, {start}, 0) AS n")));
        }
    }
    let mut lowered = Lowered::nothing("SELECT NULL WHERE 0", slots);
    lowered.parts = parts;
    lowered.wrote = true;
    lowered.answers_rows_read = true;
    Ok(lowered)
}
