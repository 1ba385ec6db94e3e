//! Whether indexes serve the query: how it would run, read from the engine's plan.

use std::collections::BTreeMap;

use super::{PlanCheck, QueryCheck};
use crate::checks::rows::Bound;
use crate::checks::{Place, Problem};
use crate::sql::{Database, Schema};

impl QueryCheck {
    pub(super) fn plan_problem(
        &self,
        wanted: &PlanCheck,
        schema: &Schema,
        bound: &BTreeMap<String, Bound<'_>>,
        text: &str,
    ) -> Result<Option<Problem>, Problem> {
        let not_gradable = |message: String| Problem { message, place: Place::field(&self.sql), ..Problem::default() };
        let mut database = Database::create(schema).map_err(|problem| not_gradable(problem.message))?;
        let plan = database.plan(text).map_err(|error| self.failed(&error))?;
        let problem = |message: String, help: String| {
            Some(Problem {
                message,
                help: Some(help),
                place: Place::field(&self.sql),
                notes: plan.lines.iter().map(|line| format!("plan: {line}")).collect(),
                ..Problem::default()
            })
        };
        for role in &wanted.search {
            let Some(table) = bound.get(role) else {
                continue;
            };
            let names: Vec<&str> = plan
                .aliases
                .iter()
                .filter(|(_, name)| *name == table.table.name)
                .map(|(alias, _)| alias.as_str())
                .collect();
            let reads = |line: &&String| {
                let mut words = line.split_whitespace();
                let verb = words.next();
                matches!(verb, Some("SCAN" | "SEARCH")) && words.next().is_some_and(|name| names.contains(&name))
            };
            let columns: Vec<&str> = plan
                .looked_up
                .iter()
                .filter(|(alias, _)| names.contains(&alias.as_str()))
                .map(|(_, column)| column.as_str())
                .collect();
            let name = &table.table.name;
            let help = if columns.is_empty() {
                format!("look {name} up by a column that must equal something, and make an index that begins with it")
            } else {
                format!(
                    "make an index on {name} that begins with {}, which the query looks for",
                    columns.join(if columns.len() == 2 { " or " } else { ", " })
                )
            };
            let scanned = |line: &&String| line.starts_with("SCAN") || line.contains("AUTOMATIC");
            if plan.lines.iter().filter(reads).any(|line| scanned(&line)) {
                return Ok(problem(format!("the query reads all of {name}"), help));
            }
            // An index on the time alone finds where to begin, and then passes everybody's rows.
            if let Some(line) = plan.lines.iter().filter(reads).find(|line| !line.contains("=?")) {
                let range = line.rsplit_once('(').map_or("", |(_, range)| range.trim_end_matches(')'));
                return Ok(problem(
                    format!("the query walks through {name} in a range ({range}), past rows it has no use for"),
                    help,
                ));
            }
        }
        if wanted.no_sort && plan.lines.iter().any(|line| line.contains("TEMP B-TREE FOR") && line.contains("ORDER BY"))
        {
            return Ok(problem(
                "the query sorts all it finds before it can answer".into(),
                "make an index with the columns that are looked for first, then those of ORDER BY in their order"
                    .into(),
            ));
        }
        Ok(None)
    }
}
