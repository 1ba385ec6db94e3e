//! What a statement remembers about itself while it runs: rows its parts answered, rows it found already there.

use std::sync::Arc;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value as Sqlite;
use rusqlite::{Connection, Error, Result};

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
    // What a changed row was joined with: the part that kept it, the row's place, the column.
    connection.create_scalar_function("belt_joined", 3, flags, move |ctx| {
        let (part, row, column) = (place(ctx.get(0)?), ctx.get::<i64>(1)?, place(ctx.get(2)?));
        Ok(with(&shared, |s| {
            let rows = s.kept.get(part)?;
            let found = rows.iter().find(|cells| cells.first() == Some(&Sqlite::Integer(row)))?;
            found.get(column).cloned()
        })
        .unwrap_or(Sqlite::Null))
    })?;
    let shared = Arc::clone(state);
    // 1 and 0 set it, anything else asks: whether a change is belt's own, and no trigger's.
    connection.create_scalar_function("belt_quiet", 1, flags, move |ctx| {
        let given = ctx.get::<i64>(0)?;
        Ok(with(&shared, |s| {
            if given == 0 || given == 1 {
                s.quiet = given;
            }
            s.quiet
        }))
    })?;
    let shared = Arc::clone(state);
    // How many triggers are at work.
    connection.create_scalar_function("belt_depth", 1, flags, move |ctx| {
        let by = ctx.get::<i64>(0)?;
        Ok(with(&shared, |s| {
            s.depth += by;
            s.depth
        }))
    })?;
    let shared = Arc::clone(state);
    connection.create_scalar_function("belt_keep", 2, flags, move |ctx| {
        let (name, value): (String, Sqlite) = (ctx.get(0)?, ctx.get(1)?);
        with(&shared, |s| {
            let depth = s.depth;
            s.remembered.insert((depth, name), value);
        });
        Ok(Sqlite::Null)
    })?;
    let shared = Arc::clone(state);
    connection.create_scalar_function("belt_kept", 1, flags, move |ctx| {
        let name: String = ctx.get(0)?;
        Ok(with(&shared, |s| s.remembered.get(&(s.depth, name)).cloned().unwrap_or(Sqlite::Null)))
    })?;
    // Refuses a row before it is stored.
    connection.create_scalar_function("belt_refuse", 2, flags, move |ctx| match ctx.get::<Option<bool>>(0)? {
        Some(true) => Err(Error::UserFunctionError(ctx.get::<String>(1)?.into())),
        _ => Ok(true),
    })?;
    let shared = Arc::clone(state);
    connection.create_scalar_function("belt_gone", 0, flags, move |_| {
        with(&shared, |s| s.gone += u64::from(s.depth == 0));
        Ok(Sqlite::Null)
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
