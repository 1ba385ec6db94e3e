//! `query`: the learner's query on their own schema, over data that wrong queries answer differently.
//!
//! ```yaml
//! query:
//!   schema: /schema                      # {dialect, sql}
//!   sql: /feed/query
//!   tables:
//!     follows: {name: /names/follows/table, columns: {follower: /names/follows/follower, followee: /names/follows/followee}}
//!     posts: {name: /names/posts/table, columns: {id: /names/posts/id, author: /names/posts/author, at: /names/posts/created}}
//!   params: {viewer: {value: 1, like: follows.follower}, size: {value: 3}}
//!   result: posts.id
//!   reference: SELECT p.id FROM posts p JOIN follows f ON f.followee = p.author WHERE f.follower = 1 ORDER BY p.at DESC, p.id DESC
//!   datasets: [{follows: [{follower: 1, followee: 2}], posts: [{id: 1, author: 2, at: 10}]}]
//!   pages: {size: 3, cursor: {before: posts.at, before_id: posts.id}}
//!   plan: {search: [posts], no_sort: true}
//! ```

#![expect(clippy::result_large_err, reason = "a problem ends the check; it is not on a hot path")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::rows::{self, Bound, Filler, Refusal, RoleRow, Roles};
use super::{Outcome, Place, Problem, Verdict};
use crate::sql::{Database, DbError, DbErrorKind, Dialect, Kind, Params, Schema, Value};

/// Pages asked for before a cursor is held not to move.
const MAX_PAGES: usize = 60;
/// Runs spent on finding a smaller dataset.
const MAX_SHRINKS: usize = 300;
/// When the query runs, in seconds on the simulated clock: after every row was made.
const NOW_S: f64 = 1_000_000.0;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryCheck {
    /// Pointer to `{dialect, sql}`.
    pub schema: String,
    /// Pointer to the query.
    pub sql: String,
    pub tables: Roles,
    /// In the order in which a query with unnamed parameters takes them.
    #[serde(default)]
    pub params: serde_json::Map<String, Json>,
    /// The column that is compared, `table.column` of roles.
    pub result: String,
    /// SQLite over one table for every role, named and shaped as the roles are.
    pub reference: String,
    /// Rows of roles, the most telling first.
    pub datasets: Vec<BTreeMap<String, Vec<RoleRow>>>,
    /// Whether the order of the answer counts.
    #[serde(default = "yes")]
    pub ordered: bool,
    #[serde(default)]
    pub pages: Option<Pages>,
    #[serde(default)]
    pub plan: Option<PlanCheck>,
    /// What is wrong when the answers differ: one sentence.
    #[serde(default)]
    pub otherwise: Option<String>,
}

/// The query runs again and again, each time with the last row's values, and the pages together must be the reference.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Rows of a full page; the parameter that says so is among `params`.
    pub size: usize,
    /// Parameter, and the role whose value in the last row it takes. Before the first page it has its value in `params`.
    pub cursor: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlanCheck {
    /// Roles that must be looked up through an index.
    pub search: Vec<String>,
    /// Whether the order has to come from an index.
    pub no_sort: bool,
}

fn yes() -> bool {
    true
}

/// Why a dataset could not be judged, or that it was not answered as the reference does.
#[expect(clippy::large_enum_variant, reason = "short-lived")]
enum Trouble {
    NotGradable(Problem),
    Wrong { got: Vec<Value>, wanted: Vec<Value>, calls: usize },
    Failed(DbError),
}

type Dataset = BTreeMap<String, Vec<RoleRow>>;

impl QueryCheck {
    pub fn run(&self, document: &Json) -> Verdict {
        match self.judge(document) {
            Ok(verdict) => verdict,
            Err(problem) => Verdict::not_gradable(vec![problem]),
        }
    }

