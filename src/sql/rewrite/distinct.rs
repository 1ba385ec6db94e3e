//! `DISTINCT ON`: the first row of each group, numbered by a window.

use sqlparser::ast::{Distinct, Expr, Ident, OrderByKind, Query, SelectItem, SetExpr, Statement, Value};

use super::{ON, Step, unsupported};
use crate::sql::lower::raw;
use crate::sql::names::quoted;
use crate::sql::{Dialect, parse};

/// Rewrites a query whose expressions are SQLite's already.
pub(super) fn on(query: &mut Query) -> Step {
    let SetExpr::Select(select) = query.body.as_mut() else {
        return ON;
    };
    if !matches!(select.distinct, Some(Distinct::On(_))) {
        return ON;
    }
    let Some(Distinct::On(keys)) = select.distinct.take() else {
        return ON;
    };
    let mut shown: Vec<(Expr, Ident)> = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { expr, alias } => shown.push((expr.clone(), alias.clone())),
            _ => return unsupported("DISTINCT ON with *"),
        }
    }
    let mut terms = Vec::new();
    if let Some(order) = &mut query.order_by {
        let OrderByKind::Expressions(given) = &mut order.kind else {
            return unsupported("ORDER BY ALL");
        };
        for (at, term) in given.iter_mut().enumerate() {
            // A number or a name of the answer's stands for what is shown there.
            let named = match &term.expr {
                Expr::Value(value) => match &value.value {
                    Value::Number(number, _) => {
                        number.parse::<usize>().ok().and_then(|n| shown.get(n.checked_sub(1)?)).map(|(expr, _)| expr)
                    }
                    _ => None,
                },
                Expr::Identifier(name) => shown.iter().find(|(_, alias)| alias == name).map(|(expr, _)| expr),
                _ => None,
            };
            if let Some(expr) = named {
                term.expr = expr.clone();
            }
            terms.push(term.clone());
            term.expr = raw(quoted(&format!("belt.o{at}")));
        }
    }
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let order: Vec<String> = terms.iter().map(ToString::to_string).collect();
    let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    let number = raw(format!("row_number() OVER (PARTITION BY {}{order})", keys.join(", ")));
    let named = |expr: Expr, name: String| SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', name) };
    let columns = shown.iter().enumerate().map(|(at, (expr, _))| named(expr.clone(), format!("belt.c{at}")));
    let orders = terms.into_iter().enumerate().map(|(at, term)| named(term.expr, format!("belt.o{at}")));
    select.projection = columns.chain(orders).chain([named(number, "belt.n".into())]).collect();
    let answer: Vec<String> =
        shown.iter().enumerate().map(|(at, (_, alias))| format!("\"belt.c{at}\" AS {alias}")).collect();
    let text = format!("SELECT {} FROM ({select}) WHERE \"belt.n\" = 1", answer.join(", "));
    match parse::statements(&text, Dialect::Sqlite).ok().and_then(|mut statements| statements.pop()) {
        Some((Statement::Query(outer), _)) => {
            query.body = outer.body;
            ON
        }
        _ => unsupported("this DISTINCT ON"),
    }
}
