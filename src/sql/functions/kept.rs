//! What a statement remembers about itself while it runs: rows its parts answered, rows it found already there.

use std::sync::Arc;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value as Sqlite;
use rusqlite::{Connection, Result};

use super::{Shared, with};

pub(super) fn register(connection: &Connection, state: &Shared) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let place = |at: i64| usize::try_from(at).unwrap_or(usize::MAX);
    let shared = Arc::clone(state);
    // The places of the rows a part answered, as a JSON array.
    connection.create_scalar_function("belt_places", 1, flags, move |ctx| {
        let part = place(ctx.get(0)?);
        let rows = with(&shared, |s| s.kept.get(part).map_or(0, Vec::len));
        Ok(format!("[{}]", (0..rows).map(|at| at.to_string()).collect::<Vec<_>>().join(",")))
    })?;
    let shared = Arc::clone(state);
    connection.create_scalar_function("belt_cell", 3, flags, move |ctx| {
        let (part, row, column) = (place(ctx.get(0)?), place(ctx.get(1)?), place(ctx.get(2)?));
        Ok(with(&shared, |s| {
            s.kept.get(part).and_then(|rows| rows.get(row)?.get(column).cloned()).unwrap_or(Sqlite::Null)
        }))
    })?;
    let shared = Arc::clone(state);
    // PostgreSQL's xmax of a row just written: nothing has touched a row that is new.
    connection.create_scalar_function("belt_xmax", 0, flags, move |_| Ok(with(&shared, |s| i64::from(!s.fresh))))?;
    let shared = Arc::clone(state);
    // A row that was there already and changes counts twice in MySQL, and not at all when nothing changes.
    connection.create_scalar_function("belt_changes", 1, flags, move |ctx| {
        let changes: bool = ctx.get::<Option<bool>>(0)?.unwrap_or(false);
        if changes {
            with(&shared, |s| s.changed_again += 1);
        }
        Ok(changes)
    })
}