    fn judge(&self, document: &Json) -> Result<Verdict, Problem> {
        let schema = rows::schema_at(document, &self.schema)?;
        let bound = rows::bind(document, &schema, &self.tables)?;
        let text =
            document.pointer(&self.sql).and_then(Json::as_str).filter(|text| !text.trim().is_empty()).ok_or_else(
                || Problem {
                    message: format!("there is no query at {}", self.sql),
                    place: Place::field(&self.sql),
                    ..Problem::default()
                },
            )?;
        let mut ran = 0;
        let mut problems = Vec::new();
        for dataset in &self.datasets {
            ran += 1;
            match self.compare(&schema, &bound, text, dataset) {
                Ok(()) => {}
                Err(Trouble::NotGradable(problem)) => return Err(problem),
                Err(Trouble::Failed(error)) => return Err(self.failed(&error)),
                Err(Trouble::Wrong { .. }) => {
                    let small = self.shrink(&schema, &bound, text, dataset);
                    if let Err(Trouble::Wrong { got, wanted, calls }) = self.compare(&schema, &bound, text, &small) {
                        problems.push(self.differs(&bound, &small, &got, &wanted, calls));
                    }
                    break;
                }
            }
        }
        if problems.is_empty()
            && let Some(plan) = &self.plan
        {
            problems.extend(self.plan_problem(plan, &schema, &bound, text)?);
        }
        let outcome = if problems.is_empty() { Outcome::Passed } else { Outcome::Failed { earned: 0, of: 1 } };
        let executed = Some(format!("ran the query on {ran} set{} of rows", if ran == 1 { "" } else { "s" }));
        Ok(Verdict { outcome, problems, executed })
    }

    fn failed(&self, error: &DbError) -> Problem {
        Problem {
            message: format!("the query does not run: {error}"),
            place: Place::field(&self.sql),
            ..Problem::default()
        }
    }

    fn broken(&self, message: String) -> Trouble {
        Trouble::NotGradable(Problem { message, place: Place::field(&self.sql), ..Problem::default() })
    }

    /// Rows the engine is given, the learner's and the reference's, and whether the answers agree.
    fn compare(
        &self,
        schema: &Schema,
        bound: &BTreeMap<String, Bound<'_>>,
        text: &str,
        data: &Dataset,
    ) -> Result<(), Trouble> {
        let mut database = Database::create(schema).map_err(|problem| self.broken(problem.message))?;
        let mut filler = Filler::new(schema);
        // Parents before children: a row that is needed earlier is made with fillers, and would then be there twice.
        let mut order: Vec<&String> = data.keys().collect();
        order.sort_by_key(|role| {
            bound.get(*role).map(|b| schema.tables().iter().position(|table| table.name == b.table.name))
        });
        for role in order {
            let Some(table) = bound.get(role) else {
                return Err(self.broken(format!("the rubric does not say what {role} is")));
            };
            for row in &data[role] {
                filler.insert(&mut database, table, row).map_err(|refusal| match refusal {
                    Refusal::NoFiller(why) => self.broken(why),
                    Refusal::Refused(error) => self
                        .broken(format!("the schema refuses a row the query is tried on: {} -> {error}", filler.shown)),
                })?;
            }
        }
        let kind = self.kind(bound, &self.result).unwrap_or(Kind::Any);
        let wanted = self.reference(bound, data, &kind)?;
        let (mut got, calls) = self.answer(&mut database, bound, text, wanted.len())?;
        let mut wanted = wanted;
        if !self.ordered {
            let key = |value: &Value| format!("{value:?}");
            got.sort_by_key(key);
            wanted.sort_by_key(key);
        }
        if got.len() == wanted.len() && got.iter().zip(&wanted).all(|(a, b)| same(a, b)) {
            Ok(())
        } else {
            Err(Trouble::Wrong { got, wanted, calls })
        }
    }

    fn kind(&self, bound: &BTreeMap<String, Bound<'_>>, role: &str) -> Option<Kind> {
        let (table, column) = role.split_once('.')?;
        Some(bound.get(table)?.columns.get(column)?.kind.clone())
    }

