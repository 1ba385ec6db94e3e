//! `MERGE`: the source's rows with the rows they match are kept first, each with the clause that is its, and then each
//! clause is a statement of its own over what was kept.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Merge, MergeAction, MergeClause, MergeClauseKind, MergeInsertExpr, MergeInsertKind, MergeUpdateKind, Query,
    SelectItem, SetExpr, Statement, TableFactor, VisitMut, VisitorMut, With,
};

use super::steps::Part;
use super::{Lowered, Lowering, Surroundings, lower_part};
use crate::sql::model::{Schema, Table};
use crate::sql::names::{fold, last_name, literal, plain_name, quoted};
use crate::sql::params::Slot;
use crate::sql::{DbError, DbErrorKind, Dialect, SqlProblem, marks, parse};

/// What the kept rows go by, and the columns that are added to the source's.
const ROWS: &str = "belt.merge";
const AT: &str = "belt.at";
const ACT: &str = "belt.act";
/// What stands for parts of the learner's statement.
const SOURCE: &str = "belt.source";
const TARGET: &str = "belt.target";
const PLACE: &str = "belt.place.";

/// Puts the learner's own parts into a statement of belt's making.
struct Fill<'a> {
    source: &'a TableFactor,
    target: &'a TableFactor,
    exprs: &'a [Expr],
}

impl VisitorMut for Fill<'_> {
    type Break = ();

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, .. } = factor {
            match last_name(Dialect::Sqlite, name).as_str() {
                SOURCE => *factor = self.source.clone(),
                TARGET => *factor = self.target.clone(),
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Identifier(name) = expr
            && let Some(at) = name.value.strip_prefix(PLACE).and_then(|at| at.parse::<usize>().ok())
            && let Some(given) = self.exprs.get(at)
        {
            *expr = given.clone();
        }
        ControlFlow::Continue(())
    }
}

struct Merging<'a> {
    schema: &'a Schema,
    merge: &'a Merge,
    table: &'a Table,
    /// The names target and source go by.
    target: String,
    source: String,
}

fn refused(what: &str) -> DbError {
    SqlProblem::unsupported(format!("MERGE {what}")).into()
}

pub(super) fn lower(schema: &Schema, merge: &Merge, with: Option<With>, slots: Vec<Slot>) -> Result<Lowered, DbError> {
    let dialect = schema.dialect;
    if dialect != Dialect::PostgreSql {
        let instead = match dialect {
            Dialect::MySql => "INSERT ... ON DUPLICATE KEY UPDATE",
            Dialect::PostgreSql | Dialect::Sqlite => "INSERT ... ON CONFLICT",
        };
        let message = format!("{} has no MERGE: use {instead}", dialect.name());
        return Err(DbError::new(DbErrorKind::Syntax, message));
    }
    if merge.output.is_some() {
        return Err(refused("with RETURNING is not something belt can run: read the rows in the same transaction"));
    }
    let named = |factor: &TableFactor| match factor {
        TableFactor::Table { name, alias, .. } => {
            Some(alias.as_ref().map_or_else(|| last_name(dialect, name), |alias| fold(dialect, &alias.name)))
        }
        TableFactor::Derived { alias: Some(alias), .. } => Some(fold(dialect, &alias.name)),
        _ => None,
    };
    let (Some(target), Some(source)) = (named(&merge.table), named(&merge.source)) else {
        return Err(refused("of this source is not something belt can run: give it a name, or make it a query"));
    };
    let lowering = Lowering::new(schema, super::Sources { dialect, tables: Vec::new(), ctes: Vec::new() });
    let name = lowering.target(&merge.table)?;
    let table = lowering.table(&name).ok_or_else(|| lowering.missing_table(&name))?;
    Merging { schema, merge, table, target, source }.lower(with, slots)
}

