//! A wrong answer in its smallest form: few rows, what the query made of them, and what it should have.

use std::collections::BTreeMap;

use super::{Dataset, MAX_SHRINKS, QueryCheck, Trouble};
use crate::checks::rows::{self, Bound};
use crate::checks::{Place, Problem};
use crate::sql::{Schema, Value};

impl QueryCheck {
    /// Takes rows away as long as the answers differ.
    pub(super) fn shrink(
        &self,
        schema: &Schema,
        bound: &BTreeMap<String, Bound<'_>>,
        text: &str,
        data: &Dataset,
    ) -> Dataset {
        let mut small = data.clone();
        let mut runs = 0;
        loop {
            let mut smaller = false;
            for role in data.keys() {
                let mut at = small[role].len();
                while at > 0 && runs < MAX_SHRINKS {
                    at -= 1;
                    runs += 1;
                    let mut candidate = small.clone();
                    if let Some(rows) = candidate.get_mut(role) {
                        rows.remove(at);
                    }
                    if matches!(self.compare(schema, bound, text, &candidate), Err(Trouble::Wrong { .. })) {
                        small = candidate;
                        smaller = true;
                    }
                }
            }
            if !smaller || runs >= MAX_SHRINKS {
                return small;
            }
        }
    }

    pub(super) fn differs(
        &self,
        bound: &BTreeMap<String, Bound<'_>>,
        data: &Dataset,
        got: &[Value],
        wanted: &[Value],
        calls: usize,
    ) -> Problem {
        let mut notes = Vec::new();
        for (role, rows) in data.iter().filter(|(_, rows)| !rows.is_empty()) {
            let Some(bound) = bound.get(role) else {
                continue;
            };
            for row in rows {
                let cells: Vec<String> = row
                    .iter()
                    .filter_map(|(part, value)| {
                        let column = bound.columns.get(part)?;
                        Some(format!("{} {}", column.name, rows::shown(&rows::adapted(value, &column.kind))))
                    })
                    .collect();
                notes.push(format!("{}: {}", bound.table.name, cells.join(", ")));
            }
        }
        if calls > 1 {
            notes.push(format!("asked for {calls} pages, each with the last row of the one before"));
        }
        let list = |values: &[Value]| {
            if values.is_empty() {
                "no rows".into()
            } else {
                values.iter().map(rows::shown).collect::<Vec<_>>().join(", ")
            }
        };
        Problem {
            message: self
                .otherwise
                .clone()
                .unwrap_or_else(|| "the query answers with other rows than it should".into()),
            expected: Some(list(wanted)),
            actual: Some(list(got)),
            place: Place::field(&self.sql),
            notes,
            ..Problem::default()
        }
    }
}
