//! Statements whose `WITH` changes data run in parts; what each answers is kept until the statement ends.

use rusqlite::types::Value as Sqlite;

use super::{Bound, Database, Failure, MAX_ROWS};
use crate::sql::lower::{Lowered, steps};
use crate::sql::{Answer, DbError, Value, errors, functions};

impl Database {
    /// Writes out what the parts and the statement find kept: the names of columns are the engine's to tell.
    pub(super) fn completed(&self, mut lowered: Lowered) -> Result<Lowered, DbError> {
        if lowered.parts.is_empty() {
            return Ok(lowered);
        }
        let mut kept: Vec<(String, Vec<String>)> = Vec::new();
        for part in &mut lowered.parts {
            part.sql = steps::on_kept(&part.sql, part.own.as_deref(), &kept);
            let columns = match part.columns.as_slice() {
                [] => {
                    let statement = self.connection.prepare(&part.sql);
                    let statement = statement.map_err(|error| errors::translate(&error, &self.schema, None))?;
                    statement.column_names().map(ToString::to_string).collect()
                }
                given => given.to_vec(),
            };
            kept.push((part.name.clone(), columns));
        }
        lowered.sql = steps::on_kept(&lowered.sql, None, &kept);
        Ok(lowered)
    }

    pub(super) fn in_parts(&self, lowered: &Lowered, values: &[&Value]) -> Result<Answer, Failure> {
        if lowered.parts.is_empty() {
            return self.execute(lowered, values);
        }
        self.control("SAVEPOINT parts");
        let answer = self.each_part(lowered, values).and_then(|()| self.execute(lowered, values));
        functions::with(&self.state, |state| state.kept.clear());
        if answer.is_err() {
            self.control("ROLLBACK TO parts");
        }
        self.control("RELEASE parts");
        answer.map(|answer| if lowered.answers_count { counted(answer) } else { answer })
    }

    fn each_part(&self, lowered: &Lowered, values: &[&Value]) -> Result<(), Failure> {
        for part in &lowered.parts {
            let mut statement = self.connection.prepare_cached(&part.sql)?;
            let wanted = statement.parameter_count();
            for (at, value) in values.iter().enumerate().take(wanted) {
                statement.raw_bind_parameter(at + 1, Bound(value))?;
            }
            let width = statement.column_count();
            let mut kept: Vec<Vec<Sqlite>> = Vec::new();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if kept.len() == MAX_ROWS {
                    return Err(Failure::TooManyRows);
                }
                kept.push((0..width).map(|at| row.get(at)).collect::<rusqlite::Result<_>>()?);
            }
            drop(rows);
            functions::with(&self.state, |state| state.kept.push(kept));
        }
        Ok(())
    }
}

/// The rows a statement of several parts changed, in place of the number it answers.
fn counted(mut answer: Answer) -> Answer {
    if let Some([Value::Int(changed)]) = answer.rows.first().map(Vec::as_slice) {
        answer.changed = u64::try_from(*changed).unwrap_or_default();
    }
    (answer.columns, answer.rows, answer.returns_rows) = (Vec::new(), Vec::new(), false);
    answer
}
