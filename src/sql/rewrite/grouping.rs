//! `ROLLUP`, `CUBE` and `GROUPING SETS`: one query for each set of what is grouped by.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, GroupByWithModifier, OrderByKind, OrderBySort,
    Query, Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Value, visit_expressions_mut,
};

use super::{ON, Step, unsupported};
use crate::sql::Dialect;

/// Most sets of one query.
const MAX_SETS: usize = 32;

/// Writes the query out as the union of its sets.
pub(super) fn spread(query: &mut Query, dialect: Dialect) -> Step {
    let SetExpr::Select(select) = query.body.as_ref() else { return ON };
    let Some(sets) = sets(select)? else { return ON };
    let mut terms: Vec<Expr> = Vec::new();
    for term in sets.iter().flatten() {
        if !terms.iter().any(|known| same(known, term)) {
            terms.push(term.clone());
        }
    }
    let mut parts = sets.iter().map(|set| SetExpr::Select(Box::new(of_set(select, set, &terms))));
    let Some(first) = parts.next() else { return ON };
    let body = parts.fold(first, |left, right| SetExpr::SetOperation {
        op: SetOperator::Union,
        set_quantifier: SetQuantifier::All,
        left: Box::new(left),
        right: Box::new(right),
    });
    *query.body = body;
    // PostgreSQL holds null to be larger than everything; SQLite smaller.
    if dialect == Dialect::PostgreSql
        && let Some(order) = &mut query.order_by
        && let OrderByKind::Expressions(terms) = &mut order.kind
    {
        for term in terms {
            let down = term.options.sort == Some(OrderBySort::Desc);
            term.options.nulls_first.get_or_insert(down);
        }
    }
    ON
}

fn same(a: &Expr, b: &Expr) -> bool {
    a.to_string().eq_ignore_ascii_case(&b.to_string())
}

/// A place in the list, or an alias of it, as the expression it stands for.
fn resolved(select: &Select, term: &Expr) -> Expr {
    let place = term.to_string().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let found = select.projection.iter().enumerate().find_map(|(at, item)| match item {
        SelectItem::UnnamedExpr(expr) if place == Some(at) => Some(expr),
        SelectItem::ExprWithAlias { expr, alias }
            if place == Some(at)
                || matches!(term, Expr::Identifier(name) if name.value.eq_ignore_ascii_case(&alias.value)) =>
        {
            Some(expr)
        }
        _ => None,
    });
    found.unwrap_or(term).clone()
}

/// The sets a query groups by, where it has several.
fn sets(select: &Select) -> ControlFlow<crate::sql::DbError, Option<Vec<Vec<Expr>>>> {
    let GroupByExpr::Expressions(terms, modifiers) = &select.group_by else {
        return ControlFlow::Continue(None);
    };
    let several = |term: &Expr| matches!(term, Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_));
    let rollup = matches!(modifiers.as_slice(), [GroupByWithModifier::Rollup]);
    if !rollup && !terms.iter().any(several) {
        return ControlFlow::Continue(None);
    }
    let known = |term: &Expr| resolved(select, term);
    let prefixes = |groups: &[Vec<Expr>]| -> Vec<Vec<Expr>> {
        (0..=groups.len()).rev().map(|n| groups[..n].concat().iter().map(known).collect()).collect()
    };
    if rollup {
        let groups: Vec<Vec<Expr>> = terms.iter().map(|term| vec![term.clone()]).collect();
        return ControlFlow::Continue(Some(prefixes(&groups)));
    }
    let mut all: Vec<Vec<Expr>> = vec![Vec::new()];
    for term in terms {
        let own: Vec<Vec<Expr>> = match term {
            Expr::Rollup(groups) => prefixes(groups),
            Expr::GroupingSets(groups) => groups.iter().map(|set| set.iter().map(known).collect()).collect(),
            Expr::Cube(groups) if groups.len() <= 5 => (0..1_usize << groups.len())
                .rev()
                .map(|mask| {
                    let picked = groups.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
                    picked.flat_map(|(_, group)| group.iter().map(known)).collect()
                })
                .collect(),
            Expr::Cube(_) => return unsupported_sets(),
            plain => vec![vec![known(plain)]],
        };
        all = all.iter().flat_map(|before| own.iter().map(|set| [before.as_slice(), set].concat())).collect();
        if all.len() > MAX_SETS {
            return unsupported_sets();
        }
    }
    ControlFlow::Continue(Some(all))
}

fn unsupported_sets<T>() -> ControlFlow<crate::sql::DbError, T> {
    match unsupported("a GROUP BY of so many sets") {
        ControlFlow::Break(error) => ControlFlow::Break(error),
        // It always breaks.
        ControlFlow::Continue(()) => unreachable!("what is unsupported ends the statement"),
    }
}

fn of_set(select: &Select, set: &[Expr], terms: &[Expr]) -> Select {
    let mut own = select.clone();
    let mut by = set.to_vec();
    if by.is_empty() && !select.projection.iter().any(|item| item.to_string().contains('(')) {
        // One row of everything, where nothing in the list makes it one.
        by.push(Expr::value(Value::SingleQuotedString(String::new())));
    }
    own.group_by = GroupByExpr::Expressions(by, Vec::new());
    let grouped = |term: &Expr| set.iter().any(|known| same(known, term));
    let write = |expr: &mut Expr| {
        let _ = visit_expressions_mut(expr, |expr| {
            if terms.iter().any(|term| same(term, expr)) && !grouped(expr) {
                *expr = Expr::Nested(Box::new(Expr::value(Value::Null)));
            }
            ControlFlow::<()>::Continue(())
        });
    };
    for item in &mut own.projection {
        if let SelectItem::UnnamedExpr(expr) = item {
            let name = match &*expr {
                Expr::Identifier(name) => Some(name.clone()),
                Expr::CompoundIdentifier(parts) => parts.last().cloned(),
                _ => None,
            };
            if let Some(alias) = name {
                *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
            }
        }
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            numbers(expr, &grouped);
            write(expr);
        }
    }
    if let Some(having) = &mut own.having {
        numbers(having, &grouped);
        write(having);
    }
    own
}

/// `grouping(a, b)`, before the terms in it are written over.
fn numbers(expr: &mut Expr, grouped: &dyn Fn(&Expr) -> bool) {
    struct Numbers<'a>(&'a dyn Fn(&Expr) -> bool);
    impl sqlparser::ast::VisitorMut for Numbers<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::Function(function) = expr
                && function.name.to_string().eq_ignore_ascii_case("grouping")
                && let FunctionArguments::List(list) = &function.args
            {
                let bits = list.args.iter().fold(0_u32, |bits, argument| {
                    let is = matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(term)) if (self.0)(term));
                    bits << 1 | u32::from(!is)
                });
                *expr = Expr::value(Value::Number(bits.to_string(), false));
            }
            ControlFlow::Continue(())
        }
    }
    let _ = sqlparser::ast::VisitMut::visit(expr, &mut Numbers(grouped));
}
