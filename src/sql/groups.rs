//! Columns that stand bare beside `GROUP BY`: SQLite picks any row's value, the learner's database refuses.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, GroupByExpr, Select, SelectItem, Visit, Visitor};

use super::lower::Lowering;
use super::names::fold;
use super::{DbError, DbErrorKind, Dialect};

const AGGREGATES: &[&str] = &[
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "string_agg",
    "group_concat",
    "array_agg",
    "json_agg",
    "jsonb_agg",
    "bool_or",
    "bool_and",
    "every",
    "json_object_agg",
    "jsonb_object_agg",
    "json_arrayagg",
    "json_objectagg",
    "total",
    "json_group_array",
    "json_group_object",
    "bit_and",
    "bit_or",
    "stddev",
    "stddev_samp",
    "stddev_pop",
    "std",
    "variance",
    "var_samp",
    "var_pop",
    "percentile_cont",
    "percentile_disc",
    "mode",
    "any_value",
];

/// Collects the columns outside aggregates and subqueries.
struct Bare<'a> {
    keys: &'a [String],
    /// Inside how many aggregates, subqueries and grouped expressions.
    depth: usize,
    aggregated: bool,
    columns: Vec<Expr>,
}

impl Bare<'_> {
    fn covers(&self, expr: &Expr) -> bool {
        let is_aggregate = matches!(expr, Expr::Function(function)
            if function.over.is_none() && AGGREGATES.contains(&function.name.to_string().to_ascii_lowercase().as_str()));
        is_aggregate
            || matches!(expr, Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. })
            || self.keys.contains(&expr.to_string().to_lowercase())
    }
}

impl Visitor for Bare<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.covers(expr) {
            // An aggregate inside a subquery is the subquery's.
            self.aggregated |= self.depth == 0 && matches!(expr, Expr::Function(_));
            self.depth += 1;
        } else if self.depth == 0 && matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
            self.columns.push(expr.clone());
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.covers(expr) {
            self.depth = self.depth.saturating_sub(1);
        }
        ControlFlow::Continue(())
    }
}

/// Whether an expression is, or computes with, one value for all rows.
pub(super) fn aggregates(expr: &Expr) -> bool {
    let mut bare = Bare { keys: &[], depth: 0, aggregated: false, columns: Vec::new() };
    let _ = expr.visit(&mut bare);
    bare.aggregated || {
        // What an aggregate has become on its way to SQLite.
        let text = expr.to_string();
        ["json_group_", "belt_percentile_", "belt_mode(", "belt_stddev", "belt_var_", "belt_bit_", "belt_num(sum("]
            .iter()
            .chain(&["belt_exact(avg(", "belt_num(SUM(", "belt_exact(AVG("])
            .any(|head| text.contains(head))
    }
}

/// Refuses what PostgreSQL and MySQL (since 5.7) refuse; `select` is as the learner wrote it.
pub(super) fn check(lowering: &Lowering<'_>, select: &Select) -> Result<(), DbError> {
    let dialect = lowering.dialect();
    let GroupByExpr::Expressions(group, _) = &select.group_by else {
        return Ok(());
    };
    if dialect == Dialect::Sqlite && group.is_empty() {
        return Ok(());
    }
    let mut keys: Vec<String> = Vec::new();
    let mut grouped = Vec::new();
    for expr in group {
        // `GROUP BY 1` and `GROUP BY alias` name an item of the list.
        let ordinal = expr.to_string().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let item = select.projection.iter().enumerate().find_map(|(at, item)| match item {
            SelectItem::UnnamedExpr(inner) if ordinal == Some(at) => Some(inner),
            SelectItem::ExprWithAlias { expr: inner, alias }
                if ordinal == Some(at)
                    || matches!(expr, Expr::Identifier(name) if fold(dialect, name) == fold(dialect, alias)) =>
            {
                Some(inner)
            }
            _ => None,
        });
        for expr in std::iter::once(expr).chain(item) {
            keys.push(expr.to_string().to_lowercase());
            grouped.extend(lowering.column(expr).map(|column| (lowering.table_of(expr), column.name.as_str())));
        }
    }
    let mut bare = Bare { keys: &keys, depth: 0, aggregated: false, columns: Vec::new() };
    let mut wildcard = false;
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                let _ = expr.visit(&mut bare);
            }
            _ => wildcard = true,
        }
    }
    let _ = select.having.visit(&mut bare);
    if group.is_empty() && !bare.aggregated {
        return Ok(());
    }
    if wildcard && group.is_empty() {
        return Err(refused("*"));
    }
    for expr in bare.columns {
        let Some(column) = lowering.column(&expr) else {
            continue;
        };
        let table = lowering.table_of(&expr);
        if grouped.contains(&(table, column.name.as_str())) {
            continue;
        }
        // Everything in a row follows from its primary key.
        let key = table.and_then(|name| lowering.schema.table(name)).and_then(|table| table.primary_key());
        let follows = key.is_some_and(|key| key.columns.iter().all(|name| grouped.contains(&(table, name.as_str()))));
        if !follows {
            return Err(refused(&expr.to_string()));
        }
    }
    Ok(())
}

fn refused(column: &str) -> DbError {
    DbError::new(
        DbErrorKind::Syntax,
        format!("{column} must stand in GROUP BY or inside an aggregate such as max(): a group has many values of it"),
    )
}