impl Merging<'_> {
    fn lower(&self, with: Option<With>, slots: Vec<Slot>) -> Result<Lowered, DbError> {
        let mut around = Surroundings::default();
        let mut parts = Vec::new();
        let mut counts = false;
        let mut rows = self.rows()?;
        rows.with = with;
        let lowered = lower_part(self.schema, Statement::Query(rows), Vec::new(), &mut around)?;
        around.names.push(ROWS.into());
        around.shapes.push((ROWS.into(), lowered.shape.clone()));
        parts.push(part(ROWS.into(), lowered.sql));
        parts.push(part("belt.twice".into(), self.parsed_and_lowered(&self.twice(), &mut around)?));
        let mut answers = Vec::new();
        for (at, clause) in self.merge.clauses.iter().enumerate() {
            let Some(statement) = self.act(at, clause)? else { continue };
            let lowered = lower_part(self.schema, statement, Vec::new(), &mut around)?;
            counts |= lowered.counts;
            let name = format!("belt.did.{at}");
            answers.push(format!("(SELECT count(*) FROM {})", quoted(&name)));
            around.names.push(name.clone());
            parts.push(part(name, lowered.sql));
        }
        let all = if answers.is_empty() { "0".into() } else { answers.join(" + ") };
        let statement = self.parsed(&format!("SELECT {all} AS n"))?;
        let mut lowered = lower_part(self.schema, statement, slots, &mut around)?;
        lowered.parts = parts;
        lowered.wrote = true;
        lowered.counts |= counts;
        lowered.answers_rows_read = true;
        lowered.answers_count = true;
        lowered.target = Some(self.table.name.clone());
        Ok(lowered)
    }

    fn parsed(&self, text: &str) -> Result<Statement, DbError> {
        let found = parse::statements(text, self.schema.dialect)?.pop();
        found.map(|(statement, _)| statement).ok_or_else(|| refused("is not something belt can run in this form"))
    }

    fn parsed_and_lowered(&self, text: &str, around: &mut Surroundings) -> Result<String, DbError> {
        Ok(lower_part(self.schema, self.parsed(text)?, Vec::new(), around)?.sql)
    }

    /// Fills a statement with parts of the learner's.
    fn filled(&self, text: &str, exprs: &[Expr]) -> Result<Statement, DbError> {
        let mut statement = self.parsed(text)?;
        let _ = statement.visit(&mut Fill { source: &self.merge.source, target: &self.merge.table, exprs });
        Ok(statement)
    }

    /// The source's rows, with the row each matches and the clause that applies.
    fn rows(&self) -> Result<Box<Query>, DbError> {
        let mut exprs = vec![self.merge.on.as_ref().clone()];
        let mut cases = String::new();
        for (at, clause) in self.merge.clauses.iter().enumerate() {
            let found = match clause.clause_kind {
                MergeClauseKind::Matched => "IS NOT NULL",
                MergeClauseKind::NotMatched | MergeClauseKind::NotMatchedByTarget => "IS NULL",
                MergeClauseKind::NotMatchedBySource => {
                    return Err(refused(
                        "with NOT MATCHED BY SOURCE is not something belt can run: use a DELETE or UPDATE with NOT EXISTS",
                    ));
                }
            };
            let mut condition = format!("{}.ctid {found}", quoted(&self.target));
            if let Some(predicate) = &clause.predicate {
                condition.push_str(&format!(" AND (\"{PLACE}{}\")", exprs.len()));
                exprs.push(predicate.clone());
            }
            cases.push_str(&format!(" WHEN {condition} THEN {at}"));
        }
        let text = format!(
            "SELECT {}.ctid AS \"{AT}\", CASE{cases} END AS \"{ACT}\", {}.* FROM \"{SOURCE}\" LEFT JOIN \"{TARGET}\" ON \"{PLACE}0\"",
            quoted(&self.target),
            quoted(&self.source),
        );
        match self.filled(&text, &exprs)? {
            Statement::Query(query) => Ok(query),
            _ => Err(refused("is not something belt can run in this form")),
        }
    }

    /// A row may be changed once only.
    fn twice(&self) -> String {
        let changing = self.merge.clauses.iter().enumerate().filter_map(|(at, clause)| match clause.action {
            MergeAction::Update(_) | MergeAction::Delete { .. } => Some(at.to_string()),
            MergeAction::Insert(_) | MergeAction::DoNothing { .. } => None,
        });
        let changing: Vec<String> = changing.collect();
        let acts = if changing.is_empty() { "NULL".into() } else { changing.join(", ") };
        let mark = marks::raised(DbErrorKind::Check, "");
        let mark =
            mark.replace("a trigger refuses: ", &format!("MERGE would change a row of {} twice", self.table.name));
        format!(
            "SELECT belt_refuse(true, {}) FROM \"{ROWS}\" WHERE \"{ACT}\" IN ({acts}) GROUP BY \"{AT}\" HAVING count(*) > 1",
            literal(&mark)
        )
    }

    fn act(&self, at: usize, clause: &MergeClause) -> Result<Option<Statement>, DbError> {
        let (table, target, source) = (quoted(&self.table.name), quoted(&self.target), quoted(&self.source));
        let mine = format!("{source}.\"{ACT}\" = {at}");
        Ok(match &clause.action {
            MergeAction::DoNothing { .. } => None,
            MergeAction::Update(update) => {
                let MergeUpdateKind::Set(given) = &update.kind else {
                    return Err(refused("with UPDATE SET * is not something belt can run: name the columns"));
                };
                let text = format!(
                    "UPDATE {table} AS {target} SET x = 1 FROM \"{ROWS}\" AS {source} WHERE {target}.ctid = {source}.\"{AT}\" AND {mine} RETURNING 1 AS n"
                );
                let mut statement = self.parsed(&text)?;
                if let Statement::Update(update) = &mut statement {
                    update.assignments.clone_from(given);
                }
                Some(statement)
            }
            MergeAction::Delete { .. } => {
                let text = format!(
                    "DELETE FROM {table} WHERE ctid IN (SELECT {source}.\"{AT}\" FROM \"{ROWS}\" AS {source} WHERE {mine}) RETURNING 1 AS n"
                );
                Some(self.parsed(&text)?)
            }
            MergeAction::Insert(insert) => Some(self.insert(insert, &source, &mine)?),
        })
    }

    fn insert(&self, insert: &MergeInsertExpr, source: &str, mine: &str) -> Result<Statement, DbError> {
        let MergeInsertKind::Values(values) = &insert.kind else {
            return Err(refused("with INSERT of a whole row is not something belt can run: name the columns"));
        };
        let [row] = values.rows.as_slice() else {
            return Err(refused("with INSERT of several rows is not something belt can run"));
        };
        let columns: Vec<String> = match insert.columns.is_empty() {
            true => self.table.columns.iter().map(|column| column.name.clone()).collect(),
            false => insert.columns.iter().map(|name| last_name(self.schema.dialect, name)).collect(),
        };
        if (!insert.columns.is_empty() && columns.len() != row.content.len()) || columns.len() < row.content.len() {
            return Err(DbError::new(
                DbErrorKind::Syntax,
                format!("MERGE's INSERT names {} columns and gives {} values", columns.len(), row.content.len()),
            ));
        }
        let is_default = |value: &Expr| matches!(value, Expr::Identifier(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("default"));
        let given: Vec<(&String, &Expr)> =
            columns.iter().zip(&row.content).filter(|(_, value)| !is_default(value)).collect();
        if given.is_empty() {
            return Err(refused("with DEFAULT VALUES is not something belt can run: give one column a value"));
        }
        let text = format!(
            "INSERT INTO {} (x) SELECT 1 FROM \"{ROWS}\" AS {source} WHERE {mine} RETURNING 1 AS n",
            quoted(&self.table.name)
        );
        let mut statement = self.parsed(&text)?;
        if let Statement::Insert(into) = &mut statement {
            into.columns = given.iter().map(|(name, _)| plain_name(name)).collect();
            if let Some(query) = &mut into.source
                && let SetExpr::Select(select) = query.body.as_mut()
            {
                select.projection = given.iter().map(|(_, value)| SelectItem::UnnamedExpr((*value).clone())).collect();
            }
        }
        Ok(statement)
    }
}

fn part(name: String, sql: String) -> Part {
    Part { name, columns: Vec::new(), own: None, sql }
}
