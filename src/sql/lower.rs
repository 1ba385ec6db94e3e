//! Queries and statements of the learner's dialect become SQLite's.
//!
//! The tree is rewritten bottom up; what has no tree in SQLite's dialect is put in as finished text ([`raw`]).

mod assignments;
mod before;
mod booleans;
pub(super) mod elsewhere;
mod insert;
mod lowered;
mod merge;
pub(super) mod refresh;
mod returning;
mod shapes;
mod sources;
pub(super) mod steps;
mod store;
mod truncate;
mod unlike;

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, FromTable, Ident, Query, SetExpr, Statement, TableFactor, Update, UpdateTableFromKind, Value, Visit, VisitMut,
};
use sqlparser::tokenizer::Span;

pub(super) use self::lowered::Lowered;
use self::lowered::Surroundings;
use self::sources::Sources;
use self::unlike::unlike;
use super::model::Schema;
use super::names::{last_name, plain_name};
use super::params::{self, Slot};
use super::rewrite::Scope;
use super::{DbError, DbErrorKind, Dialect, Locking, SqlProblem, parse, trigger};

/// Finished SQLite text as an expression.
pub(super) fn raw(text: String) -> Expr {
    Expr::Identifier(Ident { value: text, quote_style: None, span: Span::empty() })
}

pub(super) fn string(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) | Value::DoubleQuotedString(text) => {
                Some(text)
            }
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn statement(schema: &Schema, sql: &str) -> Result<Lowered, DbError> {
    let (numbered, slots) = params::number(sql, schema.dialect);
    let mut statements = parse::statements(&numbered, schema.dialect)?;
    let (statement, _) = match statements.len() {
        0 => {
            return Err(DbError::new(DbErrorKind::Syntax, "there is no statement in this text"));
        }
        1 => statements.remove(0),
        n => {
            return Err(DbError::new(
                DbErrorKind::Unsupported,
                format!("a text of {n} statements is not something belt can run: give each a call of its own"),
            ));
        }
    };
    match statement {
        Statement::Call(function) if refresh::is_refresh(&function) => refresh::lower(schema, &function, slots),
        Statement::Merge(merge) => merge::lower(schema, &merge, None, slots),
        Statement::Query(query) if matches!(query.body.as_ref(), SetExpr::Merge(_)) => match *query.body {
            SetExpr::Merge(Statement::Merge(merge)) => merge::lower(schema, &merge, query.with, slots),
            _ => Err(SqlProblem::unsupported("this form of MERGE is not something belt can run").into()),
        },
        Statement::Query(query) if steps::is_needed(&Statement::Query(query.clone())) => {
            steps::lower(schema, query, slots)
        }
        Statement::Truncate(truncate) => truncate::lower(schema, &truncate, slots),
        statement => lower_statement(schema, statement, slots, &[]),
    }
}

/// `rows` are tables a trigger sees under names of their own: alias and table.
pub(super) fn lower_statement(
    schema: &Schema,
    statement: Statement,
    slots: Vec<Slot>,
    rows: &[(String, String)],
) -> Result<Lowered, DbError> {
    let mut around = Surroundings { rows: rows.to_vec(), ..Surroundings::default() };
    let mut lowered = lower_part(schema, statement, slots, &mut around)?;
    lowered.parts = around.joined;
    Ok(lowered)
}

