//! `EXCLUDE USING gist (room WITH =, tstzrange(begins, ends) WITH &&)`: a trigger looks for the row that is in the way.

use std::ops::Range;

use sqlparser::ast::ExcludeConstraint;

use super::Builder;
use crate::sql::model::Schema;
use crate::sql::names::{literal, quoted};
use crate::sql::{SqlProblem, lower};

/// What begins the message of such a trigger; the constraint's name follows.
pub(in crate::sql) const IN_THE_WAY: &str = "belt exclusion: ";

/// An exclusion of the table at `table`.
pub(super) struct Exclusion {
    table: usize,
    name: String,
    range: Range<usize>,
    constraint: ExcludeConstraint,
}

impl Builder<'_> {
    pub(super) fn exclude(&mut self, at: usize, constraint: ExcludeConstraint, range: Range<usize>) {
        let table = &self.schema.tables[at].name;
        let name = match &constraint.name {
            Some(name) => self.fold(name),
            None => format!("{table}_excl{}", self.exclusions.len() + 1),
        };
        self.exclusions.push(Exclusion { table: at, name, range, constraint });
    }
}

/// The triggers, with the bytes of the constraints they stand for.
pub(super) fn triggers(schema: &Schema, exclusions: &[Exclusion]) -> Result<Vec<(String, Range<usize>)>, SqlProblem> {
    let mut triggers = Vec::new();
    for Exclusion { table, name, range, constraint } in exclusions {
        let mut shown = vec!["rowid AS place".to_string()];
        let mut conditions = vec!["other.place <> NEW.rowid".to_string()];
        let text = |expr| lower::expression(schema, *table, expr).map_err(|problem| problem.at(range.clone()));
        for (at, element) in constraint.elements.iter().enumerate() {
            shown.push(format!("{} AS e{at}", text(&element.column.column.expr)?));
            let operator = element.operator.to_string();
            conditions.push(match operator.as_str() {
                "&&" => format!("belt_ranges_overlap(other.e{at}, this.e{at})"),
                "=" => format!("other.e{at} = this.e{at}"),
                "<>" => format!("other.e{at} <> this.e{at}"),
                _ => {
                    return Err(SqlProblem::unsupported(format!(
                        "EXCLUDE with the operator {operator} is not something belt can run"
                    ))
                    .at(range.clone())
                    .with_help("= and && are"));
                }
            });
        }
        let filter = match &constraint.where_clause {
            Some(condition) => format!(" AND ({})", text(condition)?),
            None => String::new(),
        };
        let table = quoted(&schema.tables[*table].name);
        let rows = |which: &str| format!("(SELECT {} FROM {table} WHERE {which}{filter})", shown.join(", "));
        let message = literal(&format!("{IN_THE_WAY}{name}"));
        for event in ["INSERT", "UPDATE"] {
            let trigger = quoted(&format!("belt.exclude.{name}.{event}"));
            triggers.push((
                format!(
                    "CREATE TRIGGER {trigger} AFTER {event} ON {table} BEGIN SELECT RAISE(ABORT, {message}) WHERE EXISTS (SELECT 1 FROM {} AS this, {} AS other WHERE {}); END",
                    rows("rowid = NEW.rowid"),
                    rows("1"),
                    conditions.join(" AND ")
                ),
                range.clone(),
            ));
        }
    }
    Ok(triggers)
}
