//! What the reference answers, and what the learner's query does: page after page, in whatever columns it has.
//!
//! The reference runs on tables of the rubric's own making, so that nothing of the learner's schema gets into it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Dataset, MAX_PAGES, NOW_S, QueryCheck, Trouble};
use crate::checks::rows::{self, Bound};
use crate::sql::{Answer, Database, DbError, DbErrorKind, Dialect, Kind, Params, Schema, Value};

impl QueryCheck {
    pub(super) fn reference(
        &self,
        bound: &BTreeMap<String, Bound<'_>>,
        data: &Dataset,
        kind: &Kind,
    ) -> Result<Vec<Value>, Trouble> {
        let tables: Vec<String> = self
            .tables
            .iter()
            .map(|(role, table)| {
                format!("CREATE TABLE {role} ({})", table.columns.keys().cloned().collect::<Vec<_>>().join(", "))
            })
            .collect();
        let rubric = |message: String| self.broken(format!("the rubric's reference does not run: {message}"));
        let schema = Schema::parse(Dialect::Sqlite, &tables.join(";")).map_err(|problem| rubric(problem.message))?;
        let mut database = Database::create(&schema).map_err(|problem| rubric(problem.message))?;
        for (role, rows) in data {
            if !bound.contains_key(role) {
                continue;
            }
            for row in rows {
                let names: Vec<&str> = row.keys().map(String::as_str).collect();
                let values = row.values().map(|value| rows::adapted(value, &Kind::Any)).collect();
                let marks = vec!["?"; names.len()].join(", ");
                let sql = format!("INSERT INTO {role} ({}) VALUES ({marks})", names.join(", "));
                database.run(&sql, &Params::Positional(values), 0.0).map_err(|error| rubric(error.message))?;
            }
        }
        let answer = database.run(&self.reference, &Params::None, NOW_S).map_err(|error| rubric(error.message))?;
        Ok(answer
            .rows
            .into_iter()
            .filter_map(|row| row.into_iter().next())
            .map(|value| rows::adapted(&json(&value), kind))
            .collect())
    }

    pub(super) fn answer(
        &self,
        database: &mut Database,
        bound: &BTreeMap<String, Bound<'_>>,
        text: &str,
        wanted: usize,
    ) -> Result<(Vec<Value>, usize), Trouble> {
        let mut params: Vec<(String, Value)> = self
            .params
            .iter()
            .map(|(name, param)| {
                let (value, like) = match param.as_object() {
                    Some(object) => {
                        (object.get("value").unwrap_or(&Json::Null), object.get("like").and_then(Json::as_str))
                    }
                    None => (param, None),
                };
                let kind = like.and_then(|role| self.kind(bound, role)).unwrap_or(Kind::Any);
                (name.clone(), rows::adapted(value, &kind))
            })
            .collect();
        let mut got = Vec::new();
        for call in 1..=MAX_PAGES {
            let answer = run(database, text, &params).map_err(Trouble::Failed)?;
            let at = self.column_of(&answer.columns, bound, &self.result)?;
            got.extend(answer.rows.iter().filter_map(|row| row.get(at).cloned()));
            let Some(pages) = &self.pages else {
                return Ok((got, call));
            };
            let Some(last) = answer.rows.last() else {
                return Ok((got, call));
            };
            if got.len() > wanted + pages.size {
                return Ok((got, call));
            }
            for (param, role) in &pages.cursor {
                let at = self.column_of(&answer.columns, bound, role)?;
                if let Some(slot) = params.iter_mut().find(|(name, _)| name == param) {
                    slot.1 = last.get(at).cloned().unwrap_or(Value::Null);
                }
            }
        }
        Ok((got, MAX_PAGES))
    }

    /// Which column of an answer holds a role: the one of its name, `<table>_<column>`, or the only one.
    fn column_of(&self, columns: &[String], bound: &BTreeMap<String, Bound<'_>>, role: &str) -> Result<usize, Trouble> {
        let (table, part) = role.split_once('.').unwrap_or((role, ""));
        let name = bound.get(table).and_then(|b| b.columns.get(part)).map_or(part, |column| column.name.as_str());
        let singular = table.trim_end_matches('s');
        let names =
            [name.to_string(), format!("{singular}_{name}"), format!("{table}_{name}"), format!("{singular}_{part}")];
        names
            .iter()
            .find_map(|name| columns.iter().position(|column| column.eq_ignore_ascii_case(name)))
            .or_else(|| (columns.len() == 1).then_some(0))
            .ok_or_else(|| self.broken(format!("the answer has no column {name}: it has {}", columns.join(", "))))
    }
}

/// Runs the query with names, or in their order when it has none.
fn run(database: &mut Database, text: &str, params: &[(String, Value)]) -> Result<Answer, DbError> {
    match database.run(text, &Params::Named(params.to_vec()), NOW_S) {
        Err(error) if error.kind == DbErrorKind::Parameter => {
            let values = params.iter().map(|(_, value)| value.clone()).collect();
            database
                .run(text, &Params::Positional(values), NOW_S)
                .map_err(|second| if second.kind == DbErrorKind::Parameter { error } else { second })
        }
        other => other,
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => (*b).into(),
        Value::Int(i) => (*i).into(),
        Value::Real(r) => (*r).into(),
        Value::Text(text) => text.clone().into(),
        Value::Blob(_) => Json::Null,
    }
}
