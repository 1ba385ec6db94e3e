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

mod answers;
mod counterexample;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::rows::{self, Bound, Filler, Refusal, RoleRow, Roles};
use super::{Outcome, Place, Problem, Verdict};
use crate::sql::{Database, DbError, Kind, Schema, Value};

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
            message: error.cannot_run().unwrap_or_else(|| format!("the query does not run: {error}")),
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