fn lower_part(
    schema: &Schema,
    mut statement: Statement,
    slots: Vec<Slot>,
    around: &mut Surroundings,
) -> Result<Lowered, DbError> {
    trigger::write_out(schema, &mut statement);
    if let (Dialect::MySql, Statement::Delete(delete)) = (schema.dialect, &mut statement) {
        assignments::from_using(delete);
    }
    let mut sources = Sources { dialect: schema.dialect, tables: around.rows.clone(), ctes: around.names.clone() };
    let _ = Visit::visit(&statement, &mut sources);
    let mut lowering = Lowering::new(schema, sources);
    lowering.changed.clone_from(&around.changed);
    lowering.shapes.clone_from(&around.shapes);
    lowering.arrange(head(&mut statement))?;
    elsewhere::keep(schema, &mut statement, around)?;
    let (wrote, returns_rows, target) = match head(&mut statement) {
        Statement::Query(query) => {
            if !is_read_only(query) {
                return Err(SqlProblem::unsupported(
                    "a query that changes data anywhere but at the top of WITH is not something belt can run",
                )
                .into());
            }
            (false, true, None)
        }
        Statement::Insert(insert) => {
            let target = lowering.prepare_insert(insert)?;
            (true, insert.returning.is_some(), Some(target))
        }
        Statement::Update(update) => {
            let target = lowering.target(&update.table.relation)?;
            (true, update.returning.is_some(), Some(target))
        }
        Statement::Delete(delete) => {
            let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
            let [only] = from.as_slice() else {
                return Err(SqlProblem::unsupported("DELETE from several tables is not something belt can run").into());
            };
            if delete.tables.len() > 1 || (delete.tables.is_empty() && !only.joins.is_empty()) {
                return Err(SqlProblem::unsupported(
                    "DELETE with a join is not something belt can run; use a subquery",
                )
                .into());
            }
            let target = match delete.tables.first() {
                Some(name) => lowering.aliased(name)?,
                None => lowering.target(&only.relation)?,
            };
            (true, delete.returning.is_some(), Some(target))
        }
        other => return unlike(schema, other).map(|sql| Lowered::nothing(sql, slots)),
    };
    lowering.check_tables(target.as_deref())?;
    if let Some((view, _)) = schema.materialized.iter().find(|(view, _)| Some(view) == target.as_ref())
        && !around.refreshes
    {
        return Err(DbError::new(
            DbErrorKind::Syntax,
            format!("the materialized view {view} cannot be changed: REFRESH MATERIALIZED VIEW fills it"),
        ));
    }
    lowering.write_triggers(head(&mut statement), target.as_deref())?;
    let looked_up = lowering.looked_up(&statement);
    lowering.collect_shapes(&statement);
    let booleans = lowering.booleans(head(&mut statement));
    let shape = match head(&mut statement) {
        Statement::Query(query) => lowering.outputs(query),
        other => lowering.returned(other),
    };
    if let ControlFlow::Break(problem) = lowering.compute_beside(head(&mut statement), target.as_deref()) {
        return Err(problem);
    }
    if let ControlFlow::Break(problem) = VisitMut::visit(&mut statement, &mut lowering) {
        return Err(problem);
    }
    lowering.name_target(head(&mut statement), target.as_deref());
    lowering.finish(head(&mut statement))?;
    for table in std::mem::take(&mut lowering.before) {
        if !around.before.contains(&table) {
            around.before.push(table);
        }
    }
    let sql = statement.to_string();
    Ok(Lowered {
        counts: ["belt_seq(", "belt_setval(", "belt_new_uuid(", "belt_random"].iter().any(|call| sql.contains(call)),
        sql,
        slots,
        locking: lowering.locking,
        wrote,
        returns_rows,
        booleans,
        target,
        inserts: matches!(head(&mut statement), Statement::Insert(_)),
        aliases: lowering.sources.tables,
        looked_up,
        parts: Vec::new(),
        answers_rows_read: false,
        answers_count: false,
        shape: shape.unwrap_or_default(),
    })
}

/// Lowers the query of a view.
pub(super) fn view(schema: &Schema, query: &Query) -> Result<String, SqlProblem> {
    let lowered = lower_statement(schema, Statement::Query(Box::new(query.clone())), Vec::new(), &[]);
    lowered.map(|lowered| lowered.sql).map_err(|error| match error.kind {
        DbErrorKind::Unsupported => SqlProblem::unsupported(error.message),
        _ => SqlProblem::invalid(error.message),
    })
}

/// Lowers an expression that stands in the DDL of the table at `at`.
pub(super) fn expression(schema: &Schema, at: usize, expr: &Expr) -> Result<String, SqlProblem> {
    let name = schema.tables[at].name.clone();
    expression_over(schema, vec![(name.clone(), name)], expr)
}

/// Lowers an expression over these tables: alias and table.
pub(super) fn expression_over(
    schema: &Schema,
    tables: Vec<(String, String)>,
    expr: &Expr,
) -> Result<String, SqlProblem> {
    let sources = Sources { dialect: schema.dialect, tables, ctes: Vec::new() };
    let mut expr = expr.clone();
    trigger::write_out(schema, &mut expr);
    let mut lowering = Lowering::new(schema, sources);
    match VisitMut::visit(&mut expr, &mut lowering) {
        ControlFlow::Break(problem) if problem.kind == DbErrorKind::Unsupported => {
            Err(SqlProblem::unsupported(problem.message))
        }
        ControlFlow::Break(problem) => Err(SqlProblem::invalid(problem.message)),
        ControlFlow::Continue(()) => Ok(expr.to_string()),
    }
}

