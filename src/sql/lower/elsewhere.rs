//! `UPDATE ... FROM s ... RETURNING s.x`: SQLite's `RETURNING` knows the changed table alone. So the rows that meet are
//! kept first, each under the changed row's place, and read from there.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, FromTable, Query, SelectItem, SetExpr, Statement, TableFactor, TableWithJoins,
    UpdateTableFromKind, Value, With, visit_expressions, visit_expressions_mut,
};

use super::steps::Part;
use super::{Surroundings, head, lower_part, raw};
use crate::sql::model::Schema;
use crate::sql::names::{fold, last_name, quoted, quoted_ident};
use crate::sql::{DbError, Dialect, Kind, parse};

/// What begins the names of such rows; a number follows.
pub(in crate::sql) const JOINED: &str = "belt.joined.";

/// What a statement changes, and where from.
struct Changing<'s> {
    target: &'s TableFactor,
    sources: Vec<TableWithJoins>,
    selection: Option<&'s Expr>,
    returning: &'s [SelectItem],
}

fn changing(statement: &Statement) -> Option<Changing<'_>> {
    match statement {
        Statement::Update(update) => {
            let (UpdateTableFromKind::AfterSet(sources) | UpdateTableFromKind::BeforeSet(sources)) =
                update.from.as_ref()?;
            Some(Changing {
                target: &update.table.relation,
                sources: sources.clone(),
                selection: update.selection.as_ref(),
                returning: update.returning.as_ref()?,
            })
        }
        Statement::Delete(delete) => {
            let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
            Some(Changing {
                target: &from.first()?.relation,
                sources: delete.using.clone()?,
                selection: delete.selection.as_ref(),
                returning: delete.returning.as_ref()?,
            })
        }
        _ => None,
    }
}

/// Keeps what `RETURNING` reads of other tables, and puts in where it is kept.
pub(super) fn keep(schema: &Schema, statement: &mut Statement, around: &mut Surroundings) -> Result<(), DbError> {
    let dialect = schema.dialect;
    if dialect != Dialect::PostgreSql {
        return Ok(());
    }
    let with = match &*statement {
        Statement::Query(query) => query.with.clone(),
        _ => None,
    };
    let inner = head(statement);
    let Some(found) = changing(inner) else { return Ok(()) };
    let TableFactor::Table { name, alias, .. } = found.target else { return Ok(()) };
    let target = alias.as_ref().map_or_else(|| last_name(dialect, name), |alias| fold(dialect, &alias.name));
    let mut read: Vec<Expr> = Vec::new();
    for item in found.returning {
        let _ = visit_expressions(item, |expr| {
            if is_elsewhere(expr, dialect, &target) && !read.contains(expr) {
                read.push(expr.clone());
            }
            ControlFlow::<()>::Continue(())
        });
    }
    if read.is_empty() {
        return Ok(());
    }
    let query = joined(&found, &target, &read, with)?;
    let lowered = lower_part(schema, Statement::Query(query), Vec::new(), around)?;
    let name = format!("{JOINED}{}", around.joined.len());
    let kinds: Vec<Option<Kind>> = lowered.shape.into_iter().skip(1).map(|(_, kind)| kind).collect();
    around.joined.push(Part { name: name.clone(), columns: Vec::new(), own: None, sql: lowered.sql });
    let place = |expr: &Expr| {
        let at = read.iter().position(|known| known == expr)?;
        let cell = raw(format!("belt_joined('{name}', rowid, {})", at + 1));
        Some(match kinds.get(at) {
            Some(Some(Kind::Boolean)) => Expr::BinaryOp {
                left: Box::new(cell),
                op: BinaryOperator::Eq,
                right: Box::new(Expr::value(Value::Number("1".into(), false))),
            },
            _ => cell,
        })
    };
    let returning = match inner {
        Statement::Update(update) => update.returning.as_mut(),
        Statement::Delete(delete) => delete.returning.as_mut(),
        _ => None,
    };
    for item in returning.into_iter().flatten() {
        if let SelectItem::UnnamedExpr(expr @ Expr::CompoundIdentifier(_)) = &*item
            && is_elsewhere(expr, dialect, &target)
            && let Expr::CompoundIdentifier(parts) = expr
            && let Some(alias) = parts.last()
        {
            *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: quoted_ident(&fold(dialect, alias)) };
        }
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            let _ = visit_expressions_mut(expr, |expr| {
                if let Some(kept) = place(expr) {
                    *expr = kept;
                }
                ControlFlow::<()>::Continue(())
            });
        }
    }
    Ok(())
}

fn is_elsewhere(expr: &Expr, dialect: Dialect, target: &str) -> bool {
    matches!(expr, Expr::CompoundIdentifier(parts)
        if matches!(parts.as_slice(), [.., table, _] if fold(dialect, table) != target))
}

/// The place of each changed row, and what is read beside it.
fn joined(found: &Changing<'_>, target: &str, read: &[Expr], with: Option<With>) -> Result<Box<Query>, DbError> {
    let template = format!("SELECT {}.ctid AS \"belt.at\" FROM t", quoted(target));
    let Some((Statement::Query(mut query), _)) = parse::statements(&template, Dialect::PostgreSql)?.pop() else {
        return Err(super::returning::elsewhere(target));
    };
    query.with = with;
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.projection.extend(read.iter().enumerate().map(|(at, expr)| SelectItem::ExprWithAlias {
            expr: expr.clone(),
            alias: quoted_ident(&format!("belt.{at}")),
        }));
        let first = TableWithJoins { relation: found.target.clone(), joins: Vec::new() };
        select.from = std::iter::once(first).chain(found.sources.iter().cloned()).collect();
        select.selection = found.selection.cloned();
    }
    Ok(query)
}
