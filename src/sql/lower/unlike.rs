//! Statements that neither read nor write rows: some are taken and do nothing here, the others have no place.

use sqlparser::ast::{ContextModifier, Set, Statement};

use crate::sql::model::Schema;
use crate::sql::names::last_name;
use crate::sql::{DbError, DbErrorKind};

/// Answers no rows.
const NOTHING: &str = "SELECT NULL WHERE 0";

/// What runs instead of the statement.
pub(super) fn unlike(schema: &Schema, statement: &Statement) -> Result<&'static str, DbError> {
    let refused = |what: &str, instead: &str| {
        Err(DbError::new(DbErrorKind::Unsupported, format!("{what} is not something belt can run: {instead}")))
    };
    match statement {
        // Transactions are serializable here, and hold the database: stricter than what may be asked for.
        Statement::Set(Set::SetTransaction { .. }) => Ok(NOTHING),
        Statement::Set(Set::SingleAssignment { variable, .. }) => {
            let name = variable.to_string().to_ascii_lowercase();
            match name.as_str() {
                name if name.starts_with('@') && !name.starts_with("@@") => {
                    refused("SET @variable", "keep the value in the code and pass it as a parameter")
                }
                "autocommit" => refused("SET autocommit", "use the client's transaction block, with db.transaction()"),
                name if name.contains('.') && !name.starts_with('@') => {
                    refused(&format!("SET {name}"), "sessions have no settings here; pass the value as a parameter")
                }
                _ => Ok(NOTHING),
            }
        }
        Statement::Set(Set::SetTimeZone { .. } | Set::SetNames { .. }) => Ok(NOTHING),
        Statement::Set(Set::SetRole { context_modifier: Some(ContextModifier::Local) | None, .. }) => {
            refused("SET ROLE", "everybody may do everything here")
        }
        // A transaction holds the whole database from its first statement on.
        Statement::Lock(lock) => {
            let missing = lock.tables.iter().map(|target| last_name(schema.dialect, &target.name));
            match missing.into_iter().find(|name| schema.table(name).is_none()) {
                Some(name) => Err(DbError::new(
                    DbErrorKind::MissingTable,
                    format!("there is no table {name} in the schema{}", super::sources::nearest_table(schema, &name)),
                )),
                None => Ok(NOTHING),
            }
        }
        Statement::StartTransaction { .. }
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::Savepoint { .. }
        | Statement::ReleaseSavepoint { .. } => {
            let word = first_words(statement, 1);
            refused(&word, "transactions are the client's, with db.transaction()")
        }
        Statement::Explain { .. } | Statement::ExplainTable { .. } => {
            refused("EXPLAIN", "run the statement itself; what it reads is looked at where that matters")
        }
        Statement::LockTables { .. } | Statement::UnlockTables => {
            refused("LOCK TABLES", "lock rows with SELECT ... FOR UPDATE inside a transaction")
        }
        // A hint that may be lost.
        Statement::NOTIFY { .. } => Ok(NOTHING),
        Statement::LISTEN { .. } | Statement::UNLISTEN { .. } => {
            refused(&first_words(statement, 1), "nobody listens here; a table that is read again does what is needed")
        }
        Statement::CreateTable(_) | Statement::CreateIndex(_) | Statement::AlterTable(_) | Statement::Drop { .. } => {
            let what = first_words(statement, 2);
            refused(&what, "tables are made in the schema, not by the running program")
        }
        Statement::Call(_) => refused("CALL", "do what the procedure does in the code"),
        other => {
            let word = first_words(other, 2);
            refused(&word, "a running program uses SELECT, INSERT, UPDATE and DELETE here")
        }
    }
}

fn first_words(statement: &Statement, count: usize) -> String {
    statement.to_string().split_whitespace().take(count).collect::<Vec<_>>().join(" ").to_uppercase()
}