/// What a statement does: the part behind `WITH`, where that changes data and nothing inside `WITH` does.
fn head(statement: &mut Statement) -> &mut Statement {
    let changes = matches!(statement, Statement::Query(query)
        if matches!(query.body.as_ref(), SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_))
            && query.with.iter().flat_map(|with| &with.cte_tables).all(|cte| is_read_only(&cte.query)));
    if !changes {
        return statement;
    }
    match statement {
        Statement::Query(query) => match query.body.as_mut() {
            SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) => inner,
            // Seen above.
            _ => unreachable!("the body changes data"),
        },
        other => other,
    }
}

fn is_read_only(query: &Query) -> bool {
    fn body(part: &SetExpr) -> bool {
        match part {
            SetExpr::Select(_) | SetExpr::Values(_) | SetExpr::Table(_) => true,
            SetExpr::Query(query) => is_read_only(query),
            SetExpr::SetOperation { left, right, .. } => body(left) && body(right),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => false,
        }
    }
    body(&query.body) && query.with.iter().flat_map(|with| &with.cte_tables).all(|cte| is_read_only(&cte.query))
}

pub(super) struct Lowering<'a> {
    pub(super) schema: &'a Schema,
    sources: Sources,
    pub(super) locking: Option<Locking>,
    /// MySQL's name for the row that could not be inserted: `INSERT ... AS new ON DUPLICATE KEY UPDATE`.
    pub(super) row_alias: Option<String>,
    /// `OVERRIDING SYSTEM VALUE`: values are taken for columns that make their own.
    overriding: bool,
    /// What names may mean in the queries around an expression, the innermost last.
    pub(super) scopes: Vec<Scope>,
    /// The columns of inner queries, under the names they go by.
    shapes: Vec<(String, shapes::Shape)>,
    /// Tables that parts before this one changed, and those of them that it reads.
    pub(super) changed: Vec<String>,
    pub(super) before: Vec<String>,
}

impl<'a> Lowering<'a> {
    fn new(schema: &'a Schema, sources: Sources) -> Self {
        Lowering {
            schema,
            sources,
            locking: None,
            row_alias: None,
            overriding: false,
            scopes: Vec::new(),
            shapes: Vec::new(),
            changed: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Functions among the sources of a statement that is no query.
    fn compute_beside(&mut self, statement: &mut Statement, target: Option<&str>) -> ControlFlow<DbError> {
        let target_alias = match statement {
            Statement::Update(update) => self.alias(&update.table.relation),
            _ => None,
        };
        match statement {
            Statement::Update(Update {
                from: Some(UpdateTableFromKind::AfterSet(sources) | UpdateTableFromKind::BeforeSet(sources)),
                ..
            }) => {
                if let Some((table, alias)) = target.and_then(|name| self.table(name)).zip(target_alias) {
                    let columns = table.columns.iter().map(|column| (alias.clone(), column.name.clone()));
                    self.within(columns.collect());
                }
                self.compute_sources(sources)
            }
            Statement::Delete(delete) => match &mut delete.using {
                Some(sources) => self.compute_sources(sources),
                None => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        }
    }

    /// What is changed is the table itself, although what is read of it may be what it was before.
    fn name_target(&self, statement: &mut Statement, target: Option<&str>) {
        let Some(target) = target else {
            return;
        };
        let factor = match statement {
            Statement::Update(update) => &mut update.table.relation,
            Statement::Delete(delete) if delete.tables.is_empty() => match &mut delete.from {
                FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from) => match from.first_mut() {
                    Some(first) => &mut first.relation,
                    None => return,
                },
            },
            _ => return,
        };
        if let TableFactor::Table { name, alias, .. } = factor
            && last_name(Dialect::Sqlite, name) == steps::before(target)
        {
            *name = plain_name(target);
            alias.take_if(|alias| alias.name.value == target);
        }
    }
}

impl Lowering<'_> {
    pub(super) fn dialect(&self) -> Dialect {
        self.schema.dialect
    }
}
