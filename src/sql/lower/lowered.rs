//! What a statement is lowered to, and what is around it while that is done.

use super::{shapes, steps};
use crate::sql::Locking;
use crate::sql::params::Slot;

/// A statement ready for SQLite.
#[derive(Debug, Clone)]
pub(in crate::sql) struct Lowered {
    pub(in crate::sql) sql: String,
    pub(in crate::sql) slots: Vec<Slot>,
    pub(in crate::sql) locking: Option<Locking>,
    pub(in crate::sql) wrote: bool,
    /// Whether it may take a number from a generator.
    pub(in crate::sql) counts: bool,
    pub(in crate::sql) returns_rows: bool,
    /// Places of the answer's columns that hold booleans.
    pub(in crate::sql) booleans: Vec<usize>,
    /// The table an `INSERT`, `UPDATE` or `DELETE` changes.
    pub(in crate::sql) target: Option<String>,
    /// Whether it is an `INSERT`.
    pub(in crate::sql) inserts: bool,
    /// Alias and table of everything read.
    pub(in crate::sql) aliases: Vec<(String, String)>,
    /// Alias and column of what is compared for equality.
    pub(in crate::sql) looked_up: Vec<(String, String)>,
    /// What runs before it: parts of a `WITH` that changes data.
    pub(in crate::sql) parts: Vec<steps::Part>,
    /// Whether it counts the rows it answers although parts of it changed others.
    pub(in crate::sql) answers_rows_read: bool,
    /// Whether its one value is how many rows its parts changed.
    pub(in crate::sql) answers_count: bool,
    /// The columns it answers, where they can be told.
    pub(super) shape: shapes::Shape,
}

/// What a part of a statement finds around it.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Tables under names of their own: alias and table.
    pub(super) rows: Vec<(String, String)>,
    /// Names made by the parts before it.
    pub(super) names: Vec<String>,
    /// The columns under these names.
    pub(super) shapes: Vec<(String, shapes::Shape)>,
    /// Tables they changed.
    pub(super) changed: Vec<String>,
    /// Tables that have to be kept as they were.
    pub(super) before: Vec<String>,
    /// Whether it fills a materialized view.
    pub(super) refreshes: bool,
    /// What has to be kept before the part runs, for what it returns of other tables.
    pub(super) joined: Vec<steps::Part>,
}

impl Lowered {
    /// A statement that is taken and does nothing.
    pub(super) fn nothing(sql: &str, slots: Vec<Slot>) -> Self {
        Lowered {
            sql: sql.to_string(),
            slots,
            locking: None,
            wrote: false,
            counts: false,
            returns_rows: true,
            booleans: Vec::new(),
            target: None,
            inserts: false,
            aliases: Vec::new(),
            looked_up: Vec::new(),
            parts: Vec::new(),
            answers_rows_read: false,
            answers_count: false,
            shape: Vec::new(),
        }
    }
}