    fn reference(
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

    fn answer(
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

    /// Takes rows away as long as the answers differ.
    fn shrink(&self, schema: &Schema, bound: &BTreeMap<String, Bound<'_>>, text: &str, data: &Dataset) -> Dataset {
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

    fn differs(
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

    fn plan_problem(
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
            let scanned =
                plan.lines.iter().filter(reads).find(|line| line.starts_with("SCAN") || line.contains("AUTOMATIC"));
            if scanned.is_some() {
                return Ok(problem(
                    format!("the query reads all of {}", table.table.name),
                    format!("make an index on {} that begins with the columns the query looks for", table.table.name),
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

/// Runs the query with names, or in their order when it has none.
fn run(database: &mut Database, text: &str, params: &[(String, Value)]) -> Result<crate::sql::Answer, DbError> {
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

fn same(a: &Value, b: &Value) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "identifiers of small datasets")]
    let number = |value: &Value| match value {
        Value::Int(i) => Some(*i as f64),
        Value::Real(r) => Some(*r),
        _ => None,
    };
    a == b || matches!((number(a), number(b)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SCHEMA: &str = "CREATE TABLE users (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE posts (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author_id BIGINT NOT NULL REFERENCES users(id), body TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
        CREATE TABLE follows (follower_id BIGINT NOT NULL REFERENCES users(id), followee_id BIGINT NOT NULL REFERENCES users(id), PRIMARY KEY (follower_id, followee_id));
        CREATE INDEX posts_author ON posts (author_id, created_at DESC, id DESC);";

    fn verdict(query: &str) -> Verdict {
        let check: QueryCheck = serde_json::from_value(json!({
            "schema": "/s", "sql": "/q",
            "tables": {
                "follows": {"name": "follows", "columns": {"follower": "follower_id", "followee": "followee_id"}},
                "posts": {"name": "posts", "columns": {"id": "id", "author": "author_id", "at": "created_at"}}},
            "params": {"viewer": 1, "size": 2, "before": {"value": 1_000_000, "like": "posts.at"}, "before_id": 1_000_000},
            "result": "posts.id",
            "reference": "SELECT p.id FROM posts p JOIN follows f ON f.followee = p.author WHERE f.follower = 1 ORDER BY p.at DESC, p.id DESC",
            "datasets": [{
                "follows": [{"follower": 1, "followee": 2}, {"follower": 3, "followee": 1}, {"follower": 1, "followee": 4}, {"follower": 3, "followee": 2}],
                "posts": [{"id": 1, "author": 2, "at": 10}, {"id": 2, "author": 3, "at": 11}, {"id": 3, "author": 4, "at": 10}, {"id": 4, "author": 2, "at": 10}, {"id": 5, "author": 2, "at": 5}]}],
            "pages": {"size": 2, "cursor": {"before": "posts.at", "before_id": "posts.id"}},
            "plan": {"search": ["follows", "posts"]}
        }))
        .unwrap();
        check.run(&json!({"s": {"dialect": "postgresql", "sql": SCHEMA}, "q": query}))
    }

    #[test]
    fn feeds() {
        let good = "SELECT p.id, p.body, p.created_at FROM posts p JOIN follows f ON f.followee_id = p.author_id
            WHERE f.follower_id = :viewer AND (p.created_at, p.id) < (:before, :before_id) ORDER BY p.created_at DESC, p.id DESC LIMIT :size";
        let cases = [
            (good.to_string(), Outcome::Passed),
            (good.replace("p.id DESC", "p.body"), Outcome::Failed { earned: 0, of: 1 }),
            (good.replace("f.followee_id = p.author_id", "f.follower_id = p.author_id").replace("f.follower_id = :viewer", "f.followee_id = :viewer"), Outcome::Failed { earned: 0, of: 1 }),
            (good.replace("(p.created_at, p.id) < (:before, :before_id)", "p.created_at < :before"), Outcome::Failed { earned: 0, of: 1 }),
            (good.replace("f.follower_id = :viewer", "f.follower_id + 0 = :viewer"), Outcome::Failed { earned: 0, of: 1 }),
            (good.replace("p.body", "p.nothing"), Outcome::NotGradable),
            ("SELECT p.id, p.created_at FROM posts p WHERE p.author_id IN (SELECT followee_id FROM follows WHERE follower_id = $1) AND (p.created_at < $3 OR (p.created_at = $3 AND p.id < $4)) ORDER BY created_at DESC, id DESC FETCH FIRST $2 ROWS ONLY".into(), Outcome::Passed),
        ];
        for (query, outcome) in cases {
            let verdict = verdict(&query);
            assert_eq!(verdict.outcome, outcome, "{query}: {:#?}", verdict.problems);
        }
    }
}
