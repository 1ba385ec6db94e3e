//! A query that stands for one value may answer one row only. SQLite takes the first; PostgreSQL and MySQL refuse.

use sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, LimitClause, Query, Select, SelectItem, SetExpr, Statement, TableFactor,
};

use super::parse;
use crate::sql::lower::{Lowering, raw};
use crate::sql::names::last_name;
use crate::sql::{Dialect, groups};

const VALUE: &str = "belt.value";
/// Counts the rows and answers the only one's value.
const OUTER: &str =
    "SELECT CASE WHEN count(*) > 1 THEN belt_many() ELSE max(\"belt.value\") END FROM (SELECT 1) AS \"belt.rows\"";

impl Lowering<'_> {
    /// Makes a query that stands for one value fail where it answers more rows.
    pub(super) fn hold_to_one(&self, query: &mut Query) {
        if self.dialect() == Dialect::Sqlite || self.answers_one(query) {
            return;
        }
        let SetExpr::Select(select) = query.body.as_mut() else { return };
        let [item] = select.projection.as_mut_slice() else { return };
        let expr = match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => expr.clone(),
            _ => return,
        };
        *item = SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', VALUE) };
        query.order_by = None;
        if query.limit_clause.is_none() {
            query.limit_clause =
                Some(LimitClause::LimitOffset { limit: Some(raw("2".into())), offset: None, limit_by: Vec::new() });
        }
        let Some((Statement::Query(mut outer), _)) =
            parse::statements(OUTER, Dialect::Sqlite).ok().and_then(|mut found| found.pop())
        else {
            return;
        };
        if let SetExpr::Select(select) = outer.body.as_mut()
            && let Some(TableFactor::Derived { subquery, .. }) = select.from.first_mut().map(|from| &mut from.relation)
        {
            std::mem::swap(subquery.as_mut(), query);
        }
        *query = *outer;
    }

    fn answers_one(&self, query: &Query) -> bool {
        if let Some(LimitClause::LimitOffset { limit: Some(limit), .. }) = &query.limit_clause {
            return query.order_by.is_some() || ["0", "1"].contains(&limit.to_string().as_str());
        }
        let SetExpr::Select(select) = query.body.as_ref() else { return true };
        let grouped = match &select.group_by {
            GroupByExpr::Expressions(by, _) => !by.is_empty(),
            GroupByExpr::All(_) => true,
        };
        let aggregate = |item: &SelectItem| match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => groups::aggregates(expr),
            _ => false,
        };
        select.projection.len() != 1
            || select.from.is_empty()
            || (!grouped && select.projection.iter().any(aggregate))
            || self.by_key(select)
    }

    /// Whether all of a unique key of the only table is given.
    fn by_key(&self, select: &Select) -> bool {
        let ([from], Some(condition)) = (select.from.as_slice(), &select.selection) else { return false };
        let TableFactor::Table { name, .. } = &from.relation else { return false };
        if !from.joins.is_empty() {
            return false;
        }
        let name = last_name(Dialect::Sqlite, name);
        // What a WITH makes, or a part of a statement kept, is known by no key.
        let Some(table) = self.table(name.strip_prefix("belt.before.").unwrap_or(&name)) else { return false };
        let mut given: Vec<String> = Vec::new();
        equal_to(condition, &mut given);
        let holds = |column: &str| given.iter().any(|known| known.eq_ignore_ascii_case(column));
        table.unique_sets().iter().any(|key| key.iter().all(|column| holds(column)))
            || table.indexes.iter().any(|index| {
                let columns = index.parts.iter().map(|part| part.column.as_deref());
                index.unique && columns.into_iter().all(|column| column.is_some_and(holds))
            })
    }
}

/// Columns that a condition holds to one value each.
fn equal_to(condition: &Expr, given: &mut Vec<String>) {
    match condition {
        Expr::Nested(inner) => equal_to(inner, given),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            equal_to(left, given);
            equal_to(right, given);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            for side in [left, right] {
                match side.as_ref() {
                    Expr::Identifier(name) if name.quote_style.is_some() => given.push(name.value.clone()),
                    Expr::CompoundIdentifier(parts) => given.extend(parts.last().map(|name| name.value.clone())),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
